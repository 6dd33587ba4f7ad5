//! Decides where in a hash file each entry goes, before a byte is written.
//!
//! The number of buckets is a power of two, so that all are of like size. What follows from it depends on the entries
//! alone and not on the order they come in.

use super::layout::{
    DUPLICATE_LENGTHS, INLINE_MAX, MAX_DOUBLINGS, OFF_PAGE_DUPLICATES_ITEM, OFF_PAGE_ITEM, doubling, hash,
};
use crate::map::{
    Duplicates, WriteError,
    berkeley::{
        layout::{ITEM_POSITION, PAGE_ROOM},
        sort::{Order, Slot, by_key, mark_repeated, settle},
        values::ValueTree,
        writer::chain_pages,
    },
};

/// A key with its values: slots of one key, at least one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group<'s, 'a> {
    pub(super) key: &'a [u8],
    pub(super) slots: &'s [Slot<'a>],
}

/// How the values of a key are stored.
#[derive(Debug)]
pub(super) enum Stored<'s, 'a> {
    /// One value.
    One(&'a [u8]),
    /// Several, on the key's page, in so many bytes.
    OnPage(usize),
    /// Several, in a tree of their own.
    OffPage(ValueTree<'s, 'a>),
}

/// The keys of sorted slots, each with its values.
pub(super) fn groups<'s, 'a>(slots: &'s [Slot<'a>]) -> impl Iterator<Item = Group<'s, 'a>> + Clone {
    let groups = slots.chunk_by(|_, slot| slot.repeats);
    groups.filter_map(|slots| slots.first().map(|first| Group { key: first.key, slots }))
}

impl<'s, 'a> Group<'s, 'a> {
    pub(super) fn stored(&self) -> Stored<'s, 'a> {
        if let [one] = self.slots {
            return Stored::One(one.value);
        }
        let length = self.duplicates_len();
        if length > INLINE_MAX { Stored::OffPage(ValueTree::new(self.slots)) } else { Stored::OnPage(length) }
    }

    /// Length of the item with all values on the page.
    fn duplicates_len(&self) -> usize {
        1 + self.slots.iter().map(|slot| slot.value.len() + DUPLICATE_LENGTHS).sum::<usize>()
    }

    /// Bytes that the key and its values take of their page.
    pub(super) fn room(&self) -> usize {
        let values = match self.slots {
            [one] => item_len(one.value),
            _ if self.duplicates_len() > INLINE_MAX => OFF_PAGE_DUPLICATES_ITEM,
            _ => self.duplicates_len(),
        };
        2 * ITEM_POSITION + item_len(self.key) + values
    }

    /// How many pages of their own the key and its values take; `None` if more than can be numbered.
    fn off_page_pages(&self) -> Option<u32> {
        let values = match self.stored() {
            Stored::One(value) => off_page_pages(value),
            Stored::OnPage(_) => 0,
            Stored::OffPage(tree) => tree.pages()?,
        };
        off_page_pages(self.key).checked_add(values)
    }
}

/// Bytes that a key or value takes of its page, its position in the page's list not counted.
pub(super) fn item_len(part: &[u8]) -> usize {
    if part.len() > INLINE_MAX { OFF_PAGE_ITEM } else { 1 + part.len() }
}

/// Pages of its own that a key or value takes.
pub(super) fn off_page_pages(part: &[u8]) -> u32 {
    if part.len() > INLINE_MAX { chain_pages(part) } else { 0 }
}

/// One page of a bucket.
#[derive(Debug)]
pub(super) struct Page<'s, 'a> {
    pub(super) number: u32,
    /// Neighbours in the bucket's chain; 0 for none.
    pub(super) previous: u32,
    pub(super) next: u32,
    pub(super) slots: &'s [Slot<'a>],
    /// Where the large keys and values of this page begin.
    pub(super) first_off_page: u32,
}

