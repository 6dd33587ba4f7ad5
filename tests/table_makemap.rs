//! sendmail's own `makemap`, run on the access text, gives the pairs that we store, and reads our database. Skipped where `makemap`
//! is not installed, unless `RELAYCC_REQUIRE_REFERENCE` is set.

#![cfg(test)]

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use proptest::prelude::*;
use relaycc::{
    catalog::table::TableKind,
    emit::tables,
    map::Format,
    site::{DeclaredTable, MapSpec, TableEntry},
    source::{Sources, Span, Spanned},
};

/// A table that owns what it holds.
struct Owned {
    map: MapSpec,
    entries: Vec<TableEntry>,
    span: Span,
}

impl Owned {
    fn table(&self) -> DeclaredTable<'_> {
        DeclaredTable { kind: TableKind::Access, declared: self.span, map: &self.map, entries: &self.entries }
    }
}

fn map(entries: Vec<(String, String)>) -> Owned {
    let span = Span::new(Sources::default().add("site.toml", ""), 0, 0);
    let entry = |(key, value)| TableEntry { key: Spanned::new(key, span), value: Spanned::new(value, span) };
    let entries = entries.into_iter().map(entry).collect();
    Owned { map: MapSpec::new("hash -T<TMPF> /etc/mail/access"), entries, span }
}

/// What `makemap hash` makes of a text, read back with `makemap -u`: `key TAB value` lines, sorted.
fn makemap(directory: &Path, text: &str) -> Vec<Vec<u8>> {
    let source = directory.join("access");
    let database = directory.join("access.db");
    fs::write(&source, text).unwrap();
    let made =
        Command::new("makemap").args(["hash"]).arg(&database).stdin(File::open(&source).unwrap()).output().unwrap();
    assert!(made.status.success(), "{}\n{text:?}", String::from_utf8_lossy(&made.stderr));
    read_back(&database)
}

/// The entries of a database as `makemap -u` prints them, sorted.
fn read_back(database: &Path) -> Vec<Vec<u8>> {
    let read = Command::new("makemap").args(["-u", "hash"]).arg(database).stdin(Stdio::null()).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let mut lines: Vec<Vec<u8>> = read.stdout.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    assert_eq!(lines.pop(), Some(Vec::new()));
    lines.sort();
    lines
}

/// Keys and values near everything that a line of text treats specially.
fn entries() -> impl Strategy<Value = Vec<(String, String)>> {
    let key =
        prop_oneof!["(Connect:|from:|TO:|)[a-zA-Z0-9.@:#\"'\\\\+é_-]{0,12}", "[ -~\t\r\u{b}é]{0,6}", "[a-c]{300,600}",];
    let value = prop_oneof!["RELAY|REJECT|OK|ERROR:5\\.7\\.1:550 no", "[ -~\t\ré\u{b}]{0,30}", "[x ]{400,700}",];
    prop::collection::vec((key, value), 0..8)
}

/// Whether `makemap` is there. Where it is not, that is said aloud, or fails if the reference is required.
fn makemap_is_installed() -> bool {
    let installed = Command::new("makemap").stdin(Stdio::null()).output().is_ok();
    let required = std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_some();
    assert!(installed || !required, "the reference is required, but makemap is not installed");
    if !installed {
        writeln!(std::io::stderr(), "skipped: makemap is not installed").unwrap();
    }
    installed
}

#[test]
fn makemap_on_our_text_gives_our_pairs() {
    if !makemap_is_installed() {
        return;
    }
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(entries in entries())| {
        // Entries that are refused one by one are left out, so that the others are tried.
        let entries: Vec<_> =
            entries.into_iter().filter(|entry| tables::text(&map(vec![entry.clone()]).table()).is_ok()).collect();
        let map = map(entries);
        if let Ok(text) = tables::text(&map.table()) {
            let directory = tempfile::tempdir().unwrap();
            let mut ours: Vec<Vec<u8>> = tables::pairs(&map.table())
                .unwrap()
                .into_iter()
                .map(|(key, value)| [key, b"\t".to_vec(), value].concat())
                .collect();
            ours.sort();
            prop_assert_eq!(&makemap(directory.path(), &text), &ours);
            let database = directory.path().join("ours.db");
            fs::write(&database, tables::map_file(&map.table(), Format::Hash).unwrap()).unwrap();
            prop_assert_eq!(read_back(&database), ours);
        }
    });
}
