//! The output directory.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{OutputError, PREFIX, SUFFIX, failed};

/// Creates a directory with its parents, and returns those that were missing, outermost first.
pub(super) fn create(directory: &Path) -> Result<Vec<PathBuf>, OutputError> {
    let missing = directory
        .ancestors()
        .take_while(|ancestor| !ancestor.as_os_str().is_empty() && ancestor.symlink_metadata().is_err())
        .collect::<Vec<_>>();
    let mut created = Vec::new();
    for path in missing.into_iter().rev() {
        match fs::create_dir(path).and_then(|()| sync(parent_of(path))) {
            Ok(()) => created.push(path.to_path_buf()),
            // Another run was faster, or the path goes up again (`new/../other`).
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => {
                remove_all(&created);
                return Err(failed("create", path)(cause));
            }
        }
    }
    Ok(created)
}

/// Removes directories that this run created, innermost first; one that is no longer empty stays.
pub(super) fn remove_all(created: &[PathBuf]) {
    for directory in created.iter().rev() {
        let _ = fs::remove_dir(directory);
    }
}

/// The directory of a file.
pub(super) fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Syncs the directory, where the file system supports that.
pub(super) fn sync(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        Err(cause) if matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

/// Whether a file name is one that only this program gives to temporary files.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Removes temporary files of killed runs. A file that cannot be removed does no harm.
pub(super) fn remove_remains(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(is_temporary);
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
