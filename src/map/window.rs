//! The bytes of a file, in memory or read on demand.

use std::{
    fmt::Debug,
    fs::File,
    io,
    os::unix::fs::FileExt,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::ReadError;

/// A source for random access, such as a file, that several threads can use at once.
pub trait ReadAt: Debug + Sync {
    /// Size in bytes.
    ///
    /// # Errors
    /// The size cannot be determined.
    fn length(&self) -> io::Result<u64>;

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// There are not enough bytes, or they cannot be read.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl ReadAt for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, offset)
    }
}

impl<R: ReadAt + ?Sized> ReadAt for &R {
    fn length(&self) -> io::Result<u64> {
        (**self).length()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        (**self).read_exact_at(buffer, offset)
    }
}

impl ReadAt for [u8] {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let from = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)?.get(..buffer.len()));
        buffer.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// The bytes of a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bytes<'a> {
    /// In memory.
    Whole(&'a [u8]),
    /// In a source, with some of them in memory.
    Window(&'a Window<'a>),
}

impl<'a> Bytes<'a> {
    /// Number of bytes.
    pub(super) fn len(self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Window(window) => window.length,
        }
    }

    /// The first bytes, at most `most`.
    pub(super) fn start(self, most: usize) -> Result<&'a [u8], ReadError> {
        let most = usize::try_from(self.len()).map_or(most, |length| most.min(length));
        Ok(self.get(0, most)?.unwrap_or_default())
    }

    /// `length` bytes from `at` on; `None` if there are not as many.
    ///
    /// # Errors
    /// They cannot be read.
    #[inline]
    pub(super) fn get(self, at: usize, length: usize) -> Result<Option<&'a [u8]>, ReadError> {
        match self {
            Self::Whole(bytes) => Ok(bytes.get(at..).and_then(|bytes| bytes.get(..length))),
            Self::Window(window) => window.get(at, length),
        }
    }
}

/// A source with one chunk in memory. Other parts are read on demand and kept.
#[derive(Debug)]
pub(super) struct Window<'s> {
    source: &'s dyn ReadAt,
    length: u64,
    /// Start of the chunk.
    start: usize,
    piece: &'s [u8],
    elsewhere: Kept,
}

impl<'s> Window<'s> {
    /// A source of this size, of which `memory` holds the bytes from `start` on.
    pub(super) fn new(source: &'s dyn ReadAt, length: u64, start: usize, piece: &'s [u8]) -> Self {
        Self { source, length, start, piece, elsewhere: Kept::default() }
    }

    fn get(&self, at: usize, length: usize) -> Result<Option<&[u8]>, ReadError> {
        match at.checked_sub(self.start).and_then(|at| self.piece.get(at..)?.get(..length)) {
            Some(here) => Ok(Some(here)),
            None => self.get_elsewhere(at, length),
        }
    }

    #[cold]
    fn get_elsewhere(&self, at: usize, length: usize) -> Result<Option<&[u8]>, ReadError> {
        if (at as u64).checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Ok(None);
        }
        let mut bytes = vec![0; length].into_boxed_slice();
        match self.source.read_exact_at(&mut bytes, at as u64) {
            Ok(()) => Ok(Some(self.elsewhere.keep(bytes))),
            Err(cause) => Err(ReadError::Unreadable { offset: at as u64, cause: cause.kind() }),
        }
    }
}

/// Chunks that were read and are kept. Each table has twice as many places as the one before, and is allocated on demand.
#[derive(Debug, Default)]
struct Kept {
    tables: [OnceLock<Box<[Place]>>; u32::BITS as usize],
    count: AtomicU32,
}

/// Storage for one chunk.
type Place = OnceLock<Box<[u8]>>;

impl Kept {
    fn keep(&self, bytes: Box<[u8]>) -> &[u8] {
        // Counted from 1, so that the highest bit of a number selects its table, and the other bits the place in it.
        let number = self.count.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let table = number.ilog2();
        let places = || (0..1_u32 << table).map(|_| Place::new()).collect();
        let table =
            self.tables.get(table as usize).map(|places_of| (places_of.get_or_init(places), number ^ 1 << table));
        let place = table.and_then(|(places, at)| places.get(at as usize));
        place.map_or(&[], |place| place.get_or_init(|| bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_is_there() {
        let file = (0..5000_u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>();
        let source = file.as_slice();
        let window = Window::new(&source, file.len() as u64, 1000, &file[1000..3000]);
        let (whole, window) = (Bytes::Whole(&file), Bytes::Window(&window));
        let mut seen = Vec::new();
        for at in (0..21_000).step_by(37) {
            for length in [0, 1, 100, 1900] {
                let found = window.get(at, length).unwrap();
                assert_eq!(found, whole.get(at, length).unwrap());
                seen.push((at, found));
            }
        }
        // References that were handed out stay valid.
        assert!(seen.iter().all(|(at, found)| found.is_none_or(|found| file[*at..].starts_with(found))));
        assert_eq!(window.get(usize::MAX, 2), Ok(None));
        assert_eq!((window.start(512).unwrap(), window.start(30_000).unwrap()), (&file[..512], &file[..]));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let source = &[0; 100][..];
        // The file has become shorter since its size was read.
        let window = Window::new(&source, 200, 0, &[]);
        let cause = io::ErrorKind::UnexpectedEof;
        assert_eq!(window.get(90, 20), Err(ReadError::Unreadable { offset: 90, cause }));
    }
}
