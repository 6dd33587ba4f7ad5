//! Writes a hash file sequentially.

use std::io;

use super::{
    layout::{
        Description, ITEM_DUPLICATES, ITEM_INLINE, ITEM_OFF_PAGE, ITEM_OFF_PAGE_DUPLICATES, LAYOUT, MAX_DOUBLINGS,
        MAX_INLINE, OFF_PAGE_DUPLICATES_ITEM, doubling, hash_probe,
    },
    plan::{Arrangement, Bucket, Page, Stored, groups, item_len, off_page_pages},
};
use crate::{
    map::{
        Duplicates, WriteError,
        berkeley::{
            layout::{PAGE_SIZE, PageHeader, PageKind},
            sort::Slot,
            writer::PageBuffer,
        },
    },
    parallel,
};

/// Writes a hash file with the given entries.
///
/// Like [`write_with`] with [`Duplicates::Refuse`].
///
/// # Errors
/// Those of [`write_with`].
///
/// ```
/// use relaycc::map::hash::{HashFile, write};
///
/// let mut file = Vec::new();
/// write(&[("connect:192.0.2", "RELAY"), ("example.net", "REJECT")], &mut file)?;
///
/// let map = HashFile::open(&file)?;
/// assert_eq!(map.get(b"example.net")?.as_deref(), Some(&b"REJECT"[..]));
/// assert_eq!(map.get(b"example.org")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write<K, V>(entries: &[(K, V)], out: &mut (impl io::Write + Send)) -> Result<(), WriteError>
where
    K: AsRef<[u8]> + Sync,
    V: AsRef<[u8]> + Sync,
{
    write_with(entries, Duplicates::Refuse, out)
}

/// Writes a hash file with the given entries.
///
/// Keys and values are stored unchanged: not converted to lower case, and without a trailing zero byte, which is how `makemap
/// hash` stores them and what a `K` line without `-N` looks up first. Both may be empty and contain any bytes. The output depends
/// only on the set of entries and the order of entries with the same key. It takes about 16 bytes of memory per entry, and 56
/// more if there are duplicate keys.
///
/// Pages are built on several threads, which write to `out` in turn.
///
/// # Errors
/// [`WriteError::DuplicateKey`] and [`WriteError::TooLarge`] before anything is written; [`WriteError::Io`] if `out` fails.
pub fn write_with<'a, K, V>(
    entries: &'a [(K, V)],
    duplicates: Duplicates,
    out: &mut (impl io::Write + Send),
) -> Result<(), WriteError>
where
    K: AsRef<[u8]> + Sync,
    V: AsRef<[u8]> + Sync,
{
    let arrangement = Arrangement::new(entries, duplicates)?;
    let mut start = Vec::with_capacity(PAGE_SIZE);
    description(&arrangement, duplicates).encode(&mut start);
    out.write_all(&start)?;

    let pieces = (0..=arrangement.mask).step_by(CHUNK_PAGES as usize).collect::<Vec<_>>();
    let mut written = Ok(());
    let make = |maker: &mut Maker<'a>, first: &u32| {
        maker.pages.clear();
        for number in *first..=first.saturating_add(CHUNK_PAGES - 1).min(arrangement.mask) {
            if let Some(bucket) = arrangement.bucket(number, &mut maker.slots) {
                write_page(&bucket.first, &mut maker.buffer, &mut maker.pages)?;
            }
        }
        Ok::<_, io::Error>(())
    };
    parallel::in_order_with(&pieces, Maker::new, make, |maker, made| {
        if written.is_ok() {
            written = made.and_then(|()| out.write_all(&maker.pages));
        }
    });
    written?;

    let buckets = arrangement.buckets_with_more().collect::<Vec<_>>();
    let pieces = pieces_of(&buckets, |bucket| arrangement.further_pages(bucket));
    let mut written = Ok(());
    let make = |maker: &mut Maker<'a>, buckets: &&[u32]| {
        maker.pages.clear();
        // Buckets that take too much memory are written directly, in turn.
        if let [bucket] = buckets
            && arrangement.further_pages(*bucket) > MAX_BUFFERED_PAGES
        {
            return Ok(Some(*bucket));
        }
        for number in *buckets {
            if let Some(bucket) = arrangement.bucket(*number, &mut maker.slots) {
                write_further(&bucket, &mut maker.buffer, &mut maker.pages)?;
            }
        }
        Ok::<_, io::Error>(None)
    };
    parallel::in_order_with(&pieces, Maker::new, make, |maker, made| {
        if written.is_ok() {
            written = made.and_then(|large| {
                let Some(bucket) = large else { return out.write_all(&maker.pages) };
                let bucket = arrangement.bucket(bucket, &mut maker.slots);
                bucket.map_or(Ok(()), |bucket| write_further(&bucket, &mut maker.buffer, out))
            });
        }
    });
    Ok(written?)
}

