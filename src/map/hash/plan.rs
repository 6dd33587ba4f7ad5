//! Plans the position of each entry in a hash file before anything is written.
//!
//! The number of buckets is a power of two, so that all have about the same size. The plan depends only on the set of entries,
//! not on their order.

use std::{hint::black_box, mem, ops::Range, panic::resume_unwind, thread};

use super::layout::{
    DUPLICATE_LENGTHS, LANES, LAYOUT, MAX_DOUBLINGS, MAX_INLINE, OFF_PAGE_DUPLICATES_ITEM, OFF_PAGE_ITEM, doubling,
    hash, hash_each,
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

/// Number of entries from which a second thread sorts half of them.
const PARALLEL_THRESHOLD: usize = 10_000;

/// A key with its values: one or more slots with the same key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group<'s, 'a> {
    pub(super) key: &'a [u8],
    pub(super) slots: &'s [Slot<'a>],
}

/// How the values of a key are stored.
#[derive(Debug)]
pub(super) enum Stored<'s, 'a> {
    /// A single value.
    One(&'a [u8]),
    /// Several values on the page of the key, with this number of bytes.
    OnPage(usize),
    /// Several values in a separate tree.
    OffPage(ValueTree<'s, 'a>),
}

/// Groups sorted slots by key.
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
        if length > MAX_INLINE { Stored::OffPage(ValueTree::new(self.slots)) } else { Stored::OnPage(length) }
    }

    /// Length of the item with all values on the page.
    fn duplicates_len(&self) -> usize {
        1 + self.slots.iter().map(|slot| slot.value.len() + DUPLICATE_LENGTHS).sum::<usize>()
    }

    /// Bytes that the key and its values take on their page.
    pub(super) fn room(&self) -> usize {
        let values = match self.slots {
            [one] => item_len(one.value),
            _ if self.duplicates_len() > MAX_INLINE => OFF_PAGE_DUPLICATES_ITEM,
            _ => self.duplicates_len(),
        };
        room(self.key, values)
    }

    fn hash(&self) -> u32 {
        self.slots.first().map_or(0, |slot| slot.hash)
    }

    /// Number of pages outside of the bucket; `None` if there are too many to be numbered.
    fn off_page_pages(&self) -> Option<u32> {
        let values = match self.stored() {
            Stored::One(value) => off_page_pages(value),
            Stored::OnPage(_) => 0,
            Stored::OffPage(tree) => tree.pages()?,
        };
        off_page_pages(self.key).checked_add(values)
    }
}

/// Bytes that a key and an item of this length take on a page.
fn room(key: &[u8], values: usize) -> usize {
    2 * ITEM_POSITION + item_len(key) + values
}

/// Bytes that a key or value takes on a page, without its position in the list.
pub(super) fn item_len(part: &[u8]) -> usize {
    if is_large(part) { OFF_PAGE_ITEM } else { 1 + part.len() }
}

/// Number of overflow pages of a key or value.
pub(super) fn off_page_pages(part: &[u8]) -> u32 {
    if is_large(part) { chain_pages(part) } else { 0 }
}

/// Whether a key or value needs overflow pages.
fn is_large(part: &[u8]) -> bool {
    part.len() > MAX_INLINE
}

/// One page of a bucket.
#[derive(Debug)]
pub(super) struct Page<'s, 'a> {
    pub(super) number: u32,
    /// Neighbouring pages of the bucket's chain; 0 for none.
    pub(super) previous: u32,
    pub(super) next: u32,
    pub(super) slots: &'s [Slot<'a>],
    /// First overflow page for the large keys and values of this page.
    pub(super) first_off_page: u32,
}

/// The pages of one bucket.
#[derive(Debug)]
pub(super) struct Bucket<'s, 'a> {
    pub(super) first: Page<'s, 'a>,
    /// Further pages, if the first one is full. Overflow pages come after the last of these, in the order of the entries.
    pub(super) more: Vec<Page<'s, 'a>>,
}

/// All entries in the order in which they are written.
///
/// A bucket is sorted when it is written: fetching its keys from memory once is faster than fetching them twice or keeping the
/// result.
#[derive(Debug)]
pub(super) struct Arrangement<'a, K, V> {
    entries: &'a [(K, V)],
    /// Indices of the entries, grouped by bucket; sorted in buckets with further pages.
    places: Vec<u32>,
    /// End of each bucket in `places`.
    ends: Vec<u32>,
    /// Whether there are duplicate keys.
    repeated: bool,
    /// For each bucket, the first page after the further pages of earlier buckets; the last element is the first free page.
    further: Vec<u32>,
    /// Number of buckets, a power of two, minus one.
    pub(super) mask: u32,
    pub(super) file_id: [u8; 20],
}

