//! Pages of a file with arbitrary, possibly malicious content.
//!
//! Nothing in the file is trusted: a page number is checked before it is followed, and the number of visited pages is limited, so
//! that reading always ends.

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

/// A page with its decoded header.
#[derive(Debug, Clone, Copy)]
pub(in crate::map) struct Page<'a> {
    pub(in crate::map) number: u32,
    pub(in crate::map) bytes: &'a [u8],
    pub(in crate::map) header: PageHeader,
}

/// A key and its value, both on the page itself.
pub(in crate::map) type Pair<'a> = (&'a [u8], &'a [u8]);

impl Page<'_> {
    /// The next page of the chain, if there is one.
    pub(in crate::map) fn next(&self) -> Option<u32> {
        Some(self.header.next).filter(|next| *next != 0)
    }

    /// End of the list of item positions.
    pub(in crate::map) fn list_end(&self) -> usize {
        PAGE_HEADER + ITEM_POSITION * usize::from(self.header.items)
    }
}

/// The pages that a reader may still visit, which limits the work on damaged files.
#[derive(Debug, Clone)]
pub(in crate::map) enum Visits {
    /// Each page once; a bit for each visited page.
    Once(Vec<u64>),
    /// Each page once, by any of the readers that share this.
    Shared(Arc<[AtomicU64]>),
    /// This number of visits.
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
                *left = left.checked_sub(1).ok_or(corrupt(number, "it is part of a reference loop"))?;
                Ok(())
            }
        }
    }
}

impl<'a> Pages<'a> {
    pub(in crate::map) fn new(bytes: Bytes<'a>, order: ByteOrder, header: &FileHeader) -> Self {
        Self { bytes, order, page_size: header.page_size as usize, last_page: header.last_page }
    }

    /// Limit for reading the whole file: each page once.
    pub(in crate::map) fn each_once(&self) -> Visits {
        Visits::Once(vec![0; self.last_page as usize / 64 + 1])
    }

    /// Limit for reading the whole file in parts, which share the returned value: each page once.
    pub(in crate::map) fn each_once_by_one(&self) -> Visits {
        Visits::Shared((0..=self.last_page / 64).map(|_| AtomicU64::new(0)).collect())
    }

    /// Number of bytes of the file.
    pub(in crate::map) fn size(&self) -> u64 {
        self.bytes.len()
    }

    /// Number of pages in `bytes` bytes, at least one.
    pub(in crate::map) fn pages_in(&self, size: usize) -> u32 {
        u32::try_from(size / self.page_size).unwrap_or(u32::MAX).max(1)
    }

    /// Byte range of consecutive pages.
    pub(in crate::map) fn place(&self, first: u32, count: u32) -> Range<usize> {
        let start = |number: u32| (number as usize).saturating_mul(self.page_size);
        start(first)..start(first.saturating_add(count))
    }

    /// Limit for a lookup: `times` the number of pages.
    pub(in crate::map) fn at_most(&self, times: u64) -> Visits {
        Visits::Left((u64::from(self.last_page) + 1) * times)
    }

    pub(in crate::map) fn page(&self, number: u32, visits: &mut Visits) -> Result<Page<'a>, ReadError> {
        let start = (number as usize).saturating_mul(self.page_size);
        let bytes = if number <= self.last_page { self.bytes.get(start, self.page_size)? } else { None };
        let bytes = bytes.ok_or(corrupt(number, "it is referred to but does not exist"))?;
        visits.allow(number)?;
        let header = PageHeader::decode(bytes, self.order).ok_or(corrupt(number, "unknown page type"))?;
        if header.number != number && header.kind != PageKind::Unused {
            return Err(corrupt(number, "its page number is wrong"));
        }
        Ok(Page { number, bytes, header })
    }

    /// Reads a large key or value of `length` bytes, starting on page `number`.
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
                return Err(corrupt(number, "expected a piece of a large key or value"));
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
            return Err(corrupt(number, "it continues a key or value that is already complete"));
        }
        Ok(value)
    }

    /// Positions of the keys and values of a page, unchecked. `None` if the page ends before the list of positions does.
    pub(in crate::map) fn pair_positions(&self, page: &Page<'a>) -> Option<impl Iterator<Item = [usize; 2]> + use<'a>> {
        let (list, _) = page.bytes.get(PAGE_HEADER..page.list_end())?.as_chunks();
        let order = self.order;
        Some(list.iter().map(move |&[a, b, c, d]| [[a, b], [c, d]].map(|position| usize::from(order.u16(position)))))
    }

    /// Position of an item; never before the end of the list of positions.
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

/// The error for an item outside of the item area.
pub(in crate::map) fn outside(page: &Page<'_>) -> ReadError {
    corrupt(page.number, "an item lies outside the item area of the page")
}
