//! Writes a btree file, from its first page to its last, without going back.

use std::io;

use super::{
    layout::{Description, LAYOUT},
    plan::{Leaf, Plan, ROOT, Separator, Sorted, groups},
};
use crate::map::{
    Duplicates, WriteError,
    berkeley::{
        layout::{PAGE_SIZE, PageHeader, PageKind},
        tree::{TREE_DUPLICATES, TREE_INLINE, TREE_OFF_PAGE},
        values::{TREE_REFERENCE, add_leaf_item, own_pages},
        writer::PageBuffer,
    },
};

/// As [`write_with`] with [`Duplicates::Refuse`].
///
/// # Errors
/// As [`write_with`].
///
/// ```
/// use relaycc::map::btree::{BtreeFile, write};
///
/// let mut file = Vec::new();
/// write(&[("connect:192.0.2", "RELAY"), ("example.net", "REJECT")], &mut file)?;
///
/// let map = BtreeFile::open(&file)?;
/// assert_eq!(map.get(b"example.net")?.as_deref(), Some(&b"REJECT"[..]));
/// assert_eq!(map.get(b"example.org")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write<K, V>(entries: &[(K, V)], out: &mut impl io::Write) -> Result<(), WriteError>
where
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    write_with(entries, Duplicates::Refuse, out)
}

/// Writes a btree file that holds `entries`.
///
/// Keys and values are stored as they are: not folded, and without a final NUL, which is what `makemap btree` stores and a
/// `K` line without `-N` looks for first. Both may be empty and may hold any bytes. What is written depends on the set of
/// entries only, and on the order of those of one key: not on the order of the others, the machine or the time.
/// Besides the entries, some 64 bytes of memory per entry are used.
///
/// # Errors
/// [`WriteError::DuplicateKey`] and [`WriteError::TooLarge`] before anything is written; [`WriteError::Io`] if `out` fails.
pub fn write_with<K, V>(entries: &[(K, V)], duplicates: Duplicates, out: &mut impl io::Write) -> Result<(), WriteError>
where
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    let sorted = Sorted::new(entries, duplicates)?;
    let plan = sorted.plan().ok_or(WriteError::TooLarge("the pages"))?;

    let mut start = Vec::with_capacity(PAGE_SIZE);
    let header = LAYOUT.header(plan.last_page, duplicates == Duplicates::Keep, sorted.file_id());
    Description { header, root: ROOT }.encode(&mut start);
    out.write_all(&start)?;
    let mut buffer = PageBuffer::new();
    let inner = inner_pages(&plan);
    let (root, others) = inner.split_last().map_or((None, &[][..]), |(root, others)| (Some(root), others));
    if let Some(root) = root {
        root.write(&mut buffer, out)?;
    }
    for leaf in &plan.leaves {
        write_leaf(leaf, &mut buffer, out)?;
    }
    for leaf in &plan.leaves {
        write_own_pages(leaf, &mut buffer, out)?;
    }
    for page in others {
        page.write(&mut buffer, out)?;
    }
    Ok(())
}

/// Writes a leaf.
fn write_leaf(leaf: &Leaf<'_, '_>, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
    add_entries(leaf, buffer);
    let Leaf { number, previous, next, .. } = *leaf;
    buffer.finish(PageHeader { number, previous, next, items: 0, mark: 0, level: 1, kind: PageKind::Leaf }, out)
}

/// Puts the entries of a leaf on its page.
fn add_entries(leaf: &Leaf<'_, '_>, buffer: &mut PageBuffer) {
    let mut own_page = leaf.first_own_page;
    for group in groups(leaf.slots) {
        add_leaf_item(buffer, group.key, own_page);
        own_page += own_pages(group.key);
        if let Some(tree) = group.tree() {
            let root = tree.root(own_page).unwrap_or(0);
            buffer.add(TREE_REFERENCE, &[&[0, 0, TREE_DUPLICATES, 0], &root.to_le_bytes()]);
            own_page += tree.pages().unwrap_or(0);
            continue;
        }
        for (before, slot) in group.slots.iter().enumerate() {
            if before > 0 {
                buffer.add_again(2);
            }
            add_leaf_item(buffer, slot.value, own_page);
            own_page += own_pages(slot.value);
        }
    }
}

