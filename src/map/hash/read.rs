//! Reads a hash file from its bytes, whatever they are.
//!
//! Nothing a file says is taken on trust: a page number is looked up before it is followed, and no page is read twice, so
//! that reading ends after as many steps as the file has pages.

use std::{borrow::Cow, collections::HashSet};

use super::layout::{
    ByteOrder, Description, ITEM_DUPLICATES, ITEM_INLINE, ITEM_OFF_PAGE, ITEM_OFF_PAGE_DUPLICATES, ITEM_POSITION,
    PAGE_HEADER, PageHeader, PageKind, VERSION, VERSION_UNSORTED, hash, hash_probe,
};
use crate::map::ReadError;

/// A hash file that can be asked for keys and listed.
///
/// Versions 8 and 9 are read, in either byte order and with pages of any size; sorted or not makes no difference.
#[derive(Debug, Clone)]
pub struct HashFile<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
    description: Description,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry<'a> {
    /// The key, as stored.
    pub key: Cow<'a, [u8]>,
    /// The value, as stored.
    pub value: Cow<'a, [u8]>,
}

/// A page and what its header says.
#[derive(Debug, Clone, Copy)]
struct Page<'a> {
    number: u32,
    bytes: &'a [u8],
    header: PageHeader,
}

fn corrupt(page: u32, what: &'static str) -> ReadError {
    ReadError::Corrupt { page, what }
}

fn unsupported(page: u32, what: &'static str) -> ReadError {
    ReadError::Unsupported { page, what }
}

