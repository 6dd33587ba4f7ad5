//! Format-independent access: a writer that is given the format, and a reader that detects it.

use std::{borrow::Cow, fmt, io};

use super::{
    Duplicates, Entry, ReadError, WriteError,
    btree::{self, BtreeFile},
    cdb::{self, CdbFile},
    hash::{self, HashFile},
    lmdb::{self, LmdbFile},
    lookup::Answers,
    pipe::{CHUNK, through_thread},
};

/// A format of map files. Names are those of `K` lines and of `makemap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Berkeley DB, linear hashing.
    Hash,
    /// Berkeley DB, a tree of pages.
    Btree,
    /// Constant database.
    Cdb,
    /// LMDB, which Postfix reads and sendmail does not.
    Lmdb,
}

impl Format {
    /// All formats; all of them can be read.
    pub const ALL: [Self; 4] = [Self::Hash, Self::Btree, Self::Cdb, Self::Lmdb];

    /// The formats that sendmail reads.
    pub const SENDMAIL: [Self; 3] = [Self::Hash, Self::Btree, Self::Cdb];

    /// Whether the format can be written, which for lmdb requires the Cargo feature of that name.
    pub fn is_written(self) -> bool {
        self != Self::Lmdb || cfg!(feature = "lmdb")
    }

    /// Name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Btree => "btree",
            Self::Cdb => "cdb",
            Self::Lmdb => "lmdb",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// File name ending without the dot, which sendmail and Postfix append to the name of the map.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Hash | Self::Btree => "db",
            Self::Cdb => "cdb",
            Self::Lmdb => "lmdb",
        }
    }

    /// Detects the format of a file from its first bytes; the rest of the file may still be damaged.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match MapFile::open(bytes) {
            Ok(file) => Some(file.format()),
            Err(_) => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Number of entries from which a second thread is faster.
const PARALLEL_THRESHOLD: usize = 10_000;

/// Writes a map file of this format with the given entries.
///
/// `out` receives large chunks and is flushed; with many entries, pages are built on several threads meanwhile. For memory use,
/// see [`hash::write_with`], [`btree::write_with`], [`cdb::write_with`] and [`lmdb::write_with`].
///
/// # Errors
/// [`WriteError::Io`] if `out` fails, or lmdb's scratch file; any other error before anything is written.
///
/// ```
/// use relaycc::map::{Duplicates, Format, MapFile, write};
///
/// let entries = [("example.net", "REJECT"), ("example.org", "OK"), ("example.net", "RELAY")];
/// for format in Format::ALL.into_iter().filter(|format| format.is_written()) {
///     let mut file = Vec::new();
///     write(format, &entries, Duplicates::Last, &mut file)?;
///
///     let map = MapFile::open(&file)?;
///     assert_eq!(map.format(), format);
///     assert_eq!(map.get(b"example.net")?.as_deref(), Some(&b"RELAY"[..]));
///     assert_eq!(map.entries().count(), 2);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write<K, V>(
    format: Format,
    entries: &[(K, V)],
    duplicates: Duplicates,
    out: &mut (impl io::Write + Send),
) -> Result<(), WriteError>
where
    K: AsRef<[u8]> + Sync,
    V: AsRef<[u8]> + Sync,
{
    // Hash files are built on several threads in any case.
    if entries.len() < PARALLEL_THRESHOLD || format == Format::Hash {
        let mut out = io::BufWriter::with_capacity(CHUNK, out);
        write_directly(format, entries, duplicates, &mut out)?;
        return Ok(io::Write::flush(&mut out)?);
    }
    through_thread(out, |pipe| write_directly(format, entries, duplicates, pipe))
}

fn write_directly<K: AsRef<[u8]> + Sync, V: AsRef<[u8]> + Sync>(
    format: Format,
    entries: &[(K, V)],
    duplicates: Duplicates,
    out: &mut (impl io::Write + Send),
) -> Result<(), WriteError> {
    match format {
        Format::Hash => hash::write_with(entries, duplicates, out),
        Format::Btree => btree::write_with(entries, duplicates, out),
        Format::Cdb => cdb::write_with(entries, duplicates, out),
        Format::Lmdb => lmdb::write_with(entries, duplicates, out),
    }
}

