#![doc = include_str!("../../findings/too_many.md")]
//!
//! The limits are those of sendmail 8.17: it exits with status 70 if a configuration has too many mailers, queue groups or
//! priorities, and with status 71 if a daemon uses too many milters.

use std::collections::{BTreeMap, BTreeSet};

use super::Document;
use crate::{diagnostic::Diagnostic, source::Span};

/// Maximum number of mailers besides sendmail's own `*file*` and `*include*`.
const MAX_MAILERS: usize = 23;
/// Maximum number of queue groups besides sendmail's own `mqueue`.
const MAX_QUEUE_GROUPS: usize = 49;
/// Maximum number of values for `Precedence:`.
const MAX_PRIORITIES: usize = 25;
/// Maximum number of milters in use.
const MAX_MILTERS: usize = 24;

/// Finds limits of sendmail that `document` exceeds.
pub fn exceeded(document: &Document) -> Vec<Diagnostic> {
    let (mut mailers, mut groups) = (BTreeSet::from(["*file*", "*include*"]), BTreeSet::from(["mqueue"]));
    let (mut priorities, mut found) = (0, Vec::new());
    // The last statement of the site that adds one of each; lines of every site may follow.
    let mut origins: BTreeMap<u8, Span> = BTreeMap::new();
    for line in document.lines() {
        let letter = line.text.as_bytes().first().copied().unwrap_or_default();
        if let Some(span) = line.origin.filter(|_| letter != b'O') {
            origins.insert(letter, span);
        }
        let place = |letter: u8| origins.get(&letter).copied();
        let Some(rest) = line.text.get(1..) else { continue };
        let name = rest.split([',', '=', ' ', '\t']).next().unwrap_or_default();
        let (count, limit, what) = match line.text.as_bytes() {
            [b'M', ..] if mailers.insert(name) => (mailers.len() - 2, MAX_MAILERS, "mailers"),
            [b'Q', ..] if groups.insert(name) => (groups.len() - 1, MAX_QUEUE_GROUPS, "queue groups"),
            [b'P', ..] => {
                priorities += 1;
                (priorities, MAX_PRIORITIES, "priorities")
            }
            [b'O', b' ', ..] => match rest.trim_start().strip_prefix("InputMailFilters=") {
                Some(list) => {
                    let count = list.split(',').filter(|name| !name.trim().is_empty()).count();
                    if count > MAX_MILTERS {
                        found.push(too_many(MAX_MILTERS, "milters", place(b'X').or(line.origin)));
                    }
                    continue;
                }
                None => continue,
            },
            _ => continue,
        };
        if count == limit + 1 {
            found.push(too_many(limit, what, place(letter)));
        }
    }
    found
}

fn too_many(limit: usize, what: &str, origin: Option<Span>) -> Diagnostic {
    let found = Diagnostic::error("too_many", format!("too many {what}"))
        .why(format!("sendmail refuses to start with more than {limit} {what}"))
        .help(format!("remove unused {what}"));
    match origin {
        Some(span) => found.at(span, "one too many"),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::{
        emit::cf,
        front::{self, Input, Syntax},
        source::NoFiles,
    };

    /// The finding if `line` is repeated `count` times, with `#` as a number.
    fn found(before: &str, line: &str, count: usize) -> Vec<String> {
        let mut text = String::from("OSTYPE(`linux')\n");
        let raw = before.starts_with("MAILER_");
        if raw {
            text.push_str("MAILER(`local')\nMAILER(`smtp')\n");
        }
        text.push_str(before);
        for number in 1..=count {
            writeln!(text, "{}", line.replace('#', &number.to_string())).unwrap();
        }
        if !raw {
            text.push_str("MAILER(`local')\nMAILER(`smtp')\n");
        }
        let compiled = front::compile(&Input { name: "site.mc", bytes: text.as_bytes(), syntax: Syntax::Mc }, &NoFiles);
        let found = cf::exceeded(&cf::emit(&compiled.site.unwrap()));
        assert!(found.iter().all(|finding| finding.is_error() && finding.span().is_some()), "{found:?}");
        found.into_iter().map(|finding| finding.message).collect()
    }

    /// The highest numbers with which sendmail 8.17 starts, and the lowest with which it does not.
    #[test]
    fn the_first_that_is_too_many_is_told() {
        for (before, line, most, what) in [
            ("MAILER_DEFINITIONS\n", "Mx#, P=[IPC], F=m, A=TCP $h", 16, "mailers"),
            ("", "QUEUE_GROUP(`q#', `P=/var/spool/mqueue')", 49, "queue groups"),
            ("LOCAL_CONFIG\n", "Pp#=#", 20, "priorities"),
            ("", "INPUT_MAIL_FILTER(`f#', `S=local:/run/f#')", 24, "milters"),
        ] {
            assert_eq!(found(before, line, most), [""; 0], "{line}");
            assert_eq!(found(before, line, most + 1), [format!("too many {what}")]);
        }
        assert_eq!(found("", "MAIL_FILTER(`f#', `S=local:/run/f#')", 30), [""; 0]);
    }
}
