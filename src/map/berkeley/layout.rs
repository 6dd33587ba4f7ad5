//! Field offsets of pages, and their order of bytes.
//!
//! All numbers are unsigned and in the byte order of the machine that wrote the file; a writer here always chooses
//! little-endian.

/// Page size that is written, in bytes: what libdb chooses on file systems with blocks of 4 KiB.
pub(in crate::map) const PAGE_SIZE: usize = 4096;
/// [`PAGE_SIZE`] as it stands in the description page.
pub(in crate::map) const PAGE_SIZE_FIELD: u32 = 4096;
/// Length of every page's header.
pub(in crate::map) const PAGE_HEADER: usize = 26;
/// Bytes that a page offers to entries, or to a piece of a large key or value.
pub(in crate::map) const PAGE_ROOM: usize = PAGE_SIZE - PAGE_HEADER;
/// Length of an item's position in the list at a page's start.
pub(in crate::map) const ITEM_POSITION: usize = 2;
/// Log position of a file that no transaction log accompanies: file 0, offset 1.
pub(super) const UNLOGGED: [u32; 2] = [0, 1];

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) enum PageKind {
    /// Never written to, or free.
    Unused,
    /// Entries of a hash file in no order, as versions up to 8 keep them.
    Unsorted,
    /// Keys and the pages of a tree where they begin.
    Internal,
    /// Counts of records and the pages of a tree that hold them.
    RecordInternal,
    /// Entries of a tree, in order.
    Leaf,
    /// Records of a tree: the values of one key, in the order they were given.
    RecordLeaf,
    /// A piece of a large key or value.
    Overflow,
    /// The description of a hash file.
    HashDescription,
    /// The description of a btree file.
    BtreeDescription,
    /// The values of one key, sorted.
    DuplicateLeaf,
    /// Entries of a hash file in order.
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
    /// The number that two bytes are.
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

/// The start of every page but the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) struct PageHeader {
    /// The page's own number.
    pub(in crate::map) number: u32,
    /// The page before it in its chain; 0 for none. At the root of a tree of records: how many they are.
    pub(in crate::map) previous: u32,
    /// The page after it in its chain; 0 for none.
    pub(in crate::map) next: u32,
    /// Number of items, keys and values each counted. On overflow pages: how often the chain is referred to.
    pub(in crate::map) items: u16,
    /// Where the items begin, which fill the page from its end. On overflow pages: how many bytes they hold.
    pub(in crate::map) mark: u16,
    /// Height in its tree: 1 for leaves, 0 for pages of no tree.
    pub(in crate::map) level: u8,
    /// What it holds.
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

    /// Reads the header of `page`; `None` if the page is too short or of no kind that is known.
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
