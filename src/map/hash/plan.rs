//! Decides where in a hash file each entry goes, before a byte is written.
//!
//! The number of buckets is a power of two, so that all are of like size. What follows from it depends on the entries
//! alone and not on the order they come in.

use std::{hint::black_box, mem, ops::Range, panic::resume_unwind, thread};

use super::layout::{
    DUPLICATE_LENGTHS, INLINE_MAX, LANES, LAYOUT, MAX_DOUBLINGS, OFF_PAGE_DUPLICATES_ITEM, OFF_PAGE_ITEM, doubling,
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
    if is_large(part) { OFF_PAGE_ITEM } else { 1 + part.len() }
}

/// Pages of its own that a key or value takes.
pub(super) fn off_page_pages(part: &[u8]) -> u32 {
    if is_large(part) { chain_pages(part) } else { 0 }
}

/// Whether a key or value has pages of its own.
fn is_large(part: &[u8]) -> bool {
    part.len() > INLINE_MAX
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
///
/// A bucket is sorted when it is written: to bring its keys from memory once takes less time than to do so twice, or to keep what
/// came of it.
#[derive(Debug)]
pub(super) struct Arrangement<'a, K, V> {
    entries: &'a [(K, V)],
    /// The numbers of the entries by bucket; sorted in buckets that have further pages.
    places: Vec<u32>,
    /// Where the places of each bucket end.
    ends: Vec<u32>,
    /// Whether keys repeat.
    repeated: bool,
    /// For each bucket, the first page after all that those before it have beside their first ones; then the first that is free.
    further: Vec<u32>,
    /// One less than the number of buckets, which is a power of two.
    pub(super) mask: u32,
    pub(super) file_id: [u8; 20],
}

impl<'a, K, V> Arrangement<'a, K, V>
where
    K: AsRef<[u8]> + Sync,
    V: AsRef<[u8]> + Sync,
{
    /// Arranges `entries`; refuses whatever is too large for the format, and keys that repeat if that is asked.
    pub(super) fn new(entries: &'a [(K, V)], duplicates: Duplicates) -> Result<Self, WriteError> {
        u32::try_from(entries.len()).map_err(|_| WriteError::TooLarge("the entries"))?;
        let mut this = thread::scope(|scope| {
            // Read in the order of the input, which is faster, beside the sorting.
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
            // Now that it is known what shares a key, fewer buckets may do.
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

    /// The entries of these numbers and hashes by bucket, but not all pages are numbered yet.
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

    /// Numbers the pages of all buckets: the first page of each right after page 0, the others after those.
    fn number_pages(&mut self) -> Result<(), WriteError> {
        let too_large = || WriteError::TooLarge("the pages");
        let mut free = self.mask.checked_add(2).ok_or_else(too_large)?;
        for further in &mut self.further {
            let count = mem::replace(further, free);
            free = free.checked_add(count).ok_or_else(too_large)?;
        }
        Ok(())
    }

    /// How many entries are stored.
    pub(super) fn len(&self) -> u32 {
        self.places.len() as u32
    }

    pub(super) fn last_page(&self) -> u32 {
        self.further.last().map_or(0, |free| free - 1)
    }

    /// How many pages a bucket has beside its first one.
    pub(super) fn further_pages(&self, bucket: u32) -> u32 {
        let first = |bucket: usize| self.further.get(bucket).copied().unwrap_or(0);
        first(bucket as usize + 1).saturating_sub(first(bucket as usize))
    }

    /// The buckets that have pages beside their first ones.
    pub(super) fn buckets_with_more(&self) -> impl Iterator<Item = u32> {
        (0..=self.mask).filter(|bucket| self.further_pages(*bucket) > 0)
    }

    /// The pages of a bucket, whose entries go to `slots`. What the format has no room for was refused before.
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

    /// All entries, sorted in their buckets, with their hashes.
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

/// How many entries a bucket has.
fn count_of(ends: &[u32], bucket: usize) -> usize {
    let end = |bucket: usize| ends.get(bucket).map_or(0, |end| *end as usize);
    end(bucket) - bucket.checked_sub(1).map_or(0, end)
}

/// The numbers of the entries of a bucket.
fn places_of<'p>(places: &'p [u32], ends: &[u32], bucket: usize) -> Option<&'p [u32]> {
    let end = |bucket: usize| ends.get(bucket).map(|end| *end as usize);
    let start = bucket.checked_sub(1).map_or(Some(0), end)?;
    places.get(start..end(bucket)?)
}

/// Whether numbers repeat. Keys that do have hashes that do.
fn any_repeated(numbers: impl Iterator<Item = u32>) -> bool {
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.sort_unstable();
    numbers.iter().zip(numbers.iter().skip(1)).any(|(a, b)| a == b)
}

/// The entry of a number, to be sorted or written.
fn slot<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: &[(K, V)], place: u32) -> Option<Result<Slot<'_>, WriteError>> {
    let (key, value) = entries.get(place as usize)?;
    Some(Slot::new(place as usize, 0, (key.as_ref(), value.as_ref())))
}

