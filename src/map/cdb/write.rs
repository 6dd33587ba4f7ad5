//! Writes a cdb file sequentially.

use std::io;

use super::{HEADER, PAIR, TABLES, hash};
use crate::map::{Duplicates, WriteError};

/// Like [`write_with`] with [`Duplicates::Refuse`].
///
/// # Errors
/// Those of [`write_with`].
///
/// ```
/// use relaycc::map::cdb::{CdbFile, write};
///
/// let mut file = Vec::new();
/// write(&[("connect:192.0.2", "RELAY"), ("example.net", "REJECT")], &mut file)?;
///
/// let map = CdbFile::open(&file)?;
/// assert_eq!(map.get(b"example.net")?.as_deref(), Some(&b"REJECT"[..]));
/// assert_eq!(map.get(b"example.org")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write<K, V>(entries: &[(K, V)], out: &mut impl io::Write) -> Result<(), WriteError>
where
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    write_with(entries, Duplicates::Refuse, out)
}

/// Writes a cdb file with the given entries in their order, byte for byte as `cdb -c` of tinycdb does.
///
/// Keys and values are stored unchanged; both may be empty and contain any bytes. The output depends only on the entries. It
/// takes about 32 bytes of memory per entry.
///
/// # Errors
/// [`WriteError::DuplicateKey`] and [`WriteError::TooLarge`] before anything is written; [`WriteError::Io`] if `out` fails.
pub fn write_with<K, V>(entries: &[(K, V)], duplicates: Duplicates, out: &mut impl io::Write) -> Result<(), WriteError>
where
    K: AsRef<[u8]>,
    V: AsRef<[u8]>,
{
    let records = Records::new(entries, duplicates)?;
    let tables = records.tables()?;

    let mut position = records.end;
    for table in &tables {
        out.write_all(pair(position, table.len() as u32).as_flattened())?;
        position += (table.len() * PAIR) as u32;
    }
    for (record, (key, value)) in records.records.iter().zip(entries) {
        if record.position > 0 {
            let (key, value) = (key.as_ref(), value.as_ref());
            out.write_all(pair(key.len() as u32, value.len() as u32).as_flattened())?;
            out.write_all(key)?;
            out.write_all(value)?;
        }
    }
    for slot in tables.iter().flatten() {
        out.write_all(pair(slot.hash, slot.position).as_flattened())?;
    }
    Ok(())
}

fn pair(a: u32, b: u32) -> [[u8; 4]; 2] {
    [a.to_le_bytes(), b.to_le_bytes()]
}

/// A record, or the slot that refers to it.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    hash: u32,
    /// Position of the record; 0 for none.
    position: u32,
}

/// Positions of all entries.
struct Records {
    records: Vec<Record>,
    /// Position of the tables.
    end: u32,
}

impl Records {
    fn new<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: &[(K, V)], duplicates: Duplicates) -> Result<Self, WriteError> {
        u32::try_from(entries.len()).map_err(|_| WriteError::TooLarge("the entries"))?;
        let mut records =
            entries.iter().map(|(key, _)| Record { hash: hash(key.as_ref()), position: 1 }).collect::<Vec<_>>();
        if duplicates != Duplicates::Keep {
            drop_repeated(entries, &mut records, duplicates)?;
        }
        let mut end = HEADER as u64;
        let too_large = |_| WriteError::TooLarge("the bytes of the file");
        for (record, (key, value)) in records.iter_mut().zip(entries) {
            if record.position > 0 {
                record.position = u32::try_from(end).map_err(too_large)?;
                end += (PAIR + key.as_ref().len() + value.as_ref().len()) as u64;
            }
        }
        Ok(Self { records, end: u32::try_from(end).map_err(too_large)? })
    }

    /// The slots of each table: twice the number of its records, so that searches are short.
    fn tables(&self) -> Result<Vec<Vec<Record>>, WriteError> {
        let stored = || self.records.iter().filter(|record| record.position > 0);
        let slots = 2 * stored().count() as u64;
        let too_large = |_| WriteError::TooLarge("the bytes of the file");
        u32::try_from(u64::from(self.end) + slots * PAIR as u64).map_err(too_large)?;
        let mut counts = vec![0; TABLES];
        for record in stored() {
            if let Some(count) = counts.get_mut(table_of(record.hash)) {
                *count += 1;
            }
        }
        let mut tables = counts.into_iter().map(|count| vec![Record::default(); 2 * count]).collect::<Vec<_>>();
        for record in stored() {
            let Some(table) = tables.get_mut(table_of(record.hash)) else { continue };
            let start = (record.hash >> 8) as usize % table.len();
            let (before, after) = table.split_at_mut(start);
            if let Some(free) = after.iter_mut().chain(before).find(|slot| slot.position == 0) {
                *free = *record;
            }
        }
        Ok(tables)
    }
}

