//! Reads an LMDB file from bytes with arbitrary content.

use std::borrow::Cow;

use crate::map::{Entry, ReadError};

/// Length of a page header: page number (8 bytes), unused (2), type (2), and end of the positions and start of the nodes (2
/// each), or the number of pages of a large value (4).
const PAGE_HEADER: usize = 16;
/// Allowed page sizes; the library accepts powers of two up to the larger one.
const PAGE_SIZES: [usize; 2] = [512, 1 << 15];
/// Length of a node header: length of the value or page number (4), flags (2), length of the key (2).
const NODE_HEADER: usize = 8;

/// Page types, as bits. Further bits are used only in memory.
const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
const OVERFLOW: u16 = 0x04;
const DESCRIPTION: u16 = 0x08;
const KINDS: u16 = 0x6f;

/// Flag of a node whose value is on pages of its own.
const LARGE_VALUE: u16 = 0x01;

/// Magic number at byte 16 of every file, in the byte order of the machine that wrote it.
const MAGIC: u32 = 0xbeef_c0de;
/// Version number after the magic number, for the format of LMDB 0.9.
const VERSION: u32 = 1;

/// Offsets of the fields of a header that are used here.
mod field {
    pub(super) const MAGIC: usize = 16;
    pub(super) const VERSION: usize = 20;
    pub(super) const PAGE_SIZE: usize = 40;
    pub(super) const TREE_FLAGS: usize = 92;
    pub(super) const DEPTH: usize = 94;
    pub(super) const ENTRIES: usize = 120;
    pub(super) const ROOT: usize = 128;
    pub(super) const TRANSACTION: usize = 144;
    pub(super) const END: usize = 152;
}

/// Root of a tree without entries.
const EMPTY_ROOT: u64 = u64::MAX;
/// Maximum depth of a tree, as in the library.
const MAX_DEPTH: u16 = 32;

/// An open LMDB file, for lookups and listing.
#[derive(Debug, Clone, Copy)]
pub struct LmdbFile<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// The page with the valid header.
    description: u64,
    root: u64,
    depth: u16,
    entries: u64,
}

fn corrupt(page: u64, what: &'static str) -> ReadError {
    ReadError::Corrupt { page: shown(page), what }
}

fn unsupported(page: u64, what: &'static str) -> ReadError {
    ReadError::Unsupported { page: shown(page), what }
}

