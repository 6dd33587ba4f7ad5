//! Files that makemap and libdb write, read here.

use std::{collections::BTreeSet, fmt::Write as _, fs, io::Write as _};

use relaycc::map::{Duplicates, Format};

use super::{
    cases::{Case, TABLES, cases},
    tables::{Table, by_key},
    tools::{file_of, folder, reference_is_installed, run_well, table_of, to_hex},
};

/// Longest line that makemap takes, with some to spare.
const MAX_LINE: usize = 1000;

#[test]
fn what_makemap_writes_is_read() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-makemap");
    let mut count = 0;
    for format in [Format::Hash, Format::Btree] {
        for (n, Case { table, duplicates }) in cases(format).iter().enumerate().filter(|(_, case)| is_text(&case.table))
        {
            let name = format!("{format}{n}");
            let text = table.iter().flat_map(|(key, value)| [key, b"\t".as_slice(), value, b"\n"].concat());
            let text = text.collect::<Vec<_>>();
            let options = if *duplicates == Duplicates::Keep { &["-f", "-d"][..] } else { &["-f"] };
            run_well("makemap", &[options, &[format.name(), &name]].concat(), &folder, &text);
            let path = folder.join(format!("{name}.db"));
            let theirs = fs::read(&path).unwrap();
            assert!(table_of(&theirs) == by_key(table.clone()), "{name}");
            if format == Format::Btree {
                let ours = file_of(format, table, *duplicates);
                // Values of one key may have a root of their own here where makemap has no page for it.
                let root = if *duplicates == Duplicates::Keep { 4096 } else { 0 };
                assert!(ours.len() <= theirs.len() + root, "{name}: {} > {}", ours.len(), theirs.len());
            }
            fs::remove_file(path).unwrap();
            count += 1;
        }
    }
    writeln!(std::io::stderr(), "{count} files of makemap are read equal").unwrap();
    assert!(count >= TABLES);
}

/// Whether makemap's text can say it.
fn is_text(table: &Table) -> bool {
    table.iter().all(|(key, value)| {
        let line = key.len() + value.len() + 2 <= MAX_LINE;
        let key_is = key.first().is_some_and(|byte| *byte != b'#') && key.iter().all(|byte| byte.is_ascii_graphic());
        line && key_is && !value.is_empty() && value.iter().all(|byte| byte.is_ascii_graphic())
    })
}

#[test]
fn what_libdb_writes_as_hash_is_read() {
    what_libdb_writes_is_read(Format::Hash);
}

#[test]
fn what_libdb_writes_as_btree_is_read() {
    what_libdb_writes_is_read(Format::Btree);
}

/// Of every page size, in both byte orders, with every kind of duplicates.
fn what_libdb_writes_is_read(format: Format) {
    if !reference_is_installed() {
        return;
    }
    let folder = folder(&format!("map-load-{format}"));
    let mut tables = Vec::new();
    for Case { table, duplicates } in cases(format) {
        if duplicates == Duplicates::Keep {
            // Sorted duplicates cannot be equal.
            let distinct = table.iter().cloned().collect::<BTreeSet<_>>();
            tables.push((distinct.into_iter().collect(), "duplicates=1\ndupsort=1\n"));
            tables.push((table, "duplicates=1\n"));
        } else {
            tables.push((table, ""));
        }
    }
    for (n, (table, flags)) in tables.iter().enumerate() {
        let name = format!("{format}{n}.db");
        let page_size = 512_u32 << (n % 8);
        let byte_order = if n % 3 == 0 { 4321 } else { 1234 };
        let mut input = format!(
            "VERSION=3\nformat=bytevalue\ntype={format}\ndb_pagesize={page_size}\ndb_lorder={byte_order}\n{flags}",
        );
        if format == Format::Hash {
            write!(input, "h_ffactor={}\nh_nelem={}\n", n % 5 * 10, n % 7 * 100).unwrap();
        } else if n % 4 == 0 && flags.is_empty() {
            input += "recnum=1\n";
        }
        input += "HEADER=END\n";
        for (key, value) in table {
            writeln!(input, " {}\n {}", to_hex(key), to_hex(value)).unwrap();
        }
        input += "DATA=END\n";
        run_well("db5.3_load", &[&name], &folder, input.as_bytes());
        let path = folder.join(&name);
        assert!(table_of(&fs::read(&path).unwrap()) == by_key(table.clone()), "{name} {flags}");
        fs::remove_file(path).unwrap();
    }
    writeln!(std::io::stderr(), "{} {format} files of db5.3_load are read equal", tables.len()).unwrap();
    assert!(tables.len() >= TABLES);
}
