#![doc = include_str!("../findings/loopback_listeners.md")]

use super::{
    Rule, Surroundings,
    access_key::{Key, entries, tag},
    listeners::{is_loopback, opened},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Class, Site},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "loopback_listeners",
    summary: "other hosts may relay, and sendmail listens to this host only",
    severity: Severity::Advice,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let listeners = opened(site);
    if site.submission.is_some() || !listeners.iter().all(|one| one.is_internal()) {
        return Vec::new();
    }
    let Some((who, place)) = relays_for(site) else { return Vec::new() };
    let found = Diagnostic::advice(RULE.code, format!("{who} may relay, and every listener is on a loopback address"))
        .at(place, "allowed to relay here")
        .why("other hosts cannot connect, so that this permission does nothing; testers on this host see mail accepted")
        .help("add a listener on an address that they reach, such as `Port=smtp, Name=MTA`, or remove the permission");
    let listener = listeners.iter().find_map(|one| one.place);
    vec![listener.into_iter().fold(found, |found, place| found.at(place, "listens to this host only"))]
}

/// The first that names hosts elsewhere which may relay.
fn relays_for(site: &Site) -> Option<(String, Span)> {
    let mut networks = site.classes.members(Class::Relay).iter().filter(|member| is_elsewhere(&member.value));
    if let Some(member) = networks.next() {
        return Some((member.value.clone(), member.span));
    }
    let mut allowed = entries(site).into_iter().filter(|entry| {
        let is_elsewhere = match Key::of(entry) {
            Key::Ipv4(octets) => octets.first() != Some(&127),
            Key::Ipv6(groups) => groups != [0, 0, 0, 0, 0, 0, 0, 1],
            _ => false,
        };
        entry.action() == AccessAction::Relay && matches!(tag(entry).as_str(), "" | "connect") && is_elsewhere
    });
    if let Some(entry) = allowed.next() {
        return Some((entry.key.value.clone(), entry.key.span));
    }
    let policies = [(&site.relay.promiscuous, "anybody"), (&site.relay.entire_domain, "the whole domain")];
    policies.into_iter().find_map(|(policy, who)| Some((who.to_owned(), policy.as_ref()?.span)))
}

/// Whether a member of class R is an address or network, and not that of this host alone.
fn is_elsewhere(member: &str) -> bool {
    let member = member.to_ascii_lowercase();
    let is_v4 = member.starts_with(|first: char| first.is_ascii_digit())
        && member.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match member.strip_prefix("ipv6:") {
        Some(address) => !is_loopback(address),
        None => is_v4 && member != "127" && !member.starts_with("127."),
    }
}
