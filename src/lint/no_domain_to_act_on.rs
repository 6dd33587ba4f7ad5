#![doc = include_str!("../findings/no_domain_to_act_on.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
};

pub(super) const RULE: Rule = Rule {
    code: "no_domain_to_act_on",
    summary: "a feature has no domain to act on",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let fills = |class: Class, name: &str| {
        let raw = |text: &str| {
            let rest = text.strip_prefix(['C', 'F']).unwrap_or_default();
            let braced = format!("{{{name}}}");
            rest.starts_with(&braced) || name.len() == 1 && rest.starts_with(name)
        };
        !site.classes.members(class).is_empty()
            || !site.classes.files(class).is_empty()
            || site.raw.values().flatten().any(|one| raw(&one.text))
    };
    if let Some(asked) = &site.masquerade.limited
        && !fills(Class::Masquerade, "M")
    {
        found.push(
            Diagnostic::warning(RULE.code, "`limited_masquerade` has no domain to masquerade")
                .at(asked.span, "limits masquerading to class M")
                .why("only hosts of MASQUERADE_DOMAIN are masqueraded then, and there is none: no address is")
                .help(around.syntax.pick(
                    "add MASQUERADE_DOMAIN with the domains that are meant",
                    "add `masquerade_domain` with the domains that are meant",
                )),
        );
    }
    if let Some(asked) = &site.tables.generics
        && !fills(Class::Generics, "G")
    {
        found.push(
            Diagnostic::warning(RULE.code, "`genericstable` has no domain to look up")
                .at(asked.span, "looks up senders of class G")
                .why("senders with a domain are looked up only if that is in GENERICS_DOMAIN; without it only names without a domain are")
                .help(around.syntax.pick("add GENERICS_DOMAIN with the domains that are meant", "add `generics_domain` with the domains that are meant")),
        );
    }
    if let Some(asked) = &site.tables.ldap_routing
        && !fills(Class::LdapRoute, "LDAPRoute")
    {
        found.push(
            Diagnostic::warning(RULE.code, "`ldap_routing` has no domain to route")
                .at(asked.span, "routes mail of class LDAPRoute")
                .why("only mail for domains of LDAPROUTE_DOMAIN is looked up, and there is none")
                .help(around.syntax.pick(
                    "add LDAPROUTE_DOMAIN with the domains that are meant",
                    "add `ldaproute_domain` with the domains that are meant",
                )),
        );
    }
    found
}