impl<'a, K, V> Arrangement<'a, K, V>
where
    K: AsRef<[u8]> + Sync,
    V: AsRef<[u8]> + Sync,
{
    /// Arranges `entries`; rejects entries that are too large for the format, and duplicate keys if the policy requires it.
    pub(super) fn new(entries: &'a [(K, V)], duplicates: Duplicates) -> Result<Self, WriteError> {
        u32::try_from(entries.len()).map_err(|_| WriteError::TooLarge("the entries"))?;
        let mut this = thread::scope(|scope| {
            // The input is read in its order, which is faster, while the other thread sorts.
            let pairs = || entries.iter().map(|(key, value)| (0, key.as_ref(), value.as_ref()));
            let id = scope.spawn(move || file_id(LAYOUT.magic, pairs()));
            let hashes = hashes(entries);
            let rooms = entries.iter().map(|(key, value)| room(key.as_ref(), item_len(value.as_ref())) as u64);
            let buckets = Buckets::of(hashes.iter().copied().zip(rooms));
            let mut this = Self::in_buckets(entries, (0..).zip(hashes.iter().copied()), &hashes, &buckets)?;
            this.file_id = id.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok::<_, WriteError>(this)
        })?;
        if this.repeated {
            let mut slots = this.slots()?;
            settle(&mut slots, duplicates)?;
            let file_id = file_id(LAYOUT.magic, numbered(&slots));
            // With duplicates removed, fewer buckets may be enough.
            let rooms = groups(&slots).map(|group| (group.hash(), group.room() as u64));
            let buckets = Buckets::of(rooms);
            let hashes = hashes(entries);
            let numbers = slots.iter().map(|slot| (slot.index, slot.hash));
            this = Self::in_buckets(entries, numbers, &hashes, &buckets)?;
            this.file_id = file_id;
        }
        this.number_pages()?;
        Ok(this)
    }

    /// Groups entries, given by index and hash, by bucket. Not all pages are numbered yet.
    fn in_buckets(
        entries: &'a [(K, V)],
        numbers: impl Iterator<Item = (u32, u32)> + Clone,
        hashes: &[u32],
        Buckets { mask, rooms }: &Buckets,
    ) -> Result<Self, WriteError> {
        let (mut places, ends) = by_bucket(numbers, *mask);
        let any_large = entries.iter().any(|(key, value)| is_large(key.as_ref()) || is_large(value.as_ref()));
        let mut further = vec![0; ends.len() + 1];
        let look = |places: &mut [u32], further: &mut u32, room: u64| {
            let fits = room <= PAGE_ROOM as u64 && !any_large;
            if fits && !any_repeated(places.iter().filter_map(|place| hashes.get(*place as usize).copied())) {
                return Ok(false);
            }
            let mut slots = Vec::new();
            collect(entries, places, &mut slots)?;
            let repeated = sort(&mut slots);
            for (place, slot) in places.iter_mut().zip(&slots) {
                *place = slot.index;
            }
            Bucket::new(0, &slots, further).ok_or(WriteError::TooLarge("the pages"))?;
            Ok::<_, WriteError>(repeated)
        };
        let look_at = |buckets: Range<usize>, further: &mut [u32], mut places: &mut [u32]| {
            let mut repeated = false;
            for (bucket, further) in buckets.zip(further) {
                let here = places.split_off_mut(..count_of(&ends, bucket)).unwrap_or_default();
                repeated |= look(here, further, rooms.get(bucket).copied().unwrap_or(u64::MAX))?;
            }
            Ok::<_, WriteError>(repeated)
        };
        let half = if places.len() < PARALLEL_THRESHOLD { 0 } else { ends.len() / 2 };
        let (first, second) = further.split_at_mut_checked(half).unwrap_or_default();
        let middle = half.checked_sub(1).and_then(|last| ends.get(last)).map_or(0, |end| *end as usize);
        let (first_places, second_places) = places.split_at_mut_checked(middle).unwrap_or_default();
        let repeated = thread::scope(|scope| {
            let first = scope.spawn(|| look_at(0..half, first, first_places));
            let second = look_at(half..ends.len(), second, second_places);
            Ok::<_, WriteError>(second? | first.join().unwrap_or_else(|panic| resume_unwind(panic))?)
        })?;
        Ok(Self { entries, places, ends, repeated, further, mask: *mask, file_id: [0; 20] })
    }

    /// Numbers the pages of all buckets: first pages directly after page 0, then the others.
    fn number_pages(&mut self) -> Result<(), WriteError> {
        let too_large = || WriteError::TooLarge("the pages");
        let mut free = self.mask.checked_add(2).ok_or_else(too_large)?;
        for further in &mut self.further {
            let count = mem::replace(further, free);
            free = free.checked_add(count).ok_or_else(too_large)?;
        }
        Ok(())
    }

    /// Number of stored entries.
    pub(super) fn len(&self) -> u32 {
        self.places.len() as u32
    }

    pub(super) fn last_page(&self) -> u32 {
        self.further.last().map_or(0, |free| free - 1)
    }

    /// Number of pages of a bucket besides its first one.
    pub(super) fn further_pages(&self, bucket: u32) -> u32 {
        let first = |bucket: usize| self.further.get(bucket).copied().unwrap_or(0);
        first(bucket as usize + 1).saturating_sub(first(bucket as usize))
    }

    /// The buckets with more than one page.
    pub(super) fn buckets_with_more(&self) -> impl Iterator<Item = u32> {
        (0..=self.mask).filter(|bucket| self.further_pages(*bucket) > 0)
    }

    /// The pages of a bucket, whose entries are appended to `slots`. Entries that are too large were rejected before.
    pub(super) fn bucket<'s>(&self, number: u32, slots: &'s mut Vec<Slot<'a>>) -> Option<Bucket<'s, 'a>> {
        collect(self.entries, places_of(&self.places, &self.ends, number as usize)?, slots).ok()?;
        if self.further_pages(number) > 0 {
            mark_repeated(slots);
        } else {
            sort(slots);
        }
        let mut free = *self.further.get(number as usize)?;
        Bucket::new(number + 1, slots, &mut free)
    }

    /// All entries with their hashes, sorted within their buckets.
    fn slots(&self) -> Result<Vec<Slot<'a>>, WriteError> {
        let (mut all, mut slots) = (Vec::with_capacity(self.places.len()), Vec::new());
        for bucket in 0..self.ends.len() {
            collect(self.entries, places_of(&self.places, &self.ends, bucket).unwrap_or_default(), &mut slots)?;
            sort(&mut slots);
            for slot in &mut slots {
                slot.hash = hash(slot.key);
            }
            all.append(&mut slots);
        }
        Ok(all)
    }
}

