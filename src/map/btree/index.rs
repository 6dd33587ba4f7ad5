//! The leaves of a tree, without the pages that lead to them.

use std::ops::Range;

use super::read::BtreeFile;
use crate::map::{
    ReadError,
    berkeley::{layout::PageKind, tree::Tree},
};

/// The leaves of a btree file and the keys from which on they hold all, for those who look up more keys than there are leaves and
/// do not have the file in memory.
#[derive(Debug)]
pub(in crate::map) struct Index {
    /// The keys, one after the other.
    keys: Vec<u8>,
    /// Where the key of each leaf is, and its number.
    leaves: Vec<(Range<usize>, u32)>,
}

impl Index {
    /// Reads all pages between root and leaves. `None` if their keys are not in order: which of them is followed depends on where
    /// one begins, then.
    ///
    /// # Errors
    /// If one of these pages is damaged.
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

    /// The leaf that `key` is in, if it is there at all.
    pub(in crate::map) fn leaf_of(&self, key: &[u8]) -> u32 {
        let after = self.leaves.partition_point(|(first, _)| self.key(first) <= key);
        self.leaves.get(after.saturating_sub(1)).map_or(0, |(_, leaf)| *leaf)
    }
}
