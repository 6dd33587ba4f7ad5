//! Text that knows where each of its bytes was written.
//!
//! What a macro receives or returns is rarely one range of the file: ``FEATURE(`use_ct_file', MAIL_SETTINGS_DIR`'trusted)``
//! passes bytes from two places. A [`Text`] keeps bytes together with a list of pieces, so that any word in it can be pointed at.
//! It knows nothing about macros.

use std::{fmt, ops::Range};

use crate::source::{Span, Spanned};

/// A run of bytes with the same origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// Its end in the text; it starts at the end of the previous piece.
    end: usize,
    /// Its origin.
    span: Span,
    /// Whether the source contains the same bytes, so that parts of the piece have places of their own.
    exact: bool,
    /// Whether the bytes are literal: see [`Text::into_literal`].
    literal: bool,
}

/// Bytes and their origins.
///
/// There are two answers to "where does this come from". [`Text::span`] is the place of the whole for the reader of the file: for
/// an argument, the argument as written in the call. [`Text::origin`] is the place where the bytes themselves were written, which
/// for an expanded macro is in its definition.
#[derive(Clone)]
pub struct Text {
    text: String,
    pieces: Vec<Piece>,
    span: Span,
}

impl Text {
    /// Empty text at `span`.
    pub fn empty(span: Span) -> Self {
        Self { text: String::new(), pieces: Vec::new(), span }
    }

    /// Text that was computed instead of copied, attributed to `span`.
    pub fn computed(text: impl Into<String>, span: Span) -> Self {
        let text = text.into();
        let pieces = one_piece(&text, span, false);
        Self { text, pieces, span }
    }

    /// Text that is a copy of the source at `span`. If the lengths differ, it is treated like [`Text::computed`].
    pub fn source(text: impl Into<String>, span: Span) -> Self {
        let text = text.into();
        let pieces = one_piece(&text, span, text.len() == span.len());
        Self { text, pieces, span }
    }

    /// Makes the text literal: it is never read as input again, as if it were in quotes that are never removed. Quotes, commas
    /// and macro names in it are ordinary text.
    #[must_use]
    pub fn into_literal(mut self) -> Self {
        for piece in &mut self.pieces {
            piece.literal = true;
        }
        self
    }

    /// The bytes.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Place of the whole.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Sets the place of the whole. The origins of the bytes are kept.
    #[must_use]
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    /// The bytes, with the place of the whole.
    pub fn spanned(&self) -> Spanned<String> {
        Spanned::new(self.text.clone(), self.span)
    }

    /// Place where the bytes of `range` were written: from the first to the last, if they are in one source, otherwise that of
    /// the first. For an empty range, the position between its neighbours; for an empty text, [`Text::span`].
    pub fn origin(&self, range: Range<usize>) -> Span {
        let first = self.pieces.partition_point(|p| p.end <= range.start);
        let mut start = first.checked_sub(1).and_then(|i| self.pieces.get(i)).map_or(0, |p| p.end);
        let mut whole: Option<Span> = None;
        for piece in self.pieces.get(first..).unwrap_or_default() {
            if start >= range.end && whole.is_some() {
                break;
            }
            let part = piece.part(start, range.start.max(start)..range.end.min(piece.end));
            whole = Some(match whole {
                Some(before) => before.to(part),
                None => part,
            });
            start = piece.end;
            if start >= range.end {
                break;
            }
        }
        whole.or_else(|| self.pieces.last().map(|p| Span { start: p.span.end, ..p.span })).unwrap_or(self.span)
    }

    /// Where the text was typed as it is, without the quotes around it; `None` if it was put together of pieces.
    pub fn verbatim(&self) -> Option<Span> {
        let mut pieces = self.pieces();
        let (text, place) = pieces.next()?;
        (pieces.next().is_none() && (place.end - place.start) as usize == text.len()).then_some(place)
    }