/// Groups buckets into chunks that together take some pages.
fn pieces_of(buckets: &[u32], pages: impl Fn(u32) -> u32) -> Vec<&[u32]> {
    let mut pieces = Vec::new();
    let (mut rest, mut length, mut sum) = (buckets, 0, 0);
    for bucket in buckets {
        let pages = pages(*bucket);
        if length > 0 && (sum >= CHUNK_PAGES || pages > MAX_BUFFERED_PAGES) {
            pieces.extend(rest.split_off(..length));
            (length, sum) = (0, 0);
        }
        (length, sum) = (length + 1, sum.saturating_add(pages));
    }
    if !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// Writes all pages of a bucket except the first.
fn write_further(bucket: &Bucket<'_, '_>, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
    for more in &bucket.more {
        write_page(more, buffer, out)?;
    }
    std::iter::once(&bucket.first).chain(&bucket.more).try_for_each(|holder| write_off_page(holder, buffer, out))
}

/// Approximate number of pages of a chunk.
const CHUNK_PAGES: u32 = 64;
/// Maximum number of further pages of a bucket that is built in memory.
const MAX_BUFFERED_PAGES: u32 = 4096;

/// Buffers with which a thread builds pages.
struct Maker<'a> {
    slots: Vec<Slot<'a>>,
    buffer: PageBuffer,
    pages: Vec<u8>,
}

impl Maker<'_> {
    fn new() -> Self {
        Self {
            slots: Vec::new(),
            buffer: PageBuffer::new(),
            pages: Vec::with_capacity(CHUNK_PAGES as usize * PAGE_SIZE),
        }
    }
}

