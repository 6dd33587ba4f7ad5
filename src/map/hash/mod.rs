//! Berkeley DB hash files: the `hash` map type of sendmail, `makemap hash`.
//!
//! ```text
//! page 0        header: page size, number of buckets, first page of each doubling of the buckets
//! page 1 …      one page per bucket; a key is in bucket `hash(key) & mask`
//! then          further pages of full buckets, and overflow chains for keys and values over a quarter of a page
//! ```
//!
//! [`write()`] lays out a file in one pass, in the form that libdb 5.3 reads: version 9, little-endian, pages of 4 KiB.
//! [`HashFile`] reads files of libdb 3.1 to 18. If a key has several values, they are on its page, or in a separate tree of pages
//! if they take more than a quarter of a page.
//!
//! Not supported: transactions, checksums and encryption, none of which sendmail's maps use; updates in place; files of version 6
//! and older.

mod layout;
mod lookup;
mod plan;
mod read;
mod write;

pub use read::{Entries, HashFile};
pub use write::{write, write_with};
