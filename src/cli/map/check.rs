//! `relaycc map check`: checks that map files are intact, and that texts can become maps.

use std::{
    fs::{self, Metadata},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    build::{Problems, TextArguments},
    store,
};
use crate::{
    cli::{
        self, Exit,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    map::{Format, MapFile, ReadError, text::Table},
    source::Sources,
};

/// Check map files, and the texts that maps are built from
#[derive(Debug, Args)]
#[command(after_help = "\
In a map file, every page is read and every key is looked up, and the text next to it must not be newer. In a text, every line is checked \
as `relaycc map build` checks it. The content of a file decides which of the two it is. Nothing is written.

Exit status:
  0  All files are valid, possibly with warnings
  1  A text has errors, or --deny warnings was given and there were warnings
  2  Usage error, or a map file is damaged or could not be read\
")]
pub(in crate::cli) struct Arguments {
    /// Map files or texts to check
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    text: TextArguments,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    let mut exit = Exit::Done;
    for path in &arguments.files {
        match check_file(path, arguments, &mut reporter) {
            Ok(said) => exit = exit.max(cli::print(said.as_bytes())),
            Err(diagnostic) => exit = exit.max(reporter.failed(&diagnostic)),
        }
    }
    reporter.sum_up("");
    exit.max(reporter.verdict())
}

/// Checks a file and describes it.
///
/// # Errors
/// The file cannot be read, or is a damaged map file.
fn check_file(path: &Path, arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<String, Box<Diagnostic>> {
    let bytes = cli::input::bytes(path)?;
    let name = path.display();
    match MapFile::open(&bytes) {
        Ok(file) => {
            let mut count = 0;
            store::each_found(path, &file, |some| count += some.len())?;
            reporter.found(stale(path, file.format()).as_slice(), &Sources::default());
            Ok(format!("{name}: {}, {}\n", file.format(), cli::counted(count, "entry", "entries")))
        }
        Err(ReadError::Unrecognized(_)) if !store::has_ending(path) => {
            let table = Table::read(bytes, Sources::default().add("", ""), arguments.text.reading());
            let count = table.len();
            let found = Problems::of(table, &name.to_string(), &name.to_string(), false, &[], None);
            reporter.found(&found.diagnostics, &found.sources);
            Ok(format!("{name}: text, {}\n", cli::counted(count, "entry", "entries")))
        }
        Err(error) => Err(store::damaged(path, &error)),
    }
}

/// The warning for a map file that is older than its text.
fn stale(path: &Path, format: Format) -> Option<Diagnostic> {
    let text = store::has_ending(path).then(|| path.with_extension(""))?;
    let changed = |path: &Path| fs::metadata(path).ok().filter(Metadata::is_file)?.modified().ok();
    if changed(&text)? <= changed(path)? {
        return None;
    }
    let (map, text) = (path.display(), text.display());
    let diagnostic = Diagnostic::warning("stale_map", format!("`{text}` is newer than `{map}`"))
        .why("mail programs read only the map file, so changes of the text have no effect yet");
    Some(diagnostic.help(format!("rebuild the map: relaycc map build {format} {text} {text}")))
}