    /// The pieces in order, each with one origin.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, Span)> {
        let mut start = 0;
        self.pieces.iter().map(move |p| {
            let text = self.text.get(start..p.end).unwrap_or_default();
            start = p.end;
            (text, p.span)
        })
    }

    /// The words between blanks, tabs and newlines, each with its own origin.
    pub fn words(&self) -> Vec<Spanned<String>> {
        self.split(|c| c.is_ascii_whitespace())
    }

    /// The non-empty parts between characters for which `separates` is true, each with its own origin.
    pub fn split(&self, separates: impl Fn(char) -> bool) -> Vec<Spanned<String>> {
        let mut found = Vec::new();
        let mut start = 0;
        for part in self.text.split_inclusive(&separates) {
            let word = part.strip_suffix(&separates).unwrap_or(part);
            if !word.is_empty() {
                found.push(Spanned::new(word.to_owned(), self.origin(start..start + word.len())));
            }
            start += part.len();
        }
        found
    }

    /// The lines, without their newlines. An incomplete last line counts; the empty text after a final newline does not.
    pub fn lines(&self) -> Vec<Text> {
        let mut found = Vec::new();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let length = line.strip_suffix('\n').unwrap_or(line).len();
            found.push(self.slice(start..start + length));
            start += line.len();
        }
        found
    }

    /// The bytes of `range` with their origins; its span is where they were written. The range is reduced to whole characters.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Text {
        let mut part = Text::empty(self.origin(range.clone()));
        part.push_slice(self, range);
        part
    }

    /// Removes blanks, tabs and newlines at both ends.
    #[must_use]
    pub fn trim(&self) -> Text {
        let left = self.text.len() - self.text.trim_ascii_start().len();
        let right = self.text.trim_ascii_end().len();
        self.slice(left..right.max(left))
    }

    /// Appends `other`. The span of the whole is kept.
    pub fn push(&mut self, other: &Text) {
        self.push_slice(other, 0..other.len());
    }

    /// Appends the bytes of `range` of `other`. The span of the whole is kept.
    pub fn push_slice(&mut self, other: &Text, range: Range<usize>) {
        let range = floor(&other.text, range.start)..floor(&other.text, range.end);
        let Some(bytes) = other.text.get(range.clone()) else { return };
        if bytes.is_empty() {
            return;
        }
        let before = self.text.len();
        self.text.push_str(bytes);
        let first = other.pieces.partition_point(|p| p.end <= range.start);
        let mut start = first.checked_sub(1).and_then(|i| other.pieces.get(i)).map_or(0, |p| p.end);
        for piece in other.pieces.get(first..).unwrap_or_default() {
            if start >= range.end {
                break;
            }
            let end = piece.end.min(range.end);
            let span = piece.part(start, start.max(range.start)..end);
            self.append_piece(Piece { end: before + (end - range.start), span, ..*piece });
            start = piece.end;
        }
    }

    /// Appends computed bytes, attributed to `span`.
    pub fn push_computed(&mut self, bytes: &str, span: Span) {
        if !bytes.is_empty() {
            self.text.push_str(bytes);
            self.append_piece(Piece { end: self.text.len(), span, exact: false, literal: false });
        }
    }

    /// Extends the span of the whole to include `span`, if it is in the same source.
    pub(super) fn cover(&mut self, span: Span) {
        self.span = self.span.to(span);
    }

    /// Whether any part is literal, see [`Text::into_literal`].
    pub(super) fn has_literals(&self) -> bool {
        self.pieces.iter().any(|p| p.literal)
    }

    /// Whether everything is literal, see [`Text::into_literal`].
    pub fn is_literal(&self) -> bool {
        self.pieces.iter().all(|p| p.literal)
    }

    /// Whether byte `at` is literal.
    pub(super) fn is_literal_at(&self, at: usize) -> bool {
        self.pieces.get(self.pieces.partition_point(|p| p.end <= at)).is_some_and(|p| p.literal)
    }

    /// The literal and other parts, in order.
    pub(super) fn literal_runs(&self) -> Vec<(Range<usize>, bool)> {
        let mut runs: Vec<(Range<usize>, bool)> = Vec::new();
        let mut start = 0;
        for piece in &self.pieces {
            match runs.last_mut() {
                Some((range, literal)) if *literal == piece.literal => range.end = piece.end,
                _ => runs.push((start..piece.end, piece.literal)),
            }
            start = piece.end;
        }
        runs
    }

    fn append_piece(&mut self, piece: Piece) {
        if let Some(last) = self.pieces.last_mut() {
            let alike = last.exact == piece.exact && last.literal == piece.literal;
            let continues = if piece.exact { last.span.end == piece.span.start } else { last.span == piece.span };
            if alike && continues && last.span.source == piece.span.source {
                last.end = piece.end;
                last.span.end = piece.span.end;
                return;
            }
        }
        self.pieces.push(piece);
    }
}

