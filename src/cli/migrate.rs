//! `relaycc migrate`: a `.mc` becomes the site.toml that says the same.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Exit,
    build::unwritable,
    input::{self, Disk, SyntaxName},
    output::{self, Existing, OutputError, OutputFile},
    report::{ReportArguments, Reporter},
};
use crate::{
    diagnostic::Diagnostic,
    emit::cf,
    front::Syntax,
    migrate::{self, Migrated},
    site::Site,
    source::Sources,
};

/// Differences that are shown one by one.
const SHOWN: usize = 10;

/// Write a .mc anew as the site.toml that says the same
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc migrate site.mc                          the site.toml to standard output
  relaycc migrate site.mc --out site.toml          to a file that is not there yet

Building the site.toml gives the bytes that building the .mc gives. Remarks are kept; definitions that change nothing, such as \
those of a default, are left out; entries of tables stay in their files; what files of an own tree say is written out. A .mc that \
cannot be said in a site.toml is refused, and nothing is written.")]
pub(super) struct Arguments {
    /// The site: a .mc file; `-` is standard input
    site: PathBuf,
    /// File that the site.toml is written to; it must not exist. Without it the site.toml goes to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    disk: Disk,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    migrated(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file that cannot be read or written.
fn migrated(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let said = if arguments.site.as_os_str() == "-" { Some(SyntaxName::Mc) } else { None };
    let file = input::read(&arguments.site, said)?;
    if file.input().syntax == Syntax::Toml {
        return Err(Box::new(
            Diagnostic::error("migrate_toml", format!("`{}` is a site.toml already", arguments.site.display()))
                .help("name the .mc that is to become one"),
        ));
    }
    let place = |text: &str| seen_from(text, &arguments.site, arguments.out.as_deref());
    let mut migrated = migrate::migrate(&file.input(), &place, &arguments.disk);
    if let Migrated { site: Some(site), other: Some(other), sources, .. } = &migrated {
        let differences = differences(site, other, sources);
        migrated.diagnostics.extend(differences);
    }
    reporter.found(&migrated.diagnostics, &migrated.sources);
    reporter.sum_up(": nothing written");
    let Some(toml) = migrated.toml.filter(|_| reporter.verdict() == Exit::Done) else { return Ok(Exit::Refused) };
    match &arguments.out {
        None => Ok(super::print(toml.as_bytes())),
        Some(path) => {
            let name = path.file_name().map(OsStr::to_os_string).unwrap_or_default();
            let bytes = toml.into_bytes();
            let file = OutputFile { name, mode: 0o644, bytes, is_map: false, made_from: None };
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            output::replace(directory.unwrap_or(Path::new(".")), &[file], &[], Existing::Refuse)
                .map_err(|error| not_written(&error))?;
            Ok(super::print(format!("{}\n", path.display()).as_bytes()))
        }
    }
}

/// That the site.toml could not be written.
fn not_written(error: &OutputError) -> Box<Diagnostic> {
    match error {
        OutputError::Exists { .. } => Box::new(
            Diagnostic::error("unwritable_output", error.to_string())
                .why("no file is replaced: this one may have been written by hand")
                .help("remove it, or give `--out` another name"),
        ),
        _ => unwritable(error),
    }
}

/// How the site.toml names a text that is beside the `.mc`: by its name, or by its path if the site.toml goes elsewhere.
fn seen_from(text: &str, site: &Path, out: Option<&Path>) -> String {
    let path = Path::new(text);
    let home = |path: &Path| path.parent().and_then(|parent| Path::new(".").join(parent).canonicalize().ok());
    let moved = out.is_some_and(|out| home(out) != home(site));
    let absolute = path.canonicalize().ok().filter(|_| moved);
    match (absolute, path.file_name()) {
        (Some(absolute), _) => absolute.display().to_string(),
        (None, Some(name)) => name.to_string_lossy().into_owned(),
        (None, None) => text.to_owned(),
    }
}

/// What a site.toml cannot say: the lines of sendmail.cf that would not be the same.
fn differences(site: &Site, other: &Site, sources: &Sources) -> Vec<Diagnostic> {
    let (theirs, ours) = (cf::emit(site), cf::emit(other));
    let ours = ours.lines().map(|line| line.text.to_owned()).collect::<BTreeSet<_>>();
    let missing = theirs.lines().filter(|line| !line.text.is_empty() && !ours.contains(line.text)).collect::<Vec<_>>();
    let said = |text: &str| {
        Diagnostic::error("not_migrated", format!("a site.toml cannot say what becomes `{text}`"))
            .why("the .mc depends here on the order of its statements, or says something that has no key")
            .help("keep the .mc, or write the line under `local_config` and leave the statement out")
    };
    let mut diagnostics = Vec::new();
    for line in missing.iter().take(SHOWN) {
        let diagnostic = said(line.text.lines().next().unwrap_or_default());
        diagnostics.push(match line.origin.filter(|span| sources.get(span.source).is_some()) {
            Some(span) => diagnostic.at(span, "asked for here"),
            None => diagnostic,
        });
    }
    if diagnostics.is_empty() {
        diagnostics.push(
            Diagnostic::error("not_migrated", "a site.toml cannot say this in the same order")
                .why("its statements take effect in an order of their own, and here another one matters")
                .help("keep the .mc, or bring its statements into the usual order"),
        );
    }
    diagnostics
}
