//! `relaycc test`: runs the test cases of a site.

use std::{collections::HashSet, fmt::Write as _, path::PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{
    Exit, explain,
    input::{self, ReadArguments},
    names::WithoutZones,
    place::shown,
    render::printable_line,
    report::{ReportArguments, Reporter},
    target_host::{LoadedConfig, TargetHostArguments},
};
use crate::{
    diagnostic::Diagnostic,
    dialogue::Dialogue,
    explain::{Item, Outcome, coverage, run as run_case},
    front,
    site::{Case, Site},
    source::{Sources, Span},
};

/// Run a site's test cases
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc test site.toml --zone example.com.zone
  relaycc test site.mc --cases site.test.toml --junit > report.xml

Cases are [[test]] tables, in the site.toml or in separate files:

  [[test]]
  about   = \"outsiders may not relay\"
  client  = \"192.0.2.1\"
  from    = \"a@example.net\"
  to      = \"b@example.org\"
  verdict = \"refused\"               # accepted, refused, deferred, discarded, quarantined
  text    = \"Relaying denied\"       # code, status, mailer, host, recipient, sender

A failed case is printed with an explanation. Entries and statements that no case covers are listed.

Exit status:
  0  All cases passed
  1  A case failed, the site or a case was rejected, or --all-covered found something uncovered
  2  Usage error, or a file could not be read or written\
")]
pub(super) struct Arguments {
    /// Site to test: a .toml or .mc file, or a sendmail.cf, whose name must end in .cf
    site: PathBuf,
    /// Also run the cases in this file; repeatable
    #[arg(long, value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Print the results as JUnit XML
    #[arg(long)]
    junit: bool,
    /// Former spelling of the output format: `text`, `json` or `junit`.
    #[arg(long, value_enum, value_name = "FORM", hide = true, conflicts_with = "junit")]
    output: Option<Form>,
    /// Exit with status 1 if no case covers some entry, relay domain or statement
    #[arg(long)]
    all_covered: bool,
    #[command(flatten)]
    read: ReadArguments,
    #[command(flatten)]
    machine: TargetHostArguments,
    #[command(flatten)]
    report: ReportArguments,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One line per case
    Text,
    /// One JSON object with all cases and the coverage
    Json,
    /// JUnit XML
    Junit,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    run_tests(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file cannot be read.
fn run_tests(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let machine = arguments.machine.read(WithoutZones::Assumed, reporter)?;
    let mut suite = Suite::default();
    for path in &arguments.cases {
        let bytes = input::bytes(path)?;
        suite.add(&path.display().to_string(), &bytes, false);
    }
    let config = machine.open(&arguments.site, &arguments.read, reporter)?;
    let Some(config) = config else { return Ok(Exit::Refused) };
    if let Some(toml) = &config.toml {
        suite.add(toml.input().name, toml.input().bytes, true);
    }
    let judged = suite.judge(arguments, reporter, &config.running, config.site());
    Ok(judged.max(config.report(reporter)?))
}

/// The cases and the texts that contain them.
#[derive(Default)]
struct Suite {
    sources: Sources,
    cases: Vec<Case>,
    errors: Vec<Diagnostic>,
}

impl Suite {
    fn add(&mut self, name: &str, bytes: &[u8], is_site: bool) {
        let id = self.sources.add_bytes(name, bytes);
        match front::cases(&self.sources, id, is_site) {
            Ok(mut cases) => self.cases.append(&mut cases),
            // Errors in a site are reported when it is compiled.
            Err(_) if is_site => {}
            Err(mut errors) => self.errors.append(&mut errors),
        }
    }

    fn judge(
        &self,
        arguments: &Arguments,
        reporter: &mut Reporter<'_>,
        running: &LoadedConfig<'_>,
        site: Option<(&Site, &Sources)>,
    ) -> Exit {
        reporter.found(&self.errors, &self.sources);
        if !self.errors.is_empty() {
            reporter.sum_up("");
            return Exit::Refused;
        }
        if self.cases.is_empty() {
            let diagnostic = Diagnostic::error("no_cases", "no test cases")
                .why("a run without cases would always pass")
                .help("add [[test]] tables to the site.toml, or name files with --cases");
            reporter.found(&[diagnostic], &self.sources);
            reporter.sum_up("");
            return Exit::Refused;
        }
        let outcomes = self.cases.iter().flat_map(|case| run_case(case, || running.session())).collect::<Vec<_>>();
        let dialogues = outcomes.iter().map(|outcome| &outcome.dialogue).collect::<Vec<_>>();
        let items = site.map(|(site, sources)| find_coverage(site, sources, running, &dialogues)).unwrap_or_default();
        let report = Report::of(&outcomes, &items, self, running, site);
        let form = match (arguments.output, arguments.junit, reporter.is_json()) {
            (Some(form), ..) => form,
            (None, true, _) => Form::Junit,
            (None, false, true) => Form::Json,
            (None, false, false) => Form::Text,
        };
        let text = match form {
            Form::Text => report.text(),
            Form::Json => report.json(),
            Form::Junit => report.junit(),
        };
        let printed = super::print(text.as_bytes());
        let refused = report.failed > 0 || arguments.all_covered && report.covered < report.coverable;
        printed.max(if refused { Exit::Refused } else { Exit::Done })
    }
}

/// Determines which parts of a site the cases cover.
fn find_coverage(site: &Site, sources: &Sources, running: &LoadedConfig<'_>, dialogues: &[&Dialogue]) -> Vec<Item> {
    let mut statements: Vec<(Span, String)> = Vec::new();
    let mut seen = HashSet::new();
    let mut origins = Vec::new();
    for (numbers, line) in running.document.iter().flat_map(|document| document.numbered()) {
        origins.extend(numbers.map(|_| line.origin));
        if let Some(origin) = line.origin
            && line.text.starts_with('R')
            && seen.insert(origin)
        {
            let text = sources.snippet(origin).lines().next().unwrap_or("").chars().take(60).collect::<String>();
            statements.push((origin, text.trim().to_owned()));
        }
    }
    coverage(site, dialogues, &statements, &|line| origins.get(line.checked_sub(1)?).copied().flatten())
}

#[derive(Debug, Serialize)]
struct Report {
    cases: Vec<CaseReport>,
    failed: usize,
    covered: usize,
    coverable: usize,
    not_covered: Vec<NotCovered>,
    /// Files that were missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_read: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CaseReport {
    name: String,
    place: String,
    passed: bool,
    differences: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
}

#[derive(Debug, Serialize)]
struct NotCovered {
    what: String,
    place: String,
}

impl Report {
    fn of(
        outcomes: &[Outcome<'_>],
        items: &[Item],
        suite: &Suite,
        running: &LoadedConfig<'_>,
        site: Option<(&Site, &Sources)>,
    ) -> Self {
        let place = |sources: &Sources, span: Span| shown(sources, span).unwrap_or_default();
        let case = |outcome: &Outcome<'_>| {
            let differences = outcome.differences.iter().map(|difference| {
                let at = place(&suite.sources, difference.place);
                format!("{}: expected {}, found {}  ({at})", difference.what, difference.expected, difference.found)
            });
            let differences = differences.collect::<Vec<_>>();
            let explanation =
                (!differences.is_empty()).then(|| explain::text(&outcome.dialogue, &outcome.question, running, site));
            CaseReport {
                name: name(outcome),
                place: place(&suite.sources, outcome.case.span),
                passed: differences.is_empty(),
                differences,
                explanation,
            }
        };
        let cases = outcomes.iter().map(case).collect::<Vec<_>>();
        let not_covered = items.iter().filter(|item| !item.is_covered).map(|item| NotCovered {
            what: item.what.clone(),
            place: site.map(|(_, sources)| place(sources, item.place)).unwrap_or_default(),
        });
        Self {
            failed: cases.iter().filter(|case| !case.passed).count(),
            covered: items.iter().filter(|item| item.is_covered).count(),
            coverable: items.len(),
            not_covered: not_covered.collect(),
            not_read: running.not_read(),
            cases,
        }
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for case in &self.cases {
            let _ = writeln!(out, "{}  {}", if case.passed { "ok    " } else { "FAILED" }, case.name);
            for difference in &case.differences {
                let _ = writeln!(out, "          {difference}");
            }
            for line in case.explanation.iter().flat_map(|text| text.lines()) {
                let _ = writeln!(out, "        | {line}");
            }
        }
        if !self.not_covered.is_empty() {
            out.push_str("not covered by any case\n");
            for NotCovered { what, place } in &self.not_covered {
                let _ = writeln!(out, "        {what}  ({place})");
            }
        }
        for what in &self.not_read {
            let _ = writeln!(out, "these results assume that {what}");
        }
        let Self { failed, covered, coverable, .. } = self;
        let _ = write!(out, "{}, {failed} failed", super::counted(self.cases.len(), "case", "cases"));
        if *coverable > 0 {
            let _ = write!(out, "; {covered} of {coverable} entries, relay domains and statements covered");
        }
        out.push('\n');
        out
    }

    fn json(&self) -> String {
        // Texts and lists of them always serialize.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    fn junit(&self) -> String {
        let count = self.cases.len();
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(out, "<testsuite name=\"relaycc\" tests=\"{count}\" failures=\"{}\">", self.failed);
        for case in &self.cases {
            let (name, place) = (escape_xml(&case.name), escape_xml(&case.place));
            if case.passed {
                let _ = writeln!(out, "  <testcase name=\"{name}\" classname=\"{place}\"/>");
                continue;
            }
            let message = escape_xml(&case.differences.join("; "));
            let _ = writeln!(out, "  <testcase name=\"{name}\" classname=\"{place}\">");
            let explanation = escape_xml(case.explanation.as_deref().unwrap_or(""));
            let _ = writeln!(out, "    <failure message=\"{message}\">{explanation}</failure>\n  </testcase>");
        }
        if !self.not_read.is_empty() {
            let _ = writeln!(out, "  <system-err>{}</system-err>", escape_xml(&self.not_read.join("\n")));
        }
        out.push_str("</testsuite>\n");
        out
    }
}

/// The name of a case: its description, and who sends to whom.
fn name(outcome: &Outcome<'_>) -> String {
    let question = &outcome.question;
    let mut text = question.client.to_string();
    if let Some(sender) = &question.sender {
        let _ = write!(text, " <{sender}>");
    }
    if let Some(recipient) = &question.recipient {
        let _ = write!(text, " → <{recipient}>");
    }
    printable_line(&match &outcome.case.about {
        Some(about) => format!("{about}: {text}"),
        None => text,
    })
}

/// Escapes text for XML; characters that XML does not allow are left out.
fn escape_xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
