//! Berkeley DB btree files: the `btree` map type of sendmail, `makemap btree`.
//!
//! ```text
//! page 0        description: page size, root of the tree
//! page 1        root: for each page below it, its number and a key that is not more than those in it
//! page 2 …      leaves, full of entries in the order of their keys, each leading to the next
//! after them    chains of pages for large keys and values, trees of the values of a key that has many
//! at the end    pages between root and leaves, level by level from below
//! ```
//!
//! [`write()`] lays a file out in one go for the entries it is given, as libdb 5.3 reads it: version 9, little-endian, pages
//! of 4 KiB. [`BtreeFile`] reads what libdb 3.1 to 18 write.
//!
//! Not here: transactions, checksums, encryption, compression and an order of keys of the application's own, none of which
//! sendmail's maps use; changing a file in place; files of version 7 and older.

mod index;
mod layout;
mod plan;
mod read;
mod write;

pub(super) use index::Index;
pub use read::{BtreeFile, Entries};
pub use write::{write, write_with};
