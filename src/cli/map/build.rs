//! `relaycc map build`: builds a map file from a text.

use std::{
    collections::{
        HashMap,
        hash_map::Entry::{Occupied, Vacant},
    },
    fs::File,
    io,
    path::{Path, PathBuf},
};

use clap::{Args, error::ErrorKind};

use super::{
    byte, dump, format,
    progress::{Counted, Progress},
    store, trusted, writable_formats,
};
use crate::{
    cli::{
        self, Exit,
        build::unwritable,
        input,
        output::{self, Existing, NewFile, OutputError},
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    map::{
        self, Duplicates, Entry, Format, WriteError, lmdb,
        text::{Reading, Table},
    },
    source::{SourceId, Sources},
};

/// Mode of a new map file: not every user may read who is allowed to relay.
pub(super) const NEW: NewFile = NewFile { mode: 0o640, owner: None };

/// Build a map file from a text, like makemap and with its switches
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc map build hash /etc/mail/access < /etc/mail/access
  relaycc map build cdb /etc/mail/mailertable /etc/mail/mailertable
  relaycc map build -o hash /etc/mail/access more-entries
  relaycc map build lmdb /etc/postfix/access access     for Postfix: lmdb:/etc/postfix/access

Unlike makemap, nothing is written if any line of the text is invalid, and the old map stays in place until the new one is complete. A \
new file gets mode 0640; a replaced one keeps its mode and owner.

lmdb files are for Postfix: keys and values end with a zero byte, as postmap stores them, and each key has one value. The text is still \
read as makemap reads it: a line that begins with a blank is an error (postmap appends it to the previous line), and blanks at the end of a \
value are kept (postmap removes them).

Memory: the text, plus about 65 bytes per entry for hash, 85 for cdb, 120 for btree and 215 for lmdb.

Exit status:
  0  The map was written
  1  The text was rejected
  2  Usage error, or a file could not be read or written
On 1 and 2 nothing is written.\
")]
pub(in crate::cli) struct Arguments {
    /// Format of the map: hash, btree, cdb, lmdb, or implicit, which means hash
    #[arg(value_name = "TYPE", required_unless_present = "list")]
    kind: Option<String>,
    /// Map to write; `.db`, `.cdb` or `.lmdb` is appended to its name
    #[arg(value_name = "MAP", required_unless_present = "list")]
    map: Option<PathBuf>,
    /// Text with the entries [default: standard input, as with `-`]
    #[arg(value_name = "TEXT")]
    text: Option<PathBuf>,
    #[command(flatten)]
    reading: TextArguments,
    /// End keys and values with a zero byte, as a `K` line with -N expects them; lmdb files always have it
    #[arg(short = 'N', long)]
    nul: bool,
    /// Keep all values of a repeated key
    #[arg(short, long)]
    duplicates: bool,
    /// Keep the last value of a repeated key, and replace values that --append finds in the map
    #[arg(short, long)]
    replace: bool,
    /// Add the entries to those of the existing map
    #[arg(short = 'o', long)]
    append: bool,
    /// Print the entries of the map, like `relaycc map dump`
    #[arg(short = 'u', long, conflicts_with_all = ["append", "text"])]
    unmap: bool,
    /// Print each entry as it is read
    #[arg(short, long)]
    verbose: bool,
    /// List the supported formats
    #[arg(short, long)]
    list: bool,
    /// Use this format if TYPE is not supported
    #[arg(short = 'i', long, value_name = "TYPE", value_parser = format)]
    fallback: Option<Format>,
    /// Give a new file to the TrustedUser of this sendmail.cf, if permitted
    #[arg(short = 'C', long, value_name = "FILE")]
    cf: Option<PathBuf>,
    /// Permission bits of a new file, in octal
    #[arg(long, value_name = "MODE", value_parser = octal, default_value = "640")]
    mode: u32,
    /// Ignored; accepted for compatibility with makemap
    #[arg(short, long, value_name = "SIZE", allow_hyphen_values = true)]
    cache: Option<String>,
    /// Ignored; accepted for compatibility with makemap. Symbolic links are never followed
    #[arg(short = 's', long)]
    no_checks: bool,
    #[command(flatten)]
    report: ReportArguments,
}

/// How the lines of a text are read.
#[derive(Debug, Args)]
pub(in crate::cli) struct TextArguments {
    /// Keep upper case in keys, as a `K` line with -f expects them
    #[arg(short = 'f', long)]
    keep_case: bool,
    /// Accept keys without a value
    #[arg(short, long)]
    empty: bool,
    /// Character that starts a comment, instead of `#`
    #[arg(short = 'D', long, value_name = "CHAR", value_parser = byte)]
    comment: Option<u8>,
    /// Character between key and value, instead of blanks
    #[arg(short = 't', long, value_name = "CHAR", value_parser = byte)]
    delimiter: Option<u8>,
}

impl TextArguments {
    pub(super) fn reading(&self) -> Reading {
        Reading {
            fold_keys: !self.keep_case,
            comment: self.comment.unwrap_or(b'#'),
            delimiter: self.delimiter,
            empty_values: self.empty,
        }
    }
}

fn octal(text: &str) -> Result<u32, String> {
    match u32::from_str_radix(text, 8) {
        Ok(mode) if mode <= 0o777 => Ok(mode),
        _ => Err("expected three octal digits, as in 640".into()),
    }
}

/// # Errors
/// The arguments contradict each other.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    if arguments.list {
        let names = writable_formats().map(Format::name).collect::<Vec<_>>().join("\n");
        return Ok(cli::print(format!("{names}\nimplicit\n").as_bytes()));
    }
    let (Some(kind), Some(map)) = (&arguments.kind, &arguments.map) else {
        // Without --list both are required.
        return Err(cli::usage("map build", ErrorKind::MissingRequiredArgument, "TYPE and MAP are required"));
    };
    let format = match (format(kind), arguments.fallback) {
        (Ok(format), _) | (Err(_), Some(format)) => format,
        (Err(said), None) => {
            return Err(cli::usage(
                "map build",
                ErrorKind::InvalidValue,
                format!("invalid value `{kind}` for TYPE: {said}"),
            ));
        }
    };
    let mut reporter = Reporter::new(&arguments.report);
    let done = match arguments.unmap {
        true => dump::map(map, arguments.reading.delimiter),
        false => build(arguments, format, map, &mut reporter),
    };
    Ok(done.unwrap_or_else(|diagnostic| reporter.failed(&diagnostic)))
}

