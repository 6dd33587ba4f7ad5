//! Reads the values of a key that has several.

use std::borrow::Cow;

use super::{
    corrupt,
    layout::ByteOrder,
    pages::{Pages, Visits},
    tree::{Leaves, Tree},
};
use crate::map::ReadError;

/// The values of one key that have not been read yet.
#[derive(Debug, Clone)]
pub(in crate::map) enum Values<'a> {
    /// On a page of a hash file, one after the other.
    OnPage { page: u32, rest: &'a [u8] },
    /// In a separate tree.
    OffPage(Leaves<'a>),
}

impl<'a> Values<'a> {
    /// The values of the tree with this root.
    pub(in crate::map) fn off_page(pages: &Pages<'a>, root: u32, visits: &mut Visits) -> Result<Self, ReadError> {
        Leaves::new(pages, root, Tree::Values, visits).map(Self::OffPage)
    }

    /// The next value.
    pub(in crate::map) fn next(
        &mut self,
        pages: &Pages<'a>,
        visits: &mut Visits,
    ) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        match self {
            Self::OnPage { rest: [], .. } => Ok(None),
            Self::OnPage { page, rest } => {
                let (value, after) =
                    split_value(pages.order, rest).ok_or(corrupt(*page, "the two lengths of a value differ"))?;
                *rest = after;
                Ok(Some(Cow::Borrowed(value)))
            }
            Self::OffPage(leaves) => {
                while let Some((page, item)) = leaves.step(pages, 1, visits)? {
                    if let Some(item) = pages.leaf_item(&page, item)? {
                        return pages.item_bytes(&page, item, visits).map(Some);
                    }
                }
                Ok(None)
            }
        }
    }
}

/// Reads a value on a hash page, which is enclosed by two copies of its length so that it can be found from both sides.
fn split_value(order: ByteOrder, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = order.u16_at(bytes, 0)?;
    let (value, rest) = bytes.get(2..)?.split_at_checked(usize::from(length))?;
    (order.u16_at(rest, 0)? == length).then_some((value, rest.get(2..)?))
}
