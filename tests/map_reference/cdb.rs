//! cdb files, and tinycdb's `cdb`.

use std::{fs, io::Write};

use relaycc::map::{Duplicates, Format};

use super::{
    cases::{Case, TABLES, cases},
    tables::{Random, repeating_word_tables},
    tools::{are_installed, file_of, folder, run, run_well, table_of},
};

#[test]
fn tinycdb_writes_the_same_bytes_and_reads_them() {
    if !are_installed(&["cdb"]) {
        return;
    }
    let folder = folder("map-cdb");
    let cases = cases(Format::Cdb);
    for (n, Case { table, duplicates }) in cases.iter().enumerate() {
        let mut text = Vec::new();
        for (key, value) in table {
            let line = [format!("+{},{}:", key.len(), value.len()).as_bytes(), key, b"->", value, b"\n"].concat();
            text.extend(line);
        }
        text.push(b'\n');
        run_well("cdb", &["-c", "theirs"], &folder, &text);
        let theirs = fs::read(folder.join("theirs")).unwrap();
        let ours = file_of(Format::Cdb, table, *duplicates);
        assert!(ours == theirs, "{n}");
        assert!(run_well("cdb", &["-d", "theirs"], &folder, b"") == text, "{n}");
        let mut stored = table.clone();
        stored.sort_by(|a, b| a.0.cmp(&b.0));
        assert!(table_of(&ours) == stored, "{n}");
    }
    writeln!(std::io::stderr(), "{} cdb files are the same as tinycdb's", cases.len()).unwrap();
    assert!(cases.len() >= TABLES);
}

#[test]
fn tinycdb_keeps_the_same_of_repeated_keys() {
    if !are_installed(&["cdb"]) {
        return;
    }
    let folder = folder("map-cdb-repeated");
    for (n, table) in repeating_word_tables(&mut Random::new(9)).iter().enumerate() {
        let mut text = Vec::new();
        for (key, value) in table {
            text.extend([key, b" ".as_slice(), value, b"\n"].concat());
        }
        run_well("cdb", &["-c", "-u", "-m", "first"], &folder, &text);
        let first = file_of(Format::Cdb, table, Duplicates::First);
        assert!(first == fs::read(folder.join("first")).unwrap(), "{n}");
        run_well("cdb", &["-c", "-r", "-m", "last"], &folder, &text);
        // The same records, though not always the same slots.
        let last = fs::read(folder.join("last")).unwrap();
        assert!(table_of(&file_of(Format::Cdb, table, Duplicates::Last)) == table_of(&last), "{n}");
        let repeats = first.len() < file_of(Format::Cdb, table, Duplicates::Keep).len();
        let refused = !run("cdb", &["-c", "-e", "-m", "refused"], &folder, &text).status.success();
        assert_eq!(refused, repeats, "{n}");
    }
}
