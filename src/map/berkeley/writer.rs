//! Builds pages and writes them to a file.

use std::io;

use super::layout::{ITEM_POSITION, PAGE_HEADER, PAGE_ROOM, PAGE_SIZE, PageHeader, PageKind};

/// Builds one page at a time, with items from its end towards its start.
#[derive(Debug)]
pub(in crate::map) struct PageBuffer {
    bytes: Vec<u8>,
    items: u16,
    mark: usize,
}

impl PageBuffer {
    pub(in crate::map) fn new() -> Self {
        Self { bytes: vec![0; PAGE_SIZE], items: 0, mark: PAGE_SIZE }
    }

    /// Adds an item of `length` bytes: `head`, `rest` and zero padding.
    ///
    /// The caller has planned the page; an item that does not fit is a bug there.
    pub(in crate::map) fn add<const N: usize>(&mut self, length: usize, head: [u8; N], rest: &[u8]) {
        self.mark = self.mark.saturating_sub(length);
        debug_assert!(N + rest.len() <= length, "an item is longer than was planned");
        debug_assert!(self.mark >= self.list_end() + ITEM_POSITION, "items overlap their list");
        if let Some(place) = self.bytes.get_mut(self.mark..).and_then(|bytes| bytes.first_chunk_mut()) {
            *place = head;
        }
        self.put(self.mark + N, rest);
        self.put_position(self.mark as u16);
    }

    /// Adds another reference to the item that was added `back` items ago.
    pub(in crate::map) fn add_again(&mut self, back: usize) {
        let at = self.list_end().saturating_sub(back * ITEM_POSITION);
        if let Some(&position) = self.bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            self.put_position(u16::from_le_bytes(position));
        }
    }

    fn list_end(&self) -> usize {
        PAGE_HEADER + ITEM_POSITION * usize::from(self.items)
    }

    fn put_position(&mut self, position: u16) {
        let at = self.list_end();
        if let Some(place) = self.bytes.get_mut(at..).and_then(|bytes| bytes.first_chunk_mut()) {
            *place = position.to_le_bytes();
        }
        self.items += 1;
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..).and_then(|rest| rest.get_mut(..bytes.len())) {
            place.copy_from_slice(bytes);
        }
    }

    /// Writes the page and starts the next one. Fills in the number of items and where they start.
    pub(in crate::map) fn finish(&mut self, header: PageHeader, out: &mut impl io::Write) -> io::Result<()> {
        self.finish_as(PageHeader { items: self.items, mark: self.mark as u16, ..header }, out)
    }

    fn finish_as(&mut self, header: PageHeader, out: &mut impl io::Write) -> io::Result<()> {
        let mut start = Vec::with_capacity(PAGE_HEADER);
        header.encode(&mut start);
        self.put(0, &start);
        out.write_all(&self.bytes)?;
        self.bytes.fill(0);
        (self.items, self.mark) = (0, PAGE_SIZE);
        Ok(())
    }

    /// Writes a large key or value to pages from `number` on; `references` items refer to it.
    pub(in crate::map) fn write_chain(
        &mut self,
        part: &[u8],
        number: u32,
        references: u16,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        let mut previous = 0;
        let mut pieces = (number..).zip(part.chunks(PAGE_ROOM)).peekable();
        while let Some((number, piece)) = pieces.next() {
            let next = pieces.peek().map_or(0, |&(next, _)| next);
            self.put(PAGE_HEADER, piece);
            // Items refer only to the first page of a chain.
            let items = if previous == 0 { references } else { 1 };
            let mark = piece.len() as u16;
            self.finish_as(
                PageHeader { number, previous, next, items, mark, level: 0, kind: PageKind::Overflow },
                out,
            )?;
            previous = number;
        }
        Ok(())
    }
}

/// Number of overflow pages of a large key or value, which is shorter than 2³² bytes.
pub(in crate::map) fn chain_pages(part: &[u8]) -> u32 {
    part.len().div_ceil(PAGE_ROOM) as u32
}
