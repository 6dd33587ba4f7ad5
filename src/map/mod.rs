//! Key-value map files, read and written without any C library.
//!
//! sendmail keeps its tables (access, mailertable, virtusertable, …) as text for people and as a *map file* for look-ups:
//! a set of byte-string keys, each with one byte-string value, in a layout that finds a key without reading the whole.
//! A `K` line names the layout as the map's type. Here is one module per layout, and
//! [`text`] for the form that people write:
//!
//! | module | `K` type | layout |
//! |---|---|---|
//! | [`hash`] | `hash` | Berkeley DB, linear hashing |
//!
//! Nothing here opens a file, and nothing knows what the keys and values mean to sendmail. A writer takes entries and an
//! [`io::Write`]; a reader takes the file's bytes.

pub mod hash;
pub mod text;

use std::io;

/// Why a map file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Two entries have the same key. A map file holds one value per key, so one of them would be lost.
    #[error("entries {first} and {second} (counted from 0) have the same key")]
    DuplicateKey {
        /// Index of the entry that came first in the input.
        first: usize,
        /// Index of the one that repeats its key.
        second: usize,
    },
    /// The entries need more than the format can number: 2³² − 1 entries or pages, or bytes in one key or value.
    #[error("{0} exceed what this format can count (4294967295)")]
    TooLarge(&'static str),
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
    #[error("not a Berkeley DB hash file: {0}")]
    Unrecognized(&'static str),
    /// The file is of a version of this layout that is not read here.
    #[error("version {found} of the format is not read, only 8 and 9 are")]
    Version {
        /// What the file says.
        found: u32,
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
}

impl ReadError {
    /// The page that the error is about; 0 if the file was not recognized at all.
    pub fn page(&self) -> u32 {
        match self {
            Self::Unrecognized(_) | Self::Version { .. } => 0,
            Self::Unsupported { page, .. } | Self::Corrupt { page, .. } => *page,
        }
    }
}
