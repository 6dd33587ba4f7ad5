//! Constant database files: the `cdb` map type of sendmail, as D. J. Bernstein described the format and tinycdb reads it.
//!
//! ```text
//! 256 × 8 bytes   for each table: where it begins, how many slots it has
//! records         key length, value length, key, value; in the order they were given
//! 256 tables      slots: the hash of a key, where its record is; a record of 0 ends a search
//! ```
//!
//! A key's hash chooses the table (`hash & 255`) and the slot in it where a search begins (`hash >> 8`, modulo the slots).
//! All numbers are unsigned, of 32 bits, and little-endian; so a file ends before byte 2³².

mod read;
mod write;

pub use read::{CdbFile, Entries};
pub use write::{write, write_with};

/// How many tables there are.
const TABLES: usize = 256;
/// Length of a pair of numbers: what stands for a table, begins a record, and is a slot.
const PAIR: usize = 8;
/// Length of what stands for all tables at the start of a file.
const HEADER: usize = TABLES * PAIR;

/// Hashes a key.
fn hash(key: &[u8]) -> u32 {
    key.iter().fold(5381, |h: u32, &byte| h.wrapping_mul(33) ^ u32::from(byte))
}
