#![doc = include_str!("../findings/smtps_listener.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Site, service_port},
};

pub(super) const RULE: Rule = Rule {
    code: "smtps_listener",
    summary: "a listener has TLS first where clients do not expect it, or the reverse",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for daemon in &site.listeners.daemons {
        let port = daemon.value.equate('P').unwrap_or("smtp");
        let number = service_port(&port.to_ascii_lowercase());
        let modifiers = daemon.value.equate('M').unwrap_or_default();
        let has_tls = modifiers.contains('s');
        let (message, why, help) = match (number, has_tls) {
            (Some(465), false) => (
                format!("the listener on port {port} does not begin with TLS"),
                "clients of port 465 begin with a TLS handshake (RFC 8314), which this listener does not understand",
                around.syntax.pick(
                    format!("add the modifier `s`: `M={modifiers}s`"),
                    format!("add the modifier `s`: `modify = \"{modifiers}s\"`"),
                ),
            ),
            (Some(25 | 587), true) => (
                format!("the listener on port {port} begins with TLS"),
                "clients of this port begin in plain text and use STARTTLS; they wait for a greeting that does not come",
                format!("leave out the modifier `s`, or listen on port 465 with it"),
            ),
            _ => continue,
        };
        found.push(Diagnostic::warning(RULE.code, message).at(daemon.span, "").why(why).help(help));
    }
    found
}
