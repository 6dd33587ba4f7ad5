//! Reads a hash file from bytes with arbitrary content.

use std::borrow::Cow;

use super::layout::{
    Description, ITEM_DUPLICATES, ITEM_EXTERNAL, ITEM_INLINE, ITEM_OFF_PAGE, ITEM_OFF_PAGE_DUPLICATES, LAYOUT,
};
use crate::map::{
    Entry, ReadError,
    berkeley::{
        corrupt,
        duplicates::Values,
        header::START,
        layout::{ITEM_POSITION, PAGE_HEADER, PageKind},
        pages::{Page, Pages, Pair, Visits, outside},
        unsupported,
    },
    parts::Part,
    window::Bytes,
};

/// An open hash file, for lookups and listing.
///
/// Supports versions 7 to 10, both byte orders, all page sizes, and sorted or unsorted pages.
#[derive(Debug, Clone)]
pub struct HashFile<'a> {
    pub(in crate::map) pages: Pages<'a>,
    pub(super) description: Description,
}

/// An item: a key or its value or values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'a> {
    Inline(&'a [u8]),
    OffPage { first: u32, length: usize },
    Duplicates(&'a [u8]),
    OffPageDuplicates { root: u32 },
}

impl<'a> HashFile<'a> {
    /// Opens a file that is in memory.
    ///
    /// # Errors
    /// The file is not a hash file, its header is damaged, or it uses an unsupported feature (checksums, encryption, nested
    /// databases).
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        Self::within(Bytes::Whole(bytes))
    }

    /// Like [`Self::open`], for a file that need not be in memory.
    pub(in crate::map) fn within(bytes: Bytes<'a>) -> Result<Self, ReadError> {
        let start = bytes.start(START)?;
        let order = LAYOUT.byte_order(start).ok_or(ReadError::Unrecognized("it has no hash header"))?;
        let description = Description::read(start, bytes.len(), order)?;
        Ok(Self { pages: Pages::new(bytes, order, &description.header), description })
    }

    /// The file's identifier.
    pub fn file_id(&self) -> [u8; 20] {
        self.description.header.file_id
    }

    /// Whether the file allows several values per key.
    pub fn may_repeat_keys(&self) -> bool {
        self.description.header.may_repeat_keys()
    }

    /// All entries in the order of the file; ends after the first error. Whether lookups find each key is not checked.
    pub fn entries(&self) -> Entries<'_, 'a> {
        self.entries_of(0, self.description.last_bucket, self.pages.each_once())
    }

    /// Splits the file into runs of buckets whose first pages take about `size` bytes.
    ///
    /// Each doubling of the number of buckets allocates consecutive pages. The pages of a run are consecutive as well, except in
    /// the first run, as its length is a power of two.
    pub(in crate::map) fn parts(&self, size: usize) -> Vec<Part> {
        let last = self.description.last_bucket;
        let length = 1 << self.pages.pages_in(size).ilog2();
        let run = |first: u32| {
            let end = first.checked_add(length).filter(|end| *end <= last);
            let page = self.description.page_of(first).unwrap_or(0);
            let pages = end.map_or(last - first + 1, |_| length);
            Part { first, end, place: self.pages.place(page, pages) }
        };
        std::iter::successors(Some(run(0)), |part| part.end.map(run)).collect()
    }

    /// The entries of a part, without pages that other parts in `visits` have read.
    pub(in crate::map) fn part(&self, part: &Part, visits: Visits) -> Entries<'_, 'a> {
        let last = part.end.map_or(self.description.last_bucket, |end| end - 1);
        self.entries_of(part.first, last, visits)
    }

    /// Visit limit that all parts share.
    pub(in crate::map) fn visits(&self) -> Visits {
        self.pages.each_once_by_one()
    }

    fn entries_of(&self, first: u32, last: u32, visits: Visits) -> Entries<'_, 'a> {
        let bucket = Some(first);
        let pairs = Vec::new();
        Entries { file: self, bucket, last, page: None, pairs, pair: 0, item: 0, values: None, visits }
    }

    /// The same file with other bytes in memory.
    pub(in crate::map) fn over<'b>(&self, bytes: Bytes<'b>) -> HashFile<'b> {
        let pages = Pages::new(bytes, self.pages.order, &self.description.header);
        HashFile { pages, description: self.description.clone() }
    }

    /// The bytes of an item, if they are on the page.
    pub(super) fn inline(&self, page: &Page<'a>, item: u16) -> Option<&'a [u8]> {
        let at = PAGE_HEADER + ITEM_POSITION * usize::from(item);
        let start = usize::from(self.pages.order.u16_at(page.bytes, at)?);
        let end =
            if item == 0 { page.bytes.len() } else { self.pages.order.u16_at(page.bytes, at - ITEM_POSITION)?.into() };
        let (kind, bytes) = page.bytes.get(start..end)?.split_first()?;
        (*kind == ITEM_INLINE).then_some(bytes)
    }

    /// Appends all entries of a page to `pairs`. `None` if some are not on the page, or it is damaged; [`Self::item`] handles
    /// these.
    fn whole_page(&self, page: &Page<'a>, pairs: &mut Vec<Pair<'a>>) -> Option<()> {
        let mut end = page.bytes.len();
        for [key, value] in self.pages.pair_positions(page)? {
            let ([ITEM_INLINE, key_bytes @ ..], [ITEM_INLINE, value_bytes @ ..]) =
                (page.bytes.get(key..end)?, page.bytes.get(value..key).filter(|_| value >= page.list_end())?)
            else {
                return None;
            };
            pairs.push((key_bytes, value_bytes));
            end = value;
        }
        Some(())
    }

    pub(super) fn entry_page(&self, number: u32, visits: &mut Visits) -> Result<Page<'a>, ReadError> {
        let mut page = self.pages.page(number, visits)?;
        match page.header.kind {
            PageKind::Sorted | PageKind::Unsorted => {}
            PageKind::Unused => {
                page.header.items = 0;
                page.header.next = 0;
            }
            _ => return Err(corrupt(number, "expected a page with entries")),
        }
        if !page.header.items.is_multiple_of(2) {
            return Err(corrupt(number, "a key has no value"));
        }
        Ok(page)
    }

    /// The first page of a bucket.
    pub(super) fn page_of(&self, bucket: u32) -> Result<u32, ReadError> {
        self.description.page_of(bucket).ok_or(corrupt(0, "the page number of a bucket is impossible"))
    }

    fn next_page(&self, page: &Page<'a>, visits: &mut Visits) -> Result<Option<Page<'a>>, ReadError> {
        page.next().map(|next| self.entry_page(next, visits)).transpose()
    }

    /// Decodes an item, which ends where the previous one begins.
    pub(super) fn item(&self, page: &Page<'a>, item: u16) -> Result<Item<'a>, ReadError> {
        let start = self.pages.position(page, item)?;
        let end = match item.checked_sub(1) {
            Some(before) => self.pages.position(page, before)?,
            None => page.bytes.len(),
        };
        let bytes = page.bytes.get(start..end).ok_or(outside(page))?;
        let field = |at: usize| {
            self.pages.order.u32_at(bytes, at).ok_or(corrupt(page.number, "an item is too short for its type"))
        };
        let (kind, rest) = bytes.split_first().ok_or(outside(page))?;
        match *kind {
            ITEM_INLINE => Ok(Item::Inline(rest)),
            ITEM_OFF_PAGE => Ok(Item::OffPage { first: field(4)?, length: field(8)? as usize }),
            ITEM_DUPLICATES => Ok(Item::Duplicates(rest)),
            ITEM_OFF_PAGE_DUPLICATES => Ok(Item::OffPageDuplicates { root: field(4)? }),
            ITEM_EXTERNAL => Err(unsupported(page.number, "a value in an external file")),
            _ => Err(corrupt(page.number, "unknown item type")),
        }
    }

    /// The bytes of an item that is a single key or value.
    pub(super) fn bytes_of(
        &self,
        page: &Page<'a>,
        item: Item<'a>,
        visits: &mut Visits,
    ) -> Result<Cow<'a, [u8]>, ReadError> {
        match item {
            Item::Inline(bytes) => Ok(Cow::Borrowed(bytes)),
            Item::OffPage { first, length } => self.pages.chain(first, length, visits),
            Item::Duplicates(_) | Item::OffPageDuplicates { .. } => {
                Err(corrupt(page.number, "found several values, expected a key"))
            }
        }
    }

    pub(super) fn values(&self, page: &Page<'a>, item: u16, visits: &mut Visits) -> Result<Found<'a>, ReadError> {
        match self.item(page, item)? {
            item @ (Item::Inline(_) | Item::OffPage { .. }) => self.bytes_of(page, item, visits).map(Found::One),
            Item::Duplicates(rest) => Ok(Found::Several(Values::OnPage { page: page.number, rest })),
            Item::OffPageDuplicates { root } => Values::off_page(&self.pages, root, visits).map(Found::Several),
        }
    }
}

/// The value or values of a key.
pub(super) enum Found<'a> {
    One(Cow<'a, [u8]>),
    Several(Values<'a>),
}

/// The entries of a [`HashFile`], in the order of the file.
#[derive(Debug, Clone)]
pub struct Entries<'f, 'a> {
    file: &'f HashFile<'a>,
    /// The next bucket.
    bucket: Option<u32>,
    /// The last bucket to list.
    last: u32,
    page: Option<Page<'a>>,
    /// Entries of a page that has only simple ones, and the index of the next.
    pairs: Vec<Pair<'a>>,
    pair: usize,
    /// The next item of a page with other entries.
    item: u16,
    /// The key whose values are being listed, and the remaining values.
    values: Option<(Cow<'a, [u8]>, Values<'a>)>,
    visits: Visits,
}

impl<'a> Entries<'_, 'a> {
    /// Starts with a page.
    fn enter(&mut self, page: Page<'a>) {
        self.pairs.clear();
        (self.pair, self.item) = (0, page.header.items);
        if self.file.whole_page(&page, &mut self.pairs).is_none() {
            self.pairs.clear();
            self.item = 0;
        }
        self.page = Some(page);
    }

    fn advance(&mut self) -> Result<Option<Entry<'a>>, ReadError> {
        let file = self.file;
        loop {
            if let Some(&(key, value)) = self.pairs.get(self.pair) {
                self.pair += 1;
                return Ok(Some(Entry { key: Cow::Borrowed(key), value: Cow::Borrowed(value) }));
            }
            if let Some((key, values)) = &mut self.values {
                if let Some(value) = values.next(&file.pages, &mut self.visits)? {
                    return Ok(Some(Entry { key: key.clone(), value }));
                }
                self.values = None;
            }
            let Some(page) = self.page else {
                let Some(bucket) = self.bucket else { return Ok(None) };
                self.bucket = bucket.checked_add(1).filter(|next| *next <= self.last);
                let page = file.entry_page(file.page_of(bucket)?, &mut self.visits)?;
                self.enter(page);
                continue;
            };
            if self.item < page.header.items {
                let item = file.item(&page, self.item)?;
                let key = file.bytes_of(&page, item, &mut self.visits)?;
                let found = file.values(&page, self.item + 1, &mut self.visits)?;
                self.item += 2;
                match found {
                    Found::One(value) => return Ok(Some(Entry { key, value })),
                    Found::Several(values) => self.values = Some((key, values)),
                }
                continue;
            }
            self.page = None;
            if let Some(next) = file.next_page(&page, &mut self.visits)? {
                self.enter(next);
            }
        }
    }
}

