//! The files that a configuration reads on its host, and those that could not be read.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::{bounded, input::Disk};
use crate::source::{FileSystem, PathPermissions};

/// Generated files, and the files below a directory that stands for `/`.
#[derive(Debug, Default)]
pub(super) struct Files {
    root: Option<PathBuf>,
    /// Whether files of this machine are ignored: only generated files and those below the directory exist then.
    is_elsewhere: bool,
    generated: BTreeMap<PathBuf, Vec<u8>>,
    disk: Disk,
    /// Generated files for use where the disk has none; they are empty.
    empty: BTreeMap<PathBuf, io::Error>,
    unread: RefCell<BTreeMap<PathBuf, Unread>>,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unread {
    kind: io::ErrorKind,
    /// Error of the system.
    message: String,
    /// Whether an empty file was used instead.
    pub(super) is_replaced: bool,
}

impl Unread {
    /// Why the file could not be read.
    pub(super) fn cause(&self) -> io::Error {
        io::Error::new(self.kind, self.message.as_str())
    }
}

impl Files {
    /// The files below `root`, or below `/`.
    pub(super) fn below(root: Option<PathBuf>) -> Self {
        Self { root, ..Self::default() }
    }

    /// The files of a host other than this machine: without a directory that stands for `/`, it has none.
    pub(super) fn of_host(root: Option<PathBuf>) -> Self {
        Self { root, is_elsewhere: true, ..Self::default() }
    }

    /// Whether another directory stands for `/`.
    pub(super) fn has_root(&self) -> bool {
        self.root.is_some()
    }

    /// Sets the content of a file.
    pub(super) fn make(&mut self, path: PathBuf, bytes: Vec<u8>) {
        self.generated.insert(path, bytes);
    }

    /// Sets the content of a file that is used if the real file cannot be read.
    pub(super) fn make_if_unread(&mut self, path: PathBuf, bytes: Vec<u8>) {
        if let Err(cause) = self.on_disk(&path) {
            self.empty.insert(path.clone(), cause);
            self.generated.insert(path, bytes);
        }
    }

    /// Why a file could not be read; `None` if it was read, or not used.
    pub(super) fn unread(&self, path: &Path) -> Option<Unread> {
        self.unread.borrow().get(path).cloned()
    }

    fn on_disk(&self, path: &Path) -> io::Result<Vec<u8>> {
        match &self.root {
            Some(root) => self.disk.read(&bounded::below(root, path)?),
            None if self.is_elsewhere => Err(io::ErrorKind::NotFound.into()),
            None => self.disk.read(path),
        }
    }

    fn record_unread(&self, path: &Path, cause: &io::Error, is_replaced: bool) {
        let unread = || Unread { kind: cause.kind(), message: cause.to_string(), is_replaced };
        self.unread.borrow_mut().entry(path.to_owned()).or_insert_with(unread);
    }
}

impl FileSystem for Files {
    /// Below another root the files are copies, without the permissions that they have on the host.
    fn permissions(&self, path: &Path) -> Option<PathPermissions> {
        if self.root.is_some() || self.generated.contains_key(path) { None } else { bounded::permissions(path) }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.generated.get(path) {
            if let Some(cause) = self.empty.get(path) {
                self.record_unread(path, cause, true);
            }
            return Ok(bytes.clone());
        }
        let read = self.on_disk(path);
        if let Err(cause) = &read {
            self.record_unread(path, cause, false);
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_in_vain_is_known() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("there"), "x").unwrap();
        let mut files = Files::below(Some(directory.path().to_owned()));
        files.make_if_unread("/there".into(), b"y".to_vec());
        files.make_if_unread("/empty".into(), b"y".to_vec());
        files.make_if_unread("/nobody/asks".into(), b"y".to_vec());
        files.make("/made".into(), b"z".to_vec());
        let read = ["/there", "/empty", "/made", "/missing"].map(|path| files.read(Path::new(path)).ok());
        assert_eq!(read, [Some(b"x".to_vec()), Some(b"y".to_vec()), Some(b"z".to_vec()), None]);
        let unread = |path| files.unread(Path::new(path)).map(|unread| (unread.kind, unread.is_replaced));
        assert_eq!(unread("/empty"), Some((io::ErrorKind::NotFound, true)));
        assert_eq!(unread("/missing"), Some((io::ErrorKind::NotFound, false)));
        for path in ["/there", "/made", "/nobody/asks"] {
            assert_eq!(files.unread(Path::new(path)), None, "{path}");
        }
    }
}
