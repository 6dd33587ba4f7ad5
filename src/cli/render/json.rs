//! One JSON object per diagnostic and line, for programs.
//!
//! The fields are documented in the README ("Formats") and only ever added to.

use serde::Serialize;

use super::severity_word;
use crate::{
    diagnostic::Diagnostic,
    source::{Sources, Span},
};

/// One diagnostic. A field that has nothing to say is `null`.
#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    file: Option<&'a str>,
    span: Option<Range>,
    labels: Vec<Place<'a>>,
    why: Option<&'a str>,
    help: Option<&'a str>,
    suggestion: Option<Replacement<'a>>,
    reference: Option<&'a str>,
}

/// A labelled place; the first is the one that `file` and `span` repeat.
#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    span: Range,
    text: &'a str,
}

/// What to write in place of what is there.
#[derive(Serialize)]
struct Replacement<'a> {
    file: &'a str,
    span: Range,
    text: &'a str,
}

/// A half-open range.
#[derive(Serialize, Clone, Copy)]
struct Range {
    start: Position,
    end: Position,
}

/// Bytes count from 0, lines and columns from 1; columns count characters.
#[derive(Serialize, Clone, Copy)]
struct Position {
    byte: u32,
    line: usize,
    column: usize,
}

/// Every diagnostic on a line of its own.
pub(super) fn render(diagnostics: &[&Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let labels =
            diagnostic.labels.iter().filter_map(|label| place(label.span, &label.text, sources)).collect::<Vec<_>>();
        let entry = Entry {
            code: diagnostic.code,
            severity: severity_word(diagnostic.severity),
            message: &diagnostic.message,
            file: labels.first().map(|l| l.file),
            span: labels.first().map(|l| l.span),
            labels,
            why: diagnostic.why.as_deref(),
            help: diagnostic.help.as_deref(),
            suggestion: diagnostic.suggestion.as_ref().and_then(|suggestion| {
                let Place { file, span, .. } = place(suggestion.span, "", sources)?;
                Some(Replacement { file, span, text: &suggestion.text })
            }),
            reference: diagnostic.reference.as_deref(),
        };
        // Strings, numbers and lists of them always serialize.
        if let Ok(line) = serde_json::to_string(&entry) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

fn place<'a>(span: Span, text: &'a str, sources: &'a Sources) -> Option<Place<'a>> {
    let source = sources.get(span.source)?;
    let position = |byte: u32| {
        let byte = u32::try_from(source.text().len()).map_or(byte, |length| byte.min(length));
        let (line, column) = source.line_column(byte);
        Position { byte, line, column }
    };
    Some(Place { file: source.name(), span: Range { start: position(span.start), end: position(span.end) }, text })
}
