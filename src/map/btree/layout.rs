//! The header of a btree file.

use crate::map::{
    ReadError,
    berkeley::{
        corrupt,
        header::{FILE_HEADER, FileHeader, Layout},
        layout::{ByteOrder, PAGE_SIZE, PageKind},
        unsupported,
    },
};

/// Btree files. Version 9 is written by libdb 4.1 to 5.3; for reading, 8 (libdb 3.1) and 10 (libdb 6) are the same.
pub(super) const LAYOUT: Layout = Layout {
    magic: 0x0005_3162,
    kind: PageKind::BtreeDescription,
    versions: (8, 10),
    counts_pages: 9,
    written: 9,
    several_databases: 0x20,
};

/// Flag of the file: records have numbers instead of keys.
const RECORDS: u32 = 2;
/// Flag of the file: keys and values are compressed.
const COMPRESSED: u32 = 0x80;
/// Minimum number of keys per page: libdb's default.
const MIN_KEYS_PER_PAGE: u32 = 2;
/// Padding of records of fixed length, which belong to another layout: a space, as libdb stores it everywhere.
const FILL: u32 = 0x20;

/// Page 0: the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) header: FileHeader,
    pub(super) root: u32,
}

impl Description {
    /// Appends the whole of page 0.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let end = out.len() + PAGE_SIZE;
        self.header.encode(&LAYOUT, out);
        for field in [0, MIN_KEYS_PER_PAGE, 0, FILL, self.root] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.resize(end, 0);
    }

    /// Reads and checks page 0 of a file with `length` bytes.
    pub(super) fn read(start: &[u8], length: u64, order: ByteOrder) -> Result<Self, ReadError> {
        let header = LAYOUT.read_header(start, length, order)?;
        if header.has_flag(RECORDS) {
            return Err(unsupported(0, "a file of records without keys"));
        }
        if header.has_flag(COMPRESSED) {
            return Err(unsupported(0, "a compressed file"));
        }
        let root = order.u32_at(start, FILE_HEADER + 16).filter(|root| *root != 0);
        Ok(Self { header, root: root.ok_or(corrupt(0, "it has no root page"))? })
    }
}
