//! Output files, replaced whole and together.
//!
//! A file is written beside its target under another name, given the old file's mode and owner, brought to the disk, and
//! renamed over the target; then the directory is brought to the disk. Whatever interrupts this, each target is the old
//! file or the new one. Nothing is renamed before every file of the set is complete, and when a rename fails the ones
//! before it are undone, so that a full disk or a missing permission leaves the old set.
//!
//! What a killed run leaves behind has a name that only this module gives, and the next run removes it. A lock on the
//! directory keeps two runs from taking each other's files for such remains. Each old file is locked as `makemap`, `newaliases`
//! and sendmail lock their maps, so that none of them is at work on a file that is replaced.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::{MetadataExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

/// How the name of every temporary file starts.
const PREFIX: &str = ".relaycc-";
/// How it ends.
const SUFFIX: &str = ".tmp";
/// How long to wait for whoever has locked a file that is to be replaced.
const PATIENCE: Duration = Duration::from_secs(60);

/// One file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Its name in the output directory.
    pub name: OsString,
    /// Permission bits of a file that is new; the user's umask takes away from them.
    pub mode: u32,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What to do with files that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Replace them.
    Replace,
    /// Write nothing.
    Refuse,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The system said no.
    #[error("cannot {action} `{}`: {cause}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The target is a symbolic link, a directory, a device, …
    #[error("`{}` is {what}, not a file that can be replaced", path.display())]
    NotAFile {
        /// The target.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
    },
    /// The target exists and was not to be replaced.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The target.
        path: PathBuf,
    },
    /// Another program has the target locked, and keeps it so.
    #[error("`{}` is locked by another program", path.display())]
    Locked {
        /// The target.
        path: PathBuf,
    },
    /// A rename failed and what had been renamed before it could not be put back.
    #[error("{first}; `{}` is new already and could not be put back: {cause}", path.display())]
    HalfDone {
        /// What went wrong first.
        first: Box<OutputError>,
        /// The file that could not be put back.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Replaces all of `files` in `directory`, or none.
///
/// The directory is created, with those above it, when it is missing.
///
/// # Errors
/// [`OutputError`]; except for [`OutputError::HalfDone`], every target is then what it was before.
pub fn replace(directory: &Path, files: &[OutputFile], existing: Existing) -> Result<(), OutputError> {
    let created = create_directory(directory)?;
    let written = replace_in(directory, files, existing);
    if written.is_err() {
        remove_directories(&created);
    }
    written
}

/// What a file gets that replaces none.
#[derive(Debug, Clone, Copy)]
pub struct NewFile {
    /// Permission bits; the user's umask takes away from them.
    pub mode: u32,
    /// Number of the user that it belongs to, if that is not who makes it. Not given where the system does not let us.
    pub owner: Option<u32>,
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
    let _directory_lock = open(directory)?;
    let Staged { new, _lock, .. } = Staged::new(target.into(), new, existing, write)?;
    new.persist(target).map_err(|error| failed("replace", target)(error.error))?;
    sync(directory).map_err(failed("write", directory))
}

/// Opens a directory to write into it, locks it, and removes what a killed run left there.
fn open(directory: &Path) -> Result<File, OutputError> {
    let opened = File::open(directory).map_err(failed("open", directory))?;
    if !opened.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(failed("write into", directory)(io::ErrorKind::NotADirectory.into()));
    }
    // Where a file system knows no locks, only the removal of remains has to be given up.
    if opened.lock().is_ok() {
        remove_remains(directory);
    }
    Ok(opened)
}

