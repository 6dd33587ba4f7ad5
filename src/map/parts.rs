//! Lists files that need not be in memory.

use std::ops::Range;

use super::{
    Entries, ReadError,
    berkeley::{corrupt, pages::Visits},
    btree::BtreeFile,
    hash::HashFile,
    window::{Bytes, ReadAt, Window},
};

/// Approximate size of a part in bytes.
const SIZE: usize = 1 << 19;

/// A part of a file.
#[derive(Debug)]
pub struct Part {
    /// First bucket or leaf.
    pub(super) first: u32,
    /// First bucket or leaf of the next part; `None` for the last part.
    pub(super) end: Option<u32>,
    /// Byte range with most of its pages.
    pub(super) place: Range<usize>,
}

/// A hash or btree file, split into parts that can be listed in parallel; only those being listed are in memory.
///
/// ```
/// use relaycc::map::{Duplicates, Format, Parts, write};
///
/// let mut file = Vec::new();
/// write(Format::Hash, &[("example.net", "REJECT")], Duplicates::Refuse, &mut file)?;
///
/// let parts = Parts::of(file.as_slice()).ok_or("not listed in parts")?;
/// let (mut memory, mut count) = (Vec::new(), 0);
/// for part in parts.all() {
///     count += parts.list(part, &mut memory, |entries| entries.filter(Result::is_ok).count())?;
/// }
/// assert_eq!(count, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Parts<R> {
    source: R,
    length: u64,
    is_tree: bool,
    parts: Vec<Part>,
    visits: Visits,
}

impl<R: ReadAt> Parts<R> {
    /// Splits a file. `None` if the format cannot be listed in parts, or the file is damaged or cannot be read;
    /// [`MapFile::open`](super::MapFile::open) tells which.
    pub fn of(source: R) -> Option<Self> {
        let length = source.length().ok()?;
        let window = Window::new(&source, length, 0, &[]);
        let bytes = Bytes::Window(&window);
        let (is_tree, parts, visits) = match HashFile::within(bytes) {
            Ok(file) => (false, file.parts(SIZE), file.visits()),
            Err(_) => {
                let file = BtreeFile::within(bytes).ok()?;
                (true, file.parts(SIZE).ok()?, file.visits())
            }
        };
        Some(Self { length, is_tree, parts, visits, source })
    }

    /// The parts in the order of the file.
    pub fn all(&self) -> &[Part] {
        &self.parts
    }

    /// Reads a part into `memory` and passes its entries to `list`.
    ///
    /// All parts together give the same entries as [`MapFile::entries`](super::MapFile::entries), unless the file is damaged:
    /// then one of them ends with an error, though not always the same one. A part can be listed only once, since each page is.
    ///
    /// # Errors
    /// The part cannot be read, or starts with damage.
    pub fn list<T>(
        &self,
        part: &Part,
        memory: &mut Vec<u8>,
        list: impl FnOnce(Entries<'_, '_>) -> T,
    ) -> Result<T, ReadError> {
        let end = usize::try_from(self.length).map_or(part.place.end, |length| part.place.end.min(length));
        memory.resize(end.saturating_sub(part.place.start), 0);
        let offset = part.place.start as u64;
        let read = self.source.read_exact_at(memory, offset);
        read.map_err(|cause| ReadError::Unreadable { offset, cause: cause.kind() })?;
        let window = Window::new(&self.source, self.length, part.place.start, memory);
        let (bytes, visits) = (Bytes::Window(&window), self.visits.clone());
        if self.is_tree {
            let file = BtreeFile::within(bytes)?;
            let entries = file.part(part, visits).ok_or(corrupt(part.first, "the preceding page is damaged"))?;
            return Ok(list(Entries::Btree(entries)));
        }
        let file = HashFile::within(bytes)?;
        Ok(list(Entries::Hash(file.part(part, visits))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Duplicates, Format, MapFile, write};

    /// All parts, as owned keys and values.
    fn listed(file: &[u8]) -> Option<Result<crate::map::Pairs, ReadError>> {
        let parts = Parts::of(file)?;
        assert!(parts.all().len() > 2);
        let (mut memory, mut all) = (Vec::new(), Vec::new());
        for part in parts.all() {
            let pairs = parts.list(part, &mut memory, |entries| {
                let pairs = entries.map(|entry| entry.map(|entry| (entry.key.into_owned(), entry.value.into_owned())));
                pairs.collect::<Result<Vec<_>, _>>()
            });
            match pairs.and_then(|pairs| pairs) {
                Ok(pairs) => all.extend(pairs),
                Err(error) => return Some(Err(error)),
            }
            assert!(memory.len() <= 2 * SIZE);
        }
        Some(Ok(all))
    }

    #[test]
    fn parts_are_together_what_is_listed() {
        let mut entries = (0..60_000).map(|n| (format!("host-{n}"), "550 5.7.1 refused".repeat(2))).collect::<Vec<_>>();
        entries.extend((0..20_000).map(|n| (format!("host-{}", n % 7), "again".to_owned())));
        entries.extend((0..30).map(|n| (format!("large-{n}").repeat(500), "v".repeat(9000))));
        for format in [Format::Hash, Format::Btree] {
            let mut file = Vec::new();
            write(format, &entries, Duplicates::Keep, &mut file).unwrap();
            let all = MapFile::open(&file).unwrap().entries().collect::<Vec<_>>().len();
            // Unchanged, and with single bytes changed: the parts report an error or are complete.
            let mut errors = 0;
            for change in 0..60 {
                let mut bytes = file.clone();
                if change > 0 {
                    let at =
                        4096 * (1 + change * 7919 % (file.len() / 4096 - 1)) + [8, 12, 16, 20, 25, 27, 33][change % 7];
                    bytes[at] ^= 1 << (change % 8);
                }
                let map = MapFile::open(&bytes).unwrap();
                match listed(&bytes) {
                    Some(Ok(listed)) => {
                        let entries = map.entries().map(Result::unwrap);
                        let listed = listed.iter().map(|(key, value)| (key.as_slice(), value.as_slice()));
                        assert!(
                            entries.map(|entry| (entry.key, entry.value)).eq(listed.map(|(k, v)| (k.into(), v.into())))
                        );
                    }
                    _ => errors += 1,
                }
                assert!(change > 0 || errors == 0);
            }
            assert!(all == entries.len() && errors > 10, "{errors}");
        }
    }

    #[test]
    fn what_is_not_listed_in_parts_is_told_by_none() {
        let mut file = Vec::new();
        write(Format::Cdb, &[("a", "b")], Duplicates::Refuse, &mut file).unwrap();
        assert!(Parts::of(file.as_slice()).is_none());
        assert!(Parts::of(&b"a b\n"[..]).is_none());
    }
}
