//! Writes a btree file sequentially.

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

/// Like [`write_with`] with [`Duplicates::Refuse`].
///
/// # Errors
/// Those of [`write_with`].
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

/// Writes a btree file with the given entries.
///
/// Keys and values are stored unchanged: not converted to lower case, and without a trailing zero byte, which is how `makemap
/// btree` stores them and what a `K` line without `-N` looks up first. Both may be empty and contain any bytes. The output
/// depends only on the set of entries and the order of entries with the same key. It takes about 64 bytes of memory per entry.
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
            buffer.add(TREE_REFERENCE, [0, 0, TREE_DUPLICATES, 0], &root.to_le_bytes());
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

/// Writes the overflow pages and trees of a leaf's entries.
fn write_own_pages(leaf: &Leaf<'_, '_>, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
    let mut number = leaf.first_own_page;
    // An inner page may refer to the first key as well.
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

/// An inner page, and its children with the first leaf of each.
struct Inner<'p, 's, 'a> {
    number: u32,
    level: u8,
    children: Vec<(u32, &'p Leaf<'s, 'a>)>,
}

/// All inner pages, level by level from below; the root is last.
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

/// Adds a child to an inner page.
fn add_child(child: u32, separator: Separator<'_>, first_own_page: u32, buffer: &mut PageBuffer) {
    let [n, o, p, q] = child.to_le_bytes();
    let start = |length: usize, kind: u8| {
        let [low, high, ..] = length.to_le_bytes();
        [low, high, kind, 0, n, o, p, q, 0, 0, 0, 0]
    };
    match separator {
        Separator::Inline(key) => buffer.add(separator.len(), start(key.len(), TREE_INLINE), key),
        Separator::Shared { length } => {
            let reference = [[0, 0, TREE_OFF_PAGE, 0], first_own_page.to_le_bytes(), length.to_le_bytes()];
            buffer.add(separator.len(), start(TREE_REFERENCE, TREE_OFF_PAGE), reference.as_flattened());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::map::btree::BtreeFile;

    type Entries = Vec<(Vec<u8>, Vec<u8>)>;

    fn written(entries: &[(Vec<u8>, Vec<u8>)], duplicates: Duplicates) -> Vec<u8> {
        let mut file = Vec::new();
        write_with(entries, duplicates, &mut file).unwrap();
        file
    }

    fn read(file: &[u8]) -> Entries {
        let file = BtreeFile::open(file).unwrap();
        file.entries().map(Result::unwrap).map(|entry| (entry.key.into_owned(), entry.value.into_owned())).collect()
    }

    /// Lengths of parts: mostly short, sometimes close to the limits of a page.
    fn part() -> impl Strategy<Value = Vec<u8>> {
        let length = prop_oneof![20 => 0..40_usize, 2 => 1000..1010_usize, 1 => 4065..4075_usize, 1 => 0..20_000_usize];
        (length, 0..20_u8).prop_map(|(length, byte)| vec![byte; length])
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(mut entries in prop::collection::vec((part(), part()), 0..200)) {
            let file = written(&entries, Duplicates::Keep);
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert_eq!(&read(&file), &entries);
            let map = BtreeFile::open(&file).unwrap();
            for same in entries.chunk_by(|a, b| a.0 == b.0) {
                let found = map.get(&same[0].0).unwrap();
                prop_assert_eq!(found.as_deref(), Some(&*same[0].1));
            }
            let last = entries.chunk_by(|a, b| a.0 == b.0).filter_map(|same| same.last().cloned()).collect::<Entries>();
            prop_assert_eq!(read(&written(&entries, Duplicates::Last)), last);
            entries.dedup_by(|a, b| a.0 == b.0);
            prop_assert_eq!(read(&written(&entries, Duplicates::First)), entries);
        }

        #[test]
        fn the_order_of_the_entries_does_not_show(
            entries in prop::collection::btree_map(part(), part(), 0..100)
                .prop_map(|table| table.into_iter().collect::<Vec<_>>())
                .prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle())),
        ) {
            prop_assert!(written(&entries.0, Duplicates::Refuse) == written(&entries.1, Duplicates::Refuse));
        }
    }

    #[test]
    fn a_file_without_entries_has_its_description_and_an_empty_root() {
        let file = written(&[], Duplicates::Refuse);
        assert_eq!(file.len(), 2 * PAGE_SIZE);
        assert_eq!(read(&file), Entries::new());
    }

    #[test]
    fn the_bytes_of_a_file_are_pinned() {
        let entries = [("b", "value two  "), ("a", "x"), ("abc", "z"), ("ab", "y")];
        let mut file = Vec::new();
        write(&entries, &mut file).unwrap();
        // The output of `makemap btree` for the same entries sorted by key, except for the file's identifier.
        assert_eq!(
            &file[..52],
            b"\0\0\0\0\x01\0\0\0\0\0\0\0\x62\x31\x05\0\x09\0\0\0\0\x10\0\0\0\x09\0\0\0\0\0\0\
              \x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        );
        assert_eq!(&file[72..92], b"\0\0\0\0\x02\0\0\0\0\0\0\0\x20\0\0\0\x01\0\0\0");
        assert!(file[92..4096].iter().all(|byte| *byte == 0));
        assert_eq!(
            &file[4096..4096 + 42],
            b"\0\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x08\0\xcc\x0f\x01\x05\
              \xfc\x0f\xf8\x0f\xf0\x0f\xec\x0f\xe4\x0f\xe0\x0f\xdc\x0f\xcc\x0f"
        );
    }

    #[test]
    fn a_repeated_key_is_refused_and_nothing_written() {
        let mut file = Vec::new();
        let entries = [("b", "1"), ("a", "2"), ("c", "3"), ("a", "4"), ("b", "5"), ("a", "6")];
        let error = write(&entries, &mut file).unwrap_err();
        assert!(matches!(error, WriteError::DuplicateKey { first: 1, second: 3 }), "{error:?}");
        assert_eq!(file, b"");
    }

    #[test]
    fn hash_and_btree_files_have_other_ids() {
        let entries = [("a", "b")];
        let (mut hash, mut btree) = (Vec::new(), Vec::new());
        crate::map::hash::write(&entries, &mut hash).unwrap();
        write(&entries, &mut btree).unwrap();
        let hash = crate::map::hash::HashFile::open(&hash).unwrap().file_id();
        assert_ne!(BtreeFile::open(&btree).unwrap().file_id(), hash);
    }
}
