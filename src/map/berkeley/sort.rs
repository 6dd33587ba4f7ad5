//! Sorts entries before they are distributed to pages.

use std::cmp::Ordering;

use crate::map::{Duplicates, WriteError};

/// An entry that has not been placed yet.
#[derive(Debug, Clone, Copy)]
pub(in crate::map) struct Slot<'a> {
    /// Eight bytes of the key as a number, starting where the keys being sorted begin to differ.
    window: u64,
    /// Hash of the key; 0 where it is not needed.
    pub(in crate::map) hash: u32,
    /// Index of the entry in the input.
    pub(in crate::map) index: u32,
    pub(in crate::map) key: &'a [u8],
    pub(in crate::map) value: &'a [u8],
    /// After sorting: whether the previous slot has the same key.
    pub(in crate::map) repeats: bool,
}

impl<'a> Slot<'a> {
    pub(in crate::map) fn new(index: usize, hash: u32, (key, value): (&'a [u8], &'a [u8])) -> Result<Self, WriteError> {
        let fit = |n: usize, what| u32::try_from(n).map_err(|_| WriteError::TooLarge(what));
        fit(key.len(), "the bytes of a key")?;
        fit(value.len(), "the bytes of a value")?;
        Ok(Self { window: 0, hash, index: fit(index, "the entries")?, key, value, repeats: false })
    }
}

/// Order of two keys of which one is a prefix of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) enum Order {
    /// The shorter one first: the usual order of byte strings.
    ShorterFirst,
    /// The longer one first.
    LongerFirst,
}

impl Order {
    fn compare(self, a: &[u8], b: &[u8]) -> Ordering {
        match self {
            Self::ShorterFirst => a.cmp(b),
            Self::LongerFirst => {
                let common = a.len().min(b.len());
                a.get(..common).cmp(&b.get(..common)).then(b.len().cmp(&a.len()))
            }
        }
    }

    /// Up to eight bytes as a number with the same order.
    fn window(self, bytes: &[u8]) -> u64 {
        if let Some(&all) = bytes.first_chunk() {
            return u64::from_be_bytes(all);
        }
        let mut start = [if self == Self::LongerFirst { u8::MAX } else { 0 }; 8];
        for (to, from) in start.iter_mut().zip(bytes) {
            *to = *from;
        }
        u64::from_be_bytes(start)
    }

    /// Sorts slots with equal windows at `depth`.
    fn rank(self, key: &[u8], depth: usize) -> u8 {
        let left = key.len().saturating_sub(depth).min(8) as u8;
        if self == Self::LongerFirst { 8 - left } else { left }
    }
}

/// Maximum number of slots with equal windows that are sorted by comparing whole keys.
const MAX_DIRECT_SORT: usize = 64;

/// Sorts by key; entries with the same key keep their order.
///
/// Keys of one table often share a prefix, so the eight bytes after it are compared first, then the next eight, and so on.
pub(in crate::map) fn by_key(slots: &mut [Slot<'_>], order: Order) {
    let mut work = vec![(slots, 0)];
    while let Some((slots, depth)) = work.pop() {
        let Some((first, others)) = slots.split_first() else { continue };
        if others.is_empty() {
            continue;
        }
        let depth =
            others.iter().fold(first.key.len(), |common, slot| common_length(first.key, slot.key, depth, common));
        for slot in slots.iter_mut() {
            slot.window = order.window(slot.key.get(depth..).unwrap_or_default());
        }
        let near = |a: &Slot<'_>, b: &Slot<'_>| {
            let rank = |slot: &Slot<'_>| order.rank(slot.key, depth);
            a.window.cmp(&b.window).then_with(|| rank(a).cmp(&rank(b)))
        };
        let after = depth + 8;
        if slots.len() <= MAX_DIRECT_SORT {
            slots.sort_unstable_by(|a, b| {
                let whole = || order.compare(rest_of(a, after), rest_of(b, after));
                near(a, b).then_with(whole).then(a.index.cmp(&b.index))
            });
            continue;
        }
        slots.sort_unstable_by(|a, b| near(a, b).then(a.index.cmp(&b.index)));
        for equal in slots.chunk_by_mut(|a, b| near(a, b).is_eq()) {
            if equal.len() > 1 && equal.iter().any(|slot| slot.key.len() > after) {
                work.push((equal, after));
            }
        }
    }
}

fn rest_of<'a>(slot: &Slot<'a>, depth: usize) -> &'a [u8] {
    slot.key.get(depth..).unwrap_or_default()
}

