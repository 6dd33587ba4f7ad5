//! `relaycc map get`: looks up keys in a map file.

use std::{
    fs::File,
    io::{self, Read},
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
    map::{Answers, Lookup, MapFile, ReadError},
    parallel,
};

/// Look up keys in a map file, like sendmail
#[derive(Debug, Args)]
#[command(after_help = "\
Prints each key that is found with its value. As in sendmail, keys are converted to lower case and looked up with and without a trailing \
zero byte.

Exit status:
  0  All keys were found
  1  A key was not found
  2  Usage error, or the map is damaged or could not be read\
")]
pub(in crate::cli) struct Arguments {
    /// Map to search
    map: PathBuf,
    /// Keys to look up [default: one per line of standard input, answered as they arrive]
    keys: Vec<String>,
    /// Keep upper case in keys, as a `K` line with -f does
    #[arg(short = 'f', long)]
    keep_case: bool,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    found(arguments).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// Maximum number of bytes of keys that several threads look up at a time. A chunk takes about six times its size in memory, and
/// each one reads most of the map, so smaller chunks are slower.
const PIECE_SIZE: usize = 1 << 23;

/// Size of the pieces of a chunk: small enough that no thread waits long for another at the end.
fn size_of_piece(length: usize) -> usize {
    let pieces = length.div_ceil(PIECE_SIZE).next_multiple_of(parallel::threads());
    length.div_ceil(pieces.max(1)).clamp(1 << 16, PIECE_SIZE)
}

/// # Errors
/// The map cannot be read or is damaged, or standard input cannot be read. Keys found before the error are printed.
fn found(arguments: &Arguments) -> Result<Exit, Box<Diagnostic>> {
    let (path, source) = store::find(&arguments.map)?;
    let bytes;
    let map = match Lookup::of(&source) {
        Some(lookup) => Map::OnDisk(lookup),
        None => {
            bytes = store::whole(&path, &source)?;
            Map::InMemory(store::open(&path, &bytes)?)
        }
    };
    let (mut exit, mut error) = (Exit::Done, None);
    let goes_on = AtomicBool::new(true);
    let mut say = |text: &[u8], outcome: Outcome| {
        if goes_on.load(Ordering::Relaxed) {
            let printed = cli::try_print(text);
            exit = exit.max(printed.unwrap_or(Exit::Done)).max(if outcome.all { Exit::Done } else { Exit::Refused });
            let is_read = printed.is_some_and(|printed| printed != Exit::Failed);
            goes_on.store(is_read && outcome.error.is_none(), Ordering::Relaxed);
            error = outcome.error;
        }
    };
    if arguments.keys.is_empty() {
        let (done_with, used) = mpsc::channel();
        let input = store::stdin().map_err(|cause| input::unreadable_stdin(&cause))?;
        let length = store::left_of(&input).map_err(|cause| input::unreadable_stdin(&cause))?;
        let size = length.map_or(PIECE_SIZE / 2, size_of_piece);
        let is_ready = |input: &File| rustix::io::ioctl_fionread(input).is_ok_and(|count| count > 0);
        let mut input = Lines { input, is_ready, size, rest: Vec::new(), failure: None, used };
        let mut failure = None;
        let pieces = iter::from_fn(|| match input.next().filter(|_| goes_on.load(Ordering::Relaxed))? {
            Ok(piece) => Some(piece),
            Err(cause) => {
                failure = Some(cause);
                None
            }
        });
        let work = |memory: &mut Memory, piece: Piece| {
            let outcome = look_up(&map, &lines(piece.text()), arguments.keep_case, memory);
            // Closes the channel, so that the reader stops.
            let _ = done_with.send(piece);
            outcome
        };
        parallel::in_order_with(pieces, Memory::default, work, |memory, outcome| say(&memory.found, outcome));
        if let Some(cause) = failure {
            return Err(input::unreadable_stdin(&cause));
        }
    } else {
        let keys = arguments.keys.iter().map(String::as_bytes).collect::<Vec<_>>();
        let mut memory = Memory::default();
        let outcome = look_up(&map, &keys, arguments.keep_case, &mut memory);
        say(&memory.found, outcome);
    }
    match error {
        Some(error) => Err(store::damaged(&path, &error)),
        None => Ok(exit),
    }
}

/// An open map.
enum Map<'a> {
    OnDisk(Lookup<&'a File>),
    InMemory(MapFile<'a>),
}

impl Map<'_> {
    fn get_all(&self, keys: &[&[u8]], answers: &mut Answers) {
        match self {
            Self::OnDisk(map) => map.get_all(keys, answers),
            Self::InMemory(map) => map.get_all(keys, answers),
        }
    }
}

/// Buffers that a thread reuses for each piece.
#[derive(Default)]
struct Memory {
    /// Values of the keys as written.
    plain: Answers,
    /// Values of the keys with a trailing zero byte.
    terminated: Answers,
    /// The output.
    found: Vec<u8>,
}

/// The outcome of lookups, except for the values found.
struct Outcome {
    /// Whether all keys were found.
    all: bool,
    /// Why the lookups ended early.
    error: Option<ReadError>,
}

/// Appends a line to `memory.found` for each key that is found.
fn look_up(map: &Map<'_>, keys: &[&[u8]], keep_case: bool, memory: &mut Memory) -> Outcome {
    // Counting line ends takes several bytes at a time.
    let upper_case = |key: &&[u8]| key.iter().map(|byte| usize::from(byte.is_ascii_uppercase())).sum::<usize>() > 0;
    let as_written = keep_case || !keys.iter().any(upper_case);
    let folded = if as_written { Vec::new() } else { keys.concat().to_ascii_lowercase() };
    let folded = if as_written { Vec::new() } else { cut(&folded, keys.iter().map(|key| key.len())) };
    let folded = if as_written { keys } else { &folded };
    let Memory { plain, terminated, found } = memory;
    map.get_all(folded, plain);
    let absent = folded.iter().enumerate().filter(|(number, _)| plain.get(*number) == Ok(None));
    let absent = absent.map(|(_, key)| *key).collect::<Vec<_>>();
    let mut with_ends = absent.join(&0);
    with_ends.push(0);
    map.get_all(&cut(&with_ends, absent.iter().map(|key| key.len() + 1)), terminated);
    found.clear();
    let mut outcome = Outcome { all: true, error: None };
    let mut again = (0..).map(|number| terminated.get(number));
    for (number, key) in keys.iter().enumerate() {
        match plain.get(number).transpose().or_else(|| again.next()?.transpose()) {
            Some(Ok(value)) => {
                for part in [key, &b"\t"[..], shown(value), b"\n"] {
                    found.extend_from_slice(part);
                }
            }
            None => outcome.all = false,
            Some(Err(error)) => {
                outcome.error = Some(error.clone());
                break;
            }
        }
    }
    outcome
}

/// Splits a text into pieces of these lengths.
fn cut(mut text: &[u8], lengths: impl Iterator<Item = usize>) -> Vec<&[u8]> {
    lengths.map(|length| text.split_off(..length).unwrap_or_default()).collect()
}

/// Maximum length of a line: a key of a map file has at most some thousand bytes.
const MAX_KEY: usize = 16 << 20;

/// Splits input into chunks of whole lines, each with as much as is available, so that keys that are typed or piped in one by one
/// are answered one by one.
struct Lines<R, F> {
    input: R,
    /// Whether a read would return at once.
    is_ready: F,
    /// Maximum length of a chunk, unless one line is longer.
    size: usize,
    /// Start of a line whose end has not been read yet.
    rest: Vec<u8>,
    /// The error that ends the input after the last chunk.
    failure: Option<io::Error>,
    /// Buffers of finished chunks, which are reused.
    used: mpsc::Receiver<Piece>,
}

/// Some whole lines.
#[derive(Default)]
struct Piece {
    memory: Vec<u8>,
    /// Number of bytes in use.
    length: usize,
}

impl Piece {
    fn text(&self) -> &[u8] {
        self.memory.get(..self.length).unwrap_or_default()
    }
}

impl<R: Read, F: Fn(&R) -> bool> Iterator for Lines<R, F> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failure) = self.failure.take() {
            return Some(Err(failure));
        }
        let Piece { mut memory, .. } = self.used.try_recv().unwrap_or_default();
        let (mut end, mut line_end) = (self.rest.len(), None);
        memory.resize(memory.len().max(self.size).max(end), 0);
        memory.iter_mut().zip(self.rest.drain(..)).for_each(|(place, byte)| *place = byte);
        let length = loop {
            if end == memory.len() {
                if end >= MAX_KEY.max(self.size) && line_end.is_none() {
                    return Some(Err(io::Error::new(io::ErrorKind::FileTooLarge, "a line is too long")));
                }
                memory.resize(2 * end, 0);
            }
            match self.input.read(memory.get_mut(end..).unwrap_or_default()) {
                Ok(0) if end == 0 => return None,
                Ok(0) => break end,
                Ok(read) => {
                    let last = memchr::memrchr(b'\n', memory.get(end..end + read).unwrap_or_default());
                    line_end = last.map(|at| end + at + 1).or(line_end);
                    end += read;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => match line_end {
                    Some(length) => {
                        self.failure = Some(cause);
                        break length;
                    }
                    None => return Some(Err(cause)),
                },
            }
            if let Some(length) = line_end.filter(|_| end == memory.len() || !(self.is_ready)(&self.input)) {
                break length;
            }
        };
        self.rest.extend_from_slice(memory.get(length..end).unwrap_or_default());
        Some(Ok(Piece { memory, length }))
    }
}

