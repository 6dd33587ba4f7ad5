//! `relaycc build`: compiles a site to the files that a mail system runs.

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

/// Compile a site to sendmail.cf, map files and relay.toml
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc build site.toml --out /etc/mail          write every file of the site
  relaycc build site.mc --emit cf --out -          write sendmail.cf to standard output
  relaycc build - --syntax mc --format sendmail --emit cf --out - < site.mc
                                                   do what m4 does, warnings included
  relaycc build site.toml --out /etc/mail --diff   show what a build would change

Each file of the site is written, left unchanged or removed; one line per file says which. The files are replaced together, once all of \
them are complete. If a build is interrupted while it replaces them, the next build completes it. Files whose content would not change are \
not touched. Files of earlier builds that are no longer needed are removed, or emptied if sendmail.cf still refers to them. Symbolic links \
are not followed. New files get mode 0644; tables and relay.toml 0640; authinfo 0600. A replaced file keeps its mode and owner.

Exit status:
  0  The files were written, or need no change
  1  The site was rejected, or --check or --diff found that a file would change
  2  Usage error, or a file could not be read or written
On 1 and 2 nothing is written.\
")]
pub(super) struct Arguments {
    /// Site to compile: a .toml or .mc file, or `-` for standard input
    site: PathBuf,
    /// Write the files to this directory, which is created if it is missing, or one file to standard output with `-`. Without
    /// --out, files are written to the current directory, and existing files are not replaced
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write only these products (comma-separated) [default: all products of the site]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PRODUCT")]
    emit: Vec<Product>,
    /// Also write sendmail.cf.map.json, which maps each line of sendmail.cf to the statement that it was generated for
    #[arg(long)]
    source_map: bool,
    /// Run the generated rulesets and compare their decisions with the site: whether strangers can relay, who may relay, and how
    /// mail
    /// is routed. If a decision differs, nothing is written
    #[arg(long)]
    verify: bool,
    /// Read the map and class files of the host below this directory, as if it were `/`
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Write nothing, and exit with status 1 if a build would change a file
    #[arg(long)]
    check: bool,
    /// Like --check, and also print the changes: text files as `diff -u` does, map files entry by entry
    #[arg(long)]
    diff: bool,
    #[command(flatten)]
    read: ReadArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    report: ReportArguments,
}

/// Where the products are written.
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
            return usage(ErrorKind::ArgumentConflict, "--source-map requires `cf` among the products of --emit");
        }
        let only_checks = arguments.check || arguments.diff;
        match arguments.out.as_deref() {
            None if only_checks => Ok(Destination::Directory(Path::new("."), Existing::Replace)),
            Some(out) if out.as_os_str() == "-" && only_checks => usage(
                ErrorKind::ArgumentConflict,
                "--check and --diff compare files, so they cannot be used with --out -",
            ),
            None => Ok(Destination::Directory(Path::new("."), Existing::Refuse)),
            Some(out) if out.as_os_str() != "-" => Ok(Destination::Directory(out, Existing::Replace)),
            Some(_) if arguments.source_map => usage(
                ErrorKind::ArgumentConflict,
                "--out - writes a single file, so it cannot be used with --source-map",
            ),
            Some(_) => match arguments.emit.as_slice() {
                [_] => Ok(Destination::Stdout),
                _ => usage(
                    ErrorKind::MissingRequiredArgument,
                    "--out - writes a single file: select it with --emit, as in `--emit cf`",
                ),
            },
        }
    }
}

/// # Errors
/// The arguments contradict each other.
pub(super) fn run(arguments: &Arguments) -> Result<Exit, clap::Error> {
    let destination = Destination::of(arguments)?;
    let mut reporter = Reporter::new(&arguments.report);
    Ok(build(arguments, &destination, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic)))
}