impl Piece {
    /// Place of the bytes `range` of the text, in a piece that starts at `start`.
    fn part(&self, start: usize, range: Range<usize>) -> Span {
        if self.exact {
            let base = self.span.start as usize;
            let from = base + range.start.saturating_sub(start);
            Span::new(self.span.source, from, (base + range.end.saturating_sub(start)).min(self.span.end as usize))
        } else {
            self.span
        }
    }
}

fn one_piece(text: &str, span: Span, exact: bool) -> Vec<Piece> {
    if text.is_empty() { Vec::new() } else { vec![Piece { end: text.len(), span, exact, literal: false }] }
}

/// The last character boundary not after `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{}..{}", self.text, self.span.start, self.span.end)
    }
}

/// Texts are equal if their bytes are, regardless of their places.
impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn a_word_of_a_copied_text_has_its_own_place() {
        let mut sources = Sources::default();
        let id = sources.add("a", "RELAY_DOMAIN(`one two')");
        let text = Text::source("one two", Span::new(id, 14, 21));
        let places: Vec<_> =
            text.words().iter().map(|w| (w.value.clone(), sources.snippet(w.span).to_owned())).collect();
        assert_eq!(places, [("one".to_owned(), "one".to_owned()), ("two".to_owned(), "two".to_owned())]);
    }

    #[test]
    fn words_that_span_pieces_point_at_the_first_and_last_byte() {
        let mut sources = Sources::default();
        let id = sources.add("a", "0123456789abcdef");
        let other = sources.add("b", "xyz");
        let mut text = Text::source("12", Span::new(id, 1, 3));
        text.push(&Text::source("5 a", Span::new(id, 5, 8)));
        text.push(&Text::source("y", Span::new(other, 1, 2)));
        let words = text.words();
        assert_eq!(words.iter().map(|w| w.value.as_str()).collect::<Vec<_>>(), ["125", "ay"]);
        assert_eq!(words[0].span, Span::new(id, 1, 6));
        assert_eq!(words[1].span, Span::new(id, 7, 8));
    }

    #[test]
    fn computed_text_belongs_to_the_place_that_computed_it() {
        let mut sources = Sources::default();
        let id = sources.add("a", "eval(1+1)");
        let span = Span::new(id, 0, 9);
        let text = Text::computed("2 3", span);
        assert!(text.words().iter().all(|w| w.span == span));
        assert_eq!(text.slice(1..3).pieces().collect::<Vec<_>>(), [(" 3", span)]);
    }

    #[test]
    fn lines_keep_places_and_the_last_newline_ends_a_line() {
        let mut sources = Sources::default();
        let id = sources.add("a", "ab\n\ncd\n");
        let text = Text::source("ab\n\ncd\n", Span::new(id, 0, 7));
        let lines = text.lines();
        assert_eq!(lines.iter().map(Text::as_str).collect::<Vec<_>>(), ["ab", "", "cd"]);
        assert_eq!(lines[1].span(), Span::new(id, 3, 3));
        assert_eq!(lines[2].span(), Span::new(id, 4, 6));
    }

    #[test]
    fn neighbouring_copies_join_into_one_piece() {
        let mut sources = Sources::default();
        let id = sources.add("a", "abcdef");
        let all = Text::source("abcdef", Span::new(id, 0, 6));
        let mut text = all.slice(0..2);
        text.push_slice(&all, 2..6);
        assert_eq!(text.pieces().count(), 1);
        assert_eq!(text.origin(1..5), Span::new(id, 1, 5));
    }

    #[test]
    fn slices_never_cut_a_character() {
        let mut sources = Sources::default();
        let id = sources.add("a", "wö");
        let text = Text::source("wö", Span::new(id, 0, 3));
        assert_eq!(text.slice(0..2), "w");
        assert_eq!(text.slice(7..9), "");
    }
}
