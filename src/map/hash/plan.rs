//! Decides where in a hash file each entry goes, before a byte is written.
//!
//! The number of buckets is a power of two, so that all are of like size. What follows from it depends on the entries
//! alone and not on the order they come in.

use std::panic::resume_unwind;

use super::layout::{
    DUPLICATE_LENGTHS, INLINE_MAX, LAYOUT, MAX_DOUBLINGS, OFF_PAGE_DUPLICATES_ITEM, OFF_PAGE_ITEM, doubling, hash,
};
use crate::map::{
    Duplicates, WriteError,
    berkeley::{
        file_id::file_id,
        layout::{ITEM_POSITION, PAGE_ROOM},
        sort::{Order, Slot, by_key, mark_repeated, numbered, settle},
        values::ValueTree,
        writer::chain_pages,
    },
};

/// From so many entries on, a second thread sorts half of them.
const MANY: usize = 10_000;

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
        room(self.key, values)
    }

    fn hash(&self) -> u32 {
        self.slots.first().map_or(0, |slot| slot.hash)
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

/// Bytes that a key and an item of this length take of their page.
fn room(key: &[u8], values: usize) -> usize {
    2 * ITEM_POSITION + item_len(key) + values
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
    pub(super) file_id: [u8; 20],
}

impl<'a> Arrangement<'a> {
    /// Arranges `entries`; refuses whatever is too large for the format, and keys that repeat if that is asked.
    pub(super) fn new<K, V>(entries: &'a [(K, V)], duplicates: Duplicates) -> Result<Self, WriteError>
    where
        K: AsRef<[u8]> + Sync,
        V: AsRef<[u8]> + Sync,
    {
        u32::try_from(entries.len()).map_err(|_| WriteError::TooLarge("the entries"))?;
        let (mut this, repeated) = std::thread::scope(|scope| {
            // Read in the order of the input, which is faster, beside the sorting.
            let pairs = || entries.iter().map(|(key, value)| (0, key.as_ref(), value.as_ref()));
            let id = scope.spawn(move || file_id(LAYOUT.magic, pairs()));
            let mut this = Self::in_buckets(entries)?;
            let repeated = this.sort();
            this.file_id = id.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok::<_, WriteError>((this, repeated))
        })?;
        if repeated {
            let dropped = settle(&mut this.slots, duplicates)?;
            this.file_id = file_id(LAYOUT.magic, numbered(&this.slots));
            // Now that it is known what shares a key, fewer buckets may do.
            let rooms = groups(&this.slots).map(|group| (group.hash(), group.room() as u64));
            let mask = mask(bucket_doublings(rooms));
            if (dropped || duplicates == Duplicates::Keep) && mask != this.mask {
                let places = by_bucket(this.slots.iter().map(|slot| slot.hash), mask);
                this.slots = places.into_iter().filter_map(|place| this.slots.get(place as usize).copied()).collect();
                this.mask = mask;
                this.sort();
            }
        }
        Ok(this)
    }

    /// Chooses the number of buckets and brings the entries of each together.
    fn in_buckets<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: &'a [(K, V)]) -> Result<Self, WriteError> {
        let hashes = entries.iter().map(|(key, _)| hash(key.as_ref())).collect::<Vec<_>>();
        let rooms = entries.iter().map(|(key, value)| room(key.as_ref(), item_len(value.as_ref())) as u64);
        let mask = mask(bucket_doublings(hashes.iter().copied().zip(rooms)));
        let slots = by_bucket(hashes.iter().copied(), mask).into_iter().filter_map(|place| {
            let (hash, (key, value)) = (hashes.get(place as usize)?, entries.get(place as usize)?);
            Some(Slot::new(place as usize, *hash, (key.as_ref(), value.as_ref())))
        });
        Ok(Self { slots: collect(slots, entries.len())?, mask, file_id: [0; 20] })
    }

    /// Sorts each bucket; returns whether keys repeat.
    ///
    /// libdb finds a key in a page by bisection. Where one of two keys begins with the other, it takes the longer for the
    /// smaller if both are within the page, and the shorter if one of them is not. So large keys come after all others, and
    /// no page holds both kinds.
    fn sort(&mut self) -> bool {
        let mask = self.mask;
        let half = self.slots.get(self.slots.len() / 2).map_or(0, |slot| slot.hash & mask);
        let half = self.slots.partition_point(|slot| slot.hash & mask < half);
        let (first, second) = self.slots.split_at_mut(half);
        if first.len() < MANY {
            return sort_buckets(first, mask) | sort_buckets(second, mask);
        }
        std::thread::scope(|scope| {
            let second = scope.spawn(|| sort_buckets(second, mask));
            sort_buckets(first, mask) | second.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
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

/// Sorts each bucket of some; returns whether keys repeat.
fn sort_buckets(slots: &mut [Slot<'_>], mask: u32) -> bool {
    let mut repeated = false;
    for bucket in slots.chunk_by_mut(|a, b| a.hash & mask == b.hash & mask) {
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

/// The numbers of the keys that have these hashes, by bucket.
fn by_bucket(hashes: impl ExactSizeIterator<Item = u32> + Clone, mask: u32) -> Vec<u32> {
    let bucket = |hash: u32| (hash & mask) as usize;
    // Where the keys of each bucket end so far: at first, where they begin.
    let mut ends = vec![0_u32; mask as usize + 1];
    for hash in hashes.clone() {
        if let Some(count) = ends.get_mut(bucket(hash)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        (*end, sum) = (sum, sum + *end);
    }
    let mut places = vec![0_u32; hashes.len()];
    for (number, hash) in (0..).zip(hashes) {
        if let Some(end) = ends.get_mut(bucket(hash))
            && let Some(place) = places.get_mut(*end as usize)
        {
            (*place, *end) = (number, *end + 1);
        }
    }
    places
}

/// Collects slots, or the first error.
fn collect<'a>(
    slots: impl Iterator<Item = Result<Slot<'a>, WriteError>>,
    count: usize,
) -> Result<Vec<Slot<'a>>, WriteError> {
    // A result's iterator does not say how long it is, and growing would copy.
    let mut all = Vec::with_capacity(count);
    for slot in slots {
        all.push(slot?);
    }
    Ok(all)
}

fn mask(doublings: u32) -> u32 {
    u32::MAX >> (u32::BITS - doublings)
}

/// How often the number of buckets is doubled from 1, for keys of these hashes that take so many bytes of their pages.
///
/// Enough that the average bucket fills between half of its page and the whole; or one less, where so many buckets would
/// overflow into a second page anyhow that it saves a tenth of the pages. At least 2 buckets, as libdb has.
fn bucket_doublings(keys: impl Iterator<Item = (u32, u64)> + Clone) -> u32 {
    let room = keys.clone().map(|(_, room)| room).sum::<u64>();
    let full = u32::try_from(room / PAGE_ROOM as u64).unwrap_or(u32::MAX);
    let more = (doubling(full) as u32).clamp(1, MAX_DOUBLINGS as u32 - 1);
    let fewer = (more - 1).max(1);
    if fewer == more {
        return more;
    }
    let mask = mask(more);
    let mut rooms = vec![0_u64; mask as usize + 1];
    for (hash, key_room) in keys {
        if let Some(room) = rooms.get_mut((hash & mask) as usize) {
            *room += key_room;
        }
    }
    // With half as many buckets, each has what two have now.
    let (first, second) = rooms.split_at(rooms.len() / 2);
    let with_fewer = pages(first.iter().zip(second).map(|(a, b)| a + b));
    if with_fewer <= pages(rooms.iter().copied()) / 10 * 9 { fewer } else { more }
}

/// About how many pages buckets take whose keys need so much room.
fn pages(rooms: impl Iterator<Item = u64>) -> u64 {
    rooms.map(|room| room.div_ceil(PAGE_ROOM as u64).max(1)).sum()
}
