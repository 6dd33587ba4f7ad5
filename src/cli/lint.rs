//! `relaycc lint`: what is to be said about sites, without building anything.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    Exit, audit,
    check::{self, CheckArguments, Checked, MapFiles},
    input::{ReadArguments, SiteFile},
    report::{ReportArguments, Reporter},
    set,
    target_host::TargetHost,
};
use crate::{
    diagnostic::{Diagnostic, nearest},
    findings::{self, FINDINGS},
    front::Compiled,
    lint::{self, Linted},
    parallel,
};

/// Check sites and write nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc lint site.toml --zone example.com.zone --zone 192.0.2.zone
  relaycc lint gateway.mc hub.mc                   each by itself, and both against each other
  relaycc lint --explain repeated_key              what a finding means, and what to write instead")]
pub(super) struct Arguments {
    /// The sites: .toml or .mc files; `-` is standard input
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print what the findings of a code mean, with an example and what to write instead, and check nothing
    #[arg(long, value_name = "CODE", exclusive = true)]
    explain: Option<String>,
    /// Directory that stands for `/`: files of maps and classes are read below it
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    read: ReadArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    report: ReportArguments,
}

/// That there is nothing to explain.
fn unknown(code: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown_code", format!("no finding `{code}` is explained"))
        .why("findings whose message says all have no further explanation");
    match nearest(code, FINDINGS.iter().map(|finding| finding.code)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => {
            let codes = FINDINGS.iter().map(|finding| finding.code).collect::<Vec<_>>();
            diagnostic.help(format!("explained are {}", codes.join(", ")))
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    if let Some(code) = &arguments.explain {
        return match findings::by_code(code) {
            Some(finding) => super::print(finding.text.as_bytes()),
            None => reporter.failed(&unknown(code)),
        };
    }
    let checks = match arguments.checks.read() {
        Ok(checks) => checks.below(arguments.root.clone()),
        Err(diagnostic) => return reporter.failed(&diagnostic),
    };
    let mut exit = Exit::Done;
    let mut checked: Vec<(SiteFile, Compiled)> = Vec::with_capacity(arguments.files.len());
    let check = |path: &PathBuf| {
        let file = arguments.read.site(path)?;
        let Checked { mut compiled, .. } = check::check(&file, &checks, &arguments.read.disk, MapFiles::Compared);
        if let Some(site) = compiled.readable() {
            let machine = TargetHost::with_files_below(arguments.root.clone());
            let found = audit::of_site(site, &machine.site(site));
            compiled.diagnostics.extend(found);
        }
        Ok((file, compiled))
    };
    parallel::in_order(&arguments.files, check, |result: Result<_, Box<Diagnostic>>| match result {
        Ok((file, compiled)) => {
            let directory = Path::new(file.input().name).parent();
            reporter.found(directory.and_then(set::unfinished).as_slice(), &compiled.sources);
            reporter.found(&compiled.diagnostics, &compiled.sources);
            checked.push((file, compiled));
        }
        Err(diagnostic) => exit = reporter.failed(&diagnostic),
    });
    let linted = checked
        .iter()
        .filter_map(|(file, compiled)| {
            Some(Linted { name: file.input().name, site: compiled.readable()?, sources: &compiled.sources })
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