/// A map file whose format was detected from its content.
#[derive(Debug, Clone)]
pub enum MapFile<'a> {
    /// Of [`Format::Hash`].
    Hash(HashFile<'a>),
    /// Of [`Format::Btree`].
    Btree(BtreeFile<'a>),
    /// Of [`Format::Cdb`].
    Cdb(CdbFile<'a>),
    /// Of [`Format::Lmdb`].
    Lmdb(LmdbFile<'a>),
}

impl<'a> MapFile<'a> {
    /// Detects the format and reads the header.
    ///
    /// # Errors
    /// The format is unknown, or the header is damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        // cdb must be tried first, since its number of slots may look like the magic number of another format. The reverse is
        // impossible: in the other formats, the version is where a cdb has the position of a table, which is at least 2048.
        if let Ok(file) = CdbFile::open(bytes) {
            return Ok(Self::Cdb(file));
        }
        match LmdbFile::open(bytes) {
            Err(ReadError::Unrecognized(_)) => {}
            lmdb => return lmdb.map(Self::Lmdb),
        }
        match (HashFile::open(bytes), BtreeFile::open(bytes)) {
            (Err(ReadError::Unrecognized(_)), Err(ReadError::Unrecognized(_))) => {
                Err(ReadError::Unrecognized("its first bytes match no known format"))
            }
            (Err(ReadError::Unrecognized(_)), btree) => btree.map(Self::Btree),
            (hash, _) => hash.map(Self::Hash),
        }
    }

    /// Reads the header of a file whose format is known, which is faster.
    ///
    /// # Errors
    /// The file has another format, or its header is damaged.
    pub fn open_as(format: Format, bytes: &'a [u8]) -> Result<Self, ReadError> {
        match format {
            Format::Hash => HashFile::open(bytes).map(Self::Hash),
            Format::Btree => BtreeFile::open(bytes).map(Self::Btree),
            Format::Cdb => CdbFile::open(bytes).map(Self::Cdb),
            Format::Lmdb => LmdbFile::open(bytes).map(Self::Lmdb),
        }
    }

    /// Format of the file.
    pub fn format(&self) -> Format {
        match self {
            Self::Hash(_) => Format::Hash,
            Self::Btree(_) => Format::Btree,
            Self::Cdb(_) => Format::Cdb,
            Self::Lmdb(_) => Format::Lmdb,
        }
    }

    /// The value of `key`, or the first of its values.
    ///
    /// # Errors
    /// The file is damaged where the key should be.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        match self {
            Self::Hash(file) => file.get(key),
            Self::Btree(file) => file.get(key),
            Self::Cdb(file) => file.get(key),
            Self::Lmdb(file) => file.get(key),
        }
    }

    /// Looks up several keys like [`Self::get`], but visits each page only once, which is much faster for many keys.
    pub fn get_all(&self, keys: &[&[u8]], answers: &mut Answers) {
        match self {
            Self::Hash(file) => {
                answers.fill(keys, file.first_pages(keys), |order, answers| file.answer_all(order, keys, answers));
            }
            Self::Btree(file) => {
                let leaves = keys.iter().map(|key| file.leaf_of(key));
                answers.fill(keys, leaves, |order, answers| file.answer_all(order, keys, answers));
            }
            Self::Cdb(_) | Self::Lmdb(_) => {
                answers.fill(keys, keys.iter().map(|_| Ok(0)), |order, answers| {
                    for query in order {
                        answers.put(query.number, self.get(query.key_in(keys)));
                    }
                });
            }
        }
    }

    /// All entries in the order of the file; ends after the first error. Keys and values on one page are borrowed; only those
    /// that span several pages are copied.
    pub fn entries(&self) -> Entries<'_, 'a> {
        match self {
            Self::Hash(file) => Entries::Hash(file.entries()),
            Self::Btree(file) => Entries::Btree(file.entries()),
            Self::Cdb(file) => Entries::Cdb(file.entries()),
            Self::Lmdb(file) => Entries::Lmdb(file.entries()),
        }
    }
}

/// The entries of a [`MapFile`], in the order of the file.
#[derive(Debug, Clone)]
pub enum Entries<'f, 'a> {
    /// Of [`Format::Hash`].
    Hash(hash::Entries<'f, 'a>),
    /// Of [`Format::Btree`].
    Btree(btree::Entries<'f, 'a>),
    /// Of [`Format::Cdb`].
    Cdb(cdb::Entries<'a>),
    /// Of [`Format::Lmdb`].
    Lmdb(lmdb::Entries<'a>),
}

impl<'a> Iterator for Entries<'_, 'a> {
    type Item = Result<Entry<'a>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Hash(entries) => entries.next(),
            Self::Btree(entries) => entries.next(),
            Self::Cdb(entries) => entries.next(),
            Self::Lmdb(entries) => entries.next(),
        }
    }
}

impl std::iter::FusedIterator for Entries<'_, '_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_formats() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
            assert_eq!(format!("{format:>6}"), format!("{:>6}", format.name()));
        }
        assert_eq!(Format::from_name("Hash"), None);
        assert_eq!(Format::from_name("dbm"), None);
    }

    #[test]
    fn a_second_thread_makes_the_same_file() {
        let entries = (0..PARALLEL_THRESHOLD).map(|n| (format!("host-{n}"), "550 no")).collect::<Vec<_>>();
        for format in Format::ALL.into_iter().filter(|format| format.is_written()) {
            let (mut threaded, mut direct) = (Vec::new(), Vec::new());
            write(format, &entries, Duplicates::Refuse, &mut threaded).unwrap();
            write_directly(format, &entries, Duplicates::Refuse, &mut direct).unwrap();
            assert!(threaded == direct);
            assert_eq!(Format::of(&direct), Some(format));
        }
    }

    #[test]
    fn a_cdb_that_bears_the_mark_of_another_format_is_a_cdb() {
        // Table 1 has as many slots as the magic number of a btree file.
        let count = 0x0005_3162 / 2;
        let mut file = vec![0; 2048];
        let mut end = 2048_u32;
        for table in 0..256 {
            let slots = if table == 1 { 2 * count } else { 0 };
            let at = table * 8;
            file[at..at + 4].copy_from_slice(&end.to_le_bytes());
            file[at + 4..at + 8].copy_from_slice(&u32::to_le_bytes(slots));
            end += 8 * slots;
        }
        file.resize(end as usize, 0);
        assert_eq!(Format::of(&file), Some(Format::Cdb));
    }

    #[test]
    fn what_is_damaged_is_not_unknown() {
        let mut file = Vec::new();
        write(Format::Btree, &[("a", "b")], Duplicates::Refuse, &mut file).unwrap();
        file[16] = 77;
        assert_eq!(MapFile::open(&file).err(), Some(ReadError::Version { found: 77, first: 8, last: 10 }));
        assert!(matches!(MapFile::open(b"a b\n"), Err(ReadError::Unrecognized(_))));
    }
}
