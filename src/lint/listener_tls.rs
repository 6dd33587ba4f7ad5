#![doc = include_str!("../findings/listener_tls.md")]

use super::{
    Rule, Surroundings,
    listeners::{Opened, opened},
    raw_lines::last_value,
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Site, service_port},
    source::Syntax,
};

pub(super) const RULE: Rule = Rule {
    code: "listener_tls",
    summary: "a listener and its clients do not agree on who begins with TLS",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    if site.submission.is_some() {
        return Vec::new();
    }
    let has_certificate = ["ServerCertFile", "ServerKeyFile"]
        .iter()
        .all(|name| last_value(site, name).is_some_and(|(value, _)| !value.is_empty()));
    opened(site).iter().filter_map(|listener| judge(listener, has_certificate, around.syntax)).collect()
}

fn judge(opened: &Opened, has_certificate: bool, syntax: Syntax) -> Option<Diagnostic> {
    let Opened { listener, place } = opened;
    let begins_with_tls = listener.has_modifier('s');
    let written = listener.equate('P').unwrap_or("smtp").trim_matches(['"', '\'']);
    let port = service_port(&written.to_ascii_lowercase());
    let other: String = listener.equate('M').unwrap_or_default().chars().filter(|letter| *letter != 's').collect();
    let modifier = |letters: &str| syntax.pick(format!("`M={letters}`"), format!("`modifier = \"{letters}\"`"));
    let found = match (port, begins_with_tls) {
        (Some(465), false) => Diagnostic::warning(
            RULE.code,
            format!("{} listens on port {written} without TLS", opened.name()),
        )
        .why("clients of this port begin with TLS (RFC 8314), and sendmail waits for them in the clear: they hang")
        .help(format!("write {}", modifier(&format!("{other}s")))),
        (Some(number @ (25 | 587)), true) => {
            Diagnostic::warning(RULE.code, format!("{} begins with TLS on port {written}", opened.name()))
                .why("clients of this port begin in the clear and then say STARTTLS: none of them gets an answer")
                .help(format!(
                    "{}, or listen on port 465 instead of {number}",
                    match other.is_empty() {
                        true => "remove the modifier `s`".to_owned(),
                        false => format!("write {}", modifier(&other)),
                    }
                ))
        }
        (_, true) if !has_certificate => Diagnostic::warning(
            RULE.code,
            format!("{} begins with TLS, and the site has no certificate", opened.name()),
        )
        .why("without confSERVER_CERT and confSERVER_KEY sendmail closes every connection to it at once")
        .help("set confSERVER_CERT and confSERVER_KEY"),
        _ => return None,
    };
    Some(place.iter().fold(found, |found, place| found.at(*place, "")))
}
