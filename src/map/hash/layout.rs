//! The bytes of a hash file: field offsets, the hash function, and which page a bucket is on.
//!
//! Established from files that `makemap` and `db5.3_load` wrote and that `db5.3_dump -da` spelled out. All numbers are
//! unsigned and in the byte order of the machine that wrote the file; a writer here always chooses little-endian.

/// Page size that is written, in bytes: what libdb chooses on file systems with blocks of 4 KiB.
pub(super) const PAGE_SIZE: usize = 4096;
/// [`PAGE_SIZE`] as it stands in the description page.
pub(super) const PAGE_SIZE_FIELD: u32 = 4096;

/// Marks the first page of a hash file.
pub(super) const MAGIC: u32 = 0x0006_1561;
/// Version that is written: pages are sorted. libdb 4.6 to 5.3.
pub(super) const VERSION: u32 = 9;
/// The version before it: the same, pages not sorted.
pub(super) const VERSION_UNSORTED: u32 = 8;

/// Length of every page's header.
pub(super) const PAGE_HEADER: usize = 26;
/// Bytes that a page offers to entries, or to a piece of a large key or value.
pub(super) const PAGE_ROOM: usize = PAGE_SIZE - PAGE_HEADER;
/// A key or value longer than this is stored on pages of its own.
pub(super) const INLINE_MAX: usize = PAGE_SIZE / 4;
/// Length of the item that stands for such a key or value: kind, three unused bytes, first page, length.
pub(super) const OFF_PAGE_ITEM: usize = 12;
/// Length of an item's position in the list at a page's start.
pub(super) const ITEM_POSITION: usize = 2;
/// How many doublings the description page has room for.
pub(super) const MAX_DOUBLINGS: usize = 32;

/// Hashed at creation and stored, so that a reader notices that it hashes differently. The final NUL counts.
const HASH_PROBE: &[u8] = b"%$sniglet^&\0";

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    /// Never written to: a bucket that was set aside and is empty.
    Unused,
    /// Entries in no order, as version 8 keeps them.
    Unsorted,
    /// A piece of a large key or value.
    Overflow,
    /// The description of the file.
    Description,
    /// Entries in order.
    Sorted,
}

impl PageKind {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Unused => 0,
            Self::Unsorted => 2,
            Self::Overflow => 7,
            Self::Description => 8,
            Self::Sorted => 13,
        }
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        [Self::Unused, Self::Unsorted, Self::Overflow, Self::Description, Self::Sorted]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// First byte of an item: the bytes of a key or value follow.
pub(super) const ITEM_INLINE: u8 = 1;
/// First byte of an item: values of a key that has several follow.
pub(super) const ITEM_DUPLICATES: u8 = 2;
/// First byte of an item: the key or value is on pages of its own.
pub(super) const ITEM_OFF_PAGE: u8 = 3;
/// First byte of an item: values of a key that has several, on pages of their own.
pub(super) const ITEM_OFF_PAGE_DUPLICATES: u8 = 4;

/// Hashes a key: 32-bit FNV with the multiplication first, started from 0.
pub(super) fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0_u32, |h, &byte| h.wrapping_mul(16_777_619) ^ u32::from(byte))
}

/// The hash that a file made with [`hash`] carries in its description.
pub(super) fn hash_probe() -> u32 {
    hash(HASH_PROBE)
}

/// Which doubling of the number of buckets brought `bucket` in: 0 for bucket 0, else ⌈log₂(bucket + 1)⌉.
pub(super) fn doubling(bucket: u32) -> usize {
    (u32::BITS - bucket.leading_zeros()) as usize
}

/// Byte order of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// The two bytes at `at`, if there are that many.
    pub(super) fn u16_at(self, bytes: &[u8], at: usize) -> Option<u16> {
        let &raw = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// The four bytes at `at`, if there are that many.
    pub(super) fn u32_at(self, bytes: &[u8], at: usize) -> Option<u32> {
        let &raw = bytes.get(at..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }
}

/// The start of every page but the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageHeader {
    /// The page's own number.
    pub(super) number: u32,
    /// The page before it in its chain; 0 for none.
    pub(super) previous: u32,
    /// The page after it in its chain; 0 for none.
    pub(super) next: u32,
    /// Number of items, keys and values each counted. On overflow pages: how often the chain is referred to.
    pub(super) items: u16,
    /// Where the items begin, which fill the page from its end. On overflow pages: how many bytes they hold.
    pub(super) mark: u16,
    /// What it holds.
    pub(super) kind: PageKind,
}

/// Log position of a file that no transaction log accompanies: file 0, offset 1.
const UNLOGGED: [u32; 2] = [0, 1];

impl PageHeader {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        for field in [UNLOGGED[0], UNLOGGED[1], self.number, self.previous, self.next] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.items.to_le_bytes());
        out.extend_from_slice(&self.mark.to_le_bytes());
        out.extend_from_slice(&[0, self.kind.code()]);
    }

    /// Reads the header of `page`; `None` if the page is too short or of no kind that is known.
    pub(super) fn decode(page: &[u8], order: ByteOrder) -> Option<Self> {
        Some(Self {
            number: order.u32_at(page, 8)?,
            previous: order.u32_at(page, 12)?,
            next: order.u32_at(page, 16)?,
            items: order.u16_at(page, 20)?,
            mark: order.u16_at(page, 22)?,
            kind: PageKind::from_code(*page.get(25)?)?,
        })
    }
}

