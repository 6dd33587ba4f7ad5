//! Lookups of many keys at once.

use std::{borrow::Cow, hint, mem, ops::Range};

use super::{
    ReadError,
    berkeley::pages::Pages,
    btree::{BtreeFile, Index},
    hash::HashFile,
    window::{Bytes, ReadAt, Window},
};

/// The results of a batch of lookups, in the order of the keys.
///
/// They take as much memory as the values found, plus about forty bytes per key. The memory is reused if the same object is
/// passed again.
#[derive(Debug, Default)]
pub struct Answers {
    /// The values, in the order in which they were found.
    values: Vec<u8>,
    /// Range of each key's value.
    places: Vec<Range<usize>>,
    /// Errors with the index of their key, sorted by index.
    errors: Vec<(u32, ReadError)>,
    order: Vec<KeyPlace>,
    /// The last chunk that was read.
    piece: Vec<u8>,
}

/// Range of a value that was not found.
const NOWHERE: Range<usize> = usize::MAX..usize::MAX;

impl Answers {
    /// The value of the key with this index, like [`MapFile::get`](super::MapFile::get).
    ///
    /// # Errors
    /// The file is damaged where the key should be, or cannot be read there.
    pub fn get(&self, number: usize) -> Result<Option<&[u8]>, &ReadError> {
        if let Some(value) = self.places.get(number).and_then(|place| self.values.get(place.clone())) {
            return Ok(Some(value));
        }
        let error = self.errors.binary_search_by_key(&number, |(number, _)| *number as usize);
        error.ok().and_then(|error| self.errors.get(error)).map_or(Ok(None), |(_, error)| Err(error))
    }

    /// Starts a new batch, and sorts the keys by their place in the file.
    pub(super) fn fill(
        &mut self,
        keys: &[&[u8]],
        places: impl Iterator<Item = Result<u32, ReadError>>,
        ask: impl FnOnce(&[KeyPlace], &mut Self),
    ) {
        let mut order = mem::take(&mut self.order);
        order.clear();
        self.values.clear();
        self.errors.clear();
        self.places.clear();
        self.places.resize(keys.len(), NOWHERE);
        for (number, place) in (0..).zip(places) {
            match place {
                Ok(place) => order.push(KeyPlace { place, number }),
                Err(error) => self.errors.push((number, error)),
            }
        }
        order.sort_unstable_by_key(|query| u64::from(query.place) << u32::BITS | u64::from(query.number));
        ask(&order, self);
        self.errors.sort_unstable_by_key(|(number, _)| *number);
        self.order = order;
    }

    /// Stores the result of one lookup.
    pub(super) fn put(&mut self, number: u32, answer: Result<Option<Cow<'_, [u8]>>, ReadError>) {
        match answer {
            Ok(Some(value)) => {
                if let Some(place) = self.places.get_mut(number as usize) {
                    *place = self.values.len()..self.values.len() + value.len();
                    self.values.extend_from_slice(&value);
                }
            }
            Ok(None) => {}
            Err(error) => self.errors.push((number, error)),
        }
    }
}

/// A key to look up.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyPlace {
    /// Its place in the file.
    pub(super) place: u32,
    /// Its index.
    pub(super) number: u32,
}

impl KeyPlace {
    /// The key.
    pub(super) fn key_in<'k>(self, keys: &[&'k [u8]]) -> &'k [u8] {
        keys.get(self.number as usize).copied().unwrap_or_default()
    }
}

/// Groups keys by place. The memory of the keys is prefetched all at once: waiting for one after the other takes most of the time
/// of large batches.
pub(super) fn by_place<'o>(order: &'o [KeyPlace], keys: &[&[u8]]) -> impl Iterator<Item = &'o [KeyPlace]> {
    order.chunk_by(|a, b| a.place == b.place).inspect(|queries| {
        hint::black_box(queries.iter().fold(0, |sum, query| match query.key_in(keys) {
            [first, .., last] => sum ^ first ^ last,
            _ => sum,
        }));
    })
}

