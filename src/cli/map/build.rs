//! `relaycc map build`: a text becomes a map file.

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
    store, trusted, written,
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

/// A new map file: who may send mail through a host is not for every user of it to read.
pub(super) const NEW: NewFile = NewFile { mode: 0o640, owner: None };

/// Make a map file from a text, with makemap's switches
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc map build hash /etc/mail/access < /etc/mail/access
  relaycc map build cdb /etc/mail/mailertable /etc/mail/mailertable
  relaycc map build -o hash /etc/mail/access more-entries
  relaycc map build lmdb /etc/postfix/access access     for Postfix's lmdb:/etc/postfix/access

Unlike makemap, a text with bad lines makes no map at all, and the old one stays until the new one is whole. A new file gets mode \
0640; a replaced one keeps mode and owner.

An lmdb file is one for Postfix: keys and values end with a byte 0, as postmap stores them, and a key has one value. The text is read \
as makemap reads it all the same: a line that begins with blanks is refused, where postmap would add it to the line before it, and \
blanks at the end of a value belong to it, where postmap drops them.

Memory: the text, and for each entry some 65 bytes for hash, 85 for cdb, 120 for btree and 215 for lmdb.")]
pub(in crate::cli) struct Arguments {
    /// The format: hash, btree, cdb, lmdb, or implicit, which is hash
    #[arg(value_name = "TYPE", required_unless_present = "list")]
    kind: Option<String>,
    /// The map; `.db`, `.cdb` or `.lmdb` is added to its name
    #[arg(value_name = "MAP", required_unless_present = "list")]
    map: Option<PathBuf>,
    /// The text; without it, or with `-`, standard input
    #[arg(value_name = "TEXT")]
    text: Option<PathBuf>,
    #[command(flatten)]
    reading: TextArguments,
    /// End keys and values with a byte 0, as a `K` line with -N expects them; in lmdb files they always do
    #[arg(short = 'N', long)]
    nul: bool,
    /// Keep all values of a key that repeats
    #[arg(short, long)]
    duplicates: bool,
    /// Take the last value of a key that repeats, or that --append finds there already
    #[arg(short, long)]
    replace: bool,
    /// Add to the entries that the map has already
    #[arg(short = 'o', long)]
    append: bool,
    /// Print the entries of the map, as `relaycc map dump` does
    #[arg(short = 'u', long, conflicts_with_all = ["append", "text"])]
    unmap: bool,
    /// Print each entry as it is read
    #[arg(short, long)]
    verbose: bool,
    /// List the formats
    #[arg(short, long)]
    list: bool,
    /// The format to be written if TYPE is none that is written here
    #[arg(short = 'i', long, value_name = "TYPE", value_parser = format)]
    fallback: Option<Format>,
    /// Give a new file to the TrustedUser of this sendmail.cf, where the caller may
    #[arg(short = 'C', long, value_name = "FILE")]
    cf: Option<PathBuf>,
    /// Permission bits of a new file, in octal
    #[arg(long, value_name = "MODE", value_parser = octal, default_value = "640")]
    mode: u32,
    /// Nothing: for calls that were written for makemap. There is no cache here
    #[arg(short, long, value_name = "SIZE", allow_hyphen_values = true)]
    cache: Option<String>,
    /// Nothing: for calls that were written for makemap. Links are not followed, whoever may write to the directory
    #[arg(short = 's', long)]
    no_checks: bool,
    #[command(flatten)]
    report: ReportArguments,
}

/// How the lines of a text are read.
#[derive(Debug, Args)]
pub(in crate::cli) struct TextArguments {
    /// Keep upper case in keys, as a `K` line with -f expects it
    #[arg(short = 'f', long)]
    keep_case: bool,
    /// Take keys without a value
    #[arg(short, long)]
    empty: bool,
    /// What comments begin with, instead of `#`
    #[arg(short = 'D', long, value_name = "CHAR", value_parser = byte)]
    comment: Option<u8>,
    /// What stands between key and value, instead of blanks
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
        _ => Err("permission bits are three octal digits, as in 640".into()),
    }
}

