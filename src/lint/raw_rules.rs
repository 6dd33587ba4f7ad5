//! The rules of rulesets that raw lines define, and what their patterns and results are made of.

use std::collections::BTreeMap;

use super::raw_lines::raw_lines;
use crate::{
    site::{RawSection, Site},
    source::Span,
};

/// A rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawRule<'a> {
    pub(super) pattern: &'a str,
    pub(super) result: &'a str,
    pub(super) place: Option<Span>,
}

/// The rules that raw lines give each ruleset, in order, by its name; case counts in it.
pub(super) fn rulesets(site: &Site) -> BTreeMap<String, Vec<RawRule<'_>>> {
    let mut section: Option<RawSection> = None;
    let mut here: Option<String> = None;
    let mut found: BTreeMap<String, Vec<RawRule<'_>>> = BTreeMap::new();
    for line in raw_lines(site) {
        if section != Some(line.section) {
            section = Some(line.section);
            here = line.section.ruleset().map(str::to_owned);
        }
        if let Some(name) = line.text.strip_prefix('S') {
            here = Some(name.split('=').next().unwrap_or(name).trim().to_owned());
        } else if let Some(here) = &here
            && let Some((pattern, result)) = line.text.strip_prefix('R').and_then(|rule| rule.split_once('\t'))
        {
            let result = result.trim_start_matches('\t').split('\t').next().unwrap_or(result);
            found.entry(here.clone()).or_default().push(RawRule { pattern, result, place: line.place });
        }
    }
    found
}

/// Something in a pattern or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `$*`.
    Any,
    /// `$+`: one token at least.
    Some,
    /// `$-` or `$@`: one token, or none; in a result the end of the ruleset.
    Narrow,
    /// `$=x` or `$~x`.
    Class,
    /// `$x`, `$&x`, `${x}`, `$&{x}`.
    Macro(&'a str),
    /// `$1`.
    Argument(usize),
    /// `$|`.
    Bar,
    /// `$(name`.
    Map(&'a str),
    /// `$>name`.
    Call(&'a str),
    /// `$#mailer`.
    Mailer(&'a str),
    /// A word, or a character that is not in every address.
    Literal(&'a str),
    /// What decides nothing: `<`, `@`, `.`, …
    Neutral,
}

/// What a pattern or a result is made of.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (piece, after) =
            if first == '$' { operator(rest.strip_prefix('$').unwrap_or(rest)) } else { literal(rest, first) };
        found.extend(piece);
        rest = after;
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// The word at the head of a text, and the rest.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    text.split_at(end)
}

fn literal(text: &str, first: char) -> (Option<Piece<'_>>, &str) {
    if is_word(first) {
        let (word, rest) = word(text);
        return (Some(Piece::Literal(word)), rest);
    }
    let (one, rest) = text.split_at(first.len_utf8());
    let piece = match first {
        _ if first.is_whitespace() => None,
        '<' | '>' | '@' | '.' | '"' => Some(Piece::Neutral),
        _ => Some(Piece::Literal(one)),
    };
    (piece, rest)
}

/// What follows a `$`.
fn operator(text: &str) -> (Option<Piece<'_>>, &str) {
    let Some(first) = text.chars().next() else { return (None, text) };
    let after = text.split_at(first.len_utf8()).1;
    match first {
        '*' => (Some(Piece::Any), after),
        '+' => (Some(Piece::Some), after),
        '|' => (Some(Piece::Bar), after),
        '-' | '@' => (Some(Piece::Narrow), after),
        '=' | '~' => (Some(Piece::Class), name(after).1),
        '&' => {
            let (name, rest) = name(after);
            (Some(Piece::Macro(name)), rest)
        }
        '(' => {
            let (name, rest) = word(after.trim_start());
            (Some(Piece::Map(name)), rest)
        }
        '>' => {
            let (name, rest) = word(after.trim_start_matches([' ', '"']));
            (Some(Piece::Call(name)), rest.strip_prefix('"').unwrap_or(rest))
        }
        '#' => {
            let (name, rest) = word(after.trim_start());
            (Some(Piece::Mailer(name)), rest)
        }
        '0'..='9' => (first.to_digit(10).map(|number| Piece::Argument(number as usize)), after),
        '{' => {
            let (name, rest) = name(text);
            (Some(Piece::Macro(name)), rest)
        }
        _ if first.is_alphabetic() || first == '_' => {
            let (name, rest) = text.split_at(first.len_utf8());
            (Some(Piece::Macro(name)), rest)
        }
        _ => (Some(Piece::Neutral), after),
    }
}

/// The name of a class or macro: one character, or several in braces.
fn name(text: &str) -> (&str, &str) {
    match text.strip_prefix('{') {
        Some(inner) => inner.split_once('}').unwrap_or((inner, "")),
        None => text.split_at(text.chars().next().map_or(0, char::len_utf8)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, pieces};

    #[test]
    fn pieces_are_told_apart() {
        assert_eq!(pieces("$* < @ $=w . > $-"), [Any, Neutral, Neutral, Class, Neutral, Neutral, Narrow]);
        assert_eq!(
            pieces("$: $1 $| $&{client_addr} $s"),
            [Neutral, Argument(1), Bar, Macro("client_addr"), Macro("s")]
        );
        assert_eq!(pieces("$>\"Mine\" $1 $# OK"), [Call("Mine"), Argument(1), Mailer("OK")]);
        assert_eq!(pieces("$(access To:$1 $)"), [Map("access"), Literal("To"), Literal(":"), Argument(1), Neutral]);
        assert_eq!(pieces("$"), []);
    }
}