fn description<K, V>(arrangement: &Arrangement<'_, K, V>, duplicates: Duplicates) -> Description
where
    K: AsRef<[u8]> + Sync,
    V: AsRef<[u8]> + Sync,
{
    let mask = arrangement.mask;
    let mut page_of_doubling = [0; MAX_DOUBLINGS];
    // Regardless of the number of doublings, all buckets follow page 0.
    for first in page_of_doubling.iter_mut().take(doubling(mask) + 1) {
        *first = 1;
    }
    Description {
        header: LAYOUT.header(arrangement.last_page(), duplicates == Duplicates::Keep, arrangement.file_id),
        last_bucket: mask,
        high_mask: mask,
        low_mask: mask >> 1,
        entries: arrangement.len(),
        hash_probe: hash_probe(),
        page_of_doubling,
    }
}

/// Writes one page of a bucket.
fn write_page(page: &Page<'_, '_>, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
    let mut off_page = page.first_off_page;
    for group in groups(page.slots) {
        off_page = add_part(group.key, off_page, buffer);
        match group.stored() {
            Stored::One(value) => off_page = add_part(value, off_page, buffer),
            Stored::OnPage(length) => {
                let values = group.slots.iter().flat_map(|slot| {
                    let length = (slot.value.len() as u16).to_le_bytes();
                    length.into_iter().chain(slot.value.iter().copied()).chain(length)
                });
                buffer.add(length, [ITEM_DUPLICATES], &values.collect::<Vec<_>>());
            }
            Stored::OffPage(tree) => {
                let root = tree.root(off_page).unwrap_or(0);
                buffer.add(OFF_PAGE_DUPLICATES_ITEM, [ITEM_OFF_PAGE_DUPLICATES, 0, 0, 0], &root.to_le_bytes());
                off_page += tree.pages().unwrap_or(0);
            }
        }
    }
    let Page { number, previous, next, .. } = *page;
    buffer.finish(PageHeader { number, previous, next, items: 0, mark: 0, level: 0, kind: PageKind::Sorted }, out)
}

/// Adds a key or value; a large one as a reference to page `number`. Returns the number of the next free page.
fn add_part(part: &[u8], number: u32, buffer: &mut PageBuffer) -> u32 {
    if part.len() > MAX_INLINE {
        let reference = [number.to_le_bytes(), (part.len() as u32).to_le_bytes()];
        buffer.add(item_len(part), [ITEM_OFF_PAGE, 0, 0, 0], reference.as_flattened());
    } else {
        buffer.add(item_len(part), [ITEM_INLINE], part);
    }
    number + off_page_pages(part)
}

/// Writes the overflow pages and trees for the entries of one page.
fn write_off_page(page: &Page<'_, '_>, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<()> {
    let mut number = page.first_off_page;
    for group in groups(page.slots) {
        number = write_part(group.key, number, buffer, out)?;
        match group.stored() {
            Stored::One(value) => number = write_part(value, number, buffer, out)?,
            Stored::OnPage(_) => {}
            Stored::OffPage(tree) => {
                tree.write(number, buffer, out)?;
                number += tree.pages().unwrap_or(0);
            }
        }
    }
    Ok(())
}

/// Writes a large key or value to pages from `number` on. Returns the number of the next free page.
fn write_part(part: &[u8], number: u32, buffer: &mut PageBuffer, out: &mut impl io::Write) -> io::Result<u32> {
    let pages = off_page_pages(part);
    if pages > 0 {
        buffer.write_chain(part, number, 1, out)?;
    }
    Ok(number + pages)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::map::hash::HashFile;

    type Table = BTreeMap<Vec<u8>, Vec<u8>>;

    fn written<K: AsRef<[u8]> + Sync, V: AsRef<[u8]> + Sync>(entries: &[(K, V)]) -> Vec<u8> {
        let mut file = Vec::new();
        write(entries, &mut file).unwrap();
        file
    }

    fn read(file: &[u8]) -> Table {
        let file = HashFile::open(file).unwrap();
        let entries = file.entries().map(Result::unwrap);
        entries.map(|entry| (entry.key.into_owned(), entry.value.into_owned())).collect()
    }

    /// Lengths of parts: mostly short, sometimes close to the limits of a page.
    fn part() -> impl Strategy<Value = Vec<u8>> {
        let length = prop_oneof![20 => 0..40_usize, 1 => 1020..1030_usize, 1 => 4065..4075_usize, 1 => 0..20_000_usize];
        // Powers of a number: few for keys that are prefixes of each other, many for others.
        (length, prop_oneof![Just(1_u64), Just(3), any::<u64>()]).prop_map(|(length, number)| {
            let powers = std::iter::successors(Some(number), |power| Some(power.wrapping_mul(number)));
            powers.map(|power| (power >> 5) as u8).take(length).collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(table in prop::collection::btree_map(part(), part(), 0..200)) {
            let entries = table.iter().collect::<Vec<_>>();
            let file = written(&entries);
            prop_assert_eq!(&read(&file), &table);
            let file = HashFile::open(&file).unwrap();
            for (key, value) in &table {
                prop_assert_eq!(file.get(key).unwrap(), Some(value.into()));
            }
        }

        #[test]
        fn keys_that_are_not_there_are_not_found(
            table in prop::collection::btree_map(part(), part(), 0..50),
            others in prop::collection::vec(part(), 20),
        ) {
            let entries = table.iter().collect::<Vec<_>>();
            let file = written(&entries);
            let file = HashFile::open(&file).unwrap();
            for key in others.iter().filter(|key| !table.contains_key(*key)) {
                prop_assert_eq!(file.get(key).unwrap(), None);
            }
        }

        #[test]
        fn what_becomes_of_repeated_keys_is_as_asked(entries in prop::collection::vec((part(), part()), 0..200)) {
            // Few different keys, so that they repeat.
            let entries = entries.into_iter().map(|(key, value)| (vec![b'k'; key.len() % 30], value)).collect::<Vec<_>>();
            let written = |duplicates| {
                let mut file = Vec::new();
                write_with(&entries, duplicates, &mut file).unwrap();
                file
            };
            let kept = written(Duplicates::Keep);
            let map = HashFile::open(&kept).unwrap();
            let mut listed = map.entries().map(Result::unwrap).collect::<Vec<_>>();
            listed.sort_by(|a, b| a.key.cmp(&b.key));
            let mut sorted = entries.clone();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            prop_assert!(listed.iter().map(|entry| (&*entry.key, &*entry.value)).eq(sorted.iter().map(|(k, v)| (&**k, &**v))));
            let last = entries.iter().cloned().collect::<Table>();
            let first = entries.iter().rev().cloned().collect::<Table>();
            for (key, value) in &first {
                let found = map.get(key).unwrap();
                prop_assert_eq!(found.as_deref(), Some(&**value));
            }
            prop_assert!(written(Duplicates::First) == self::written(&first.iter().collect::<Vec<_>>()));
            prop_assert!(written(Duplicates::Last) == self::written(&last.iter().collect::<Vec<_>>()));
        }

        #[test]
        fn the_order_of_the_entries_does_not_show(
            entries in prop::collection::btree_map(part(), part(), 0..100)
                .prop_map(|table| table.into_iter().collect::<Vec<_>>())
                .prop_flat_map(|entries| (Just(entries.clone()), Just(entries).prop_shuffle())),
        ) {
            prop_assert!(written(&entries.0) == written(&entries.1));
        }
    }

    #[test]
    fn a_file_without_entries_has_its_description_and_two_buckets() {
        let file = written::<&str, &str>(&[]);
        assert_eq!(file.len(), 3 * PAGE_SIZE);
        assert_eq!(read(&file), Table::new());
    }

    #[test]
    fn the_bytes_of_a_file_are_pinned() {
        let file = written(&[("a", "x"), ("ab", "y"), ("abc", "z"), ("b", "value two  ")]);
        // The output of `makemap hash` for the same text, except for the file's identifier, the number of entries, and leftovers
        // of its memory in unused places.
        let description = file.get(..112).unwrap();
        assert_eq!(
            &description[..32],
            b"\0\0\0\0\x01\0\0\0\0\0\0\0\x61\x15\x06\0\x09\0\0\0\0\x10\0\0\0\x08\0\0\0\0\0\0"
        );
        assert_eq!(&description[32..52], b"\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(
            &description[72..104],
            b"\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0\xd1\x8d\x68\x5e\x01\0\0\0\x01\0\0\0"
        );
        assert!(file[104..4096].iter().all(|byte| *byte == 0));
        let first = &file[4096..8192];
        assert_eq!(
            &first[..34],
            b"\0\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x04\0\xec\x0f\0\x0d\xfc\x0f\xfa\x0f\xf8\x0f\xec\x0f"
        );
        assert_eq!(&first[4076..], b"\x01value two  \x01b\x01z\x01abc");
        let second = &file[8192..];
        assert_eq!(&second[26..34], b"\xfd\x0f\xfb\x0f\xf9\x0f\xf7\x0f");
        assert_eq!(&second[4087..], b"\x01x\x01a\x01y\x01ab");
    }

    #[test]
    fn files_with_other_entries_have_other_ids() {
        let tables: [&[(&str, &str)]; 6] =
            [&[], &[("", "")], &[("a", "b")], &[("b", "a")], &[("ab", "")], &[("a", "b"), ("b", "a")]];
        let ids = tables.map(|table| HashFile::open(&written(table)).unwrap().file_id());
        assert_eq!(std::collections::HashSet::from(ids).len(), ids.len());
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
    fn values_too_large_to_be_put_together_are_written_all_the_same() {
        let large = vec![b'v'; MAX_BUFFERED_PAGES as usize * PAGE_SIZE];
        let mut entries = (0..200).map(|n| (format!("key-{n}"), vec![b'a'; 3000])).collect::<Vec<_>>();
        entries.extend((0..3).map(|n| (format!("large-{n}"), large.clone())));
        let mut file = Vec::new();
        write(&entries, &mut file).unwrap();
        let map = HashFile::open(&file).unwrap();
        for (key, value) in &entries {
            assert!(map.get(key.as_bytes()).unwrap().as_deref() == Some(value));
        }
    }

    #[test]
    fn a_full_disk_is_reported() {
        let mut disk = [0; 5000];
        let error = write(&[("a", "b")], &mut disk.as_mut_slice()).unwrap_err();
        assert!(matches!(error, WriteError::Io(_)), "{error:?}");
    }

    #[test]
    fn keys_of_one_hash_fill_a_chain() {
        // FNV starting from 0 ignores leading NULs.
        let entries = (0..3000).map(|n| (vec![0; n % 100 + n / 100 * 100], vec![n as u8; 50])).collect::<Vec<_>>();
        let file = written(&entries[..1000]);
        assert_eq!(read(&file).len(), 1000);
        let file = HashFile::open(&file).unwrap();
        assert_eq!(file.get(&[0; 999]).unwrap().as_deref(), Some(&[(999 % 256) as u8; 50][..]));
    }
}
