//! Writes the values of a key that has too many for its page: as a separate tree of pages, in the given order.
//!
//! ```text
//! leaves, overflow chains of large values, inner pages level by level, the root last
//! ```

use std::io;

use super::{
    layout::{ITEM_POSITION, PAGE_ROOM, PageHeader, PageKind},
    sort::Slot,
    tree::{TREE_INLINE, TREE_OFF_PAGE},
    writer::{PageBuffer, chain_pages},
};

/// Maximum length of a key or value on a tree page, so that four fit on a page; longer ones go to overflow pages.
pub(in crate::map) const MAX_TREE_INLINE: usize = 1007;
/// Length of an item that refers to overflow pages or to a tree of values.
pub(in crate::map) const TREE_REFERENCE: usize = 12;
/// Length of a child reference on an inner page, including its position in the list.
const RECORD_CHILD: usize = 8 + ITEM_POSITION;
/// Maximum number of children of an inner page.
const MAX_RECORD_CHILDREN: usize = PAGE_ROOM / RECORD_CHILD;

/// Bytes that a key or value takes on a leaf, without its position in the list.
pub(in crate::map) fn leaf_item_len(part: &[u8]) -> usize {
    if part.len() > MAX_TREE_INLINE { TREE_REFERENCE } else { (3 + part.len()).next_multiple_of(4) }
}

/// Number of overflow pages of a key or value.
pub(in crate::map) fn own_pages(part: &[u8]) -> u32 {
    if part.len() > MAX_TREE_INLINE { chain_pages(part) } else { 0 }
}

/// Adds a key or value to a leaf; a large one as a reference to page `number`.
pub(in crate::map) fn add_leaf_item(buffer: &mut PageBuffer, part: &[u8], number: u32) {
    let [a, b, c, d] = (part.len() as u32).to_le_bytes();
    if part.len() > MAX_TREE_INLINE {
        let [n, o, p, q] = number.to_le_bytes();
        buffer.add(TREE_REFERENCE, [0, 0, TREE_OFF_PAGE, 0, n, o, p, q, a, b, c, d], &[]);
    } else {
        buffer.add(leaf_item_len(part), [a, b, TREE_INLINE], part);
    }
}

/// The pages of a tree of values.
#[derive(Debug)]
pub(in crate::map) struct ValueTree<'s, 'a> {
    /// The values of each leaf.
    leaves: Vec<&'s [Slot<'a>]>,
    /// Number of pages of each level above the leaves, from below.
    levels: Vec<usize>,
}

impl<'s, 'a> ValueTree<'s, 'a> {
    /// Distributes the values of one key to leaves. There must be at least one value.
    pub(in crate::map) fn new(mut values: &'s [Slot<'a>]) -> Self {
        let mut leaves = Vec::new();
        while !values.is_empty() {
            let mut room = PAGE_ROOM;
            let fitting = values.iter().take_while(|slot| {
                let left = room.checked_sub(leaf_item_len(slot.value) + ITEM_POSITION);
                room = left.unwrap_or(0);
                left.is_some()
            });
            let here = fitting.count();
            leaves.extend(values.split_off(..here));
        }
        let mut levels = Vec::new();
        let mut below = leaves.len();
        while below > 1 {
            below = below.div_ceil(MAX_RECORD_CHILDREN);
            levels.push(below);
        }
        Self { leaves, levels }
    }

    /// Number of pages of the tree; `None` if there are too many to be numbered.
    pub(in crate::map) fn pages(&self) -> Option<u32> {
        let values = self.leaves.iter().copied().flatten();
        let chains = values.map(|slot| u64::from(own_pages(slot.value))).sum::<u64>();
        let tree = self.leaves.len() + self.levels.iter().sum::<usize>();
        u32::try_from(chains + tree as u64).ok()
    }

    /// Page number of the root if the tree starts at page `first`.
    pub(in crate::map) fn root(&self, first: u32) -> Option<u32> {
        if self.levels.is_empty() { Some(first) } else { first.checked_add(self.pages()? - 1) }
    }

    /// Writes the tree from page `first` on.
    pub(in crate::map) fn write(
        &self,
        first: u32,
        buffer: &mut PageBuffer,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let count = self.leaves.len() as u32;
        let mut chain = first + count;
        for (number, leaf) in (first..).zip(&self.leaves) {
            for slot in *leaf {
                add_leaf_item(buffer, slot.value, chain);
                chain += own_pages(slot.value);
            }
            let previous = if number == first { 0 } else { number - 1 };
            let next = if number + 1 == first + count { 0 } else { number + 1 };
            let kind = PageKind::RecordLeaf;
            buffer.finish(PageHeader { number, previous, next, items: 0, mark: 0, level: 1, kind }, out)?;
        }
        let mut number = first + count;
        for slot in self.leaves.iter().copied().flatten().filter(|slot| own_pages(slot.value) > 0) {
            buffer.write_chain(slot.value, number, 1, out)?;
            number += own_pages(slot.value);
        }

        // The pages of a level, each with the number of values below it.
        let mut below = (first..).zip(self.leaves.iter().map(|leaf| leaf.len() as u32)).collect::<Vec<_>>();
        for (level, &pages) in (2..).zip(&self.levels) {
            let mut rest = below.as_slice();
            let mut above = Vec::with_capacity(pages);
            for left in (1..=pages).rev() {
                // Evenly, so that no page has only one child.
                let children = rest.split_off(..rest.len().div_ceil(left)).unwrap_or_default();
                for (child, records) in children {
                    buffer.add(RECORD_CHILD - ITEM_POSITION, child.to_le_bytes(), &records.to_le_bytes());
                }
                let records = children.iter().map(|(_, records)| records).sum::<u32>();
                let kind = PageKind::RecordInternal;
                let previous = if pages == 1 { records } else { 0 };
                let header = PageHeader { number, previous, next: 0, items: 0, mark: 0, level, kind };
                buffer.finish(header, out)?;
                above.push((number, records));
                number += 1;
            }
            below = above;
        }
        Ok(())
    }
}