/// A hash or btree file for many lookups, of which only the necessary parts are read.
///
/// ```
/// use relaycc::map::{Answers, Duplicates, Format, Lookup, write};
///
/// let mut file = Vec::new();
/// write(Format::Hash, &[("example.net", "REJECT")], Duplicates::Refuse, &mut file)?;
///
/// let file = Lookup::of(file.as_slice()).ok_or("neither hash nor btree")?;
/// let mut answers = Answers::default();
/// file.get_all(&[b"example.org", b"example.net"], &mut answers);
/// assert_eq!(answers.get(0), Ok(None));
/// assert_eq!(answers.get(1), Ok(Some(&b"REJECT"[..])));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Lookup<R> {
    source: R,
    length: u64,
    pages: Pages<'static>,
    kind: Kind,
}

/// Data of the file that is needed to locate a key.
#[derive(Debug)]
enum Kind {
    Hash(HashFile<'static>),
    Btree(BtreeFile<'static>, Index),
}

impl<R: ReadAt> Lookup<R> {
    /// Approximate number of bytes read at a time.
    const CHUNK_SIZE: usize = 1 << 17;

    /// Maximum number of unneeded pages that are read to avoid another read.
    const MAX_GAP: u32 = 2;

    /// Reads the header. `None` if the file has another format, is damaged or cannot be read;
    /// [`MapFile::open`](super::MapFile::open) tells which.
    pub fn of(source: R) -> Option<Self> {
        let length = source.length().ok()?;
        let window = Window::new(&source, length, 0, &[]);
        let (bytes, none) = (Bytes::Window(&window), Bytes::Whole(&[]));
        let (pages, kind) = match HashFile::within(bytes) {
            Ok(file) => {
                let file = file.over(none);
                (file.pages, Kind::Hash(file))
            }
            Err(_) => {
                let file = BtreeFile::within(bytes).ok()?;
                let index = Index::of(&file).ok()??;
                let file = file.over(none);
                (file.pages, Kind::Btree(file, index))
            }
        };
        Some(Self { source, length, pages, kind })
    }

    /// Looks up keys, like [`MapFile::get_all`](super::MapFile::get_all).
    pub fn get_all(&self, keys: &[&[u8]], answers: &mut Answers) {
        let ask = |order: &[KeyPlace], answers: &mut Answers| self.ask_all(order, keys, answers);
        match &self.kind {
            Kind::Hash(file) => answers.fill(keys, file.first_pages(keys), ask),
            Kind::Btree(_, index) => answers.fill(keys, index.leaves_of(keys).map(Ok), ask),
        }
    }

    fn ask_all(&self, mut order: &[KeyPlace], keys: &[&[u8]], answers: &mut Answers) {
        let mut piece = mem::take(&mut answers.piece);
        while let Some((queries, later)) = self.next_piece(order) {
            order = later;
            self.look_up(queries, keys, &mut piece, answers);
        }
        answers.piece = piece;
    }

    /// Splits off the keys that one chunk covers.
    fn next_piece<'o>(&self, order: &'o [KeyPlace]) -> Option<(&'o [KeyPlace], &'o [KeyPlace])> {
        let first = order.first()?.place;
        let most = self.pages.pages_in(Self::CHUNK_SIZE);
        let is_near = |[a, b]: &&[KeyPlace; 2]| b.place - a.place <= Self::MAX_GAP && b.place - first < most;
        let count = 1 + order.array_windows().take_while(is_near).count();
        order.split_at_checked(count)
    }

    /// Reads the chunk for these keys, and looks them up.
    fn look_up(&self, queries: &[KeyPlace], keys: &[&[u8]], piece: &mut Vec<u8>, answers: &mut Answers) {
        let pages =
            queries.first().zip(queries.last()).map_or(0..0, |(first, last)| first.place..last.place.saturating_add(1));
        let place = self.pages.place(pages.start, pages.end - pages.start);
        let end = usize::try_from(self.length).map_or(place.end, |length| place.end.min(length));
        piece.resize(end.saturating_sub(place.start), 0);
        if self.source.read_exact_at(piece, place.start as u64).is_err() {
            // An error here is reported when a missing page is needed.
            piece.clear();
        }
        let window = Window::new(&self.source, self.length, place.start, piece);
        match &self.kind {
            Kind::Hash(file) => file.over(Bytes::Window(&window)).answer_all(queries, keys, answers),
            Kind::Btree(file, _) => file.over(Bytes::Window(&window)).answer_all(queries, keys, answers),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::map::{Duplicates, Format, MapFile, write};

    /// Short and large entries, and some in the same bucket.
    fn entries() -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut entries = (0..9000).map(|n| (format!("key{n}").into_bytes(), vec![b'v'; n % 50])).collect::<Vec<_>>();
        entries.extend((0..40).map(|n| (vec![n; 1500], vec![n; 5000])));
        entries.extend((1..200).map(|n| (vec![0; n], vec![1; 40])));
        entries
    }

    #[test]
    fn keys_asked_together_are_found_as_alone() {
        let entries = entries();
        let absent = [&b""[..], b"key", b"key9999", b"zz", &[7; 1501], &[0; 200]];
        let keys = entries.iter().rev().map(|(key, _)| key.as_slice()).chain(absent).collect::<Vec<_>>();
        // Keys of one page, of some pages, of most pages, and repeated keys.
        let several =
            [1, 7, 100, keys.len()].map(|count| keys.iter().rev().copied().step_by(keys.len() / count).collect());
        let several = several.into_iter().chain([Vec::new(), vec![keys[0]; 1000], keys.clone()]).collect::<Vec<_>>();
        let mut answers = Answers::default();
        for format in Format::SENDMAIL {
            let mut bytes = Vec::new();
            write(format, &entries, Duplicates::Refuse, &mut bytes).unwrap();
            let file = MapFile::open(&bytes).unwrap();
            let lookup = Lookup::of(bytes.as_slice());
            assert_eq!(lookup.is_some(), format != Format::Cdb);
            for keys in &several {
                let check = |answers: &Answers| {
                    for (number, key) in keys.iter().enumerate() {
                        assert_eq!(answers.get(number).unwrap(), file.get(key).unwrap().as_deref());
                    }
                };
                file.get_all(keys, &mut answers);
                check(&answers);
                if let Some(lookup) = &lookup {
                    lookup.get_all(keys, &mut answers);
                    check(&answers);
                }
            }
            file.get_all(&keys, &mut answers);
            assert_eq!((0..keys.len()).filter(|key| answers.get(*key).unwrap().is_some()).count(), entries.len());
        }
    }

    /// A disk with one unreadable place.
    #[derive(Debug)]
    struct Failing<'a> {
        bytes: &'a [u8],
        place: Range<u64>,
    }

    impl ReadAt for Failing<'_> {
        fn length(&self) -> io::Result<u64> {
            self.bytes.length()
        }

        fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            if offset < self.place.end && self.place.start < offset + buffer.len() as u64 {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            self.bytes.read_exact_at(buffer, offset)
        }
    }

    #[test]
    fn only_what_cannot_be_read_is_not_found() {
        let entries = entries();
        let mut bytes = Vec::new();
        write(Format::Hash, &entries, Duplicates::Refuse, &mut bytes).unwrap();
        let file = MapFile::open(&bytes).unwrap();
        let keys = entries.iter().map(|(key, _)| key.as_slice()).collect::<Vec<_>>();
        let mut answers = Answers::default();
        let offset = 5 * 4096;
        let lookup = Lookup::of(Failing { bytes: &bytes, place: offset..offset + 1 }).unwrap();
        lookup.get_all(&keys, &mut answers);
        let mut failed = 0;
        for (number, key) in keys.iter().enumerate() {
            match answers.get(number) {
                Ok(value) => assert_eq!(value, file.get(key).unwrap().as_deref()),
                Err(error) => {
                    failed += 1;
                    assert_eq!(*error, ReadError::Unreadable { offset, cause: io::ErrorKind::ConnectionReset });
                }
            }
        }
        assert!((10..400).contains(&failed), "{failed}");
        assert!(Lookup::of(Failing { bytes: &bytes, place: 0..1 }).is_none());
    }
}
