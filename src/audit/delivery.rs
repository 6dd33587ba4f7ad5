//! Delivery mode `deferred`: sendmail accepts mail without asking whether its client may relay.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Audited, at};
use crate::{
    catalog::option,
    diagnostic::Diagnostic,
    dialogue::{DeliveryMode, Listener, listeners},
    syntax::cf::equates::equate,
};

pub(super) fn check(audited: &Audited<'_>) -> Vec<Diagnostic> {
    let mut open: Vec<Listener> = Vec::new();
    for client in [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)] {
        for listener in listeners(audited.program, client) {
            if is_open(&listener) && !open.contains(&listener) {
                open.push(listener);
            }
        }
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for diagnostic in open.iter().map(|listener| finding(audited, listener)) {
        // Several listeners that have the mode of the option are one finding.
        if !found.iter().any(|other| !other.labels.is_empty() && other.labels == diagnostic.labels) {
            found.push(diagnostic);
        }
    }
    found
}

/// Whether strangers reach it, and nobody asks who they are.
fn is_open(listener: &Listener) -> bool {
    let is_reached = listener.family != "local" && !listener.bound().is_some_and(|address| address.is_loopback());
    listener.delivery_mode == DeliveryMode::Deferred && is_reached && !listener.requires_login()
}

fn finding(audited: &Audited<'_>, listener: &Listener) -> Diagnostic {
    let by_listener = audited.last_origin(|line| {
        let options = line.strip_prefix("O DaemonPortOptions=").unwrap_or_default();
        equate(options, 'N') == Some(listener.name.as_str()) && equate(options, 'D').is_some()
    });
    let by_option = || {
        audited.last_origin(|line| {
            let name = line.strip_prefix("O ").and_then(|line| line.split_once('=')).map(|(name, _)| name.trim());
            name.is_some_and(|name| option::in_full(name) == "DeliveryMode") || line.starts_with("Od")
        })
    };
    let found = Diagnostic::error(
        "deferred_open_relay",
        format!("listener `{}` is an open relay: its delivery mode is `deferred`", listener.name),
    )
    .why("in this mode sendmail skips the rules that say who may relay, and queues the mail of everybody for everywhere")
    .help("use `queueonly` to deliver by queue runs only, or `background`; `deferred` is for hosts that take no mail from outside");
    at(found, by_listener.or_else(by_option), "chosen here")
}
