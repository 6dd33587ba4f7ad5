//! Berkeley DB hash files: the `hash` map type of sendmail, `makemap hash`.
//!
//! ```text
//! page 0        description: page size, number of buckets, where each doubling of the buckets starts
//! page 1 …      one page per bucket; a key is in bucket `hash(key) & mask`
//! after them    further pages of full buckets, and chains of pages for keys and values over a quarter of a page
//! ```
//!
//! [`write()`] lays a file out in one go for the entries it is given, as libdb 5.3 reads it: version 9, little-endian, pages
//! of 4 KiB. [`HashFile`] reads what libdb 4.6 to 5.3 write.
//!
//! Not here: duplicate keys, transactions, checksums and encryption, none of which sendmail's maps use; changing a file
//! in place; version 7 files and older.

mod file_id;
mod layout;
mod plan;
mod read;
mod write;

pub use read::{Entries, Entry, HashFile};
pub use write::write;
