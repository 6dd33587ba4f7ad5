//! Layout of a hash file: field offsets, the hash function, and the mapping of buckets to pages.
//!
//! Established from files that `makemap` and `db5.3_load` wrote and that `db5.3_dump -da` printed.

use crate::map::{
    ReadError,
    berkeley::{
        header::{FILE_HEADER, FileHeader, Layout},
        layout::{ByteOrder, PAGE_SIZE, PageKind},
    },
};

/// Hash files. Version 9 (libdb 4.6 to 5.3) sorts the entries of a page; for reading, 7 (libdb 3.1), 8 and 10 (libdb 6) are
/// otherwise the same.
pub(super) const LAYOUT: Layout = Layout {
    magic: 0x0006_1561,
    kind: PageKind::HashDescription,
    versions: (7, 10),
    counts_pages: 8,
    written: 9,
    several_databases: 2,
};

/// Maximum length of a key or value on a page; longer ones go to overflow pages.
pub(super) const MAX_INLINE: usize = PAGE_SIZE / 4;
/// Length of an item that refers to overflow pages: type, three unused bytes, first page, length.
pub(super) const OFF_PAGE_ITEM: usize = 12;
/// Length of an item that refers to a tree of values: type, three unused bytes, root page.
pub(super) const OFF_PAGE_DUPLICATES_ITEM: usize = 8;
/// Length of the number before and after each value of a key that has several on its page.
pub(super) const DUPLICATE_LENGTHS: usize = 4;
/// Maximum number of doublings that the header has room for.
pub(super) const MAX_DOUBLINGS: usize = 32;

/// Hashed when the file is created and stored, so that a reader detects another hash function. The trailing NUL counts.
const HASH_PROBE: &[u8] = b"%$sniglet^&\0";

/// Item type: the bytes of a key or value follow.
pub(super) const ITEM_INLINE: u8 = 1;
/// Item type: values of a key that has several follow.
pub(super) const ITEM_DUPLICATES: u8 = 2;
/// Item type: the key or value is on overflow pages.
pub(super) const ITEM_OFF_PAGE: u8 = 3;
/// Item type: the values of the key are in a separate tree.
pub(super) const ITEM_OFF_PAGE_DUPLICATES: u8 = 4;
/// Item type: the value is in an external file.
pub(super) const ITEM_EXTERNAL: u8 = 5;

/// Hashes a key: 32-bit FNV-1, starting from 0.
pub(super) fn hash(key: &[u8]) -> u32 {
    key.iter().fold(0_u32, |h, &byte| h.wrapping_mul(16_777_619) ^ u32::from(byte))
}

/// Number of keys hashed at a time: the number of multiplications that a processor can run in parallel.
pub(super) const LANES: usize = 4;

/// Hashes keys in parallel, which is faster than one after the other.
pub(super) fn hash_each(keys: &[&[u8]; LANES]) -> [u32; LANES] {
    let step = |h: u32, byte: u8| h.wrapping_mul(16_777_619) ^ u32::from(byte);
    let [a, b, c, d] = keys;
    let mut hashes = [0; LANES];
    let mut common = 0;
    for (((&a, &b), &c), &d) in a.iter().zip(*b).zip(*c).zip(*d) {
        let [h, i, j, k] = hashes;
        hashes = [step(h, a), step(i, b), step(j, c), step(k, d)];
        common += 1;
    }
    for (hash, key) in hashes.iter_mut().zip(keys) {
        *hash = key.iter().skip(common).fold(*hash, |h, &byte| step(h, byte));
    }
    hashes
}

/// The hash that the header of a file made with [`hash`] contains.
pub(super) fn hash_probe() -> u32 {
    hash(HASH_PROBE)
}

/// The doubling that created `bucket`: 0 for bucket 0, else ⌈log₂(bucket + 1)⌉.
pub(super) fn doubling(bucket: u32) -> usize {
    (u32::BITS - bucket.leading_zeros()) as usize
}