/// Number of entries of a bucket.
fn count_of(ends: &[u32], bucket: usize) -> usize {
    let end = |bucket: usize| ends.get(bucket).map_or(0, |end| *end as usize);
    end(bucket) - bucket.checked_sub(1).map_or(0, end)
}

/// Indices of the entries of a bucket.
fn places_of<'p>(places: &'p [u32], ends: &[u32], bucket: usize) -> Option<&'p [u32]> {
    let end = |bucket: usize| ends.get(bucket).map(|end| *end as usize);
    let start = bucket.checked_sub(1).map_or(Some(0), end)?;
    places.get(start..end(bucket)?)
}

/// Whether hashes repeat. Duplicate keys have equal hashes.
fn any_repeated(numbers: impl Iterator<Item = u32>) -> bool {
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.sort_unstable();
    numbers.iter().zip(numbers.iter().skip(1)).any(|(a, b)| a == b)
}

/// The entry with this index, for sorting or writing.
fn slot<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: &[(K, V)], place: u32) -> Option<Result<Slot<'_>, WriteError>> {
    let (key, value) = entries.get(place as usize)?;
    Some(Slot::new(place as usize, 0, (key.as_ref(), value.as_ref())))
}

/// Appends slots for the entries with these indices.
fn collect<'a, K: AsRef<[u8]>, V: AsRef<[u8]>>(
    entries: &'a [(K, V)],
    places: &[u32],
    slots: &mut Vec<Slot<'a>>,
) -> Result<(), WriteError> {
    slots.clear();
    for place in places {
        slots.extend(slot(entries, *place).transpose()?);
    }
    // Keys and values are scattered in memory, so requesting all of them at once is faster.
    let seen = |slot: &Slot<'_>| slot.key.first().copied().unwrap_or(0) ^ slot.value.last().copied().unwrap_or(0);
    black_box(slots.iter().fold(0, |all, slot| all ^ seen(slot)));
    Ok(())
}

/// The hashes of all keys.
fn hashes<K: AsRef<[u8]>, V>(entries: &[(K, V)]) -> Vec<u32> {
    let (lanes, rest) = entries.as_chunks::<LANES>();
    let mut hashes = Vec::with_capacity(entries.len());
    for entries in lanes {
        hashes.extend(hash_each(&entries.each_ref().map(|(key, _)| key.as_ref())));
    }
    hashes.extend(rest.iter().map(|(key, _)| hash(key.as_ref())));
    hashes
}

