//! Reads a cdb file from bytes with arbitrary content.

use std::borrow::Cow;

use super::{HEADER, PAIR, TABLES, hash};
use crate::map::{Entry, ReadError, berkeley::layout::ByteOrder};

/// An open cdb file, for lookups and listing.
#[derive(Debug, Clone)]
pub struct CdbFile<'a> {
    bytes: &'a [u8],
    /// End of the records and start of the tables.
    end: usize,
}

fn corrupt(offset: usize, what: &'static str) -> ReadError {
    ReadError::CorruptAt { offset: offset as u64, what }
}

impl<'a> CdbFile<'a> {
    /// Opens a file that is in memory.
    ///
    /// The format has no magic number, but the tables are consecutive and start where the records end, which is checked. Other
    /// data may follow: `cdb -r` leaves something there.
    ///
    /// # Errors
    /// The file is not a cdb file.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let unrecognized = || ReadError::Unrecognized("it has no cdb header");
        let mut file = Self { bytes, end: 0 };
        let mut end = None;
        for number in 0..TABLES {
            let (position, slots) = file.table(number).ok_or_else(unrecognized)?;
            if *end.get_or_insert(position) != position || slots % 2 != 0 {
                return Err(unrecognized());
            }
            if number == 0 {
                file.end = position;
            }
            end = slots.checked_mul(PAIR).and_then(|length| position.checked_add(length));
            if end.is_none_or(|end| end > bytes.len()) {
                return Err(ReadError::Unrecognized("the file ends before its tables"));
            }
        }
        if file.end < HEADER {
            return Err(unrecognized());
        }
        Ok(file)
    }

    /// All entries in the order of the file; ends after the first error.
    pub fn entries(&self) -> Entries<'a> {
        Entries { file: self.clone(), position: HEADER }
    }

    /// The value of `key`, or the first of its values.
    ///
    /// # Errors
    /// The slots of the search, or the record found, contradict the rest of the file.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        let hash = hash(key);
        let Some((position, slots)) = self.table(hash as usize % TABLES).filter(|(_, slots)| *slots > 0) else {
            return Ok(None);
        };
        let first = (hash >> 8) as usize % slots;
        for slot in (first..slots).chain(0..first) {
            let at = position + slot * PAIR;
            let (found, record) = self.pair(at).ok_or(corrupt(at, "a table extends beyond the end of the file"))?;
            if record == 0 {
                return Ok(None);
            }
            if found == hash {
                let (entry, _) = self.record(record as usize)?;
                if *entry.key == *key {
                    return Ok(Some(entry.value));
                }
            }
        }
        Ok(None)
    }

    /// Position of a table, and its number of slots.
    fn table(&self, number: usize) -> Option<(usize, usize)> {
        self.pair(number * PAIR).map(|(position, slots)| (position as usize, slots as usize))
    }

    fn pair(&self, at: usize) -> Option<(u32, u32)> {
        Some((ByteOrder::Little.u32_at(self.bytes, at)?, ByteOrder::Little.u32_at(self.bytes, at + 4)?))
    }

    /// The record at a position, and the position after it.
    fn record(&self, position: usize) -> Result<(Entry<'a>, usize), ReadError> {
        let records = self.bytes.get(..self.end).unwrap_or_default();
        let inside = (HEADER..self.end).contains(&position);
        let lengths = if inside { self.pair(position) } else { None };
        let (key, value) = lengths.ok_or(corrupt(position, "a record lies outside the records"))?;
        let content = records.get(position + PAIR..).unwrap_or_default();
        let parts = content.split_at_checked(key as usize);
        let parts = parts.and_then(|(key, rest)| Some((key, rest.get(..value as usize)?)));
        let (key, value) = parts.ok_or(corrupt(position, "a record extends into the tables"))?;
        let end = position + PAIR + key.len() + value.len();
        Ok((Entry { key: Cow::Borrowed(key), value: Cow::Borrowed(value) }, end))
    }
}

/// The entries of a [`CdbFile`], in the order they were written in.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    file: CdbFile<'a>,
    position: usize,
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.position >= self.file.end {
            return None;
        }
        match self.file.record(self.position) {
            Ok((entry, end)) => {
                self.position = end;
                Some(Ok(entry))
            }
            Err(error) => {
                self.position = self.file.end;
                Some(Err(error))
            }
        }
    }
}

impl std::iter::FusedIterator for Entries<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::cdb::write;

    fn file() -> Vec<u8> {
        let entries = (0..100).map(|n| (format!("key{n}"), "v".repeat(n))).collect::<Vec<_>>();
        let mut file = Vec::new();
        write(&entries, &mut file).unwrap();
        file
    }

    #[test]
    fn what_is_no_cdb_file_is_not_recognized() {
        let text = b"connect:example.net REJECT\n".repeat(200);
        for bytes in [&b""[..], &text, &[0; 8192], &file()[..2047], &file()[..4000]] {
            assert!(matches!(CdbFile::open(bytes), Err(ReadError::Unrecognized(_))));
        }
    }

    #[test]
    fn an_error_names_the_place() {
        let good = file();
        let with = |at: usize, bytes: &[u8]| {
            let mut bad = good.clone();
            bad[at..at + bytes.len()].copy_from_slice(bytes);
            let file = CdbFile::open(&bad).unwrap();
            let listed = file.entries().find_map(Result::err);
            let asked = file.get(b"key0").err();
            (listed.map(|error| error.to_string()), asked.map(|error| error.to_string()))
        };
        let damaged = |at: usize, what: &str| Some(format!("the file is damaged at byte {at}: {what}"));
        assert_eq!(with(0, &[]), (None, None));
        let long = damaged(HEADER, "a record extends into the tables");
        assert_eq!(with(HEADER + 3, &[1]), (long.clone(), long.clone()));
        assert_eq!(with(HEADER + 7, &[255]), (long.clone(), long));
        // The slot of the key.
        let hash = hash(b"key0").to_le_bytes();
        let end = CdbFile::open(&good).unwrap().end;
        let slot = good[end..].chunks(PAIR).position(|slot| slot[..4] == hash).unwrap();
        let at = end + slot * PAIR + 4;
        assert_eq!(with(at, &[1, 0, 0, 0]), (None, damaged(1, "a record lies outside the records")));
        assert_eq!(with(at, &[255; 4]), (None, damaged(u32::MAX as usize, "a record lies outside the records")));
    }

    #[test]
    fn what_follows_the_tables_is_not_asked() {
        let longer = [file().as_slice(), b"remains"].concat();
        assert_eq!(CdbFile::open(&longer).unwrap().entries().filter(Result::is_ok).count(), 100);
    }
}
