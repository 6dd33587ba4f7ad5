//! The text form of a map, as `makemap` reads it: one entry per line, a key, blanks, and the value as it stands.
//!
//! Empty lines and lines that start with `#` are skipped. There is no quoting and no continuation, and a `#` later in a line
//! belongs to the key or the value. Blanks are those of C's `isspace`: space, tab, newline, vertical tab, form feed, carriage
//! return. [`Reading`] holds the switches of `makemap` that change this. The meaning of keys and values is not known here.
//!
//! [`parse`] returns every entry with its places, for texts that belong to a site; [`Table`] is for texts with millions of lines
//! of which only the entries are needed.

mod line;
mod table;

pub use line::Reading;
pub use table::Table;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet, hash_map::Entry as Place},
    ops::Range,
};

use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Span, Spanned},
};
use line::{Complaint, Split};

/// Maximum length of a line, without its newline, in `makemap` of sendmail 8.17: its buffer has 1024 bytes.
pub const MAX_LINE: usize = 1022;

/// Length to which sendmail 8.17 truncates a key before the lookup; a longer key in the map is never found.
pub const MAX_KEY: usize = 256;

/// A key and its value, with their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEntry<'t> {
    /// The key in lower case, as sendmail converts it before a lookup.
    pub key: Spanned<Cow<'t, [u8]>>,
    /// The value, including trailing blanks.
    pub value: Spanned<&'t [u8]>,
    /// Line number, counted like [`Problem::line`].
    pub line: usize,
}

/// The entries of a text, and its errors.
#[derive(Debug, Clone, Default)]
pub struct MapText<'t> {
    /// The entries in the order of the text, without duplicate keys. Incomplete if a problem is an error.
    pub entries: Vec<TextEntry<'t>>,
    /// The problems in the order of the text.
    pub problems: Vec<Problem>,
}

/// A problem with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// The part of the line that shows it.
    pub span: Span,
    /// Line number from 1 as `makemap` counts: a line that is too long counts once per 1023 bytes.
    pub line: usize,
}

/// Kinds of problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// The line starts with a blank.
    LeadingBlank,
    /// The line is longer than [`MAX_LINE`].
    TooLong,
    /// The line contains a zero byte.
    Nul,
    /// The line has a key but no value.
    NoValue {
        /// The key.
        key: String,
    },
    /// An earlier line has the same key.
    DuplicateKey {
        /// The key.
        key: String,
        /// Place of the key in the earlier line.
        first: Span,
    },
    /// The existing map already has the key.
    KeyInMap {
        /// The key.
        key: String,
    },
    /// The key is longer than [`MAX_KEY`]. The entry is kept.
    KeyTooLong,
    /// The key is longer than the format of the map allows.
    KeyWithoutRoom {
        /// Maximum length in bytes.
        longest: usize,
    },
}

impl Problem {
    /// The problem as a diagnostic.
    pub fn diagnostic(&self) -> Diagnostic {
        match &self.kind {
            ProblemKind::LeadingBlank => Diagnostic::error("map_leading_blank", "map line starts with a blank")
                .at(self.span, "remove this")
                .why("makemap rejects such a line; it does not continue the previous line")
                .help("start the line with the key, or with `#` for a comment"),
            ProblemKind::TooLong => {
                Diagnostic::error("map_line_too_long", format!("map line longer than {MAX_LINE} bytes"))
                    .at(self.span, format!("{} bytes", self.span.len()))
                    .why("makemap reads lines into a buffer of 1024 bytes and treats the rest as another line")
                    .help("shorten the value; split a comment into several lines")
            }
            ProblemKind::Nul => Diagnostic::error("map_nul", "map line contains a zero byte")
                .at(self.span, "here")
                .why("makemap treats it as the end of the line, and drops or rejects what follows")
                .help("remove it; if the text is in UTF-16, convert it to UTF-8"),
            ProblemKind::NoValue { key } => Diagnostic::error("map_no_value", format!("key `{key}` has no value"))
                .at(self.span, "expected a value after the key")
                .why("makemap rejects a line without a value; key and value are separated by blanks")
                .help("add the value after the key, or remove the line"),
            ProblemKind::DuplicateKey { key, first } => {
                Diagnostic::error("map_duplicate_key", format!("duplicate key `{key}`"))
                    .at(self.span, "again here")
                    .at(*first, "first here")
                    .why("a map holds one value per key, and keys that differ only in case are the same key")
                    .help("remove one of the two lines")
            }
            ProblemKind::KeyInMap { key } => {
                Diagnostic::error("map_duplicate_key", format!("key `{key}` is already in the map"))
                    .at(self.span, "has another value in the map")
                    .why("a map holds one value per key, and keys that differ only in case are the same key")
                    .help("remove the line, or replace the old value with --replace")
            }
            ProblemKind::KeyTooLong => {
                Diagnostic::warning("map_key_too_long", format!("map key longer than {MAX_KEY} bytes"))
                    .at(self.span, format!("{} bytes", self.span.len()))
                    .why(format!(
                        "sendmail truncates keys to {MAX_KEY} bytes before the lookup, so it never finds this one"
                    ))
                    .help("remove the line, or shorten the key")
            }
            ProblemKind::KeyWithoutRoom { longest } => {
                Diagnostic::error("map_key_length", format!("map key longer than {longest} bytes"))
                    .at(self.span, format!("{} bytes", self.span.len()))
                    .why("the format of the map does not allow longer keys")
                    .help("remove the line, or shorten the key")
            }
        }
    }