/// # Errors
/// A file cannot be read or written.
fn build(
    arguments: &Arguments,
    format: Format,
    map: &Path,
    reporter: &mut Reporter<'_>,
) -> Result<Exit, Box<Diagnostic>> {
    let mut progress = Progress::new();
    let target = store::path(map, format);
    let owner = arguments.cf.as_deref().map(trusted::user).transpose()?.flatten();
    let new = NewFile { mode: arguments.mode, owner };
    let bytes = if arguments.append { Some(input::bytes(&target)?) } else { None };
    let old = bytes.as_deref().map_or(Ok(Vec::new()), |bytes| entries(&target, bytes, format))?;
    let text = text(arguments.text.as_deref(), &mut progress)?;
    if let Some(found) = Format::of(&text.bytes) {
        progress.clear();
        reporter.found(&[no_text(&text.name, found)], &Sources::default());
        reporter.sum_up(": nothing written");
        return Ok(reporter.verdict());
    }
    progress.show("sorting", None);
    let mut table = Table::read(text.bytes, text.place, arguments.reading.reading());
    if arguments.nul || format == Format::Lmdb {
        table.terminate();
    }
    if arguments.verbose {
        list(&table);
    }
    let duplicates = match (arguments.duplicates, arguments.replace) {
        (true, _) => Duplicates::Keep,
        (_, true) => Duplicates::Last,
        _ => Duplicates::Refuse,
    };
    let mut written = Ok(());
    if table.problems().is_empty() {
        let old = old.iter().map(|entry| (&*entry.key, &*entry.value));
        let pairs = old.chain(table.pairs()).collect::<Vec<_>>();
        written = write(&target, new, format, &pairs, duplicates, &mut progress);
    }
    progress.clear();
    let may_repeat = match written {
        Err(NotWritten::Map { error: WriteError::DuplicateKey { .. }, .. }) => false,
        // The place of an entry in the text.
        Err(NotWritten::Map { error: WriteError::KeyLength { entry, .. }, .. }) if entry >= old.len() => {
            duplicates != Duplicates::Refuse
        }
        Err(error) => return Err(error.diagnostic(&target)),
        Ok(()) => table.problems().is_empty() || duplicates != Duplicates::Refuse,
    };
    let found = Problems::of(table, &text.name, &map.display().to_string(), may_repeat, &old, Some(format));
    reporter.found(&found.diagnostics, &found.sources);
    reporter.sum_up(": nothing written");
    Ok(reporter.verdict())
}

