//! All tables that are compared, of each format a thousand at least.
//!
//! `RELAYCC_TABLES=20000` adds random tables until there are so many.

use relaycc::map::{Duplicates, Format};

use super::{
    edges,
    tables::{Random, Table, byte_tables, random_table, repeating_byte_tables, repeating_word_tables, word_tables},
};

/// As many tables of each format there are at least.
pub const TABLES: usize = 1000;

/// A table to be compared.
pub struct Case {
    pub table: Table,
    /// [`Duplicates::Keep`] if keys repeat.
    pub duplicates: Duplicates,
}

/// The tables for this format.
pub fn cases(format: Format) -> Vec<Case> {
    let mut random = Random::new(1);
    let mut tables = vec![word_tables(&mut random), byte_tables(&mut random), edges::single_entries(&mut random)];
    tables.extend([edges::each_byte(), edges::prefixes(&mut random)]);
    tables.extend(match format {
        Format::Hash => [edges::buckets(&mut random), edges::doublings(&mut random)],
        Format::Btree | Format::Cdb | Format::Lmdb => [edges::leaves(&mut random), edges::levels()],
    });
    let unique = |table| Case { table, duplicates: Duplicates::Refuse };
    let repeating = |table| Case { table, duplicates: Duplicates::Keep };
    let mut cases = tables.into_iter().flatten().map(unique).collect::<Vec<_>>();
    let tables =
        [repeating_word_tables(&mut random), repeating_byte_tables(&mut random), edges::repeated_values(&mut random)];
    cases.extend(tables.into_iter().flatten().map(repeating));
    let more = std::env::var("RELAYCC_TABLES").map_or(0, |tables| tables.parse().unwrap());
    while cases.len() < more {
        cases.push(unique(random_table(&mut random)));
    }
    cases
}
