//! Errors of writing output files.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// A system call failed.
    #[error("cannot {action} `{}`: {cause}", path.display())]
    Io {
        /// The attempted action.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
    /// The target is a symbolic link, a directory, a device, …
    #[error("`{}` is {what}, not a file that can be replaced", path.display())]
    NotAFile {
        /// The target.
        path: PathBuf,
        /// The kind of file that it is.
        what: &'static str,
    },
    /// The target exists and must not be replaced.
    #[error("`{}` already exists", path.display())]
    Exists {
        /// The target.
        path: PathBuf,
    },
    /// Another program holds a lock on the target for too long.
    #[error("`{}` is locked by {holder}", path.display())]
    Locked {
        /// The target.
        path: PathBuf,
        /// The holder of the lock, as far as the system reports it.
        holder: String,
    },
    /// Another run writes to the directory for too long.
    #[error("`{}` is being written by {holder}", path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
        /// The holder of the lock, as far as the system reports it.
        holder: String,
    },
    /// The journal of an interrupted run is invalid.
    #[error("`{}` is not the journal of an interrupted build", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
    },
    /// A rename failed, and an earlier one could not be undone.
    #[error("{first}; `{}` was already replaced and could not be restored: {cause}", path.display())]
    HalfDone {
        /// The first error.
        first: Box<OutputError>,
        /// The file that could not be restored.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
}

/// Adds the attempted action to a system error.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    let path = path.to_path_buf();
    move |cause| OutputError::Io { action, path, cause }
}
