//! `relaycc map get`: what a map says of keys.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
    iter,
    path::PathBuf,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
};

use clap::Args;

use super::store::{self, shown};
use crate::{
    cli::{
        self, Exit, input,
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
    /// The keys; without any, one per line of standard input, answered as they come
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
const PIECE: usize = 3 << 19;

/// # Errors
/// The map cannot be read, or is damaged where a key should be; or standard input cannot. What was found before that is printed.
fn found(arguments: &Arguments) -> Result<Exit, Box<Diagnostic>> {
    let (path, bytes) = store::read(&arguments.map)?;
    let file = store::open(&path, &bytes)?;
    let (mut exit, mut error) = (Exit::Done, None);
    let goes_on = AtomicBool::new(true);
    let mut say = |text: &[u8], answers: Answers| {
        if goes_on.load(Ordering::Relaxed) {
            exit = exit.max(cli::print(text)).max(if answers.all { Exit::Done } else { Exit::Refused });
            goes_on.store(exit != Exit::Failed && answers.error.is_none(), Ordering::Relaxed);
            error = answers.error;
        }
    };
    if arguments.keys.is_empty() {
        let (done_with, used) = mpsc::channel();
        let input = store::stdin().map_err(|cause| input::unreadable_stdin(&cause))?;
        let mut input = Lines { input: BufReader::with_capacity(PIECE, input), used };
        let mut failure = None;
        let pieces = iter::from_fn(|| match input.next().filter(|_| goes_on.load(Ordering::Relaxed))? {
            Ok(text) => Some(text),
            Err(cause) => {
                failure = Some(cause);
                None
            }
        });
        let work = |found: &mut Vec<u8>, text: Vec<u8>| {
            found.clear();
            let answers = look_up(&file, &lines(&text), arguments.keep_case, found);
            // If no more is read, nobody needs it.
            let _ = done_with.send(text);
            answers
        };
        parallel::in_order_with(pieces, Vec::new, work, |found, answers| say(found, answers));
        if let Some(cause) = failure {
            return Err(input::unreadable_stdin(&cause));
        }
    } else {
        let keys = arguments.keys.iter().map(String::as_bytes).collect::<Vec<_>>();
        let mut found = Vec::new();
        let answers = look_up(&file, &keys, arguments.keep_case, &mut found);
        say(&found, answers);
    }
    match error {
        Some(error) => Err(store::damaged(&path, &error)),
        None => Ok(exit),
    }
}

/// What there is to say of some keys but what was found.
struct Answers {
    /// Whether all are there.
    all: bool,
    /// Why the answers end.
    error: Option<ReadError>,
}

/// Adds to `found` a line for each of the keys that is there, with its value.
fn look_up(file: &MapFile<'_>, keys: &[&[u8]], keep_case: bool, found: &mut Vec<u8>) -> Answers {
    // Counted, not looked for: of several bytes at a time.
    let upper_case = |key: &&[u8]| key.iter().map(|byte| usize::from(byte.is_ascii_uppercase())).sum::<usize>() > 0;
    let as_written = keep_case || !keys.iter().any(upper_case);
    let folded = if as_written { Vec::new() } else { keys.concat().to_ascii_lowercase() };
    let folded = if as_written { Vec::new() } else { cut(&folded, keys.iter().map(|key| key.len())) };
    let values = values(file, if as_written { keys } else { &folded });
    let mut answers = Answers { all: true, error: None };
    for (key, value) in keys.iter().zip(values) {
        match value {
            Ok(Some(value)) => {
                for part in [key, &b"\t"[..], shown(&value), b"\n"] {
                    found.extend_from_slice(part);
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

/// The values of keys, or else those of the same keys with a byte 0 at their end.
fn values<'a>(file: &MapFile<'a>, keys: &[&[u8]]) -> Vec<Result<Option<Cow<'a, [u8]>>, ReadError>> {
    let mut values = file.get_all(keys).collect::<Vec<_>>();
    let (mut absent, mut terminated) = (Vec::new(), Vec::new());
    for (key, value) in keys.iter().zip(&mut values) {
        if let Ok(None) = value {
            terminated.extend_from_slice(key);
            terminated.push(0);
            absent.push((key.len() + 1, value));
        }
    }
    let terminated = cut(&terminated, absent.iter().map(|(length, _)| *length));
    for ((_, value), again) in absent.into_iter().zip(file.get_all(&terminated)) {
        *value = again;
    }
    values
}

/// Cuts a text into pieces of these lengths.
fn cut(mut text: &[u8], lengths: impl Iterator<Item = usize>) -> Vec<&[u8]> {
    lengths.map(|length| text.split_off(..length).unwrap_or_default()).collect()
}

/// A text in pieces, each of whole lines and as long as one reading gives: who types keys, or hands them over one by one, gets
/// the answer to each.
struct Lines<R> {
    input: BufReader<R>,
    /// Pieces that nobody needs any more: new ones are put in their memory.
    used: mpsc::Receiver<Vec<u8>>,
}

impl<R: Read> Iterator for Lines<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut text = self.used.try_recv().unwrap_or_default();
        text.clear();
        loop {
            let piece = match self.input.fill_buf() {
                Ok(piece) => piece,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Some(Err(cause)),
            };
            let line_end = piece.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
            let length = line_end.unwrap_or(piece.len());
            text.extend_from_slice(piece.get(..length).unwrap_or_default());
            self.input.consume(length);
            if line_end.is_some() || length == 0 {
                return (!text.is_empty()).then_some(Ok(text));
            }
        }
    }
}

/// The lines of a text, without what ends them.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut lines = Vec::with_capacity(text.len() / 16);
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        let line = text.get(start..end).unwrap_or_default();
        lines.push(line.strip_suffix(b"\r").unwrap_or(line));
        start = end + 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one of these at each reading; nothing is its end.
    struct Readings(Vec<Result<&'static str, io::ErrorKind>>);

    impl Read for Readings {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let text = if self.0.is_empty() { "" } else { self.0.remove(0)? };
            buffer[..text.len()].copy_from_slice(text.as_bytes());
            Ok(text.len())
        }
    }

    #[test]
    fn a_text_comes_in_whole_lines_as_soon_as_they_are_there() {
        let readings = [Ok("a\nb"), Err(io::ErrorKind::Interrupted), Ok("c"), Ok("d\n"), Ok("\ne\nf"), Ok("g")];
        let (done_with, used) = mpsc::channel();
        let mut lines = Lines { input: BufReader::new(Readings(readings.into())), used };
        for piece in ["a\n", "bcd\n", "\ne\n", "fg"] {
            let text = lines.next().unwrap().unwrap();
            assert_eq!(String::from_utf8_lossy(&text), piece);
            done_with.send(text).unwrap();
        }
        assert!(lines.next().is_none());
        let readings = [Ok("a\nb"), Err(io::ErrorKind::Other)];
        let mut lines = Lines { input: BufReader::new(Readings(readings.into())), used: mpsc::channel().1 };
        assert_eq!(lines.next().unwrap().unwrap(), b"a\n");
        assert!(lines.next().unwrap().is_err());
    }
}
