//! Output files, replaced as a whole and as a set.
//!
//! A file is written next to its target under a temporary name, given the old file's mode and owner, synced, and renamed over the
//! target; then the directory is synced. Whenever this is interrupted, each target is either the old or the new file. A file
//! whose content does not change is left alone.
//!
//! A set of files is committed by a journal: once all files are complete, the journal lists them and what they replace, and
//! only then the first one is renamed. A run that is interrupted before that has changed nothing; one that is interrupted later
//! is completed by the next run that writes to the directory. If a rename fails, the earlier ones are undone in the same way.
//!
//! Leftovers of a killed run have names that only this module uses, and the next run removes them. A lock on the directory
//! keeps concurrent runs from removing each other's files. Map files are locked as `makemap`, `newaliases` and sendmail lock
//! them, so that none of these works on a file while it is replaced; other files are locked by nobody.

mod directory;
mod error;
mod journal;
mod lock;
mod stage;
#[cfg(test)]
mod tests;

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use directory::{create, parent_of, remove_all, remove_remains, sync};
pub use error::OutputError;
use error::failed;
pub(super) use journal::is_unfinished;
use journal::{Journal, step};
use lock::DirectoryLock;
pub use stage::NewFile;
use stage::{Staged, hard_link, lock_map, replaceable};

/// Prefix of the names that this module uses for itself.
const PREFIX: &str = ".relaycc-";
/// Suffix of temporary names.
const SUFFIX: &str = ".tmp";

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// File name in the output directory.
    pub name: OsString,
    /// Permission bits of a new file, reduced by the user's umask.
    pub mode: u32,
    /// Content.
    pub bytes: Vec<u8>,
    /// Whether other programs lock the file while they use it, as they do with map files.
    pub is_map: bool,
    /// The text that the file is made from. Programs that compare the times of the two, as sendmail does for aliases, must not
    /// find the text newer, so the file is written again whenever the text is.
    pub made_from: Option<OsString>,
}

/// How existing files are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Replace them.
    Replace,
    /// Write nothing.
    Refuse,
}

/// What happened to a file of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was created, or its content changed.
    Written,
    /// It already has this content and was left alone.
    Unchanged,
    /// It no longer belongs to the set and was removed.
    Removed,
}

/// Result of writing a set.
#[derive(Debug, Default)]
pub struct Replaced {
    /// What happened to each file: those of the set in order, then the removed ones.
    pub changes: Vec<(OsString, Change)>,
    /// Files of an interrupted run that were put in place first.
    pub completed: Vec<OsString>,
}

/// Replaces all `files` in `directory` and removes `obsolete`, or does nothing.
///
/// The directory and its parents are created if they are missing.
///
/// # Errors
/// [`OutputError`]. Except for [`OutputError::HalfDone`], every target is unchanged then.
pub fn replace(
    directory: &Path,
    files: &[OutputFile],
    obsolete: &[OsString],
    existing: Existing,
) -> Result<Replaced, OutputError> {
    let created = create(directory)?;
    let written = replace_in(directory, files, obsolete, existing);
    if written.is_err() {
        remove_all(&created);
    }
    written
}

/// Determines what [`replace`] would do, without doing it.
///
/// # Errors
/// A target cannot be replaced.
pub fn plan(
    directory: &Path,
    files: &[OutputFile],
    obsolete: &[OsString],
) -> Result<Vec<(OsString, Change)>, OutputError> {
    let mut changes: Vec<(OsString, Change)> = Vec::with_capacity(files.len() + obsolete.len());
    for file in files {
        let target = directory.join(&file.name);
        let is_there = replaceable(&target, Existing::Replace)?.is_some_and(|old| old.len() == file.bytes.len() as u64);
        let text_changes = file
            .made_from
            .as_ref()
            .is_some_and(|text| changes.iter().any(|(name, change)| name == text && *change == Change::Written));
        let is_same = is_there && !text_changes && fs::read(&target).is_ok_and(|old| old == file.bytes);
        changes.push((file.name.clone(), if is_same { Change::Unchanged } else { Change::Written }));
    }
    for name in obsolete {
        if replaceable(&directory.join(name), Existing::Replace)?.is_some() {
            changes.push((name.clone(), Change::Removed));
        }
    }
    Ok(changes)
}

/// Creates or replaces the file `target` with what `write` writes.
///
/// # Errors
/// As for [`replace`]; the directory must exist. An error of `write` becomes [`OutputError::Io`].
pub fn replace_one(
    target: &Path,
    new: NewFile,
    existing: Existing,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), OutputError> {
    let directory = parent_of(target);
    if target.file_name().is_none() {
        return Err(failed("write", target)(io::ErrorKind::InvalidFilename.into()));
    }
    let _opened = open(directory)?;
    let staged = Staged::new(target.into(), new, existing, true, write)?;
    staged.put().map_err(failed("replace", target))?;
    sync(directory).map_err(failed("write", directory))
}