    /// The line that `makemap hash MAP` prints for this on standard error, newline included, if it reports it.
    pub fn makemap_message(&self, map: &str) -> Option<String> {
        let what = match &self.kind {
            ProblemKind::LeadingBlank => "syntax error (leading space)".to_owned(),
            ProblemKind::TooLong | ProblemKind::Nul => "line too long (1024 bytes max)".to_owned(),
            ProblemKind::NoValue { key } => format!("no RHS for LHS {key}"),
            ProblemKind::DuplicateKey { key, .. } | ProblemKind::KeyInMap { key } => {
                format!("key {key}: duplicate key")
            }
            ProblemKind::KeyTooLong | ProblemKind::KeyWithoutRoom { .. } => return None,
        };
        Some(format!("makemap: {map}: line {}: {what}\n", self.line))
    }
}

/// Reads the text of a map: the entries that `makemap hash` would store without options, and the reasons for rejecting the rest.
///
/// The text need not be UTF-8. A line that is too long for makemap is one problem here, and its rest is not treated as another
/// line.
pub fn parse(text: &[u8], source: SourceId) -> MapText<'_> {
    let reading = Reading::default();
    let mut map = MapText::default();
    let mut line = 1;
    let mut start = 0;
    for bytes in text.split_inclusive(|byte| *byte == b'\n') {
        let content = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let span = |part: Range<usize>| Span::new(source, start + part.start, start + part.end);
        match reading.split(content) {
            Ok(Some(Split { key_end, value_start })) => map.entries.push(TextEntry {
                key: Spanned::new(reading.key(content.get(..key_end).unwrap_or_default()), span(0..key_end)),
                value: Spanned::new(content.get(value_start..).unwrap_or_default(), span(value_start..content.len())),
                line,
            }),
            Ok(None) => {}
            Err(Complaint { kind, part }) => map.problems.push(Problem { kind, span: span(part), line }),
        }
        line += makemap_lines(bytes);
        start += bytes.len();
    }
    map.check_keys();
    map
}

/// Number of lines that makemap counts for one, newline included: its buffer takes 1023 bytes at a time.
fn makemap_lines(line: &[u8]) -> usize {
    line.len().div_ceil(MAX_LINE + 1)
}

