//! Finds and reads map files.

use std::{
    fs::File,
    io::{self, Read, Seek},
    os::{fd::AsFd, unix::fs::FileExt},
    path::{Path, PathBuf},
    thread,
};

use crate::{
    cli::{bounded, input},
    diagnostic::Diagnostic,
    map::{Answers, Entry, Format, MapFile, ReadError, lmdb},
};

/// File name of a map: its name with the ending of the format, unless it has that ending already.
pub(super) fn path(map: &Path, format: Format) -> PathBuf {
    let extension = format.extension();
    if map.extension().is_some_and(|found| found == extension) {
        return map.to_owned();
    }
    let mut name = map.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Whether a file name has the ending of a map file.
pub(super) fn has_ending(path: &Path) -> bool {
    let ending = |format: &Format| path.extension().is_some_and(|ending| ending == format.extension());
    Format::ALL.iter().any(ending)
}

/// Converts an entry to the form that users of this format store.
pub(super) fn as_in(format: Format, entry: Entry<'_>) -> Entry<'_> {
    match format {
        Format::Hash | Format::Btree | Format::Cdb => entry,
        Format::Lmdb => Entry { key: lmdb::terminated(entry.key), value: lmdb::terminated(entry.value) },
    }
}

/// Opens a map: the file of that name if it is a map file, otherwise the one with an ending.
///
/// # Errors
/// There is no such file, or it cannot be opened.
pub(super) fn find(map: &Path) -> Result<(PathBuf, File), Box<Diagnostic>> {
    let endings = [Format::Hash, Format::Cdb, Format::Lmdb].map(|format| path(map, format));
    let found = endings.into_iter().find(|path| path.is_file()).unwrap_or_else(|| map.to_owned());
    let path = if map.is_file() && is_map(map) { map.to_owned() } else { found };
    match File::open(&path) {
        Ok(file) => Ok((path, file)),
        Err(cause) => Err(input::unreadable(&path, &cause)),
    }
}

/// Reads a map, found as with [`find`].
///
/// # Errors
/// There is no such file, or it cannot be read.
pub(super) fn read(map: &Path) -> Result<(PathBuf, Vec<u8>), Box<Diagnostic>> {
    let (path, file) = find(map)?;
    let bytes = whole(&path, &file)?;
    Ok((path, bytes))
}

/// Reads a file that has just been opened.
///
/// # Errors
/// The file cannot be read.
pub(super) fn whole(path: &Path, file: &File) -> Result<Vec<u8>, Box<Diagnostic>> {
    all_of(file, |_| ()).map_err(|cause| input::unreadable(path, &cause))
}

/// Standard input without a buffer.
///
/// # Errors
/// Standard input is closed.
pub(super) fn stdin() -> io::Result<File> {
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

/// Reads the rest of a file; `progress` is called with the number of bytes read so far.
///
/// # Errors
/// The file cannot be read.
pub(super) fn all_of(mut file: &File, mut progress: impl FnMut(usize)) -> io::Result<Vec<u8>> {
    const CHUNK_SIZE: u64 = 8 << 20;
    let mut bytes = halves(file)?;
    while file.by_ref().take(CHUNK_SIZE).read_to_end(&mut bytes)? > 0 {
        progress(bytes.len());
        if bytes.len() as u64 > bounded::MAX_MAP {
            return Err(bounded::too_large(bounded::MAX_MAP));
        }
    }
    Ok(bytes)
}

/// Number of bytes left in a file; `None` if that is unknown, as for a pipe.
///
/// # Errors
/// The system call fails.
pub(super) fn left_of(mut file: &File) -> io::Result<Option<usize>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    Ok(usize::try_from(metadata.len().saturating_sub(file.stream_position()?)).ok())
}

/// Size from which a second thread reads half of the file: most of the time is spent on allocating memory.
const PARALLEL_THRESHOLD: usize = 1 << 22;

/// Reads a large file with two threads; returns nothing for smaller ones.
fn halves(mut file: &File) -> io::Result<Vec<u8>> {
    let Some(length) = left_of(file)? else { return Ok(Vec::new()) };
    if length as u64 > bounded::MAX_MAP {
        return Err(bounded::too_large(bounded::MAX_MAP));
    }
    let start = file.stream_position()?;
    if length < PARALLEL_THRESHOLD {
        return Ok(Vec::with_capacity(length + 1));
    }
    // One spare byte, so that the end is detected without reallocation.
    let mut bytes = vec![0; length + 1];
    bytes.truncate(length);
    let (first, second) = bytes.split_at_mut(length / 2);
    let middle = start + first.len() as u64;
    thread::scope(|scope| {
        let reader = scope.spawn(|| file.read_exact_at(second, middle));
        file.read_exact_at(first, start)?;
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    file.seek(io::SeekFrom::Start(start + length as u64))?;
    Ok(bytes)
}

/// Whether a file starts like a map file: the text of a map may have the map's own name.
fn is_map(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 16).read_to_end(&mut start));
    read.is_ok() && !matches!(MapFile::open(&start), Err(ReadError::Unrecognized(_)))
}

/// Opens the map in these bytes.
///
/// # Errors
/// The format is not supported, or the start of the file is damaged.
pub(super) fn open<'b>(path: &Path, bytes: &'b [u8]) -> Result<MapFile<'b>, Box<Diagnostic>> {
    MapFile::open(bytes).map_err(|error| damaged(path, &error))
}

