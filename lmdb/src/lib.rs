//! Writes files of LMDB, the Lightning Memory-Mapped Database, through its own library.
//!
//! This is a crate by itself because it calls into C, and needs one `unsafe` block for it; relaycc, which uses it for the
//! `lmdb` maps of Postfix, forbids those. It only writes: the library trusts a file that it is given to the last byte, and a
//! damaged one ends the process, so files are read by relaycc itself.

use std::{
    env,
    fs::File,
    io::{self, Seek},
};

use heed::{CommitOrAbort, Database, EnvFlags, EnvOpenOptions, PutFlags, types::Bytes};
use tempfile::NamedTempFile;

/// Longest key that the library takes, in bytes; the shortest has one.
pub const MAX_KEY: usize = 511;

/// Bytes that the size of the map is a multiple of, which has to be one of a page's: Postfix's own choice, so that a small table
/// gets the bytes that `postmap` gives it.
const STEP: u64 = 16 << 20;

/// The file of a database with these entries, in their order, which has to be that of the keys, each of which is there once.
///
/// It is in the folder for temporary files, and has no name any more: it is gone when it is closed. It is read from its start,
/// and was not brought to the disk.
///
/// The same entries make the same bytes, wherever the pages of the system's memory are of the same size; a file with pages of
/// another size is read everywhere too.
///
/// # Errors
/// The file cannot be written, or the entries are not as they have to be.
pub fn file_of<'e>(entries: impl Iterator<Item = (&'e [u8], &'e [u8])> + Clone) -> io::Result<File> {
    let named = NamedTempFile::new()?;
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(map_size(entries.clone())).max_dbs(0);
    // SAFETY: what makes this unsafe is that the file becomes memory, which others may change, and that files may be damaged.
    // This one is new, and empty; its name is random, is in no other hands, and is removed before anything is written.
    // Without a lock file (NO_LOCK), transactions must not be concurrent: there is one. What NO_SYNC leaves undone matters
    // after a crash only, when the file is gone. NO_SUB_DIR says that the path is that of the file itself.
    let env = unsafe {
        options.flags(EnvFlags::NO_SUB_DIR | EnvFlags::NO_LOCK | EnvFlags::NO_SYNC);
        options.open(named.path())
    };
    let env = env.map_err(failed)?;
    let mut file = named.reopen()?;
    named.close()?;

    let transaction = env.write_txn().map_err(failed)?;
    let written = env.create_databases_and_commit(transaction, |opener, transaction| {
        let database: Database<'_, Bytes, Bytes> = opener.create_database(transaction, None)?;
        for (key, value) in entries {
            database.put_with_flags(transaction, PutFlags::APPEND, key, value)?;
        }
        Ok(CommitOrAbort::<_, ()>::Commit(database))
    });
    written.map_err(failed)?;
    drop(env);
    file.rewind()?;
    Ok(file)
}

/// More bytes than the file will have, whatever the size of its pages: the address space for it.
fn map_size<'e>(entries: impl Iterator<Item = (&'e [u8], &'e [u8])>) -> usize {
    const LARGEST_PAGE: u64 = 1 << 15;
    let size = entries.fold(0_u64, |size, (key, value)| {
        let node = (key.len() + value.len()) as u64 + 32;
        // A page is left when the next entry does not fit into it, so that it may be half empty. Above the pages with
        // entries there are at most as many others. What is longer than half a page gets pages of its own.
        let own = if value.len() as u64 > 128 { LARGEST_PAGE } else { 0 };
        size.saturating_add(4 * node + own)
    });
    usize::try_from((size / STEP + 1).saturating_mul(STEP)).unwrap_or(usize::MAX - (STEP as usize - 1))
}

fn failed(error: heed::Error) -> io::Error {
    let folder = env::temp_dir();
    match error {
        heed::Error::Io(cause) => io::Error::new(cause.kind(), format!("in `{}`: {cause}", folder.display())),
        other => io::Error::other(format!("in `{}`: {other}", folder.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn bytes(entries: &[(Vec<u8>, Vec<u8>)]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        file_of(entries.iter().map(|(key, value)| (key.as_slice(), value.as_slice())))?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn the_same_entries_make_the_same_bytes() {
        let entries =
            (0..30_000_u32).map(|n| (n.to_be_bytes().to_vec(), vec![b'v'; n as usize % 97 * (n as usize % 53)]));
        let entries = entries.collect::<Vec<_>>();
        assert!(bytes(&entries).unwrap() == bytes(&entries).unwrap());
    }

    #[test]
    fn there_is_room_for_entries_of_every_size() {
        for value in [0, 1, 100, 128, 129, 1000, 2000, 2030, 2040, 4000, 5000, 20_000, 100_000] {
            for key in [4, 20, MAX_KEY] {
                let entries = (0..400_u32).map(|n| {
                    let mut name = n.to_be_bytes().to_vec();
                    name.resize(key, b'k');
                    (name, vec![b'v'; value])
                });
                bytes(&entries.collect::<Vec<_>>()).unwrap();
            }
        }
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let entry = |key: &[u8]| (key.to_vec(), b"v".to_vec());
        for entries in [
            vec![entry(b"b"), entry(b"a")],
            vec![entry(b"a"), entry(b"a")],
            vec![entry(b"")],
            vec![entry(&[b'k'; 512])],
        ] {
            assert!(bytes(&entries).is_err());
        }
    }
}
