//! `daemon`, `client`, `mail_filter`, `input_mail_filter`, `queue_group`: lists of `Key=value`, each a table or such a text.
//!
//! sendmail looks at the first letter of a key and passes over what it does not know, so keys and values are checked here
//! (operations guide, DaemonPortOptions, ClientPortOptions, "X -- Mail Filter Definitions", "Q -- Queue Group Declaration").

mod judge;
mod table;

use judge::judge;
pub(super) use table::EquateKind;
pub(crate) use table::{CLIENT, DAEMON, Equate, MILTER, QUEUE};

use super::value::{Expected, Refusals, Text, quoted_list};
use crate::{
    diagnostic::Diagnostic,
    source::{Span, Spanned},
    syntax::toml::{Kind, Table, Value},
};

/// What is read of one entry: its name, where it has one, and its equates.
pub(super) struct Named {
    /// The name.
    pub name: Text,
    /// `Key=value, Key=value`.
    pub equates: Text,
}

/// Reads `daemon` or `client`: tables, or texts as sendmail.cf has them.
pub(super) fn listeners(refusals: &mut Refusals, key: &str, value: &Value, known: &[Equate]) -> Vec<Text> {
    let expected =
        Expected::new(key, "tables, or texts such as `Port=smtp, Name=MTA`", "[{ name = \"MTA\", port = 25 }]");
    let mut listeners = Vec::new();
    for item in refusals.one_or_more(value) {
        let text = match &item.kind {
            Kind::String(_) => refusals.some_text(item, &expected).filter(|text| written(refusals, key, text, known)),
            Kind::Table(table) => equates(refusals, key, table, item.span, known, &[]),
            _ => {
                refusals.wrong_type(item, &expected);
                None
            }
        };
        listeners.extend(text);
    }
    listeners
}

/// Reads milters or queue groups: tables with a `name`, of whose other keys `required` must be there.
pub(super) fn named(
    refusals: &mut Refusals,
    key: &str,
    value: &Value,
    known: &[Equate],
    required: &'static str,
) -> Vec<Named> {
    let expected = Expected::new(key, "tables with a `name`", &format!("[{{ name = \"…\", {required} = \"…\" }}]"));
    let mut found = Vec::new();
    for item in refusals.one_or_more(value) {
        let Some(table) = refusals.table(item, &expected) else { continue };
        let name = match table.get("name") {
            Some(entry) => {
                let expected = Expected::new(format!("{key}.name"), "a name", "\"name\"");
                refusals
                    .some_text(&entry.value, &expected)
                    .filter(|text| judge(refusals, &text.value, text.span, EquateKind::Name, &expected))
            }
            None => {
                missing(refusals, key, "name", item.span);
                None
            }
        };
        let text = match table.get("equates") {
            Some(entry) => whole(refusals, key, table, &entry.value, known),
            None => {
                let text = equates(refusals, key, table, item.span, known, &["name"]);
                if table.get(required).is_none() {
                    missing(refusals, key, required, item.span);
                    continue;
                }
                text
            }
        };
        if let (Some(name), Some(equates)) = (name, text) {
            found.push(Named { name, equates });
        }
    }
    found
}

/// All equates as one text, as sendmail.cf has them: no other key but `name` may stand beside it.
fn whole(refusals: &mut Refusals, key: &str, table: &Table, value: &Value, known: &[Equate]) -> Option<Text> {
    let before = refusals.0.len();
    for entry in table.entries().iter().filter(|entry| !["name", "equates"].contains(&entry.key.value.as_str())) {
        refusals.unknown_key(entry, &format!("in `{key}` beside `equates`"), ["name"]);
    }
    let expected = Expected::new(
        format!("{key}.equates"),
        "`Key=value` pairs, separated by commas",
        "\"S=local:/var/run/milter.sock, F=T\"",
    );
    let text = refusals.some_text(value, &expected)?;
    let fits = written(refusals, key, &text, known);
    (fits && refusals.0.len() == before).then_some(text)
}

fn missing(refusals: &mut Refusals, key: &str, what: &str, span: Span) {
    refusals.push(
        Diagnostic::error("missing_key", format!("`{key}` needs a `{what}`"))
            .at(span, format!("no `{what}` is given"))
            .help(format!("write `{what} = \"…\"` in it")),
    );
}

