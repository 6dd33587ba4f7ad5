//! Tables to be written, the same on every run.

use std::collections::BTreeMap;

use fastrand::Rng;

use super::edges::hash;

/// Keys and values, in any order.
pub type Table = Vec<(Vec<u8>, Vec<u8>)>;

type Unique = BTreeMap<Vec<u8>, Vec<u8>>;

/// By key; the values of each key stay in their order.
pub fn by_key(mut table: Table) -> Table {
    table.sort_by(|a, b| a.0.cmp(&b.0));
    table
}

/// The same entries on every run.
pub struct Random(Rng);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0.usize(..n)
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.0.u8(..)).collect()
    }

    /// Bytes that survive makemap's text: no blanks, no upper case.
    pub fn word(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| b"abcdefghijklmnopqrstuvwxyz0123456789.-@:+"[self.below(41)]).collect()
    }

    fn shuffle(&mut self, table: &mut Table) {
        self.0.shuffle(table);
    }
}

fn shuffled(tables: Vec<Unique>, random: &mut Random) -> Vec<Table> {
    let tables = tables.into_iter().map(|table| {
        let mut table = table.into_iter().collect();
        random.shuffle(&mut table);
        table
    });
    tables.collect()
}

/// Tables of words, as people write them; no key twice.
pub fn word_tables(random: &mut Random) -> Vec<Table> {
    let mut tables = vec![Unique::new(), Unique::from([(b"k".to_vec(), b"v".to_vec())])];
    // Few entries, every size.
    for n in 1..60 {
        tables.push((0..n).map(|_| (random.word(1 + n % 20), random.word(1 + n))).collect());
    }
    // Entries of both buckets filled up to where the page ends, and past it byte by byte.
    for last in 780..864 {
        let keys = (0..).map(|i| format!("key{i}").into_bytes()).filter(|key| hash(key) & 1 == 0);
        let lengths = [800, 800, 800, 800, last];
        tables.push(keys.zip(lengths).map(|(key, length)| (key, random.word(length))).collect());
    }
    // The same for a leaf of a tree.
    for last in 690..740 {
        let lengths = [800, 800, 800, 800, last];
        let entries = (0..).zip(lengths).map(|(i, length)| (format!("key{i}").into_bytes(), random.word(length)));
        tables.push(entries.collect());
    }
    // Keys that begin with each other.
    for n in 10..40 {
        let word = random.word(n * 20);
        tables.push((1..n * 20).step_by(7).map(|end| (word[..end].to_vec(), random.word(3))).collect());
    }
    // As many entries as to go through several numbers of buckets.
    for n in (100..3000).step_by(200) {
        tables.push((0..n).map(|i| (format!("host{i}.example.net").into_bytes(), random.word(20))).collect());
    }
    tables.push(
        (0..100_000).map(|i| (format!("connect:host-{i}.example.net").into_bytes(), b"550 no".to_vec())).collect(),
    );
    shuffled(tables, random)
}

/// Tables of words with several values for some keys.
pub fn repeating_word_tables(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    // Up to and beyond where the values of a key leave its page.
    for n in 1..60 {
        let mut table = Table::new();
        for key in 0..n % 7 + 1 {
            let values = if key % 2 == 0 { n } else { 1 + random.below(3) };
            table.extend((0..values).map(|i| (format!("k{key}").into_bytes(), random.word(1 + (n + i) % 30))));
        }
        random.shuffle(&mut table);
        tables.push(table);
    }
    for length in 238..256 {
        tables.push((0..4).map(|i| (b"key".to_vec(), random.word(length + i % 2))).collect());
    }
    for n in [300, 2000, 30_000] {
        let mut table = (0..n).map(|i| (format!("k{}", i % 3).into_bytes(), random.word(20))).collect::<Table>();
        table.extend((0..n / 3).map(|i| (format!("other{}", i / 2).into_bytes(), random.word(10))));
        random.shuffle(&mut table);
        tables.push(table);
    }
    tables
}

/// Tables of any bytes, with keys and values of up to 64 KiB; no key twice.
pub fn byte_tables(random: &mut Random) -> Vec<Table> {
    let mut tables = vec![Unique::from([(Vec::new(), Vec::new())]), Unique::from([(b"k".to_vec(), Vec::new())])];
    tables.push((0..=255_u8).map(|byte| (vec![byte], vec![byte; 3])).collect());
    tables.push((0..=255_u8).map(|byte| (vec![byte; 1 + usize::from(byte)], vec![byte])).collect());
    let edges = [1, 1006, 1007, 1008, 1023, 1024, 1025, 4069, 4070, 4071, 8139, 8140, 8141, 12_210, 65_535, 65_536];
    for (n, key) in edges.into_iter().enumerate() {
        for value in edges.into_iter().cycle().skip(n).take(5) {
            tables.push(Unique::from([(random.bytes(key), random.bytes(value))]));
        }
    }
    // Large and small keys in one bucket, many of which begin with each other.
    for n in 0..30 {
        let word = vec![b'x'; 5000];
        let mut table = Unique::new();
        for end in [1, 2, 3, 4, 5, 6, 1005, 1006, 1007, 1020, 1022, 1023, 1024, 1025, 1026, 1027, 2000, 3000, 4000] {
            table.insert(word[..end].to_vec(), random.bytes(n));
            for byte in [0, b'a', b'z', 255] {
                let mut key = word[..end - 1].to_vec();
                key.extend([byte, n as u8]);
                table.insert(key, random.bytes(n * n * n));
            }
        }
        tables.push(table);
    }
    // Large keys so alike that inner pages of a tree need the whole of them; on several levels.
    tables.push((0..800_u32).map(|n| ([&[b'x'; 2000][..], &n.to_be_bytes()].concat(), random.bytes(1000))).collect());
    for n in 1..40 {
        let size = |random: &mut Random| if random.below(8) == 0 { random.below(9000) } else { random.below(60) };
        let mut table = Unique::new();
        for _ in 0..n * 5 {
            let (key, value) = (size(random), size(random));
            table.insert(random.bytes(key), random.bytes(value));
        }
        tables.push(table);
    }
    shuffled(tables, random)
}

/// Tables of any bytes with several values for some keys, large ones among both.
pub fn repeating_byte_tables(random: &mut Random) -> Vec<Table> {
    let mut tables = Vec::new();
    for n in 1..40 {
        let mut table = Table::new();
        for _ in 0..n % 9 + 1 {
            let length = if random.below(5) == 0 { random.below(5000) } else { random.below(20) };
            let key = random.bytes(length);
            for _ in 0..1 + random.below(n) {
                let length = if random.below(20) == 0 { random.below(9000) } else { random.below(n * 4) };
                table.push((key.clone(), random.bytes(length)));
            }
        }
        random.shuffle(&mut table);
        tables.push(table);
    }
    // Empty values, and values that are equal.
    tables.push(vec![(b"k".to_vec(), Vec::new()); 5]);
    tables.push(vec![(b"k".to_vec(), b"v".to_vec()); 2000]);
    tables.push(vec![(Vec::new(), Vec::new()); 300]);
    tables
}

/// A table of any size and any bytes; no key twice.
pub fn random_table(random: &mut Random) -> Table {
    let size = |random: &mut Random| match random.below(40) {
        0 => random.below(65_537),
        1..=4 => random.below(5000),
        _ => random.below(60),
    };
    let mut table = Unique::new();
    for _ in 0..random.below(400) {
        let (key, value) = (size(random), size(random));
        table.insert(random.bytes(key), random.bytes(value));
    }
    let mut table = table.into_iter().collect();
    random.shuffle(&mut table);
    table
}