/// The pages of one bucket.
#[derive(Debug)]
pub(super) struct Bucket<'s, 'a> {
    pub(super) first: Page<'s, 'a>,
    /// What did not fit on the first page. Large keys and values follow after the last of these, in the entries' order.
    pub(super) more: Vec<Page<'s, 'a>>,
}

/// All entries, in the order they are written in.
#[derive(Debug)]
pub(super) struct Arrangement<'a> {
    pub(super) slots: Vec<Slot<'a>>,
    /// One less than the number of buckets, which is a power of two.
    pub(super) mask: u32,
}

impl<'a> Arrangement<'a> {
    /// Arranges `entries`; refuses whatever is too large for the format, and keys that repeat if that is asked.
    pub(super) fn new<K, V>(entries: &'a [(K, V)], duplicates: Duplicates) -> Result<Self, WriteError>
    where
        K: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let entries = entries.iter().map(|(key, value)| (key.as_ref(), value.as_ref()));
        let slots = entries.enumerate().map(|(index, (key, value))| Slot::new(index, hash(key), (key, value)));
        let slots = slots.collect::<Result<Vec<_>, _>>()?;
        let mut this = Self::in_buckets(slots);
        let repeated = this.sort();
        if repeated && (settle(&mut this.slots, duplicates)? || duplicates == Duplicates::Keep) {
            // Now that it is known what shares a key, fewer buckets may do.
            let mask = mask(bucket_doublings(&this.slots));
            if mask != this.mask {
                this = Self::in_buckets(this.slots);
                this.sort();
            }
        }
        Ok(this)
    }

    /// Chooses the number of buckets and brings the entries of each together.
    fn in_buckets(slots: Vec<Slot<'a>>) -> Self {
        let mask = mask(bucket_doublings(&slots));
        Self { slots: by_bucket(slots, mask), mask }
    }

    /// Sorts each bucket; returns whether keys repeat.
    ///
    /// libdb finds a key in a page by bisection. Where one of two keys begins with the other, it takes the longer for the
    /// smaller if both are within the page, and the shorter if one of them is not. So large keys come after all others, and
    /// no page holds both kinds.
    fn sort(&mut self) -> bool {
        let mut repeated = false;
        for bucket in self.slots.chunk_by_mut(|a, b| a.hash & self.mask == b.hash & self.mask) {
            if bucket.iter().any(has_large_key) {
                bucket.sort_unstable_by_key(has_large_key);
            }
            let (small, large) = bucket.split_at_mut(bucket.partition_point(|slot| !has_large_key(slot)));
            by_key(small, Order::LongerFirst);
            by_key(large, Order::ShorterFirst);
            repeated |= mark_repeated(bucket);
        }
        repeated
    }

    /// Numbers the pages of all buckets: the first page of each right after page 0, the others after those. Returns the
    /// number of the last page too.
    pub(super) fn number_pages(&self) -> Result<(Vec<Bucket<'_, 'a>>, u32), WriteError> {
        let too_large = WriteError::TooLarge("the pages");
        let Some(mut free) = self.mask.checked_add(2) else { return Err(too_large) };
        let mut rest = self.slots.as_slice();
        let mut buckets = Vec::with_capacity(self.mask as usize + 1);
        for number in 0..=self.mask {
            let here = rest.iter().take_while(|slot| slot.hash & self.mask == number).count();
            let slots = rest.split_off(..here).unwrap_or_default();
            match Bucket::new(number + 1, slots, &mut free) {
                Some(bucket) => buckets.push(bucket),
                None => return Err(too_large),
            }
        }
        Ok((buckets, free - 1))
    }
}

