//! The first 72 bytes of a file: the header that all Berkeley DB layouts share.

use super::{
    corrupt,
    layout::{ByteOrder, PAGE_SIZE_FIELD, PageKind, UNLOGGED},
    unsupported,
};
use crate::map::ReadError;

/// Maximum number of bytes at the start of a file that describe it: this header and the part specific to a layout.
pub(in crate::map) const START: usize = 512;
/// Length of the common header; the part specific to a layout follows.
pub(in crate::map) const FILE_HEADER: usize = 72;

/// A layout, as identified by the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) struct Layout {
    /// Magic number of the first page.
    pub(in crate::map) magic: u32,
    /// Type of the first page.
    pub(in crate::map) kind: PageKind,
    /// First and last supported version.
    pub(in crate::map) versions: (u32, u32),
    /// First version whose header contains the number of pages.
    pub(in crate::map) counts_pages: u32,
    /// Version that is written.
    pub(in crate::map) written: u32,
    /// Bit of [`FileHeader::flags`]: the file contains nested databases.
    pub(in crate::map) several_databases: u32,
}

/// The common header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::map) struct FileHeader {
    version: u32,
    pub(in crate::map) page_size: u32,
    encryption: u8,
    kind: u8,
    /// 1 if pages have checksums; other bits are set in partitioned files.
    page_flags: u8,
    pub(in crate::map) last_page: u32,
    /// Bits for duplicate keys and nested databases.
    flags: u32,
    /// Identifier of the file; libdb only uses it for caches that processes share.
    pub(in crate::map) file_id: [u8; 20],
}

/// Bit of [`FileHeader::page_flags`].
const CHECKSUMS: u8 = 1;
/// Bit of [`FileHeader::flags`] in every layout: a key may have several values.
const DUPLICATES: u32 = 1;

impl Layout {
    /// Whether a file starts with the magic number of this layout, and in which byte order.
    pub(in crate::map) fn byte_order(&self, start: &[u8]) -> Option<ByteOrder> {
        [ByteOrder::Little, ByteOrder::Big].into_iter().find(|order| order.u32_at(start, 12) == Some(self.magic))
    }

    /// The header of a new file.
    pub(in crate::map) fn header(&self, last_page: u32, duplicates: bool, file_id: [u8; 20]) -> FileHeader {
        FileHeader {
            version: self.written,
            page_size: PAGE_SIZE_FIELD,
            encryption: 0,
            kind: self.kind.code(),
            page_flags: 0,
            last_page,
            flags: if duplicates { DUPLICATES } else { 0 },
            file_id,
        }
    }

    /// Reads and checks the header of a file of `length` bytes.
    pub(in crate::map) fn read_header(
        &self,
        start: &[u8],
        length: u64,
        order: ByteOrder,
    ) -> Result<FileHeader, ReadError> {
        let mut header = FileHeader::decode(start, order).ok_or(ReadError::Unrecognized("its header is incomplete"))?;
        let (first, last) = self.versions;
        if !(first..=last).contains(&header.version) {
            return Err(ReadError::Version { found: header.version, first, last });
        }
        if header.kind != self.kind.code() {
            return Err(corrupt(0, "it is not the header page of this format"));
        }
        if header.encryption != 0 {
            return Err(unsupported(0, "an encrypted file"));
        }
        if header.page_flags & CHECKSUMS != 0 {
            return Err(unsupported(0, "a file with checksums"));
        }
        if header.page_flags != 0 {
            return Err(unsupported(0, "a part of a partitioned file"));
        }
        if header.flags & self.several_databases != 0 {
            return Err(unsupported(0, "a file with several databases"));
        }
        if !header.page_size.is_power_of_two() || !(512..=65_536).contains(&header.page_size) {
            return Err(corrupt(0, "its page size is not a power of two from 512 to 65536"));
        }
        let pages = u32::try_from(length / u64::from(header.page_size)).unwrap_or(u32::MAX);
        if header.version < self.counts_pages {
            header.last_page = pages.saturating_sub(1);
        }
        if header.last_page >= pages {
            return Err(corrupt(pages, "the file ends before it"));
        }
        Ok(header)
    }
}

impl FileHeader {
    /// Whether a key may have several values.
    pub(in crate::map) fn may_repeat_keys(&self) -> bool {
        self.has_flag(DUPLICATES)
    }

    pub(in crate::map) fn has_flag(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Appends the header of a file of this layout.
    pub(in crate::map) fn encode(&self, layout: &Layout, out: &mut Vec<u8>) {
        let put = |out: &mut Vec<u8>, fields: &[u32]| out.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        put(out, &[UNLOGGED[0], UNLOGGED[1], 0, layout.magic, self.version, self.page_size]);
        out.extend_from_slice(&[self.encryption, self.kind, self.page_flags, 0]);
        // No free pages, not partitioned, and two record counts, which libdb keeps for other layouts.
        put(out, &[0, self.last_page, 0, 0, 0, self.flags]);
        out.extend_from_slice(&self.file_id);
    }

    fn decode(bytes: &[u8], order: ByteOrder) -> Option<Self> {
        Some(Self {
            version: order.u32_at(bytes, 16)?,
            page_size: order.u32_at(bytes, 20)?,
            encryption: *bytes.get(24)?,
            kind: *bytes.get(25)?,
            page_flags: *bytes.get(26)?,
            last_page: order.u32_at(bytes, 32)?,
            flags: order.u32_at(bytes, 48)?,
            file_id: *bytes.get(52..)?.first_chunk()?,
        })
    }
}
