//! `relaycc migrate`: converts a `.mc` to a site.toml.

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

/// Maximum number of differences reported one by one.
const MAX_SHOWN: usize = 10;

/// Convert a .mc file to site.toml
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc migrate site.mc                          print the site.toml
  relaycc migrate site.mc --out site.toml          write it to a new file

The site.toml builds to the same bytes as the .mc. Comments are kept. Definitions without effect, such as those that repeat a default, are \
left out. Table entries stay in their files. Files of your own tree (--include) are expanded in place. If the .mc cannot be expressed as a \
site.toml, it is rejected.

Exit status:
  0  The site.toml was written
  1  The .mc was rejected, or cannot be expressed as a site.toml
  2  Usage error, or a file could not be read or written
On 1 and 2 nothing is written.\
")]
pub(super) struct Arguments {
    /// Site to convert: a .mc file, or `-` for standard input
    site: PathBuf,
    /// Write the site.toml to this file, which must not exist [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    disk: Disk,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    convert(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file cannot be read or written.
fn convert(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let syntax = if arguments.site.as_os_str() == "-" { Some(SyntaxName::Mc) } else { None };
    let file = input::read(&arguments.site, syntax)?;
    if file.input().syntax == Syntax::Toml {
        return Err(Box::new(
            Diagnostic::error("migrate_toml", format!("`{}` is a site.toml already", arguments.site.display()))
                .help("name the .mc file to convert"),
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

/// The error for a site.toml that could not be written.
fn not_written(error: &OutputError) -> Box<Diagnostic> {
    match error {
        OutputError::Exists { .. } => Box::new(
            Diagnostic::error("unwritable_output", error.to_string())
                .why("existing files are not replaced, as they may have been written by hand")
                .help("remove it, or choose another name with `--out`"),
        ),
        _ => unwritable(error),
    }
}

/// Path of a text next to the `.mc`, as seen from the site.toml: its name, or its path if the site.toml is written elsewhere.
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

/// Errors for the lines of sendmail.cf that the site.toml cannot reproduce.
fn differences(site: &Site, other: &Site, sources: &Sources) -> Vec<Diagnostic> {
    let (theirs, ours) = (cf::emit(site), cf::emit(other));
    let ours = ours.lines().map(|line| line.text.to_owned()).collect::<BTreeSet<_>>();
    let missing = theirs.lines().filter(|line| !line.text.is_empty() && !ours.contains(line.text)).collect::<Vec<_>>();
    let inexpressible = |text: &str| {
        Diagnostic::error("not_migrated", format!("site.toml cannot express the line `{text}`"))
            .why("the .mc depends on the order of its statements here, or uses something that has no key in site.toml")
            .help("keep the .mc, or replace the statement by this line in `LOCAL_CONFIG`")
    };
    let mut diagnostics = Vec::new();
    for line in missing.iter().take(MAX_SHOWN) {
        let diagnostic = inexpressible(line.text.lines().next().unwrap_or_default());
        diagnostics.push(match line.origin.filter(|span| sources.get(span.source).is_some()) {
            Some(span) => diagnostic.at(span, "written for this statement"),
            None => diagnostic,
        });
    }
    if diagnostics.is_empty() {
        diagnostics.push(
            Diagnostic::error("not_migrated", "site.toml cannot express this order of lines")
                .why("the statements of a site.toml take effect in a fixed order, and this .mc depends on another one")
                .help("keep the .mc, or put its statements into the usual order"),
        );
    }
    diagnostics
}