/// Makes slots of the entries of these numbers.
fn collect<'a, K: AsRef<[u8]>, V: AsRef<[u8]>>(
    entries: &'a [(K, V)],
    places: &[u32],
    slots: &mut Vec<Slot<'a>>,
) -> Result<(), WriteError> {
    slots.clear();
    for place in places {
        slots.extend(slot(entries, *place).transpose()?);
    }
    // Keys and values are here and there in memory, and come from there sooner if they are asked for all at once.
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
        left.is_some() && is_large(group.key) == large
    });
    let here = fitting.map(|group| group.slots.len()).sum::<usize>();
    slots.split_off(..here).unwrap_or_default()
}

fn has_large_key(slot: &Slot<'_>) -> bool {
    is_large(slot.key)
}

/// Sorts a bucket; returns whether keys repeat.
///
/// libdb finds a key in a page by bisection. Where one of two keys begins with the other, it takes the longer for the
/// smaller if both are within the page, and the shorter if one of them is not. So large keys come after all others, and
/// no page holds both kinds.
fn sort(bucket: &mut [Slot<'_>]) -> bool {
    if bucket.iter().any(has_large_key) {
        bucket.sort_unstable_by_key(has_large_key);
    }
    let (small, large) = bucket.split_at_mut(bucket.partition_point(|slot| !has_large_key(slot)));
    by_key(small, Order::LongerFirst);
    by_key(large, Order::ShorterFirst);
    mark_repeated(bucket)
}

/// The numbers of keys, given with their hashes, by bucket; and where those of each bucket end.
fn by_bucket(keys: impl Iterator<Item = (u32, u32)> + Clone, mask: u32) -> (Vec<u32>, Vec<u32>) {
    let bucket = |hash: u32| (hash & mask) as usize;
    // Where the keys of each bucket end so far: at first, where they begin.
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

/// How many buckets there are, and how full they are.
struct Buckets {
    /// One less than their number, which is a power of two.
    mask: u32,
    /// Bytes that the keys of each take of its pages.
    rooms: Vec<u64>,
}

impl Buckets {
    /// For keys of these hashes that take so many bytes of their pages.
    ///
    /// Enough that the average bucket fills between half of its page and the whole; or half as many, where so many buckets would
    /// overflow into a second page anyhow that it saves a tenth of the pages. At least 2, as libdb has.
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
            // With half as many buckets, each has what two have now.
            let (first, second) = rooms.split_at(rooms.len() / 2);
            let fewer = first.iter().zip(second).map(|(a, b)| a + b).collect::<Vec<_>>();
            if pages(&fewer) <= pages(&rooms) / 10 * 9 {
                return Self { mask: mask >> 1, rooms: fewer };
            }
        }
        Self { mask, rooms }
    }
}

/// About how many pages buckets take whose keys need so much room.
fn pages(rooms: &[u64]) -> u64 {
    rooms.iter().map(|room| room.div_ceil(PAGE_ROOM as u64).max(1)).sum()
}
