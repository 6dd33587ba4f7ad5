//! Damaged map files, and arbitrary texts of maps and aliases: reading always ends soon, without a panic, and with no more memory
//! than the size of the file.
//!
//! `RELAYCC_FUZZ_SECONDS=3600 cargo test --release --test map_damage any_damage_to_a_hash -- --nocapture` runs for an hour per
//! processor and reports the number of files at the end; a failing file is kept in the target's `tmp` folder and named. The other
//! tests `any_damage_to_…` work the same way, and `any_text_of_a_map` and `any_text_of_aliases` with texts.

#![cfg(test)]

use std::{
    fs,
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use fastrand::Rng;
use relaycc::{
    front::aliases,
    map::{
        Answers, Duplicates, Entry, Format, Lookup, MapFile, Parts, ReadError,
        text::{self, Reading, Table},
        write,
    },
    source::{Sources, Span},
};

/// Number of files without the environment variable.
const FEW: u64 = 7_000;
/// Maximum time for one file of less than 1 MiB, on a busy machine and without optimization.
const LIMIT: Duration = Duration::from_secs(20);

/// A file to be damaged, and the length of its pages.
struct Seed {
    format: Format,
    bytes: Vec<u8>,
    page_size: usize,
    keys: Vec<Vec<u8>>,
}

/// Files with all features of the formats.
fn seeds() -> Vec<Seed> {
    let mut entries = (0..400).map(|n| (format!("key{n}").into_bytes(), vec![b'v'; n % 50])).collect::<Vec<_>>();
    entries.extend((0..6).map(|n| (vec![n; 1500], vec![n; 6000])));
    entries.extend((1..100).map(|n| (vec![0; n], vec![1; 40])));
    let mut repeating = entries.clone();
    repeating.extend((0..60).map(|n| (format!("key{}", n % 6).into_bytes(), vec![b'w'; n])));
    repeating.extend((0..900).map(|n| (b"many".to_vec(), format!("value{n}").into_bytes())));
    repeating.extend((0..4).map(|n| (b"large".to_vec(), vec![n; 3000])));
    // Inner pages that refer to large keys.
    let alike = (0..40_u8).map(|n| ([&[b'x'; 1200][..], &[n]].concat(), vec![n; 900])).collect::<Vec<_>>();
    let mut seeds = Vec::new();
    for format in Format::SENDMAIL {
        for (entries, duplicates) in
            [(&entries, Duplicates::Refuse), (&repeating, Duplicates::Keep), (&alike, Duplicates::Refuse)]
        {
            let mut bytes = Vec::new();
            write(format, entries, duplicates, &mut bytes).unwrap();
            let keys = entries.iter().step_by(entries.len() / 10 + 1).map(|(key, _)| key.clone()).collect();
            let page_size = if format == Format::Cdb { 512 } else { 4096 };
            seeds.push(Seed { format, bytes, page_size, keys });
        }
    }
    seeds.extend(loaded_seeds());
    seeds.extend(lmdb_seeds());
    seeds
}

/// Files with other page sizes, byte orders, and orders of a key's values; none if `db5.3_load` is not installed.
fn loaded_seeds() -> Vec<Seed> {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for n in 0..300 {
        text += &format!("key{}\nvalue{n}\nbig{}\n{n}{}\n", n % 200, n % 3, "v".repeat(n % 20 * 30));
    }
    text += &format!("{}\nvalue\n", "large".repeat(600));
    let keys = ["key7", "big1", &"large".repeat(600)].map(|key| key.as_bytes().to_vec());
    let mut seeds = Vec::new();
    for format in [Format::Hash, Format::Btree] {
        for (order, sorted) in [("4321", "0"), ("1234", "1")] {
            let path = folder.path().join(format!("{format}{order}"));
            let (order, sorted) = (format!("db_lorder={order}"), format!("dupsort={sorted}"));
            let options =
                ["-T", "-t", format.name(), "-c", "db_pagesize=512", "-c", &order, "-c", "duplicates=1", "-c", &sorted];
            let child = Command::new("db5.3_load").args(options).arg(&path).stdin(Stdio::piped()).spawn();
            let Ok(mut child) = child else { return seeds };
            child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success());
            seeds.push(Seed { format, bytes: fs::read(&path).unwrap(), page_size: 512, keys: keys.to_vec() });
        }
    }
    seeds
}