/// A page number for errors, limited to 32 bits.
fn shown(page: u64) -> u32 {
    u32::try_from(page).unwrap_or(u32::MAX)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    number(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    number(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    number(bytes, at).map(u64::from_le_bytes)
}

impl<'a> LmdbFile<'a> {
    /// Finds the valid header and reads it.
    ///
    /// # Errors
    /// The file is not an LMDB file, comes from another kind of machine or version, or uses a feature that Postfix does not.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        match u32_at(bytes, field::MAGIC) {
            Some(MAGIC) => {}
            Some(mark) if mark == MAGIC.swap_bytes() => return Err(unsupported(0, "the file of a big-endian machine")),
            // On such machines, the preceding number has four bytes.
            _ if u32_at(bytes, field::MAGIC - 4) == Some(MAGIC) => {
                return Err(unsupported(0, "the file of a 32-bit machine"));
            }
            _ => return Err(ReadError::Unrecognized("it has no LMDB header")),
        }
        let (first, transaction) = Self::description(bytes, 0, 0)?;
        let second = bytes.get(first.page_size..2 * first.page_size).unwrap_or_default();
        let (second, later) = Self::description(second, 1, first.page_size)?;
        Ok(Self { bytes, ..if later > transaction { second } else { first } })
    }

    /// The header at the start of `page`, and its transaction number.
    fn description(page: &'a [u8], number: u64, page_size: usize) -> Result<(Self, u64), ReadError> {
        let cut = corrupt(number, "the file ends within its header");
        let kind = u16_at(page, 10).filter(|_| page.len() >= field::END).ok_or(cut.clone())?;
        let wide = |at| u64_at(page, at).ok_or(cut.clone());
        let narrow = |at| u32_at(page, at).ok_or(cut.clone());
        if kind & KINDS != DESCRIPTION || narrow(field::MAGIC)? != MAGIC {
            return Err(corrupt(number, "it is not a header page"));
        }
        let version = narrow(field::VERSION)?;
        if version != VERSION {
            return Err(ReadError::Version { found: version, first: VERSION, last: VERSION });
        }
        let size = usize::try_from(narrow(field::PAGE_SIZE)?).unwrap_or(0);
        let [smallest, largest] = PAGE_SIZES;
        if !size.is_power_of_two() || !(smallest..=largest).contains(&size) || ![0, size].contains(&page_size) {
            return Err(corrupt(number, "its page size is impossible"));
        }
        let half = |at| u16_at(page, at).ok_or(cut.clone());
        if half(field::TREE_FLAGS)? != 0 {
            return Err(unsupported(number, "a custom order of keys or values"));
        }
        let (root, depth, entries) = (wide(field::ROOT)?, half(field::DEPTH)?, wide(field::ENTRIES)?);
        let agree = if root == EMPTY_ROOT { depth == 0 && entries == 0 } else { (1..=MAX_DEPTH).contains(&depth) };
        if !agree {
            return Err(corrupt(number, "the tree has too many levels"));
        }
        Ok((
            Self { bytes: page, page_size: size, description: number, root, depth, entries },
            wide(field::TRANSACTION)?,
        ))
    }

    /// All entries sorted by key; ends after the first error.
    pub fn entries(&self) -> Entries<'a> {
        Entries { file: *self, stack: Vec::new(), pages: 0, found: 0, previous: None, is_done: false }
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// Pages on the path to the key are inconsistent.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        if self.root == EMPTY_ROOT {
            return Ok(None);
        }
        let mut page = self.page(self.root, self.depth)?;
        for level in (1..self.depth).rev() {
            // The first key of an inner page is ignored: nothing comes before it.
            let next = page.partition(1, |found| found <= key)? - 1;
            page = self.page(page.node(next)?.page(), level)?;
        }
        let place = page.partition(0, |found| found < key)?;
        if place == page.count {
            return Ok(None);
        }
        let node = page.node(place)?;
        if node.key != key {
            return Ok(None);
        }
        self.value(&node, page.number).map(|(value, _)| Some(Cow::Borrowed(value)))
    }

    /// Reads a page of the tree on this level; leaves have level 1.
    fn page(&self, number: u64, levels: u16) -> Result<Page<'a>, ReadError> {
        let bytes = self.pages(number, 1).ok_or(corrupt(number, "the file ends before this page"))?;
        let header = (u64_at(bytes, 0), u16_at(bytes, 10), u16_at(bytes, 12), u16_at(bytes, 14));
        let (Some(own), Some(kind), Some(lower), Some(upper)) = header else {
            return Err(corrupt(number, "the file ends before this page"));
        };
        if own != number {
            return Err(corrupt(number, "its page number is wrong"));
        }
        if kind & KINDS != if levels == 1 { LEAF } else { BRANCH } {
            return Err(corrupt(number, "it is not a tree page of the expected level"));
        }
        let (lower, upper) = (usize::from(lower), usize::from(upper));
        if lower < PAGE_HEADER + 2 || lower > upper || upper > self.page_size {
            return Err(corrupt(number, "the bounds of its entries are wrong"));
        }
        Ok(Page { number, bytes, count: (lower - PAGE_HEADER) / 2, upper, is_leaf: levels == 1 })
    }

    /// The bytes of consecutive pages.
    fn pages(&self, number: u64, count: usize) -> Option<&'a [u8]> {
        let start = usize::try_from(number).ok()?.checked_mul(self.page_size)?;
        self.bytes.get(start..start.checked_add(count.checked_mul(self.page_size)?)?)
    }

    /// The value of a node on page `page`, and its number of separate pages.
    fn value(&self, node: &Node<'a>, page: u64) -> Result<(&'a [u8], u64), ReadError> {
        match node.flags {
            0 => Ok((node.value, 0)),
            LARGE_VALUE => {
                let number = u64_at(node.value, 0).ok_or(corrupt(page, "an entry is truncated"))?;
                let missing = corrupt(number, "expected a page with a large value");
                let first = self.pages(number, 1).ok_or(missing.clone())?;
                let header = (u64_at(first, 0), u16_at(first, 10).map(|kind| kind & KINDS), u32_at(first, 12));
                let (Some(own), Some(OVERFLOW), Some(count)) = header else { return Err(missing) };
                let bytes = self.pages(number, usize::try_from(count).unwrap_or(usize::MAX));
                let length = usize::try_from(node.length).unwrap_or(usize::MAX);
                let value = bytes.and_then(|bytes| bytes.get(PAGE_HEADER..)?.get(..length));
                match value {
                    Some(value) if own == number => Ok((value, u64::from(count))),
                    _ => Err(missing),
                }
            }
            _ => Err(unsupported(page, "a nested database, or a key with several values")),
        }
    }
}

/// A page of the tree, with at least one node.
#[derive(Debug, Clone, Copy)]
struct Page<'a> {
    number: u64,
    bytes: &'a [u8],
    count: usize,
    /// Positions of the nodes.
    upper: usize,
    is_leaf: bool,
}

