//! Hash and btree files, and libdb.

use std::{collections::BTreeSet, fmt::Write, fs};

use relaycc::map::{Duplicates, Format};

use super::{
    tables::{Random, Table, by_key, byte_tables, repeating_byte_tables, repeating_word_tables, word_tables},
    tools::{dumped, file_of, folder, reference_is_installed, run_well, table_of, to_hex, verify},
};

const FORMATS: [Format; 2] = [Format::Hash, Format::Btree];

#[test]
fn libdb_verifies_and_dumps_what_is_written() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-bytes");
    let mut random = Random(1);
    let unique = byte_tables(&mut random);
    let repeating = repeating_byte_tables(&mut random);
    assert!(unique.len() > 140 && repeating.len() > 40);
    for format in FORMATS {
        let unique = unique.iter().map(|table| (table, Duplicates::Refuse));
        let repeating = repeating.iter().map(|table| (table, Duplicates::Keep));
        for (n, (table, duplicates)) in unique.chain(repeating).enumerate() {
            let name = format!("{format}{n}.db");
            fs::write(folder.join(&name), file_of(format, table, duplicates)).unwrap();
            verify(&name, &folder);
            assert!(dumped(&name, &folder) == by_key(table.clone()), "{name}");
            fs::remove_file(folder.join(&name)).unwrap();
        }
    }
}

#[test]
fn what_makemap_writes_is_read_and_no_smaller() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-makemap");
    let mut random = Random(3);
    let unique = word_tables(&mut random);
    let repeating = repeating_word_tables(&mut random);
    let unique = unique.iter().map(|table| (table, Duplicates::Refuse));
    let repeating = repeating.iter().map(|table| (table, Duplicates::Keep));
    for (n, (table, duplicates)) in unique.chain(repeating).enumerate() {
        for format in FORMATS {
            let name = format!("{format}{n}");
            let text = table.iter().flat_map(|(key, value)| [key, b"\t".as_slice(), value, b"\n"].concat());
            let text = text.collect::<Vec<_>>();
            let options = if duplicates == Duplicates::Keep { &["-d"][..] } else { &[] };
            run_well("makemap", &[options, &[format.name(), &name]].concat(), &folder, &text);
            let theirs = fs::read(folder.join(name.clone() + ".db")).unwrap();
            assert!(table_of(&theirs) == by_key(table.clone()), "{name}");

            let ours = file_of(format, table, duplicates);
            verify_written(&ours, &name, &folder);
            assert!(table_of(&ours) == by_key(table.clone()), "{name}");
            if format == Format::Btree {
                assert!(ours.len() <= theirs.len(), "{name}: {} > {}", ours.len(), theirs.len());
            }
        }
    }
}

fn verify_written(file: &[u8], name: &str, folder: &std::path::Path) {
    let name = format!("{name}-ours.db");
    fs::write(folder.join(&name), file).unwrap();
    verify(&name, folder);
}

#[test]
fn what_libdb_writes_is_read() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-load");
    let mut random = Random(4);
    let mut tables = byte_tables(&mut random).into_iter().map(|table| (table, "")).collect::<Vec<_>>();
    for table in repeating_byte_tables(&mut random) {
        // Sorted duplicates cannot be equal.
        let distinct = table.iter().cloned().collect::<BTreeSet<_>>();
        tables.push((distinct.into_iter().collect(), "duplicates=1\ndupsort=1\n"));
        tables.push((table, "duplicates=1\n"));
    }
    for (n, (table, flags)) in tables.iter().enumerate() {
        for (m, format) in FORMATS.into_iter().enumerate() {
            let name = format!("{format}{n}.db");
            let page_size = 512_u32 << ((n + m) % 8);
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
            let file = fs::read(folder.join(&name)).unwrap();
            assert!(table_of(&file) == by_key(table.clone()), "{name} {flags}");
            fs::remove_file(folder.join(&name)).unwrap();
        }
    }
}

#[test]
fn texts_loaded_with_options_are_read() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-load-text");
    let mut random = Random(6);
    let table = (0..3000).map(|_| (random.word(12), random.word(30))).collect::<Table>();
    let text = table.iter().flat_map(|(key, value)| [key, b"\n".as_slice(), value, b"\n"].concat()).collect::<Vec<_>>();
    for format in FORMATS {
        for page_size in (9..=16).map(|bits| format!("db_pagesize={}", 1 << bits)) {
            for byte_order in ["db_lorder=1234", "db_lorder=4321"] {
                let options =
                    ["-T", "-t", format.name(), "-c", &page_size, "-c", byte_order, "-c", "duplicates=1", "t"];
                run_well("db5.3_load", &options, &folder, &text);
                let file = fs::read(folder.join("t")).unwrap();
                assert!(table_of(&file) == by_key(table.clone()), "{format} {page_size} {byte_order}");
                fs::remove_file(folder.join("t")).unwrap();
            }
        }
    }
}

#[test]
fn what_is_not_read_is_refused() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-refused");
    let load = |options: &[&str]| {
        let _ = fs::remove_file(folder.join("t"));
        run_well("db5.3_load", &[&["-T"], options, &["t"]].concat(), &folder, b"a\nb\n");
        let file = fs::read(folder.join("t")).unwrap();
        relaycc::map::MapFile::open(&file).map(|file| file.format()).map_err(|error| error.to_string())
    };
    let refused = |what: &str| Err(format!("page 0: {what} cannot be read"));
    assert_eq!(load(&["-t", "btree"]), Ok(Format::Btree));
    assert_eq!(load(&["-t", "recno"]), refused("a file of records without keys"));
    for format in ["hash", "btree"] {
        assert_eq!(load(&["-t", format, "-c", "chksum=1"]), refused("a file with checksums"));
        assert_eq!(load(&["-t", format, "-c", "subdatabase=s"]), refused("a file with several databases"));
    }
}

/// Files of ours are files that libdb can go on with.
#[test]
fn libdb_adds_to_what_is_written() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-append");
    let mut random = Random(7);
    let mut unique = word_tables(&mut random).split_off(200);
    unique.truncate(60);
    let repeating = repeating_word_tables(&mut random);
    let unique = unique.into_iter().map(|table| (table, Duplicates::Refuse));
    let repeating = repeating.into_iter().map(|table| (table, Duplicates::Keep));
    for (n, (table, duplicates)) in unique.chain(repeating).enumerate() {
        // Some of the same keys, if there may be.
        let mut more = (0..100).map(|_| (random.word(15), random.word(12))).collect::<Table>();
        if duplicates == Duplicates::Keep {
            more.extend((0..200).map(|i| (format!("k{}", i % 9).into_bytes(), random.word(10))));
        }
        let text = more.iter().flat_map(|(key, value)| [key, b"\t".as_slice(), value, b"\n"].concat());
        let text = text.collect::<Vec<_>>();
        for format in FORMATS {
            let name = format!("{format}{n}");
            let file = folder.join(format!("{name}.db"));
            fs::write(&file, file_of(format, &table, duplicates)).unwrap();
            let options = if duplicates == Duplicates::Keep { &["-o", "-d"][..] } else { &["-o"] };
            run_well("makemap", &[options, &[format.name(), &name]].concat(), &folder, &text);
            verify(&format!("{name}.db"), &folder);
            let all = [table.clone(), more.clone()].concat();
            assert!(table_of(&fs::read(&file).unwrap()) == by_key(all), "{name}");
        }
    }
}
