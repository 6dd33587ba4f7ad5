//! The place of a rule: its line, its comment, and the statement of the site that it was generated for.

use super::target_host::LoadedConfig;
use crate::source::{Sources, Span};

/// `site.toml:12:3`
pub(super) fn shown(sources: &Sources, span: Span) -> Option<String> {
    let source = sources.get(span.source)?;
    let (line, column) = source.line_column(span.start);
    Some(format!("{}:{line}:{column}", source.name()))
}

impl LoadedConfig<'_> {
    /// `sendmail.cf:12`
    pub(super) fn line(&self, line: usize) -> String {
        let name = self.sources.get(self.source).map_or("sendmail.cf", |source| source.name());
        format!("{name}:{line}")
    }

    /// The statement of the site that a line was generated for, if any.
    pub(super) fn origin(&self, line: usize) -> Option<Span> {
        let document = self.document.as_ref()?;
        document.numbered().find(|(numbers, _)| numbers.contains(&line))?.1.origin
    }

    /// The comment of a rule: at its end, or on the lines directly above.
    pub(super) fn remark(&self, rule: Span) -> Option<String> {
        behind(self.sources.snippet(rule)).or_else(|| {
            let text = self.sources.get(self.source)?.text();
            above(text.get(..usize::try_from(rule.start).ok()?)?)
        })
    }
}

/// The third column of a rule line.
pub(super) fn behind(rule: &str) -> Option<String> {
    let remark = rule.split('\t').filter(|part| !part.is_empty()).nth(2)?.trim();
    (!remark.is_empty()).then(|| remark.to_owned())
}

/// The comment at the end of a text, with its lines joined.
fn above(text: &str) -> Option<String> {
    let lines = text.lines().rev().take_while(|line| line.starts_with('#'));
    let lines = lines.map(|line| line.trim_matches(|c: char| c == '#' || c.is_whitespace()));
    let mut lines = lines.filter(|line| line.chars().any(char::is_alphanumeric)).collect::<Vec<_>>();
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_stand_behind_a_rule_or_above_it() {
        assert_eq!(behind("R$*\t\t$: $1\ta remark"), Some("a remark".to_owned()));
        assert_eq!(behind("R$*\t$: $1\t"), None);
        assert_eq!(behind("R$*"), None);
        assert_eq!(above("Sx\n# one\n#\n###  two ###\n"), Some("one two".to_owned()));
        assert_eq!(above("# of a ruleset\nSx\n"), None);
        assert_eq!(above("# of another rule\nR$*\t$@\n\n"), None);
        assert_eq!(above("#####\n"), None);
    }
}
