//! `relaycc map dump`: prints the entries of a map file.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use clap::Args;

use super::{
    byte,
    store::{self, is_broken_pipe, shown},
};
use crate::{
    cli::{
        Exit,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    map::{Entries, Entry, MapFile, Part, Parts, ReadAt, ReadError},
    parallel,
};

/// Number of bytes written at a time.
const CHUNK_SIZE: usize = 1 << 18;

/// Print the entries of a map file, like makemap -u
#[derive(Debug, Args)]
#[command(after_help = "\
Prints every entry that can be read, including entries that lookups miss because they are in the wrong place. To find those, use \
`relaycc map check`.

Exit status:
  0  All entries were printed
  2  Usage error, or the map is damaged or could not be read\
")]
pub(in crate::cli) struct Arguments {
    /// Map to print
    map: PathBuf,
    /// Character printed between key and value, instead of a tab
    #[arg(short = 't', long, value_name = "CHAR", value_parser = byte)]
    delimiter: Option<u8>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    map(&arguments.map, arguments.delimiter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// Prints the entries of a map.
///
/// # Errors
/// The map cannot be read. Entries that were read before the error are printed.
pub(super) fn map(map: &Path, delimiter: Option<u8>) -> Result<Exit, Box<Diagnostic>> {
    let (path, file) = store::find(map)?;
    let delimiter = delimiter.unwrap_or(b'\t');
    let printed = match Parts::of(&file) {
        Some(parts) if parts.all().len() > 1 => print_parts(&parts, delimiter, &mut io::stdout()),
        _ => Ok(Printed::default()),
    };
    let printed = match printed {
        Ok(Printed { all: true, .. }) => Ok(None),
        // The map cannot be read in parts, or a part is damaged; reading from the start finds the first error.
        Ok(Printed { entries, .. }) => {
            let bytes = store::whole(&path, &file)?;
            print(&store::open(&path, &bytes)?, entries, delimiter, &mut io::stdout().lock())
        }
        Err(cause) => Err(cause),
    };
    match printed {
        Ok(None) => Ok(Exit::Done),
        Ok(Some(error)) => Err(store::damaged(&path, &error)),
        Err(cause) if is_broken_pipe(&cause) => Ok(Exit::Done),
        Err(cause) => {
            Err(Box::new(Diagnostic::error("unwritable_output", format!("cannot write to standard output: {cause}"))))
        }
    }
}

/// Prints all entries except the first `printed`, up to one that cannot be read.
fn print(file: &MapFile<'_>, printed: usize, delimiter: u8, out: &mut impl Write) -> io::Result<Option<ReadError>> {
    let mut out = BufWriter::with_capacity(CHUNK_SIZE, out);
    for entry in file.entries().skip(printed) {
        match entry {
            Ok(entry) => print_entry(&entry, delimiter, &mut out)?,
            Err(error) => return out.flush().map(|()| Some(error)),
        }
    }
    out.flush().map(|()| None)
}

/// How much of a file was printed.
#[derive(Debug, Default)]
struct Printed {
    /// Number of entries, from the first one on.
    entries: usize,
    /// Whether these are all entries.
    all: bool,
}

/// Prints as many parts as can be read, with several threads.
fn print_parts(parts: &Parts<impl ReadAt>, delimiter: u8, out: &mut (impl Write + Send)) -> io::Result<Printed> {
    let (mut written, mut printed, goes_on) = (Ok(()), 0, AtomicBool::new(true));
    let text = |memory: &mut Memory, part: &Part| -> Option<usize> {
        memory.text.clear();
        let text = &mut memory.text;
        let print = |entries: Entries<'_, '_>| {
            let mut count = 0;
            for entry in entries {
                print_entry(&entry.ok()?, delimiter, text).ok()?;
                count += 1;
            }
            Some(count)
        };
        goes_on.load(Ordering::Relaxed).then(|| parts.list(part, &mut memory.pages, print))?.ok()?
    };
    parallel::in_order_with(parts.all(), Memory::default, text, |memory, count| match count {
        Some(count) if goes_on.load(Ordering::Relaxed) => {
            written = out.write_all(&memory.text);
            printed += count;
            goes_on.store(written.is_ok(), Ordering::Relaxed);
        }
        _ => goes_on.store(false, Ordering::Relaxed),
    });
    written.and_then(|()| out.flush()).map(|()| Printed { entries: printed, all: goes_on.into_inner() })
}

/// Buffers of a thread: the entries of a part, and their text.
#[derive(Debug, Default)]
struct Memory {
    pages: Vec<u8>,
    text: Vec<u8>,
}

fn print_entry(entry: &Entry<'_>, delimiter: u8, out: &mut impl Write) -> io::Result<()> {
    out.write_all(shown(&entry.key))?;
    out.write_all(&[delimiter])?;
    out.write_all(shown(&entry.value))?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Duplicates, Format, write};

    #[test]
    fn a_damaged_file_is_printed_up_to_the_damage() {
        let entries = (0..60_000).map(|n| (format!("host-{n}"), "550 5.7.1 refused".repeat(2))).collect::<Vec<_>>();
        for format in [Format::Hash, Format::Btree] {
            let mut good = Vec::new();
            write(format, &entries, Duplicates::Refuse, &mut good).unwrap();
            for page in [0, 5, good.len() / 4096 / 2, good.len() / 4096 - 9] {
                let mut bytes = good.clone();
                if page > 0 {
                    bytes[page * 4096 + 25] = 99;
                }
                let file = MapFile::open(&bytes).unwrap();
                let (mut text, mut expected, mut why) = (Vec::new(), Vec::new(), None);
                for entry in file.entries() {
                    match entry {
                        Ok(entry) => print_entry(&entry, b'\t', &mut expected).unwrap(),
                        Err(error) => why = Some(error),
                    }
                }
                let parts = Parts::of(bytes.as_slice()).map(|parts| print_parts(&parts, b'\t', &mut text).unwrap());
                let printed = parts.unwrap_or_default();
                assert_eq!(printed.all, why.is_none());
                if !printed.all {
                    assert_eq!(print(&file, printed.entries, b'\t', &mut text).unwrap(), why);
                }
                assert!(text == expected && why.is_some() == (page > 0));
            }
        }
    }

    /// A reader that fails at one offset.
    #[derive(Debug)]
    struct Failing<'f>(&'f [u8], usize);

    impl ReadAt for Failing<'_> {
        fn length(&self) -> io::Result<u64> {
            self.0.length()
        }

        fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
            let place = offset as usize..offset as usize + buffer.len();
            if place.contains(&self.1) {
                Err(io::ErrorKind::Other.into())
            } else {
                self.0.read_exact_at(buffer, offset)
            }
        }
    }

    #[test]
    fn what_cannot_be_read_ends_what_is_printed() {
        let entries = (0..60_000).map(|n| (format!("host-{n}"), "550 5.7.1 refused".repeat(2))).collect::<Vec<_>>();
        for format in [Format::Hash, Format::Btree] {
            let (mut good, mut expected, mut text) = (Vec::new(), Vec::new(), Vec::new());
            write(format, &entries, Duplicates::Refuse, &mut good).unwrap();
            print(&MapFile::open(&good).unwrap(), 0, b'\t', &mut expected).unwrap();
            let parts = Parts::of(Failing(&good, good.len() / 2)).unwrap();
            let printed = print_parts(&parts, b'\t', &mut text).unwrap();
            assert!(!printed.all && printed.entries > 0);
            assert!(expected.starts_with(&text) && text.len() < expected.len());
            assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), printed.entries);
        }
    }
}
