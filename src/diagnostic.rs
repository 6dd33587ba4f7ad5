//! What a diagnostic is: a typed value that the stage which found the problem builds, and that the command line renders.

use crate::source::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never fails a build.
    Advice,
    /// Probably not what was meant; fails a build under `--deny warnings`.
    Warning,
    /// The input is refused and nothing is written.
    Error,
}

/// A place, and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words under it; may be empty.
    pub text: String,
}

/// A change of the source that would mend what a diagnostic is about, in the language of that source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What to replace; empty to insert.
    pub span: Span,
    /// What to write instead; empty to delete.
    pub text: String,
}

/// Something that a person should be told about the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind, `lower_snake_case`: what `--allow` and documentation call it.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where. The first is the place itself, the others are related places.
    pub labels: Vec<Label>,
    /// Why it is wrong: what sendmail would do with it.
    pub why: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// The help as a change that can be carried out: derived from what was written, and without that finding once done. Only
    /// where it is certain what to write.
    pub suggestion: Option<Suggestion>,
    /// Whether it says again what another one says of the same place. Only sendmail's own words are repeated.
    pub is_repeated: bool,
    /// The bytes that sendmail's own m4 tree prints on standard error for this, if it says anything.
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

    /// An error of kind `code`.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning of kind `code`.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// A piece of advice of kind `code`.
    pub fn advice(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Advice, code, message)
    }

    /// Adds a place; the first one added is where the diagnostic is reported.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says why.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Proposes a change that can be carried out: `text` in place of what `span` covers.
    #[must_use]
    pub fn suggest(mut self, span: Span, text: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { span, text: text.into() });
        self
    }

    /// Records what sendmail's m4 tree prints for this, newline included.
    #[must_use]
    pub fn reference(mut self, bytes: impl Into<String>) -> Self {
        self.reference = Some(bytes.into());
        self
    }

    /// The place it is reported at.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|l| l.span)
    }

    /// Whether it refuses the input.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The nearest of `known` to `name`, if it is near enough to be what was meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_ascii_lowercase();
    let length = wanted.chars().count();
    let tolerated = |known: &str| (known.len().max(wanted.len()) / 3).max(1);
    known
        .into_iter()
        // Names that differ more than that in length alone need not be compared.
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
