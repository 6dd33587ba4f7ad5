//! An index of the leaves of a tree, so that many lookups need not read inner pages.

use std::ops::Range;

use super::read::BtreeFile;
use crate::map::{
    ReadError,
    berkeley::{layout::PageKind, tree::Tree},
};

/// The leaves of a btree file with the first key of each, for looking up more keys than there are leaves in a file that is not in
/// memory.
#[derive(Debug)]
pub(in crate::map) struct Index {
    /// The keys, concatenated.
    keys: Vec<u8>,
    /// End of each leaf's key in `keys`, and page number of the leaf.
    leaves: Vec<(Range<usize>, u32)>,
}

impl Index {
    /// Reads all inner pages. `None` if their keys are not sorted, because the result of a lookup depends on its path then.
    ///
    /// # Errors
    /// One of these pages is damaged.
    pub(in crate::map) fn of(file: &BtreeFile<'_>) -> Result<Option<Self>, ReadError> {
        let pages = &file.pages;
        let mut visits = pages.each_once();
        let mut index = Self { keys: Vec::new(), leaves: Vec::new() };
        let root = pages.root(file.description.root, Tree::Entries, &mut visits)?;
        if root.header.kind != PageKind::Internal {
            index.leaves.push((0..0, root.number));
            return Ok(Some(index));
        }
        let mut level = vec![(Vec::new(), root)];
        while !level.is_empty() {
            let mut below = Vec::new();
            for (first, page) in level {
                for item in 0..page.header.items {
                    let key = match item {
                        0 => first.clone(),
                        _ => pages.item_bytes(&page, pages.internal_key(&page, item)?, &mut visits)?.into_owned(),
                    };
                    if page.header.level > 2 {
                        below.push((key, pages.child(&page, item, Tree::Entries, &mut visits)?));
                    } else if index.leaves.is_empty() || *index.last() < *key {
                        let start = index.keys.len();
                        index.keys.extend(key);
                        index.leaves.push((start..index.keys.len(), pages.child_number(&page, item)?));
                    } else {
                        return Ok(None);
                    }
                }
            }
            level = below;
        }
        Ok(Some(index))
    }

    /// The key of the last leaf.
    fn last(&self) -> &[u8] {
        self.leaves.last().map_or(&[], |(key, _)| self.key(key))
    }

    fn key(&self, place: &Range<usize>) -> &[u8] {
        self.keys.get(place.clone()).unwrap_or_default()
    }

    /// The leaf that would contain each key.
    pub(in crate::map) fn leaves_of(&self, keys: &[&[u8]]) -> impl Iterator<Item = u32> {
        let mut last = 0..0;
        keys.iter().map(move |key| {
            // Keys are often sorted, so that the next key is on the same leaf.
            let begins_before = |leaf: usize| self.leaves.get(leaf).is_some_and(|(first, _)| self.key(first) <= *key);
            if !begins_before(last.start) || begins_before(last.end) {
                last.end = self.leaves.partition_point(|(first, _)| self.key(first) <= *key);
                last.start = last.end.saturating_sub(1);
            }
            self.leaves.get(last.start).map_or(0, |(_, leaf)| *leaf)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::btree::write;

    #[test]
    fn leaves_are_those_that_the_tree_leads_to() {
        // Large enough for two levels above the leaves, with large keys in them.
        let mut entries = (0..3000).map(|n| (format!("key{n}").into_bytes(), vec![b'v'; 900])).collect::<Vec<_>>();
        entries.extend((0..200_u16).map(|n| ([&[b'x'; 1500][..], &n.to_be_bytes()].concat(), vec![b'w'; 900])));
        let mut bytes = Vec::new();
        write(&entries, &mut bytes).unwrap();
        let file = BtreeFile::open(&bytes).unwrap();
        let index = Index::of(&file).unwrap().unwrap();
        assert!(index.leaves.len() > 500);
        entries.sort();
        let between = entries.iter().flat_map(|(key, _)| [key.clone(), [key, &b"~"[..]].concat(), key[1..].to_vec()]);
        let keys = [Vec::new()].into_iter().chain(between).collect::<Vec<_>>();
        let mut keys = keys.iter().map(Vec::as_slice).collect::<Vec<_>>();
        for _ in 0..2 {
            let leaves = keys.iter().map(|key| file.leaf_of(key).unwrap()).collect::<Vec<_>>();
            assert_eq!(index.leaves_of(&keys).collect::<Vec<_>>(), leaves);
            keys.reverse();
        }
    }

    #[test]
    fn there_is_none_where_the_way_depends_on_its_beginning() {
        let entries = (0..500).map(|n| (format!("key{n:03}"), "v".repeat(900))).collect::<Vec<_>>();
        let mut bytes = Vec::new();
        write(&entries, &mut bytes).unwrap();
        let key = |bytes: &[u8]| bytes[4096..8192].windows(6).position(|piece| piece.starts_with(b"key3")).unwrap();
        let at = 4096 + key(&bytes);
        bytes[at + 3] = b'0';
        assert!(matches!(Index::of(&BtreeFile::open(&bytes).unwrap()), Ok(None)));
        bytes[4096 + 25] = 99;
        assert!(Index::of(&BtreeFile::open(&bytes).unwrap()).is_err());
    }
}