/// A directory that is locked by this run.
struct Opened {
    completed: Vec<OsString>,
    _lock: Option<DirectoryLock>,
}

/// Locks a directory, completes an interrupted run, and removes its leftovers.
fn open(directory: &Path) -> Result<Opened, OutputError> {
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(failed("write into", directory)(io::ErrorKind::NotADirectory.into())),
        Err(cause) => return Err(failed("open", directory)(cause)),
    }
    let lock = DirectoryLock::take(directory)?;
    let completed = journal::complete(directory)?;
    // Without locks, leftovers cannot be removed safely.
    if lock.is_some() {
        remove_remains(directory);
    }
    Ok(Opened { completed, _lock: lock })
}

fn replace_in(
    directory: &Path,
    files: &[OutputFile],
    obsolete: &[OsString],
    existing: Existing,
) -> Result<Replaced, OutputError> {
    let Opened { completed, _lock } = open(directory)?;
    let changes = plan(directory, files, obsolete)?;
    let mut staged = Vec::new();
    for (file, (_, change)) in files.iter().zip(&changes) {
        let target = directory.join(&file.name);
        // Names reserved for this module.
        let is_own = file.name.to_string_lossy().starts_with(PREFIX);
        let existing = if is_own { Existing::Replace } else { existing };
        match change {
            Change::Written => {
                let attributes = NewFile { mode: file.mode, owner: None };
                staged.push(Staged::new(target, attributes, existing, file.is_map, |new| new.write_all(&file.bytes))?);
            }
            Change::Unchanged | Change::Removed => {
                replaceable(&target, existing)?;
            }
        }
    }
    let removed = changes.iter().filter(|(_, change)| *change == Change::Removed);
    let removed = removed.map(|(name, _)| directory.join(name)).collect::<Vec<_>>();
    let mut locks = Vec::new();
    for target in &removed {
        locks.extend(lock_map(target)?);
    }
    commit(directory, staged, removed)?;
    Ok(Replaced { changes, completed })
}

/// Puts staged files in place and removes others: all, or nothing.
fn commit(directory: &Path, staged: Vec<Staged>, removed: Vec<PathBuf>) -> Result<(), OutputError> {
    let result = carry_out(directory, &staged, &removed);
    if matches!(result, Err(OutputError::HalfDone { .. })) {
        // The next run needs them to complete the set.
        staged.into_iter().for_each(Staged::keep);
    }
    result
}

fn carry_out(directory: &Path, staged: &[Staged], removed: &[PathBuf]) -> Result<(), OutputError> {
    let steps = staged.len() + removed.len();
    if steps == 0 {
        return Ok(());
    }
    if steps > 1 {
        Journal::of(staged, removed)?.write(directory)?;
    }
    let mut done = Vec::with_capacity(steps);
    for staged in staged {
        let backup = if staged.existed { hard_link(directory, &staged.target) } else { None };
        step();
        if let Err(cause) = staged.put() {
            let first = failed("replace", &staged.target)(cause);
            return Err(undo(directory, done, first));
        }
        done.push(Done { target: staged.target.clone(), backup, existed: staged.existed });
    }
    for target in removed {
        let backup = hard_link(directory, target);
        step();
        if let Err(cause) = fs::remove_file(target) {
            return Err(undo(directory, done, failed("remove", target)(cause)));
        }
        done.push(Done { target: target.clone(), backup, existed: true });
    }
    sync(directory).map_err(failed("write", directory))?;
    if steps > 1 {
        Journal::remove(directory)?;
    }
    Ok(())
}

/// A target that has been replaced or removed.
struct Done {
    target: PathBuf,
    /// Second name of the old file; `None` if there was none, or the file system has no hard links.
    backup: Option<tempfile::NamedTempFile<()>>,
    existed: bool,
}

/// Undoes what was done before the error `first`. If this is interrupted, the next run completes it.
fn undo(directory: &Path, done: Vec<Done>, first: OutputError) -> OutputError {
    if let Some(lost) = done.iter().find(|done| done.existed && done.backup.is_none()) {
        // The journal stays, so that the next run completes the set.
        let (path, cause) = (lost.target.clone(), io::ErrorKind::Unsupported.into());
        keep(done);
        return OutputError::HalfDone { first: Box::new(first), path, cause };
    }
    let undone = Journal::undoing(&done).and_then(|journal| {
        journal.write(directory)?;
        journal.carry_out(directory)?;
        Journal::remove(directory)
    });
    match undone {
        Err(OutputError::Io { path, cause, .. }) => {
            keep(done);
            OutputError::HalfDone { first: Box::new(first), path, cause }
        }
        _ => first,
    }
}

/// Keeps old files where the next run finds them.
fn keep(done: Vec<Done>) {
    for backup in done.into_iter().filter_map(|done| done.backup) {
        let _ = backup.keep();
    }
}
