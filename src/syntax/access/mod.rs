//! The text that `makemap` makes a map of: one key and its value on each line.
//!
//! Read as `makemap` of sendmail 8.17 reads it, so that what it refuses is told here before it does. What keys and values
//! mean is not known here.

use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Span, Spanned},
};

/// Longest line that `makemap` takes, without the newline.
const MAX_LINE: usize = 1022;

/// One entry: what stands before the first blanks of a line, and what stands after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key as written.
    pub key: Spanned<String>,
    /// The value as written, blanks at its end included.
    pub value: Spanned<String>,
}

/// Reads a map's text. Lines that cannot be read are left out and told.
pub fn parse(text: &str, source: SourceId) -> (Vec<Entry>, Vec<Diagnostic>) {
    let mut entries = Vec::new();
    let mut diagnostics = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        match entry(line, start, source) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => {}
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
        start += line.len() + 1;
    }
    (entries, diagnostics)
}

fn entry(line: &str, start: usize, source: SourceId) -> Result<Option<Entry>, Box<Diagnostic>> {
    let span = |from: usize, to: usize| Span::new(source, start + from, start + to);
    let refuse = |what: &str, help: &str| {
        let diagnostic = Diagnostic::error("access_syntax", what).at(span(0, line.len()), "");
        Box::new(diagnostic.why("makemap refuses the line, and the entry is not in the database").help(help))
    };
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    if line.len() > MAX_LINE {
        return Err(refuse("the line is too long", "write at most 1,022 bytes on a line"));
    }
    if line.contains('\0') {
        return Err(refuse("the line has a zero byte in it", "remove the zero byte"));
    }
    if line.starts_with(is_blank) {
        return Err(refuse("the line begins with a blank", "begin the line with the key, or with `#` for a comment"));
    }
    let key = line.split(is_blank).next().unwrap_or("");
    let value = line.get(key.len()..).unwrap_or("").trim_start_matches(is_blank);
    if value.is_empty() {
        return Err(refuse("the key has no value", "write the value after the key, with blanks between"));
    }
    Ok(Some(Entry {
        key: Spanned::new(key.to_owned(), span(0, key.len())),
        value: Spanned::new(value.to_owned(), span(line.len() - value.len(), line.len())),
    }))
}

/// What C's `isspace` takes for a blank, as `makemap` does.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Sources;

    fn read(text: &str) -> (Vec<(String, String)>, Vec<String>) {
        let (entries, problems) = parse(text, Sources::default().add("access", text));
        (
            entries.into_iter().map(|e| (e.key.value, e.value.value)).collect(),
            problems.into_iter().map(|p| p.message).collect(),
        )
    }

    #[test]
    fn lines_are_read_as_makemap_reads_them() {
        let (entries, problems) =
            read("# c\n\nKey one\nB\t  two  words \t\n lead x\nnorhs\nf val # c\n\"q r\" s\nlast v");
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            entries,
            [
                pair("Key", "one"),
                pair("B", "two  words \t"),
                pair("f", "val # c"),
                pair("\"q", "r\" s"),
                pair("last", "v")
            ]
        );
        assert_eq!(problems, ["the line begins with a blank", "the key has no value"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_line_is_an_entry_a_comment_or_told(text in "[a-c#\" \t\r\n\u{0}é]{0,60}") {
            let (entries, problems) = read(&text);
            let lines = text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#')).count();
            prop_assert_eq!(entries.len() + problems.len(), lines);
        }
    }
}
