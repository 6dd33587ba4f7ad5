//! The text of an aliases file, as sendmail 8.17 reads it: which lines belong together, and where a name ends.
//!
//! A line that begins with a blank continues the one before it, and so does whatever follows a backslash at the end of a
//! line; newlines, and those backslashes, are dropped. Lines that are empty or begin with `#` are nothing, with what continues
//! them. Of any other line the first colon separates a name from a value, whether it is quoted or not. sendmail reads a
//! line with its continuations into a buffer of [`BUFFER`] bytes, and a byte 0 ends what it sees of a line. What names and
//! values mean is not known here.

use std::ops::Range;

use super::address::is_blank;
use crate::source::{SourceId, Sources, Span};

/// Room for a line with its continuations, a last newline and a final 0.
pub const BUFFER: usize = 8192;

/// A line and those that continue it, as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its bytes, without newlines.
    pub bytes: Vec<u8>,
    /// Number of the last of its lines, counted from 1 as sendmail counts: lines that it skipped are not counted.
    pub number: usize,
    source: SourceId,
    /// The pieces that it was joined from: where each begins in `bytes`, and in the source's text.
    pieces: Vec<(usize, usize)>,
    latin1: bool,
}

impl Line {
    /// The place in the source of a part of its bytes.
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
        // The last byte may be in another piece than the one that begins after it.
        let end = if part.end > part.start { self.offset(part.end - 1) + self.width(part.end - 1) } else { start };
        Span::new(self.source, start, end)
    }

    fn offset(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (start, offset) = self.pieces.get(piece).copied().unwrap_or((0, 0));
        offset + (start..at).map(|byte| self.width(byte)).sum::<usize>()
    }

    /// How many bytes of the source's text a byte is.
    fn width(&self, at: usize) -> usize {
        if self.latin1 && self.bytes.get(at).is_some_and(|byte| !byte.is_ascii()) { 2 } else { 1 }
    }
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The whole line.
    pub line: Line,
    /// Where the name ends: at the colon.
    pub name_end: usize,
    /// Where the value begins: after the colon and blanks. It ends with the line, and may be nothing.
    pub value_start: usize,
}

impl Entry {
    /// The name as it is written, up to the first colon.
    pub fn name(&self) -> &[u8] {
        self.line.bytes.get(..self.name_end).unwrap_or_default()
    }

    /// The value.
    pub fn value(&self) -> &[u8] {
        self.line.bytes.get(self.value_start..).unwrap_or_default()
    }
}

/// A line that is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The part that shows it.
    pub span: Span,
    /// As [`Line::number`].
    pub line: usize,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It begins with a blank, and there is no line that it would continue. Said of the first of several.
    LeadingBlank,
    /// It has no colon.
    NoColon,
    /// With its continuations it does not fit into [`BUFFER`]. None of it is read.
    TooLong {
        /// sendmail never ends: a blank comes where the buffer is full.
        endless: bool,
    },
    /// It has a byte 0.
    Nul {
        /// The line and the one after it are lost. Otherwise the rest of the line is, and nothing is said.
        refused: bool,
    },
}

/// What a text consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// A name and its value.
    Entry(Entry),
    /// Something wrong.
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
    /// Where `at` is in the source's text.
    offset: usize,
    /// Lines so far.
    number: usize,
    source: SourceId,
    latin1: bool,
}

impl Reader<'_> {
    /// Reads a line and what continues it.
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

    /// Skips the rest of a line, and what continues it.
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

    /// How many bytes of the source's text these are.
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
        // An empty line is continued by what begins with a blank, so nothing comes between.
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
