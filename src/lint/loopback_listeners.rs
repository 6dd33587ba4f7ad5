#![doc = include_str!("../findings/loopback_listeners.md")]

use std::net::IpAddr;

use super::{Rule, Surroundings};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Class, Listener, Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "loopback_listeners",
    summary: "networks may relay, and nothing listens where they could connect",
    severity: Severity::Advice,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let opened = site.listeners.opened();
    let is_loopback = |listener: &Listener| {
        let address = listener.equate('A').unwrap_or_default().trim_start_matches("IPv6:");
        address.eq_ignore_ascii_case("localhost")
            || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    if site.submission.is_some() || opened.is_empty() || !opened.iter().all(|(listener, _)| is_loopback(listener)) {
        return Vec::new();
    }
    let is_elsewhere = |name: &str| !name.starts_with("127") && !name.eq_ignore_ascii_case("localhost");
    let members = site
        .classes
        .members(Class::Relay)
        .iter()
        .filter(|member| is_network(&member.value) && is_elsewhere(&member.value));
    let member = members.map(|member| member.span).next();
    let connect = |entry: &&TableEntry| {
        let is_client = entry.tag().is_some_and(|tag| tag.eq_ignore_ascii_case("connect"));
        is_client && entry.action() == AccessAction::Relay && is_elsewhere(entry.subject())
    };
    let entry = site.entries_of(TableKind::Access).iter().find(connect).map(TableEntry::span);
    let Some(place) = member.or(entry) else { return Vec::new() };
    let found =
        Diagnostic::advice(RULE.code, "clients elsewhere may relay, but every listener is on a loopback address")
            .at(place, "may relay")
            .why("they cannot connect, so that this has no effect")
            .help(around.syntax.pick(
                "leave `Addr=127.0.0.1` out of one DAEMON_OPTIONS, or give it an address of the host",
                "leave `addr` out of one `[[daemon]]`, or give it an address of the host",
            ));
    let listener = opened.iter().find_map(|(_, span)| *span);
    vec![match listener {
        Some(span) => found.at(span, "reached from this host only"),
        None => found,
    }]
}

/// Whether a member of class R is an address or a network.
fn is_network(text: &str) -> bool {
    let is_ipv4 = text.split('.').all(|part| part.parse::<u8>().is_ok());
    is_ipv4 || text.to_ascii_lowercase().starts_with("ipv6:")
}
