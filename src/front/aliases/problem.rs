//! What may be wrong with the lines of an aliases text: what sendmail complains of, and what it says about it.
//!
//! What it does not mind is in [`super::finding`].

use super::{
    finding::Finding,
    message::{about, begins, seven_bits, shown},
    name::NameProblem,
};
use crate::{
    diagnostic::Diagnostic,
    source::Span,
    syntax::aliases::{BUFFER, FaultKind},
};

/// Something wrong with an aliases text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The part of the text that shows it.
    pub span: Span,
    /// The line, as [`crate::syntax::aliases::Line::number`].
    pub line: usize,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// A line is none of an aliases text.
    Line(FaultKind),
    /// The name of an entry is wrong.
    Name(NameProblem),
    /// There is nothing after the colon.
    NoValue {
        /// The line.
        text: Vec<u8>,
    },
    /// An earlier line has the same name. The value of this one counts.
    Duplicate {
        /// The name as it is written.
        name: Vec<u8>,
        /// The name as it is stored.
        key: Vec<u8>,
        /// Where the earlier line has it.
        first: Span,
    },
    /// sendmail does not mind it.
    Finding(Finding),
}

impl Problem {
    /// The lines that `newaliases` prints for this on standard output, newlines included, if it says anything. `file` is
    /// the name of the text as the option `AliasFile` has it.
    pub fn newaliases_message(&self, file: &str) -> Option<String> {
        let said = match &self.kind {
            ProblemKind::Line(FaultKind::LeadingBlank) => vec![b"Non-continuation line starts with space".to_vec()],
            ProblemKind::Line(FaultKind::NoColon) => vec![b"missing colon".to_vec()],
            ProblemKind::Line(FaultKind::TooLong { .. } | FaultKind::Nul { refused: true }) => {
                vec![b"alias line too long".to_vec()]
            }
            ProblemKind::Line(FaultKind::Nul { refused: false }) | ProblemKind::Finding(_) => return None,
            ProblemKind::Name(problem) => problem.said(),
            ProblemKind::NoValue { text } => vec![begins(text, "missing value for alias")],
            ProblemKind::Duplicate { name, key, .. } => {
                vec![[about(name, "Warning: duplicate alias name ").as_slice(), key].concat()]
            }
        };
        Some(said.iter().map(|said| format!("{file}: line {}: {}\n", self.line, seven_bits(said))).collect())
    }

    /// The exit status of `newaliases` if this is the first that has one: of `sysexits.h`, 64, 68 or 70.
    pub fn exit_status(&self) -> Option<u8> {
        match &self.kind {
            ProblemKind::Line(FaultKind::Nul { refused: false })
            | ProblemKind::Duplicate { .. }
            | ProblemKind::Finding(_) => None,
            ProblemKind::Line(_) | ProblemKind::NoValue { .. } => Some(70),
            ProblemKind::Name(problem) => problem.status(),
        }
    }

    /// The problem as it is told to people: an error if `newaliases` leaves the entry out, otherwise a warning.
    pub fn diagnostic(&self) -> Diagnostic {
        match &self.kind {
            ProblemKind::Line(fault) => self.line_diagnostic(*fault),
            ProblemKind::Finding(finding) => finding.diagnostic(self.span),
            ProblemKind::Duplicate { key, first, .. } => {
                Diagnostic::warning("alias_duplicate", format!("duplicate alias `{}`", shown(key)))
                    .at(self.span, "again here: this one counts")
                    .at(*first, "first here")
                    .why("the database holds one value per name, and newaliases keeps the last; names that differ in case only are one name")
                    .help("remove the one that does not apply, or put all recipients into one entry")
            }
            ProblemKind::NoValue { .. } => Diagnostic::error("alias_no_value", "alias without a value")
                .at(self.span, "a recipient must follow")
                .why("newaliases leaves such an entry out")
                .help("name who gets the mail; `/dev/null` for nobody"),
            ProblemKind::Name(problem) => problem.diagnostic(self.span),
        }
    }

    fn line_diagnostic(&self, fault: FaultKind) -> Diagnostic {
        match fault {
            FaultKind::LeadingBlank => {
                Diagnostic::error("alias_leading_blank", "continuation line without an entry")
                    .at(self.span, "remove this")
                    .why("an empty line ends an entry; newaliases leaves out this line and those after it that begin with a blank")
                    .help("begin the line with the name, or remove the empty line before it")
            }
            FaultKind::NoColon => Diagnostic::error("alias_no_colon", "line without a colon")
                .at(self.span, "no name and value")
                .why("a colon separates the name from the value; newaliases leaves the line out")
                .help("write `name: recipient`; begin a line that continues the one before with a blank, and a comment with `#`"),
            FaultKind::TooLong { endless } => {
                let length = BUFFER - 2;
                let diagnostic =
                    Diagnostic::error("alias_line_too_long", format!("an entry is longer than {length} bytes"))
                        .at(self.span, "does not fit");
                let diagnostic = if endless {
                    diagnostic.why("newaliases reads an entry into a buffer of 8192 bytes; where a blank follows the last byte that fits, it never ends")
                } else {
                    diagnostic.why("newaliases reads an entry, with the lines that continue it, into a buffer of 8192 bytes; it leaves this one out")
                };
                diagnostic.help("put the recipients into a file of their own and name it: `:include:/etc/mail/lists/NAME`")
            }
            FaultKind::Nul { refused } => {
                let diagnostic = if refused {
                    Diagnostic::error("alias_nul", "byte 0 in a line")
                        .why("newaliases loses this line and the one after it")
                } else {
                    Diagnostic::warning("alias_nul", "byte 0 in a line")
                        .why("newaliases loses the rest of the line, without a word")
                };
                diagnostic.at(self.span, "here").help("remove it; a text in UTF-16 has to be converted to UTF-8")
            }
        }
    }
}