impl<'a> HashFile<'a> {
    /// Reads the description of a file from its `bytes`.
    ///
    /// # Errors
    /// If this is no hash file, one that uses what is not read here (checksums, encryption, several databases in a file), or
    /// one whose description cannot be true.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let order = Description::byte_order(bytes).ok_or(ReadError::Unrecognized("it does not begin as one"))?;
        let description =
            Description::decode(bytes, order).ok_or(ReadError::Unrecognized("it ends before its description does"))?;
        check(&description, bytes.len())?;
        Ok(Self { bytes, order, description })
    }

    /// The twenty bytes by which libdb tells this file from others.
    pub fn file_id(&self) -> [u8; 20] {
        self.description.file_id
    }

    /// All entries, in the order of the file; ends after the first error.
    pub fn entries(&self) -> Entries<'_, 'a> {
        Entries { file: self, bucket: Some(0), current: 0, page: None, item: 0, read: HashSet::new() }
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// If a page on the way to it is damaged, or the file was made with a hash function of the application's own.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        if self.description.hash_probe != hash_probe() {
            return Err(unsupported(0, "a file with another hash function"));
        }
        let mut read = HashSet::new();
        let mut page = self.bucket_page(self.description.bucket_of(hash(key)), &mut read)?;
        loop {
            for item in (0..page.header.items).step_by(2) {
                if self.item_is(&page, item, key, &mut read)? {
                    return self.item(&page, item + 1, &mut read).map(Some);
                }
            }
            match self.next_page(&page, &mut read)? {
                Some(next) => page = next,
                None => return Ok(None),
            }
        }
    }

    /// Whether look-ups for `key` go to `bucket`; unknown, and so true, if the file's hash function is.
    fn may_hold(&self, bucket: u32, key: &[u8]) -> bool {
        self.description.hash_probe != hash_probe() || self.description.bucket_of(hash(key)) == bucket
    }

    fn page(&self, number: u32, read: &mut HashSet<u32>) -> Result<Page<'a>, ReadError> {
        let size = self.description.page_size as usize;
        let start = (number as usize).checked_mul(size);
        let bytes = start.and_then(|start| self.bytes.get(start..)?.get(..size));
        let bytes = bytes.filter(|_| number <= self.description.last_page);
        let bytes = bytes.ok_or(corrupt(number, "it is referred to but does not exist"))?;
        if !read.insert(number) {
            return Err(corrupt(number, "it is referred to twice"));
        }
        let header = PageHeader::decode(bytes, self.order).ok_or(corrupt(number, "its kind is unknown"))?;
        if header.number != number && header.kind != PageKind::Unused {
            return Err(corrupt(number, "it carries another page's number"));
        }
        Ok(Page { number, bytes, header })
    }

    fn entry_page(&self, number: u32, read: &mut HashSet<u32>) -> Result<Page<'a>, ReadError> {
        let mut page = self.page(number, read)?;
        match page.header.kind {
            PageKind::Sorted | PageKind::Unsorted => {}
            PageKind::Unused => {
                page.header.items = 0;
                page.header.next = 0;
            }
            PageKind::Overflow | PageKind::Description => return Err(corrupt(number, "it should hold entries")),
        }
        if !page.header.items.is_multiple_of(2) {
            return Err(corrupt(number, "a key has no value"));
        }
        Ok(page)
    }

    fn bucket_page(&self, bucket: u32, read: &mut HashSet<u32>) -> Result<Page<'a>, ReadError> {
        let number = self.description.page_of(bucket).ok_or(corrupt(0, "a bucket's page cannot exist"))?;
        self.entry_page(number, read)
    }

    fn next_page(&self, page: &Page<'a>, read: &mut HashSet<u32>) -> Result<Option<Page<'a>>, ReadError> {
        match page.header.next {
            0 => Ok(None),
            next => self.entry_page(next, read).map(Some),
        }
    }

    /// The bytes of an item, its kind among them.
    fn raw_item(&self, page: &Page<'a>, item: u16) -> Result<(u8, &'a [u8]), ReadError> {
        let position =
            |item: u16| self.order.u16_at(page.bytes, PAGE_HEADER + ITEM_POSITION * usize::from(item)).map(usize::from);
        let start = position(item);
        let end = match item.checked_sub(1) {
            Some(before) => position(before),
            None => Some(page.bytes.len()),
        };
        let list_end = PAGE_HEADER + ITEM_POSITION * usize::from(page.header.items);
        let bytes = start.zip(end).filter(|(start, _)| *start >= list_end);
        let bytes = bytes.and_then(|(start, end)| page.bytes.get(start..end)?.split_first());
        bytes.map(|(&kind, rest)| (kind, rest)).ok_or(corrupt(page.number, "an item lies outside of the page's items"))
    }

    fn off_page_item(&self, page: &Page<'a>, rest: &[u8]) -> Result<(u32, usize), ReadError> {
        let first = self.order.u32_at(rest, 3);
        let length = self.order.u32_at(rest, 7).and_then(|length| usize::try_from(length).ok());
        first.zip(length).ok_or(corrupt(page.number, "an item is shorter than its kind"))
    }

    fn item(&self, page: &Page<'a>, item: u16, read: &mut HashSet<u32>) -> Result<Cow<'a, [u8]>, ReadError> {
        match self.raw_item(page, item)? {
            (ITEM_INLINE, rest) => Ok(Cow::Borrowed(rest)),
            (ITEM_OFF_PAGE, rest) => {
                let (first, length) = self.off_page_item(page, rest)?;
                self.off_page(first, length, read).map(Cow::Owned)
            }
            (ITEM_DUPLICATES | ITEM_OFF_PAGE_DUPLICATES, _) => {
                Err(unsupported(page.number, "a key with several values"))
            }
            _ => Err(corrupt(page.number, "an item's kind is unknown")),
        }
    }

    /// Whether an item is `key`; pages of its own are read only if it is as long.
    fn item_is(&self, page: &Page<'a>, item: u16, key: &[u8], read: &mut HashSet<u32>) -> Result<bool, ReadError> {
        match self.raw_item(page, item)? {
            (ITEM_OFF_PAGE, rest) if self.off_page_item(page, rest)?.1 != key.len() => Ok(false),
            _ => Ok(*self.item(page, item, read)? == *key),
        }
    }

    /// A large key or value: `length` bytes from page `number` on.
    fn off_page(&self, mut number: u32, length: usize, read: &mut HashSet<u32>) -> Result<Vec<u8>, ReadError> {
        let mut value = Vec::with_capacity(length.min(self.bytes.len()));
        while value.len() < length {
            let page = self.page(number, read)?;
            if page.header.kind != PageKind::Overflow {
                return Err(corrupt(number, "it should hold a piece of a large key or value"));
            }
            let piece = page.bytes.get(PAGE_HEADER..).and_then(|room| room.get(..usize::from(page.header.mark)));
            let piece = piece.filter(|piece| !piece.is_empty() && value.len() + piece.len() <= length);
            value.extend_from_slice(
                piece.ok_or(corrupt(number, "its piece of a large key or value has a wrong length"))?,
            );
            number = page.header.next;
        }
        if number != 0 && length > 0 {
            return Err(corrupt(number, "it continues a key or value that is complete"));
        }
        Ok(value)
    }
}

/// Whether a description can be that of a file of `length` bytes.
fn check(description: &Description, length: usize) -> Result<(), ReadError> {
    if !matches!(description.version, VERSION_UNSORTED | VERSION) {
        return Err(ReadError::Version { found: description.version });
    }
    if description.kind != PageKind::Description.code() {
        return Err(corrupt(0, "it is not of the kind that describes a hash file"));
    }
    if description.encryption != 0 {
        return Err(unsupported(0, "an encrypted file"));
    }
    if description.page_flags & CHECKSUMS != 0 {
        return Err(unsupported(0, "a file with checksums"));
    }
    if description.page_flags != 0 {
        return Err(unsupported(0, "a part of a partitioned file"));
    }
    if description.flags & SEVERAL_DATABASES != 0 {
        return Err(unsupported(0, "a file with several databases"));
    }
    if !description.page_size.is_power_of_two() || !(512..=65_536).contains(&description.page_size) {
        return Err(corrupt(0, "its page size is not a power of two from 512 to 65536"));
    }
    let pages = length / description.page_size as usize;
    if description.last_page as usize >= pages {
        return Err(corrupt(u32::try_from(pages).unwrap_or(u32::MAX), "the file ends before it"));
    }
    let masks_fit = description.high_mask.checked_add(1).is_some_and(u32::is_power_of_two)
        && description.low_mask == description.high_mask >> 1
        && description.last_bucket >= description.low_mask
        && description.last_bucket <= description.high_mask;
    if !masks_fit || description.last_bucket >= description.last_page {
        return Err(corrupt(0, "its number of buckets cannot be true"));
    }
    Ok(())
}

/// Bit of [`Description::page_flags`].
const CHECKSUMS: u8 = 1;
/// Bit of [`Description::flags`].
const SEVERAL_DATABASES: u32 = 2;

/// The entries of a [`HashFile`], in the order of the file.
#[derive(Debug, Clone)]
pub struct Entries<'f, 'a> {
    file: &'f HashFile<'a>,
    /// The bucket whose first page comes next.
    bucket: Option<u32>,
    /// The bucket that is being listed.
    current: u32,
    page: Option<Page<'a>>,
    item: u16,
    read: HashSet<u32>,
}

impl<'a> Entries<'_, 'a> {
    fn advance(&mut self) -> Result<Option<Entry<'a>>, ReadError> {
        loop {
            let Some(page) = self.page else {
                let Some(bucket) = self.bucket else { return Ok(None) };
                self.bucket = bucket.checked_add(1).filter(|next| *next <= self.file.description.last_bucket);
                self.page = Some(self.file.bucket_page(bucket, &mut self.read)?);
                (self.current, self.item) = (bucket, 0);
                continue;
            };
            if self.item < page.header.items {
                let key = self.file.item(&page, self.item, &mut self.read)?;
                let value = self.file.item(&page, self.item + 1, &mut self.read)?;
                if !self.file.may_hold(self.current, &key) {
                    return Err(corrupt(page.number, "it holds a key of another bucket"));
                }
                self.item += 2;
                return Ok(Some(Entry { key, value }));
            }
            self.page = self.file.next_page(&page, &mut self.read)?;
            self.item = 0;
        }
    }
}