/// Files that LMDB wrote, one of them recorded from Postfix's `postmap`.
fn lmdb_seeds() -> Vec<Seed> {
    let recorded = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/map/many.lmdb")).unwrap();
    let mut files = vec![recorded];
    if Format::Lmdb.is_written() {
        // Several levels of inner pages, and values on pages of their own.
        let alike =
            (0..200_u8).map(|n| ([&[b'x'; 480][..], &[n]].concat(), vec![n; usize::from(n) * 30])).collect::<Vec<_>>();
        for entries in [&alike[..], &alike[..1], &[]] {
            let mut bytes = Vec::new();
            write(Format::Lmdb, entries, Duplicates::Refuse, &mut bytes).unwrap();
            files.push(bytes);
        }
    }
    let seed = |bytes: Vec<u8>| {
        let map = MapFile::open(&bytes).unwrap();
        let keys = map.entries().step_by(20).map(|entry| entry.unwrap().key.into_owned()).collect();
        Seed { format: Format::Lmdb, page_size: 4096, keys, bytes }
    };
    files.into_iter().map(seed).collect()
}

/// Changes a few bytes, mainly in numbers that refer to other places; sometimes moves a part or truncates the file.
fn damage(seed: &Seed, random: &mut Rng, file: &mut Vec<u8>) {
    file.clone_from(&seed.bytes);
    let length = file.len();
    for _ in 0..1 + random.usize(..8) {
        let page = random.usize(..length / seed.page_size) * seed.page_size;
        let at = match random.usize(..6) {
            0 => random.usize(..224),
            1 => page + random.usize(..26),
            2 => page + 26 + random.usize(..100),
            3 => page + seed.page_size - 1 - random.usize(..100),
            4 => page + random.usize(..seed.page_size),
            _ => random.usize(..length),
        };
        let byte = [0, 1, 2, 3, 255, random.usize(..256) as u8][random.usize(..6)];
        match random.usize(..8) {
            0 => {
                let number = (random.usize(..length / seed.page_size + 2) as u32).to_le_bytes();
                if let Some(place) = file.get_mut(at & !3..(at & !3) + 4) {
                    place.copy_from_slice(&number);
                }
            }
            1 => {
                let (from, count) = (random.usize(..length), random.usize(..seed.page_size));
                if from + count <= length && at + count <= length {
                    file.copy_within(from..from + count, at);
                }
            }
            _ => {
                if let Some(place) = file.get_mut(at) {
                    *place = byte;
                }
            }
        }
    }
    if random.usize(..10) == 0 {
        file.truncate(random.usize(..length));
    }
}

/// The result for a file.
#[derive(PartialEq)]
enum Outcome {
    Refused,
    Read,
}

