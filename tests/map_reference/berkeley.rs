//! Hash and btree files that were made or changed in other ways than from a table at once.

use std::fs;

use relaycc::map::{Duplicates, Format};

use super::{
    tables::{Random, Table, by_key, repeating_word_tables, word_tables},
    tools::{file_of, folder, reference_is_installed, run_well, table_of, verify_all},
};

const FORMATS: [Format; 2] = [Format::Hash, Format::Btree];

#[test]
fn texts_loaded_with_options_are_read() {
    if !reference_is_installed() {
        return;
    }
    let folder = folder("map-load-text");
    let mut random = Random::new(6);
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
    let refused = |what: &str| Err(format!("page 0: {what} is not supported"));
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
    let mut random = Random::new(7);
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
            verify_all(&[format!("{name}.db")], &folder);
            let all = [table.clone(), more.clone()].concat();
            assert!(table_of(&fs::read(&file).unwrap()) == by_key(all), "{name}");
        }
    }
}
