//! The reference compiler: m4 over the distribution's macro tree.

use std::{fs, io, path::Path, process::Command};

use crate::world::CF_TREE;

/// What a compiler made of a `.mc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The `sendmail.cf`.
    pub cf: String,
    /// The diagnostics.
    pub stderr: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// How a compilation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is a configuration.
    Accepted,
    /// The macro tree printed `*** ERROR`; m4 exits with 0 and writes a configuration all the same.
    Refused,
    /// m4 itself gave up: an unclosed quote, a file that does not exist. Its words are its own business.
    Broken,
}

/// Whether the reference is installed.
pub fn installed() -> bool {
    Path::new(CF_TREE).join("m4/cf.m4").exists() && Path::new("/usr/sbin/sendmail").exists()
}

/// Compiles `mc` with m4, named by its file name alone, so that no message depends on where the project lies.
pub fn compile(mc: &Path) -> io::Result<Compiled> {
    compile_with(CF_TREE, mc)
}

/// The same with another macro tree: its path, with a slash at its end.
pub fn compile_with(tree: &str, mc: &Path) -> io::Result<Compiled> {
    let (Some(dir), Some(file)) = (mc.parent(), mc.file_name()) else {
        return Err(io::Error::other(format!("{}: not a file", mc.display())));
    };
    let entry = format!("{tree}m4/cf.m4");
    let mut m4 = Command::new("m4");
    m4.arg(format!("-D_CF_DIR_={tree}"));
    // A file that includes the tree is all that m4 is given, so that what stands before the include is read as plain m4.
    let text = fs::read(mc)?;
    if !text.windows(entry.len()).any(|window| window == entry.as_bytes()) {
        m4.arg(&entry);
    }
    let output = m4.arg(file).current_dir(dir).output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let verdict = if !output.status.success() {
        Verdict::Broken
    } else if stderr.contains("*** ERROR") {
        Verdict::Refused
    } else {
        Verdict::Accepted
    };
    Ok(Compiled { cf: String::from_utf8_lossy(&output.stdout).into_owned(), stderr, verdict })
}
