//! The journal of a set of files: the pending renames and removals, with which an interrupted run can be completed.
//!
//! The journal is created by a rename once all files of the set are on disk, and removed when everything is done. Replaying it
//! from the start is safe: a file without its temporary name is already in place.

use std::{
    ffi::OsString,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tempfile::Builder;

use super::{
    Done, OutputError, PREFIX, SUFFIX,
    directory::{is_temporary, sync},
    failed,
    stage::Staged,
};

/// Name of the journal in the directory.
const NAME: &str = ".relaycc-journal";

/// Version of the format.
const VERSION: u32 = 1;

/// Maximum size of a journal: a set has one file per table.
const MAX_LENGTH: u64 = 1 << 20;

/// Pending actions, with file names relative to the directory.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    version: u32,
    rename: Vec<Rename>,
    remove: Vec<String>,
}

/// A pending rename.
#[derive(Debug, Serialize, Deserialize)]
struct Rename {
    from: String,
    to: String,
}

/// Whether this directory has an incomplete set, because a run was interrupted.
pub(in crate::cli) fn is_unfinished(directory: &Path) -> bool {
    directory.join(NAME).is_file()
}

/// Completes an interrupted run and returns the names of the files that this changed.
///
/// # Errors
/// The journal is invalid, or a file cannot be renamed.
pub(super) fn complete(directory: &Path) -> Result<Vec<OsString>, OutputError> {
    let path = directory.join(NAME);
    let bytes = match fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() && found.len() <= MAX_LENGTH => fs::read(&path).map_err(failed("read", &path))?,
        Ok(_) => return Err(OutputError::Journal { path }),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(failed("look at", &path)(cause)),
    };
    let journal: Journal = match serde_json::from_slice(&bytes) {
        Ok(journal) => journal,
        Err(_) => return Err(OutputError::Journal { path }),
    };
    if !journal.is_valid() {
        return Err(OutputError::Journal { path });
    }
    let changed = journal.carry_out(directory)?;
    Journal::remove(directory)?;
    Ok(changed)
}

impl Journal {
    /// A journal that puts files in place and removes others.
    pub(super) fn of(staged: &[Staged], removed: &[PathBuf]) -> Result<Self, OutputError> {
        let rename = |staged: &Staged| Ok(Rename { from: name(staged.path())?, to: name(&staged.target)? });
        Ok(Self {
            version: VERSION,
            rename: staged.iter().map(rename).collect::<Result<_, OutputError>>()?,
            remove: removed.iter().map(|path| name(path)).collect::<Result<_, _>>()?,
        })
    }

    /// A journal that undoes what was done: it restores old files and removes new ones.
    pub(super) fn undoing(done: &[Done]) -> Result<Self, OutputError> {
        let (mut rename, mut remove) = (Vec::new(), Vec::new());
        for Done { target, backup, .. } in done {
            match backup {
                Some(backup) => rename.push(Rename { from: name(backup.path())?, to: name(target)? }),
                None => remove.push(name(target)?),
            }
        }
        Ok(Self { version: VERSION, rename, remove })
    }

    /// Whether the journal can have been written here: it names files of this directory, and renames only temporary ones.
    fn is_valid(&self) -> bool {
        let is_name = |name: &String| !name.is_empty() && !name.contains(['/', '\0']) && name != "." && name != "..";
        self.version == VERSION
            && self
                .rename
                .iter()
                .all(|rename| is_name(&rename.from) && is_temporary(&rename.from) && is_name(&rename.to))
            && self.remove.iter().all(is_name)
    }

    /// Writes the journal atomically, in place of an earlier one.
    pub(super) fn write(&self, directory: &Path) -> Result<(), OutputError> {
        let path = directory.join(NAME);
        let written = || -> io::Result<()> {
            let mut new = Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(directory)?;
            new.write_all(&serde_json::to_vec(self)?)?;
            new.as_file().sync_all()?;
            // The directory entries of the listed files must be on disk before the journal is.
            sync(directory)?;
            step();
            new.persist(&path)?;
            sync(directory)
        };
        written().map_err(failed("write", &path))?;
        step();
        Ok(())
    }

    /// Performs the actions that are still pending, and returns the names of the files that this changed.
    pub(super) fn carry_out(&self, directory: &Path) -> Result<Vec<OsString>, OutputError> {
        let mut changed = Vec::new();
        for Rename { from, to } in &self.rename {
            let (from, target) = (directory.join(from), directory.join(to));
            if !fs::symlink_metadata(&from).is_ok_and(|found| found.is_file()) {
                continue;
            }
            step();
            fs::rename(&from, &target).map_err(failed("replace", &target))?;
            changed.push(to.into());
        }
        for gone in &self.remove {
            let target = directory.join(gone);
            step();
            match fs::remove_file(&target) {
                Ok(()) => changed.push(gone.into()),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => return Err(failed("remove", &target)(cause)),
            }
        }
        sync(directory).map_err(failed("write", directory))?;
        Ok(changed)
    }

    /// Removes the journal when all is done.
    pub(super) fn remove(directory: &Path) -> Result<(), OutputError> {
        let path = directory.join(NAME);
        step();
        fs::remove_file(&path).and_then(|()| sync(directory)).map_err(failed("remove", &path))?;
        step();
        Ok(())
    }
}

fn name(path: &Path) -> Result<String, OutputError> {
    let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    name.ok_or_else(|| failed("write", path)(io::ErrorKind::InvalidFilename.into()))
}

/// A point at which a run may be interrupted. Tests interrupt runs at each of them in turn.
pub(super) fn step() {
    #[cfg(test)]
    super::tests::interrupted::step();
}
