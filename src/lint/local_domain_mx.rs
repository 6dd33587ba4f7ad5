#![doc = include_str!("../findings/local_domain_mx.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
    source::Span,
    syntax::zone::Data,
};

pub(super) const RULE: Rule = Rule {
    code: "local_domain_mx",
    summary: "mail for a local domain goes elsewhere by DNS",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let zones = &around.zones;
    let own = site.domain_name.as_ref().map(|name| name.value.to_ascii_lowercase());
    let mut found = Vec::new();
    let mut judge = |name: &str, span: Option<Span>| {
        let domain = name.to_ascii_lowercase();
        let hosts = zones.of(&domain).filter_map(|record| match &record.data {
            Data::Mx { host, .. } => Some(host.value.as_str()),
            _ => None,
        });
        let hosts = hosts.collect::<Vec<_>>();
        let is_local = |host: &&str| {
            let host = host.trim_end_matches('.');
            own.as_deref().is_none_or(|own| own == host || own == domain && host == domain)
                || site.classes.members(Class::Local).iter().any(|member| member.value.eq_ignore_ascii_case(host))
        };
        if hosts.is_empty() || hosts.iter().any(is_local) {
            return;
        }
        let listed = hosts.iter().map(|host| format!("`{host}`")).collect::<Vec<_>>().join(", ");
        let diagnostic = Diagnostic::warning(RULE.code, format!("`{name}` is local here, but its MX records name {listed}"))
            .why("mail for it that is sent from here stays here, or is refused as for an unknown user, and never gets to its mail host")
            .help(around.syntax.pick(
                "take the domain out of LOCAL_DOMAIN (or out of the file of class w), or point an MX record here",
                "take the domain out of `local_domain` (or out of the file of class w), or point an MX record here",
            ));
        found.push(match span {
            Some(span) => diagnostic.at(span, "local by this"),
            None => diagnostic,
        });
    };
    // A hub, or a table that routes the domain on, is what a gateway has.
    if site.routing.mail_hub.is_some() || site.routing.local_relay.is_some() {
        return Vec::new();
    }
    for member in site.classes.members(Class::Local) {
        judge(&member.value, Some(member.span));
    }
    if let Some(name) = &site.domain_name {
        judge(&name.value, name.span);
    }
    found
}
