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
    emit::access,
    site::{AccessEntry, AccessMap, MapSpec},
    source::{Sources, Span, Spanned},
};

fn map(entries: Vec<(String, String)>) -> AccessMap {
    let span = Span::new(Sources::default().add("site.toml", ""), 0, 0);
    AccessMap {
        declared: Spanned::new((), span),
        spec: MapSpec::new("hash -T<TMPF> /etc/mail/access"),
        skip: false,
        lookup_dot_domain: false,
        relay_to_full_address: false,
        blocklist_recipients: false,
        entries: entries
            .into_iter()
            .map(|(key, value)| AccessEntry { key: Spanned::new(key, span), value: Spanned::new(value, span) })
            .collect(),
    }
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
            entries.into_iter().filter(|entry| access::text(&map(vec![entry.clone()])).is_ok()).collect();
        let map = map(entries);
        if let Ok(text) = access::text(&map) {
            let directory = tempfile::tempdir().unwrap();
            let mut ours: Vec<Vec<u8>> = access::pairs(&map)
                .unwrap()
                .into_iter()
                .map(|pair| [pair.key, b"\t".to_vec(), pair.value].concat())
                .collect();
            ours.sort();
            prop_assert_eq!(&makemap(directory.path(), &text), &ours);
            let database = directory.path().join("ours.db");
            fs::write(&database, access::database(&map).unwrap()).unwrap();
            prop_assert_eq!(read_back(&database), ours);
        }
    });
}
