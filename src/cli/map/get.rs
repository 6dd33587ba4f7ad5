//! `relaycc map get`: what a map says of keys.

use std::path::PathBuf;

use clap::Args;

use super::store::{self, shown};
use crate::{
    cli::{
        self, Exit,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    map::{MapFile, ReadError},
    parallel,
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

/// Bytes of keys that are looked up at a time, on one thread of several.
const PIECE: usize = 1 << 21;

/// # Errors
/// The map cannot be read, or is damaged where a key should be; what was found before that is printed.
fn found(arguments: &Arguments) -> Result<Exit, Box<Diagnostic>> {
    let (path, bytes) = store::read(&arguments.map)?;
    let file = store::open(&path, &bytes)?;
    let input;
    let pieces = match arguments.keys.as_slice() {
        [] => {
            input = store::stdin().and_then(|file| store::all_of(&file, |_| ())).map_err(|cause| {
                Box::new(Diagnostic::error("unreadable_file", format!("cannot read standard input: {cause}")))
            })?;
            pieces(&input).into_iter().map(lines).collect()
        }
        keys => vec![keys.iter().map(String::as_bytes).collect()],
    };
    let (mut exit, mut error) = (Exit::Done, None);
    let work = |keys: &Vec<&[u8]>| look_up(&file, keys, arguments.keep_case);
    parallel::in_order(&pieces, work, |answers| {
        if exit == Exit::Failed || error.is_some() {
            return;
        }
        exit = exit.max(cli::print(&answers.text)).max(if answers.all { Exit::Done } else { Exit::Refused });
        error = answers.error;
    });
    match error {
        Some(error) => Err(store::damaged(&path, &error)),
        None => Ok(exit),
    }
}

/// What a map says of some keys.
struct Answers {
    /// The keys that are there with their values, a line each.
    text: Vec<u8>,
    /// Whether all are there.
    all: bool,
    /// Why the answers end.
    error: Option<ReadError>,
}

fn look_up(file: &MapFile<'_>, keys: &[&[u8]], keep_case: bool) -> Answers {
    let mut folded = if keep_case { Vec::new() } else { keys.concat() };
    folded.make_ascii_lowercase();
    let mut rest = folded.as_slice();
    let wanted = keys.iter().map(|key| if keep_case { key } else { rest.split_off(..key.len()).unwrap_or_default() });
    let wanted = wanted.collect::<Vec<_>>();
    let mut answers = Answers { text: Vec::new(), all: true, error: None };
    for ((key, wanted), value) in keys.iter().zip(&wanted).zip(file.get_all(&wanted)) {
        let value = match value {
            Ok(None) => file.get(&[wanted, &b"\0"[..]].concat()),
            found => found,
        };
        match value {
            Ok(Some(value)) => {
                for part in [key, &b"\t"[..], shown(&value), b"\n"] {
                    answers.text.extend_from_slice(part);
                }
            }
            Ok(None) => answers.all = false,
            Err(error) => {
                answers.error = Some(error);
                break;
            }
        }
    }
    answers
}

/// Cuts a text after lines.
fn pieces(mut text: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let after = text.get(PIECE..).unwrap_or_default();
        let end = after.iter().position(|byte| *byte == b'\n').map_or(text.len(), |line| PIECE + line + 1);
        pieces.extend(text.split_off(..end));
    }
    pieces
}

/// The lines of a text, without what ends them.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}
