//! Pages of a file that is read, whatever is in it.
//!
//! Nothing a file says is taken on trust: a page number is looked up before it is followed, and how many pages a reader
//! visits is limited, so that reading ends after as many steps as the file has pages.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    corrupt,
    header::FileHeader,
    layout::{ByteOrder, ITEM_POSITION, PAGE_HEADER, PageHeader, PageKind},
};
use crate::map::{ReadError, window::Bytes};

/// The pages of a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::map) struct Pages<'a> {
    bytes: Bytes<'a>,
    pub(in crate::map) order: ByteOrder,
    page_size: usize,
    last_page: u32,
}

/// A page and what its header says.
#[derive(Debug, Clone, Copy)]
pub(in crate::map) struct Page<'a> {
    pub(in crate::map) number: u32,
    pub(in crate::map) bytes: &'a [u8],
    pub(in crate::map) header: PageHeader,
}

/// A key and its value, both within a page.
pub(in crate::map) type Pair<'a> = (&'a [u8], &'a [u8]);

impl Page<'_> {
    /// The page that its header names as the next, if there is one.
    pub(in crate::map) fn next(&self) -> Option<u32> {
        Some(self.header.next).filter(|next| *next != 0)
    }

    /// Where the list of positions of its items ends.
    pub(in crate::map) fn list_end(&self) -> usize {
        PAGE_HEADER + ITEM_POSITION * usize::from(self.header.items)
    }
}

/// The pages that a reader may still visit.
#[derive(Debug, Clone)]
pub(in crate::map) enum Visits {
    /// Each page once; bits of those that were visited.
    Once(Vec<u64>),
    /// Each page once, by whoever of those that share this.
    Shared(Arc<[AtomicU64]>),
    /// So many.
    Left(u64),
}

impl Visits {
    fn allow(&mut self, number: u32) -> Result<(), ReadError> {
        match self {
            Self::Once(seen) => {
                let bit = 1_u64 << (number % 64);
                match seen.get_mut((number / 64) as usize) {
                    Some(word) if *word & bit == 0 => {
                        *word |= bit;
                        Ok(())
                    }
                    _ => Err(corrupt(number, "it is referred to twice")),
                }
            }
            Self::Shared(seen) => {
                let bit = 1_u64 << (number % 64);
                match seen.get((number / 64) as usize) {
                    Some(word) if word.fetch_or(bit, Ordering::Relaxed) & bit == 0 => Ok(()),
                    _ => Err(corrupt(number, "it is referred to twice")),
                }
            }
            Self::Left(left) => {
                *left = left.checked_sub(1).ok_or(corrupt(number, "the way to it does not end"))?;
                Ok(())
            }
        }
    }
}

impl<'a> Pages<'a> {
    pub(in crate::map) fn new(bytes: Bytes<'a>, order: ByteOrder, header: &FileHeader) -> Self {
        Self { bytes, order, page_size: header.page_size as usize, last_page: header.last_page }
    }

    /// For reading the whole file: each page once.
    pub(in crate::map) fn each_once(&self) -> Visits {
        Visits::Once(vec![0; self.last_page as usize / 64 + 1])
    }

    /// For reading the whole file in parts, which share what is returned: each page once.
    pub(in crate::map) fn each_once_by_one(&self) -> Visits {
        Visits::Shared((0..=self.last_page / 64).map(|_| AtomicU64::new(0)).collect())
    }

    /// Bytes of the whole file.
    pub(in crate::map) fn size(&self) -> u64 {
        self.bytes.len()
    }

    /// How many pages so many bytes are, at least one.
    pub(in crate::map) fn pages_in(&self, size: usize) -> u32 {
        u32::try_from(size / self.page_size).unwrap_or(u32::MAX).max(1)
    }

    /// Where in the file so many pages in a row are.
    pub(in crate::map) fn place(&self, first: u32, count: u32) -> Range<usize> {
        let start = |number: u32| (number as usize).saturating_mul(self.page_size);
        start(first)..start(first.saturating_add(count))
    }

