//! The lines of a sendmail.cf under construction, each with the place that asked for it.

use std::fmt;

use crate::source::Span;

/// One line, or one directive with its continuation lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The text without the final newline.
    pub text: String,
    /// The statement of the source that it comes from; `None` for what every site has.
    pub origin: Option<Span>,
}

/// A sendmail.cf in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    lines: Vec<Line>,
}

impl Document {
    /// Adds a line that every site has.
    pub fn line(&mut self, text: impl Into<String>) {
        self.lines.push(Line { text: text.into(), origin: None });
    }

    /// Adds a line that `origin` asked for.
    pub fn line_from(&mut self, text: impl Into<String>, origin: impl Into<Option<Span>>) {
        self.lines.push(Line { text: text.into(), origin: origin.into() });
    }

    /// Adds raw text byte for byte, split into its lines; each line keeps the place of the text.
    pub fn raw(&mut self, text: &str, origin: impl Into<Option<Span>>) {
        let origin = origin.into();
        if text.is_empty() {
            return;
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.line_from(line, origin);
        }
    }

    /// Adds everything of another document.
    pub fn append(&mut self, other: Document) {
        self.lines.extend(other.lines);
    }

    /// The lines in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{}", line.text)?;
        }
        Ok(())
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
        assert_eq!(cf.lines(), []);
        cf.raw("Dxy", None);
        assert_eq!(cf.to_string(), "Dxy\n");
    }
}
