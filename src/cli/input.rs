//! Reads the site and the files that it includes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::ValueEnum;

use super::bounded;
use crate::{
    diagnostic::{Diagnostic, nearest},
    front::{Input, Syntax},
    source::FileSystem,
};

/// Name of standard input in diagnostics.
pub(super) const STDIN: &str = "<stdin>";

/// Values of `--syntax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SyntaxName {
    /// m4 macros, as in sendmail's own .mc files
    Mc,
    /// TOML, as in site.toml
    Toml,
}

impl From<SyntaxName> for Syntax {
    fn from(name: SyntaxName) -> Self {
        match name {
            SyntaxName::Mc => Syntax::Mc,
            SyntaxName::Toml => Syntax::Toml,
        }
    }
}

/// A site's file with its syntax.
#[derive(Debug)]
pub(super) struct SiteFile {
    name: String,
    bytes: Vec<u8>,
    syntax: Syntax,
}

impl SiteFile {
    /// The input for the front end.
    pub(super) fn input(&self) -> Input<'_> {
        Input { name: &self.name, bytes: &self.bytes, syntax: self.syntax }
    }
}

/// Reads a site; `-` is standard input. The syntax is `said`, or follows from the file name.
///
/// # Errors
/// The file cannot be read, or its syntax is unknown.
pub(super) fn read(path: &Path, said: Option<SyntaxName>) -> Result<SiteFile, Box<Diagnostic>> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { STDIN.into() } else { path.display().to_string() };
    let known = said.map(Syntax::from).or_else(|| Syntax::of(&name));
    let language = || known.ok_or_else(|| unknown_language(&name));
    if is_stdin {
        // Reported before standard input is waited for.
        language()?;
    }
    let bytes = if is_stdin { from_stdin()? } else { bytes(path)? };
    let syntax = language()?;
    Ok(SiteFile { name, bytes, syntax })
}

fn from_stdin() -> Result<Vec<u8>, Box<Diagnostic>> {
    bounded::all(io::stdin().lock(), bounded::MAX_TEXT).map_err(|cause| unreadable_stdin(&cause))
}

fn unknown_language(name: &str) -> Box<Diagnostic> {
    let diagnostic = if name == STDIN {
        Diagnostic::error("unknown_syntax", "cannot determine the syntax of standard input")
            .why("the syntax follows from the file name, and standard input has none")
    } else {
        Diagnostic::error("unknown_syntax", format!("cannot determine the syntax of `{name}`"))
            .why("the syntax follows from the file name, and this one ends in neither `.toml` nor `.mc`")
    };
    Box::new(diagnostic.help("add `--syntax toml` or `--syntax mc`"))
}

/// Reads a file named on the command line.
///
/// # Errors
/// It cannot be read.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Box<Diagnostic>> {
    bounded::named(path).map_err(|cause| unreadable(path, &cause))
}

/// The error for a file named on the command line that cannot be read.
pub(super) fn unreadable(path: &Path, cause: &io::Error) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error("unreadable_file", format!("cannot read `{}`: {cause}", path.display()));
    let hint = match cause.kind() {
        io::ErrorKind::NotFound => neighbour(path).map(|name| format!("did you mean `{name}`?")),
        io::ErrorKind::IsADirectory => Some("name a file in that directory".into()),
        io::ErrorKind::FileTooLarge => {
            Some("a text of a site is much smaller: check that this is the right file".into())
        }
        _ => None,
    };
    Box::new(match hint {
        Some(hint) => diagnostic.help(hint),
        None => diagnostic,
    })
}

/// The error for standard input that cannot be read.
pub(super) fn unreadable_stdin(cause: &io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("unreadable_input", format!("cannot read standard input: {cause}")))
}

/// Finds a file in the same directory with a similar name.
fn neighbour(path: &Path) -> Option<String> {
    let directory = path.parent()?;
    let listed = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
    let mut names =
        fs::read_dir(listed).ok()?.flatten().filter_map(|e| e.file_name().into_string().ok()).collect::<Vec<_>>();
    names.sort_unstable();
    let name = nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    Some(directory.join(name).display().to_string())
}

/// How a site is read.
#[derive(Debug, clap::Args)]
pub(super) struct ReadArguments {
    /// Syntax of the site [default: from the file name]
    #[arg(long, value_enum, value_name = "SYNTAX")]
    pub(super) syntax: Option<SyntaxName>,
    #[command(flatten)]
    pub(super) disk: Disk,
}

impl ReadArguments {
    /// Reads a site.
    ///
    /// # Errors
    /// Those of [`read`].
    pub(super) fn site(&self, path: &Path) -> Result<SiteFile, Box<Diagnostic>> {
        read(path, self.syntax)
    }
}

/// How the files of this machine are read.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Disk {
    /// Also search this directory for `feature/NAME.m4`, `domain/`, `hack/`, `mailer/`, `ostype/` and `siteconfig/` files of your
    /// own; repeatable
    #[arg(short = 'I', long = "include", value_name = "DIR")]
    include: Vec<PathBuf>,
}

impl FileSystem for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        bounded::referenced(path)
    }

    fn find(&self, relative: &Path) -> Option<PathBuf> {
        self.include.iter().map(|directory| directory.join(relative)).find(|path| path.is_file())
    }
}