/// # Errors
/// A file cannot be read or written.
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
    let selection = Selection { named: &arguments.emit, source_map: arguments.source_map };
    let mut files = Vec::new();
    let manifest = match destination {
        Destination::Stdout => Manifest::default(),
        Destination::Directory(directory, _) => Manifest::read(directory),
    };
    let mut obsolete = Vec::new();
    let machine = TargetHost::with_files_below(arguments.root.clone());
    if let Some(site) = site {
        let running = machine.site(&site);
        audit::add(&mut diagnostics, &site, &running);
        if !diagnostics.iter().any(Diagnostic::is_error) {
            let is_ours = |name: &str| match destination {
                Destination::Stdout => false,
                Destination::Directory(directory, _) => manifest.holds(directory, name),
            };
            files = products::make(&site, document, &sources, selection, &is_ours, &mut diagnostics);
            if arguments.verify {
                let (found, _) = verify(&site, &mut |question| simulate_smtp(&mut running.session(), question));
                diagnostics.extend(found);
                diagnostics.extend(running.of_lines());
                diagnostics.extend(running.of_maps());
            }
            if let Destination::Directory(directory, _) = destination {
                let (removable, changed) = manifest.obsolete(directory, &files, selection);
                obsolete = removable;
                diagnostics.extend(changed);
                diagnostics.extend(stale(directory, &files, &obsolete, selection));
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
            let files = without_sources(files, directory, &sources, selection)?;
            let set = Set { directory, files, obsolete, manifest };
            match arguments.check || arguments.diff {
                true => set.compare(arguments.diff, reporter),
                false => set.write(*existing, reporter),
            }
        }
    }
}

/// Reports files of an earlier build that would now be outdated and that no manifest lists.
fn stale(directory: &Path, files: &[Artifact], obsolete: &[OsString], selection: Selection<'_>) -> Vec<Diagnostic> {
    let is_built = |name: &str| files.iter().any(|artifact| artifact.file.name == name);
    [
        (RELAY, selection.includes(Product::Relay) && !is_built(RELAY)),
        (source_map::FILE_NAME, is_built(CF) && !is_built(source_map::FILE_NAME)),
    ]
    .into_iter()
    .filter(|(name, is_stale)| *is_stale && directory.join(name).exists() && !obsolete.iter().any(|gone| gone == name))
    .map(|(name, _)| manifest::stale(directory, name))
    .collect()
}

/// Leaves out the text of a table that would be written to the file that it was read from.
///
/// # Errors
/// Another output would replace one of its own sources.
fn without_sources(
    files: Vec<Artifact>,
    directory: &Path,
    sources: &Sources,
    selection: Selection<'_>,
) -> Result<Vec<Artifact>, Box<Diagnostic>> {
    let read = sources.iter().filter_map(|source| fs::canonicalize(source.name()).ok()).collect::<Vec<_>>();
    let is_source =
        |made: &Artifact| fs::canonicalize(directory.join(&made.file.name)).is_ok_and(|path| read.contains(&path));
    let (mut overwriting, kept) = files.into_iter().partition::<Vec<_>, _>(is_source);
    let is_text = |product| matches!(product, Product::Access | Product::Tables) && !selection.requires(product);
    overwriting.retain(|made| !made.product.is_some_and(is_text));
    match overwriting.first() {
        None => Ok(kept),
        Some(made) => {
            let path = directory.join(&made.file.name).display().to_string();
            let said = format!("`{path}` is read by this build and would be overwritten");
            Err(Box::new(
                Diagnostic::error("overwrites_source", said)
                    .why("a build never changes its own input")
                    .help("write to another directory with `--out`"),
            ))
        }
    }
}

/// The error for outputs that could not be written.
pub(super) fn unwritable(error: &OutputError) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error("unwritable_output", error.to_string());
    Box::new(match error {
        OutputError::Io { .. } => diagnostic.why("nothing was written; existing files are unchanged"),
        OutputError::NotAFile { .. } => diagnostic
            .why("only plain files are replaced, so that a link cannot redirect the output")
            .help("remove it, or write to another directory with `--out`"),
        OutputError::Exists { .. } => diagnostic
            .why("without `--out`, existing files are not replaced, as they may have been written by hand")
            .help("to replace it, use `--out .`"),
        OutputError::Locked { .. } => diagnostic
            .why("makemap, newaliases or sendmail is using it, or was stopped while using it")
            .help("wait until that process ends, or stop it; nothing was written"),
        OutputError::Busy { .. } => diagnostic
            .why("two builds that write at the same time would mix their files")
            .help("wait until that process ends, or stop it; nothing was written"),
        OutputError::Journal { .. } => diagnostic
            .why("a file of this name lists what an interrupted build still has to rename")
            .help("remove it and build again"),
        OutputError::HalfDone { .. } => diagnostic
            .why("the directory now has files of two builds; the next build completes the set")
            .help("remove the cause and build again"),
    })
}