/// # Errors
/// Arguments that contradict each other.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    if arguments.list {
        let names = written().map(Format::name).collect::<Vec<_>>().join("\n");
        return Ok(cli::print(format!("{names}\nimplicit\n").as_bytes()));
    }
    let (Some(kind), Some(map)) = (&arguments.kind, &arguments.map) else {
        // Without --list both are required.
        return Err(cli::usage("map build", ErrorKind::MissingRequiredArgument, "TYPE and MAP are wanted"));
    };
    let format = match (format(kind), arguments.fallback) {
        (Ok(format), _) | (Err(_), Some(format)) => format,
        (Err(said), None) => {
            return Err(cli::usage("map build", ErrorKind::InvalidValue, format!("TYPE is `{kind}`: {said}")));
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
/// A file that cannot be read or written.
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
        // An entry of the text, that is.
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

/// A text, and a place that stands for it.
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

/// That a map file was given for the text that one is made of.
fn no_text(name: &str, found: Format) -> Diagnostic {
    Diagnostic::error("map_not_text", format!("`{name}` is a {found} map file, not a text"))
        .why("a map is made of a text with an entry on each line")
        .help(format!(
            "name the text, or write the entries of the map file in another format: relaycc map convert {name} TYPE"
        ))
}

/// The entries of a map that is added to.
///
/// # Errors
/// It is damaged, or of another format.
fn entries<'b>(path: &Path, bytes: &'b [u8], format: Format) -> Result<Vec<Entry<'b>>, Box<Diagnostic>> {
    let file = store::open(path, bytes)?;
    if file.format() != format {
        let found = file.format();
        return Err(Box::new(
            Diagnostic::error("map_format", format!("`{}` is a {found} file, not {format}", path.display()))
                .why("entries are added to a map of the same format")
                .help(format!("write {found} for {format}, or convert it first: `relaycc map convert`")),
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
    /// The entries cannot be one.
    Map {
        /// Why not.
        error: WriteError,
        /// The key that it is about, if it is about one.
        key: Option<Vec<u8>>,
    },
    /// It could not be put in its place.
    Output(OutputError),
}

impl NotWritten {
    pub(super) fn diagnostic(self, target: &Path) -> Box<Diagnostic> {
        match self {
            NotWritten::Output(error) => unwritable(&error),
            NotWritten::Map { error, key } => {
                let key = key.map_or(String::new(), |key| format!("; the key is `{}`", start_of(&key)));
                let said = format!("`{}` is not written: {error}{key}", target.display());
                let why = match error {
                    WriteError::DuplicateKey { .. } => "a map of this format has one value for each key",
                    _ => "the format has no room for it",
                };
                Box::new(Diagnostic::error("map_unwritable", said).why(why))
            }
        }
    }
}

/// Writes a map file.
///
/// # Errors
/// Then the file is as it was.
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

/// As much of a key as helps to find it.
fn start_of(key: &[u8]) -> String {
    const LENGTH: usize = 60;
    let shown = String::from_utf8_lossy(store::shown(key)).into_owned();
    if shown.chars().nth(LENGTH).is_none() { shown } else { shown.chars().take(LENGTH).chain(['…']).collect() }
}

/// What is to be said about a text.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) sources: Sources,
}

impl Problems {
    /// Whatever is wrong with the text `name` for the map `map`, which has the entries `old` already, and is of this format if that
    /// is known.
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
            problems.extend(table.duplicates(place, &repeated(&table, old)));
        }
        if problems.is_empty() {
            return Self::default();
        }
        problems.sort_by_key(|problem| problem.line);
        let told = problems.iter().map(|problem| match problem.makemap_message(map) {
            Some(message) => problem.diagnostic().reference(message),
            None => problem.diagnostic(),
        });
        let diagnostics = told.collect();
        let mut sources = Sources::default();
        // Places are counted in bytes, so what is no text is shown byte for byte.
        let text = String::from_utf8(table.into_text()).unwrap_or_else(|error| {
            error.into_bytes().into_iter().map(|byte| if byte.is_ascii() { char::from(byte) } else { '?' }).collect()
        });
        sources.add(name, text);
        Self { diagnostics, sources }
    }
}

/// Entries whose key an earlier one has, or the map: by the number of the earlier one, and their own.
fn repeated(table: &Table, old: &[Entry<'_>]) -> Vec<(Option<usize>, usize)> {
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
