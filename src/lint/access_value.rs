#![doc = include_str!("../findings/access_value.md")]

use super::{
    Rule, Surroundings,
    access_key::{entries, is_mail_tag, is_trap, parted_by_blank, tag},
    table_value::reply_class,
};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::{AccessAction, Site, TableEntry, is_dsn},
};

pub(super) const RULE: Rule = Rule {
    code: "access_value",
    summary: "a value of the access map does not mean what it looks like",
    severity: Severity::Warning,
    check,
    together: None,
};

/// Words that mean something when they stand alone.
const WORDS: [&str; 5] = ["OK", "RELAY", "REJECT", "DISCARD", "SKIP"];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let skip = site.access.as_ref().is_some_and(|map| map.skip);
    entries(site)
        .into_iter()
        // A blank behind the tag is another rule's finding.
        .filter(|entry| parted_by_blank(entry).is_none())
        .filter_map(|entry| match tag(entry).as_str() {
            "spam" => spam(entry),
            "clientrate" | "clientconn" => limit(entry, "the number of connections that are allowed, 0 for any number"),
            "greetpause" => limit(entry, "milliseconds, 0 for no pause"),
            // A tag alone names nobody, which is another rule's finding.
            tag if !tag.is_empty() && entry.subject().is_empty() => None,
            tag if is_mail_tag(tag) && !is_trap(site, entry) => mail(entry, skip),
            _ => None,
        })
        .collect()
}

fn finding(entry: &TableEntry, message: String, why: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(RULE.code, message).at(entry.value.span, "").why(why).help(help)
}

/// `Spam:` entries are only compared with two words.
fn spam(entry: &TableEntry) -> Option<Diagnostic> {
    match entry.action() {
        AccessAction::Friend | AccessAction::Hater => None,
        _ => Some(finding(
            entry,
            format!("`Spam:` entries are FRIEND or HATER, not `{}`", entry.value),
            "entries with any other value are ignored",
            "write FRIEND to leave the recipient's mail unchecked, HATER to have it checked",
        )),
    }
}

/// Limits of clients, and pauses, are numbers.
fn limit(entry: &TableEntry, unit: &str) -> Option<Diagnostic> {
    let value = entry.value.value.as_str();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(finding(
        entry,
        format!("invalid value `{value}`: expected a number"),
        "sendmail reads the leading digits and ignores the rest",
        format!("write {unit}"),
    ))
}

fn mail(entry: &TableEntry, skip: bool) -> Option<Diagnostic> {
    match entry.action() {
        AccessAction::Ok | AccessAction::Relay | AccessAction::Reject | AccessAction::Discard => None,
        AccessAction::Quarantine(_) => None,
        AccessAction::Skip if skip => None,
        AccessAction::Skip => Some(finding(
            entry,
            "SKIP is not switched on".to_owned(),
            "without `skip` the value is the text of a refusal: 553 5.3.0 SKIP",
            "give access_db the argument `skip`",
        )),
        AccessAction::Friend | AccessAction::Hater => Some(finding(
            entry,
            format!("`{}` is a value of `Spam:` entries only", entry.value),
            format!("here it is used as the text of a refusal: 553 5.3.0 {}", entry.value),
            format!("write the key as `Spam:{}`", entry.subject()),
        )),
        AccessAction::Error { dsn, text } => error(entry, dsn, text),
        AccessAction::Other(text) => other(entry, text),
    }
}

/// A value that begins with `ERROR:`.
fn error(entry: &TableEntry, dsn: Option<&str>, text: &str) -> Option<Diagnostic> {
    let bare = text.trim_start_matches('"');
    let Some(class) = reply_class(bare) else {
        let first = bare.split([' ', '\t']).next().unwrap_or("");
        let help = if dsn.is_none() && is_dsn(first) {
            let rest = bare.get(first.len()..).unwrap_or("").trim();
            format!("put a colon after the status code: `ERROR:{first}:{}`", quoted(rest))
        } else {
            format!(
                "begin the text with a reply code: `ERROR:{}:{}`",
                dsn.unwrap_or("5.7.1"),
                quoted(&format!("550 {bare}"))
            )
        };
        return Some(finding(
            entry,
            "the refusal has no reply code".to_owned(),
            format!("sendmail answers 553 5.3.0 and takes all of `{bare}` for the text"),
            help,
        ));
    };
    if let Some(dsn) = dsn.filter(|dsn| !dsn.starts_with(class)) {
        return Some(finding(
            entry,
            format!("the status code {dsn} does not go with the reply code of `{text}`"),
            "clients that read both cannot tell whether to retry (RFC 3463 section 2)",
            format!("begin the status code with {class}"),
        ));
    }
    altered(entry, text)
}

/// A value that is none of the words.
fn other(entry: &TableEntry, text: &str) -> Option<Diagnostic> {
    let bare = text.trim_matches('"');
    if reply_class(bare).is_some() {
        return altered(entry, text);
    }
    if text.starts_with('"') {
        let meant = AccessAction::of(bare);
        if !matches!(meant, AccessAction::Other(_)) {
            return Some(finding(
                entry,
                format!("quotes around the whole value make a text of `{bare}`"),
                format!("sendmail refuses with 553 5.3.0 {bare}"),
                match meant {
                    AccessAction::Error { dsn, text } => {
                        format!("quote the text only: `ERROR:{}:{}`", dsn.unwrap_or("5.7.1"), quoted(text))
                    }
                    _ => "leave the quotes out".to_owned(),
                },
            ));
        }
    }
    let word = bare.split([' ', '\t', ':', '#', ',']).next().unwrap_or("");
    let help = match WORDS.into_iter().find(|known| known.eq_ignore_ascii_case(word)) {
        Some(known) => format!("`{known}` has to stand alone"),
        None => match nearest(bare, WORDS) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("write `ERROR:5.7.1:{}` for a refusal with this text", quoted(&format!("550 {bare}"))),
        },
    };
    Some(finding(
        entry,
        format!("`{text}` is not a value that sendmail knows"),
        format!("it is used as the text of a refusal without a reply code: 553 5.3.0 {bare}"),
        help,
    ))
}

/// Outside quotes sendmail reads the text as an address: blanks, comments in parentheses and what follows a comma suffer.
fn altered(entry: &TableEntry, text: &str) -> Option<Diagnostic> {
    let mut quoted_now = false;
    let outside: String = text
        .chars()
        .filter(|c| {
            quoted_now ^= *c == '"';
            !quoted_now
        })
        .collect();
    let suffers = outside.contains(['(', ')', '<', '>', ',', ';']) || outside.contains("  ");
    suffers.then(|| {
        Diagnostic::advice(RULE.code, "the text of the refusal is not quoted")
            .at(entry.value.span, "")
            .why("sendmail writes it as it writes addresses: blanks vanish, and what stands in parentheses too")
            .help(match entry.action() {
                AccessAction::Error { dsn: Some(dsn), text } => format!("write `ERROR:{dsn}:{}`", quoted(text)),
                AccessAction::Error { dsn: None, text } => format!("write `ERROR:{}`", quoted(text)),
                _ => format!("write `ERROR:{}`", quoted(text)),
            })
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.trim_matches('"'))
}
