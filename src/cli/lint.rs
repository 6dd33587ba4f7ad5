//! `relaycc lint`: what is to be said about sites, without building anything.

use std::path::PathBuf;

use clap::Args;

use super::{
    Exit,
    input::{self, Disk, SyntaxName},
    report::{ReportArguments, Reporter},
};
use crate::front;

/// Check sites and write nothing
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The sites: .toml or .mc files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The language of files whose name does not tell
    #[arg(long, value_enum, value_name = "SYNTAX")]
    syntax: Option<SyntaxName>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    let mut exit = Exit::Done;
    for path in &arguments.files {
        match input::read(path, arguments.syntax) {
            Ok(file) => {
                let compiled = front::compile(&file.input(), &Disk);
                reporter.found(&compiled.diagnostics, &compiled.sources);
            }
            Err(diagnostic) => {
                reporter.failed(&diagnostic);
                exit = Exit::Failed;
            }
        }
    }
    reporter.sum_up("");
    exit.max(reporter.verdict())
}