/// The lines of a text, without their ends.
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
    use std::cell::Cell;

    use super::*;

    /// A reader that returns one of these at each call, and then the end of input.
    struct Readings(Vec<Result<&'static str, io::ErrorKind>>);

    impl Read for Readings {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let text = if self.0.is_empty() { "" } else { self.0.remove(0)? };
            let length = text.len().min(buffer.len());
            buffer[..length].copy_from_slice(&text.as_bytes()[..length]);
            if length < text.len() {
                self.0.insert(0, Ok(&text[length..]));
            }
            Ok(length)
        }
    }

    /// The chunks of a text; `ready` says after each read whether more is available.
    fn pieces(
        readings: Vec<Result<&'static str, io::ErrorKind>>,
        size: usize,
        ready: &[bool],
    ) -> Vec<Result<String, io::ErrorKind>> {
        let (done_with, used) = mpsc::channel();
        let asked = Cell::new(0);
        let is_ready = |_: &Readings| {
            asked.update(|asked| asked + 1);
            ready.get(asked.get() - 1) == Some(&true)
        };
        let lines = Lines { input: Readings(readings), is_ready, size, rest: Vec::new(), failure: None, used };
        let piece = |piece: io::Result<Piece>| {
            let piece = piece.map_err(|cause| cause.kind())?;
            let text = String::from_utf8_lossy(piece.text()).into_owned();
            done_with.send(piece).unwrap();
            Ok(text)
        };
        lines.map(piece).collect()
    }

    #[test]
    fn a_text_comes_in_whole_lines_as_soon_as_they_are_there() {
        let readings = [Ok("a\nb"), Err(io::ErrorKind::Interrupted), Ok("c"), Ok("d\n"), Ok("\ne\nf"), Ok("g")];
        assert_eq!(pieces(readings.into(), 100, &[]), ["a\n", "bcd\n", "\ne\n", "fg"].map(|text| Ok(text.to_owned())));
        let readings = [Ok("a\nb"), Err(io::ErrorKind::Other)];
        for ready in [&[][..], &[true]] {
            assert_eq!(pieces(readings.into(), 100, ready)[..2], [Ok("a\n".to_owned()), Err(io::ErrorKind::Other)]);
        }
    }

    #[test]
    fn what_is_there_is_taken_up_to_the_size_of_a_piece() {
        let readings = || ["a\nb", "\nc", "c\nd", "\n", "eeeeeeeee", "ee\nf"].map(Ok).to_vec();
        let of = |pieces: &[&str]| pieces.iter().map(|text| Ok((*text).to_owned())).collect::<Vec<_>>();
        assert_eq!(pieces(readings(), 100, &[true; 9]), of(&["a\nb\ncc\nd\neeeeeeeeeee\nf"]));
        assert_eq!(pieces(readings(), 100, &[true, false, true]), of(&["a\nb\n", "cc\nd\n", "eeeeeeeeeee\n", "f"]));
        // A line may be longer than a chunk.
        assert_eq!(pieces(readings(), 5, &[true; 9]), of(&["a\nb\n", "cc\nd\n", "eeeeeeeeeee\nf"]));
    }

    #[test]
    fn each_thread_has_as_many_pieces_of_a_file() {
        for length in [0, 1, 1 << 20, PIECE_SIZE, PIECE_SIZE + 1, 5 * PIECE_SIZE + 3] {
            let size = size_of_piece(length);
            assert!(
                size <= PIECE_SIZE && (size == 1 << 16 || length.div_ceil(size) % parallel::threads() == 0),
                "{length}"
            );
        }
    }
}
