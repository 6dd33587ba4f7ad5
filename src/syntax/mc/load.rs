//! Decodes the bytes of a `.mc`.
//!
//! m4 and sendmail treat files as bytes. Here, a text is UTF-8 with newlines; everything else is either converted, with a
//! diagnostic, or rejected.

use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Sources, Span},
};

/// Adds a file to the sources under the name that m4 would be given, and reports unusual bytes.
///
/// - A NUL byte means that it is not a text: an error, and the text should not be used.
/// - Bytes that are not UTF-8 are decoded as Latin-1, which older files use in comments and names: advice.
/// - A byte order mark is dropped: a warning, since m4 copies it to the output.
/// - Lines that end in carriage return and newline end in a newline: a warning, since m4 keeps the carriage returns.
///
/// Spans count bytes of the resulting text; lines and columns are those of the file.
pub fn load(sources: &mut Sources, name: &str, bytes: &[u8]) -> (SourceId, Vec<Diagnostic>) {
    let (bytes, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let (mut text, latin) = match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(error) => {
            let valid = error.valid_up_to();
            (bytes.iter().copied().map(char::from).collect(), Some(valid))
        }
    };
    // Before the first invalid byte, decoding as Latin-1 may have lengthened valid UTF-8.
    let latin = latin.map(|valid| bytes.iter().take(valid).copied().map(|b| char::from(b).len_utf8()).sum::<usize>());
    let nul = text.find('\0');
    let returned = text.find("\r\n");
    let before_latin = latin.map(|at| text.get(..at).map_or(0, |before| before.matches("\r\n").count()));
    if returned.is_some() {
        text = text.replace("\r\n", "\n");
    }
    if nul.is_some() {
        // Only shown in diagnostics, where a NUL would do harm.
        text = text.replace('\0', "\u{fffd}");
    }
    let id = if latin.is_some() { sources.add_latin1(name, text) } else { sources.add(name, text) };
    let at = |byte: usize, length: usize| Span::new(id, byte, byte + length);
    let mut said = Vec::new();
    if let Some(byte) = nul {
        let byte = sources.get(id).and_then(|s| s.text().find('\u{fffd}')).unwrap_or(byte);
        said.push(
            Diagnostic::error("mc_not_text", format!("{name} is not a text file"))
                .at(at(byte, '\u{fffd}'.len_utf8()), "a NUL byte")
                .why("m4 drops NUL bytes, with unpredictable effects on the rest of the line")
                .help("check that this is the .mc file; if it is in UTF-16, convert it to UTF-8"),
        );
        return (id, said);
    }
    if marked {
        said.push(
            Diagnostic::warning("mc_byte_order_mark", "byte order mark at the start of the file")
                .at(at(0, 0), "before this")
                .why("m4 copies the mark to the first line of sendmail.cf, which sendmail cannot read then")
                .help("save the file as UTF-8 without a byte order mark; relaycc ignores it"),
        );
    }
    if let Some(byte) = returned {
        said.push(
            Diagnostic::warning("mc_crlf", "lines end in carriage return and newline")
                .at(at(byte, 1), "the first such line ends here")
                .why("m4 keeps the carriage returns, even within values that span several lines")
                .help("convert the file, for example with `dos2unix`; relaycc ignores the carriage returns"),
        );
    }
    if let (Some(byte), Some(dropped)) = (latin, before_latin) {
        let byte = byte - dropped;
        let length = sources.get(id).and_then(|s| s.text().get(byte..)?.chars().next()).map_or(0, char::len_utf8);
        said.push(
            Diagnostic::advice("mc_latin1", "the file is not UTF-8, and is read as Latin-1")
                .at(at(byte, length), "first byte that is not UTF-8")
                .why("these bytes are written unchanged, as m4 does; their meaning depends on the reader")
                .help("convert the file, for example with `iconv -f latin1 -t utf-8`"),
        );
    }
    (id, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(bytes: &[u8]) -> (String, Vec<(&'static str, String)>) {
        let mut sources = Sources::default();
        let (id, said) = load(&mut sources, "site.mc", bytes);
        let marks = said
            .iter()
            .map(|d| {
                let (line, column) = sources.get(id).unwrap().line_column(d.span().unwrap().start);
                (d.code, format!("{line}:{column}"))
            })
            .collect();
        (sources.get(id).unwrap().text().to_owned(), marks)
    }

    #[test]
    fn plain_text_passes_without_a_word() {
        assert_eq!(loaded("dnl wö\n".as_bytes()), ("dnl wö\n".to_owned(), vec![]));
    }

    #[test]
    fn latin1_is_read_and_mentioned_where_it_begins() {
        let (text, said) = loaded(b"dnl\r\ndnl \xc3\xb6 w\xf6\r\n");
        assert_eq!(text, "dnl\ndnl Ã¶ wö\n");
        assert_eq!(said, [("mc_crlf", "1:4".to_owned()), ("mc_latin1", "2:9".to_owned())]);
    }

    #[test]
    fn a_nul_byte_is_not_text() {
        let (_, said) = loaded(b"\xff\xfed\0n\0l\0");
        assert_eq!(said, [("mc_not_text", "1:4".to_owned())]);
    }

    #[test]
    fn marks_of_other_systems_are_dropped_with_a_warning() {
        let (text, said) = loaded(b"\xef\xbb\xbfdnl a\r\nb\rc");
        assert_eq!(text, "dnl a\nb\rc");
        assert_eq!(said, [("mc_byte_order_mark", "1:1".to_owned()), ("mc_crlf", "1:6".to_owned())]);
    }
}
