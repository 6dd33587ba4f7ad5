//! `relaycc map dump`: what is in a map file.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::Args;

use super::{
    byte,
    store::{self, is_broken_pipe, shown},
};
use crate::{
    cli::{
        Exit, parallel,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    map::{Entries, Entry, MapFile, ReadError},
};

/// Bytes that are written at a time.
const PIECE: usize = 1 << 18;
/// About as many bytes as a part of a file becomes.
const PART: usize = 1 << 20;

/// Print the entries of a map file, as makemap -u does
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The map
    map: PathBuf,
    /// What is put between key and value, instead of a tab
    #[arg(short = 't', long, value_name = "CHAR", value_parser = byte)]
    delimiter: Option<u8>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    map(&arguments.map, arguments.delimiter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// Prints the map of this name.
///
/// # Errors
/// It cannot be read; what was read before that is printed.
pub(super) fn map(map: &Path, delimiter: Option<u8>) -> Result<Exit, Box<Diagnostic>> {
    let (path, bytes) = store::read(map)?;
    let file = store::open(&path, &bytes)?;
    let mut out = BufWriter::with_capacity(PIECE, io::stdout().lock());
    let printed = print(&file, delimiter.unwrap_or(b'\t'), &mut out).and_then(|error| out.flush().map(|()| error));
    match printed {
        Ok(None) => Ok(Exit::Done),
        Ok(Some(error)) => Err(store::damaged(&path, &error)),
        Err(cause) if is_broken_pipe(&cause) => Ok(Exit::Failed),
        Err(cause) => {
            Err(Box::new(Diagnostic::error("unwritable_output", format!("cannot write to standard output: {cause}"))))
        }
    }
}

/// Prints all entries up to the first that cannot be read.
fn print(file: &MapFile<'_>, delimiter: u8, out: &mut impl Write) -> io::Result<Option<ReadError>> {
    let printed = match file.parts() {
        Some(parts) if parts.len() > 1 => match print_parts(&parts, delimiter, out)? {
            (_, true) => return Ok(None),
            (printed, false) => printed,
        },
        _ => 0,
    };
    for entry in file.entries().skip(printed) {
        match entry {
            Ok(entry) => print_entry(&entry, delimiter, out)?,
            Err(error) => return Ok(Some(error)),
        }
    }
    Ok(None)
}

/// Prints as many parts as can be read, made on several threads. Returns how many entries that are, and whether it is all.
fn print_parts(parts: &[Entries<'_, '_>], delimiter: u8, out: &mut impl Write) -> io::Result<(usize, bool)> {
    let (mut written, mut printed, goes_on) = (Ok(()), 0, AtomicBool::new(true));
    // Memory that was used once is faster than new.
    let written_out = Mutex::new(Vec::<Vec<u8>>::new());
    let text = |part: &Entries<'_, '_>| -> Option<(Vec<u8>, usize)> {
        let used = written_out.lock().ok().and_then(|mut used| used.pop());
        let (mut text, mut count) = (used.unwrap_or_else(|| Vec::with_capacity(PART)), 0);
        for entry in part.clone() {
            print_entry(&entry.ok().filter(|_| goes_on.load(Ordering::Relaxed))?, delimiter, &mut text).ok()?;
            count += 1;
        }
        Some((text, count))
    };
    parallel::in_order(parts, text, |text| match text {
        Some((mut text, count)) if goes_on.load(Ordering::Relaxed) => {
            written = out.write_all(&text);
            printed += count;
            goes_on.store(written.is_ok(), Ordering::Relaxed);
            if let Ok(mut used) = written_out.lock() {
                text.clear();
                used.push(text);
            }
        }
        _ => goes_on.store(false, Ordering::Relaxed),
    });
    written.map(|()| (printed, goes_on.into_inner()))
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
                assert_eq!(print(&file, b'\t', &mut text).unwrap(), why);
                assert!(text == expected && why.is_some() == (page > 0));
            }
        }
    }
}
