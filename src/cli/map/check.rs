//! `relaycc map check`: whether map files are whole, and whether texts can become maps.

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
    map::{MapFile, ReadError, text::Table},
    source::Sources,
};

/// Check map files and the texts of maps, and write nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Of a map file every page is read, every key is looked up, and the text beside it must not be newer; of a text every line is, as `relaycc map build` would. Which of the two \
a file is, is told by its content.")]
pub(in crate::cli) struct Arguments {
    /// The files
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
        match checked(path, arguments, &mut reporter) {
            Ok(said) => exit = exit.max(cli::print(said.as_bytes())),
            Err(diagnostic) => exit = exit.max(reporter.failed(&diagnostic)),
        }
    }
    reporter.sum_up("");
    exit.max(reporter.verdict())
}

/// What a file is, and what is wrong with it.
///
/// # Errors
/// It cannot be read, or is a damaged map file.
fn checked(path: &Path, arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<String, Box<Diagnostic>> {
    let bytes = cli::input::bytes(path)?;
    let name = path.display();
    match MapFile::open(&bytes) {
        Ok(file) => {
            let mut count = 0;
            store::each_found(path, &file, |some| count += some.len())?;
            reporter.found(stale(path).as_slice(), &Sources::default());
            Ok(format!("{name}: {}, {count} entries\n", file.format()))
        }
        Err(ReadError::Unrecognized(_)) if !store::has_ending(path) => {
            let table = Table::read(bytes, Sources::default().add("", ""), arguments.text.reading());
            let count = table.len();
            let found = Problems::of(table, &name.to_string(), &name.to_string(), false, &[], None);
            reporter.found(&found.diagnostics, &found.sources);
            Ok(format!("{name}: text, {count} entries\n"))
        }
        Err(error) => Err(store::damaged(path, &error)),
    }
}

/// That the text beside a map file is newer than it.
fn stale(path: &Path) -> Option<Diagnostic> {
    let text = store::has_ending(path).then(|| path.with_extension(""))?;
    let changed = |path: &Path| fs::metadata(path).ok().filter(Metadata::is_file)?.modified().ok();
    if changed(&text)? <= changed(path)? {
        return None;
    }
    let (map, text) = (path.display(), text.display());
    let diagnostic = Diagnostic::warning("stale_map", format!("`{text}` was changed after `{map}` was made from it"))
        .why("mail programs look into the map file only: what was changed in the text does not count yet");
    Some(diagnostic.help(format!("make it anew: relaycc map build TYPE {text} {text}")))
}
