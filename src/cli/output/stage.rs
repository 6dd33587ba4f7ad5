//! Files that are whole, and not yet in their places.

use std::{
    fs::{self, File, Metadata, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::{Builder, NamedTempFile};

use super::{Existing, OutputError, PREFIX, SUFFIX, directory::parent_of, failed, journal::step, lock::lock};

/// How long to wait for whoever has locked a map file that is to be replaced. `makemap` needs some seconds for a million entries.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a file gets that replaces none.
#[derive(Debug, Clone, Copy)]
pub struct NewFile {
    /// Permission bits; the user's umask takes away from them.
    pub mode: u32,
    /// Number of the user that it belongs to, if that is not who makes it. Not given where the system does not let us.
    pub owner: Option<u32>,
}

/// A file that is whole, and not yet in its place.
pub(super) struct Staged {
    new: NamedTempFile,
    pub(super) target: PathBuf,
    /// Whether there is an old one, which then is locked.
    pub(super) existed: bool,
    _lock: Option<File>,
}

impl Staged {
    /// Writes it. `is_map`: others may have the old one locked.
    pub(super) fn new(
        target: PathBuf,
        made: NewFile,
        existing: Existing,
        is_map: bool,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<Self, OutputError> {
        let old = replaceable(&target, existing)?;
        let lock = if old.is_some() && is_map { lock_map(&target)? } else { None };
        step();
        let new = stage(&target, made, old.as_ref(), write)?;
        step();
        Ok(Self { new, target, existed: old.is_some(), _lock: lock })
    }

    /// Where it is now.
    pub(super) fn path(&self) -> &Path {
        self.new.path()
    }

    /// Leaves it where it is, for another run.
    pub(super) fn keep(self) {
        let _ = self.new.keep();
    }

    /// Puts it in its place.
    pub(super) fn put(&self) -> io::Result<()> {
        fs::rename(self.path(), &self.target)
    }
}

/// Locks a map file against those who work on it.
pub(super) fn lock_map(target: &Path) -> Result<Option<File>, OutputError> {
    lock(target, PATIENCE)
}

/// Gives the old file a second name, under which it survives being replaced.
pub(super) fn hard_link(directory: &Path, target: &Path) -> Option<NamedTempFile<()>> {
    Builder::new().prefix(PREFIX).suffix(SUFFIX).make_in(directory, |path| fs::hard_link(target, path)).ok()
}

/// The old file, if there is one and it may be replaced.
pub(super) fn replaceable(target: &Path, existing: Existing) -> Result<Option<Metadata>, OutputError> {
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
