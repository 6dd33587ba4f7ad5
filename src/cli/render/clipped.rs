//! Lines that are too long to be shown whole: those of a file that is no text, say.

use std::{borrow::Cow, ops::Range};

/// Lines up to so many bytes are shown whole.
const LONGEST: usize = 400;
/// So many bytes at the start of a longer one are shown, to know it by.
const HEAD: usize = 60;
/// So many before and behind the ends of what is pointed at.
const AROUND: usize = 60;
/// Stands for what is left out.
const MARK: &str = "…";

/// A text without the parts of long lines that nothing points at.
#[derive(Debug)]
pub(super) struct Clipped<'a> {
    text: Cow<'a, str>,
    cuts: Vec<Cut>,
}

/// What is left out of it.
#[derive(Debug)]
struct Cut {
    /// The bytes of the whole text.
    left_out: Range<usize>,
    /// Where the mark stands in what is shown.
    shown: usize,
}

impl<'a> Clipped<'a> {
    /// The text as far as reports that point at `places` show it. Lines that they do not show are kept as they are.
    pub(super) fn new(text: Cow<'a, str>, places: &[Range<usize>]) -> Self {
        let mut lines = places.iter().flat_map(|place| lines_around(&text, place)).collect::<Vec<_>>();
        lines.retain(|line| line.len() > LONGEST);
        lines.sort_unstable_by_key(|line| line.start);
        lines.dedup();
        let mut shown = String::new();
        let mut cuts = Vec::new();
        let mut done = 0;
        for left_out in lines.iter().flat_map(|line| hidden(&text, line, places)) {
            shown.push_str(text.get(done..left_out.start).unwrap_or_default());
            done = left_out.end;
            cuts.push(Cut { left_out, shown: shown.len() });
            shown.push_str(MARK);
        }
        if cuts.is_empty() {
            return Self { text, cuts };
        }
        shown.push_str(text.get(done..).unwrap_or_default());
        Self { text: shown.into(), cuts }
    }

    /// What is shown.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a byte of the whole text is shown; at the mark, if it is left out.
    pub(super) fn shown(&self, byte: usize) -> usize {
        match self.cuts.get(..self.cuts.partition_point(|cut| cut.left_out.start < byte)) {
            Some([.., cut]) if byte < cut.left_out.end => cut.shown,
            Some([.., cut]) => byte - cut.left_out.end + cut.shown + MARK.len(),
            _ => byte,
        }
    }

    /// The byte of the whole text that is shown there.
    pub(super) fn whole(&self, shown: usize) -> usize {
        match self.cuts.get(..self.cuts.partition_point(|cut| cut.shown < shown)) {
            Some([.., cut]) if shown < cut.shown + MARK.len() => cut.left_out.start,
            Some([.., cut]) => shown - cut.shown - MARK.len() + cut.left_out.end,
            _ => shown,
        }
    }
}

/// The lines that a report on `place` shows: its own, the one before and the one behind.
fn lines_around<'t>(text: &'t str, place: &Range<usize>) -> impl Iterator<Item = Range<usize>> + 't {
    let start = text.floor_char_boundary(place.start.min(text.len()));
    let end = text.ceil_char_boundary(place.end.clamp(start, text.len()));
    let (before, behind) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let from = before.rmatch_indices('\n').nth(1).map_or(0, |(newline, _)| newline + 1);
    let to = behind.match_indices('\n').nth(1).map_or(text.len(), |(newline, _)| end + newline);
    let mut next = from;
    text.get(from..to).unwrap_or_default().split('\n').map(move |line| {
        let start = next;
        next += line.len() + 1;
        start..start + line.len()
    })
}

/// The parts of a long line that are left out.
fn hidden(text: &str, line: &Range<usize>, places: &[Range<usize>]) -> Vec<Range<usize>> {
    let near = |end: usize| end.saturating_sub(AROUND)..end.saturating_add(AROUND);
    let mut kept = places.iter().flat_map(|place| [near(place.start), near(place.end)]).collect::<Vec<_>>();
    kept.retain(|part| part.start < line.end && part.end > line.start);
    kept.push(line.start..line.start + HEAD);
    kept.push(line.end..line.end);
    kept.sort_unstable_by_key(|part| part.start);
    let mut hidden = Vec::new();
    let mut shown_to = line.start;
    for part in kept {
        let from = text.ceil_char_boundary(shown_to);
        let to = text.floor_char_boundary(part.start.min(line.end));
        if to > from + MARK.len() {
            hidden.push(from..to);
        }
        shown_to = shown_to.max(part.end.min(line.end));
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipped(text: &str, place: Range<usize>) -> String {
        Clipped::new(text.into(), std::slice::from_ref(&place)).text().to_owned()
    }

    #[test]
    fn lines_of_a_usual_length_stay_whole() {
        let text = format!("first\n{}\nlast\n", "a".repeat(LONGEST));
        assert_eq!(clipped(&text, 8..9), text);
        assert_eq!(clipped("", 3..9), "");
    }

    #[test]
    fn of_a_long_line_its_start_and_what_is_pointed_at_are_shown() {
        let long = format!("{}here{}", "a".repeat(1000), "b".repeat(1000));
        let text = format!("first\n{long}\n{long}\n{long}\n");
        let start = 6 + 1000;
        let head = "a".repeat(HEAD);
        let line = format!("{head}…{}here{}…", "a".repeat(AROUND), "b".repeat(AROUND));
        // The last line is not near.
        assert_eq!(clipped(&text, start..start + 4), format!("first\n{line}\n{head}…\n{long}\n"));
    }

    #[test]
    fn places_are_found_in_what_is_shown_and_back() {
        let text = format!("é{}\n{}here{}", "ü".repeat(500), "é".repeat(700), "ü".repeat(700));
        let at = text.find("here").unwrap();
        let place = at..at + 4;
        let clipped = Clipped::new(text.as_str().into(), std::slice::from_ref(&place));
        assert_eq!(clipped.text().get(clipped.shown(at)..clipped.shown(at + 4)), Some("here"));
        for place in [0, at, at + 4, text.len()] {
            assert_eq!(clipped.whole(clipped.shown(place)), place);
        }
        for shown in 0..=clipped.text().len() {
            let whole = clipped.whole(shown);
            assert!(whole <= text.len() && clipped.shown(whole) <= shown);
        }
        assert!(clipped.text().len() < 600);
    }
}