impl<'a> Iterator for Entries<'_, 'a> {
    type Item = Result<Entry<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.advance().transpose();
        if matches!(entry, Some(Err(_))) {
            (self.bucket, self.page) = (None, None);
        }
        entry
    }
}

impl std::iter::FusedIterator for Entries<'_, '_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::hash::write;

    /// A file with short and large parts, and chains.
    fn file() -> Vec<u8> {
        let mut entries = (0..400).map(|n| (format!("key{n}").into_bytes(), vec![b'v'; n % 50])).collect::<Vec<_>>();
        entries.extend((0..10).map(|n| (vec![n; 1500], vec![n; 9000])));
        // All of one hash.
        entries.extend((1..200).map(|n| (vec![0; n], vec![1; 40])));
        let mut file = Vec::new();
        write(&entries, &mut file).unwrap();
        file
    }

    fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn first_error(file: &[u8]) -> Option<ReadError> {
        match HashFile::open(file) {
            Ok(file) => file.entries().find_map(Result::err),
            Err(error) => Some(error),
        }
    }

    #[test]
    fn what_is_no_hash_file_is_not_recognized() {
        for bytes in [&b""[..], b"connect:example.net REJECT\n", &[0; 8192]] {
            assert!(matches!(HashFile::open(bytes), Err(ReadError::Unrecognized(_))));
        }
        assert!(matches!(HashFile::open(&file()[..100]), Err(ReadError::Unrecognized(_))));
    }

    #[test]
    fn an_error_names_the_page() {
        let good = file();
        assert_eq!(first_error(&good), None);
        let last = (good.len() / 4096 - 1) as u32;
        let with = |at: usize, bytes: &[u8]| {
            let mut bad = good.clone();
            put(&mut bad, at, bytes);
            first_error(&bad).map(|error| error.to_string())
        };
        let damaged = |page: u32, what: &str| Some(format!("page {page} is damaged: {what}"));
        assert_eq!(first_error(&good[..good.len() - 1]), Some(corrupt(last, "the file ends before it")));
        assert_eq!(with(16, &[7]), Some("version 7 of the format is not read, only 8 and 9 are".to_owned()));
        assert_eq!(with(24, &[1]), Some("page 0: an encrypted file cannot be read".to_owned()));
        assert_eq!(with(26, &[1]), Some("page 0: a file with checksums cannot be read".to_owned()));
        assert_eq!(with(20, &[1]), damaged(0, "its page size is not a power of two from 512 to 65536"));
        assert_eq!(with(72, &[200]), damaged(0, "its number of buckets cannot be true"));
        assert_eq!(with(4096 + 8, &[9]), damaged(1, "it carries another page's number"));
        assert_eq!(with(4096 + 16, &[0xff; 4]), damaged(u32::MAX, "it is referred to but does not exist"));
        assert_eq!(with(4096 + 16, &[1, 0, 0, 0]), damaged(1, "it is referred to twice"));
        assert_eq!(with(4096 + 20, &[1, 0]), damaged(1, "a key has no value"));
        assert_eq!(with(4096 + 25, &[7]), damaged(1, "it should hold entries"));
        assert_eq!(with(4096 + 25, &[99]), damaged(1, "its kind is unknown"));
        assert_eq!(with(4096 + 26, &[0, 0]), damaged(1, "an item lies outside of the page's items"));
        assert_eq!(with(8191, b"~"), damaged(1, "it holds a key of another bucket"));
        let item = usize::from(u16::from_le_bytes([good[4096 + 26], good[4096 + 27]]));
        assert_eq!(with(4096 + item, &[9]), damaged(1, "an item's kind is unknown"));
    }

    #[test]
    fn listing_ends_after_the_first_error() {
        let mut bad = file();
        put(&mut bad, 2 * 4096 + 25, &[99]);
        let bad = HashFile::open(&bad).unwrap();
        let entries = bad.entries().collect::<Vec<_>>();
        assert_eq!(entries.iter().filter(|entry| entry.is_err()).count(), 1);
        assert!(entries.last().unwrap().is_err());
    }

    #[test]
    fn any_damage_is_survived() {
        let good = file();
        let keys = [&b"key7"[..], &[0; 20], &[3; 1500], b"nobody"];
        let mut state = 88_172_645_463_325_252_u64;
        let mut random = |n: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % n as u64) as usize
        };
        let (mut refused, mut read) = (0, 0);
        let mut bad = good.clone();
        for _ in 0..10_000 {
            bad.clone_from(&good);
            for _ in 0..=random(8) {
                // Where numbers are that lead elsewhere: the description, a page's header, its list and its end.
                let page = random(good.len() / 4096) * 4096;
                let at = match random(5) {
                    0 => random(224),
                    1 => page + random(26),
                    2 => page + 26 + random(100),
                    3 => page + 4096 - 1 - random(100),
                    _ => random(good.len()),
                };
                bad[at] = [0, 1, 2, 3, 255, random(256) as u8][random(6)];
            }
            let length = if random(10) == 0 { random(good.len()) } else { good.len() };
            let bad = &bad[..length];
            if first_error(bad).is_some() {
                refused += 1;
            } else {
                read += 1;
            }
            if let Ok(file) = HashFile::open(bad) {
                for key in keys {
                    let _ = file.get(key);
                }
                // No page is read twice, so no more can come of a file than it has bytes.
                let listed = file.entries().flatten().map(|entry| entry.key.len() + entry.value.len()).sum::<usize>();
                assert!(listed < 2 * bad.len());
            }
        }
        assert!(refused > 1000 && read > 1000, "{refused} {read}");
    }
}
