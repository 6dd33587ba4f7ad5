//! The syntax of an aliases file, as sendmail 8.17 reads it: lines with their continuations, and the ends of names.
//!
//! A line that starts with a blank continues the previous one, and so does a line after a backslash at the end of a line;
//! newlines and those backslashes are dropped. Lines that are empty or start with `#` are ignored, including their continuations.
//! In all other lines, the first colon separates name and value, even within quotes. sendmail reads a line with its continuations
//! into a buffer of [`BUFFER`] bytes, and a zero byte ends what it sees of a line. The meaning of names and values is not known
//! here.

use std::ops::Range;

use super::address::is_blank;
use crate::source::{SourceId, Sources, Span};

/// Size of the buffer for a line with its continuations, including a last newline and a final zero byte.
pub const BUFFER: usize = 8192;

/// A line joined with its continuations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its bytes, without newlines.
    pub bytes: Vec<u8>,
    /// Number of the last of its lines, counted from 1 like in sendmail, which does not count skipped lines.
    pub number: usize,
    source: SourceId,
    /// Its parts: the start of each in `bytes`, and in the source's text.
    pieces: Vec<(usize, usize)>,
    latin1: bool,
}

impl Line {
    /// Place of a part of its bytes in the source.
    pub fn span(&self, part: Range<usize>) -> Span {
        let mut part = part.start.min(self.bytes.len())..part.end.min(self.bytes.len());
        if !self.latin1 {
            let within = |at: usize| self.bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
            while part.start > 0 && within(part.start) {
                part.start -= 1;
            }
            while within(part.end) {
                part.end += 1;
            }
        }
        let start = self.offset(part.start);
        // The last byte may be in another part than the one where the range starts.
        let end = if part.end > part.start { self.offset(part.end - 1) + self.width(part.end - 1) } else { start };
        Span::new(self.source, start, end)
    }

    fn offset(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (start, offset) = self.pieces.get(piece).copied().unwrap_or((0, 0));
        offset + (start..at).map(|byte| self.width(byte)).sum::<usize>()
    }

    /// Length of a byte in the source's text.
    fn width(&self, at: usize) -> usize {
        if self.latin1 && self.bytes.get(at).is_some_and(|byte| !byte.is_ascii()) { 2 } else { 1 }
    }
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The whole line.
    pub line: Line,
    /// End of the name: the colon.
    pub name_end: usize,
    /// Start of the value, after the colon and blanks. It extends to the end of the line, and may be empty.
    pub value_start: usize,
}

impl Entry {
    /// The name as written, up to the first colon.
    pub fn name(&self) -> &[u8] {
        self.line.bytes.get(..self.name_end).unwrap_or_default()
    }

    /// The value.
    pub fn value(&self) -> &[u8] {
        self.line.bytes.get(self.value_start..).unwrap_or_default()
    }
}

/// A fault in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Kind.
    pub kind: FaultKind,
    /// The part that shows it.
    pub span: Span,
    /// Like [`Line::number`].
    pub line: usize,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The line starts with a blank, and there is no line to continue. Reported for the first of several.
    LeadingBlank,
    /// The line has no colon.
    NoColon,
    /// With its continuations, the line does not fit into [`BUFFER`]. It is ignored.
    TooLong {
        /// sendmail enters an endless loop: the line has a blank at the end of the full buffer.
        endless: bool,
    },
    /// The line contains a zero byte.
    Nul {
        /// Whether the line and the next one are lost. Otherwise, only the rest of the line is, without a message.
        refused: bool,
    },
}

/// Parts of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// A name and its value.
    Entry(Entry),
    /// A fault.
    Fault(Fault),
}

/// Reads the text of an aliases file.
pub fn parse(sources: &Sources, id: SourceId) -> Vec<Statement> {
    let Some(source) = sources.get(id) else { return Vec::new() };
    let bytes = source.bytes();
    let latin1 = source.is_latin1();
    let mut reader = Reader { text: &bytes, at: 0, offset: 0, number: 0, source: id, latin1 };
    let mut statements = Vec::new();
    let mut skipping = false;
    while reader.at < bytes.len() {
        let (line, fault) = reader.line();
        let refused =
            matches!(fault, Some(Fault { kind: FaultKind::TooLong { .. } | FaultKind::Nul { refused: true }, .. }));
        statements.extend(fault.map(Statement::Fault));
        if refused {
            continue;
        }
        let blank = matches!(line.bytes.first(), Some(b' ' | b'\t'));
        let fault = |kind, part| Statement::Fault(Fault { kind, span: line.span(part), line: line.number });
        match line.bytes.first() {
            None | Some(b'#') => {}
            Some(_) if blank && skipping => {}
            Some(_) if blank => {
                let end = line.bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                statements.push(fault(FaultKind::LeadingBlank, 0..end.unwrap_or(line.bytes.len())));
            }
            Some(_) => match line.bytes.iter().position(|byte| *byte == b':') {
                None => statements.push(fault(FaultKind::NoColon, 0..line.bytes.len())),
                Some(name_end) => {
                    let value = line.bytes.get(name_end + 1..).unwrap_or_default();
                    let blanks = value.iter().take_while(|byte| is_blank(**byte)).count();
                    let value_start = name_end + 1 + blanks;
                    statements.push(Statement::Entry(Entry { line, name_end, value_start }));
                }
            },
        }
        skipping = blank;
    }
    statements
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// Position of `at` in the source's text.
    offset: usize,
    /// Number of lines so far.
    number: usize,
    source: SourceId,
    latin1: bool,
}