/// A text and the path that stands for it.
struct Text {
    name: String,
    bytes: Vec<u8>,
    place: SourceId,
}

/// Reads a text; standard input without a path or with `-`.
///
/// # Errors
/// It cannot be read.
fn text(path: Option<&Path>, progress: &mut Progress) -> Result<Text, Box<Diagnostic>> {
    let path = path.filter(|path| path.as_os_str() != "-");
    let name = path.map_or_else(|| input::STDIN.to_owned(), |path| path.display().to_string());
    let file = match path {
        Some(path) => File::open(path),
        None => store::stdin(),
    };
    let bytes = file.and_then(|file| store::all_of(&file, |bytes| progress.show("reading", Some(bytes as u64))));
    let bytes = bytes.map_err(|cause| match path {
        Some(path) => input::unreadable(path, &cause),
        None => input::unreadable_stdin(&cause),
    })?;
    Ok(Text { name, bytes, place: Sources::default().add("", "") })
}

/// The error for a map file in place of a text.
fn no_text(name: &str, found: Format) -> Diagnostic {
    Diagnostic::error("map_not_text", format!("`{name}` is a {found} map file, not a text"))
        .why("a map is built from a text with one entry per line")
        .help(format!("name the text, or convert the map file to another format: relaycc map convert {name} TYPE"))
}

/// Reads the entries of the map that --append extends.
///
/// # Errors
/// The map is damaged, or has another format.
fn entries<'b>(path: &Path, bytes: &'b [u8], format: Format) -> Result<Vec<Entry<'b>>, Box<Diagnostic>> {
    let file = store::open(path, bytes)?;
    if file.format() != format {
        let found = file.format();
        return Err(Box::new(
            Diagnostic::error("map_format", format!("`{}` is a {found} file, not {format}", path.display()))
                .why("entries can only be added to a map of the same format")
                .help(format!("use TYPE `{found}`, or convert the map first: `relaycc map convert`")),
        ));
    }
    Ok(store::entries(path, &file)?.into_iter().map(|entry| store::as_in(format, entry)).collect())
}

/// Prints the entries of a text as `makemap -v` does.
fn list(table: &Table) {
    let lines = table
        .pairs()
        .map(|(key, value)| [&b"key=`"[..], store::shown(key), b"', val=`", store::shown(value), b"'\n"].concat());
    cli::print(&lines.collect::<Vec<_>>().concat());
}

/// Why a map file was not written.
pub(super) enum NotWritten {
    /// The entries cannot be stored in the format.
    Map {
        /// The reason.
        error: WriteError,
        /// The key at fault, if any.
        key: Option<Vec<u8>>,
    },
    /// The file could not be put in place.
    Output(OutputError),
}

impl NotWritten {
    pub(super) fn diagnostic(self, target: &Path) -> Box<Diagnostic> {
        match self {
            NotWritten::Output(error) => unwritable(&error),
            NotWritten::Map { error, key } => {
                let key = key.map_or(String::new(), |key| format!("; key: `{}`", start_of(&key)));
                let said = format!("cannot write `{}`: {error}{key}", target.display());
                let why = match error {
                    WriteError::DuplicateKey { .. } => "this format holds one value per key",
                    _ => "the entry exceeds a limit of the format",
                };
                Box::new(Diagnostic::error("map_unwritable", said).why(why))
            }
        }
    }
}

