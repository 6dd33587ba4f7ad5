#![doc = include_str!("../findings/unknown_option.md")]

use super::{
    Rule, Surroundings,
    raw_lines::{RawLine, piece_of, raw_lines},
};
use crate::{
    catalog::option::{self, OPTIONS},
    diagnostic::{Diagnostic, Severity, nearest},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_option",
    summary: "a raw line sets an option that sendmail does not have",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    raw_lines(site).filter_map(|line| unknown(line.text).map(|name| finding(name, &line))).collect()
}

/// The option of an `O` line, if there is none of this name or letter.
fn unknown(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('O')?;
    // A blank after the letter is what tells a name from a letter.
    let Some(rest) = rest.strip_prefix(' ') else {
        let letter = rest.get(..rest.chars().next()?.len_utf8())?;
        let is_known = letter.chars().all(|letter| option::by_letter(letter).is_some() || matches!(letter, 'M' | 'g'));
        return (!is_known).then_some(letter);
    };
    // A second blank belongs to the name, and so does a value without `=` before it.
    let name = rest.split(['=', '\n']).next()?.trim_end();
    (!name.is_empty() && !is_known(name)).then_some(name)
}

fn finding(name: &str, RawLine { text, place, .. }: &RawLine<'_>) -> Diagnostic {
    let found = Diagnostic::error(RULE.code, format!("unknown option `{name}`"))
        .why("sendmail reports this when it starts, and exits");
    let found = place.iter().fold(found, |found, place| found.at(*place, "set here"));
    let Some(near) = nearest(name, names()) else {
        return found.help("remove the line, or look the name up in the operations guide");
    };
    // Behind the letter and its blank.
    let place = place.and_then(|place| piece_of(place, text, 2..2 + name.len()));
    let found = found.help(format!("did you mean `{near}`?"));
    // A value that follows without `=` has been taken for part of the name.
    let is_whole = !name.trim_start().contains(' ');
    place.into_iter().filter(|_| is_whole).fold(found, |found, place| found.suggest(place, near))
}

fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().filter_map(|option| option.emits.option()).chain(option::FURTHER.iter().copied())
}

fn is_known(name: &str) -> bool {
    names().any(|known| known.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}
