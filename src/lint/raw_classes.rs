//! What raw lines put into classes, macros and other classes resolved as far as raw lines define them.

use std::collections::{BTreeMap, BTreeSet};

use super::raw_lines::{RawLine, raw_lines};
use crate::{site::Site, source::Span, syntax::cf::class_line};

/// Macros that stand for macros are followed so far, and up to texts of this length.
const MAX_DEPTH: usize = 8;
const MAX_LENGTH: usize = 4096;

/// A word in a class, by a raw line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Option<Span>,
}

/// The words that raw `C` lines put into a class.
pub(super) fn words(site: &Site, class: &str) -> Vec<Word> {
    words_within(site, class, &macros(site), &mut BTreeSet::new())
}

/// The same without the classes that are seen already: what they hold is among the words.
fn words_within<'a>(
    site: &'a Site,
    class: &'a str,
    macros: &BTreeMap<&str, &str>,
    seen: &mut BTreeSet<&'a str>,
) -> Vec<Word> {
    if !seen.insert(class) {
        return Vec::new();
    }
    let filled = raw_lines(site).filter(|line| line.text.starts_with('C'));
    let filled = filled.filter_map(|RawLine { text, place, .. }| Some((class_line(text)?, place)));
    let mut found = Vec::new();
    for ((_, written), place) in filled.filter(|((name, _), _)| *name == class) {
        for word in written.split_whitespace() {
            match name_of(word, &["$=", "$~"]) {
                Some(other) => {
                    found.extend(words_within(site, other, macros, seen).into_iter().map(|word| Word { place, ..word }))
                }
                None => {
                    let text = expanded(macros, word, 0);
                    found.extend(text.split_whitespace().map(|text| Word { text: text.to_owned(), place }));
                }
            }
        }
    }
    found
}

/// A word with what raw `D` lines define in place of the macros that it is made of.
fn expanded(macros: &BTreeMap<&str, &str>, word: &str, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, reference)) = rest.split_once('$').filter(|_| depth <= MAX_DEPTH && out.len() < MAX_LENGTH)
    {
        out.push_str(before);
        let reference = reference.strip_prefix('&').unwrap_or(reference);
        let (name, after) = match reference.strip_prefix('{') {
            Some(inner) => inner.split_once('}').unwrap_or((inner, "")),
            None => reference.split_at(reference.chars().next().map_or(0, char::len_utf8)),
        };
        if let Some(value) = macros.get(name) {
            out.push_str(&expanded(macros, value, depth + 1));
        }
        rest = after;
    }
    out.push_str(rest);
    out.truncate(out.floor_char_boundary(MAX_LENGTH));
    out
}

/// The last value that a raw line gives each macro.
fn macros(site: &Site) -> BTreeMap<&str, &str> {
    let defined = raw_lines(site).filter_map(|line| {
        let rest = line.text.strip_prefix('D')?;
        match rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}'),
            None => rest.split_at_checked(rest.chars().next()?.len_utf8()),
        }
    });
    defined.collect()
}

/// The name in a word that is `$=x` or `$={Name}`.
fn name_of<'a>(word: &'a str, operators: &[&str]) -> Option<&'a str> {
    let rest = operators.iter().find_map(|operator| word.strip_prefix(operator))?;
    Some(rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(rest))
}