/// Writes a map file.
///
/// # Errors
/// In that case, the file is unchanged.
pub(super) fn write(
    target: &Path,
    new: NewFile,
    format: Format,
    pairs: &[(&[u8], &[u8])],
    duplicates: Duplicates,
    progress: &mut Progress,
) -> Result<(), NotWritten> {
    let mut refused = None;
    let made = |file: &mut File| {
        let written = map::write(format, pairs, duplicates, &mut Counted::new(file, progress));
        written.map_err(|error| match error {
            WriteError::Io(cause) => cause,
            other => {
                refused = Some(other);
                io::ErrorKind::InvalidInput.into()
            }
        })
    };
    let replaced = output::replace_one(target, new, Existing::Replace, made);
    match (refused, replaced) {
        (Some(error), _) => {
            let entry = match error {
                WriteError::DuplicateKey { second, .. } => Some(second),
                WriteError::KeyLength { entry, .. } => Some(entry),
                WriteError::TooLarge(_) | WriteError::LeftOut(_) | WriteError::Io(_) => None,
            };
            let key = entry.and_then(|entry| pairs.get(entry)).map(|(key, _)| key.to_vec());
            Err(NotWritten::Map { error, key })
        }
        (None, Err(error)) => Err(NotWritten::Output(error)),
        (None, Ok(())) => Ok(()),
    }
}

/// The beginning of a key, long enough to find it.
fn start_of(key: &[u8]) -> String {
    const LENGTH: usize = 60;
    let shown = String::from_utf8_lossy(store::shown(key)).into_owned();
    if shown.chars().nth(LENGTH).is_none() { shown } else { shown.chars().take(LENGTH).chain(['…']).collect() }
}

/// Diagnostics for a text.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Sources,
}

impl Problems {
    /// Checks the text `name` for the map `map`, which already has the entries `old`, and has this format if it is known.
    pub(super) fn of(
        table: Table,
        name: &str,
        map: &str,
        may_repeat: bool,
        old: &[Entry<'_>],
        format: Option<Format>,
    ) -> Self {
        let mut sources = Sources::default();
        let place = sources.add("", "");
        let mut problems = table.problems().to_vec();
        problems.extend(match format {
            Some(Format::Lmdb) => table.keys_without_room(place, *lmdb::KEY_LENGTHS.end()),
            _ => table.long_keys(place),
        });
        if !may_repeat {
            problems.extend(table.duplicates(place, &find_repeated(&table, old)));
        }
        if problems.is_empty() {
            return Self::default();
        }
        problems.sort_by_key(|problem| problem.line);
        let diagnostics = problems.iter().map(|problem| match problem.makemap_message(map) {
            Some(message) => problem.diagnostic().reference(message),
            None => problem.diagnostic(),
        });
        let diagnostics = diagnostics.collect();
        let mut sources = Sources::default();
        // Places are counted in bytes, so text that is not UTF-8 is shown byte by byte.
        let text = String::from_utf8(table.into_text()).unwrap_or_else(|error| {
            error.into_bytes().into_iter().map(|byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect()
        });
        sources.add(name, text);
        Self { diagnostics, sources }
    }
}

/// Entries whose key is repeated: the index of the earlier entry (`None` if it is in the old map) and their own.
fn find_repeated(table: &Table, old: &[Entry<'_>]) -> Vec<(Option<usize>, usize)> {
    let mut seen = old.iter().map(|entry| (&*entry.key, None)).collect::<HashMap<_, _>>();
    let mut repeated = Vec::new();
    for (index, (key, _)) in table.pairs().enumerate() {
        match seen.entry(key) {
            Occupied(first) => repeated.push((*first.get(), index)),
            Vacant(place) => {
                place.insert(Some(index));
            }
        }
    }
    repeated
}
