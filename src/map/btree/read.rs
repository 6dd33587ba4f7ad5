//! Reads a btree file from bytes with arbitrary content.

use std::{borrow::Cow, cmp::Ordering};

use super::layout::{Description, LAYOUT};
use crate::map::{
    Entry, ReadError,
    berkeley::{
        corrupt,
        duplicates::Values,
        header::START,
        layout::PageKind,
        pages::{Page, Pages, Pair, Visits, bisect},
        tree::{Item, Leaves, Tree},
    },
    lookup::{Answers, KeyPlace, by_place},
    parts::Part,
    window::Bytes,
};

/// An open btree file, for lookups and listing.
///
/// Supports versions 8 to 10, both byte orders and all page sizes.
#[derive(Debug, Clone)]
pub struct BtreeFile<'a> {
    pub(in crate::map) pages: Pages<'a>,
    pub(super) description: Description,
}

/// Limit of a lookup, as a multiple of the number of pages. A large key is stored once and referred to from its leaf and one
/// inner page, so 2 is enough for a file that has not been updated.
const MAX_VISITS_PER_PAGE: u64 = 8;

impl<'a> BtreeFile<'a> {
    /// Opens a file that is in memory.
    ///
    /// # Errors
    /// The file is not a btree file, its header is damaged, or it uses an unsupported feature (checksums, encryption,
    /// compression, nested databases).
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        Self::within(Bytes::Whole(bytes))
    }

    /// Like [`Self::open`], for a file that need not be in memory.
    pub(in crate::map) fn within(bytes: Bytes<'a>) -> Result<Self, ReadError> {
        let start = bytes.start(START)?;
        let order = LAYOUT.byte_order(start).ok_or(ReadError::Unrecognized("it has no btree header"))?;
        let description = Description::read(start, bytes.len(), order)?;
        Ok(Self { pages: Pages::new(bytes, order, &description.header), description })
    }

    /// The same file with other bytes in memory.
    pub(in crate::map) fn over<'b>(&self, bytes: Bytes<'b>) -> BtreeFile<'b> {
        let pages = Pages::new(bytes, self.pages.order, &self.description.header);
        BtreeFile { pages, description: self.description.clone() }
    }

    /// The file's identifier.
    pub fn file_id(&self) -> [u8; 20] {
        self.description.header.file_id
    }

    /// Whether the file allows several values per key.
    pub fn may_repeat_keys(&self) -> bool {
        self.description.header.may_repeat_keys()
    }

    /// All entries in the order of the tree; ends after the first error. Whether the keys are sorted, so that lookups find them,
    /// is not checked.
    pub fn entries(&self) -> Entries<'_, 'a> {
        self.entries_from(State::Start, self.pages.each_once())
    }

    fn entries_from(&self, state: State<'a>, visits: Visits) -> Entries<'_, 'a> {
        Entries { file: self, state, pairs: Vec::new(), pair: 0, key: None, values: None, visits }
    }

    /// Splits the file into runs of leaves of about `size` bytes.
    ///
    /// # Errors
    /// An inner page is damaged.
    pub(in crate::map) fn parts(&self, size: usize) -> Result<Vec<Part>, ReadError> {
        let starts = self.first_leaves()?;
        let count = self.pages.size() / size as u64 + 1;
        let step = starts.len().div_ceil(usize::try_from(count).unwrap_or(usize::MAX)).max(1);
        let starts = starts.chunks(step).filter_map(<[u32]>::first).copied().collect::<Vec<_>>();
        let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
        let usual = self.pages.pages_in(size);
        let part = |(&first, end): (&u32, Option<u32>)| {
            // Leaves that are not consecutive are read one by one.
            let in_a_row = |end: u32| end.checked_sub(first).filter(|pages| *pages <= 2 * usual).unwrap_or(0);
            Part { first, end, place: self.pages.place(first, end.map_or(usual, in_a_row)) }
        };
        Ok(starts.iter().zip(ends).map(part).collect())
    }

    /// Visit limit that all parts share.
    pub(in crate::map) fn visits(&self) -> Visits {
        self.pages.each_once_by_one()
    }

    /// The first leaf below each page on the level above the leaves.
    fn first_leaves(&self) -> Result<Vec<u32>, ReadError> {
        let mut visits = self.pages.each_once();
        let mut level = vec![self.pages.root(self.description.root, Tree::Entries, &mut visits)?];
        while level.first().is_some_and(|page| page.header.level > 2) {
            let mut below = Vec::new();
            for page in &level {
                for item in 0..page.header.items {
                    below.push(self.pages.child(page, item, Tree::Entries, &mut visits)?);
                }
            }
            level = below;
        }
        let mut first_leaf = |page: &Page<'a>| match page.header.kind {
            PageKind::Internal => Ok(self.pages.child(page, 0, Tree::Entries, &mut visits)?.number),
            _ => Ok(page.number),
        };
        level.iter().map(&mut first_leaf).collect()
    }

    /// The entries of a part, without pages that other parts in `visits` have read. `None` if the previous leaf does not lead to
    /// it.
    pub(in crate::map) fn part(&self, &Part { first, end, .. }: &Part, mut visits: Visits) -> Option<Entries<'_, 'a>> {
        let page = self.pages.page(first, &mut visits).ok()?;
        if page.header.previous != 0 {
            let previous = self.pages.page(page.header.previous, &mut self.pages.at_most(1)).ok()?;
            if previous.header.next != first {
                return None;
            }
        }
        Some(self.entries_from(State::Leaves(Leaves::part(Tree::Entries, page, end)), visits))
    }

    /// The value of `key`, or the first of its values.
    ///
    /// # Errors
    /// A page on the path to the key is damaged.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        self.get_in(self.leaf_of(key)?, key)
    }

    /// The leaf that would contain `key`.
    pub(in crate::map) fn leaf_of(&self, key: &[u8]) -> Result<u32, ReadError> {
        let mut visits = self.pages.at_most(MAX_VISITS_PER_PAGE);
        let mut page = self.pages.root(self.description.root, Tree::Entries, &mut visits)?;
        while page.header.kind == PageKind::Internal {
            // The first child holds all keys less than the key of the second.
            let first_after = bisect(1, page.header.items, |item| {
                let found = self.pages.internal_key(&page, item)?;
                Ok(self.compare(&page, found, key, &mut visits)?.is_le())
            })?;
            if page.header.level == 2 {
                // The leaf itself is not read yet: the caller may look up other keys first.
                return self.pages.child_number(&page, first_after - 1);
            }
            page = self.pages.child(&page, first_after - 1, Tree::Entries, &mut visits)?;
        }
        Ok(page.number)
    }

    /// Looks up keys in their leaves, in the given order.
    pub(in crate::map) fn answer_all(&self, queries: &[KeyPlace], keys: &[&[u8]], answers: &mut Answers) {
        for query in by_place(queries, keys).flatten() {
            answers.put(query.number, self.get_in(query.place, query.key_in(keys)));
        }
    }

    /// Like [`Self::get`], for a key of this leaf.
    fn get_in(&self, leaf: u32, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        let mut visits = self.pages.at_most(MAX_VISITS_PER_PAGE);
        let page = self.pages.leaf(leaf, Tree::Entries, &mut visits)?;
        check_pairs(&page)?;
        let pairs = page.header.items / 2;
        let first = bisect(0, pairs, |pair| Ok(self.compare_leaf(&page, pair, key, &mut visits)?.is_lt()))?;
        for pair in first..pairs {
            if self.compare_leaf(&page, pair, key, &mut visits)?.is_ne() {
                break;
            }
            let value = match self.pages.leaf_item(&page, 2 * pair + 1)? {
                None => None,
                Some(Item::Duplicates { root }) => {
                    Values::off_page(&self.pages, root, &mut visits)?.next(&self.pages, &mut visits)?
                }
                Some(item) => Some(self.pages.item_bytes(&page, item, &mut visits)?),
            };
            if value.is_some() {
                return Ok(value);
            }
        }
        Ok(None)
    }

    /// Appends all entries of a leaf to `pairs`. `None` if some are not on the page or share a key, or the page is damaged;
    /// [`Entries::advance`] handles these.
    fn whole_leaf(&self, page: &Page<'a>, pairs: &mut Vec<Pair<'a>>) -> Option<()> {
        let (mut room, mut before) = (page.bytes.len(), 0);
        for [key, value] in self.pages.pair_positions(page)? {
            if key.min(value) < page.list_end() {
                return None;
            }
            let pair = (self.pages.inline_at(page, key)?, self.pages.inline_at(page, value)?);
            room = room.checked_sub(pair.0.len() + pair.1.len()).filter(|_| key != before)?;
            pairs.push(pair);
            before = key;
        }
        Some(())
    }

    fn compare_leaf(&self, page: &Page<'a>, pair: u16, key: &[u8], visits: &mut Visits) -> Result<Ordering, ReadError> {
        if let Some(found) = self.pages.inline_at(page, self.pages.position(page, 2 * pair)?) {
            return Ok(found.cmp(key));
        }
        let found =
            self.pages.leaf_item(page, 2 * pair)?.ok_or(corrupt(page.number, "the key of a value is deleted"))?;
        self.compare(page, found, key, visits)
    }

    fn compare(
        &self,
        page: &Page<'a>,
        found: Item<'a>,
        key: &[u8],
        visits: &mut Visits,
    ) -> Result<Ordering, ReadError> {
        Ok((*self.pages.item_bytes(page, found, visits)?).cmp(key))
    }
}