    /// For a look-up: `times` as many visits as there are pages.
    pub(in crate::map) fn at_most(&self, times: u64) -> Visits {
        Visits::Left((u64::from(self.last_page) + 1) * times)
    }

    pub(in crate::map) fn page(&self, number: u32, visits: &mut Visits) -> Result<Page<'a>, ReadError> {
        let start = (number as usize).saturating_mul(self.page_size);
        let bytes = if number <= self.last_page { self.bytes.get(start, self.page_size)? } else { None };
        let bytes = bytes.ok_or(corrupt(number, "it is referred to but does not exist"))?;
        visits.allow(number)?;
        let header = PageHeader::decode(bytes, self.order).ok_or(corrupt(number, "its kind is unknown"))?;
        if header.number != number && header.kind != PageKind::Unused {
            return Err(corrupt(number, "it carries another page's number"));
        }
        Ok(Page { number, bytes, header })
    }

    /// A large key or value: `length` bytes from page `number` on.
    pub(in crate::map) fn chain(
        &self,
        mut number: u32,
        length: usize,
        visits: &mut Visits,
    ) -> Result<Cow<'a, [u8]>, ReadError> {
        let mut value = Cow::Borrowed(&[][..]);
        while value.len() < length {
            let page = self.page(number, visits)?;
            if page.header.kind != PageKind::Overflow {
                return Err(corrupt(number, "it should hold a piece of a large key or value"));
            }
            let piece = page.bytes.get(PAGE_HEADER..).and_then(|room| room.get(..usize::from(page.header.mark)));
            let piece = piece.filter(|piece| !piece.is_empty() && value.len() + piece.len() <= length);
            let piece = piece.ok_or(corrupt(number, "its piece of a large key or value has a wrong length"))?;
            if value.is_empty() {
                value = Cow::Borrowed(piece);
            } else {
                let whole = value.to_mut();
                let possible = usize::try_from(self.bytes.len()).map_or(length, |all| length.min(all));
                whole.reserve(possible.saturating_sub(whole.len()));
                whole.extend_from_slice(piece);
            }
            number = page.header.next;
        }
        if number != 0 && length > 0 {
            return Err(corrupt(number, "it continues a key or value that is complete"));
        }
        Ok(value)
    }

    /// Where the key and the value of each entry of a page begin, wherever that is. `None` if the page ends before the list of
    /// positions does.
    pub(in crate::map) fn pair_positions(&self, page: &Page<'a>) -> Option<impl Iterator<Item = [usize; 2]> + use<'a>> {
        let (list, _) = page.bytes.get(PAGE_HEADER..page.list_end())?.as_chunks();
        let order = self.order;
        Some(list.iter().map(move |&[a, b, c, d]| [[a, b], [c, d]].map(|position| usize::from(order.u16(position)))))
    }

    /// Where item number `item` of a page begins; not before the list of positions ends.
    pub(in crate::map) fn position(&self, page: &Page<'a>, item: u16) -> Result<usize, ReadError> {
        let list_end = page.list_end();
        let position = self.order.u16_at(page.bytes, PAGE_HEADER + ITEM_POSITION * usize::from(item)).map(usize::from);
        let position = position.filter(|position| item < page.header.items && *position >= list_end);
        position.ok_or(outside(page))
    }
}

/// The first number of `from..to` that is not `before`, or `to`.
pub(in crate::map) fn bisect<E>(from: u16, to: u16, mut before: impl FnMut(u16) -> Result<bool, E>) -> Result<u16, E> {
    let (mut from, mut to) = (from, to);
    while from < to {
        let middle = from + (to - from) / 2;
        if before(middle)? { from = middle + 1 } else { to = middle }
    }
    Ok(from)
}

/// An item is not where items can be.
pub(in crate::map) fn outside(page: &Page<'_>) -> ReadError {
    corrupt(page.number, "an item lies outside of the page's items")
}
