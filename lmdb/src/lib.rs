//! Writes files of LMDB, the Lightning Memory-Mapped Database, through LMDB's own library.
//!
//! This is a separate crate because it calls C, and needs one `unsafe` block for that; relaycc, which uses it for the `lmdb` maps
//! of Postfix, forbids unsafe code. It only writes: the library trusts every byte of a file, and a damaged one crashes the
//! process, so relaycc reads files itself.

use std::{
    env,
    fs::File,
    io::{self, Seek},
};

use heed::{CommitOrAbort, Database, EnvFlags, EnvOpenOptions, PutFlags, types::Bytes};
use tempfile::NamedTempFile;

/// Maximum length of a key in the library, in bytes; the minimum is 1.
pub const MAX_KEY: usize = 511;

/// The size of the memory map is a multiple of this, which must be a multiple of the page size. This is Postfix's choice, so that
/// small tables get the same bytes as from `postmap`.
const MAP_SIZE_STEP: u64 = 16 << 20;

/// Writes a database file with these entries, which must be sorted by key, without duplicates.
///
/// The file is in the temporary directory and already unlinked, so it disappears when it is closed. It is positioned at its start
/// and not synced.
///
/// The same entries give the same bytes on all systems with the same page size; files with other page sizes can be read
/// everywhere as well.
///
/// # Errors
/// The file cannot be written, or the entries do not meet the requirements.
pub fn file_of<'e>(entries: impl Iterator<Item = (&'e [u8], &'e [u8])> + Clone) -> io::Result<File> {
    let named = NamedTempFile::new()?;
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(map_size(entries.clone())).max_dbs(0);
    // SAFETY: mapping a file is unsafe because others may change it, and because it may be damaged. This file is new and empty;
    // its name is random, known to nobody, and removed before anything is written. Without a lock file (NO_LOCK), transactions
    // must not be concurrent: there is only one. NO_SYNC matters only after a crash, when the file is gone. NO_SUB_DIR means that
    // the path is the file itself.
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

/// Upper bound of the file size for any page size, used as size of the address space.
fn map_size<'e>(entries: impl Iterator<Item = (&'e [u8], &'e [u8])>) -> usize {
    const LARGEST_PAGE: u64 = 1 << 15;
    let size = entries.fold(0_u64, |size, (key, value)| {
        let node = (key.len() + value.len()) as u64 + 32;
        // A page is closed when the next entry does not fit, so it may be half empty. There are at most as many inner pages as
        // leaves. Values longer than half a page get pages of their own.
        let own = if value.len() as u64 > 128 { LARGEST_PAGE } else { 0 };
        size.saturating_add(4 * node + own)
    });
    usize::try_from((size / MAP_SIZE_STEP + 1).saturating_mul(MAP_SIZE_STEP))
        .unwrap_or(usize::MAX - (MAP_SIZE_STEP as usize - 1))
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
