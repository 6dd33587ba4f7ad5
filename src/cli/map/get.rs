//! `relaycc map get`: what a map says of keys.

use std::{io, path::PathBuf};

use clap::Args;

use super::store::{self, shown};
use crate::{
    cli::{
        self, Exit,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
};

/// Look keys up in a map file, as sendmail does
#[derive(Debug, Args)]
#[command(after_help = "\
Each key that is there is printed with its value; exit status 1 says that one of them is not. As in sendmail a key is folded to \
lower case first, and is looked for with and without a byte 0 at its end.")]
pub(in crate::cli) struct Arguments {
    /// The map
    map: PathBuf,
    /// The keys; without any, one per line of standard input
    keys: Vec<String>,
    /// Take keys as they are written, as a `K` line with -f does
    #[arg(short = 'f', long)]
    keep_case: bool,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    found(arguments).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// The map cannot be read.
fn found(arguments: &Arguments) -> Result<Exit, Box<Diagnostic>> {
    let (path, bytes) = store::read(&arguments.map)?;
    let file = store::open(&path, &bytes)?;
    let keys = match arguments.keys.as_slice() {
        [] => io::read_to_string(io::stdin().lock())
            .map_err(|cause| {
                Box::new(Diagnostic::error("unreadable_file", format!("cannot read standard input: {cause}")))
            })?
            .lines()
            .map(str::to_owned)
            .collect(),
        keys => keys.to_vec(),
    };
    let (mut out, mut exit) = (Vec::new(), Exit::Done);
    for key in &keys {
        let mut wanted = key.clone().into_bytes();
        if !arguments.keep_case {
            wanted.make_ascii_lowercase();
        }
        let mut value = file.get(&wanted).map_err(|error| store::damaged(&path, &error))?;
        if value.is_none() {
            wanted.push(0);
            value = file.get(&wanted).map_err(|error| store::damaged(&path, &error))?;
        }
        match value {
            Some(value) => out.extend([key.as_bytes(), b"\t", shown(&value), b"\n"].concat()),
            None => exit = Exit::Refused,
        }
    }
    Ok(cli::print(&out).max(exit))
}
