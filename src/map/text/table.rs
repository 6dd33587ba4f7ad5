//! Texts with millions of lines.

use std::{io::BufRead, mem, thread};

use super::{
    MAX_KEY, Problem, ProblemKind,
    line::{Complaint, Reading, Split},
    lossy, makemap_lines,
};
use crate::{
    parallel,
    source::{SourceId, Span},
};

/// Minimum size of the parts of a text that threads read in parallel, in bytes.
const MIN_PART_SIZE: usize = 1 << 20;

/// The entries of a text. Besides the text itself, they take 16 bytes per entry and one bit per byte of the text.
///
/// Duplicate keys are kept: the writer of a map decides what to do with them.
#[derive(Debug, Default)]
pub struct Table {
    /// The text, with keys converted to the form in which they are stored.
    text: Vec<u8>,
    /// The letters of each part that were upper case.
    folded: Vec<Folded>,
    /// The original text, if it cannot be restored from these.
    original: Option<Vec<u8>>,
    entries: Vec<Place>,
    problems: Vec<Problem>,
    /// Whether each key and value is followed by a zero byte that belongs to it.
    is_terminated: bool,
}

/// Position of an entry in the text: its line, and key and value in it. No line is longer than [`super::MAX_LINE`].
#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    key_end: u16,
    value_start: u16,
    end: u16,
}

impl Table {
    /// Reads a text; `source` is used for the places of problems.
    pub fn read(mut text: Vec<u8>, source: SourceId, reading: Reading) -> Self {
        let threads = parallel::threads().min(text.len() / MIN_PART_SIZE + 1);
        let parts = parts(&mut text, threads);
        let mut shares = parts.iter().map(|_| Share::default()).collect::<Vec<_>>();
        thread::scope(|scope| {
            for (part, share) in parts.into_iter().zip(&mut shares) {
                scope.spawn(move || share.read(part, reading));
            }
        });
        let (mut entries, mut problems, mut folded) = (Vec::new(), Vec::new(), Vec::new());
        let (mut start, mut line) = (0, 1);
        for share in shares {
            problems.extend(share.complaints.into_iter().map(|complaint| complaint.problem(source, start, line)));
            if entries.is_empty() {
                entries = share.entries;
            } else {
                entries.extend(share.entries.iter().map(|place| Place { line: place.line + start as u64, ..*place }));
            }
            start += share.folded.bytes;
            folded.push(share.folded);
            line += share.lines;
        }
        Self { text, folded, original: None, entries, problems, is_terminated: false }
    }

    /// Appends a zero byte to each key and value, like `makemap -N`.
    pub fn terminate(&mut self) {
        if !self.text.ends_with(b"\n") {
            self.text.push(b'\n');
        }
        self.original = Some(self.unfolded(self.text.clone()));
        for place in &self.entries {
            // The separator and the newline are no longer needed.
            for end in [place.key_end, place.end] {
                let at = usize::try_from(place.line).unwrap_or(usize::MAX).saturating_add(usize::from(end));
                if let Some(byte) = self.text.get_mut(at) {
                    *byte = 0;
                }
            }
        }
        self.is_terminated = true;
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every key as it is stored with its value, in the order of the text.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        let more = usize::from(self.is_terminated);
        self.entries.iter().map(move |place| {
            let part = |from, to: u16| place.part(&self.text, from, usize::from(to) + more);
            (part(0, place.key_end), part(place.value_start, place.end))
        })
    }

    /// Problems with lines, which are not entries then, in the order of the text.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Problems for duplicate keys. Each pair is the index of the earlier entry, `None` for an entry of the existing map, and
    /// that of the later one, in the order of the text.
    pub fn duplicates(&self, source: SourceId, pairs: &[(Option<usize>, usize)]) -> Vec<Problem> {
        let mut pairs = pairs.to_vec();
        pairs.sort_unstable_by_key(|(first, second)| (*second, *first));
        let mut lines = self.lines();
        let told = pairs.iter().filter_map(|(first, second)| {
            let second = self.entries.get(*second)?;
            let key = lossy(second.key(&self.text));
            let kind = match first {
                Some(first) => ProblemKind::DuplicateKey { key, first: self.entries.get(*first)?.key_span(source) },
                None => ProblemKind::KeyInMap { key },
            };
            Some(Problem { kind, span: second.key_span(source), line: lines(second.line) })
        });
        told.collect()
    }

    /// Problems for keys that are too long for lookups by sendmail.
    pub fn long_keys(&self, source: SourceId) -> Vec<Problem> {
        self.keys_above(MAX_KEY, source, &ProblemKind::KeyTooLong)
    }

    /// Problems for keys longer than `longest`, including a terminating zero byte.
    pub fn keys_without_room(&self, source: SourceId, longest: usize) -> Vec<Problem> {
        let longest = longest.saturating_sub(usize::from(self.is_terminated));
        self.keys_above(longest, source, &ProblemKind::KeyWithoutRoom { longest })
    }