fn replace_in(directory: &Path, files: &[OutputFile], existing: Existing) -> Result<(), OutputError> {
    let _directory_lock = open(directory)?;
    let mut staged = Vec::with_capacity(files.len());
    for file in files {
        let made = NewFile { mode: file.mode, owner: None };
        staged.push(Staged::new(directory.join(&file.name), made, existing, |new| new.write_all(&file.bytes))?);
    }
    let mut replaced = Vec::with_capacity(staged.len());
    for Staged { new, target, existed, _lock } in staged {
        let backup = if existed { hard_link(directory, &target) } else { None };
        if let Err(error) = new.persist(&target) {
            let first = failed("replace", &target)(error.error);
            return Err(put_back(replaced, first));
        }
        replaced.push(Replaced { target, backup, existed });
    }
    sync(directory).map_err(failed("write", directory))
}

/// A file that is whole, and not yet in its place.
struct Staged {
    new: NamedTempFile,
    target: PathBuf,
    /// Whether there is an old one, which then is locked.
    existed: bool,
    _lock: Option<File>,
}

impl Staged {
    fn new(
        target: PathBuf,
        made: NewFile,
        existing: Existing,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<Self, OutputError> {
        let old = replaceable(&target, existing)?;
        let lock = if old.is_some() { lock(&target, PATIENCE)? } else { None };
        let new = stage(&target, made, old.as_ref(), write)?;
        Ok(Self { new, target, existed: old.is_some(), _lock: lock })
    }
}

/// A target that is new by now.
struct Replaced {
    target: PathBuf,
    /// Another name of the old file; `None` if there was none or the file system knows no hard links.
    backup: Option<NamedTempFile<()>>,
    existed: bool,
}

/// Undoes what was done before `first` went wrong.
fn put_back(replaced: Vec<Replaced>, first: OutputError) -> OutputError {
    let mut error = first;
    for Replaced { target, backup, existed } in replaced.into_iter().rev() {
        let undone = match backup {
            Some(backup) => backup.into_temp_path().persist(&target).map_err(|e| e.error),
            None if existed => Err(io::Error::from(io::ErrorKind::Unsupported)),
            None => fs::remove_file(&target),
        };
        if let Err(cause) = undone {
            error = OutputError::HalfDone { first: Box::new(error), path: target, cause };
        }
    }
    error
}

/// Gives the old file a second name, under which it survives being replaced.
fn hard_link(directory: &Path, target: &Path) -> Option<NamedTempFile<()>> {
    Builder::new().prefix(PREFIX).suffix(SUFFIX).make_in(directory, |path| fs::hard_link(target, path)).ok()
}

/// The old file, if there is one and it may be replaced.
fn replaceable(target: &Path, existing: Existing) -> Result<Option<Metadata>, OutputError> {
    let old = match fs::symlink_metadata(target) {
        Ok(old) => old,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(failed("look at", target)(cause)),
    };
    let what = old.file_type();
    if what.is_file() {
        return match existing {
            Existing::Replace => Ok(Some(old)),
            Existing::Refuse => Err(OutputError::Exists { path: target.into() }),
        };
    }
    let what = match (what.is_symlink(), what.is_dir()) {
        (true, _) => "a symbolic link",
        (_, true) => "a directory",
        _ => "a device, socket or pipe",
    };
    Err(OutputError::NotAFile { path: target.into(), what })
}

/// Locks an old file until the value that is returned is dropped; `None` where that cannot be done.
///
/// # Errors
/// [`OutputError::Locked`] after `patience`.
fn lock(target: &Path, patience: Duration) -> Result<Option<File>, OutputError> {
    let Ok(file) = File::open(target) else { return Ok(None) };
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::WouldBlock) => return Err(OutputError::Locked { path: target.into() }),
        }
    }
}