/// The equates of a table, in the order of `known`; `others` are keys that are read elsewhere.
fn equates(
    refusals: &mut Refusals,
    key: &str,
    table: &Table,
    span: Span,
    known: &[Equate],
    others: &[&'static str],
) -> Option<Text> {
    let before = refusals.0.len();
    let names = || known.iter().map(|equate| equate.key).chain(others.iter().copied());
    for entry in table.entries() {
        if !names().any(|name| name == entry.key.value) {
            refusals.unknown_key(entry, &format!("in `{key}`"), names());
        }
    }
    let mut parts = Vec::new();
    for equate in known {
        let Some(entry) = table.get(equate.key) else { continue };
        let expected = expected(key, equate);
        if let Some(text) = equate_value(refusals, &entry.value, equate.kind, &expected) {
            parts.push(format!("{}={text}", equate.name));
        }
    }
    if table.entries().is_empty() {
        refusals.empty(span, &Expected::new(key, "at least one key", "[{ port = 25 }]"));
    }
    (refusals.0.len() == before).then(|| Spanned::new(parts.join(", "), span))
}

fn expected(key: &str, equate: &Equate) -> Expected {
    let (what, example): (String, &str) = match equate.kind {
        EquateKind::Name => ("a name of letters, digits, `-`, `_` and `.`".into(), "\"MTA\""),
        EquateKind::Port => ("a port from 1 to 65535, or the name of a service".into(), "25"),
        EquateKind::Address => ("an address, a host name or a path".into(), "\"192.0.2.1\""),
        EquateKind::Word(words) => (format!("one of {}", quoted_list(words.iter().copied())), "\"inet\""),
        EquateKind::Letters(letters) => {
            let list = letters.iter().map(|(letter, help)| format!("`{letter}` ({help})")).collect::<Vec<_>>();
            (format!("letters from {}", list.join(", ")), "\"…\"")
        }
        EquateKind::Count => ("a whole number that is not negative".into(), "10"),
        EquateKind::Names => ("a name or a list of names".into(), "[\"clamav\"]"),
        EquateKind::Duration => ("a duration such as `30s`, `5m` or `1h`".into(), "\"5m\""),
        EquateKind::Socket => {
            ("`inet:PORT@HOST`, `inet6:PORT@HOST` or `local:PATH`".into(), "\"local:/var/run/milter.sock\"")
        }
        EquateKind::Timeouts => ("durations for `C`, `S`, `R` and `E`".into(), "\"C:5m;S:10s;R:10s;E:5m\""),
        EquateKind::Path => ("a path".into(), "\"/var/spool/mqueue/group\""),
    };
    let example = match equate.kind {
        EquateKind::Word([first, ..]) => format!("\"{first}\""),
        EquateKind::Letters([(first, _), ..]) => format!("\"{first}\""),
        _ => example.to_owned(),
    };
    Expected::new(format!("{key}.{}", equate.key), what, &example)
}

fn equate_value(refusals: &mut Refusals, value: &Value, kind: EquateKind, expected: &Expected) -> Option<String> {
    let text = match (&value.kind, kind) {
        (Kind::Array(_), EquateKind::Names) => {
            refusals.words(value, expected).into_iter().map(|word| word.value).collect::<Vec<_>>().join(";")
        }
        (Kind::Array(_), EquateKind::Letters(_)) => {
            refusals.words(value, expected).into_iter().map(|word| word.value).collect()
        }
        (Kind::Integer(_), EquateKind::Port | EquateKind::Count | EquateKind::Duration) | (Kind::String(_), _) => {
            refusals.some_text(value, expected)?.value
        }
        _ => {
            refusals.wrong_type(value, expected);
            return None;
        }
    };
    judge(refusals, &text, value.span, kind, expected).then_some(text)
}

/// Checks a text as sendmail.cf has it: `Key=value, Key=value`.
fn written(refusals: &mut Refusals, key: &str, text: &Text, known: &[Equate]) -> bool {
    let before = refusals.0.len();
    for part in text.value.split(',') {
        let Some((name, value)) = part.split_once('=') else {
            let expected = Expected::new(key, "`Key=value` pairs, separated by commas", "\"Port=smtp, Name=MTA\"");
            refusals.wrong_value(&Spanned::new(part.trim().to_owned(), text.span), &expected, "it has no `=` in it");
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        match known.iter().find(|equate| same_equate(equate.name, name)) {
            Some(equate) => {
                let expected = expected(key, equate);
                judge(refusals, value, text.span, equate.kind, &expected);
            }
            None => {
                let expected = Expected::new(key, quoted_list(known.iter().map(|e| e.name)), "\"Port=smtp, Name=MTA\"");
                let name = Spanned::new(name.to_owned(), text.span);
                refusals.wrong_value(&name, &expected, "sendmail knows no key with this letter, and passes over it");
            }
        }
    }
    refusals.0.len() == before
}

/// The keys and TOML values of a text as sendmail.cf has it, if a table of them would give the same text.
pub(crate) fn pairs(text: &str, known: &[Equate]) -> Option<Vec<(&'static str, String)>> {
    let mut pairs = Vec::new();
    let mut rest = known.iter();
    for part in text.split(", ") {
        let (name, value) = part.split_once('=')?;
        // A table's keys are written in the order of `known`.
        let equate = rest.find(|equate| equate.name == name)?;
        if value.is_empty() || value.contains(',') || value.trim() != value {
            return None;
        }
        let is_number = value.parse::<u32>().is_ok_and(|number| number.to_string() == value);
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let written = match equate.kind {
            EquateKind::Port | EquateKind::Count if is_number => value.to_owned(),
            EquateKind::Names if value.contains(';') => {
                format!("[{}]", value.split(';').map(quoted).collect::<Vec<_>>().join(", "))
            }
            _ => quoted(value),
        };
        pairs.push((equate.key, written));
    }
    Some(pairs)
}

/// Whether `written` is the equate `name`. The first letter decides; its case only where another key has the same letter.
fn same_equate(name: &str, written: &str) -> bool {
    match (name.chars().next(), written.chars().next()) {
        (Some('D' | 'd' | 'R' | 'r'), Some(found)) => name.starts_with(found),
        (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(&found),
        _ => false,
    }
}
