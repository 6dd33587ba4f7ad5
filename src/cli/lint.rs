//! `relaycc lint`: what is to be said about sites, without building anything.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

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
  relaycc lint --explain repeated_key              what a finding means, and what to use instead
  relaycc lint --explain                           all codes")]
pub(super) struct Arguments {
    /// The sites: .toml or .mc files; `-` is standard input
    #[arg(required_unless_present = "explain", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Explain a code: what it means, why it matters, an example and what to use instead. Without a code, list all of them
    #[arg(long, value_name = "CODE", num_args = 0..=1, conflicts_with = "files")]
    explain: Option<Option<String>>,
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

/// That a code has no documentation.
fn unknown(code: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown_code", format!("no documentation for code `{code}`"));
    match nearest(code, FINDINGS.iter().map(|finding| finding.code)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("`relaycc lint --explain` lists all codes"),
    }
}

/// A code in a list of all.
#[derive(Debug, Serialize)]
struct ListedCode {
    code: &'static str,
    summary: &'static str,
}

/// All codes, each with its summary.
fn list(is_json: bool) -> String {
    let codes = FINDINGS.iter().map(|finding| ListedCode { code: finding.code, summary: finding.summary() });
    let codes = codes.collect::<Vec<_>>();
    if is_json {
        // Texts always serialize.
        return serde_json::to_string_pretty(&codes).unwrap_or_default() + "\n";
    }
    let width = codes.iter().map(|listed| listed.code.len()).max().unwrap_or_default();
    codes.iter().map(|ListedCode { code, summary }| format!("{code:width$}  {summary}\n")).collect()
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    match &arguments.explain {
        None => {}
        Some(None) => return super::print(list(reporter.is_json()).as_bytes()),
        Some(Some(code)) => {
            return match findings::by_code(code) {
                Some(finding) => super::print(finding.text.as_bytes()),
                None => reporter.failed(&unknown(code)),
            };
        }
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
        if let Some(site) = compiled.site.as_ref().or(compiled.incomplete.as_ref()) {
            let machine = TargetHost::with_files_below(arguments.root.clone());
            audit::add(&mut compiled.diagnostics, site, &machine.site(site));
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
