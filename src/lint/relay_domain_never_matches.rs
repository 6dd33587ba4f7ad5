#![doc = include_str!("../findings/relay_domain_never_matches.md")]

use super::{
    Rule, Surroundings,
    access_key::{IPV6_AS_TEXT, looked_up, network_of_zeros},
    raw_classes::words,
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site, ipv6},
};

pub(super) const RULE: Rule = Rule {
    code: "relay_domain_never_matches",
    summary: "no host is ever found by a relay domain",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let members = site.classes.members(Class::Relay).iter();
    let stated = members.filter_map(|member| Some(judge(site, &member.value)?.at(member.span, "")));
    let raw = words(site, Class::Relay.name()).into_iter().filter_map(|word| {
        let found = judge(site, &word.text)?;
        Some(word.place.into_iter().fold(found, |found, place| found.at(place, "")))
    });
    stated.chain(raw).collect()
}

fn judge(site: &Site, name: &str) -> Option<Diagnostic> {
    let never = |why, help: String| {
        let message = format!("the relay domain `{name}` never matches");
        Some(Diagnostic::warning(RULE.code, message).why(why).help(help))
    };
    if let Some(address) = name.to_ascii_lowercase().strip_prefix("ipv6:") {
        let looked_up = looked_up(site, &ipv6::groups(address)?);
        if address == looked_up {
            return None;
        }
        return never(IPV6_AS_TEXT, format!("write `IPv6:{looked_up}`"));
    }
    if let Some(network) = network_of_zeros(name) {
        return Some(
            Diagnostic::warning(RULE.code, format!("the relay domain `{name}` is one address, not a network"))
                .why("a network is written with the octets that its addresses have in common, without zeros after them")
                .help(format!("write `{network}`")),
        );
    }
    if let Some((_, domain)) = name.rsplit_once('@') {
        return never(
            "relay domains are compared with hosts and with the domains of recipients, not with addresses",
            format!("for the whole domain write `{domain}`; for one address, a `To:{name}` entry in the access map"),
        );
    }
    let (stars, rest) = name.split_at(name.rfind('*')? + 1);
    let domain = rest.trim_start_matches('.');
    let help = match domain {
        "" => "name the domains that are meant".to_owned(),
        _ if stars == "*" => format!("write `{domain}`"),
        _ => format!("for all of its hosts, write `{domain}`"),
    };
    never("there are no patterns: a name stands for itself and for all names that end in it, `*` for an asterisk", help)
}
