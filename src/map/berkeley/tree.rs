//! Reads trees of pages: the btree layout, and the values of a key that has too many for one page.
//!
//! ```text
//! leaf       items: keys and values alternately, or only the values of one key; `next` is the following leaf
//! internal   for each child page: its number, and its first key (or its number of records)
//! ```

use std::borrow::Cow;

use super::{
    corrupt,
    layout::PageKind,
    pages::{Page, Pages, Visits, outside},
    unsupported,
};
use crate::map::ReadError;

/// Item type: the bytes of a key or value follow.
pub(in crate::map) const TREE_INLINE: u8 = 1;
/// Item type: the values of the key are in a tree of their own.
pub(in crate::map) const TREE_DUPLICATES: u8 = 2;
/// Item type: the key or value is on overflow pages.
pub(in crate::map) const TREE_OFF_PAGE: u8 = 3;
/// Item type: the value is in an external file.
const TREE_EXTERNAL: u8 = 4;
/// Bit of the item type: the item is deleted, but was in use at that time.
const TREE_DELETED: u8 = 0x80;

/// An item of a leaf.
#[derive(Debug, Clone, Copy)]
pub(in crate::map) enum Item<'a> {
    Inline(&'a [u8]),
    OffPage { first: u32, length: usize },
    Duplicates { root: u32 },
}

/// Type of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::map) enum Tree {
    /// Entries by key.
    Entries,
    /// The values of one key.
    Values,
}

impl Tree {
    /// Level of a page, if its type belongs in this tree.
    fn is_leaf(self, page: &Page<'_>) -> Result<bool, ReadError> {
        match (self, page.header.kind) {
            (Self::Entries, PageKind::Leaf) => Ok(true),
            (Self::Values, PageKind::RecordLeaf | PageKind::DuplicateLeaf) => Ok(true),
            (_, PageKind::Internal) | (Self::Values, PageKind::RecordInternal) => Ok(false),
            _ => Err(corrupt(page.number, "a page of this type does not belong in the tree")),
        }
    }
}

