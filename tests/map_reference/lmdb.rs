//! lmdb files, and Postfix's `postmap`, in the folder that `RELAYCC_POSTFIX` names if it was only unpacked; and the tools of LMDB.
//!
//! `RELAYCC_RECORD=1` puts what postmap writes into `fixtures/map`, where tests find it that have no postmap.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use relaycc::map::{Duplicates, Format, lmdb::KEY_LENGTHS};

use super::{
    cases::cases,
    tables::{Random, Table, by_key, word_tables},
    tools::{are_installed, file_of, folder, run_well, table_of, to_hex},
};

/// An unpacked or installed Postfix, with a configuration of its own.
struct Postfix {
    root: PathBuf,
    configuration: PathBuf,
}

impl Postfix {
    /// None if it is not there, which is said, or fails where the reference is required.
    fn find(folder: &Path) -> Option<Self> {
        let root = std::env::var_os("RELAYCC_POSTFIX").map_or(PathBuf::from("/"), PathBuf::from);
        let library = root.join("usr/lib/postfix/postfix-lmdb.so");
        if !library.exists() || !root.join("usr/sbin/postmap").exists() {
            let required = std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_some();
            assert!(!required, "postmap is required, but not in {}", root.display());
            writeln!(std::io::stderr(), "NOT COMPARED WITH postmap: it is not in {}", root.display()).unwrap();
            return None;
        }
        let configuration = folder.join("configuration");
        fs::create_dir_all(&configuration).unwrap();
        let here = configuration.display();
        let main = format!(
            "compatibility_level = 3.6\nmeta_directory = {here}\nqueue_directory = {here}\ndata_directory = {here}\n\
             mail_owner = mail\nsetgid_group = utmp\n"
        );
        fs::write(configuration.join("main.cf"), main).unwrap();
        let types = format!("lmdb\t{}\tdict_lmdb_open\tmkmap_lmdb_open\n", library.display());
        fs::write(configuration.join("dynamicmaps.cf"), types).unwrap();
        Some(Self { root, configuration })
    }

    fn postmap(&self, folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(self.root.join("usr/sbin/postmap"))
            .arg("-c")
            .arg(&self.configuration)
            .args(arguments)
            .env("LD_LIBRARY_PATH", self.root.join("usr/lib/postfix"))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || drop(stdin.write_all(input)));
            child.wait_with_output().unwrap()
        })
    }

    /// Runs it, and has it find nothing to say.
    fn postmap_well(&self, folder: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let output = self.postmap(folder, arguments, input);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "postmap {arguments:?}: {said}");
        output.stdout
    }
}

/// Tables that a text can say, as Postfix stores them.
fn postfix_tables() -> Vec<(Vec<u8>, Table)> {
    let mut tables = word_tables(&mut Random::new(21));
    // Values that have pages of their own, and every length of key.
    let mut random = Random::new(22);
    tables.push((1..300).map(|n| (format!("large{n}").into_bytes(), random.word(n * 31))).collect());
    tables.push((1..KEY_LENGTHS.end() - 1).map(|n| (random.word(n), random.word(20))).collect());
    // postmap warns of a colon at the end of a key, as of what an aliases file has there.
    let usable = |key: &[u8]| key.len() < *KEY_LENGTHS.end() && !key.ends_with(b":");
    for table in &mut tables {
        table.retain(|(key, _)| usable(key));
        *table = by_key(std::mem::take(table));
        table.dedup_by(|a, b| a.0 == b.0);
    }
    let with_text = |table: Table| {
        let text = table.iter().flat_map(|(key, value)| [key, b"\t".as_slice(), value, b"\n"].concat()).collect();
        let stored =
            table.into_iter().map(|(key, value)| ([key, b"\0".to_vec()].concat(), [value, b"\0".to_vec()].concat()));
        (text, stored.collect())
    };
    tables.into_iter().map(with_text).collect()
}

#[test]
fn postmap_finds_and_lists_what_is_written() {
    let folder = folder("map-postmap-reads");
    let Some(postfix) = Postfix::find(&folder) else { return };
    for (n, (text, table)) in postfix_tables().into_iter().enumerate() {
        fs::write(folder.join("ours.lmdb"), file_of(Format::Lmdb, &table, Duplicates::Refuse)).unwrap();
        let listed = postfix.postmap_well(&folder, &["-s", "lmdb:ours"], b"");
        assert!(listed == text, "{n}: what is listed");
        if table.is_empty() {
            continue;
        }
        let keys = text.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b'\t').next());
        let found = postfix.postmap_well(&folder, &["-q", "-", "lmdb:ours"], &keys.collect::<Vec<_>>().join(&b'\n'));
        assert!(found == text, "{n}: what is found");
    }
    // Without the byte 0, as a file of makemap's has them, all is found as well.
    let bare = vec![(b"connect:192.0.2".to_vec(), b"REJECT".to_vec()), (b"example.net".to_vec(), b"OK".to_vec())];
    fs::write(folder.join("bare.lmdb"), file_of(Format::Lmdb, &bare, Duplicates::Refuse)).unwrap();
    let found = postfix.postmap_well(&folder, &["-q", "-", "lmdb:bare"], b"example.net\nconnect:192.0.2");
    assert_eq!(String::from_utf8_lossy(&found), "example.net\tOK\nconnect:192.0.2\tREJECT\n");
    assert_eq!(postfix.postmap(&folder, &["-q", "nobody", "lmdb:bare"], b"").status.code(), Some(1));
}

