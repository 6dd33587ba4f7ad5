//! Files that are complete, but not yet in place.

use std::{
    fs::{self, File, Metadata, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::{Builder, NamedTempFile};

use super::{Existing, OutputError, PREFIX, SUFFIX, directory::parent_of, failed, journal::step, lock::lock};

/// Maximum time to wait for a lock on a map file. `makemap` takes some seconds for a million entries.
const PATIENCE: Duration = Duration::from_secs(30);

/// Attributes of a new file.
#[derive(Debug, Clone, Copy)]
pub struct NewFile {
    /// Permission bits, reduced by the user's umask.
    pub mode: u32,
    /// User id of the owner, if that is not the caller. Ignored if the system does not permit it.
    pub owner: Option<u32>,
}

/// A file that is complete, but not yet in place.
pub(super) struct Staged {
    new: NamedTempFile,
    pub(super) target: PathBuf,
    /// Whether it replaces a file, which is locked then.
    pub(super) existed: bool,
    _lock: Option<File>,
}

impl Staged {
    /// Writes the file. With `is_map`, the old file may be locked by other programs.
    pub(super) fn new(
        target: PathBuf,
        attributes: NewFile,
        existing: Existing,
        is_map: bool,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<Self, OutputError> {
        let old = replaceable(&target, existing)?;
        let lock = if old.is_some() && is_map { lock_map(&target)? } else { None };
        step();
        let new = stage(&target, attributes, old.as_ref(), write)?;
        step();
        Ok(Self { new, target, existed: old.is_some(), _lock: lock })
    }

    /// Temporary path of the file.
    pub(super) fn path(&self) -> &Path {
        self.new.path()
    }

    /// Keeps the temporary file, for another run.
    pub(super) fn keep(self) {
        let _ = self.new.keep();
    }

    /// Renames the file to its target.
    pub(super) fn put(&self) -> io::Result<()> {
        fs::rename(self.path(), &self.target)
    }
}

/// Locks an old map file against programs that use it.
pub(super) fn lock_map(target: &Path) -> Result<Option<File>, OutputError> {
    lock(target, PATIENCE)
}

/// Gives the old file a second name, which survives the rename.
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
    attributes: NewFile,
    old: Option<&Metadata>,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<NamedTempFile, OutputError> {
    let staged = || -> io::Result<NamedTempFile> {
        // Nobody else may read the file until it has the owner and mode of the old one.
        let mode = if old.is_some() { 0o600 } else { attributes.mode };
        let mut new = Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(parent_of(target))?;
        write(new.as_file_mut())?;
        if let Some(old) = old {
            keep_owner(new.as_file(), old)?;
            new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o777))?;
        } else if let Some(owner) = attributes.owner {
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

/// Copies owner and group of the old file, as far as the system permits.
fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
    let attributes = new.metadata()?;
    if (attributes.uid(), attributes.gid()) == (old.uid(), old.gid()) {
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
