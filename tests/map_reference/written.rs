//! Hash and btree files as they are written here, beside libdb, `makemap -u` and sendmail's look-ups.

use std::{collections::HashMap, fs, io::Write};

use relaycc::map::{Format, MapFile};

use super::{
    cases::{Case, TABLES, cases},
    sendmail::{Question, ask, can_be_asked},
    tables::{Table, by_key},
    tools::{dumped, file_of, folder, reference_is_installed, run_well, table_of, verify_all},
};

/// Tables whose files the tools are given at once.
const AT_ONCE: usize = 100;
/// Keys of a table that sendmail is asked for: all of a small one, of a large one from all over it.
const ASKED: usize = 50;

#[test]
fn the_tools_read_every_hash_file() {
    the_tools_read_every_file(Format::Hash);
}

#[test]
fn the_tools_read_every_btree_file() {
    the_tools_read_every_file(Format::Btree);
}

/// libdb finds every file sound, `makemap -u` prints the same entries in the same order, and `/map` finds the keys.
fn the_tools_read_every_file(format: Format) {
    if !reference_is_installed() {
        return;
    }
    let folder = folder(&format!("map-written-{format}"));
    let cases = cases(format);
    let (mut asked, mut tables_asked, mut dumps) = (0, 0, 0);
    for (part, cases) in cases.chunks(AT_ONCE).enumerate() {
        let maps = (0..cases.len()).map(|n| format!("{format}{part}x{n}")).collect::<Vec<_>>();
        let mut questions = Vec::new();
        for (map, Case { table, duplicates }) in maps.iter().zip(cases) {
            let file = file_of(format, table, *duplicates);
            assert!(table_of(&file) == by_key(table.clone()), "{map}");
            fs::write(folder.join(format!("{map}.db")), &file).unwrap();
            let listed = run_well("makemap", &["-u", format.name(), map], &folder, b"");
            assert!(listed == as_makemap_prints(&file), "{map}");
            if table.iter().any(|(key, value)| key.contains(&0) || value.contains(&0)) {
                // makemap prints what is before the zero.
                assert!(dumped(&format!("{map}.db"), &folder) == by_key(table.clone()), "{map}");
                dumps += 1;
            }
            let before = questions.len();
            questions.extend(questions_of(map, table));
            tables_asked += usize::from(questions.len() > before);
        }
        let files = maps.iter().map(|map| format!("{map}.db")).collect::<Vec<_>>();
        verify_all(&files, &folder);
        asked += questions.len();
        if !ask(&folder, format, &maps, &questions) {
            return;
        }
        for file in files {
            fs::remove_file(folder.join(file)).unwrap();
        }
    }
    let tables = cases.len();
    writeln!(
        std::io::stderr(),
        "{tables} {format} files: db5.3_verify and makemap -u agree on all, db5.3_dump on the {dumps} with zeros; \
         sendmail was asked for {asked} keys in {tables_asked} of them",
    )
    .unwrap();
    assert!(tables >= TABLES && tables_asked >= TABLES && asked > 10 * TABLES);
}

/// What `makemap -u` prints of a file.
fn as_makemap_prints(file: &[u8]) -> Vec<u8> {
    let entries = MapFile::open(file).unwrap();
    let mut text = Vec::new();
    for entry in entries.entries() {
        let entry = entry.unwrap();
        text.extend([until_zero(&entry.key), b"\t", until_zero(&entry.value), b"\n"].concat());
    }
    text
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap()
}

/// Keys of a table with their first values, and one key that it does not have.
fn questions_of<'a>(map: &'a str, table: &'a Table) -> Vec<Question<'a>> {
    let mut first = HashMap::new();
    for (key, value) in table {
        first.entry(key.as_slice()).or_insert(value.as_slice());
    }
    let possible = || table.iter().map(|(key, _)| key.as_slice()).filter(|key| can_be_asked(key, first[*key]));
    let every = possible().count() / ASKED + 1;
    let mut questions = possible()
        .step_by(every)
        .map(|key| Question { map, key: key.to_vec(), value: first.get(key).copied() })
        .collect::<Vec<_>>();
    for ending in [&b"z"[..], b"absent"] {
        let other = [possible().next_back().unwrap_or_default(), ending].concat();
        if can_be_asked(&other, b"") && !first.contains_key(other.as_slice()) {
            questions.push(Question { map, key: other, value: None });
        }
    }
    questions
}