/// Opens, lists and searches a file.
fn read(file: &[u8], keys: &[Vec<u8>]) -> Outcome {
    let Ok(map) = MapFile::open(file) else { return Outcome::Refused };
    let keys = keys.iter().map(Vec::as_slice).chain([&b""[..], b"nobody", &[b'x'; 1201]]).collect::<Vec<_>>();
    let (mut together, mut from_disk) = (Answers::default(), Answers::default());
    map.get_all(&keys, &mut together);
    let lookup = Lookup::of(file);
    if let Some(lookup) = &lookup {
        lookup.get_all(&keys, &mut from_disk);
    }
    for (number, key) in keys.iter().enumerate() {
        let alone = map.get(key);
        if let Ok(Some(value)) = &alone {
            assert!(value.len() <= file.len(), "a value of more bytes than the file has");
        }
        let alone = alone.as_ref().map(Option::as_deref);
        assert_eq!(together.get(number), alone, "what is found depends on what else is asked for");
        if lookup.is_some() {
            assert_eq!(from_disk.get(number), alone, "what is found depends on what is in memory");
        }
    }
    let (mut values, mut refused) = (0, false);
    for entry in map.entries() {
        assert!(!refused, "something is listed after an error");
        match entry {
            Ok(Entry { key, value }) => {
                assert!(key.len() <= file.len(), "a key of more bytes than the file has");
                values += value.len();
            }
            Err(_) => refused = true,
        }
    }
    // In parts, the result is the same or an error, as the page before a part is checked as well.
    if let Some(parts) = Parts::of(file) {
        let (mut memory, mut in_parts) = (Vec::new(), Ok::<usize, ReadError>(0));
        for part in parts.all() {
            let listed = parts.list(part, &mut memory, |entries| {
                entries.map(|entry| entry.map(|entry| entry.value.len())).sum::<Result<usize, _>>()
            });
            in_parts = in_parts.and_then(|before| Ok(before + listed.and_then(|listed| listed)?));
        }
        assert!(in_parts.is_err() || in_parts == Ok(values), "{in_parts:?} bytes of values in parts, {values} at once");
    }
    // Items may overlap in a damaged file, but no page is read twice.
    assert!(values <= 64 * file.len(), "values of {values} bytes in a file of {}", file.len());
    if refused { Outcome::Refused } else { Outcome::Read }
}

/// Generates and reads bytes repeatedly on every processor: `FEW` times, or as long as the environment says. Inputs that panic or
/// take too long are kept. Returns the number of inputs, and of rejected ones.
fn search(what: &str, attempt: impl Fn(&mut Rng, &mut Vec<u8>) -> Outcome + Sync) -> (u64, u64) {
    let seconds = std::env::var("RELAYCC_FUZZ_SECONDS").ok().map(|seconds| seconds.parse::<u64>().unwrap());
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let first_seed =
        end.map_or(1, |_| std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64 | 1));
    let attempt = &attempt;
    let results = std::thread::scope(|scope| {
        let search = move |thread: u64| {
            let mut random = Rng::with_seed(first_seed.wrapping_add(thread));
            let (mut tried, mut refused, mut found) = (0, 0, Vec::new());
            let mut bytes = Vec::new();
            while end.map_or(tried < FEW / threads, |end| Instant::now() < end) {
                let start = Instant::now();
                let outcome = catch_unwind(AssertUnwindSafe(|| attempt(&mut random, &mut bytes)));
                tried += 1;
                refused += u64::from(matches!(outcome, Ok(Outcome::Refused)));
                if outcome.is_err() || start.elapsed() > LIMIT {
                    let path =
                        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("damaged-{what}-{}", random.get_seed()));
                    fs::write(&path, &bytes).unwrap();
                    found.push(path);
                }
            }
            (tried, refused, found)
        };
        let searches = (0..threads).map(|thread| scope.spawn(move || search(thread))).collect::<Vec<_>>();
        searches.into_iter().map(|search| search.join().unwrap()).collect::<Vec<_>>()
    });
    let tried = results.iter().map(|(tried, ..)| tried).sum::<u64>();
    let refused = results.iter().map(|(_, refused, _)| refused).sum::<u64>();
    let found = results.iter().flat_map(|(.., found)| found).collect::<Vec<_>>();
    writeln!(std::io::stderr(), "{what}: {tried} tried, {refused} refused, {} findings", found.len()).unwrap();
    assert!(found.is_empty(), "{found:?}");
    (tried, refused)
}

/// Damages files of `format` and reads them.
fn search_damage(format: Format) {
    let seeds = seeds().into_iter().filter(|seed| seed.format == format).collect::<Vec<_>>();
    let (tried, refused) = search(format.name(), |random, file| {
        let seed = &seeds[random.usize(..seeds.len())];
        damage(seed, random, file);
        read(file, &seed.keys)
    });
    assert!(refused > tried / 10 && refused < tried, "{refused} of {tried}");
}

#[test]
fn any_damage_to_a_hash_is_survived() {
    search_damage(Format::Hash);
}

#[test]
fn any_damage_to_a_btree_is_survived() {
    search_damage(Format::Btree);
}

