//! Key-value map files: all formats are read, and all but one are written, without a C library.
//!
//! sendmail keeps its tables (access, mailertable, virtusertable, …) as text for people and as a *map file* for lookups:
//! byte-string keys, each with a byte-string value, in a layout in which a key is found without reading the whole file. A `K`
//! line gives the layout as the type of the map. There is one module per layout, and [`text`] for the form that people write:
//!
//! | module | `K` type | layout |
//! |---|---|---|
//! | [`hash`] | `hash` | Berkeley DB, linear hashing |
//! | [`btree`] | `btree` | Berkeley DB, a tree of pages in the order of the keys |
//! | [`cdb`] | `cdb` | D. J. Bernstein's constant database |
//! | [`lmdb`] | none; Postfix's `lmdb` | a tree of pages, for Postfix only |
//!
//! [`write()`] and [`MapFile`] are independent of the layout. [`Parts`] lists a large file that need not be in memory, and
//! [`Lookup`] finds keys in one.
//!
//! Nothing here opens a file, except the scratch file of [`lmdb`], or knows what the keys and values mean to sendmail. A writer
//! takes entries and an [`io::Write`]; a reader takes the file's bytes, or a source for random access. A NUL at the end of keys
//! and values, as `makemap -N` stores it, is a byte like any other.

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

/// Keys and values to store, in order.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// Policy for entries whose key is already taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Duplicates {
    /// Reject the whole input.
    #[default]
    Refuse,
    /// Keep the first entry, as `makemap` does without options, and reports the others.
    First,
    /// Keep the last entry, like `makemap -r`.
    Last,
    /// Keep all entries in their order, like `makemap -d`. A lookup finds the first of them. lmdb files have one value per key,
    /// so there this is [`Duplicates::Refuse`].
    Keep,
}

/// Why a map file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Two entries have the same key, with [`Duplicates::Refuse`].
    #[error("duplicate key in entries {first} and {second} (counted from 0)")]
    DuplicateKey {
        /// Index of the earlier entry.
        first: usize,
        /// Index of the later entry.
        second: usize,
    },
    /// The entries exceed 2³² − 1 entries or pages, or bytes in one key or value; or, in a cdb, bytes in the file.
    #[error("{0} exceed what this format can count (4294967295)")]
    TooLarge(&'static str),
    /// The format does not allow keys of this length.
    #[error("entry {entry} (counted from 0) has a key of invalid length: expected {} to {} bytes", lengths.start(), lengths.end())]
    KeyLength {
        /// Index of the entry.
        entry: usize,
        /// Allowed lengths of keys, in bytes.
        lengths: RangeInclusive<usize>,
    },
    /// This program was built without support for writing the format.
    #[error("this program was built without the feature `{0}`, which writes files of this format")]
    LeftOut(&'static str),
    /// The output could not be written.
    #[error("the map file could not be written: {0}")]
    Io(#[from] io::Error),
}

/// Why a map file could not be read.
///
/// Pages are counted from 0, the header page; byte offset = page × page size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file does not start like a map file of this layout.
    #[error("not a map file of this format: {0}")]
    Unrecognized(&'static str),
    /// The version of the layout is not supported.
    #[error("version {found} of the format is not supported, only {first} to {last} are")]
    Version {
        /// Version of the file.
        found: u32,
        /// First supported version.
        first: u32,
        /// Last supported version.
        last: u32,
    },
    /// The file uses an unsupported feature of the layout.
    #[error("page {page}: {what} is not supported")]
    Unsupported {
        /// The page that uses it.
        page: u32,
        /// The feature.
        what: &'static str,
    },
    /// The file is inconsistent.
    #[error("page {page} is damaged: {what}")]
    Corrupt {
        /// The page with the error.
        page: u32,
        /// The error.
        what: &'static str,
    },
    /// Reading the file failed.
    #[error("the file cannot be read at byte {offset}: {cause}")]
    Unreadable {
        /// Position in bytes from the start of the file.
        offset: u64,
        /// Kind of the failure.
        cause: io::ErrorKind,
    },
    /// A file without pages is inconsistent.
    #[error("the file is damaged at byte {offset}: {what}")]
    CorruptAt {
        /// Position in bytes from the start of the file.
        offset: u64,
        /// The error.
        what: &'static str,
    },
}