impl<'a> Pages<'a> {
    /// The root of a tree.
    pub(in crate::map) fn root(&self, number: u32, tree: Tree, visits: &mut Visits) -> Result<Page<'a>, ReadError> {
        let page = self.page(number, visits)?;
        check_level(&page, tree, None)?;
        Ok(page)
    }

    /// The child page at `item`.
    pub(in crate::map) fn child(
        &self,
        page: &Page<'a>,
        item: u16,
        tree: Tree,
        visits: &mut Visits,
    ) -> Result<Page<'a>, ReadError> {
        let child = self.page(self.child_number(page, item)?, visits)?;
        check_level(&child, tree, Some(page.header.level))?;
        Ok(child)
    }

    /// The number of the child page at `item`.
    pub(in crate::map) fn child_number(&self, page: &Page<'a>, item: u16) -> Result<u32, ReadError> {
        let position = self.position(page, item)?;
        let field = if page.header.kind == PageKind::RecordInternal { position } else { position + 4 };
        self.order.u32_at(page.bytes, field).ok_or(outside(page))
    }

    /// Reads a leaf.
    pub(in crate::map) fn leaf(&self, number: u32, tree: Tree, visits: &mut Visits) -> Result<Page<'a>, ReadError> {
        let page = self.page(number, visits)?;
        check_level(&page, tree, Some(2))?;
        Ok(page)
    }

    /// Reads an item of a leaf; `None` if it is deleted.
    pub(in crate::map) fn leaf_item(&self, page: &Page<'a>, item: u16) -> Result<Option<Item<'a>>, ReadError> {
        let position = self.position(page, item)?;
        let kind = *page.bytes.get(position + 2).ok_or(outside(page))?;
        if kind & TREE_DELETED != 0 {
            return Ok(None);
        }
        self.item_at(page, position, 3, kind).map(Some)
    }

    /// The bytes of an item of a leaf, at `position`; `None` if they are not on the page, or the item is damaged.
    pub(in crate::map) fn inline_at(&self, page: &Page<'a>, position: usize) -> Option<&'a [u8]> {
        let [a, b, TREE_INLINE, rest @ ..] = page.bytes.get(position..)? else { return None };
        rest.get(..usize::from(self.order.u16([*a, *b])))
    }

    /// The key at an item of an internal page.
    pub(in crate::map) fn internal_key(&self, page: &Page<'a>, item: u16) -> Result<Item<'a>, ReadError> {
        let position = self.position(page, item)?;
        let kind = *page.bytes.get(position + 2).ok_or(outside(page))?;
        match kind & !TREE_DELETED {
            TREE_OFF_PAGE => self.item_at(page, position + 12, 3, TREE_OFF_PAGE),
            kind => self.item_at(page, position, 12, kind),
        }
    }

    /// Decodes the item of this type at `position`, whose bytes start after `start` other bytes if they are on the page.
    fn item_at(&self, page: &Page<'a>, position: usize, start: usize, kind: u8) -> Result<Item<'a>, ReadError> {
        let field = |at: usize| self.order.u32_at(page.bytes, position + at).ok_or(outside(page));
        match kind {
            TREE_INLINE => {
                let length = self.order.u16_at(page.bytes, position).map(usize::from);
                let bytes = length.and_then(|length| page.bytes.get(position + start..)?.get(..length));
                bytes.map(Item::Inline).ok_or(outside(page))
            }
            TREE_OFF_PAGE => Ok(Item::OffPage { first: field(4)?, length: field(8)? as usize }),
            TREE_DUPLICATES => Ok(Item::Duplicates { root: field(4)? }),
            TREE_EXTERNAL => Err(unsupported(page.number, "a value in an external file")),
            _ => Err(corrupt(page.number, "unknown item type")),
        }
    }

    /// The bytes of an item that is a single key or value.
    pub(in crate::map) fn item_bytes(
        &self,
        page: &Page<'a>,
        item: Item<'a>,
        visits: &mut Visits,
    ) -> Result<Cow<'a, [u8]>, ReadError> {
        match item {
            Item::Inline(bytes) => Ok(Cow::Borrowed(bytes)),
            Item::OffPage { first, length } => self.chain(first, length, visits),
            Item::Duplicates { .. } => Err(corrupt(page.number, "found a tree of values, expected a single value")),
        }
    }
}

fn check_level(page: &Page<'_>, tree: Tree, above: Option<u8>) -> Result<(), ReadError> {
    let level = page.header.level;
    let fits = above.is_none_or(|above| above.checked_sub(1) == Some(level));
    if !fits || tree.is_leaf(page)? != (level == 1) || level == 0 {
        return Err(corrupt(page.number, "its level in the tree is wrong"));
    }
    if level > 1 && page.header.items == 0 {
        return Err(corrupt(page.number, "an inner page without children"));
    }
    Ok(())
}

/// The items of a tree's leaves, from the first to the last.
#[derive(Debug, Clone)]
pub(in crate::map) struct Leaves<'a> {
    tree: Tree,
    page: Option<Page<'a>>,
    item: u16,
    /// The leaf at which to stop.
    end: Option<u32>,
}

impl<'a> Leaves<'a> {
    /// Starts at the first leaf of the tree with this root.
    pub(in crate::map) fn new(
        pages: &Pages<'a>,
        root: u32,
        tree: Tree,
        visits: &mut Visits,
    ) -> Result<Self, ReadError> {
        let mut page = pages.root(root, tree, visits)?;
        while !tree.is_leaf(&page)? {
            page = pages.child(&page, 0, tree, visits)?;
        }
        Ok(Self { tree, page: Some(page), item: 0, end: None })
    }

    /// Starts at the leaf `page` and ends before `end`, which must be reached, or at the last leaf.
    pub(in crate::map) fn part(tree: Tree, page: Page<'a>, end: Option<u32>) -> Self {
        Self { tree, page: Some(page), item: 0, end }
    }

    /// Advances by `width` items of the page.
    pub(in crate::map) fn pass(&mut self, width: u16) {
        self.item = self.item.saturating_add(width);
    }

    /// Advances by `width` items and returns the page and the first of them.
    pub(in crate::map) fn step(
        &mut self,
        pages: &Pages<'a>,
        width: u16,
        visits: &mut Visits,
    ) -> Result<Option<(Page<'a>, u16)>, ReadError> {
        while let Some(page) = self.page {
            if self.item < page.header.items {
                let item = self.item;
                self.item = item.saturating_add(width);
                return Ok(Some((page, item)));
            }
            self.item = 0;
            self.page = match page.header.next {
                0 if self.end.is_some() => {
                    return Err(corrupt(page.number, "it does not lead to the expected next leaf"));
                }
                0 => None,
                next if self.end == Some(next) => None,
                next => Some(pages.page(next, visits)?),
            };
            if let Some(next) = self.page
                && (!self.tree.is_leaf(&next)? || next.header.previous != page.number)
            {
                return Err(corrupt(next.number, "its link to the previous leaf is wrong"));
            }
        }
        Ok(None)
    }
}
