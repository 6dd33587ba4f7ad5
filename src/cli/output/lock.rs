//! Locks: one that only those can take who may write to the directory, and who holds one.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{OutputError, failed};

/// The file that a run locks while it writes to a directory. The directory itself is not locked: anybody who may read it could hold
/// such a lock, and so keep every build waiting.
const NAME: &str = ".relaycc-lock";

/// How long to wait for another run. It holds the lock for a second, if that.
#[cfg(not(test))]
const PATIENCE: Duration = Duration::from_secs(10);
#[cfg(test)]
const PATIENCE: Duration = Duration::from_millis(300);

/// How long to sleep between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// A directory that nobody else writes to until this is dropped.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    path: PathBuf,
    _file: File,
}

impl DirectoryLock {
    /// Locks a directory; `None` where its file system knows no locks.
    ///
    /// # Errors
    /// [`OutputError::Busy`] if another run holds the lock for too long; [`OutputError::Io`] if nothing can be written there.
    pub(super) fn take(directory: &Path) -> Result<Option<Self>, OutputError> {
        let path = directory.join(NAME);
        let start = Instant::now();
        loop {
            // No link is followed, no device is opened, and others may not open it to lock it.
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
                    // Whoever held it has removed it.
                    Ok(()) => continue,
                    Err(TryLockError::Error(_)) => {
                        let _ = fs::remove_file(&path);
                        return Ok(None);
                    }
                    Err(TryLockError::WouldBlock) => false,
                },
                // A run of another user is at work.
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
        // While the lock is held, so that nobody else's file is removed.
        let _ = fs::remove_file(&self.path);
    }
}

/// `O_NOFOLLOW | O_NONBLOCK`
const NO_FOLLOW: i32 = (rustix::fs::OFlags::NOFOLLOW.bits() | rustix::fs::OFlags::NONBLOCK.bits()) as i32;

/// Who is named where the system does not tell who holds a lock.
const SOMEBODY: &str = "another program";

fn is_still(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(opened), Ok(found)) => (opened.dev(), opened.ino()) == (found.dev(), found.ino()),
        _ => false,
    }
}

/// Locks an old file until the value that is returned is dropped; `None` where that cannot be done.
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

/// Who has a file locked, as Linux lists it: `process 4711 (makemap, user id 0)`.
fn holder(path: &Path) -> Option<String> {
    let number = fs::symlink_metadata(path).ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // `1: FLOCK  ADVISORY  WRITE 4711 08:01:1234567 0 EOF`; those that wait have `->` behind the first word.
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
