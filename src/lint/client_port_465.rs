#![doc = include_str!("../findings/client_port_465.md")]

use std::collections::HashSet;

use super::{Rule, Surroundings, raw_lines::raw_lines};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Site, service_port},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "client_port_465",
    summary: "a mailer calls a port where servers expect TLS from the start, which sendmail does not begin with",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let own = site.mailers.iter().filter(|mailer| is_ipc(&mailer.path));
    let own = own.map(|mailer| (mailer.name.as_str(), mailer.argv.as_str(), mailer.argv_span.or(mailer.span)));
    let raw = raw_lines(site).filter_map(|line| {
        let (name, equates) = line.text.strip_prefix('M')?.split_once(',')?;
        // The argument vector is the last equate, and may hold commas.
        let argv = equates.split_once("A=")?.1;
        let path = equates.split_once("P=")?.1.split(',').next()?;
        is_ipc(path.trim()).then_some((name.trim(), argv.trim(), line.place))
    });
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut seen = HashSet::new();
    for (name, argv, place) in own.chain(raw) {
        let Some(port) = implicit_tls_port(argv) else { continue };
        // One setting is that of several mailers.
        if seen.insert((place.map(|place| (place.source, place.start)), argv)) {
            found.push(finding(name, argv, port, place));
        }
    }
    found
}

fn is_ipc(path: &str) -> bool {
    path.eq_ignore_ascii_case("[IPC]") || path.eq_ignore_ascii_case("[TCP]")
}

/// The port of `TCP $h PORT`, if it is the one where TLS begins at once.
fn implicit_tls_port(argv: &str) -> Option<&str> {
    let port = argv.split_whitespace().nth(2)?;
    let number = match port.to_ascii_lowercase().as_str() {
        "ssmtp" => Some(465),
        name => service_port(name),
    };
    (number == Some(465)).then_some(port)
}

fn finding(name: &str, argv: &str, port: &str, place: Option<Span>) -> Diagnostic {
    let right = argv.replacen(&format!(" {port}"), " 587", 1);
    let found = Diagnostic::warning(RULE.code, format!("mailer {name} calls port {port}, where TLS begins at once"))
        .why("sendmail as a client begins in the clear and waits for a greeting that never comes: mail stays in the queue")
        .help(format!("write `{right}` for a server that takes STARTTLS there, or put a TLS wrapper such as stunnel between"));
    place.into_iter().fold(found, |found, place| found.at(place, "called here"))
}
