//! What raw lines put into classes, macros and other classes resolved as far as raw lines define them.

use super::raw_lines::{RawLine, class_line, raw_lines};
use crate::{site::Site, source::Span};

/// Macros that stand for macros are followed so far.
const MAX_DEPTH: usize = 8;

/// A word in a class, by a raw line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Option<Span>,
}

/// The words that raw `C` lines put into a class.
pub(super) fn words(site: &Site, class: &str) -> Vec<Word> {
    words_within(site, class, 0)
}

fn words_within(site: &Site, class: &str, depth: usize) -> Vec<Word> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let filled = raw_lines(site).filter(|line| line.text.starts_with('C'));
    let filled = filled.filter_map(|RawLine { text, place, .. }| Some((class_line(text)?, place)));
    let mut found = Vec::new();
    for ((_, written), place) in filled.filter(|((name, _), _)| *name == class) {
        for word in written.split_whitespace() {
            match name_of(word, &["$=", "$~"]) {
                Some(other) => {
                    found.extend(words_within(site, other, depth + 1).into_iter().map(|word| Word { place, ..word }))
                }
                None => {
                    let text = expanded(site, word, depth);
                    found.extend(text.split_whitespace().map(|text| Word { text: text.to_owned(), place }));
                }
            }
        }
    }
    found
}

/// A word with what raw `D` lines define in place of the macros that it is made of.
fn expanded(site: &Site, word: &str, depth: usize) -> String {
    let Some(start) = word.find('$').filter(|_| depth <= MAX_DEPTH) else { return word.to_owned() };
    let (before, rest) = word.split_at(start);
    let reference = rest.strip_prefix("$&").or_else(|| rest.strip_prefix('$')).unwrap_or(rest);
    let (name, after) = match reference.strip_prefix('{') {
        Some(inner) => inner.split_once('}').unwrap_or((inner, "")),
        None => reference.split_at(reference.chars().next().map_or(0, char::len_utf8)),
    };
    let value = macro_value(site, name).map(|value| expanded(site, value, depth + 1)).unwrap_or_default();
    format!("{before}{value}{}", expanded(site, after, depth + 1))
}

/// The last value that a raw line gives a macro.
pub(super) fn macro_value<'a>(site: &'a Site, name: &str) -> Option<&'a str> {
    let defined = raw_lines(site).filter_map(|line| {
        let rest = line.text.strip_prefix('D')?;
        match rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}'),
            None => rest.split_at_checked(rest.chars().next()?.len_utf8()),
        }
    });
    defined.filter(|(defined, _)| *defined == name).last().map(|(_, value)| value)
}

/// The name in a word that is `$=x` or `$={Name}`.
fn name_of<'a>(word: &'a str, operators: &[&str]) -> Option<&'a str> {
    let rest = operators.iter().find_map(|operator| word.strip_prefix(operator))?;
    Some(rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest))
}
