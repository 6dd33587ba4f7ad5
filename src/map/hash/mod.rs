//! Berkeley DB hash files: the `hash` map type of sendmail, `makemap hash`.
//!
//! ```text
//! page 0        description: page size, number of buckets, where each doubling of the buckets starts
//! page 1 …      one page per bucket; a key is in bucket `hash(key) & mask`
//! after them    further pages of full buckets, and chains of pages for keys and values over a quarter of a page
//! ```
//!
//! [`write()`] lays a file out in one go for the entries it is given, as libdb 5.3 reads it: version 9, little-endian, pages
//! of 4 KiB. [`HashFile`] reads what libdb 3.1 to 18 write. Where a key has several values, they are on its page, or if
//! they take more than a quarter of it, in a tree of pages of their own.
//!
//! Not here: transactions, checksums and encryption, none of which sendmail's maps use; changing a file in place; files of
//! version 6 and older.

mod layout;
mod lookup;
mod plan;
mod read;
mod write;

pub use read::{Entries, HashFile};
pub use write::{write, write_with};
