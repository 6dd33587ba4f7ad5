//! The same for all layouts: a writer that is told which, and a reader that finds out.

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

/// A layout of map files, named as the type of a `K` line and as `makemap`'s first word.
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
    /// All of them; all are read.
    pub const ALL: [Self; 4] = [Self::Hash, Self::Btree, Self::Cdb, Self::Lmdb];

    /// Those that sendmail reads.
    pub const SENDMAIL: [Self; 3] = [Self::Hash, Self::Btree, Self::Cdb];

    /// Whether such files are written, which for lmdb takes the Cargo feature of that name.
    pub fn is_written(self) -> bool {
        self != Self::Lmdb || cfg!(feature = "lmdb")
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Btree => "btree",
            Self::Cdb => "cdb",
            Self::Lmdb => "lmdb",
        }
    }

    /// The one of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How the name of such a file ends, without the dot: what sendmail and Postfix add to the name of the map.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Hash | Self::Btree => "db",
            Self::Cdb => "cdb",
            Self::Lmdb => "lmdb",
        }
    }

    /// The one that a file with these bytes is of; the rest of the file may still be damaged.
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

/// Number of entries from which a second thread is worth its start.
const PARALLEL_THRESHOLD: usize = 10_000;

/// Writes a map file of this format that holds `entries`.
///
/// `out` gets large pieces and is flushed; where there are many entries, pages are made on several threads meanwhile.
/// Memory is used as [`hash::write_with`], [`btree::write_with`], [`cdb::write_with`] and [`lmdb::write_with`] say.
///
/// # Errors
/// [`WriteError::Io`] if `out` fails, or lmdb's scratch file; any other before anything is written.
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
    // Hash files are made on several threads in any case.
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

/// A map file of any format, found out from its content.
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
    /// Reads the start of a file from its `bytes`.
    ///
    /// # Errors
    /// If it is of no format that is read here, or its start cannot be true.
    pub fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        // A cdb comes first, since a number of slots in it may look as if it marked one of the others. None of those can
        // be a cdb, for their version is where a cdb has the position of a table, which is not less than 2048.
        if let Ok(file) = CdbFile::open(bytes) {
            return Ok(Self::Cdb(file));
        }
        match LmdbFile::open(bytes) {
            Err(ReadError::Unrecognized(_)) => {}
            lmdb => return lmdb.map(Self::Lmdb),
        }
        match (HashFile::open(bytes), BtreeFile::open(bytes)) {
            (Err(ReadError::Unrecognized(_)), Err(ReadError::Unrecognized(_))) => {
                Err(ReadError::Unrecognized("it begins neither as a hash or btree file nor as a cdb or an LMDB file"))
            }
            (Err(ReadError::Unrecognized(_)), btree) => btree.map(Self::Btree),
            (hash, _) => hash.map(Self::Hash),
        }
    }

    /// Reads the start of a file that is known to be of this format, which is quicker.
    ///
    /// # Errors
    /// If it is not, or its start cannot be true.
    pub fn open_as(format: Format, bytes: &'a [u8]) -> Result<Self, ReadError> {
        match format {
            Format::Hash => HashFile::open(bytes).map(Self::Hash),
            Format::Btree => BtreeFile::open(bytes).map(Self::Btree),
            Format::Cdb => CdbFile::open(bytes).map(Self::Cdb),
            Format::Lmdb => LmdbFile::open(bytes).map(Self::Lmdb),
        }
    }

    /// Its format.
    pub fn format(&self) -> Format {
        match self {
            Self::Hash(_) => Format::Hash,
            Self::Btree(_) => Format::Btree,
            Self::Cdb(_) => Format::Cdb,
            Self::Lmdb(_) => Format::Lmdb,
        }
    }

    /// The value of `key`; if it has several, the first.
    ///
    /// # Errors
    /// If the file is damaged where the key should be.
    pub fn get(&self, key: &[u8]) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
        match self {
            Self::Hash(file) => file.get(key),
            Self::Btree(file) => file.get(key),
            Self::Cdb(file) => file.get(key),
            Self::Lmdb(file) => file.get(key),
        }
    }

    /// The values of keys, as [`Self::get`] finds them; each page is visited once for all of its keys, which takes a fraction of
    /// the time where keys are many.
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
                    for asked in order {
                        answers.put(asked.number, self.get(asked.of(keys)));
                    }
                });
            }
        }
    }

    /// All entries, in the order of the file; ends after the first error. What is on one page is borrowed from the file;
    /// only keys and values on several pages are put together.
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
        // Table 1 has as many slots as the number that marks a btree file.
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
