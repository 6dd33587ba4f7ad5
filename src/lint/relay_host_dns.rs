#![doc = include_str!("../findings/relay_host_dns.md")]

use std::net::IpAddr;

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
    syntax::zone::{Data, Record, Zones, reverse},
};

pub(super) const RULE: Rule = Rule {
    code: "relay_host_dns",
    summary: "A, PTR and MX records of the relay host do not fit together",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let zones = &around.zones;
    let mut found = own_name(site, zones);
    for record in zones.records() {
        if let Data::Mx { host, .. } = &record.data {
            found.extend(target(zones, record, &host.value));
        }
    }
    found
}

/// The host's own name, its addresses, and their names.
fn own_name(site: &Site, zones: &Zones) -> Vec<Diagnostic> {
    let Some(name) = &site.domain_name else { return Vec::new() };
    let host = name.value.to_ascii_lowercase();
    if !zones.covers(&host) {
        return Vec::new();
    }
    if let Some(alias) = zones.of(&host).find(|record| matches!(record.data, Data::Cname(_))) {
        return vec![
            Diagnostic::warning(RULE.code, format!("the relay host's name {host} is an alias"))
                .at(alias.span, "")
                .why("other hosts look for the address of the name that it greets with, and find another name")
                .help("give confDOMAIN_NAME the name that the alias stands for"),
        ];
    }
    let addresses: Vec<(IpAddr, &Record)> = zones
        .of(&host)
        .filter_map(|record| match record.data {
            Data::A(ip) => Some((IpAddr::V4(ip), record)),
            Data::Aaaa(ip) => Some((IpAddr::V6(ip), record)),
            _ => None,
        })
        .collect();
    if addresses.is_empty() {
        let missing = Diagnostic::warning(RULE.code, format!("the relay host's name {host} has no address"))
            .why("its zone is given, and has neither an A nor an AAAA record for it")
            .help("add an A record");
        return vec![match name.span {
            Some(span) => missing.at(span, "the name"),
            None => missing,
        }];
    }
    addresses.into_iter().filter_map(|(ip, record)| name_of_address(zones, &host, ip, record)).collect()
}

fn name_of_address(zones: &Zones, host: &str, ip: IpAddr, record: &Record) -> Option<Diagnostic> {
    let reversed = reverse(ip);
    if !zones.covers(&reversed) {
        return None;
    }
    let names: Vec<_> = zones
        .of(&reversed)
        .filter_map(|record| match &record.data {
            Data::Ptr(name) => Some(name),
            _ => None,
        })
        .collect();
    // A CNAME in a reverse zone leads to a zone of somebody else (RFC 2317).
    let delegated = zones.of(&reversed).any(|record| matches!(record.data, Data::Cname(_)));
    if delegated || names.iter().any(|name| name.value == host) {
        return None;
    }
    let why = "other hosts refuse mail of a client whose name and address do not lead to each other";
    Some(match names.first() {
        None => Diagnostic::warning(RULE.code, format!("the address {ip} of the relay host has no name"))
            .at(record.span, "its address")
            .why(why)
            .help(format!("add `{reversed}. PTR {host}.`")),
        Some(name) => Diagnostic::warning(RULE.code, format!("the address {ip} of the relay host has the name {name}"))
            .at(name.span, "another name")
            .at(record.span, format!("its address, by the name {host}"))
            .why(why)
            .help(format!("write `PTR {host}.`")),
    })
}

/// What an MX record names.
fn target(zones: &Zones, record: &Record, host: &str) -> Option<Diagnostic> {
    let domain = &record.owner.value;
    if host.is_empty() || !zones.covers(host) {
        return None;
    }
    if let Some(alias) = zones.of(host).find(|other| matches!(other.data, Data::Cname(_))) {
        return Some(
            Diagnostic::warning(RULE.code, format!("the MX record of {domain} names {host}, which is an alias"))
                .at(record.span, "")
                .at(alias.span, "an alias")
                .why("an MX record has to name a host, not an alias (RFC 2181 section 10.3, RFC 5321 section 5.1)")
                .help("name the host that the alias stands for"),
        );
    }
    let has_address = zones.of(host).any(|other| matches!(other.data, Data::A(_) | Data::Aaaa(_)));
    (!has_address).then(|| {
        Diagnostic::warning(RULE.code, format!("the MX record of {domain} names {host}, which has no address"))
            .at(record.span, "")
            .why("its zone is given, and has neither an A nor an AAAA record for it")
            .help(format!("add an A record for {host}, or name another host"))
    })
}