#[test]
fn any_damage_to_a_cdb_is_survived() {
    search_damage(Format::Cdb);
}

#[test]
fn any_damage_to_an_lmdb_is_survived() {
    search_damage(Format::Lmdb);
}

/// A text with typical lines and other bytes among them.
fn scribble(random: &mut Rng, text: &mut Vec<u8>) {
    const PIECES: [&[u8]; 28] = [
        b"Connect:example.net",
        b" ",
        b"\t",
        b"\n",
        b"REJECT",
        b"#",
        b"a",
        b":",
        b"root",
        b", ",
        b"\"",
        b"\\",
        b"(",
        b")",
        b"<",
        b">",
        b"@",
        b"example.org",
        b":include:/list",
        b"|/bin/program",
        b"/file",
        b"error:5.7.1:550 no",
        b"\r\n",
        b"\0",
        b"\xc3\xa9",
        b"\xff",
        b"%",
        b"!",
    ];
    text.clear();
    for _ in 0..random.usize(..60) {
        match random.usize(..12) {
            0 => text.push(random.usize(..256) as u8),
            1 if random.usize(..50) == 0 => text.extend(vec![b'x'; 200 + random.usize(..9000)]),
            _ => text.extend(PIECES[random.usize(..PIECES.len())]),
        }
    }
}

#[test]
fn any_text_of_a_map_is_survived() {
    let (tried, refused) = search("text", |random, bytes| {
        scribble(random, bytes);
        let source = Sources::default().add("map", "");
        let inside = |span: Span| span.start <= span.end && span.end as usize <= bytes.len();
        let parsed = text::parse(bytes, source);
        assert!(parsed.entries.iter().all(|entry| inside(entry.key.span) && inside(entry.value.span)));
        let reading = Reading {
            fold_keys: random.usize(..2) == 0,
            comment: [b'#', b'%', b'a'][random.usize(..3)],
            delimiter: [None, Some(b':'), Some(b',')][random.usize(..3)],
            empty_values: random.usize(..2) == 0,
        };
        let mut table = Table::read(bytes.clone(), source, reading);
        if random.usize(..2) == 0 {
            table.terminate();
        }
        assert!(table.problems().iter().all(|problem| inside(problem.span)));
        let entries = table.pairs().collect::<Vec<_>>();
        assert!(write(Format::Hash, &entries, Duplicates::Keep, &mut std::io::sink()).is_ok());
        if table.problems().is_empty() { Outcome::Read } else { Outcome::Refused }
    });
    assert!(refused > tried / 10 && refused < tried, "{refused} of {tried}");
}

#[test]
fn any_text_of_aliases_is_survived() {
    let (tried, refused) = search("aliases", |random, bytes| {
        scribble(random, bytes);
        let mut sources = Sources::default();
        let id = sources.add_bytes("aliases", bytes);
        let length = sources.get(id).map_or(0, |source| source.text().len());
        let aliases = aliases::read(&sources, id, &|host| host == b"example.org");
        let inside = |span: Span| span.start <= span.end && span.end as usize <= length;
        assert!(aliases.problems.iter().all(|problem| inside(problem.span)));
        for problem in &aliases.problems {
            let _ = (problem.diagnostic(), problem.newaliases_message("aliases"));
        }
        assert!(write(Format::Hash, &aliases.database(), Duplicates::Refuse, &mut std::io::sink()).is_ok());
        if aliases.problems.is_empty() { Outcome::Read } else { Outcome::Refused }
    });
    assert!(refused > tried / 10 && refused < tried, "{refused} of {tried}");
}

#[test]
fn every_end_that_a_file_is_cut_at_is_survived() {
    for seed in seeds() {
        for end in (0..seed.bytes.len()).step_by(251).chain(0..600) {
            let outcome = read(&seed.bytes[..end], &seed.keys);
            assert!(outcome == Outcome::Refused, "cut at {end} of {}", seed.bytes.len());
        }
        assert!(read(&seed.bytes, &seed.keys) == Outcome::Read);
    }
}