fn table_of(hash: u32) -> usize {
    hash as usize % TABLES
}

/// Sets the positions of duplicate records to 0, as far as the policy requires it.
fn drop_repeated<K: AsRef<[u8]>, V>(
    entries: &[(K, V)],
    records: &mut [Record],
    duplicates: Duplicates,
) -> Result<(), WriteError> {
    let key = |index: u32| entries.get(index as usize).map(|(key, _)| key.as_ref());
    let mut order = (0_u32..).zip(&*records).map(|(index, record)| (record.hash, index)).collect::<Vec<_>>();
    order.sort_unstable();
    // The first duplicate of the input, with the entry that it repeats.
    let mut refused: Option<(u32, u32)> = None;
    for same_hash in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
        same_hash.sort_unstable_by(|a, b| key(a.1).cmp(&key(b.1)).then(a.1.cmp(&b.1)));
        for same_key in same_hash.chunk_by(|a, b| key(a.1) == key(b.1)) {
            let (&[(_, first), .., (_, last)], &[_, (_, second), ..]) = (same_key, same_key) else { continue };
            if refused.is_none_or(|(_, index)| second < index) {
                refused = Some((first, second));
            }
            let kept = if duplicates == Duplicates::Last { last } else { first };
            for (_, index) in same_key.iter().filter(|(_, index)| *index != kept) {
                if let Some(record) = records.get_mut(*index as usize) {
                    record.position = 0;
                }
            }
        }
    }
    match refused {
        Some((first, second)) if duplicates == Duplicates::Refuse => {
            Err(WriteError::DuplicateKey { first: first as usize, second: second as usize })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::map::cdb::CdbFile;

    type Entries = Vec<(Vec<u8>, Vec<u8>)>;

    fn read(entries: &[(Vec<u8>, Vec<u8>)], duplicates: Duplicates) -> Entries {
        let mut file = Vec::new();
        write_with(entries, duplicates, &mut file).unwrap();
        let file = CdbFile::open(&file).unwrap();
        for (key, _) in entries {
            let found = file.get(key).unwrap().unwrap();
            assert!(entries.iter().any(|(other, value)| other == key && **value == *found));
        }
        assert_eq!(file.get(b"nobody").unwrap(), None);
        file.entries().map(Result::unwrap).map(|entry| (entry.key.into_owned(), entry.value.into_owned())).collect()
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            entries in prop::collection::vec((prop::collection::vec(0..3_u8, 0..4), prop::collection::vec(any::<u8>(), 0..20)), 0..100)
        ) {
            prop_assert_eq!(&read(&entries, Duplicates::Keep), &entries);
            let mut seen = BTreeMap::new();
            let first = entries.iter().filter(|(key, _)| seen.insert(key, ()).is_none()).cloned().collect::<Entries>();
            prop_assert_eq!(&read(&entries, Duplicates::First), &first);
            seen.clear();
            let mut last = entries.iter().rev().filter(|(key, _)| seen.insert(key, ()).is_none()).cloned().collect::<Entries>();
            last.reverse();
            prop_assert_eq!(&read(&entries, Duplicates::Last), &last);
        }
    }

    #[test]
    fn a_repeated_key_is_refused_and_nothing_written() {
        let mut file = Vec::new();
        let entries = [("b", "1"), ("a", "2"), ("c", "3"), ("a", "4"), ("b", "5"), ("a", "6")];
        let error = write(&entries, &mut file).unwrap_err();
        assert!(matches!(error, WriteError::DuplicateKey { first: 1, second: 3 }), "{error:?}");
        assert_eq!(file, b"");
    }

    #[test]
    fn a_file_that_would_be_too_large_is_refused_before_it_is_begun() {
        // The same megabyte again and again.
        let value = vec![0; 1 << 20];
        let entries = (0..4096).map(|n: u32| (n.to_le_bytes(), value.as_slice())).collect::<Vec<_>>();
        let mut file = Vec::new();
        let error = write(&entries, &mut file).unwrap_err();
        assert!(matches!(error, WriteError::TooLarge("the bytes of the file")), "{error:?}");
        assert_eq!(file, b"");
    }
}