/// Writes one file completely under a temporary name.
fn stage(
    target: &Path,
    made: NewFile,
    old: Option<&Metadata>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<NamedTempFile, OutputError> {
    let staged = || -> io::Result<NamedTempFile> {
        // What replaces a file is nobody else's to read until it has that file's owner and mode.
        let mode = if old.is_some() { 0o600 } else { made.mode };
        let mut new = Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(parent_of(target))?;
        write(new.as_file_mut())?;
        if let Some(old) = old {
            keep_owner(new.as_file(), old)?;
            new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o777))?;
        } else if let Some(owner) = made.owner {
            match fchown(new.as_file(), Some(owner), None) {
                Err(cause) if cause.kind() != io::ErrorKind::PermissionDenied => return Err(cause),
                _ => {}
            }
        }
        new.as_file().sync_all()?;
        Ok(new)
    };
    staged().map_err(failed("write", target))
}

/// Gives the new file the old one's owner and group as far as the system lets us.
fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
    let made = new.metadata()?;
    if (made.uid(), made.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    let refused = |cause: &io::Error| cause.kind() == io::ErrorKind::PermissionDenied;
    match fchown(new, Some(old.uid()), Some(old.gid())) {
        Err(cause) if refused(&cause) => match fchown(new, None, Some(old.gid())) {
            Err(cause) if !refused(&cause) => Err(cause),
            _ => Ok(()),
        },
        other => other,
    }
}