/// Page 0: what a reader must know to find a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) version: u32,
    pub(super) page_size: u32,
    pub(super) encryption: u8,
    pub(super) kind: u8,
    /// 1 if pages carry checksums; other bits say that the file is a part of a partitioned one.
    pub(super) page_flags: u8,
    pub(super) last_page: u32,
    /// Bits that say that duplicate keys, or databases within this one, are possible.
    pub(super) flags: u32,
    /// Tells this file from others; libdb refuses nothing by it, but a cache shared between processes relies on it.
    pub(super) file_id: [u8; 20],
    pub(super) last_bucket: u32,
    /// Taken from a key's hash first; if that names a bucket past the last one, [`Self::low_mask`] is taken.
    pub(super) high_mask: u32,
    pub(super) low_mask: u32,
    pub(super) entries: u32,
    pub(super) hash_probe: u32,
    /// For each doubling of the number of buckets, first page of its buckets less the number of the first of them.
    pub(super) page_of_doubling: [u32; MAX_DOUBLINGS],
}

impl Description {
    /// Appends the whole of page 0.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let end = out.len() + PAGE_SIZE;
        let put = |out: &mut Vec<u8>, fields: &[u32]| {
            for field in fields {
                out.extend_from_slice(&field.to_le_bytes());
            }
        };
        put(out, &[UNLOGGED[0], UNLOGGED[1], 0, MAGIC, self.version, self.page_size]);
        out.extend_from_slice(&[self.encryption, self.kind, self.page_flags, 0]);
        // No free pages, not partitioned, and the two record counts, which are those of other layouts.
        put(out, &[0, self.last_page, 0, 0, 0, self.flags]);
        out.extend_from_slice(&self.file_id);
        // The zero is the wanted number of entries per bucket: "not given", so that libdb splits full pages only.
        put(out, &[self.last_bucket, self.high_mask, self.low_mask, 0, self.entries, self.hash_probe]);
        put(out, &self.page_of_doubling);
        out.resize(end, 0);
    }

    /// Whether `bytes` begin as a hash file does, and in which byte order.
    pub(super) fn byte_order(bytes: &[u8]) -> Option<ByteOrder> {
        [ByteOrder::Little, ByteOrder::Big].into_iter().find(|order| order.u32_at(bytes, 12) == Some(MAGIC))
    }

    /// Reads page 0; `None` if there are too few bytes.
    pub(super) fn decode(bytes: &[u8], order: ByteOrder) -> Option<Self> {
        let mut page_of_doubling = [0; MAX_DOUBLINGS];
        for (index, first) in page_of_doubling.iter_mut().enumerate() {
            *first = order.u32_at(bytes, 96 + 4 * index)?;
        }
        Some(Self {
            version: order.u32_at(bytes, 16)?,
            page_size: order.u32_at(bytes, 20)?,
            encryption: *bytes.get(24)?,
            kind: *bytes.get(25)?,
            page_flags: *bytes.get(26)?,
            last_page: order.u32_at(bytes, 32)?,
            flags: order.u32_at(bytes, 48)?,
            file_id: *bytes.get(52..)?.first_chunk()?,
            last_bucket: order.u32_at(bytes, 72)?,
            high_mask: order.u32_at(bytes, 76)?,
            low_mask: order.u32_at(bytes, 80)?,
            entries: order.u32_at(bytes, 88)?,
            hash_probe: order.u32_at(bytes, 92)?,
            page_of_doubling,
        })
    }

    /// The bucket that a key with this hash is in.
    pub(super) fn bucket_of(&self, hash: u32) -> u32 {
        let bucket = hash & self.high_mask;
        if bucket > self.last_bucket { hash & self.low_mask } else { bucket }
    }

    /// The first page of a bucket; `None` if the number does not exist.
    pub(super) fn page_of(&self, bucket: u32) -> Option<u32> {
        self.page_of_doubling.get(doubling(bucket))?.checked_add(bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_probe_is_what_libdb_stores() {
        assert_eq!(hash_probe(), 0x5e68_8dd1);
    }

    #[test]
    fn doublings_count_from_the_single_bucket() {
        assert_eq!([0, 1, 2, 3, 4, 7, 8, u32::MAX].map(doubling), [0, 1, 2, 2, 3, 3, 4, 32]);
    }

    #[test]
    fn description_survives_encoding() {
        let description = Description {
            version: VERSION,
            page_size: PAGE_SIZE_FIELD,
            encryption: 0,
            kind: 8,
            page_flags: 0,
            last_page: 70_000,
            flags: 0,
            file_id: *b"abcdefghijklmnopqrst",
            last_bucket: 5,
            high_mask: 7,
            low_mask: 3,
            entries: 99,
            hash_probe: 1,
            page_of_doubling: std::array::from_fn(|i| i as u32),
        };
        let mut bytes = Vec::new();
        description.encode(&mut bytes);
        assert_eq!(bytes.len(), PAGE_SIZE);
        assert_eq!(Description::byte_order(&bytes), Some(ByteOrder::Little));
        assert_eq!(Description::decode(&bytes, ByteOrder::Little), Some(description));
    }
}
