//! Constant database files: the `cdb` map type of sendmail, in the format of D. J. Bernstein as tinycdb reads it.
//!
//! ```text
//! 256 × 8 bytes   for each table: its position, its number of slots
//! records         key length, value length, key, value; in the given order
//! 256 tables      slots: the hash of a key, the position of its record; position 0 ends a search
//! ```
//!
//! The hash of a key selects the table (`hash & 255`) and the slot where the search starts (`hash >> 8`, modulo the number of
//! slots). All numbers are unsigned, little-endian and 32 bits wide, so a file is smaller than 4 GiB.

mod read;
mod write;

pub use read::{CdbFile, Entries};
pub use write::{write, write_with};

/// Number of tables.
const TABLES: usize = 256;
/// Length of a pair of numbers: a table in the header, the start of a record, or a slot.
const PAIR: usize = 8;
/// Length of the header.
const HEADER: usize = TABLES * PAIR;

/// Hashes a key.
fn hash(key: &[u8]) -> u32 {
    key.iter().fold(5381, |h: u32, &byte| h.wrapping_mul(33) ^ u32::from(byte))
}
