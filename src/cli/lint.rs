//! `relaycc lint`: what is to be said about sites, without building anything.

use std::path::PathBuf;

use clap::Args;

use super::{
    Exit,
    check::{self, ZoneArguments},
    input::{self, SyntaxName},
    report::{ReportArguments, Reporter},
};
use crate::{
    front::Compiled,
    lint::{self, Linted},
};

/// Check sites and write nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc lint site.toml --zone example.com.zone --zone 192.0.2.zone
  relaycc lint gateway.mc hub.mc                   each by itself, and both against each other")]
pub(super) struct Arguments {
    /// The sites: .toml or .mc files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The language of files whose name does not tell
    #[arg(long, value_enum, value_name = "SYNTAX")]
    syntax: Option<SyntaxName>,
    #[command(flatten)]
    zones: ZoneArguments,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    let zones = match arguments.zones.read() {
        Ok(zones) => zones,
        Err(diagnostic) => return reporter.failed(&diagnostic),
    };
    let mut exit = Exit::Done;
    let mut checked = Vec::with_capacity(arguments.files.len());
    for path in &arguments.files {
        match input::read(path, arguments.syntax) {
            Ok(file) => {
                let compiled = check::check(&file, &zones);
                reporter.found(&compiled.diagnostics, &compiled.sources);
                checked.push((file, compiled));
            }
            Err(diagnostic) => exit = reporter.failed(&diagnostic),
        }
    }
    let linted = checked
        .iter()
        .filter_map(|(file, Compiled { site, sources, .. })| {
            Some(Linted { name: file.input().name, site: site.as_ref()?, sources })
        })
        .collect::<Vec<_>>();
    for (index, finding) in lint::check_together(&linted) {
        if let Some(Linted { sources, .. }) = linted.get(index) {
            reporter.found(&[finding], sources);
        }
    }
    reporter.sum_up("");
    exit.max(reporter.verdict())
}