fn check_pairs(page: &Page<'_>) -> Result<(), ReadError> {
    if page.header.items.is_multiple_of(2) { Ok(()) } else { Err(corrupt(page.number, "a key has no value")) }
}

/// The entries of a [`BtreeFile`], in the order of their keys.
#[derive(Debug, Clone)]
pub struct Entries<'f, 'a> {
    file: &'f BtreeFile<'a>,
    state: State<'a>,
    /// Entries of a leaf that has only simple ones, and the index of the next.
    pairs: Vec<Pair<'a>>,
    pair: usize,
    /// The previous key, the position of its item, and the bytes of items of its page so far.
    key: Option<Before<'a>>,
    /// The key whose values are being listed, and the remaining values.
    values: Option<(Cow<'a, [u8]>, Values<'a>)>,
    visits: Visits,
}

#[derive(Debug, Clone)]
enum State<'a> {
    Start,
    Leaves(Leaves<'a>),
    End,
}

#[derive(Debug, Clone)]
struct Before<'a> {
    key: Cow<'a, [u8]>,
    page: u32,
    position: usize,
    /// Bytes of the keys and values of the page so far.
    listed: usize,
}

impl<'a> Entries<'_, 'a> {
    fn advance(&mut self) -> Result<Option<Entry<'a>>, ReadError> {
        let pages = &self.file.pages;
        loop {
            if let Some(&(key, value)) = self.pairs.get(self.pair) {
                self.pair += 1;
                return Ok(Some(Entry { key: Cow::Borrowed(key), value: Cow::Borrowed(value) }));
            }
            if let Some((key, values)) = &mut self.values {
                if let Some(value) = values.next(pages, &mut self.visits)? {
                    return Ok(Some(Entry { key: key.clone(), value }));
                }
                self.values = None;
            }
            let leaves = match &mut self.state {
                State::Start => {
                    let root = self.file.description.root;
                    self.state = State::Leaves(Leaves::new(pages, root, Tree::Entries, &mut self.visits)?);
                    continue;
                }
                State::Leaves(leaves) => leaves,
                State::End => return Ok(None),
            };
            let Some((page, item)) = leaves.step(pages, 2, &mut self.visits)? else { return Ok(None) };
            check_pairs(&page)?;
            if item == 0 {
                self.pairs.clear();
                self.pair = 0;
                match self.file.whole_leaf(&page, &mut self.pairs) {
                    Some(()) => {
                        leaves.pass(page.header.items - 2);
                        continue;
                    }
                    None => self.pairs.clear(),
                }
            }
            let Some(value) = pages.leaf_item(&page, item + 1)? else { continue };
            let key = self.key_at(&page, item, &value)?;
            match value {
                Item::Duplicates { root } => {
                    self.values = Some((key, Values::off_page(pages, root, &mut self.visits)?));
                }
                value => {
                    let value = pages.item_bytes(&page, value, &mut self.visits)?;
                    return Ok(Some(Entry { key, value }));
                }
            }
        }
    }

    /// The key at `item`. Values on the same page share the item of their key, which is read once.
    fn key_at(&mut self, page: &Page<'a>, item: u16, value: &Item<'a>) -> Result<Cow<'a, [u8]>, ReadError> {
        let pages = &self.file.pages;
        let position = pages.position(page, item)?;
        let size = |item: &Item<'a>| if let Item::Inline(bytes) = item { bytes.len() } else { 0 };
        let (key, listed) = match &self.key {
            Some(before) if (before.page, before.position) == (page.number, position) => {
                (before.key.clone(), before.listed)
            }
            before => {
                let found =
                    pages.leaf_item(page, item)?.ok_or(corrupt(page.number, "the key of a value is deleted"))?;
                let key = pages.item_bytes(page, found, &mut self.visits)?;
                let listed = before.as_ref().filter(|before| before.page == page.number).map_or(0, |b| b.listed);
                (key, listed + size(&found))
            }
        };
        let listed = listed + size(value);
        if listed > page.bytes.len() {
            return Err(corrupt(page.number, "its items overlap"));
        }
        self.key = Some(Before { key: key.clone(), page: page.number, position, listed });
        Ok(key)
    }
}

