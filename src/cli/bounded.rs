//! Bounded reads of whole files: a configuration may name any file, including one without an end.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt},
    path::{Component, Path, PathBuf},
};

use crate::source::{PathPermissions, WritableDirectory};

/// Maximum size of a text: a site, an included file, a table, a class file, a zone. A table of a million entries needs a sixth of
/// it.
pub(super) const MAX_TEXT: u64 = 256 << 20;

/// Maximum size of a map file that is read whole.
pub(super) const MAX_MAP: u64 = 4 << 30;

/// Maximum number of symbolic links followed for one path, as on Linux.
const MAX_LINKS: usize = 40;

/// Reads a file named on the command line. It may be a pipe, as in `<(m4 site.m4)`.
///
/// # Errors
/// The file cannot be read, or is longer than [`MAX_TEXT`].
pub(super) fn named(path: &Path) -> io::Result<Vec<u8>> {
    all(&File::open(path)?, MAX_TEXT)
}

/// Reads a file that a configuration names: a plain file or `/dev/null`. Reading from a pipe could wait forever.
///
/// # Errors
/// The file cannot be read, is not a plain file, or is longer than [`MAX_TEXT`] ([`MAX_MAP`] for a map file).
pub(super) fn referenced(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe or a device must not block.
    let file = OpenOptions::new().read(true).custom_flags(NO_WAITING).open(path)?;
    let kind = file.metadata()?.file_type();
    let what = match () {
        () if kind.is_file() => None,
        () if kind.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        () if kind.is_fifo() => Some("a pipe"),
        () if kind.is_socket() => Some("a socket"),
        () if path == Path::new("/dev/null") => return Ok(Vec::new()),
        () => Some("a device"),
    };
    if let Some(what) = what {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {what}, not a plain file")));
    }
    let is_map = path.extension().is_some_and(|ending| ending == "db" || ending == "cdb");
    all(&file, if is_map { MAX_MAP } else { MAX_TEXT })
}

/// `O_NONBLOCK`
const NO_WAITING: i32 = rustix::fs::OFlags::NONBLOCK.bits() as i32;

/// Permissions of a file and of the directories that lead to it; `None` if the file does not exist.
pub(super) fn permissions(path: &Path) -> Option<PathPermissions> {
    let is_link = fs::symlink_metadata(path).ok()?.file_type().is_symlink();
    let is_readable = fs::metadata(path).ok()?.permissions().mode() & 0o444 != 0;
    let directories =
        path.ancestors().skip(1).filter(|directory| !directory.as_os_str().is_empty()).collect::<Vec<_>>();
    let writable = directories.into_iter().rev().filter_map(|directory| {
        let mode = fs::metadata(directory).ok()?.permissions().mode();
        (mode & 0o022 != 0).then(|| WritableDirectory { path: directory.into(), by_all: mode & 0o002 != 0 })
    });
    Some(PathPermissions { writable: writable.collect(), is_link, is_readable })
}

/// Reads everything from a reader.
///
/// # Errors
/// Reading fails, or there are more than `limit` bytes.
pub(super) fn all(mut reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.by_ref().take(limit).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == limit && reader.read(&mut [0])? > 0 {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

/// The error for input that is longer than `limit`.
pub(super) fn too_large(limit: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {} MiB", limit >> 20))
}

/// Resolves a path below `root`, which stands for `/`: links and `..` cannot leave it, as with chroot(2).
///
/// # Errors
/// A link cannot be followed.
pub(super) fn below(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let mut left = components(path);
    let mut found = PathBuf::new();
    let mut links = 0;
    while let Some(step) = left.pop() {
        match step {
            Step::Up => {
                found.pop();
            }
            Step::Root => found.clear(),
            Step::Into(name) => {
                let next = found.join(&name);
                match fs::read_link(root.join(&next)) {
                    Ok(target) => {
                        links += 1;
                        if links > MAX_LINKS {
                            return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many symbolic links"));
                        }
                        left.extend(components(&target));
                    }
                    // Not a link, or missing; opening the result reports which.
                    Err(_) => found = next,
                }
            }
        }
    }
    Ok(root.join(found))
}

/// A step on the way to a file.
enum Step {
    Root,
    Up,
    Into(PathBuf),
}

/// The steps of a path in reverse order.
fn components(path: &Path) -> Vec<Step> {
    let step = |component| match component {
        Component::RootDir | Component::Prefix(_) => Some(Step::Root),
        Component::ParentDir => Some(Step::Up),
        Component::CurDir => None,
        Component::Normal(name) => Some(Step::Into(name.into())),
    };
    path.components().rev().filter_map(step).collect()
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::symlink, process::Command};

    use super::*;

    #[test]
    fn what_has_no_end_or_is_no_plain_file_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let refused = |path: &Path| referenced(path).unwrap_err().to_string();
        assert_eq!(refused(&pipe), "it is a pipe, not a plain file");
        assert_eq!(refused(Path::new("/dev/zero")), "it is a device, not a plain file");
        assert_eq!(referenced(Path::new("/dev/null")).unwrap(), b"");
        assert_eq!(referenced(directory.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(named(Path::new("/dev/zero")).unwrap_err().to_string(), "it has more than 256 MiB");
        let sparse = directory.path().join("sparse");
        File::create(&sparse).unwrap().set_len(MAX_TEXT + 1).unwrap();
        assert_eq!(referenced(&sparse).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn limits_are_the_last_that_is_allowed() {
        assert_eq!(all(&b"abc"[..], 3).unwrap(), b"abc");
        assert_eq!(all(&b"abcd"[..], 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn who_may_put_another_file_in_the_place_of_one_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        fs::create_dir(path.join("group")).unwrap();
        fs::create_dir(path.join("group/own")).unwrap();
        fs::write(path.join("group/own/file"), "").unwrap();
        fs::set_permissions(path.join("group"), fs::Permissions::from_mode(0o775)).unwrap();
        fs::set_permissions(path.join("group/own"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("file", path.join("group/own/link")).unwrap();
        let found = permissions(&path.join("group/own/link")).unwrap();
        assert!(found.is_link && found.is_readable);
        assert_eq!(found.writable.last(), Some(&WritableDirectory { path: path.join("group"), by_all: false }));
        fs::set_permissions(path.join("group"), fs::Permissions::from_mode(0o777)).unwrap();
        let found = permissions(&path.join("group/own/file")).unwrap();
        assert!(!found.is_link && found.writable.last().unwrap().by_all);
        assert_eq!(permissions(&path.join("none")), None);
    }

    #[test]
    fn nothing_leads_out_of_a_root() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        fs::create_dir_all(root.join("etc/mail")).unwrap();
        for (link, target) in [
            ("etc/absolute", "/etc/mail/names"),
            ("etc/up", "../../../../etc/mail/names"),
            ("etc/folder", "/etc/mail"),
            ("etc/chain", "absolute"),
            ("etc/out", "../../outside"),
            ("etc/endless", "endless"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        let names = root.join("etc/mail/names");
        for path in [
            "/etc/mail/names",
            "etc/mail/names",
            "/etc/absolute",
            "/etc/up",
            "/etc/folder/names",
            "/etc/chain",
            "/../../etc/mail/names",
            "/etc/mail/../../../etc/./mail/names",
            "/etc/folder/../mail/names",
        ] {
            assert_eq!(below(&root, Path::new(path)).unwrap(), names, "{path}");
        }
        assert_eq!(below(&root, Path::new("/etc/out")).unwrap(), root.join("outside"));
        assert_eq!(below(&root, Path::new("/etc/endless")).unwrap_err().to_string(), "too many symbolic links");
    }
}
