//! `relaycc build`: a site becomes the files that a mail system runs.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, error::ErrorKind};

use super::{
    Exit, audit,
    check::{self, CheckArguments, Checked, MapFiles},
    input::ReadArguments,
    manifest::{self, Manifest},
    output::{Existing, OutputError},
    products::{self, Artifact, CF, Product, RELAY, Selection},
    report::{ReportArguments, Reporter},
    set::Set,
    source_map,
    target_host::TargetHost,
};
use crate::{diagnostic::Diagnostic, dialogue::simulate_smtp, explain::verify, front::Compiled, source::Sources};

/// Compile a site and write what it asks for
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc build site.toml --out /etc/mail          everything that the site asks for
  relaycc build site.mc --emit cf --out -          sendmail.cf to standard output
  relaycc build - --syntax mc --format sendmail --emit cf --out - < site.mc
                                                   what m4 does, warnings included
  relaycc build site.toml --out /etc/mail --diff   what a build would change

Each file is written, left unchanged or removed, and a line says which. All of them belong to one build: they are replaced together once \
they are complete, and a build that is interrupted in the middle of that is completed by the next one. A file that has its bytes \
already is not touched. Files that an earlier build wrote and this one does not are emptied, if sendmail.cf still names them, or removed. \
A symbolic link is not followed. A new file gets mode 0644, tables and relay.toml 0640, authinfo 0600; a replaced one keeps mode and \
owner.")]
pub(super) struct Arguments {
    /// The site: a .toml or .mc file; `-` is standard input
    site: PathBuf,
    /// Directory that the files are written to, created if it is missing; `-` writes one file to standard output. Without
    /// it files go to the current directory, and only if they do not exist yet
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What to write, separated by commas; without it, all that the site asks for
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PRODUCT")]
    emit: Vec<Product>,
    /// Write sendmail.cf.map.json too: which statement of the site asked for each line
    #[arg(long)]
    source_map: bool,
    /// Run the rulesets of the sendmail.cf on questions that the site answers itself: whether strangers may relay, who may,
    /// and which way mail goes. Where they do otherwise than the site says, nothing is written
    #[arg(long)]
    verify: bool,
    /// With --verify: directory that stands for `/`, where files of maps and classes are that the site does not hold itself
    #[arg(long, value_name = "DIR", requires = "verify")]
    root: Option<PathBuf>,
    /// Write nothing, and exit with status 1 if a build would change a file
    #[arg(long)]
    check: bool,
    /// The same, and print what would change: lines of texts as `diff -u` does, entries of map files
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    read: ReadArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    report: ReportArguments,
}

/// Where the products go.
enum Destination<'a> {
    /// One file to standard output.
    Stdout,
    /// Files in a directory.
    Directory(&'a Path, Existing),
}

impl Destination<'_> {
    fn of(arguments: &Arguments) -> Result<Destination<'_>, clap::Error> {
        let usage = |kind, message| Err(super::usage("build", kind, message));
        if arguments.source_map && !arguments.emit.is_empty() && !arguments.emit.contains(&Product::Cf) {
            return usage(ErrorKind::ArgumentConflict, "--source-map maps sendmail.cf, which --emit leaves out");
        }
        let only_checks = arguments.check || arguments.diff;
        match arguments.out.as_deref() {
            None if only_checks => Ok(Destination::Directory(Path::new("."), Existing::Replace)),
            Some(out) if out.as_os_str() == "-" && only_checks => {
                usage(ErrorKind::ArgumentConflict, "--check and --diff compare files, and --out - writes none")
            }
            None => Ok(Destination::Directory(Path::new("."), Existing::Refuse)),
            Some(out) if out.as_os_str() != "-" => Ok(Destination::Directory(out, Existing::Replace)),
            Some(_) if arguments.source_map => {
                usage(ErrorKind::ArgumentConflict, "--out - writes one file, so there is no place for --source-map")
            }
            Some(_) => match arguments.emit.as_slice() {
                [_] => Ok(Destination::Stdout),
                _ => usage(ErrorKind::MissingRequiredArgument, "--out - writes one file: say which, as in --emit cf"),
            },
        }
    }
}

/// # Errors
/// Arguments that contradict each other.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    let destination = Destination::of(arguments)?;
    let mut reporter = Reporter::new(&arguments.report);
    Ok(build(arguments, &destination, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic)))
}