/// Removes temporary files of runs that were killed. One that cannot be removed does no harm.
fn remove_remains(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Creates a directory and those above it, and names the ones that were missing, outermost first.
fn create_directory(directory: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let missing = directory
        .ancestors()
        .take_while(|ancestor| !ancestor.as_os_str().is_empty() && ancestor.symlink_metadata().is_err())
        .collect::<Vec<_>>();
    let mut made = Vec::new();
    for path in missing.into_iter().rev() {
        match fs::create_dir(path).and_then(|()| sync(parent_of(path))) {
            Ok(()) => made.push(path.to_path_buf()),
            // Another run was faster, or the path goes up again (`new/../other`).
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => {
                remove_directories(&made);
                return Err(failed("create", path)(cause));
            }
        }
    }
    Ok(made)
}

/// Removes directories that this run made, innermost first; one that somebody else uses by now stays.
fn remove_directories(made: &[PathBuf]) {
    for directory in made.iter().rev() {
        let _ = fs::remove_dir(directory);
    }
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Brings the names in a directory to the disk, where the file system can do that for directories.
fn sync(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        Err(cause) if matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    let path = path.to_path_buf();
    move |cause| OutputError::Io { action, path, cause }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{OpenOptionsExt, symlink};

    use super::*;

    fn file(name: &'static str, mode: u32, text: &str) -> OutputFile {
        OutputFile { name: name.into(), mode, bytes: text.into() }
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names =
            fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>();
        names.sort();
        names
    }

    #[test]
    fn new_files_get_the_mode_asked_for_and_old_ones_keep_theirs() {
        let directory = tempfile::tempdir().unwrap();
        let set = [file("a", 0o640, "one"), file("b", 0o600, "two")];
        replace(directory.path(), &set, Existing::Refuse).unwrap();
        let mode = |name| fs::metadata(directory.path().join(name)).unwrap().mode() & 0o777;
        // The umask of whoever runs this takes away from it.
        let created =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o640).open(directory.path().join("c")).unwrap();
        assert_eq!((mode("a"), mode("b")), (created.metadata().unwrap().mode() & 0o777, 0o600));

        fs::set_permissions(directory.path().join("a"), Permissions::from_mode(0o604)).unwrap();
        replace(directory.path(), &[file("a", 0o640, "three")], Existing::Replace).unwrap();
        assert_eq!(mode("a"), 0o604);
        assert_eq!(fs::read(directory.path().join("a")).unwrap(), b"three");
        assert_eq!(names(directory.path()), ["a", "b", "c"]);
    }

    #[test]
    fn a_missing_directory_is_made_and_unmade_when_nothing_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let deep = directory.path().join("x/y");
        replace(&deep, &[file("a", 0o600, "one")], Existing::Replace).unwrap();
        assert_eq!(names(&deep), ["a"]);

        let other = directory.path().join("z/w");
        let error = replace(&other, &[file("no/such", 0o600, "one")], Existing::Replace).unwrap_err();
        assert!(matches!(error, OutputError::Io { .. }), "{error}");
        assert_eq!(names(directory.path()), ["x"]);
    }

    #[test]
    fn what_is_no_plain_file_is_refused_and_the_rest_of_the_set_stays_old() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::write(path.join("a"), "old").unwrap();
        fs::write(path.join("elsewhere"), "precious").unwrap();
        symlink("elsewhere", path.join("link")).unwrap();
        fs::create_dir(path.join("folder")).unwrap();
        for (name, said) in [("link", "a symbolic link"), ("folder", "a directory")] {
            let set = [file("a", 0o600, "new"), file(name, 0o600, "new")];
            let error = replace(path, &set, Existing::Replace).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        assert_eq!(fs::read(path.join("a")).unwrap(), b"old");
        assert_eq!(fs::read(path.join("elsewhere")).unwrap(), b"precious");
        assert_eq!(names(path), ["a", "elsewhere", "folder", "link"]);
    }

    #[test]
    fn existing_files_stay_when_they_were_not_to_be_replaced() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("b"), "old").unwrap();
        let set = [file("a", 0o600, "new"), file("b", 0o600, "new")];
        let error = replace(directory.path(), &set, Existing::Refuse).unwrap_err();
        assert!(matches!(error, OutputError::Exists { .. }), "{error}");
        assert_eq!(names(directory.path()), ["b"]);
    }

    #[test]
    fn a_file_that_another_program_has_locked_is_waited_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::write(&path, "old").unwrap();
        let theirs = File::open(&path).unwrap();
        theirs.lock().unwrap();
        let error = lock(&path, Duration::from_millis(50)).unwrap_err();
        assert!(matches!(error, OutputError::Locked { .. }), "{error}");
        thread::scope(|scope| {
            let ours = scope.spawn(|| replace(directory.path(), &[file("a", 0o600, "new")], Existing::Replace));
            thread::sleep(Duration::from_millis(100));
            assert_eq!(fs::read(&path).unwrap(), b"old");
            theirs.unlock().unwrap();
            ours.join().unwrap().unwrap();
        });
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn remains_of_a_killed_run_are_removed_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        for name in [".relaycc-Ab12Cd.tmp", ".relaycc-notes", "other.tmp"] {
            fs::write(directory.path().join(name), "").unwrap();
        }
        replace(directory.path(), &[file("a", 0o600, "new")], Existing::Replace).unwrap();
        assert_eq!(names(directory.path()), [".relaycc-notes", "a", "other.tmp"]);
    }

    #[test]
    fn a_failed_rename_undoes_the_ones_before_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::write(path.join("a"), "old").unwrap();
        let backup = hard_link(path, &path.join("a"));
        let replaced = vec![
            Replaced { target: path.join("a"), backup, existed: true },
            Replaced { target: path.join("b"), backup: None, existed: false },
        ];
        fs::write(path.join("new"), "new").unwrap();
        fs::rename(path.join("new"), path.join("a")).unwrap();
        fs::write(path.join("b"), "new").unwrap();
        let first = failed("replace", &path.join("c"))(io::ErrorKind::PermissionDenied.into());
        let error = put_back(replaced, first);
        assert!(matches!(error, OutputError::Io { .. }), "{error}");
        assert_eq!(names(path), ["a"]);
        assert_eq!(fs::read(path.join("a")).unwrap(), b"old");
    }

    #[test]
    fn what_cannot_be_undone_is_named() {
        let replaced = vec![Replaced { target: "/none/a".into(), backup: None, existed: true }];
        let first = failed("replace", Path::new("/none/b"))(io::ErrorKind::PermissionDenied.into());
        let error = put_back(replaced, first).to_string();
        assert!(error.contains("`/none/b`") && error.contains("`/none/a` is new already"), "{error}");
    }
}