impl MapText<'_> {
    /// Reports keys that are too long, and removes and reports duplicates.
    fn check_keys(&mut self) {
        let mut first = HashMap::with_capacity(self.entries.len());
        let mut repeated = HashSet::new();
        for entry in &self.entries {
            let mut report = |kind| self.problems.push(Problem { kind, span: entry.key.span, line: entry.line });
            match first.entry(&*entry.key.value) {
                Place::Vacant(place) => {
                    place.insert(entry.key.span);
                    if entry.key.value.len() > MAX_KEY {
                        report(ProblemKind::KeyTooLong);
                    }
                }
                Place::Occupied(place) => {
                    report(ProblemKind::DuplicateKey { key: lossy(&entry.key.value), first: *place.get() });
                    repeated.insert(entry.line);
                }
            }
        }
        self.entries.retain(|entry| !repeated.contains(&entry.line));
        self.problems.sort_by_key(|problem| problem.line);
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Sources;

    proptest! {
        #[test]
        fn any_bytes_are_entries_problems_or_nothing(
            text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b' '), Just(b'A'), any::<u8>()], 0..200)
        ) {
            let map = parsed(&text);
            let covered = |span: Span| text.get(span.start as usize..span.end as usize);
            for entry in &map.entries {
                prop_assert_eq!(covered(entry.key.span).map(<[u8]>::to_ascii_lowercase), Some(entry.key.value.to_vec()));
                prop_assert_eq!(covered(entry.value.span), Some(entry.value.value));
            }
            prop_assert!(map.problems.iter().all(|problem| covered(problem.span).is_some_and(|bytes| !bytes.is_empty())));
            let said = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && line[0] != b'#').count();
            let nul_in_comments = text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"#") && line.contains(&0)).count();
            prop_assert_eq!(map.entries.len() + map.problems.len(), said + nul_in_comments);
        }
    }

    fn parsed(text: &[u8]) -> MapText<'_> {
        parse(text, Sources::default().add("access", ""))
    }

    /// The entries as `makemap -u` prints them, and makemap's messages on standard error.
    fn shown(text: &[u8]) -> (Vec<u8>, String) {
        let map = parsed(text);
        let lines = map.entries.iter().flat_map(|e| [&e.key.value[..], b"\t", e.value.value, b"\n"].concat());
        (lines.collect(), map.problems.iter().filter_map(|problem| problem.makemap_message("m")).collect())
    }

    #[test]
    fn a_line_is_a_key_and_a_value() {
        let entries = |text: &'static [u8]| {
            let (entries, complaints) = shown(text);
            assert_eq!(complaints, "");
            String::from_utf8_lossy(&entries).into_owned()
        };
        assert_eq!(entries(b""), "");
        assert_eq!(entries(b"\n\n# none\n#\n"), "");
        assert_eq!(entries(b"a b"), "a\tb\n");
        assert_eq!(entries(b"a \t\x0b\x0c\r b  c \t\r\n"), "a\tb  c \t\r\n");
        assert_eq!(entries(b"Connect:A.B ERROR:4.2.2:\"450 X\"\n"), "connect:a.b\tERROR:4.2.2:\"450 X\"\n");
        assert_eq!(entries(b"\"a b\" c#d # e\n"), "\"a\tb\" c#d # e\n");
        assert_eq!(entries(b"a b\\\nc d\n"), "a\tb\\\nc\td\n");
    }

    #[test]
    fn only_ascii_letters_are_folded() {
        assert_eq!(shown("ÄA\u{a0}b Ä\n".as_bytes()).0, "Äa\u{a0}b\tÄ\n".as_bytes());
        assert_eq!(shown(b"\xc4A \xff\n").0, b"\xc4a\t\xff\n");
    }

    #[test]
    fn what_is_wrong_is_said_as_makemap_says_it() {
        let (entries, complaints) = shown(b"A b\n c d\nE\nf \t\na x\n\r\n");
        assert_eq!(entries, b"a\tb\n");
        insta::assert_snapshot!(complaints, @r"
        makemap: m: line 2: syntax error (leading space)
        makemap: m: line 3: no RHS for LHS e
        makemap: m: line 4: no RHS for LHS f
        makemap: m: line 5: key a: duplicate key
        makemap: m: line 6: syntax error (leading space)
        ");
    }

    #[test]
    fn every_complaint_names_its_place() {
        let long = [b"k ".as_slice(), &[b'x'; 1021], b"\n"].concat();
        let text = [b"a b\n c d\nA x\nq\0 r\n".as_slice(), &long, b"E"].concat();
        let map = parsed(&text);
        let places = map.problems.iter().map(|problem| (problem.line, problem.span.start, problem.span.end));
        assert_eq!(places.collect::<Vec<_>>(), [(2, 4, 5), (3, 9, 10), (4, 14, 15), (5, 18, 1041), (7, 1042, 1043)]);
        assert!(map.problems.iter().all(|problem| problem.diagnostic().span() == Some(problem.span)));
        assert!(map.problems.iter().all(|problem| problem.diagnostic().is_error()));
    }

    #[test]
    fn the_longest_line_is_taken() {
        let longest = [b"k ".as_slice(), &[b'x'; 1020]].concat();
        assert_eq!(parsed(&longest).entries.len(), 1);
        assert_eq!(parsed(&[&longest, b"x".as_slice()].concat()).entries.len(), 0);
    }

    #[test]
    fn a_key_that_sendmail_cannot_look_up_is_kept_with_a_warning() {
        let line = |length| [&vec![b'k'; length], b" v\n".as_slice()].concat();
        assert_eq!(parsed(&line(256)).problems, []);
        let long = line(257);
        let map = parsed(&long);
        assert_eq!(map.entries.len(), 1);
        assert!(matches!(map.problems.as_slice(), [problem] if !problem.diagnostic().is_error()));
        assert_eq!(shown(&long).1, "");
    }

    #[test]
    fn the_first_of_equal_keys_stays() {
        assert_eq!(shown(b"a 1\nb 2\nA 3\nc 4\na 5\n").0, b"a\t1\nb\t2\nc\t4\n");
    }
}
