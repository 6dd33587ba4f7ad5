//! sendmail, asked in a network of its own with a host name that is known, for as many texts as there are in one go.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::case::{Answer, FILE};

/// A folder with a configuration that sendmail takes.
pub struct Reference {
    folder: PathBuf,
}

/// Where the tree of sendmail's configuration is.
const TREE: &str = "/usr/share/sendmail/cf/";

/// What `timeout` says when it ends a program: sendmail reads on for ever where a blank follows the last byte that fits into
/// its buffer.
pub const ENDLESS: u8 = 124;

/// For each text a folder is there; the answers are put into it.
const SCRIPT: &str = r#"
hostname mail.example.com && ip link set lo up || exit 1
for text in texts/*; do
    rm -f aliases.db
    cp "$text/aliases" aliases
    timeout 10 "$0" -C test.cf -bi > "$text/said" 2> "$text/errors"
    echo $? > "$text/status"
    db5.3_dump aliases.db > "$text/entries"
done
"#;

fn path_of(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(tool)).find(|file| file.is_file())
}

/// Gets sendmail ready in a folder of this name. `None`, with a word about it, if it is not installed or may not be run so.
pub fn start(name: &str) -> Option<Reference> {
    let skip = |why: String| {
        assert!(std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "the reference is required: {why}");
        writeln!(std::io::stderr(), "skipped: {why}").unwrap();
        None
    };
    let tools = ["db5.3_dump", "m4", "sendmail", "unshare", "ip"];
    let missing = tools.into_iter().filter(|tool| path_of(tool).is_none()).collect::<Vec<_>>();
    if !missing.is_empty() || !Path::new(TREE).is_dir() {
        return skip(format!("not installed: {missing:?}, or no {TREE}"));
    }
    if !Command::new("unshare").args(["-n", "-u", "true"]).output().is_ok_and(|output| output.status.success()) {
        return skip("no private network and host name to be had".to_owned());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/aliases/site.mc");
    let site = fs::read_to_string(site).unwrap().replace("@FOLDER@", &folder.display().to_string());
    fs::write(folder.join("site.mc"), site).unwrap();
    fs::write(folder.join("service.switch"), "hosts files\naliases files\npasswd files\n").unwrap();
    let compiled = Command::new("m4")
        .args([&format!("-D_CF_DIR_={TREE}"), &format!("{TREE}m4/cf.m4"), "site.mc"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(compiled.status.success(), "{compiled:?}");
    fs::write(folder.join("test.cf"), compiled.stdout).unwrap();
    Some(Reference { folder })
}

impl Reference {
    /// What sendmail answers to each of the texts.
    pub fn answers(&self, texts: &[Vec<u8>]) -> Vec<Answer> {
        let folder = self.folder.join("texts");
        let _ = fs::remove_dir_all(&folder);
        for (n, text) in texts.iter().enumerate() {
            let folder = folder.join(format!("{n:06}"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("aliases"), text).unwrap();
        }
        let Output { status, stderr, .. } = Command::new("unshare")
            .args(["-n", "-u", "sh", "-c", SCRIPT])
            .arg(path_of("sendmail").unwrap())
            .current_dir(&self.folder)
            .output()
            .unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        (0..texts.len()).map(|n| self.answer(&folder.join(format!("{n:06}")))).collect()
    }

    fn answer(&self, folder: &Path) -> Answer {
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        assert_eq!(String::from_utf8_lossy(&read("errors")), "", "{}", folder.display());
        let path = self.folder.join(FILE).display().to_string().into_bytes();
        let mut said = Vec::new();
        let output = read("said");
        let mut rest = output.as_slice();
        // A name may hold the end of a line.
        while let Some(at) = rest.windows(path.len()).position(|window| window == path) {
            said.extend_from_slice(&rest[..at]);
            said.extend(FILE.bytes());
            rest = &rest[at + path.len()..];
        }
        said.extend_from_slice(rest);
        let status = String::from_utf8(read("status")).unwrap().trim().parse().unwrap();
        Answer { status, said, entries: dumped(&String::from_utf8(read("entries")).unwrap()) }
    }
}

fn dumped(text: &str) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let (_, body) = text.split_once("HEADER=END\n").unwrap_or(("", ""));
    let mut lines = body.lines().filter_map(|line| line.strip_prefix(' ')).map(from_hex);
    std::iter::from_fn(|| lines.next().map(|key| (key, lines.next().unwrap()))).collect()
}

fn from_hex(line: &str) -> Vec<u8> {
    (0..line.len()).step_by(2).map(|at| u8::from_str_radix(&line[at..at + 2], 16).unwrap()).collect()
}
