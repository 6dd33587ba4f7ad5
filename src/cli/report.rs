//! What the user is told, and what it means for the exit status.

use std::{
    env,
    fmt::{self, Display},
    io::{self, IsTerminal, Write},
};

use clap::{Args, ValueEnum};

use super::{
    Exit,
    render::{self, Format, Terminal},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    findings,
    source::Sources,
};

/// Columns of a human report that does not go to a terminal: wide enough to keep most messages on one line.
const WIDTH_WITHOUT_TERMINAL: usize = 100;

/// How diagnostics are shown and what they mean.
#[derive(Debug, Args)]
#[command(next_help_heading = "Diagnostics")]
pub(super) struct ReportArguments {
    /// Format of diagnostics on standard error. With `json`, results on standard output are JSON too
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    /// Treat warnings as errors: reject the input, with exit status 1
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Color reports; `auto` depends on the terminal and on NO_COLOR
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
}

/// What `--deny` takes.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Deny {
    Warnings,
}

/// What `--color` takes.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Shows diagnostics as they come and keeps count.
#[derive(Debug)]
pub(super) struct Reporter<'a> {
    arguments: &'a ReportArguments,
    tally: Tally,
    /// The severity and code of the first of the worst findings, which the report ends with.
    worst: Option<(Severity, &'static str)>,
    /// Whether anything has been shown yet.
    has_shown: bool,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(arguments: &'a ReportArguments) -> Self {
        Self { arguments, tally: Tally::default(), worst: None, has_shown: false }
    }

    /// Shows what was found in an input.
    pub(super) fn found(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        let repeats = self.arguments.format == Format::Sendmail;
        let shown = diagnostics.iter().filter(|one| repeats || !one.is_repeated).cloned().collect::<Vec<_>>();
        for diagnostic in &shown {
            debug_assert!(findings::by_code(diagnostic.code).is_some(), "no page for {}", diagnostic.code);
            if self.worst.is_none_or(|(severity, _)| diagnostic.severity > severity) {
                self.worst = Some((diagnostic.severity, diagnostic.code));
            }
            self.tally.count(diagnostic.severity);
        }
        self.show(&shown, sources);
    }

    /// Says why a file cannot be read or written. Not counted: it says nothing about the input.
    pub(super) fn failed(&mut self, diagnostic: &Diagnostic) -> Exit {
        match self.arguments.format {
            Format::Sendmail => say(&format!("relaycc: {}\n", diagnostic.message)),
            _ => self.show(std::slice::from_ref(diagnostic), &Sources::default()),
        }
        Exit::Failed
    }

    fn show(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        if diagnostics.is_empty() {
            return;
        }
        if self.has_shown && self.arguments.format == Format::Human {
            say("\n");
        }
        say(&render::render(self.arguments.format, diagnostics, sources, self.terminal()));
        self.has_shown = true;
    }

    /// What the findings so far mean.
    pub(super) fn verdict(&self) -> Exit {
        if self.tally.errors > 0 || (self.arguments.deny.is_some() && self.tally.warnings > 0) {
            Exit::Refused
        } else {
            Exit::Done
        }
    }

    /// Sums up for people; `consequence` is what follows if the input was refused.
    pub(super) fn sum_up(&self, consequence: &str) {
        if self.arguments.format != Format::Human || self.tally == Tally::default() {
            return;
        }
        let denied = if self.tally.errors == 0 && self.verdict() == Exit::Refused { " (denied)" } else { "" };
        let consequence = if self.verdict() == Exit::Refused { consequence } else { "" };
        say(&format!("\n{}{denied}{consequence}\n", self.tally));
        if let Some((_, code)) = self.worst {
            say(&format!("For more about a finding, run `relaycc lint --explain {code}`.\n"));
        }
    }

    /// Whether results are coloured.
    pub(super) fn colors_results(&self) -> bool {
        self.colors(io::stdout().is_terminal())
    }

    /// Whether diagnostics and results are JSON, so that whoever reads them is no person.
    pub(super) fn is_json(&self) -> bool {
        self.arguments.format == Format::Json
    }

    fn colors(&self, is_terminal: bool) -> bool {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }

    fn terminal(&self) -> Terminal {
        let is_terminal = io::stderr().is_terminal();
        Terminal { color: self.colors(is_terminal), width: (!is_terminal).then_some(WIDTH_WITHOUT_TERMINAL) }
    }
}

/// Writes to standard error. Where that is closed there is nobody to tell.
pub(super) fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// How much of each severity there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    errors: usize,
    warnings: usize,
    advice: usize,
}

impl Tally {
    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Advice => self.advice += 1,
        }
    }
}

impl Display for Tally {
    /// `2 errors, 1 warning`: worst first, what there was none of left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.advice, "piece of advice", "pieces of advice"),
        ];
        let mut separator = "";
        for (count, one, many) in counted.into_iter().filter(|(count, ..)| *count > 0) {
            write!(f, "{separator}{count} {}", if count == 1 { one } else { many })?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tally_counts_worst_first() {
        let shown = |severities: &[Severity]| {
            let mut tally = Tally::default();
            severities.iter().for_each(|severity| tally.count(*severity));
            tally.to_string()
        };
        use Severity::{Advice, Error, Warning};
        assert_eq!(shown(&[Warning, Error, Advice, Error]), "2 errors, 1 warning, 1 piece of advice");
        assert_eq!(shown(&[Warning]), "1 warning");
        assert_eq!(shown(&[]), "");
    }
}
