//! `relaycc map dump`: what is in a map file.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
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
    map::MapFile,
};

/// Bytes that are written at a time.
const PIECE: usize = 1 << 18;

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
fn print(file: &MapFile<'_>, delimiter: u8, out: &mut impl Write) -> io::Result<Option<crate::map::ReadError>> {
    for entry in file.entries() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Ok(Some(error)),
        };
        out.write_all(shown(&entry.key))?;
        out.write_all(&[delimiter])?;
        out.write_all(shown(&entry.value))?;
        out.write_all(b"\n")?;
    }
    Ok(None)
}