/// Length of the common prefix of two keys, which is at least `known`; the result is at most `limit`.
fn common_length(a: &[u8], b: &[u8], known: usize, limit: usize) -> usize {
    let rest = |key: &'_ [u8]| key.get(known..limit.min(key.len())).map_or(0, <[u8]>::len);
    let common = rest(a).min(rest(b));
    let (a, b) = (a.get(known..known + common), b.get(known..known + common));
    if a == b {
        return known + common;
    }
    let pairs = a.unwrap_or_default().iter().zip(b.unwrap_or_default());
    known + pairs.take_while(|(a, b)| a == b).count()
}

/// Marks slots with the same key as the previous one, in sorted slots; returns whether there are any.
pub(in crate::map) fn mark_repeated(slots: &mut [Slot<'_>]) -> bool {
    let mut any = false;
    let mut before: Option<&[u8]> = None;
    for slot in slots {
        slot.repeats = before == Some(slot.key);
        any |= slot.repeats;
        before = Some(slot.key);
    }
    any
}

/// Applies the policy for duplicate keys to sorted and marked slots; returns whether entries were dropped.
pub(in crate::map) fn settle(slots: &mut Vec<Slot<'_>>, duplicates: Duplicates) -> Result<bool, WriteError> {
    match duplicates {
        Duplicates::Keep => return Ok(false),
        Duplicates::Refuse => {
            let pairs = slots.iter().zip(slots.iter().skip(1)).filter(|(_, b)| b.repeats);
            return match pairs.min_by_key(|(_, second)| second.index) {
                Some((first, second)) => {
                    Err(WriteError::DuplicateKey { first: first.index as usize, second: second.index as usize })
                }
                None => Ok(false),
            };
        }
        Duplicates::First => {}
        Duplicates::Last => {
            for group in slots.chunk_by_mut(|_, b| b.repeats) {
                if let [first, .., last] = group {
                    (first.value, first.index) = (last.value, last.index);
                }
            }
        }
    }
    let before = slots.len();
    slots.retain(|slot| !slot.repeats);
    Ok(slots.len() < before)
}

/// The slots, each with the number of earlier values of its key.
pub(in crate::map) fn numbered<'s, 'a>(
    slots: &'s [Slot<'a>],
) -> impl Iterator<Item = (u64, &'a [u8], &'a [u8])> + use<'s, 'a> {
    let groups = slots.chunk_by(|_, b| b.repeats);
    groups.flat_map(|group| (0..).zip(group).map(|(before, slot)| (before, slot.key, slot.value)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_keys_are_sorted(
            keys in prop::collection::vec(prop::collection::vec(prop_oneof![9 => Just(0_u8), 3 => Just(255), 1 => any::<u8>()], 0..40), 0..400)
        ) {
            for order in [Order::ShorterFirst, Order::LongerFirst] {
                let slots = keys.iter().enumerate().map(|(n, key)| Slot::new(n, 0, (key, b"")).unwrap());
                let mut slots = slots.collect::<Vec<_>>();
                let mut expected = slots.clone();
                expected.sort_by(|a, b| order.compare(a.key, b.key).then(a.index.cmp(&b.index)));
                by_key(&mut slots, order);
                let indices = |slots: &[Slot<'_>]| slots.iter().map(|slot| slot.index).collect::<Vec<_>>();
                prop_assert_eq!(indices(&slots), indices(&expected));
            }
        }
    }
}
