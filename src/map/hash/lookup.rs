//! Lookups in a hash file.

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
    /// The value of `key`, or the first of its values.
    ///
    /// # Errors
    /// A page on the path to the key is damaged, or the file uses another hash function.
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

    /// Looks up keys, given with their first pages, like [`Self::get`], but reads each page of a bucket only once.
    pub(in crate::map) fn answer_all(&self, queries: &[KeyPlace], keys: &[&[u8]], answers: &mut Answers) {
        let mut waiting = Vec::new();
        for queries in by_place(queries, keys) {
            waiting.extend(queries.iter().map(|query| (*query, self.visits_of_look_up())));
            let (mut next, mut chain) = (queries.first().map(|query| query.place), self.visits_of_look_up());
            while let Some(number) = next.filter(|_| !waiting.is_empty()) {
                let page = self.entry_page(number, &mut chain).map(Searched::new);
                next = page.as_ref().ok().and_then(|page| page.page.next());
                waiting.retain_mut(|(query, visits)| {
                    let page = page.as_ref().map_err(Clone::clone);
                    let value = page.and_then(|page| self.value_on(page, query.key_in(keys), visits));
                    let waits = value == Ok(None) && next.is_some();
                    if !waits {
                        answers.put(query.number, value);
                    }
                    waits
                });
            }
        }
    }

    /// Maximum number of page visits for one key: the chain of its bucket, and the large keys that it is compared with.
    fn visits_of_look_up(&self) -> Visits {
        self.pages.at_most(2)
    }

    /// The first page of the bucket for this hash.
    fn first_page(&self, hash: u32) -> Result<u32, ReadError> {
        if self.description.hash_probe != hash_probe() {
            return Err(unsupported(0, "a file with another hash function"));
        }
        self.page_of(self.description.bucket_of(hash))
    }

    /// The first page of the bucket for each key.
    pub(in crate::map) fn first_pages(&self, keys: &[&[u8]]) -> impl Iterator<Item = Result<u32, ReadError>> {
        let (lanes, rest) = keys.as_chunks();
        let hashes = lanes.iter().flat_map(hash_each).chain(rest.iter().map(|key| hash(key)));
        hashes.map(|hash| self.first_page(hash))
    }

    /// The value of `key` if it is on this page; the first of several.
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

    /// The item of a page whose key is `key`.
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

    /// Finds the item by bisection, as the page should be sorted. If one key is a prefix of another, the longer comes first;
    /// large keys, which have overflow pages, follow an order of their own.
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

    /// Whether all keys of a page are on the page itself. Only keys as long as an overflow reference are examined.
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

    /// Whether an item is `key`; overflow pages are read only if the length is the same.
    fn item_is(&self, page: &Page<'a>, item: u16, key: &[u8], visits: &mut Visits) -> Result<bool, ReadError> {
        match self.item(page, item)? {
            Item::OffPage { length, .. } if length != key.len() => Ok(false),
            item => Ok(*self.bytes_of(page, item, visits)? == *key),
        }
    }
}

/// A page that is being searched.
struct Searched<'a> {
    page: Page<'a>,
    /// Whether all keys are on the page itself, computed once.
    keys_are_inline: OnceCell<bool>,
}

impl<'a> Searched<'a> {
    fn new(page: Page<'a>) -> Self {
        Self { page, keys_are_inline: OnceCell::new() }
    }
}

/// The page is not sorted, so that bisection is not possible.
struct NotInOrder;

/// Order of keys on a page: if one is a prefix of the other, the longer comes first.
fn in_order(a: &[u8], b: &[u8]) -> Ordering {
    let common = a.len().min(b.len());
    a.get(..common).cmp(&b.get(..common)).then(b.len().cmp(&a.len()))
}