    fn keys_above(&self, longest: usize, source: SourceId, kind: &ProblemKind) -> Vec<Problem> {
        let mut lines = self.lines();
        let long = self.entries.iter().filter(|place| usize::from(place.key_end) > longest);
        let told = long.map(|place| {
            let span = place.key_span(source);
            Problem { kind: kind.clone(), span, line: lines(place.line) }
        });
        told.collect()
    }

    /// The original text.
    pub fn into_text(mut self) -> Vec<u8> {
        let text = mem::take(&mut self.text);
        self.original.take().unwrap_or_else(|| self.unfolded(text))
    }

    /// The text with its upper-case letters restored.
    fn unfolded(&self, mut text: Vec<u8>) -> Vec<u8> {
        let mut rest = text.as_mut_slice();
        for Folded { bytes, letters } in &self.folded {
            let Some((part, after)) = mem::take(&mut rest).split_at_mut_checked(*bytes) else { break };
            for (letters, bytes) in letters.iter().zip(part.chunks_mut(64)) {
                let upper = bytes.iter_mut().enumerate().filter(|(bit, _)| letters >> bit & 1 == 1);
                upper.for_each(|(_, byte)| byte.make_ascii_uppercase());
            }
            rest = after;
        }
        text
    }

    /// Line numbers of ascending byte positions.
    fn lines(&self) -> impl FnMut(u64) -> usize {
        let text = self.original.as_ref().unwrap_or(&self.text);
        let (mut line, mut rest, mut at) = (1, text.split_inclusive(|byte| *byte == b'\n'), 0);
        move |wanted| {
            while at < wanted
                && let Some(next) = rest.next()
            {
                line += makemap_lines(next);
                at += next.len() as u64;
            }
            line
        }
    }
}

impl Place {
    fn key_span(&self, source: SourceId) -> Span {
        let line = usize::try_from(self.line).unwrap_or(usize::MAX);
        Span::new(source, line, line.saturating_add(usize::from(self.key_end)))
    }

    fn key<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        self.part(text, 0, usize::from(self.key_end))
    }

    fn part<'t>(&self, text: &'t [u8], from: u16, to: usize) -> &'t [u8] {
        let Ok(line) = usize::try_from(self.line) else { return &[] };
        text.get(line + usize::from(from)..line + to).unwrap_or_default()
    }
}

/// The bytes of a part of a text that were upper case: one bit for each.
#[derive(Debug, Default)]
struct Folded {
    bytes: usize,
    letters: Vec<u64>,
}

impl Folded {
    /// Converts a key that starts at this byte of the part to lower case.
    fn fold(&mut self, start: usize, key: &mut [u8]) {
        for (at, byte) in (start..).zip(key) {
            if byte.is_ascii_uppercase()
                && let Some(letters) = self.letters.get_mut(at / 64)
            {
                *letters |= 1 << (at % 64);
                byte.make_ascii_lowercase();
            }
        }
    }
}

/// The result of one thread. Places and lines count from the start of its part.
#[derive(Debug, Default)]
struct Share {
    entries: Vec<Place>,
    complaints: Vec<Told>,
    folded: Folded,
    lines: usize,
}

/// An error, with the start and the number of its line.
#[derive(Debug)]
struct Told {
    complaint: Complaint,
    at: usize,
    line: usize,
}

impl Share {
    /// Reads a part of a text, and converts the keys in it to lower case.
    fn read(&mut self, part: &mut [u8], reading: Reading) {
        self.folded.bytes = part.len();
        if reading.fold_keys {
            self.folded.letters.resize(part.len().div_ceil(64), 0);
        }
        let mut at = 0;
        let mut rest = part;
        while !rest.is_empty() {
            let length = (&*rest).skip_until(b'\n').unwrap_or(rest.len());
            let Some((line, after)) = mem::take(&mut rest).split_at_mut_checked(length) else { return };
            rest = after;
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            let end = content.len();
            match reading.split(content) {
                Ok(Some(Split { key_end, value_start })) => {
                    if reading.fold_keys
                        && let Some(key) = line.get_mut(..key_end)
                    {
                        self.folded.fold(at, key);
                    }
                    let [key_end, value_start, end] = [key_end, value_start, end].map(|n| n as u16);
                    self.entries.push(Place { line: at as u64, key_end, value_start, end });
                }
                Ok(None) => {}
                Err(complaint) => self.complaints.push(Told { complaint, at, line: self.lines }),
            }
            self.lines += makemap_lines(line);
            at += line.len();
        }
    }
}

impl Told {
    fn problem(self, source: SourceId, start: usize, lines: usize) -> Problem {
        let Told { complaint: Complaint { kind, part }, at, line } = self;
        let at = start + at;
        Problem { kind, span: Span::new(source, at + part.start, at + part.end), line: lines + line }
    }
}

