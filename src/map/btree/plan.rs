//! Plans the position of each entry in a btree file before anything is written.

use super::layout::LAYOUT;
use crate::map::{
    Duplicates, WriteError,
    berkeley::{
        file_id::file_id,
        layout::{ITEM_POSITION, PAGE_ROOM},
        sort::{Order, Slot, by_key, mark_repeated, numbered, settle},
        values::{MAX_TREE_INLINE, TREE_REFERENCE, ValueTree, leaf_item_len, own_pages},
    },
};

/// Maximum number of bytes on a leaf for the values of one key; more values go to a separate tree.
///
/// A tree takes at least one page, so values should stay on the leaf if they fit; but libdb must be able to add to them. When it
/// adds to values that take more than a quarter of a half-full page, it moves them to a tree itself.
const MAX_LEAF_VALUES: usize = PAGE_ROOM / 4 * 3;
/// Length of a child reference on an inner page, without the key.
const CHILD: usize = 12;

/// A key with its values: one or more slots with the same key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group<'s, 'a> {
    pub(super) key: &'a [u8],
    pub(super) slots: &'s [Slot<'a>],
}

/// Groups sorted slots by key.
pub(super) fn groups<'s, 'a>(slots: &'s [Slot<'a>]) -> impl Iterator<Item = Group<'s, 'a>> + Clone {
    let groups = slots.chunk_by(|_, slot| slot.repeats);
    groups.filter_map(|slots| slots.first().map(|first| Group { key: first.key, slots }))
}

impl<'s, 'a> Group<'s, 'a> {
    /// Bytes that the values take on the leaf, each with its position and that of its key.
    fn values_room(&self) -> usize {
        self.slots.iter().map(|slot| leaf_item_len(slot.value) + 2 * ITEM_POSITION).sum()
    }

    /// The separate tree of the values, if they do not fit on the leaf.
    pub(super) fn tree(&self) -> Option<ValueTree<'s, 'a>> {
        (self.slots.len() > 1 && self.values_room() > MAX_LEAF_VALUES).then(|| ValueTree::new(self.slots))
    }

    /// Bytes that the key and its values take on their leaf.
    fn room(&self) -> usize {
        let key = leaf_item_len(self.key);
        match self.slots {
            [one] => key + leaf_item_len(one.value) + 2 * ITEM_POSITION,
            _ if self.values_room() > MAX_LEAF_VALUES => key + TREE_REFERENCE + 2 * ITEM_POSITION,
            // The key is stored once.
            _ => key + self.values_room(),
        }
    }

    /// Number of pages outside of the leaf; `None` if there are too many to be numbered.
    fn own_pages(&self) -> Option<u32> {
        let values = match self.tree() {
            Some(tree) => tree.pages()?,
            None => self.slots.iter().try_fold(0_u32, |sum, slot| sum.checked_add(own_pages(slot.value)))?,
        };
        own_pages(self.key).checked_add(values)
    }
}

/// A leaf of the tree.
#[derive(Debug)]
pub(super) struct Leaf<'s, 'a> {
    pub(super) number: u32,
    /// Neighbouring leaves; 0 for none.
    pub(super) previous: u32,
    pub(super) next: u32,
    pub(super) slots: &'s [Slot<'a>],
    /// The shortest key that separates this leaf from the previous ones.
    pub(super) separator: Separator<'a>,
    /// First overflow page of its large keys and values.
    pub(super) first_own_page: u32,
}

/// Page number of the root, which libdb expects here.
pub(super) const ROOT: u32 = 1;

/// All pages with their numbers: the root, the leaves, their overflow pages, and the other inner pages from below.
#[derive(Debug)]
pub(super) struct Plan<'s, 'a> {
    pub(super) leaves: Vec<Leaf<'s, 'a>>,
    /// For each level of inner pages, from below: number of children of each page.
    pub(super) levels: Vec<Vec<usize>>,
    pub(super) first_inner: u32,
    pub(super) last_page: u32,
}

/// A key of an inner page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Separator<'a> {
    /// On the inner page. The first key of a page counts as less than all others.
    Inline(&'a [u8]),
    /// The leaf's first key, on its own overflow pages.
    Shared { length: u32 },
}

impl Separator<'_> {
    /// Bytes that the key takes on an inner page, including its position in the list.
    fn room(&self) -> usize {
        self.len() + ITEM_POSITION
    }

    /// Length of the item.
    pub(super) fn len(&self) -> usize {
        let key = match self {
            Self::Inline(key) => key.len(),
            Self::Shared { .. } => TREE_REFERENCE,
        };
        (CHILD + key).next_multiple_of(4)
    }
}

/// All entries sorted by key.
#[derive(Debug)]
pub(super) struct Sorted<'a> {
    pub(super) slots: Vec<Slot<'a>>,
}

