//! `relaycc map` with lmdb files: output, files and errors.

#![cfg(test)]

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// Runs commands in a folder, and records their exit status and output.
fn shown(folder: &Path, runs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (words, input) in runs {
        let mut child = Command::new(env!("CARGO_BIN_EXE_relaycc"))
            .args(words.split_ascii_whitespace())
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        text += &format!("$ relaycc {words}\n[exit status: {}]\n{}\n", output.status.code().unwrap(), said.concat());
    }
    text
}

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/map")
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots/map", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn what_postmap_wrote_is_listed_found_and_converted() {
    let folder = TempDir::new().unwrap();
    fs::copy(fixtures().join("access.lmdb"), folder.path().join("access.lmdb")).unwrap();
    snapshot!(
        "lmdb_read",
        shown(
            folder.path(),
            &[
                ("map dump access", ""),
                ("map get access.lmdb Okay.Example.NET connect:192.0.2 nobody", ""),
                ("map check access.lmdb", ""),
                ("map convert access.lmdb hash", ""),
                ("map dump access.db", ""),
                ("map aliases access --type lmdb", ""),
            ]
        )
    );
}

#[cfg(feature = "lmdb")]
#[test]
fn files_are_made_added_to_and_refused() {
    let folder = TempDir::new().unwrap();
    let long = format!("a b\n{} c\n", "k".repeat(511));
    fs::write(folder.path().join("long"), long).unwrap();
    snapshot!(
        "lmdb_written",
        shown(
            folder.path(),
            &[
                ("map build lmdb access", "Connect:192.0.2 RELAY\nexample.net REJECT\n"),
                ("map build -o lmdb access", "example.org OK\n"),
                ("map dump access", ""),
                ("map build -o lmdb access", "EXAMPLE.org OK\n"),
                ("map build -o -r lmdb access.lmdb", "EXAMPLE.org DISCARD\n"),
                ("map get access example.org", ""),
                ("map build -u lmdb access", ""),
                ("map build lmdb new --format short", "a b\n c d\n"),
                ("map build -d lmdb new --format short", "a b\na c\n"),
                ("map build lmdb new long --format short", ""),
                ("map build btree new --format short -d", "a b\na c\n"),
                ("map convert new.db lmdb --format short", ""),
                ("map build hash new long --format short", ""),
                ("map convert new.db lmdb --format short", ""),
                ("map build hash access --format short", "a b\n"),
                ("map convert access.db lmdb", ""),
                ("map dump access.lmdb", ""),
                ("map check access.lmdb", ""),
            ]
        )
    );
    let mut names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    names.sort();
    assert_eq!(names, ["access.db", "access.lmdb", "long", "new.db"]);
}

#[cfg(feature = "lmdb")]
#[test]
fn a_text_becomes_the_entries_that_postmap_recorded() {
    use std::os::unix::fs::PermissionsExt;

    use relaycc::map::{Format, MapFile};

    for name in ["access", "many"] {
        let folder = TempDir::new().unwrap();
        fs::copy(fixtures().join(name), folder.path().join(name)).unwrap();
        let build = format!("map build lmdb ours {name}");
        shown(folder.path(), &[(&build, "")]);
        let ours = fs::read(folder.path().join("ours.lmdb")).unwrap();
        let theirs = fs::read(fixtures().join(format!("{name}.lmdb"))).unwrap();
        let entries = |bytes| MapFile::open(bytes).unwrap().entries().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!(Format::of(&ours), Some(Format::Lmdb));
        assert!(!entries(&ours).is_empty() && entries(&ours) == entries(&theirs), "{name}");

        // The same again, onto a file whose mode stays.
        let path = folder.path().join("ours.lmdb");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
        shown(folder.path(), &[(&build, "")]);
        assert!(fs::read(&path).unwrap() == ours, "{name}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o604);
    }
}

#[cfg(not(feature = "lmdb"))]
#[test]
fn without_the_feature_files_are_read_and_not_made() {
    let folder = TempDir::new().unwrap();
    fs::copy(fixtures().join("access.lmdb"), folder.path().join("access.lmdb")).unwrap();
    for words in ["map build lmdb access", "map convert access lmdb other"] {
        let said = shown(folder.path(), &[(words, "a b\n")]);
        assert!(said.contains("[exit status: 2]") && said.contains("was built without the feature `lmdb`"), "{said}");
    }
    assert!(!folder.path().join("other.lmdb").exists());
    assert!(!shown(folder.path(), &[("map build --list", "")]).contains("lmdb\n"));
}