#[test]
fn what_postmap_writes_is_read() {
    let folder = folder("map-postmap-writes");
    let Some(postfix) = Postfix::find(&folder) else { return };
    for (n, (text, table)) in postfix_tables().into_iter().enumerate() {
        let _ = fs::remove_file(folder.join("theirs.lmdb"));
        fs::write(folder.join("theirs"), &text).unwrap();
        postfix.postmap_well(&folder, &["lmdb:theirs"], b"");
        let theirs = fs::read(folder.join("theirs.lmdb")).unwrap();
        assert!(table_of(&theirs) == table, "{n}");
        // A table of one page is the same to the byte.
        if theirs.len() == 3 * 4096 {
            assert!(theirs == file_of(Format::Lmdb, &table, Duplicates::Refuse), "{n}");
        }
    }
}

#[test]
fn a_text_of_makemap_becomes_what_postmap_makes_of_it() {
    let folder = folder("map-postmap-text");
    let Some(postfix) = Postfix::find(&folder) else { return };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/map");
    for name in ["access", "many"] {
        fs::copy(fixtures.join(name), folder.join(name)).unwrap();
        postfix.postmap_well(&folder, &[&format!("lmdb:{name}")], b"");
        let recorded = fixtures.join(format!("{name}.lmdb"));
        if std::env::var_os("RELAYCC_RECORD").is_some() {
            fs::copy(folder.join(format!("{name}.lmdb")), &recorded).unwrap();
        }
        let theirs = table_of(&fs::read(folder.join(format!("{name}.lmdb"))).unwrap());
        assert!(theirs == table_of(&fs::read(recorded).unwrap()), "{name}: what is recorded is not what postmap makes");

        let relaycc = Path::new(env!("CARGO_BIN_EXE_relaycc"));
        let made = Command::new(relaycc).args(["map", "build", "lmdb", "ours", name]).current_dir(&folder).status();
        assert!(made.unwrap().success());
        assert!(theirs == table_of(&fs::read(folder.join("ours.lmdb")).unwrap()), "{name}");
    }
}

#[test]
fn the_tools_of_lmdb_read_and_write_the_same() {
    const HEADER: &str = "VERSION=3\nformat=bytevalue\ntype=btree\nmapsize=1073741824\nHEADER=END\n";
    if !are_installed(&["mdb_dump", "mdb_load", "mdb_copy", "mdb_stat"]) {
        return;
    }
    let folder = folder("map-lmdb-tools");
    // A key has one value. Each table takes several runs, so all of them are tried only where more are asked for.
    let unique = cases(Format::Lmdb).into_iter().filter(|case| case.duplicates == Duplicates::Refuse);
    let step = if std::env::var_os("RELAYCC_TABLES").is_some() { 1 } else { 7 };
    let mut tables = unique.step_by(step).map(|case| case.table).collect::<Vec<_>>();
    tables.push((0..20_000_u32).map(|n| (n.to_be_bytes().to_vec(), b"v".repeat(n as usize % 60))).collect());
    writeln!(std::io::stderr(), "{} tables beside the tools of LMDB", tables.len()).unwrap();
    for (n, mut table) in tables.into_iter().enumerate() {
        table.retain(|(key, _)| KEY_LENGTHS.contains(&key.len()));
        let sorted = by_key(table.clone());
        let text = |table: &Table| {
            let lines = table.iter().map(|(key, value)| format!(" {}\n {}\n", to_hex(key), to_hex(value)));
            lines.collect::<String>()
        };
        fs::write(folder.join("ours"), file_of(Format::Lmdb, &table, Duplicates::Refuse)).unwrap();
        let dumped = String::from_utf8(run_well("mdb_dump", &["-n", "ours"], &folder, b"")).unwrap();
        let (_, body) = dumped.split_once("HEADER=END\n").unwrap();
        assert!(body.strip_suffix("DATA=END\n") == Some(&text(&sorted)), "{n}");
        let stat = String::from_utf8(run_well("mdb_stat", &["-nf", "ours"], &folder, b"")).unwrap();
        assert!(
            stat.contains("Free pages: 0\n") && stat.contains(&format!("Entries: {}\n", table.len())),
            "{n}: {stat}"
        );

        // In the order that the entries are in; then changed, so that pages become free and are used again.
        let input = format!("{HEADER}{}DATA=END\n", text(&table));
        for file in ["theirs", "theirs-lock", "copied"] {
            let _ = fs::remove_file(folder.join(file));
        }
        run_well("mdb_load", &["-n", "theirs"], &folder, input.as_bytes());
        assert!(table_of(&fs::read(folder.join("theirs")).unwrap()) == sorted, "{n}: loaded");
        let mut longer = table.clone();
        longer.iter_mut().step_by(3).for_each(|(_, value)| value.extend([7; 900]));
        let input = format!("{HEADER}{}DATA=END\n", text(&longer));
        run_well("mdb_load", &["-n", "theirs"], &folder, input.as_bytes());
        let longer = by_key(longer);
        assert!(table_of(&fs::read(folder.join("theirs")).unwrap()) == longer, "{n}: changed");
        run_well("mdb_copy", &["-n", "-c", "theirs", "copied"], &folder, b"");
        assert!(table_of(&fs::read(folder.join("copied")).unwrap()) == longer, "{n}: copied");
    }
}