impl<'a> Iterator for Entries<'_, 'a> {
    type Item = Result<Entry<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.advance().transpose();
        if matches!(entry, Some(Err(_))) {
            (self.bucket, self.page, self.values) = (None, None, None);
            self.pairs.clear();
        }
        entry
    }
}

impl std::iter::FusedIterator for Entries<'_, '_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::hash::write;

    /// A file with short and large keys and values, and chains.
    fn file() -> Vec<u8> {
        let mut entries = (0..400).map(|n| (format!("key{n}").into_bytes(), vec![b'v'; n % 50])).collect::<Vec<_>>();
        entries.extend((0..10).map(|n| (vec![n; 1500], vec![n; 9000])));
        // All with the same hash.
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
        assert!(matches!(HashFile::open(&file()[..60]), Err(ReadError::Unrecognized(_))));
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
        assert_eq!(with(16, &[6]), Some("version 6 of the format is not supported, only 7 to 10 are".to_owned()));
        assert_eq!(with(24, &[1]), Some("page 0: an encrypted file is not supported".to_owned()));
        assert_eq!(with(26, &[1]), Some("page 0: a file with checksums is not supported".to_owned()));
        assert_eq!(with(20, &[1]), damaged(0, "its page size is not a power of two from 512 to 65536"));
        assert_eq!(with(72, &[200]), damaged(0, "its number of buckets is impossible"));
        assert_eq!(with(4096 + 8, &[9]), damaged(1, "its page number is wrong"));
        assert_eq!(with(4096 + 16, &[0xff; 4]), damaged(u32::MAX, "it is referred to but does not exist"));
        assert_eq!(with(4096 + 16, &[1, 0, 0, 0]), damaged(1, "it is referred to twice"));
        assert_eq!(with(4096 + 20, &[1, 0]), damaged(1, "a key has no value"));
        assert_eq!(with(4096 + 25, &[7]), damaged(1, "expected a page with entries"));
        assert_eq!(with(4096 + 25, &[99]), damaged(1, "unknown page type"));
        assert_eq!(with(4096 + 26, &[0, 0]), damaged(1, "an item lies outside the item area of the page"));
        let item = usize::from(u16::from_le_bytes([good[4096 + 26], good[4096 + 27]]));
        assert_eq!(with(4096 + item, &[9]), damaged(1, "unknown item type"));
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
    fn versions_are_read_that_differ_in_what_is_not_asked() {
        let good = file();
        let entries =
            |file: &[u8]| HashFile::open(file).unwrap().entries().map(|entry| entry.is_ok()).collect::<Vec<_>>();
        for version in [7, 8, 10] {
            let mut other = good.clone();
            other[16] = version;
            if version < 9 {
                for kind in other.chunks_mut(4096).filter_map(|page| page.get_mut(25)).filter(|kind| **kind == 13) {
                    *kind = PageKind::Unsorted.code();
                }
            }
            if version == 7 {
                // The header does not contain the number of pages.
                put(&mut other, 32, &[0; 4]);
            }
            assert_eq!(entries(&other), entries(&good));
            assert_eq!(HashFile::open(&other).unwrap().get(b"key7").unwrap().as_deref(), Some(&b"vvvvvvv"[..]));
        }
    }
}
