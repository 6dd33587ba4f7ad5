//! Locks: the lock of an output directory, which only users who may write to it can take, and the holders of locks.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{OutputError, failed};

/// The file that a run locks while it writes to a directory. Locking the directory itself would let anybody who can read it delay
/// every build.
const NAME: &str = ".relaycc-lock";

/// Maximum time to wait for another run, which holds the lock for about a second.
#[cfg(not(test))]
const PATIENCE: Duration = Duration::from_secs(10);
#[cfg(test)]
const PATIENCE: Duration = Duration::from_millis(300);

/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// A locked directory; the lock is released when this is dropped.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    path: PathBuf,
    _file: File,
}

impl DirectoryLock {
    /// Locks a directory; `None` if its file system does not support locks.
    ///
    /// # Errors
    /// [`OutputError::Busy`] if another run holds the lock for too long; [`OutputError::Io`] if the directory is not writable.
    pub(super) fn take(directory: &Path) -> Result<Option<Self>, OutputError> {
        let path = directory.join(NAME);
        let start = Instant::now();
        loop {
            // Does not follow links or open devices, and keeps others from opening the file to lock it.
            let opened = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .custom_flags(NO_FOLLOW)
                .open(&path);
            let is_foreign = match opened {
                Ok(file) => match file.try_lock() {
                    Ok(()) if is_still(&file, &path) => return Ok(Some(Self { path, _file: file })),
                    // The previous holder has removed the file.
                    Ok(()) => continue,
                    Err(TryLockError::Error(_)) => {
                        let _ = fs::remove_file(&path);
                        return Ok(None);
                    }
                    Err(TryLockError::WouldBlock) => false,
                },
                // A run of another user holds the lock.
                Err(cause) if cause.kind() == io::ErrorKind::PermissionDenied && path.exists() => true,
                Err(cause) => return Err(failed("write into", directory)(cause)),
            };
            if start.elapsed() >= PATIENCE {
                let holder = match (holder(&path), is_foreign) {
                    (Some(holder), _) => holder,
                    (None, true) => "a program of another user".to_owned(),
                    (None, false) => SOMEBODY.to_owned(),
                };
                return Err(OutputError::Busy { path: directory.into(), holder });
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        // Still under the lock, so that no other run's file is removed.
        let _ = fs::remove_file(&self.path);
    }
}

/// `O_NOFOLLOW | O_NONBLOCK`
const NO_FOLLOW: i32 = (rustix::fs::OFlags::NOFOLLOW.bits() | rustix::fs::OFlags::NONBLOCK.bits()) as i32;

/// Used when the system does not report the holder of a lock.
const SOMEBODY: &str = "another program";

fn is_still(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(opened), Ok(found)) => (opened.dev(), opened.ino()) == (found.dev(), found.ino()),
        _ => false,
    }
}

/// Locks an existing file until the returned value is dropped; `None` if locks are not supported.
///
/// # Errors
/// [`OutputError::Locked`] after `patience`.
pub(super) fn lock(target: &Path, patience: Duration) -> Result<Option<File>, OutputError> {
    let Ok(file) = File::open(target) else { return Ok(None) };
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let holder = holder(target).unwrap_or_else(|| SOMEBODY.to_owned());
                return Err(OutputError::Locked { path: target.into(), holder });
            }
        }
    }
}

/// The holder of a lock, as listed by Linux: `process 4711 (makemap, user id 0)`.
fn holder(path: &Path) -> Option<String> {
    let number = fs::symlink_metadata(path).ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // `1: FLOCK  ADVISORY  WRITE 4711 08:01:1234567 0 EOF`; waiting processes have `->` behind the first word.
    let process = locks.lines().find_map(|line| {
        let words = line.split_whitespace().collect::<Vec<_>>();
        match words.as_slice() {
            [_, "FLOCK", _, _, process, file, ..] if file.rsplit(':').next() == Some(&number) => {
                Some((*process).to_owned())
            }
            _ => None,
        }
    })?;
    let folder = Path::new("/proc").join(&process);
    let user = fs::metadata(&folder).ok()?.uid();
    let command = fs::read_to_string(folder.join("comm")).ok()?;
    Some(format!("process {process} ({}, user id {user})", command.trim()))
}
