//! Key-value map files, read without any C library, and all but one format written without.
//!
//! sendmail keeps its tables (access, mailertable, virtusertable, …) as text for people and as a *map file* for look-ups:
//! a set of byte-string keys, each with one byte-string value, in a layout that finds a key without reading the whole.
//! A `K` line names the layout as the map's type. Here is one module per layout, and
//! [`text`] for the form that people write:
//!
//! | module | `K` type | layout |
//! |---|---|---|
//! | [`hash`] | `hash` | Berkeley DB, linear hashing |
//! | [`btree`] | `btree` | Berkeley DB, a tree of pages in the order of the keys |
//! | [`cdb`] | `cdb` | D. J. Bernstein's constant database |
//! | [`lmdb`] | none; Postfix's `lmdb` | a tree of pages, for Postfix and no sendmail |
//!
//! [`write()`] and [`MapFile`] do the same for all of them. [`Parts`] lists a large file that need not be in memory,
//! and [`Lookup`] asks one for keys.
//!
//! Nothing here opens a file, but for the scratch file of [`lmdb`], and nothing knows what the keys and values mean to sendmail. A writer takes entries and an
//! [`io::Write`]; a reader takes the file's bytes, or whatever they can be read from at any place. A NUL at the end of keys and values, as `makemap -N` stores it, is a
//! byte like any other.

mod berkeley;
pub mod btree;
pub mod cdb;
mod format;
pub mod hash;
pub mod lmdb;
mod lookup;
mod parts;
mod pipe;
pub mod text;
mod window;

use std::{borrow::Cow, io, ops::RangeInclusive};

pub use format::{Entries, Format, MapFile, write};
pub use lookup::{Answers, Lookup};
pub use parts::{Part, Parts};
pub use window::ReadAt;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry<'a> {
    /// The key, as stored.
    pub key: Cow<'a, [u8]>,
    /// The value, as stored.
    pub value: Cow<'a, [u8]>,
}

/// Keys and values that are to be stored, in order.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// What becomes of entries whose key an earlier entry has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Duplicates {
    /// The whole is refused.
    #[default]
    Refuse,
    /// The first entry of a key stays, as with `makemap` without options, which complains of the others.
    First,
    /// The last entry of a key stays, as with `makemap -r`.
    Last,
    /// All stay, in their order, as with `makemap -d`. A look-up finds the first of them. lmdb files have one value for a key,
    /// so that there this is [`Duplicates::Refuse`].
    Keep,
}

/// Why a map file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Two entries have the same key, and [`Duplicates::Refuse`] was asked for.
    #[error("entries {first} and {second} (counted from 0) have the same key")]
    DuplicateKey {
        /// Index of the entry that came first in the input.
        first: usize,
        /// Index of the one that repeats its key.
        second: usize,
    },
    /// The entries need more than the format can number: 2³² − 1 entries or pages, or bytes in one key or value; or,
    /// in a cdb, in the whole file.
    #[error("{0} exceed what this format can count (4294967295)")]
    TooLarge(&'static str),
    /// The format has no keys of this length.
    #[error("entry {entry} (counted from 0) has a key that is not of {} to {} bytes", lengths.start(), lengths.end())]
    KeyLength {
        /// Index of the entry.
        entry: usize,
        /// The lengths that keys may have, in bytes.
        lengths: RangeInclusive<usize>,
    },
    /// This program was built without what writes the format.
    #[error("this program was built without the feature `{0}`, which writes such files")]
    LeftOut(&'static str),
    /// The output could not be written.
    #[error("the map file could not be written: {0}")]
    Io(#[from] io::Error),
}

/// Why a map file could not be read.
///
/// Pages are counted from 0, the page with the file's own description; byte offset = page × page size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file does not begin as a map file of this layout does.
    #[error("this is no such map file: {0}")]
    Unrecognized(&'static str),
    /// The file is of a version of this layout that is not read here.
    #[error("version {found} of the format is not read, only {first} to {last} are")]
    Version {
        /// What the file says.
        found: u32,
        /// The first version that is read.
        first: u32,
        /// The last.
        last: u32,
    },
    /// The file is of this layout but uses a part of it that is not read here.
    #[error("page {page}: {what} cannot be read")]
    Unsupported {
        /// The page that uses it.
        page: u32,
        /// What it uses.
        what: &'static str,
    },
    /// The file contradicts itself.
    #[error("page {page} is damaged: {what}")]
    Corrupt {
        /// The page where it shows.
        page: u32,
        /// What is wrong there.
        what: &'static str,
    },
    /// What the file is read from failed.
    #[error("the file cannot be read at byte {offset}: {cause}")]
    Unreadable {
        /// Where, in bytes from the start of the file.
        offset: u64,
        /// What kind of failure it was.
        cause: io::ErrorKind,
    },
    /// A file that has no pages contradicts itself.
    #[error("the file is damaged at byte {offset}: {what}")]
    CorruptAt {
        /// Where it shows, in bytes from the start of the file.
        offset: u64,
        /// What is wrong there.
        what: &'static str,
    },
}