/// # Errors
/// A file that cannot be read or written.
fn build(
    arguments: &Arguments,
    destination: &Destination<'_>,
    reporter: &mut Reporter<'_>,
) -> Result<Exit, Box<Diagnostic>> {
    let file = arguments.read.site(&arguments.site)?;
    let Checked { compiled, document } = check::check(
        &file,
        &arguments.checks.read()?.below(arguments.root.clone()),
        &arguments.read.disk,
        MapFiles::Replaced,
    );
    let Compiled { site, mut diagnostics, sources, .. } = compiled;
    let wanted = Selection { named: &arguments.emit, source_map: arguments.source_map };
    let mut files = Vec::new();
    let manifest = match destination {
        Destination::Stdout => Manifest::default(),
        Destination::Directory(directory, _) => Manifest::read(directory),
    };
    let mut obsolete = Vec::new();
    let machine = TargetHost::with_files_below(arguments.root.clone());
    if let Some(site) = site {
        let running = machine.site(&site);
        diagnostics.extend(audit::of_site(&site, &running));
        if !diagnostics.iter().any(Diagnostic::is_error) {
            let is_ours = |name: &str| match destination {
                Destination::Stdout => false,
                Destination::Directory(directory, _) => manifest.holds(directory, name),
            };
            files = products::make(&site, document, &sources, wanted, &is_ours, &mut diagnostics);
            if arguments.verify {
                let (found, _) = verify(&site, &mut |question| simulate_smtp(&mut running.session(), question));
                diagnostics.extend(found);
                diagnostics.extend(running.of_lines());
                diagnostics.extend(running.of_maps());
            }
            if let Destination::Directory(directory, _) = destination {
                let (removable, changed) = manifest.obsolete(directory, &files, wanted);
                obsolete = removable;
                diagnostics.extend(changed);
                diagnostics.extend(stale(directory, &files, &obsolete, wanted));
            }
        }
    }
    reporter.found(&diagnostics, &sources);
    reporter.sum_up(": nothing written");
    if reporter.verdict() != Exit::Done {
        return Ok(reporter.verdict());
    }
    match destination {
        Destination::Stdout => Ok(files.first().map_or(Exit::Refused, |made| super::print(&made.file.bytes))),
        Destination::Directory(directory, existing) => {
            let files = without_sources(files, directory, &sources, wanted)?;
            let set = Set { directory, files, obsolete, manifest };
            match arguments.check || arguments.diff {
                true => set.compare(arguments.diff, reporter),
                false => set.write(*existing, reporter),
            }
        }
    }
}

/// Files of an earlier build that this one neither replaces nor leaves true, and that no manifest tells of.
fn stale(directory: &Path, files: &[Artifact], obsolete: &[OsString], wanted: Selection<'_>) -> Vec<Diagnostic> {
    let made = |name: &str| files.iter().any(|made| made.file.name == name);
    [
        (RELAY, wanted.has(Product::Relay) && !made(RELAY)),
        (source_map::FILE_NAME, made(CF) && !made(source_map::FILE_NAME)),
    ]
    .into_iter()
    .filter(|(name, is_stale)| *is_stale && directory.join(name).exists() && !obsolete.iter().any(|gone| gone == name))
    .map(|(name, _)| manifest::stale(directory, name))
    .collect()
}

/// Leaves out the text of a table where it is written to the file that it was read from.
///
/// # Errors
/// Another output would replace what it was made from.
fn without_sources(
    files: Vec<Artifact>,
    directory: &Path,
    sources: &Sources,
    wanted: Selection<'_>,
) -> Result<Vec<Artifact>, Box<Diagnostic>> {
    let read = sources.iter().filter_map(|source| fs::canonicalize(source.name()).ok()).collect::<Vec<_>>();
    let is_source =
        |made: &Artifact| fs::canonicalize(directory.join(&made.file.name)).is_ok_and(|path| read.contains(&path));
    let (mut overwriting, kept) = files.into_iter().partition::<Vec<_>, _>(is_source);
    let is_text = |product| matches!(product, Product::Access | Product::Tables) && !wanted.names(product);
    overwriting.retain(|made| !made.product.is_some_and(is_text));
    match overwriting.first() {
        None => Ok(kept),
        Some(made) => {
            let path = directory.join(&made.file.name).display().to_string();
            let said = format!("`{path}` would be replaced by what is made from it");
            Err(Box::new(
                Diagnostic::error("overwrites_source", said)
                    .why("a build does not change what it reads")
                    .help("give `--out` another directory"),
            ))
        }
    }
}

/// That the outputs could not be written.
pub(super) fn unwritable(error: &OutputError) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error("unwritable_output", error.to_string());
    Box::new(match error {
        OutputError::Io { .. } => diagnostic.why("nothing was written; files that were there are as they were"),
        OutputError::NotAFile { .. } => diagnostic
            .why("outputs replace plain files only, so that nothing is written through a link to somewhere else")
            .help("remove it, or give `--out` another directory"),
        OutputError::Exists { .. } => diagnostic
            .why("without `--out` no file is replaced: this one may have been written by hand")
            .help("to replace it, say so: `--out .`"),
        OutputError::Locked { .. } => diagnostic
            .why("makemap, newaliases or sendmail is at work on it, or was stopped in the middle of that")
            .help("let it finish, or end it; nothing was written"),
        OutputError::Busy { .. } => diagnostic
            .why("files of two builds would be mixed if both wrote at once")
            .help("let it finish, or end it; nothing was written"),
        OutputError::Journal { .. } => diagnostic
            .why("a file of this name tells which files of an interrupted build are still to be put in their places")
            .help("remove it and build again"),
        OutputError::HalfDone { .. } => diagnostic
            .why("the files are now of two builds; the next build completes the set")
            .help("remove the cause and build again"),
    })
}