/// Splits a text into about `count` parts of similar size, each of whole lines.
fn parts(text: &mut [u8], count: usize) -> Vec<&mut [u8]> {
    let size = text.len().div_ceil(count.max(1)).max(1);
    let (mut parts, mut rest) = (Vec::with_capacity(count), text);
    while rest.len() > size {
        let after = rest.get(size..).unwrap_or_default();
        let Some(newline) = after.iter().position(|byte| *byte == b'\n') else { break };
        let (part, remains) = mem::take(&mut rest).split_at_mut(size + newline + 1);
        parts.push(part);
        rest = remains;
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{map::text, source::Sources};

    fn table(text: &[u8], reading: Reading) -> Table {
        Table::read(text.to_vec(), Sources::default().add("m", ""), reading)
    }

    fn shown(text: &str, reading: Reading) -> String {
        let table = table(text.as_bytes(), reading);
        let lines = table.pairs().map(|(key, value)| format!("<{}> <{}>\n", lossy(key), lossy(value)));
        let told = table.problems().iter().filter_map(|problem| problem.makemap_message("m"));
        lines.chain(told).collect()
    }

    proptest! {
        /// Both readers find the same, except for duplicate keys.
        #[test]
        fn a_table_is_what_parse_finds(
            text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b' '), Just(b'A'), any::<u8>()], 0..200)
        ) {
            let source = Sources::default().add("m", "");
            let parsed = text::parse(&text, source);
            let table = Table::read(text.clone(), source, Reading::default());
            let mut seen = std::collections::HashMap::new();
            let (mut first, mut repeated) = (Vec::new(), Vec::new());
            for (index, (key, value)) in table.pairs().enumerate() {
                match seen.insert(key, index) {
                    None => first.push((key.to_vec(), value.to_vec())),
                    Some(before) => {
                        seen.insert(key, before);
                        repeated.push((Some(before), index));
                    }
                }
            }
            let expected = parsed.entries.iter().map(|entry| (entry.key.value.to_vec(), entry.value.value.to_vec()));
            prop_assert_eq!(first, expected.collect::<Vec<_>>());
            let mut problems = table.problems().to_vec();
            problems.extend(table.duplicates(source, &repeated));
            problems.extend(table.long_keys(source));
            problems.sort_by_key(|problem| problem.line);
            prop_assert_eq!(problems, parsed.problems);
            prop_assert_eq!(table.into_text(), text);
        }

        #[test]
        fn parts_are_whole_lines_and_the_whole_text(
            text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'a')], 0..100), count in 1..9_usize
        ) {
            let mut copy = text.clone();
            let parts = parts(&mut copy, count);
            prop_assert!(parts.len() <= count.max(1));
            for part in parts.iter().rev().skip(1) {
                prop_assert!(part.ends_with(b"\n"));
            }
            prop_assert_eq!(parts.concat(), text);
        }
    }

    #[test]
    fn switches_change_what_lines_mean() {
        let blanks = Reading::default();
        let case = Reading { fold_keys: false, ..blanks };
        assert_eq!(shown("A B\n", case), "<A> <B>\n");
        let percent = Reading { comment: b'%', ..blanks };
        assert_eq!(shown("# y\n% x\n", percent), "<#> <y>\n");
        let comma = Reading { delimiter: Some(b','), ..blanks };
        assert_eq!(shown(" a , b ,c \n,,c,d\na,b,\n", comma), "< a > < b ,c >\n<> <c,d>\n<a> <b,>\n");
        assert_eq!(
            shown("a,\nb c\n", comma),
            "makemap: m: line 1: no RHS for LHS a\nmakemap: m: line 2: no RHS for LHS b c\n"
        );
        let empty = Reading { empty_values: true, ..blanks };
        assert_eq!(shown("a\nb  \nc d\n", empty), "<a> <>\n<b> <>\n<c> <d>\n");
    }

    #[test]
    fn keys_and_values_may_end_with_a_byte_0() {
        let reading = Reading { empty_values: true, ..Reading::default() };
        for text in ["A 1\nb\nc  2", "A 1\nb\nc  2\n"] {
            let mut table = table(text.as_bytes(), reading);
            table.terminate();
            let pairs = table.pairs().map(|(key, value)| [key, value].concat()).collect::<Vec<_>>();
            assert_eq!(pairs, [&b"a\x001\0"[..], b"b\0\0", b"c\x002\0"]);
            let source = Sources::default().add("m", text);
            assert_eq!(table.duplicates(source, &[(Some(0), 2)]).first().map(|problem| problem.line), Some(3));
        }
    }

    #[test]
    fn a_large_text_is_read_in_parts() {
        let line = |n: usize| if n % 1000 == 7 { format!(" {n}\n") } else { format!("Host{n} {n}\n") };
        let text = (0..300_000).map(line).collect::<String>();
        let table = table(text.as_bytes(), Reading::default());
        assert_eq!(table.len(), 299_700);
        assert_eq!(table.pairs().last(), Some((&b"host299999"[..], &b"299999"[..])));
        let lines = table.problems().iter().map(|problem| problem.line);
        assert!(lines.eq((0..300).map(|n| n * 1000 + 8)));
        let snippet = |problem: &Problem| text.get(problem.span.start as usize..problem.span.end as usize);
        assert!(table.problems().iter().all(|problem| snippet(problem) == Some(" ")));
    }
}
