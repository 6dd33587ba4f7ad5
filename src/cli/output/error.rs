//! Why nothing was written.

use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The system refused.
    #[error("cannot {action} `{}`: {cause}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system reported.
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
    #[error("`{}` is locked by {holder}", path.display())]
    Locked {
        /// The target.
        path: PathBuf,
        /// Who holds the lock, as far as the system tells.
        holder: String,
    },
    /// Another run writes to the directory, and does not end.
    #[error("`{}` is being written by {holder}", path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
        /// Who holds the lock, as far as the system tells.
        holder: String,
    },
    /// The journal of an interrupted run cannot be followed.
    #[error("`{}` is not the journal of an interrupted build", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
    },
    /// A rename failed and what had been renamed before it could not be put back.
    #[error("{first}; `{}` is new already and could not be put back: {cause}", path.display())]
    HalfDone {
        /// What went wrong first.
        first: Box<OutputError>,
        /// The file that could not be put back.
        path: PathBuf,
        /// What the system reported.
        cause: io::Error,
    },
}

/// Says what was tried when the system refused.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OutputError {
    let path = path.to_path_buf();
    move |cause| OutputError::Io { action, path, cause }
}