/// A key with its value or child page.
#[derive(Debug, Clone, Copy)]
struct Node<'a> {
    key: &'a [u8],
    /// The value, or its page number; empty on inner pages.
    value: &'a [u8],
    /// Length of the value, or the low four bytes of a page number.
    length: u32,
    flags: u16,
}

impl Node<'_> {
    /// The child page.
    fn page(&self) -> u64 {
        u64::from(self.length) | u64::from(self.flags) << 32
    }

    /// Bytes that the node takes on its page.
    fn size(&self) -> usize {
        (NODE_HEADER + self.key.len() + self.value.len()).next_multiple_of(2)
    }
}

impl<'a> Page<'a> {
    fn node(&self, index: usize) -> Result<Node<'a>, ReadError> {
        self.node_at(index).ok_or(corrupt(self.number, "an entry extends beyond its page"))
    }

    fn node_at(&self, index: usize) -> Option<Node<'a>> {
        let at = usize::from(u16_at(self.bytes, PAGE_HEADER + 2 * index)?);
        let bytes = self.bytes.get(at..).filter(|_| index < self.count && at >= self.upper)?;
        let (length, flags, key) = (u32_at(bytes, 0)?, u16_at(bytes, 4)?, u16_at(bytes, 6)?);
        let (key, rest) = bytes.get(NODE_HEADER..)?.split_at_checked(usize::from(key))?;
        let here = match (self.is_leaf, flags & LARGE_VALUE) {
            (false, _) => 0,
            (true, 0) => usize::try_from(length).ok()?,
            (true, _) => 8,
        };
        Some(Node { key, value: rest.get(..here)?, length, flags })
    }

    /// The first node from `start` on whose key is not `before`; the others must come first.
    fn partition(&self, start: usize, before: impl Fn(&[u8]) -> bool) -> Result<usize, ReadError> {
        let (mut low, mut high) = (start.min(self.count), self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.node(middle)?.key) { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }
}

/// The entries of an [`LmdbFile`], in the order of their keys.
///
/// Keys must ascend and no more pages are read than the file has, so this ends for any file.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    file: LmdbFile<'a>,
    /// The pages from the root to a leaf, each with the index of its next node.
    stack: Vec<(Page<'a>, usize)>,
    /// Number of pages read.
    pages: u64,
    found: u64,
    previous: Option<&'a [u8]>,
    is_done: bool,
}

impl<'a> Entries<'a> {
    fn step(&mut self) -> Result<Option<Entry<'a>>, ReadError> {
        if self.file.root == EMPTY_ROOT {
            return Ok(None);
        }
        if self.stack.is_empty() && self.found == 0 {
            self.enter(self.file.root)?;
        }
        while let Some((page, index)) = self.stack.last_mut() {
            let page = *page;
            if *index == page.count {
                self.stack.pop();
                continue;
            }
            let node = page.node(*index)?;
            *index += 1;
            if page.is_leaf {
                return self.entry(&node, page.number).map(Some);
            }
            self.enter(node.page())?;
        }
        if self.found != self.file.entries {
            return Err(corrupt(self.file.description, "its number of entries is wrong"));
        }
        Ok(None)
    }

    /// Descends to a page.
    fn enter(&mut self, number: u64) -> Result<(), ReadError> {
        let above = u16::try_from(self.stack.len()).unwrap_or(u16::MAX);
        let page = self.file.page(number, self.file.depth.saturating_sub(above))?;
        self.count(number, 1)?;
        let mut size = 0;
        for index in 0..page.count {
            size += page.node(index)?.size();
        }
        if size > page.bytes.len() - page.upper {
            return Err(corrupt(number, "entries overlap"));
        }
        self.stack.push((page, 0));
        Ok(())
    }

    fn entry(&mut self, node: &Node<'a>, page: u64) -> Result<Entry<'a>, ReadError> {
        if self.previous.is_some_and(|previous| previous >= node.key) {
            return Err(corrupt(page, "a key is out of order"));
        }
        let (value, own) = self.file.value(node, page)?;
        self.count(page, own)?;
        self.previous = Some(node.key);
        self.found += 1;
        Ok(Entry { key: Cow::Borrowed(node.key), value: Cow::Borrowed(value) })
    }

    /// Counts pages that were read.
    fn count(&mut self, page: u64, more: u64) -> Result<(), ReadError> {
        self.pages += more;
        if self.pages > (self.file.bytes.len() / self.file.page_size) as u64 {
            return Err(corrupt(page, "it refers to a page that was already read"));
        }
        Ok(())
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let step = self.step().transpose();
        self.is_done = !matches!(step, Some(Ok(_)));
        step
    }
}

impl std::iter::FusedIterator for Entries<'_> {}
