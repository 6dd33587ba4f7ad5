//! The lines of a sendmail.cf under construction, each with the statement that it is generated for.

use std::{fmt, ops::Range};

use crate::source::Span;

/// One line, or one directive with its continuation lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text without the final newline.
    pub text: &'a str,
    /// The statement that it is generated for; `None` for lines of every site.
    pub origin: Option<Span>,
}

/// A sendmail.cf in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    text: String,
    /// End and origin of each line.
    lines: Vec<(usize, Option<Span>)>,
}

impl Document {
    /// An empty document with room for this many bytes and lines.
    pub fn with_capacity(bytes: usize, lines: usize) -> Self {
        Self { text: String::with_capacity(bytes), lines: Vec::with_capacity(lines) }
    }

    /// Adds a line that every site has.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.line_from(text, None);
    }

    /// Adds a line for the statement at `origin`.
    pub fn line_from(&mut self, text: impl AsRef<str>, origin: impl Into<Option<Span>>) {
        self.line_of(&[text.as_ref()], origin);
    }

    /// Adds a line that consists of these parts, for the statement at `origin`.
    pub fn line_of(&mut self, parts: &[&str], origin: impl Into<Option<Span>>) {
        for part in parts {
            self.text.push_str(part);
        }
        self.lines.push((self.text.len(), origin.into()));
        self.text.push('\n');
    }

    /// Adds raw text unchanged, split into its lines; each line keeps the place of the text.
    pub fn raw(&mut self, text: &str, origin: impl Into<Option<Span>>) {
        let origin = origin.into();
        if text.is_empty() {
            return;
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.line_from(line, origin);
        }
    }

    /// The lines in order.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let starts = std::iter::once(0).chain(self.lines.iter().map(|(end, _)| end + 1));
        starts.zip(&self.lines).map(|(start, (end, origin))| Line {
            text: self.text.get(start..*end).unwrap_or_default(),
            origin: *origin,
        })
    }

    /// The lines in order, each with its line numbers in the file, counted from 1: a line with continuation lines has several.
    pub fn numbered(&self) -> impl Iterator<Item = (Range<usize>, Line<'_>)> {
        let mut next = 1;
        self.lines().map(move |line| {
            let first = next;
            next += 1 + line.text.matches('\n').count();
            (first..next, line)
        })
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.text
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn raw_text_stays_as_it_is() {
        for text in ["Dxy\n", "Dx a \r\n\n\tb\n", "\n"] {
            let mut cf = Document::default();
            cf.raw(text, None);
            assert_eq!(cf.to_string(), text);
        }
        let mut cf = Document::default();
        cf.raw("", None);
        assert_eq!(cf.lines().next(), None);
        cf.raw("Dxy", None);
        assert_eq!(cf.to_string(), "Dxy\n");
    }

    #[test]
    fn lines_are_what_was_added() {
        let mut cf = Document::default();
        cf.line("one");
        cf.line("");
        cf.line_of(&["two", "\n\t", "too"], None);
        assert_eq!(cf.lines().map(|line| line.text).collect::<Vec<_>>(), ["one", "", "two\n\ttoo"]);
        assert_eq!(cf.numbered().map(|(numbers, _)| numbers).collect::<Vec<_>>(), [1..2, 2..3, 3..5]);
        assert_eq!(cf.into_text(), "one\n\ntwo\n\ttoo\n");
    }
}
