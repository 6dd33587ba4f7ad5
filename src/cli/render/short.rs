//! One line per diagnostic, as editors and `grep` read them.

use std::fmt::Write;

use super::{printable::printable, severity_word};
use crate::{diagnostic::Diagnostic, source::Sources};

/// `file:line:column: error[code]: message`; without the place where there is none.
pub(super) fn render(diagnostics: &[&Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        if let Some((span, source)) = diagnostic.span().and_then(|span| Some((span, sources.get(span.source)?))) {
            let (line, column) = source.line_column(span.start);
            // Writing to a string cannot fail.
            let _ = write!(out, "{}:{line}:{column}: ", printable(source.name()));
        }
        let word = severity_word(diagnostic.severity);
        let message = diagnostic.message.replace('\n', " ");
        let _ = writeln!(out, "{word}[{}]: {}", diagnostic.code, printable(&message));
    }
    out
}