/// Page 0: the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Description {
    pub(super) header: FileHeader,
    pub(super) last_bucket: u32,
    /// Mask that is applied to a hash first; if the result is past the last bucket, [`Self::low_mask`] is used.
    pub(super) high_mask: u32,
    pub(super) low_mask: u32,
    pub(super) entries: u32,
    pub(super) hash_probe: u32,
    /// For each doubling, the first page of its buckets minus the number of the first of them.
    pub(super) page_of_doubling: [u32; MAX_DOUBLINGS],
}

impl Description {
    /// Appends the whole of page 0.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let end = out.len() + PAGE_SIZE;
        let put = |out: &mut Vec<u8>, fields: &[u32]| out.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        self.header.encode(&LAYOUT, out);
        // The zero is the desired number of entries per bucket: "not specified", so that libdb splits only full pages.
        put(out, &[self.last_bucket, self.high_mask, self.low_mask, 0, self.entries, self.hash_probe]);
        put(out, &self.page_of_doubling);
        out.resize(end, 0);
    }

    /// Reads and checks page 0 of a file with `length` bytes.
    pub(super) fn read(start: &[u8], length: u64, order: ByteOrder) -> Result<Self, ReadError> {
        let header = LAYOUT.read_header(start, length, order)?;
        let description = Self::after_header(header, start, order);
        let description = description.ok_or(ReadError::Unrecognized("its header is incomplete"))?;
        let Self { last_bucket, high_mask, low_mask, .. } = description;
        let masks_fit = high_mask.checked_add(1).is_some_and(u32::is_power_of_two)
            && low_mask == high_mask >> 1
            && last_bucket >= low_mask
            && last_bucket <= high_mask;
        if !masks_fit || last_bucket >= description.header.last_page {
            return Err(ReadError::Corrupt { page: 0, what: "its number of buckets is impossible" });
        }
        Ok(description)
    }

    fn after_header(header: FileHeader, start: &[u8], order: ByteOrder) -> Option<Self> {
        let field = |number: usize| order.u32_at(start, FILE_HEADER + 4 * number);
        let mut page_of_doubling = [0; MAX_DOUBLINGS];
        for (doubling, first) in page_of_doubling.iter_mut().enumerate() {
            *first = field(6 + doubling)?;
        }
        Some(Self {
            header,
            last_bucket: field(0)?,
            high_mask: field(1)?,
            low_mask: field(2)?,
            entries: field(4)?,
            hash_probe: field(5)?,
            page_of_doubling,
        })
    }

    /// The bucket of a key with this hash.
    pub(super) fn bucket_of(&self, hash: u32) -> u32 {
        let bucket = hash & self.high_mask;
        if bucket > self.last_bucket { hash & self.low_mask } else { bucket }
    }

    /// The first page of a bucket; `None` if the number overflows.
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
    fn keys_beside_each_other_hash_as_alone() {
        let keys: [&[u8]; LANES] = [b"connect:example.net", b"", b"\xff", b"example"];
        assert_eq!(hash_each(&keys), keys.map(hash));
        let keys: [&[u8]; LANES] = [b"host-1", b"host-22", b"host-333", b"h"];
        assert_eq!(hash_each(&keys), keys.map(hash));
    }

    #[test]
    fn doublings_count_from_the_single_bucket() {
        assert_eq!([0, 1, 2, 3, 4, 7, 8, u32::MAX].map(doubling), [0, 1, 2, 2, 3, 3, 4, 32]);
    }

    #[test]
    fn description_survives_encoding() {
        let description = Description {
            header: LAYOUT.header(8, true, *b"abcdefghijklmnopqrst"),
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
        assert_eq!(LAYOUT.byte_order(&bytes), Some(ByteOrder::Little));
        assert_eq!(Description::read(&bytes, 9 * PAGE_SIZE as u64, ByteOrder::Little), Ok(description));
    }
}
