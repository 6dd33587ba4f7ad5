#![doc = include_str!("../findings/mx_points_back.md")]

use std::{collections::HashSet, net::Ipv4Addr};

use super::{
    Rule, Surroundings,
    access_key::{Key, domains_above, entries, tag},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Class, Site},
    syntax::zone::{Data, Record, Zones},
};

pub(super) const RULE: Rule = Rule {
    code: "mx_points_back",
    summary: "a domain's MX is this host, which neither takes its mail nor passes it on",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let zones = &around.zones;
    let Some(host) = &site.domain_name else { return Vec::new() };
    let host = host.value.to_ascii_lowercase();
    let addresses: Vec<Ipv4Addr> = addresses(zones, &host);
    let local = site.classes.members(Class::Local).iter();
    let local: HashSet<String> = local.map(|member| member.value.to_ascii_lowercase()).collect();
    zones
        .records()
        .iter()
        .filter_map(|record| match &record.data {
            Data::Mx { preference, host: target } => Some((record, *preference, target.value.as_str())),
            _ => None,
        })
        .filter(|(_, _, target)| is_host(zones, &host, &addresses, target))
        .filter(|(record, ..)| record.owner.value != host && !local.contains(&record.owner.value))
        .filter_map(|(record, preference, _)| {
            let best = zones
                .of(&record.owner.value)
                .all(|other| !matches!(other.data, Data::Mx { preference: p, .. } if p < preference));
            if best { points_back(site, record) } else { refused(site, record) }
        })
        .collect()
}

/// This host is the best MX.
fn points_back(site: &Site, record: &Record) -> Option<Diagnostic> {
    let routing = &site.routing;
    let virtual_host = listed(site, Class::VirtualHost, &record.owner.value) && routing.virtusertable.is_some();
    if routing.mailertable.is_some() || routing.smart_host.is_some() || virtual_host {
        return None;
    }
    let domain = &record.owner.value;
    let certain = site.classes.files(Class::Local).is_empty();
    let message = format!("MX list for {domain} points back to this host, but {domain} is not local here");
    Some(
        diagnostic(certain, message)
            .at(record.span, "this host is the best MX")
            .why("sendmail finds itself at the head of the list and returns the mail: it loops back to me (MX problem?)")
            .help(if certain {
                format!("add LOCAL_DOMAIN(`{domain}'), route it with a mailertable, or take the MX record away")
            } else {
                format!("see that the file of local domains names {domain}, route it with a mailertable, or take the MX record away")
            }),
    )
}

/// This host is a backup MX.
fn refused(site: &Site, record: &Record) -> Option<Diagnostic> {
    let domain = &record.owner.value;
    if relays_to(site, domain) {
        return None;
    }
    let elsewhere = !site.classes.files(Class::Relay).is_empty()
        || !site.classes.files(Class::Local).is_empty()
        || site.access.is_some() && site.entries_of(TableKind::Access).is_empty();
    Some(
        diagnostic(!elsewhere, format!("this host is a backup MX of {domain}, but does not relay to it"))
            .at(record.span, "named here")
            .why("when the better MX does not answer, mail comes here and is refused: Relaying denied")
            .help(format!("add RELAY_DOMAIN(`{domain}'), or take the MX record away")),
    )
}

fn diagnostic(certain: bool, message: String) -> Diagnostic {
    if certain { Diagnostic::warning(RULE.code, message) } else { Diagnostic::advice(RULE.code, message) }
}

fn addresses(zones: &Zones, host: &str) -> Vec<Ipv4Addr> {
    zones
        .of(host)
        .filter_map(|record| match record.data {
            Data::A(ip) => Some(ip),
            _ => None,
        })
        .collect()
}

/// Whether a name is this host: its own, an alias of it, or another name of one of its addresses.
fn is_host(zones: &Zones, host: &str, own: &[Ipv4Addr], name: &str) -> bool {
    name == host
        || zones.of(name).any(|record| match &record.data {
            Data::Cname(target) => target.value == host,
            Data::A(ip) => own.contains(ip),
            _ => false,
        })
}

fn listed(site: &Site, class: Class, domain: &str) -> bool {
    site.classes.members(class).iter().any(|member| member.value.eq_ignore_ascii_case(domain))
}

/// Whether mail to a domain is relayed, as far as the site file says.
fn relays_to(site: &Site, domain: &str) -> bool {
    let relay = &site.relay;
    if relay.promiscuous.is_some() || relay.based_on_mx.is_some() {
        return true;
    }
    let names: Vec<String> = match relay.hosts_only {
        Some(_) => vec![domain.to_owned()],
        None => std::iter::once(domain.to_owned()).chain(domains_above(domain)).collect(),
    };
    let own = site.domain_name.as_ref().and_then(|name| name.value.split_once('.')).map(|(_, own)| own);
    let own_domain = relay.entire_domain.is_some() && own.is_some_and(|own| names.iter().any(|name| name == own));
    own_domain
        || names.iter().any(|name| listed(site, Class::Relay, name))
        || entries(site).iter().any(|entry| {
            matches!(tag(entry).as_str(), "" | "to")
                && entry.action() == AccessAction::Relay
                && matches!(Key::of(entry), Key::Domain(name) if names.contains(&name))
        })
}
