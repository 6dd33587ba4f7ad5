//! Decides where in a hash file each entry goes, before a byte is written.
//!
//! The number of buckets is a power of two, so that all are of like size. What follows from it depends on the entries
//! alone and not on the order they come in.

use std::cmp::Ordering;

use super::layout::{INLINE_MAX, ITEM_POSITION, OFF_PAGE_ITEM, PAGE_ROOM, doubling, hash};
use crate::map::WriteError;

/// One entry on its way to a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a> {
    /// The key's first bytes as a number, filled up so that it sorts as [`Slot::order`] does.
    prefix: u64,
    /// The key's hash, and once the number of buckets is known, the bucket.
    bucket: u32,
    /// Where the entry stands in the input.
    index: u32,
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<'a> Slot<'a> {
    fn new(index: usize, key: &'a [u8], value: &'a [u8]) -> Result<Self, WriteError> {
        let fit = |n: usize, what| u32::try_from(n).map_err(|_| WriteError::TooLarge(what));
        fit(key.len(), "the bytes of a key")?;
        fit(value.len(), "the bytes of a value")?;
        let mut start = [u8::MAX; 8];
        for (to, from) in start.iter_mut().zip(key) {
            *to = *from;
        }
        let prefix = u64::from_be_bytes(start);
        Ok(Self { prefix, bucket: hash(key), index: fit(index, "the entries")?, key, value })
    }

    fn has_large_key(&self) -> bool {
        self.key.len() > INLINE_MAX
    }

    /// The order within a bucket.
    ///
    /// libdb finds a key in a page by bisection. Where one of two keys begins with the other, it takes the longer for the
    /// smaller if both are within the page, and the shorter if one of them is not. So large keys come after all others, and
    /// no page holds both kinds.
    fn order(&self, other: &Self) -> Ordering {
        match (self.has_large_key(), other.has_large_key()) {
            (false, false) => self.prefix.cmp(&other.prefix).then_with(|| longer_first(self.key, other.key)),
            (true, true) => self.key.cmp(other.key),
            (large, other_large) => large.cmp(&other_large),
        }
    }

    /// Bytes that the entry takes of its page.
    pub(super) fn room(&self) -> usize {
        2 * ITEM_POSITION + item_len(self.key) + item_len(self.value)
    }

    /// What of the entry is stored on pages of its own.
    pub(super) fn off_page_parts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        [self.key, self.value].into_iter().filter(|part| part.len() > INLINE_MAX)
    }

    /// How many pages that takes.
    fn off_page_pages(&self) -> u32 {
        self.off_page_parts().map(off_page_pages).sum()
    }
}

fn longer_first(a: &[u8], b: &[u8]) -> Ordering {
    let common = a.len().min(b.len());
    a.get(..common).cmp(&b.get(..common)).then(b.len().cmp(&a.len()))
}

/// Bytes that a key or value takes of its page, its position in the page's list not counted.
pub(super) fn item_len(part: &[u8]) -> usize {
    if part.len() > INLINE_MAX { OFF_PAGE_ITEM } else { 1 + part.len() }
}

/// Pages that a large key or value takes. It is shorter than 2³² bytes.
pub(super) fn off_page_pages(part: &[u8]) -> u32 {
    part.len().div_ceil(PAGE_ROOM) as u32
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
    /// Arranges `entries`; refuses keys that repeat and whatever is too large for the format.
    pub(super) fn new<K, V>(entries: &'a [(K, V)]) -> Result<Self, WriteError>
    where
        K: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let slots =
            entries.iter().enumerate().map(|(index, (key, value))| Slot::new(index, key.as_ref(), value.as_ref()));
        let mut slots = slots.collect::<Result<Vec<_>, _>>()?;
        let mask = mask(bucket_doublings(&slots));
        for slot in &mut slots {
            slot.bucket &= mask;
        }
        slots.sort_unstable_by_key(|slot| slot.bucket);
        for bucket in slots.chunk_by_mut(|a, b| a.bucket == b.bucket) {
            bucket.sort_unstable_by(|a, b| a.order(b).then(a.index.cmp(&b.index)));
        }
        match first_repetition(&slots) {
            Some((first, second)) => Err(WriteError::DuplicateKey { first, second }),
            None => Ok(Self { slots, mask }),
        }
    }

    /// Numbers the pages of all buckets: the first page of each right after page 0, the others after those. Returns the
    /// number of the last page too.
    pub(super) fn number_pages(&self) -> Result<(Vec<Bucket<'_, 'a>>, u32), WriteError> {
        let too_large = WriteError::TooLarge("the pages");
        let Some(mut free) = self.mask.checked_add(2) else { return Err(too_large) };
        let mut rest = self.slots.as_slice();
        let mut buckets = Vec::with_capacity(self.mask as usize + 1);
        for number in 0..=self.mask {
            let here = rest.iter().take_while(|slot| slot.bucket == number).count();
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
            for slot in page.slots {
                *free = free.checked_add(slot.off_page_pages())?;
            }
        }
        Some(Self { first, more })
    }
}

/// Takes as many entries from the start of `slots` as one page holds.
fn split_off_page<'s, 'a>(slots: &mut &'s [Slot<'a>]) -> &'s [Slot<'a>] {
    let large = slots.first().is_some_and(Slot::has_large_key);
    let mut room = PAGE_ROOM;
    let fitting = slots.iter().take_while(|slot| {
        let left = room.checked_sub(slot.room());
        room = left.unwrap_or(0);
        left.is_some() && slot.has_large_key() == large
    });
    let here = fitting.count();
    slots.split_off(..here).unwrap_or_default()
}

fn mask(doublings: u32) -> u32 {
    u32::MAX >> (u32::BITS - doublings)
}

/// How often the number of buckets is doubled from 1.
///
/// Enough that the average bucket fills between half of its page and the whole; or one less, where so many buckets would
/// overflow into a second page anyhow that it saves a tenth of the pages. At least 2 buckets, as libdb has.
fn bucket_doublings(slots: &[Slot<'_>]) -> u32 {
    let room = slots.iter().map(|slot| slot.room() as u64).sum::<u64>();
    let pages = u32::try_from(room / PAGE_ROOM as u64).unwrap_or(u32::MAX);
    let more = (doubling(pages) as u32).clamp(1, u32::BITS - 1);
    let fewer = (more - 1).max(1);
    let saves_much = fewer < more && pages_with(slots, fewer) <= pages_with(slots, more) / 10 * 9;
    if saves_much { fewer } else { more }
}

/// About how many pages 2^`doublings` buckets take.
fn pages_with(slots: &[Slot<'_>], doublings: u32) -> u64 {
    let mask = mask(doublings);
    let mut rooms = vec![0_u64; mask as usize + 1];
    for slot in slots {
        if let Some(room) = rooms.get_mut((slot.bucket & mask) as usize) {
            *room += slot.room() as u64;
        }
    }
    rooms.iter().map(|room| room.div_ceil(PAGE_ROOM as u64).max(1)).sum()
}

/// The first entry of the input whose key an earlier one has, with that earlier one before it.
fn first_repetition(slots: &[Slot<'_>]) -> Option<(usize, usize)> {
    let pairs = slots.iter().zip(slots.iter().skip(1)).filter(|(a, b)| a.key == b.key);
    let (first, second) = pairs.min_by_key(|(_, second)| second.index)?;
    Some((first.index as usize, second.index as usize))
}