impl<'s, 'a> Bucket<'s, 'a> {
    /// Distributes a bucket's entries to pages: page `number`, and others from `free` on, which is moved past them.
    /// `None` if page numbers run out.
    fn new(number: u32, mut slots: &'s [Slot<'a>], free: &mut u32) -> Option<Self> {
        let slots_of_first = split_off_page(&mut slots);
        let mut first = Page { number, previous: 0, next: 0, slots: slots_of_first, first_off_page: 0 };
        let mut more = Vec::new();
        let mut last = &mut first;
        while !slots.is_empty() {
            last.next = *free;
            let page = Page {
                number: *free,
                previous: last.number,
                next: 0,
                slots: split_off_page(&mut slots),
                first_off_page: 0,
            };
            *free = free.checked_add(1)?;
            last = more.push_mut(page);
        }
        for page in std::iter::once(&mut first).chain(&mut more) {
            page.first_off_page = *free;
            for group in groups(page.slots) {
                *free = free.checked_add(group.off_page_pages()?)?;
            }
        }
        Some(Self { first, more })
    }
}

/// Takes as many entries from the start of `slots` as one page holds.
fn split_off_page<'s, 'a>(slots: &mut &'s [Slot<'a>]) -> &'s [Slot<'a>] {
    let large = slots.first().is_some_and(has_large_key);
    let mut room = PAGE_ROOM;
    let fitting = groups(slots).take_while(|group| {
        let left = room.checked_sub(group.room());
        room = left.unwrap_or(0);
        left.is_some() && (group.key.len() > INLINE_MAX) == large
    });
    let here = fitting.map(|group| group.slots.len()).sum::<usize>();
    slots.split_off(..here).unwrap_or_default()
}

fn has_large_key(slot: &Slot<'_>) -> bool {
    slot.key.len() > INLINE_MAX
}

/// The slots by bucket.
fn by_bucket(slots: Vec<Slot<'_>>, mask: u32) -> Vec<Slot<'_>> {
    let bucket = |slot: &Slot<'_>| (slot.hash & mask) as usize;
    // Where the slots of each bucket end so far: at first, where they begin.
    let mut ends = vec![0_u32; mask as usize + 1];
    for slot in &slots {
        if let Some(count) = ends.get_mut(bucket(slot)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        (*end, sum) = (sum, sum + *end);
    }
    let mut places = vec![0_u32; slots.len()];
    for (number, slot) in (0..).zip(&slots) {
        if let Some(end) = ends.get_mut(bucket(slot))
            && let Some(place) = places.get_mut(*end as usize)
        {
            (*place, *end) = (number, *end + 1);
        }
    }
    places.into_iter().filter_map(|number| slots.get(number as usize).copied()).collect()
}

fn mask(doublings: u32) -> u32 {
    u32::MAX >> (u32::BITS - doublings)
}

/// How often the number of buckets is doubled from 1.
///
/// Enough that the average bucket fills between half of its page and the whole; or one less, where so many buckets would
/// overflow into a second page anyhow that it saves a tenth of the pages. At least 2 buckets, as libdb has.
fn bucket_doublings(slots: &[Slot<'_>]) -> u32 {
    let room = groups(slots).map(|group| group.room() as u64).sum::<u64>();
    let pages = u32::try_from(room / PAGE_ROOM as u64).unwrap_or(u32::MAX);
    let more = (doubling(pages) as u32).clamp(1, MAX_DOUBLINGS as u32 - 1);
    let fewer = (more - 1).max(1);
    let saves_much = fewer < more && pages_with(slots, fewer) <= pages_with(slots, more) / 10 * 9;
    if saves_much { fewer } else { more }
}

/// About how many pages 2^`doublings` buckets take.
fn pages_with(slots: &[Slot<'_>], doublings: u32) -> u64 {
    let mask = mask(doublings);
    let mut rooms = vec![0_u64; mask as usize + 1];
    for group in groups(slots) {
        let bucket = group.slots.first().map_or(0, |slot| slot.hash & mask);
        if let Some(room) = rooms.get_mut(bucket as usize) {
            *room += group.room() as u64;
        }
    }
    rooms.iter().map(|room| room.div_ceil(PAGE_ROOM as u64).max(1)).sum()
}