/// Writes what the entries of a leaf have on pages of their own.
fn write_own_pages(leaf: &Leaf<'_, '_>, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
    let mut number = leaf.first_own_page;
    // The first key may be referred to from an inner page too.
    let mut references = if matches!(leaf.separator, Separator::Shared { .. }) { 2 } else { 1 };
    for group in groups(leaf.slots) {
        if own_pages(group.key) > 0 {
            buffer.write_chain(group.key, number, references, out)?;
            number += own_pages(group.key);
        }
        references = 1;
        if let Some(tree) = group.tree() {
            tree.write(number, buffer, out)?;
            number += tree.pages().unwrap_or(0);
            continue;
        }
        for slot in group.slots.iter().filter(|slot| own_pages(slot.value) > 0) {
            buffer.write_chain(slot.value, number, 1, out)?;
            number += own_pages(slot.value);
        }
    }
    Ok(())
}

/// An inner page, and the pages below it with the first leaf of each.
struct Inner<'p, 's, 'a> {
    number: u32,
    level: u8,
    children: Vec<(u32, &'p Leaf<'s, 'a>)>,
}

/// All inner pages, level by level from below; the last is the root.
fn inner_pages<'p, 's, 'a>(plan: &'p Plan<'s, 'a>) -> Vec<Inner<'p, 's, 'a>> {
    let mut pages = Vec::new();
    let mut number = plan.first_inner;
    let mut below = plan.leaves.iter().map(|leaf| (leaf.number, leaf)).collect::<Vec<_>>();
    for (level, counts) in (2..).zip(&plan.levels) {
        let mut rest = below.as_slice();
        let mut above = Vec::with_capacity(counts.len());
        for &count in counts {
            let children = rest.split_off(..count).unwrap_or_default();
            let own = if counts.len() == 1 { ROOT } else { number };
            above.extend(children.first().map(|(_, leaf)| (own, *leaf)));
            pages.push(Inner { number: own, level, children: children.to_vec() });
            number += 1;
        }
        below = above;
    }
    pages
}

impl Inner<'_, '_, '_> {
    fn write(&self, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
        for (place, (child, leaf)) in self.children.iter().enumerate() {
            let separator = if place == 0 { Separator::Inline(&[]) } else { leaf.separator };
            add_child(*child, separator, leaf.first_own_page, buffer);
        }
        let (number, level, kind) = (self.number, self.level, PageKind::Internal);
        buffer.finish(PageHeader { number, previous: 0, next: 0, items: 0, mark: 0, level, kind }, out)
    }
}

/// Puts a page of the level below on an inner page.
fn add_child(child: u32, separator: Separator<'_>, first_own_page: u32, buffer: &mut PageBuffer) {
    let start = |length: usize, kind: u8| {
        let [low, high, ..] = length.to_le_bytes();
        [[low, high, kind, 0], child.to_le_bytes(), [0; 4]]
    };
    match separator {
        Separator::Inline(key) => {
            let start = start(key.len(), TREE_INLINE);
            buffer.add((start.as_flattened().len() + key.len()).next_multiple_of(4), &[start.as_flattened(), key]);
        }
        Separator::Shared { length } => {
            let start = start(TREE_REFERENCE, TREE_OFF_PAGE);
            let reference = [[0, 0, TREE_OFF_PAGE, 0], first_own_page.to_le_bytes(), length.to_le_bytes()];
            buffer.add(start.as_flattened().len() + TREE_REFERENCE, &[start.as_flattened(), reference.as_flattened()]);
        }
    }
}
