#![doc = include_str!("../findings/listener_value.md")]

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::{Listener, Site, service_port},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "listener_value",
    summary: "a listener has a value that sendmail refuses",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let listeners = &site.listeners;
    listeners
        .daemons
        .iter()
        .chain(&listeners.clients)
        .filter_map(|listener| judge(&listener.value, listener.span))
        .collect()
}

fn judge(listener: &Listener, span: Span) -> Option<Diagnostic> {
    let error = |message: String, why: &str, help: String| {
        Some(Diagnostic::error(RULE.code, message).at(span, "").why(why).help(help))
    };
    let family = listener.equate('F').unwrap_or("inet").trim_matches('"').to_ascii_lowercase();
    if !["inet", "inet6", "local", "unix", "iso", "ns", "x25"].contains(&family.as_str()) {
        let near = nearest(&family, ["inet", "inet6", "local"]).unwrap_or("inet");
        return error(
            format!("unknown address family `{family}`"),
            "sendmail says so and does not open the listener",
            format!("write `Family={near}`"),
        );
    }
    if !family.starts_with("inet") {
        return None;
    }
    if let Some(port) = listener.equate('P').filter(|port| !port.contains('$')) {
        let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
        let is_port = is_number && port.parse::<u16>().is_ok_and(|port| port > 0);
        if port.contains(['"', '\'']) || is_number && !is_port {
            return error(
                format!("invalid port `{port}`"),
                "sendmail looks for a service of that name, finds none, and does not open the listener",
                "write a number from 1 to 65535, or the name of a service without quotes".into(),
            );
        }
        if !is_number && service_port(&port.to_ascii_lowercase()).is_none() {
            let services = ["smtp", "submission", "smtps", "submissions"];
            if let Some(near) = nearest(port, services) {
                return error(
                    format!("unknown service `{port}`"),
                    "sendmail finds no such service and does not open the listener",
                    format!("did you mean `{near}`?"),
                );
            }
        }
    }
    let address = listener.equate('A').filter(|address| !address.contains('$'))?;
    let bare = address.trim_matches(['[', ']', '"']);
    let bare = bare.strip_prefix("IPv6:").unwrap_or(bare);
    if bare.parse::<Ipv6Addr>().is_ok() && family == "inet" {
        return error(
            format!("`Addr={address}` is an IPv6 address, and the family is `inet`"),
            "sendmail looks for a host of that name: `host unknown`, and does not open the listener",
            format!("add `Family=inet6`"),
        );
    }
    if bare.parse::<Ipv4Addr>().is_ok() && family == "inet6" {
        return error(
            format!("`Addr={address}` is an IPv4 address, and the family is `inet6`"),
            "sendmail does not open the listener",
            "leave out `Family=inet6`, or give an IPv6 address".into(),
        );
    }
    let looks_numeric = bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && bare.contains('.');
    if looks_numeric && bare.parse::<Ipv4Addr>().is_err() {
        return error(
            format!("invalid address `{address}`"),
            "its parts are numbers from 0 to 255, four of them; sendmail does not open the listener",
            "write an address of this host, or leave `Addr` out for all of them".into(),
        );
    }
    None
}