/// Reads all entries of a map and checks that each key can be found.
///
/// # Errors
/// The file is damaged.
pub(super) fn entries<'b>(path: &Path, file: &MapFile<'b>) -> Result<Vec<Entry<'b>>, Box<Diagnostic>> {
    let mut entries = Vec::new();
    each_found(path, file, |some| entries.extend(some))?;
    Ok(entries)
}

/// Passes all entries of a map on in batches, after checking that each key can be found.
///
/// # Errors
/// The file is damaged.
pub(super) fn each_found<'b>(
    path: &Path,
    file: &MapFile<'b>,
    mut take: impl FnMut(Vec<Entry<'b>>),
) -> Result<(), Box<Diagnostic>> {
    let mut entries = file.entries();
    let mut answers = Answers::default();
    loop {
        let some = entries.by_ref().take(1 << 16).collect::<Result<Vec<_>, _>>();
        let some = some.map_err(|error| damaged(path, &error))?;
        if some.is_empty() {
            return Ok(());
        }
        let keys = some.iter().map(|entry| &*entry.key).collect::<Vec<_>>();
        file.get_all(&keys, &mut answers);
        for (number, key) in keys.iter().enumerate() {
            if answers.get(number).map_err(|error| damaged(path, error))?.is_none() {
                return Err(misplaced(path, key));
            }
        }
        take(some);
    }
}

/// The error for a map file that cannot be read.
pub(super) fn damaged(path: &Path, error: &ReadError) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error("map_damaged", format!("`{}`: {error}", path.display()));
    Box::new(match error {
        ReadError::Unrecognized(why) => {
            Diagnostic::error("map_unrecognized", format!("`{}` is not a map file: {why}", path.display()))
                .help("supported formats: hash and btree files of Berkeley DB, cdb, LMDB")
        }
        ReadError::Unreadable { .. } => diagnostic,
        ReadError::Version { .. } | ReadError::Unsupported { .. } => {
            diagnostic.help("rebuild the map from its text: `relaycc map build`")
        }
        ReadError::Corrupt { .. } | ReadError::CorruptAt { .. } => by_accident(diagnostic),
    })
}

/// The error for a key that is in a map file but cannot be found by a lookup.
fn misplaced(path: &Path, key: &[u8]) -> Box<Diagnostic> {
    let key = String::from_utf8_lossy(shown(key));
    let diagnostic = format!("`{}` contains the key `{key}` in a place where lookups do not find it", path.display());
    Box::new(by_accident(Diagnostic::error("map_damaged", diagnostic)))
}

fn by_accident(damage: Diagnostic) -> Diagnostic {
    damage
        .why("a program was killed while writing to it, or the disk is failing")
        .help("rebuild the map from its text: `relaycc map build`")
}

/// A key or value without its trailing zero byte, if any.
pub(super) fn shown(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\0").unwrap_or(bytes)
}

/// Whether writing failed because the reader has gone.
pub(super) fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Duplicates, write};

    #[test]
    fn a_key_that_is_listed_is_found_as_well() {
        // In a hash file these share a bucket.
        let keys = ["example.net", "example.com"];
        for format in [Format::Hash, Format::Btree] {
            let mut bytes = Vec::new();
            write(format, &keys.map(|key| (key, "RELAY")), Duplicates::Refuse, &mut bytes).unwrap();
            assert_eq!(entries(Path::new("m.db"), &MapFile::open(&bytes).unwrap()).unwrap().len(), 2);
            // Swaps the two, which are on the same page.
            let at = keys.map(|key| bytes.windows(key.len()).position(|piece| piece == key.as_bytes()).unwrap());
            for (at, key) in at.iter().zip(keys.iter().rev()) {
                bytes[*at..at + key.len()].copy_from_slice(key.as_bytes());
            }
            let damage = entries(Path::new("m.db"), &MapFile::open(&bytes).unwrap()).unwrap_err();
            assert!(
                damage.message.ends_with("in a place where lookups do not find it"),
                "{format}: {}",
                damage.message
            );
        }
    }
}
