//! Running the tools.

use std::{
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use relaycc::map::{Duplicates, Format, MapFile, write};

use super::tables::{Table, by_key};

/// Whether sendmail's tools are there. Says so if not, or fails if they must be.
pub fn reference_is_installed() -> bool {
    are_installed(&["db5.3_verify", "db5.3_dump", "db5.3_load", "makemap", "sendmail"])
}

/// Whether these tools are there. Says so if not, or fails if they must be.
pub fn are_installed(tools: &[&str]) -> bool {
    let missing = tools.iter().filter(|tool| path_of(tool).is_none()).collect::<Vec<_>>();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_some();
    assert!(!required, "the reference is required, but not installed: {missing:?}");
    writeln!(std::io::stderr(), "skipped: not installed: {missing:?}").unwrap();
    false
}

/// Where a tool is.
pub fn path_of(tool: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(tool)).find(|file| file.is_file())
}

/// Runs a tool in `folder`, whatever its exit status.
pub fn run(tool: &str, arguments: &[&str], folder: &Path, input: &[u8]) -> Output {
    let program = path_of(tool).unwrap();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A tool that refuses its input stops reading it.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}

/// Runs a tool that must succeed; returns its standard output.
pub fn run_well(tool: &str, arguments: &[&str], folder: &Path, input: &[u8]) -> Vec<u8> {
    let output = run(tool, arguments, folder, input);
    assert!(output.status.success(), "{tool} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// An empty folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The file that is written for a table.
pub fn file_of(format: Format, table: &Table, duplicates: Duplicates) -> Vec<u8> {
    let mut file = Vec::new();
    write(format, table, duplicates, &mut file).unwrap();
    file
}

/// What is read from a file, by key. Each key's first value is looked up too.
pub fn table_of(file: &[u8]) -> Table {
    let file = MapFile::open(file).unwrap();
    let (mut table, mut keys) = (Table::new(), HashSet::new());
    for entry in file.entries() {
        let entry = entry.unwrap();
        if keys.insert(entry.key.clone()) {
            assert_eq!(file.get(&entry.key).unwrap().as_ref(), Some(&entry.value));
        }
        table.push((entry.key.into_owned(), entry.value.into_owned()));
    }
    by_key(table)
}

/// Has libdb verify files. It exits with 0 even if entries are out of order, but then it also prints the page.
pub fn verify_all(names: &[String], folder: &Path) {
    let arguments = names.iter().map(String::as_str).collect::<Vec<_>>();
    let output = run("db5.3_verify", &arguments, folder, b"");
    assert!(output.status.success(), "{names:?}: {}", String::from_utf8_lossy(&output.stderr));
    let succeeded = names.iter().map(|name| format!("BDB5105 Verification of {name} succeeded.\n"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), succeeded.collect::<String>());
}

/// What `db5.3_dump` reads from a file, by key.
pub fn dumped(name: &str, folder: &Path) -> Table {
    let text = String::from_utf8(run_well("db5.3_dump", &[name], folder, b"")).unwrap();
    let (_, body) = text.split_once("HEADER=END\n").unwrap();
    let mut lines = body.lines().filter_map(|line| line.strip_prefix(' ')).map(from_hex);
    by_key(std::iter::from_fn(|| lines.next().map(|key| (key, lines.next().unwrap()))).collect())
}

fn from_hex(line: &str) -> Vec<u8> {
    let digit = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
    line.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

/// What `db5.3_load` takes for these bytes.
pub fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
