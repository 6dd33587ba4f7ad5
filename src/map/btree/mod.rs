//! Berkeley DB btree files: the `btree` map type of sendmail, `makemap btree`.
//!
//! ```text
//! page 0        description: page size, root of the tree
//! page 1        root: for each child page, its number and a key that is not greater than those in it
//! page 2 …      leaves with the entries sorted by key, each with the number of the next
//! then          overflow chains for large keys and values, trees for the values of a key that has many
//! at the end    pages between root and leaves, level by level from below
//! ```
//!
//! [`write()`] lays out a file in one pass, in the form that libdb 5.3 reads: version 9, little-endian, pages of 4 KiB.
//! [`BtreeFile`] reads files of libdb 3.1 to 18.
//!
//! Not supported: transactions, checksums, encryption, compression and custom key orders, none of which sendmail's maps use;
//! updates in place; files of version 7 and older.

mod index;
mod layout;
mod plan;
mod read;
mod write;

pub(super) use index::Index;
pub use read::{BtreeFile, Entries};
pub use write::{write, write_with};