impl<'a> Iterator for Entries<'_, 'a> {
    type Item = Result<Entry<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.advance().transpose();
        if matches!(entry, Some(Err(_))) {
            (self.state, self.values) = (State::End, None);
            self.pairs.clear();
        }
        entry
    }
}

impl std::iter::FusedIterator for Entries<'_, '_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::btree::write;

    /// A file with several levels, and short and large keys and values.
    fn file() -> Vec<u8> {
        let mut entries = (0..400).map(|n| (format!("key{n}").into_bytes(), vec![b'v'; n % 50])).collect::<Vec<_>>();
        entries.extend((0..10).map(|n| (vec![n; 1500], vec![n; 9000])));
        entries.extend((0..400_u16).map(|n| ([&[b'x'; 900][..], &n.to_be_bytes()].concat(), vec![b'w'; 900])));
        let mut file = Vec::new();
        write(&entries, &mut file).unwrap();
        file
    }

    fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
        file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn first_error(file: &[u8]) -> Option<ReadError> {
        match BtreeFile::open(file) {
            Ok(file) => file.entries().find_map(Result::err),
            Err(error) => Some(error),
        }
    }

    #[test]
    fn what_is_no_btree_file_is_not_recognized() {
        for bytes in [&b""[..], b"connect:example.net REJECT\n", &[0; 8192], &file()[..60]] {
            assert!(matches!(BtreeFile::open(bytes), Err(ReadError::Unrecognized(_))));
        }
    }

    #[test]
    fn entries_are_in_order_and_found() {
        let good = file();
        let file = BtreeFile::open(&good).unwrap();
        let entries = file.entries().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(entries.len(), 810);
        assert!(entries.is_sorted());
        assert!(entries.iter().all(|entry| file.get(&entry.key).unwrap().as_ref() == Some(&entry.value)));
        for key in [&b""[..], b"key", b"key3999", b"key4000", b"x", b"y"] {
            assert_eq!(file.get(key).unwrap(), None);
        }
    }

    #[test]
    fn an_error_names_the_page() {
        let good = file();
        assert_eq!(first_error(&good), None);
        let with = |at: usize, bytes: &[u8]| {
            let mut bad = good.clone();
            put(&mut bad, at, bytes);
            first_error(&bad).map(|error| error.to_string())
        };
        let damaged = |page: u32, what: &str| Some(format!("page {page} is damaged: {what}"));
        let number = |at: usize| u32::from_le_bytes(*good[at..].first_chunk().unwrap());
        let position = |page: usize| usize::from(u16::from_le_bytes(*good[page * 4096 + 26..].first_chunk().unwrap()));
        assert_eq!(with(16, &[7]), Some("version 7 of the format is not supported, only 8 to 10 are".to_owned()));
        assert_eq!(with(24, &[1]), Some("page 0: an encrypted file is not supported".to_owned()));
        assert_eq!(with(26, &[1]), Some("page 0: a file with checksums is not supported".to_owned()));
        assert_eq!(with(48, &[0x80]), Some("page 0: a compressed file is not supported".to_owned()));
        assert_eq!(with(88, &[0]), damaged(0, "it has no root page"));
        // The first child of the root is not a leaf.
        let below = number(4096 + position(1) + 4);
        assert!(below > 2 && good[below as usize * 4096 + 24] > 1);
        assert_eq!(with(4096 + position(1) + 4, &[2, 0, 0, 0]), damaged(2, "its level in the tree is wrong"));
        assert_eq!(with(4096 + position(1) + 4, &[1, 0, 0, 0]), damaged(1, "it is referred to twice"));
        assert_eq!(with(4096 + 20, &[0, 0]), damaged(1, "an inner page without children"));
        assert_eq!(with(2 * 4096 + 12, &[9]), None, "what comes before the first leaf is not asked");
        assert_eq!(with(3 * 4096 + 12, &[9]), damaged(3, "its link to the previous leaf is wrong"));
        assert_eq!(with(2 * 4096 + 16, &[2]), damaged(2, "it is referred to twice"));
        assert_eq!(with(2 * 4096 + 25, &[7]), damaged(2, "a page of this type does not belong in the tree"));
        assert_eq!(with(2 * 4096 + 20, &[1]), damaged(2, "a key has no value"));
        assert_eq!(with(2 * 4096 + 26, &[0, 0]), damaged(2, "an item lies outside the item area of the page"));
        assert_eq!(with(2 * 4096 + position(2) + 2, &[9]), damaged(2, "unknown item type"));
    }

    #[test]
    fn versions_are_read_that_differ_in_what_is_not_asked() {
        let good = file();
        for version in [8, 9, 10] {
            let mut other = good.clone();
            other[16] = version;
            if version == 8 {
                // The header does not contain the number of pages.
                put(&mut other, 32, &[0; 4]);
            }
            assert_eq!(first_error(&other), None);
            assert_eq!(BtreeFile::open(&other).unwrap().entries().count(), 810);
        }
    }
}
