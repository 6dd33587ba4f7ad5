//! Tables at the edges of what a page, a bucket, a tree's level holds: just below, at and just above.

use std::collections::BTreeSet;

use super::tables::{Random, Table};

/// Bytes that a page offers.
const ROOM: usize = 4096 - 26;
/// Longest key or value that is on its hash page.
const HASH_INLINE: usize = 1024;
/// Longest key or value that is in its leaf.
const LEAF_INLINE: usize = 1007;

/// The hash function of hash files.
pub fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0, |h: u32, byte| h.wrapping_mul(16_777_619) ^ u32::from(*byte))
}

/// Lengths up to 64 KiB: at the edges of an item's own pages, and of what is in it otherwise.
fn lengths() -> BTreeSet<usize> {
    let pages = (1..=16).map(|pages| pages * ROOM);
    let edges = pages.chain([HASH_INLINE, LEAF_INLINE, 128, 256, 2048, 4096, 32_768]);
    let around = edges.flat_map(|edge| [edge - 1, edge, edge + 1]);
    around.chain([1, 2, 3, 65_534, 65_535, 65_536]).filter(|length| *length <= 65_536).collect()
}

/// One entry of every length, as key and as value.
pub fn single_entries(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for length in lengths() {
        for other in [1, 1007, 1025] {
            tables.push(vec![(random.word(length), random.word(other))]);
            tables.push(vec![(random.word(other), random.word(length))]);
        }
    }
    tables
}

/// Each byte alone, at the start, in the middle and at the end of keys and values.
pub fn each_byte() -> Vec<Table> {
    let places = |byte: u8| {
        let words = [&[byte][..], &[byte, b'a'], &[b'a', byte], &[b'a', byte, b'b'], &[byte; 40]];
        words.map(<[u8]>::to_vec)
    };
    let table = |byte| places(byte).into_iter().zip(places(byte).into_iter().rev()).collect::<Table>();
    let mut tables = (0..=255).map(table).collect::<Vec<_>>();
    // `aa` is a key twice there.
    tables.retain(|table| table.iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len() == table.len());
    tables
}

/// Keys of which each begins with the one before, and many that have all but their end in common.
pub fn prefixes(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for length in (1..240).step_by(12).chain(LEAF_INLINE - 8..LEAF_INLINE + 4).chain(HASH_INLINE - 8..HASH_INLINE + 4) {
        let prefix = random.word(length);
        let count = if length < 240 { 300 } else { 30 };
        tables.push((0..count).map(|n| ([&prefix[..], format!("{n}").as_bytes()].concat(), random.word(9))).collect());
    }
    tables
}

/// So many keys of bucket 1 of 2.
fn keys_of_one_bucket(count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..).map(|i| format!("key{i}").into_bytes()).filter(|key| hash(key) & 1 == 1).take(count)
}

/// Buckets whose entries, few large to many small ones, end just before, with and just past the end of their page.
pub fn buckets(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for count in 4..=40 {
        for room in ROOM - 2..=ROOM + 2 {
            let keys = keys_of_one_bucket(count).collect::<Vec<_>>();
            let others = keys.iter().map(|key| key.len() + 2 * 3).sum::<usize>();
            tables.push(with_values(keys, room - others, random));
        }
    }
    tables
}

/// Leaves of a tree likewise. An item ends at a multiple of four there.
pub fn leaves(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for count in 4..=40 {
        // Of each entry two positions, and a key of nine bytes; the rest is for values.
        let fours = ROOM / 4 - count * (4 + 12) / 4;
        for past in [-1, 0, 1, 4, 5] {
            let value = |n| {
                let fours = fours / count + usize::from(n < fours % count);
                (4 * fours - 3).strict_add_signed(if n + 1 == count { past } else { 0 })
            };
            tables.push((0..count).map(|n| (format!("key-{n:05}").into_bytes(), random.word(value(n)))).collect());
        }
    }
    tables
}

/// Gives each key a value, all of like length, and together so many bytes.
fn with_values(keys: Vec<Vec<u8>>, total: usize, random: &mut Random) -> Table {
    let (each, rest) = (total / keys.len(), total % keys.len());
    keys.into_iter().enumerate().map(|(n, key)| (key, random.word(each + usize::from(n < rest)))).collect()
}

/// As many entries as the pages of 1, 2, 4, … buckets hold if all were alike; one less and more, one byte less and more.
pub fn doublings(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for doubling in 0..8 {
        // An entry of 64 bytes: two positions, two kinds, a key of 8 bytes.
        let total = ROOM << doubling;
        let (count, rest) = (total / 64, total % 64);
        for (count, last) in [(count - 1, 50), (count, 50), (count, 49 + rest), (count, 50 + rest), (count, 51 + rest)]
        {
            let key = |n| format!("k{n:07}").into_bytes();
            let value = |n, random: &mut Random| random.word(if n + 1 == count { last } else { 50 });
            tables.push((0..count).map(|n| (key(n), value(n, random))).collect());
        }
    }
    tables
}

/// Trees of one to five levels: two entries to a leaf, four pages to an inner page.
pub fn levels() -> Vec<Table> {
    let key = |n: usize| [&[b'k'; 900][..], format!("{n:04}").as_bytes()].concat();
    (1..=140).map(|count| (0..count).map(|n| (key(n), vec![b'v'; 900])).collect()).collect()
}

/// Values of one key up to where they leave the key's page, and as many as their tree gets another level for.
pub fn repeated_values(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for length in 370..385 {
        tables.push((0..8).map(|_| (b"key".to_vec(), random.word(length))).collect());
    }
    // Four values to a leaf, 407 leaves to an inner page.
    for count in [3, 4, 5, 4 * 407 - 1, 4 * 407, 4 * 407 + 1] {
        tables.push((0..count).map(|_| (b"key".to_vec(), random.word(1000))).collect());
    }
    tables
}