impl Reader<'_> {
    /// Reads a line with its continuations.
    fn line(&mut self) -> (Line, Option<Fault>) {
        let start = self.offset;
        let mut line =
            Line { bytes: Vec::new(), number: 0, source: self.source, pieces: Vec::new(), latin1: self.latin1 };
        let mut nul = None;
        let mut ended = false;
        let mut endless = false;
        loop {
            let room = BUFFER - 1 - line.bytes.len();
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length =
                rest.iter().take(room).position(|byte| *byte == b'\n').map_or(rest.len().min(room), |at| at + 1);
            let Some(read) = rest.get(..length).filter(|read| !read.is_empty()) else {
                endless = !rest.is_empty();
                ended &= !endless;
                break;
            };
            self.number += 1;
            let seen = read.iter().position(|byte| matches!(byte, 0 | b'\n')).unwrap_or(length);
            ended = read.get(seen) == Some(&b'\n');
            line.pieces.push((line.bytes.len(), self.offset));
            line.bytes.extend(read.get(..seen).unwrap_or_default());
            if read.get(seen) == Some(&0) && nul.is_none() {
                let at = self.offset + self.width(self.at..self.at + seen);
                nul = Some(Span::new(self.source, at, at + 1));
            }
            self.advance(length);
            if ended && line.bytes.last() == Some(&b'\\') {
                line.bytes.pop();
                continue;
            }
            if !matches!(self.text.get(self.at), Some(b' ' | b'\t')) {
                break;
            }
        }
        line.number = self.number;
        let fault = |kind, span| Some(Fault { kind, span, line: self.number });
        if ended || self.at >= self.text.len() {
            return (line, nul.and_then(|span| fault(FaultKind::Nul { refused: false }, span)));
        }
        let fault = match nul {
            Some(span) => fault(FaultKind::Nul { refused: true }, span),
            None => fault(FaultKind::TooLong { endless }, Span::new(self.source, start, self.offset)),
        };
        self.skip();
        (line, fault)
    }

    /// Skips the rest of a line with its continuations.
    fn skip(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut before = 0;
        let end = rest.iter().enumerate().position(|(at, byte)| {
            let continued = before == b'\\' || matches!(rest.get(at + 1), Some(b' ' | b'\t'));
            before = *byte;
            *byte == b'\n' && !continued
        });
        self.advance(end.map_or(rest.len(), |at| at + 1));
    }

    fn advance(&mut self, length: usize) {
        self.offset += self.width(self.at..self.at + length);
        self.at += length;
    }

    /// Length of these bytes in the source's text.
    fn width(&self, part: Range<usize>) -> usize {
        let part = self.text.get(part).unwrap_or_default();
        part.len() + if self.latin1 { part.iter().filter(|byte| !byte.is_ascii()).count() } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One line for each statement: entries as `name=value`, faults by kind; with line numbers and places.
    fn read(bytes: &[u8]) -> Vec<String> {
        let mut sources = Sources::default();
        let id = sources.add_bytes("aliases", bytes);
        let statements = parse(&sources, id);
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let shown = statements.iter().map(|statement| match statement {
            Statement::Entry(entry) => {
                format!("{}: {}={}", entry.line.number, shown(entry.name()), shown(entry.value()))
            }
            Statement::Fault(fault) => format!("{}: {:?} {:?}", fault.line, fault.kind, sources.snippet(fault.span)),
        });
        shown.collect()
    }

    #[test]
    fn lines_that_begin_with_a_blank_and_lines_after_a_backslash_continue() {
        assert_eq!(read(b"a: b,\n\tc\n d\n"), ["3: a=b,\tc d"]);
        assert_eq!(read(b"a: b\\\nc\n"), ["2: a=bc"]);
        assert_eq!(read(b"a: b\n c\\\nd: e\n"), ["3: a=b cd: e"]);
        assert_eq!(read(b"a: b\\\n\n c"), ["3: a=b c"]);
        assert_eq!(read(b"a\\\nb:c"), ["2: ab=c"]);
        assert_eq!(read(b"a:\n b"), ["2: a=b"]);
        assert_eq!(read(b"a: b\\"), ["1: a=b\\"]);
        assert_eq!(read(b"a: b\n \nc:"), ["2: a=b ", "3: c="]);
    }

    #[test]
    fn nothing_is_nothing_with_what_continues_it() {
        assert_eq!(read(b"# a: b\n c: d\n#\\\ne: f\n\n\n"), Vec::<String>::new());
        assert_eq!(read(b""), Vec::<String>::new());
    }

    #[test]
    fn a_blank_at_the_start_is_told_once_for_several() {
        let blank = |n: usize| format!("{n}: LeadingBlank \" \"");
        assert_eq!(read(b" a: b\n c\n"), [blank(2)]);
        // An empty line is continued by a line that starts with a blank, so nothing comes between.
        assert_eq!(read(b"a: b\n\n c\n\n d\n"), ["1: a=b".to_owned(), blank(3)]);
        assert_eq!(read(b"\n c\n#\n\n d\n"), [blank(2), blank(5)]);
    }

    #[test]
    fn the_first_colon_counts() {
        assert_eq!(read(b"\"a:b\": c\na b\na::b\n"), ["1: \"a=b\": c", "2: NoColon \"a b\"", "3: a=:b"]);
    }

    #[test]
    fn a_nul_loses_the_rest_or_a_line() {
        assert_eq!(read(b"a: b\0c\n d\ne: f\n"), ["2: Nul { refused: false } \"\\0\"", "2: a=b d", "3: e=f"]);
        assert_eq!(read(b"a: b\0c\nd: e\nf: g\n"), ["1: Nul { refused: true } \"\\0\"", "2: f=g"]);
        assert_eq!(read(b"a: b\0c\n"), ["1: Nul { refused: false } \"\\0\"", "1: a=b"]);
    }

    #[test]
    fn a_line_has_to_fit_the_buffer() {
        let told = |text: String| {
            read(text.as_bytes())
                .iter()
                .map(|line| line.split_once(" \"").map_or(&**line, |l| l.0).len())
                .collect::<Vec<_>>()
        };
        assert_eq!(told(format!("a:{}\nb:c\n", "x".repeat(8188))), [8188 + 5, 6]);
        assert_eq!(read(format!("a:{}\nb:c\n", "x".repeat(8189)).as_bytes())[1..], ["2: b=c"]);
        assert!(
            read(format!("a: b\n{}x\n", " ".repeat(9000)).as_bytes())[0].starts_with("2: TooLong { endless: true }")
        );
        assert!(
            read(format!("a: b\n {}\n", "x".repeat(9000)).as_bytes())[0].starts_with("2: TooLong { endless: false }")
        );
    }

    #[test]
    fn places_are_those_of_the_text() {
        let place = |bytes: &[u8], part: Range<usize>| {
            let mut sources = Sources::default();
            let id = sources.add_bytes("aliases", bytes);
            let Some(Statement::Entry(entry)) = parse(&sources, id).pop() else { panic!() };
            sources.snippet(entry.line.span(part)).to_owned()
        };
        assert_eq!(place(b"# x\na: b,\n  cd\n", 7..9), "cd");
        assert_eq!(place(b"# x\na: b,\n  cd\n", 3..9), "b,\n  cd");
        assert_eq!(place(b"a\\\nb: c", 0..2), "a\\\nb");
        assert_eq!(place(b"\xe4\na: \xf6b\xfc\n c\xdf\n", 3..8), "\u{f6}b\u{fc}\n c");
        assert_eq!(place(b"\xe4\na: \xf6b\xfc\n c\xdf\n", 4..5), "b");
        assert_eq!(place("a: \u{f6}b".as_bytes(), 4..5), "\u{f6}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_statements_with_places(
            bytes in prop::collection::vec(prop_oneof![prop::sample::select(b"\n\n  \t\\\\#:a\0".as_slice()), any::<u8>()], 0..200)
        ) {
            let mut sources = Sources::default();
            let id = sources.add_bytes("aliases", &bytes);
            let text = sources.get(id).unwrap().text();
            let held = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
            for statement in parse(&sources, id) {
                match statement {
                    Statement::Entry(entry) => {
                        let length = entry.line.bytes.len();
                        prop_assert!(entry.name_end < length && entry.value_start <= length);
                        for at in 0..=length {
                            prop_assert!(held(entry.line.span(0..at)) && held(entry.line.span(at..length)));
                        }
                    }
                    Statement::Fault(fault) => prop_assert!(held(fault.span) && !fault.span.is_empty()),
                }
            }
        }
    }
}
