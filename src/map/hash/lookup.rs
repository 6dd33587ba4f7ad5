//! Finds keys in a hash file.

use std::{borrow::Cow, cell::OnceCell, cmp::Ordering};

use super::{
    layout::{ITEM_INLINE, OFF_PAGE_ITEM, hash, hash_each, hash_probe},
    read::{Found, HashFile, Item},
};
use crate::map::{
    ReadError,
    berkeley::{
        layout::PageKind,
        pages::{Page, Visits},
        unsupported,
    },
    lookup::{Answers, KeyPlace, by_place},
};

impl<'a> HashFile<'a> {
    /// The value of `key`; if it has several, the first.
    ///
    /// # Errors
    /// If a page on the way to it is damaged, or the file was made with a hash function of the application's own.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        let (mut chain, mut visits) = (self.visits_of_look_up(), self.visits_of_look_up());
        let mut next = Some(self.first_page(hash(key))?);
        while let Some(number) = next {
            let page = Searched::new(self.entry_page(number, &mut chain)?);
            if let Some(value) = self.value_on(&page, key, &mut visits)? {
                return Ok(Some(value));
            }
            next = page.page.next();
        }
        Ok(None)
    }

    /// The values of keys with their first pages, in the order of these: as [`Self::get`], but that each page of a bucket is read
    /// once for all of its keys.
    pub(in crate::map) fn answer_all(&self, asked: &[KeyPlace], keys: &[&[u8]], answers: &mut Answers) {
        let mut waiting = Vec::new();
        for asked in by_place(asked, keys) {
            waiting.extend(asked.iter().map(|asked| (*asked, self.visits_of_look_up())));
            let (mut next, mut chain) = (asked.first().map(|asked| asked.place), self.visits_of_look_up());
            while let Some(number) = next.filter(|_| !waiting.is_empty()) {
                let page = self.entry_page(number, &mut chain).map(Searched::new);
                next = page.as_ref().ok().and_then(|page| page.page.next());
                waiting.retain_mut(|(asked, visits)| {
                    let page = page.as_ref().map_err(Clone::clone);
                    let value = page.and_then(|page| self.value_on(page, asked.of(keys), visits));
                    let waits = value == Ok(None) && next.is_some();
                    if !waits {
                        answers.put(asked.number, value);
                    }
                    waits
                });
            }
        }
    }

    /// How many pages are visited for one key: along the chain of its bucket, and for large keys that it is compared to.
    fn visits_of_look_up(&self) -> Visits {
        self.pages.at_most(2)
    }

    /// The first page of the bucket that a key of this hash is in, if it is there at all.
    fn first_page(&self, hash: u32) -> Result<u32, ReadError> {
        if self.description.hash_probe != hash_probe() {
            return Err(unsupported(0, "a file with another hash function"));
        }
        self.page_of(self.description.bucket_of(hash))
    }

    /// The first page of the bucket that each key is in, if it is there at all.
    pub(in crate::map) fn first_pages(&self, keys: &[&[u8]]) -> impl Iterator<Item = Result<u32, ReadError>> {
        let (lanes, rest) = keys.as_chunks();
        let hashes = lanes.iter().flat_map(hash_each).chain(rest.iter().map(|key| hash(key)));
        hashes.map(|hash| self.first_page(hash))
    }

    /// The value of `key` if it is on this page; if it has several, the first.
    fn value_on(
        &self,
        page: &Searched<'a>,
        key: &[u8],
        visits: &mut Visits,
    ) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        let Some(item) = self.item_of(page, key, visits)? else { return Ok(None) };
        match self.values(&page.page, item + 1, visits)? {
            Found::One(value) => Ok(Some(value)),
            Found::Several(mut values) => values.next(&self.pages, visits),
        }
    }

    /// The item of a page that is `key`.
    fn item_of(&self, page: &Searched<'a>, key: &[u8], visits: &mut Visits) -> Result<Option<u16>, ReadError> {
        match self.item_by_order(&page.page, key) {
            Ok(Some(item)) => return Ok(Some(item)),
            Ok(None) if *page.keys_are_inline.get_or_init(|| self.keys_are_inline(&page.page)) => return Ok(None),
            Ok(None) | Err(NotInOrder) => {}
        }
        for item in (0..page.page.header.items).step_by(2) {
            if self.item_is(&page.page, item, key, visits)? {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// The item that is `key`, looked for where it must be if the page is in order. Where one key begins with another, the longer
    /// one comes first; but large keys, which have pages of their own, are in an order of theirs.
    fn item_by_order(&self, page: &Page<'a>, key: &[u8]) -> Result<Option<u16>, NotInOrder> {
        if page.header.kind != PageKind::Sorted {
            return Err(NotInOrder);
        }
        let (mut from, mut to) = (0, page.header.items / 2);
        while from < to {
            let middle = from + (to - from) / 2;
            match in_order(self.inline(page, 2 * middle).ok_or(NotInOrder)?, key) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Ok(Some(2 * middle)),
                Ordering::Greater => to = middle,
            }
        }
        Ok(None)
    }

    /// Whether a page has all of its keys within itself. Only those are looked at that are as long as what refers to a large one.
    fn keys_are_inline(&self, page: &Page<'a>) -> bool {
        let mut end = page.bytes.len();
        self.pages.pair_positions(page).is_some_and(|mut positions| {
            positions.all(|[key, value]| {
                let length = end.checked_sub(key);
                end = value;
                length.is_some_and(|length| length != OFF_PAGE_ITEM || page.bytes.get(key) == Some(&ITEM_INLINE))
            })
        })
    }

    /// Whether an item is `key`; pages of its own are read only if it is as long.
    fn item_is(&self, page: &Page<'a>, item: u16, key: &[u8], visits: &mut Visits) -> Result<bool, ReadError> {
        match self.item(page, item)? {
            Item::OffPage { length, .. } if length != key.len() => Ok(false),
            item => Ok(*self.bytes_of(page, item, visits)? == *key),
        }
    }
}

/// A page on which keys are looked for.
struct Searched<'a> {
    page: Page<'a>,
    /// Whether all of its keys are within it, once that was asked.
    keys_are_inline: OnceCell<bool>,
}

impl<'a> Searched<'a> {
    fn new(page: Page<'a>) -> Self {
        Self { page, keys_are_inline: OnceCell::new() }
    }
}

/// Order does not tell where on a page a key is.
struct NotInOrder;

/// The order of the keys of a page: where one begins with the other, the longer comes first.
fn in_order(a: &[u8], b: &[u8]) -> Ordering {
    let common = a.len().min(b.len());
    a.get(..common).cmp(&b.get(..common)).then(b.len().cmp(&a.len()))
}
