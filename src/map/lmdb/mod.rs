//! LMDB files: the `lmdb` map type of Postfix, as `postmap lmdb:access` writes them. sendmail 8.17 does not read them.
//!
//! ```text
//! pages 0 and 1   headers, of which the one with the later transaction is valid: page size, root of the tree
//! others          leaves with the entries sorted by key; inner pages with the number and the first key of each child;
//!                 runs of pages for large values; free pages
//! ```
//!
//! Byte order and size of numbers are those of the machine that wrote the file.
//!
//! [`write_with`] uses LMDB's own library, through the crate `relaycc-lmdb` and only with the Cargo feature `lmdb`, since that
//! library is C. [`LmdbFile`] always reads without it: LMDB has no checksums and follows any number that it finds on a page, so a
//! file with one wrong byte can crash the process. Checking beforehand means reading the whole file, after which the library is
//! no longer needed.
//!
//! Postfix stores each key and value with a trailing zero byte, and one value per key. Callers have to ensure both; see
//! [`terminated`].
//!
//! Not supported: nested databases, several values per key, and custom key orders, none of which Postfix uses; files of
//! big-endian or 32-bit machines; updates in place.

mod read;
mod write;

use std::borrow::Cow;

pub use read::{Entries, LmdbFile};
pub use write::write_with;

/// Allowed lengths of a key, in bytes.
pub const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 1..=511;

/// A key or value as Postfix stores it: with a trailing zero byte, added if it is missing.
///
/// Postfix finds keys with and without it, but after finding one kind in a file, it looks only for that kind.
pub fn terminated(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if bytes.ends_with(b"\0") {
        return bytes;
    }
    let mut bytes = bytes.into_owned();
    bytes.push(0);
    Cow::Owned(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{MapFile, ReadError};

    /// Written by `postmap`.
    const FILE: &[u8] = include_bytes!("../../../fixtures/map/access.lmdb");

    fn changed(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut file = FILE.to_vec();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    }

    fn refused(file: &[u8]) -> ReadError {
        let map = MapFile::open(file);
        map.and_then(|map| map.entries().collect::<Result<Vec<_>, _>>()).unwrap_err()
    }

    #[test]
    fn the_later_description_counts() {
        assert_eq!(LmdbFile::open(FILE).unwrap().entries().count(), 6);
        // The first header describes the empty file; here it is made the later one.
        assert_eq!(LmdbFile::open(&changed(144, &[2])).unwrap().entries().count(), 0);
    }

    #[test]
    fn what_is_not_read_is_told_from_what_is_damaged() {
        let what = |error| match error {
            ReadError::Unsupported { what, .. } | ReadError::Corrupt { what, .. } => what,
            other => panic!("{other}"),
        };
        assert_eq!(what(refused(&changed(16, &[0xbe, 0xef, 0xc0, 0xde]))), "the file of a big-endian machine");
        let narrow = [&FILE[..12], &FILE[16..]].concat();
        assert_eq!(what(refused(&narrow)), "the file of a 32-bit machine");
        assert_eq!(refused(&changed(20, &[2])), ReadError::Version { found: 2, first: 1, last: 1 });
        assert_eq!(what(refused(&changed(4096 + 92, &[4]))), "a custom order of keys or values");
        assert_eq!(what(refused(&changed(4096 + 94, &[2]))), "it is not a tree page of the expected level");
        assert_eq!(what(refused(&changed(4096 + 120, &[5]))), "its number of entries is wrong");
        assert_eq!(what(refused(&changed(8192, &[3]))), "its page number is wrong");
        assert_eq!(what(refused(&FILE[..8192])), "the file ends before this page");
        // Swaps two positions.
        let swapped = changed(8192 + 16, &[&FILE[8192 + 18..8192 + 20], &FILE[8192 + 16..8192 + 18]].concat());
        assert_eq!(what(refused(&swapped)), "a key is out of order");
        assert!(matches!(refused(&changed(16, b"text")), ReadError::Unrecognized(_)));
    }

    #[cfg(feature = "lmdb")]
    mod written {
        use std::collections::BTreeMap;

        use proptest::prelude::*;

        use super::*;
        use crate::map::{Duplicates, WriteError};

        fn file(entries: &[(Vec<u8>, Vec<u8>)], duplicates: Duplicates) -> Result<Vec<u8>, WriteError> {
            let mut file = Vec::new();
            write_with(entries, duplicates, &mut file).map(|()| file)
        }

        proptest! {
            #[test]
            fn any_entries_are_read_again(
                entries in prop::collection::vec(
                    (prop::collection::vec(any::<u8>(), KEY_LENGTHS), prop::collection::vec(any::<u8>(), 0..5000)), 0..60
                )
            ) {
                let written = file(&entries, Duplicates::Last).unwrap();
                let last = entries.iter().cloned().collect::<BTreeMap<_, _>>();
                let map = LmdbFile::open(&written).unwrap();
                let read = map.entries().map(|entry| entry.unwrap());
                prop_assert!(read.map(|entry| (entry.key.into_owned(), entry.value.into_owned())).eq(last.clone()));
                for (key, value) in &last {
                    let found = map.get(key).unwrap();
                    prop_assert_eq!(found.as_deref(), Some(&value[..]));
                }
                prop_assert_eq!(map.get(b"").unwrap(), None);
            }
        }

        #[test]
        fn what_no_file_can_have_is_refused() {
            let entry = |key: &[u8]| (key.to_vec(), b"v".to_vec());
            for duplicates in [Duplicates::Refuse, Duplicates::Keep] {
                let error = file(&[entry(b"b"), entry(b"a"), entry(b"b")], duplicates);
                assert!(matches!(error, Err(WriteError::DuplicateKey { first: 0, second: 2 })));
            }
            for key in [&[b'k'; 512][..], b""] {
                let error = file(&[entry(b"a"), entry(key)], Duplicates::Refuse);
                assert!(matches!(error, Err(WriteError::KeyLength { entry: 1, .. })));
            }
        }
    }
}
