#![doc = include_str!("../findings/top_level_domain.md")]

use super::{
    Rule, Surroundings,
    access_key::{Key, entries, is_mail_tag, tag},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Class, Site, is_public_suffix},
};

pub(super) const RULE: Rule = Rule {
    code: "top_level_domain",
    summary: "relaying is allowed for a whole top-level domain",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let mut found = own_domain(site);
    if site.relay.hosts_only.is_some() {
        return found;
    }
    for member in site.classes.members(Class::Relay).iter().filter(|member| is_public_suffix(&member.value)) {
        found
            .push(finding(&member.value, "a relay domain").at(member.span, "").help("name the domains that are meant"));
    }
    for entry in entries(site) {
        let domain = match Key::of(entry) {
            Key::Domain(domain) | Key::Subdomains(domain) => domain,
            _ => continue,
        };
        if is_mail_tag(&tag(entry)) && entry.action() == AccessAction::Relay && is_public_suffix(&domain) {
            let help = "name the domains that are meant";
            found.push(finding(&domain, "allowed to relay in the access map").at(entry.span(), "").help(help));
        }
    }
    found
}

/// Class m, as sendmail fills it from the host's name.
fn own_domain(site: &Site) -> Vec<Diagnostic> {
    let (Some(feature), Some(name)) = (&site.relay.entire_domain, &site.domain_name) else { return Vec::new() };
    let Some((_, domain)) = name.value.split_once('.').filter(|(_, domain)| is_public_suffix(domain)) else {
        return Vec::new();
    };
    let found = finding(domain, "the domain of this host")
        .at(feature.span, "every host of that domain may relay")
        .help("give the host a name inside its domain, or list the relay domains instead of relay_entire_domain");
    vec![match name.span {
        Some(span) => found.at(span, format!("class m is `{domain}`")),
        None => found,
    }]
}

fn finding(domain: &str, what: &str) -> Diagnostic {
    Diagnostic::warning(RULE.code, format!("the top-level domain `{domain}` is {what}"))
        .why("strangers register domains under it, and all of them may relay through this host")
}
