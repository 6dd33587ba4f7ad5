//! `relaycc lint`: what is to be said about sites, without building anything.

use std::path::PathBuf;

use clap::Args;

use super::{
    Exit,
    input::{self, Disk, SyntaxName},
    report::{ReportArguments, Reporter},
    zones,
};
use crate::{
    front,
    lint::{self, Linted},
};

/// Check sites and write nothing
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The sites: .toml or .mc files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The language of files whose name does not tell
    #[arg(long, value_enum, value_name = "SYNTAX")]
    syntax: Option<SyntaxName>,
    /// Zone files (RFC 1035) of the site's DNS, which it is then checked against
    #[arg(long = "zone", value_name = "FILE")]
    zones: Vec<PathBuf>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    let mut exit = Exit::Done;
    let mut sites = Vec::new();
    for path in &arguments.files {
        match input::read(path, arguments.syntax) {
            Ok(file) => {
                let mut compiled = front::compile(&file.input(), &Disk);
                match zones::read(&arguments.zones, &mut compiled.sources) {
                    Ok((zones, diagnostics)) => {
                        reporter.found(&compiled.diagnostics, &compiled.sources);
                        reporter.found(&diagnostics, &compiled.sources);
                        if let Some(site) = compiled.site {
                            reporter.found(&lint::check(&site, &zones), &compiled.sources);
                            sites.push((path.display().to_string(), site, compiled.sources));
                        }
                    }
                    Err(diagnostic) => {
                        reporter.failed(&diagnostic);
                        return Exit::Failed;
                    }
                }
            }
            Err(diagnostic) => {
                reporter.failed(&diagnostic);
                exit = Exit::Failed;
            }
        }
    }
    let linted = sites.iter().map(|(name, site, sources)| Linted { name, site, sources }).collect::<Vec<_>>();
    for (index, finding) in lint::check_together(&linted) {
        if let Some(site) = linted.get(index) {
            reporter.found(&[finding], site.sources);
        }
    }
    reporter.sum_up("");
    exit.max(reporter.verdict())
}
