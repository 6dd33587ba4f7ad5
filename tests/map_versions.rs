//! Files of each version of the formats, written by libdb 3.1, 4.5 and 18.1, in both byte orders. All contain the entries of
//! `entries.txt`, including large keys and values, and keys with several values.

#![cfg(test)]

use std::{fs, path::Path};

use relaycc::map::{Format, MapFile};

type Table = Vec<(Vec<u8>, Vec<u8>)>;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/map/versions")
}

/// Sorted by key; values of each key keep their order.
fn by_key(mut table: Table) -> Table {
    table.sort_by(|a, b| a.0.cmp(&b.0));
    table
}

#[test]
fn files_of_every_version_are_read() {
    let text = fs::read(folder().join("entries.txt")).unwrap();
    let lines = text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap());
    let entries = lines.map(|line| {
        let tab = line.iter().position(|byte| *byte == b'\t').unwrap();
        (line[..tab].to_vec(), line[tab + 1..].to_vec())
    });
    let entries = by_key(entries.collect());
    assert_eq!(entries.len(), 93);
    for (format, version) in
        [(Format::Hash, 7), (Format::Hash, 8), (Format::Hash, 10), (Format::Btree, 8), (Format::Btree, 10)]
    {
        for order in ["little", "big"] {
            let name = format!("{format}-{version}-{order}.db");
            let bytes = fs::read(folder().join(&name)).unwrap();
            let field = *bytes[16..].first_chunk().unwrap();
            assert_eq!(if order == "big" { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) }, version);
            let file = MapFile::open(&bytes).unwrap();
            assert_eq!(file.format(), format, "{name}");
            let listed = file.entries().map(|entry| entry.map(|e| (e.key.into_owned(), e.value.into_owned())));
            assert!(by_key(listed.collect::<Result<_, _>>().unwrap()) == entries, "{name}");
            for (key, _) in &entries {
                let first = entries.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_slice());
                assert!(file.get(key).unwrap().as_deref() == first, "{name}");
            }
            assert_eq!(file.get(b"absent"), Ok(None), "{name}");
        }
    }
}

/// Five keys on a page of libdb 5.3, as `db5.3_load` wrote them: `x`s, with a `0` at the end of some.
#[test]
fn large_keys_among_others_are_found() {
    let bytes = fs::read(folder().with_file_name("large_keys.db")).unwrap();
    let file = MapFile::open(&bytes).unwrap();
    let keys = [(5, "0"), (5, "x"), (1023, "0"), (1023, "x"), (1026, "x")].map(|(n, end)| "x".repeat(n) + end);
    let mut listed = file.entries().map(|entry| entry.unwrap().key.into_owned()).collect::<Vec<_>>();
    listed.sort_by_key(|key| (key.len(), *key.last().unwrap()));
    assert_eq!(listed, keys.clone().map(String::into_bytes));
    for key in keys {
        assert_eq!(file.get(key.as_bytes()).unwrap().as_deref(), Some(&b"v"[..]), "{} bytes", key.len());
    }
    assert_eq!(file.get(b"xxxxxy"), Ok(None));
}
