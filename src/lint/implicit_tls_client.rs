#![doc = include_str!("../findings/implicit_tls_client.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Site, service_port},
};

pub(super) const RULE: Rule = Rule {
    code: "implicit_tls_client",
    summary: "a mailer connects to a port that begins with TLS",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    let mut found = Vec::new();
    for mailer in &site.mailers {
        let port = mailer.argv.strip_prefix("TCP ").and_then(|rest| rest.split_whitespace().nth(1));
        let Some(port) = port.filter(|port| service_port(port) == Some(465)) else { continue };
        if told.contains(&mailer.argv) {
            continue;
        }
        told.push(mailer.argv.clone());
        let diagnostic = Diagnostic::warning(RULE.code, format!("mailer `{}` connects to port {port}, where TLS comes first", mailer.name))
            .why("sendmail begins in plain text and asks for STARTTLS, while the server waits for TLS: both wait until a timeout")
            .help(around.syntax.pick(
                "use port 587, which has STARTTLS: `TCP $h 587`; for 465 alone, put stunnel between the two",
                "use port 587, which has STARTTLS: `\"TCP $h 587\"`; for 465 alone, put stunnel between the two",
            ));
        found.push(match mailer.span {
            Some(span) => diagnostic.at(span, "this mailer"),
            None => diagnostic,
        });
    }
    found
}