impl<'a> Sorted<'a> {
    /// Sorts `entries`; rejects entries that are too large for the format, and duplicate keys if the policy requires it.
    pub(super) fn new<K, V>(entries: &'a [(K, V)], duplicates: Duplicates) -> Result<Self, WriteError>
    where
        K: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let entries = entries.iter().map(|(key, value)| (key.as_ref(), value.as_ref()));
        let slots = entries.enumerate().map(|(index, entry)| Slot::new(index, 0, entry));
        let mut slots = slots.collect::<Result<Vec<_>, _>>()?;
        by_key(&mut slots, Order::ShorterFirst);
        if mark_repeated(&mut slots) {
            settle(&mut slots, duplicates)?;
        }
        Ok(Self { slots })
    }

    pub(super) fn file_id(&self) -> [u8; 20] {
        file_id(LAYOUT.magic, numbered(&self.slots))
    }

    /// Distributes the entries to leaves and numbers all pages; `None` if there are too many pages.
    pub(super) fn plan(&self) -> Option<Plan<'_, 'a>> {
        let mut leaves = self.leaves();
        let levels = levels(&leaves);
        // If there is only one leaf, it is the root.
        let first_leaf = if levels.is_empty() { ROOT } else { ROOT + 1 };
        let mut free = first_leaf.checked_add(u32::try_from(leaves.len()).ok()?)?;
        let mut previous = 0;
        for (number, leaf) in (first_leaf..).zip(&mut leaves) {
            (leaf.number, leaf.previous) = (number, previous);
            leaf.next = if leaf.next > 0 { number + 1 } else { 0 };
            previous = number;
            leaf.first_own_page = free;
            for group in groups(leaf.slots) {
                free = free.checked_add(group.own_pages()?)?;
            }
        }
        let first_inner = free;
        let inner = levels.iter().map(Vec::len).sum::<usize>();
        // The root is among these, but has its own number.
        let end = free.checked_add(u32::try_from(inner.saturating_sub(1)).ok()?)?;
        Some(Plan { leaves, levels, first_inner, last_page: end - 1 })
    }

    /// Distributes the entries to leaves. Pages are not numbered yet, except that all leaves but the last have a successor.
    fn leaves(&self) -> Vec<Leaf<'_, 'a>> {
        let mut rest = self.slots.as_slice();
        let mut leaves = Vec::new();
        let mut before = None;
        loop {
            let mut room = PAGE_ROOM;
            let fitting = groups(rest).take_while(|group| {
                let left = room.checked_sub(group.room());
                room = left.unwrap_or(0);
                left.is_some()
            });
            let here = fitting.map(|group| group.slots.len()).sum::<usize>();
            let slots = rest.split_off(..here).unwrap_or_default();
            let next = u32::from(!rest.is_empty());
            let separator = separator(before, slots);
            leaves.push(Leaf { number: 0, previous: 0, next, slots, separator, first_own_page: 0 });
            before = slots.last();
            if rest.is_empty() {
                return leaves;
            }
        }
    }
}

/// The shortest key that is greater than the last one `before` a leaf and not greater than its first one.
fn separator<'a>(before: Option<&Slot<'a>>, slots: &[Slot<'a>]) -> Separator<'a> {
    let (Some(before), Some(first)) = (before, slots.first()) else { return Separator::Inline(&[]) };
    let common = before.key.iter().zip(first.key).take_while(|(a, b)| a == b).count();
    match first.key.get(..=common) {
        Some(key) if key.len() <= MAX_TREE_INLINE => Separator::Inline(key),
        _ => Separator::Shared { length: first.key.len() as u32 },
    }
}

/// The inner pages of a tree: for each level from below, the number of children of each page.
fn levels(leaves: &[Leaf<'_, '_>]) -> Vec<Vec<usize>> {
    let mut levels = Vec::new();
    // Bytes that each child takes with its separating key, unless it comes first.
    let mut below = leaves.iter().map(|leaf| leaf.separator.room()).collect::<Vec<_>>();
    while below.len() > 1 {
        let level = fill(&below);
        let mut start = 0;
        let firsts = level.iter().map(|count| (start, start += count).0);
        below = firsts.filter_map(|first| below.get(first).copied()).collect();
        levels.push(level);
    }
    levels
}

/// Number of children for each inner page of a level.
fn fill(rooms: &[usize]) -> Vec<usize> {
    let first = Separator::Inline(&[]).room();
    let mut level = Vec::new();
    let (mut count, mut used) = (0, 0);
    for &room in rooms {
        if count > 0 && used + room > PAGE_ROOM {
            level.push(count);
            (count, used) = (0, 0);
        }
        used += if count == 0 { first } else { room };
        count += 1;
    }
    // A page with one child would only lengthen paths. Others have at least three.
    if let (1, Some(last)) = (count, level.last_mut()) {
        *last -= 1;
        count += 1;
    }
    level.push(count);
    level
}
