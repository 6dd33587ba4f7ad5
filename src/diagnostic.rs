//! Diagnostics: typed values, built by the stage that finds a problem and rendered by the command line.

use crate::source::Span;

/// Severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never fails a build.
    Advice,
    /// Probably a mistake; fails a build under `--deny warnings`.
    Warning,
    /// The input is rejected and nothing is written.
    Error,
}

/// A place with a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words about the place; may be empty.
    pub text: String,
}

/// A change of the source, in its language, that resolves a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Text to replace; empty to insert.
    pub span: Span,
    /// Replacement; empty to delete.
    pub text: String,
}

/// A message to the user about the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of problem in `lower_snake_case`, for filters and documentation.
    pub code: &'static str,
    /// Severity.
    pub severity: Severity,
    /// What is wrong, as a clause without a full stop.
    pub message: String,
    /// Places; the first one is where the diagnostic is reported.
    pub labels: Vec<Label>,
    /// Why it matters: what sendmail does with it.
    pub why: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// The help as a change that can be applied. It is derived from what was written, and the diagnostic disappears with it.
    /// Present only if the correction is certain.
    pub suggestion: Option<Suggestion>,
    /// Whether it repeats another diagnostic for the same place, which happens only with sendmail's own words.
    pub is_repeated: bool,
    /// What sendmail's own m4 tree prints on standard error for this problem, if anything.
    pub reference: Option<String>,
}

impl Diagnostic {
    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            labels: Vec::new(),
            why: None,
            help: None,
            suggestion: None,
            is_repeated: false,
            reference: None,
        }
    }

    /// An error with this code.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning with this code.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Advice with this code.
    pub fn advice(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Advice, code, message)
    }

    /// Adds a place; the first one is where the diagnostic is reported.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Sets the reason.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Sets the help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests to replace `span` with `text`.
    #[must_use]
    pub fn suggest(mut self, span: Span, text: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { span, text: text.into() });
        self
    }

    /// Sets what sendmail's m4 tree prints for this problem, newline included.
    #[must_use]
    pub fn reference(mut self, bytes: impl Into<String>) -> Self {
        self.reference = Some(bytes.into());
        self
    }

    /// The place where it is reported.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The most similar of the `known` names, if it is similar enough to be meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_ascii_lowercase();
    let length = wanted.chars().count();
    let tolerated = |known: &str| (known.len().max(wanted.len()) / 3).max(1);
    known
        .into_iter()
        // Names whose lengths differ by more cannot be similar enough.
        .filter(|k| k.chars().count().abs_diff(length) <= tolerated(k))
        .map(|k| (strsim::damerau_levenshtein(&wanted, &k.to_ascii_lowercase()), k))
        .filter(|(distance, k)| *distance <= tolerated(k))
        .min_by_key(|(distance, k)| (*distance, k.len()))
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_finds_transpositions_and_gives_up_on_strangers() {
        assert_eq!(nearest("SMART_HSOT", ["MAIL_HUB", "SMART_HOST"]), Some("SMART_HOST"));
        assert_eq!(nearest("acess_db", ["access_db", "dnsbl"]), Some("access_db"));
        assert_eq!(nearest("zzzzzz", ["access_db", "dnsbl"]), None);
    }
}
