//! What the Berkeley DB layouts share: pages and their headers, the header of the file, overflow chains for large keys and
//! values, and trees of pages.
//!
//! Finding a key is the business of [`hash`](super::hash) and [`btree`](super::btree). The layout was established from files that
//! libdb's own tools wrote and that `db5.3_dump -da` printed.

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
