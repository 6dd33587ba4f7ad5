//! Field offsets and byte order of pages.
//!
//! All numbers are unsigned and in the byte order of the machine that wrote the file. New files are always little-endian.

/// Page size of new files, in bytes: the one that libdb chooses on file systems with blocks of 4 KiB.
pub(in crate::map) const PAGE_SIZE: usize = 4096;
/// [`PAGE_SIZE`] as it is stored in the header.
pub(in crate::map) const PAGE_SIZE_FIELD: u32 = 4096;
/// Length of every page's header.
pub(in crate::map) const PAGE_HEADER: usize = 26;
/// Bytes of a page that are available for entries, or for a piece of a large key or value.
pub(in crate::map) const PAGE_ROOM: usize = PAGE_SIZE - PAGE_HEADER;
/// Length of an item's position in the list at the start of a page.
pub(in crate::map) const ITEM_POSITION: usize = 2;
/// Log position of a file without a transaction log: file 0, offset 1.
pub(super) const UNLOGGED: [u32; 2] = [0, 1];

/// Type of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) enum PageKind {
    /// Unused or free.
    Unused,
    /// Unsorted entries of a hash file, as in versions up to 8.
    Unsorted,
    /// Keys and the child pages that begin with them.
    Internal,
    /// Record counts and the child pages that hold the records.
    RecordInternal,
    /// Sorted entries of a tree.
    Leaf,
    /// Records of a tree: the values of one key, in insertion order.
    RecordLeaf,
    /// A piece of a large key or value.
    Overflow,
    /// Header of a hash file.
    HashDescription,
    /// Header of a btree file.
    BtreeDescription,
    /// The sorted values of one key.
    DuplicateLeaf,
    /// Sorted entries of a hash file.
    Sorted,
}

impl PageKind {
    pub(in crate::map) fn code(self) -> u8 {
        match self {
            Self::Unused => 0,
            Self::Unsorted => 2,
            Self::Internal => 3,
            Self::RecordInternal => 4,
            Self::Leaf => 5,
            Self::RecordLeaf => 6,
            Self::Overflow => 7,
            Self::HashDescription => 8,
            Self::BtreeDescription => 9,
            Self::DuplicateLeaf => 12,
            Self::Sorted => 13,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Unused,
            2 => Self::Unsorted,
            3 => Self::Internal,
            4 => Self::RecordInternal,
            5 => Self::Leaf,
            6 => Self::RecordLeaf,
            7 => Self::Overflow,
            8 => Self::HashDescription,
            9 => Self::BtreeDescription,
            12 => Self::DuplicateLeaf,
            13 => Self::Sorted,
            _ => return None,
        })
    }
}

/// Byte order of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// Decodes two bytes.
    pub(in crate::map) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    /// The two bytes at `at`, if there are that many.
    pub(in crate::map) fn u16_at(self, bytes: &[u8], at: usize) -> Option<u16> {
        Some(self.u16(*bytes.get(at..)?.first_chunk()?))
    }

    /// The four bytes at `at`, if there are that many.
    pub(in crate::map) fn u32_at(self, bytes: &[u8], at: usize) -> Option<u32> {
        let &raw = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }
}

/// Header of every page except the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) struct PageHeader {
    /// Number of this page.
    pub(in crate::map) number: u32,
    /// Previous page of the chain, 0 for none. In the root of a tree of records: number of records.
    pub(in crate::map) previous: u32,
    /// Next page of the chain, 0 for none.
    pub(in crate::map) next: u32,
    /// Number of items, with keys and values counted separately. On overflow pages: number of references to the chain.
    pub(in crate::map) items: u16,
    /// Start of the items, which fill the page from its end. On overflow pages: number of bytes.
    pub(in crate::map) mark: u16,
    /// Level in the tree: 1 for leaves, 0 for pages outside of trees.
    pub(in crate::map) level: u8,
    /// Type of the page.
    pub(in crate::map) kind: PageKind,
}

impl PageHeader {
    pub(in crate::map) fn encode(&self, out: &mut Vec<u8>) {
        for field in [UNLOGGED[0], UNLOGGED[1], self.number, self.previous, self.next] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.items.to_le_bytes());
        out.extend_from_slice(&self.mark.to_le_bytes());
        out.extend_from_slice(&[self.level, self.kind.code()]);
    }

    /// Reads the header of `page`; `None` if the page is too short or its type is unknown.
    pub(super) fn decode(page: &[u8], order: ByteOrder) -> Option<Self> {
        Some(Self {
            number: order.u32_at(page, 8)?,
            previous: order.u32_at(page, 12)?,
            next: order.u32_at(page, 16)?,
            items: order.u16_at(page, 20)?,
            mark: order.u16_at(page, 22)?,
            level: *page.get(24)?,
            kind: PageKind::from_code(*page.get(25)?)?,
        })
    }
}
