//! LMDB files: the `lmdb` map type of Postfix, as `postmap lmdb:access` writes them. sendmail 8.17 does not read them.
//!
//! ```text
//! pages 0 and 1   descriptions, of which the one with the later transaction counts: page size, root of the tree
//! others          leaves, full of entries in the order of their keys; pages between root and leaves, with the number of
//!                 each page below and the first key in it; runs of pages for large values; free pages
//! ```
//!
//! All numbers are in the order of bytes and of the width of the machine that wrote the file.
//!
//! [`write_with`] has LMDB's own library write a file, in the crate `relaycc-lmdb` and under the Cargo feature `lmdb`, for
//! that library is C. [`LmdbFile`] reads without it, and always: LMDB has no checksums and follows whatever number it finds
//! on a page, so that a file with one wrong byte ends the process. To make sure beforehand that a file cannot do that is to
//! read all of it, and whoever has done so needs the library no more.
//!
//! Postfix stores each key and value with a byte 0 at its end, and has one value for each key. That is for the caller to
//! mind; see [`terminated`].
//!
//! Not here: several databases in a file, several values for a key, and an order of keys other than that of their bytes,
//! none of which Postfix uses; files of a big-endian or a 32-bit machine; changing a file in place.

mod read;
mod write;

use std::borrow::Cow;

pub use read::{Entries, LmdbFile};
pub use write::write_with;

/// The lengths that a key may have, in bytes.
pub const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 1..=511;

/// A key or value as Postfix stores it: with a byte 0 at its end, if it has none there.
///
/// Postfix finds keys with and without it, but once it has found one of the one kind in a file, it looks for no others.
pub fn terminated(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if bytes.ends_with(b"\0") {
        return bytes;
    }
    let mut bytes = bytes.into_owned();
    bytes.push(0);
    Cow::Owned(bytes)
}
