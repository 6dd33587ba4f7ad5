//! Output files, replaced whole and together.
//!
//! A file is written beside its target under another name, given the old file's mode and owner, brought to the disk, and
//! renamed over the target; then the directory is brought to the disk. Whatever interrupts this, each target is the old
//! file or the new one. A file whose bytes are there already is left alone.
//!
//! A set of files is committed by a [`journal`]: once all of them are complete, the journal names them and what they
//! replace, and only then the first one is renamed. A run that is interrupted before that has changed nothing; one that is
//! interrupted later is completed by the next run that writes to the directory. When a rename fails, those before it are undone in the same way.
//!
//! What a killed run leaves behind has a name that only this module gives, and the next run removes it. A [`lock`] on the
//! directory keeps two runs from taking each other's files for such remains. Map files are locked as `makemap`, `newaliases`
//! and sendmail lock them, so that none of them is at work on a file that is replaced; nobody locks the others.

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

/// How the name of every file starts that is for this module's own use.
const PREFIX: &str = ".relaycc-";
/// How the name of a temporary one ends.
const SUFFIX: &str = ".tmp";

/// One file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Its name in the output directory.
    pub name: OsString,
    /// Permission bits of a file that is new; the user's umask takes away from them.
    pub mode: u32,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether other programs lock it while they work on it, as they do with map files.
    pub is_map: bool,
    /// The text that it is made from. Whoever compares the times of the two, as sendmail does for aliases, must not find the text
    /// newer, so the file is written again whenever the text is.
    pub made_from: Option<OsString>,
}

/// What to do with files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Replace them.
    Replace,
    /// Write nothing.
    Refuse,
}

/// What becomes of a file of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new, or its bytes are.
    Written,
    /// It has these bytes already, and is left alone.
    Unchanged,
    /// It was there and does not belong to the set any more.
    Removed,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Replaced {
    /// What became of each file: those of the set in their order, then those that are removed.
    pub changes: Vec<(OsString, Change)>,
    /// Files that an interrupted run had not put in their places, which was done first.
    pub completed: Vec<OsString>,
}

/// Replaces all of `files` in `directory` and removes `obsolete` from it, or does nothing.
///
/// The directory is created, with those above it, when it is missing.
///
/// # Errors
/// [`OutputError`]; except for [`OutputError::HalfDone`], every target is then what it was before.
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

/// What [`replace`] would do, without doing it.
///
/// # Errors
/// A target that could not be replaced.
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

/// Replaces the file `target`, or makes it, with what `write` writes.
///
/// # Errors
/// As [`replace`]; the directory must exist. What `write` fails with is [`OutputError::Io`].
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

/// A directory that this run alone writes to.
struct Opened {
    completed: Vec<OsString>,
    _lock: Option<DirectoryLock>,
}

/// Locks a directory, completes what an interrupted run began in it, and removes what one left there.
fn open(directory: &Path) -> Result<Opened, OutputError> {
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(failed("write into", directory)(io::ErrorKind::NotADirectory.into())),
        Err(cause) => return Err(failed("open", directory)(cause)),
    }
    let lock = DirectoryLock::take(directory)?;
    let completed = journal::complete(directory)?;
    // Where a file system knows no locks, the removal of remains has to be given up.
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
        // What is for this module's use is no file of the user.
        let is_own = file.name.to_string_lossy().starts_with(PREFIX);
        let existing = if is_own { Existing::Replace } else { existing };
        match change {
            Change::Written => {
                let made = NewFile { mode: file.mode, owner: None };
                staged.push(Staged::new(target, made, existing, file.is_map, |new| new.write_all(&file.bytes))?);
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

/// Puts staged files in their places and removes others: all, or nothing.
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

/// A target that is new, or gone, by now.
struct Done {
    target: PathBuf,
    /// Another name of the old file; `None` if there was none or the file system knows no hard links.
    backup: Option<tempfile::NamedTempFile<()>>,
    existed: bool,
}

/// Undoes what was done before `first` went wrong. A run that is interrupted here is undone by the next one.
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

/// Leaves old files where the next run finds them.
fn keep(done: Vec<Done>) {
    for backup in done.into_iter().filter_map(|done| done.backup) {
        let _ = backup.keep();
    }
}