impl<'s, 'a> Bucket<'s, 'a> {
    /// Distributes a bucket's entries to pages: page `number`, and further ones from `free` on, which is advanced. `None` if
    /// there are too many pages.
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

/// Takes as many entries from the start of `slots` as fit on one page.
fn split_off_page<'s, 'a>(slots: &mut &'s [Slot<'a>]) -> &'s [Slot<'a>] {
    let large = slots.first().is_some_and(has_large_key);
    let mut room = PAGE_ROOM;
    let fitting = groups(slots).take_while(|group| {
        let left = room.checked_sub(group.room());
        room = left.unwrap_or(0);
        left.is_some() && is_large(group.key) == large
    });
    let here = fitting.map(|group| group.slots.len()).sum::<usize>();
    slots.split_off(..here).unwrap_or_default()
}

fn has_large_key(slot: &Slot<'_>) -> bool {
    is_large(slot.key)
}

/// Sorts a bucket; returns whether it has duplicate keys.
///
/// libdb searches a page by bisection. If one of two keys is a prefix of the other, the longer counts as smaller if both are on
/// the page itself, and the shorter if one of them has overflow pages. Therefore large keys come after all others, and no page
/// holds both kinds.
fn sort(bucket: &mut [Slot<'_>]) -> bool {
    if bucket.iter().any(has_large_key) {
        bucket.sort_unstable_by_key(has_large_key);
    }
    let (small, large) = bucket.split_at_mut(bucket.partition_point(|slot| !has_large_key(slot)));
    by_key(small, Order::LongerFirst);
    by_key(large, Order::ShorterFirst);
    mark_repeated(bucket)
}

/// Groups key indices, given with their hashes, by bucket; returns also the end of each bucket.
fn by_bucket(keys: impl Iterator<Item = (u32, u32)> + Clone, mask: u32) -> (Vec<u32>, Vec<u32>) {
    let bucket = |hash: u32| (hash & mask) as usize;
    // The end of each bucket so far; initially its start.
    let mut ends = vec![0_u32; mask as usize + 1];
    for (_, hash) in keys.clone() {
        if let Some(count) = ends.get_mut(bucket(hash)) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        (*end, sum) = (sum, sum + *end);
    }
    let mut places = vec![0_u32; sum as usize];
    for (number, hash) in keys {
        if let Some(end) = ends.get_mut(bucket(hash))
            && let Some(place) = places.get_mut(*end as usize)
        {
            (*place, *end) = (number, *end + 1);
        }
    }
    (places, ends)
}

/// Number and size of the buckets.
struct Buckets {
    /// Number of buckets, a power of two, minus one.
    mask: u32,
    /// Bytes that the keys of each bucket take on its pages.
    rooms: Vec<u64>,
}

impl Buckets {
    /// Chooses the number of buckets for keys with these hashes and sizes.
    ///
    /// The average bucket fills between half of its page and the whole page; or half as many buckets are used, if enough of them
    /// overflow into a second page anyway that this saves a tenth of the pages. The minimum is 2, as in libdb.
    fn of(keys: impl Iterator<Item = (u32, u64)> + Clone) -> Self {
        let room = keys.clone().map(|(_, room)| room).sum::<u64>();
        let full = u32::try_from(room / PAGE_ROOM as u64).unwrap_or(u32::MAX);
        let doublings = (doubling(full) as u32).clamp(1, MAX_DOUBLINGS as u32 - 1);
        let mask = u32::MAX >> (u32::BITS - doublings);
        let mut rooms = vec![0_u64; mask as usize + 1];
        for (hash, key_room) in keys {
            if let Some(room) = rooms.get_mut((hash & mask) as usize) {
                *room += key_room;
            }
        }
        if doublings > 1 {
            // With half as many buckets, each holds what two hold now.
            let (first, second) = rooms.split_at(rooms.len() / 2);
            let fewer = first.iter().zip(second).map(|(a, b)| a + b).collect::<Vec<_>>();
            if pages(&fewer) <= pages(&rooms) / 10 * 9 {
                return Self { mask: mask >> 1, rooms: fewer };
            }
        }
        Self { mask, rooms }
    }
}

/// Approximate number of pages for buckets of these sizes.
fn pages(rooms: &[u64]) -> u64 {
    rooms.iter().map(|room| room.div_ceil(PAGE_ROOM as u64).max(1)).sum()
}
