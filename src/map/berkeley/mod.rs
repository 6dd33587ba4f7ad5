//! What the Berkeley DB layouts have in common: pages and their headers, the description at the start of a file, chains of
//! pages for large keys and values, and trees of pages.
//!
//! Nothing here knows whether a file is found through a hash or a tree; [`hash`](super::hash) and [`btree`](super::btree)
//! do. Established from files that libdb's own tools wrote and that `db5.3_dump -da` spelled out.

pub(super) mod duplicates;
pub(super) mod file_id;
pub(super) mod header;
pub(super) mod layout;
pub(super) mod pages;
pub(super) mod sort;
pub(super) mod tree;
pub(super) mod values;
pub(super) mod writer;

use super::ReadError;

pub(super) fn corrupt(page: u32, what: &'static str) -> ReadError {
    ReadError::Corrupt { page, what }
}

pub(super) fn unsupported(page: u32, what: &'static str) -> ReadError {
    ReadError::Unsupported { page, what }
}
