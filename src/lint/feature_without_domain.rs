#![doc = include_str!("../findings/feature_without_domain.md")]

use super::{Rule, Surroundings, raw_lines::fills_class};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
    source::{Span, Syntax},
};

pub(super) const RULE: Rule = Rule {
    code: "feature_without_domain",
    summary: "a feature acts on the domains of a class that has none, or domains are for a feature that is not used",
    severity: Severity::Warning,
    check,
    together: None,
};

/// A feature that acts on the domains of a class.
struct Dependence {
    /// The feature.
    feature: &'static str,
    /// Where the site uses it.
    used: Option<Span>,
    /// The class, and the statement that fills it.
    class: Class,
    statement: &'static str,
    /// What it does without.
    without: &'static str,
}

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let is_filled = |class: Class| site.classes.is_used(class) || fills_class(site, class.name());
    let mut found: Vec<_> = dependences(site)
        .into_iter()
        .filter(|one| !is_filled(one.class))
        .filter_map(|one| missing_domains(site, &one, around.syntax))
        .collect();
    found.extend(unused_domains(site, around.syntax));
    found
}

fn dependences(site: &Site) -> [Dependence; 6] {
    let masquerade = &site.masquerade;
    let place = |feature: &Option<crate::source::Spanned<()>>| feature.as_ref().map(|feature| feature.span);
    [
        Dependence {
            feature: "limited_masquerade",
            used: place(&masquerade.limited),
            class: Class::Masquerade,
            statement: "MASQUERADE_DOMAIN",
            without: "only senders without a domain are masqueraded, and those of the hosts in class w are not",
        },
        Dependence {
            feature: "masquerade_entire_domain",
            used: place(&masquerade.entire_domain),
            class: Class::Masquerade,
            statement: "MASQUERADE_DOMAIN",
            without: "it widens the domains of MASQUERADE_DOMAIN to the hosts in them, and there are none",
        },
        Dependence {
            feature: "genericstable",
            used: site.tables.generics.as_ref().map(|map| map.span),
            class: Class::Generics,
            statement: "GENERICS_DOMAIN",
            without: "only senders without a domain are looked up, and programs on this host give theirs one",
        },
        Dependence {
            feature: "generics_entire_domain",
            used: place(&site.tables.generics_entire_domain),
            class: Class::Generics,
            statement: "GENERICS_DOMAIN",
            without: "it widens the domains of GENERICS_DOMAIN to the hosts in them, and there are none",
        },
        Dependence {
            feature: "virtuser_entire_domain",
            used: place(&site.tables.virtuser_entire_domain),
            class: Class::VirtualHost,
            statement: "VIRTUSER_DOMAIN",
            without: "it widens the domains of VIRTUSER_DOMAIN to the hosts in them, and there are none",
        },
        Dependence {
            feature: "ldap_routing",
            used: site.tables.ldap_routing.as_ref().map(|routing| routing.span),
            class: Class::LdapRoute,
            statement: "LDAPROUTE_DOMAIN",
            without: "no recipient is looked up in LDAP",
        },
    ]
}

fn missing_domains(site: &Site, one: &Dependence, syntax: Syntax) -> Option<Diagnostic> {
    let used = one.used?;
    let Dependence { feature, statement, .. } = one;
    // The feature that widens the class of a table has the same help as the table.
    if *feature == "generics_entire_domain" && site.tables.generics.is_some() {
        return None;
    }
    let domain = own_domain(site);
    let key = statement.to_ascii_lowercase();
    let help = syntax.pick(format!("add {statement}(`{domain}')"), format!("add `{key} = [\"{domain}\"]`"));
    let help = match *feature {
        "limited_masquerade" => format!(
            "{help} for each domain that is masqueraded, or remove the feature to masquerade all hosts of class w"
        ),
        _ => format!("{help} for each domain that is meant"),
    };
    Some(
        Diagnostic::warning(RULE.code, format!("{feature} without {}", syntax.pick(*statement, &*key)))
            .at(used, "used here")
            .why(one.without)
            .help(help),
    )
}

/// A domain of this host to show how a list is written.
fn own_domain(site: &Site) -> String {
    let local = site.classes.members(Class::Local).iter().find(|member| member.value.contains('.'));
    let own = site.domain_name.as_ref().filter(|name| name.value.contains('.') && !name.value.contains('$'));
    local
        .map(|member| member.value.clone())
        .or_else(|| own.map(|name| name.value.clone()))
        .unwrap_or("example.com".into())
}

/// Domains of a class that only an unused feature reads.
fn unused_domains(site: &Site, syntax: Syntax) -> Vec<Diagnostic> {
    let reads = |class: Class| {
        let name = class.name();
        let forms = match name.chars().count() {
            1 => [format!("$={name}"), format!("$~{name}")],
            _ => [format!("$={{{name}}}"), format!("$~{{{name}}}")],
        };
        site.raw.values().flatten().any(|raw| forms.iter().any(|form| raw.text.contains(form.as_str())))
    };
    let cases = [
        (
            Class::Masquerade,
            "MASQUERADE_DOMAIN",
            site.masquerade.name.is_some(),
            "MASQUERADE_AS",
            "they keep their names",
        ),
        (
            Class::Generics,
            "GENERICS_DOMAIN",
            site.tables.generics.is_some(),
            "genericstable",
            "their senders are not looked up",
        ),
        (
            Class::MasqueradeException,
            "MASQUERADE_EXCEPTION",
            site.masquerade.name.is_some(),
            "MASQUERADE_AS",
            "all hosts keep their names",
        ),
        (
            Class::Canonify,
            "CANONIFY_DOMAIN",
            site.canonify.disabled.is_some(),
            "nocanonify",
            "names of all domains are made canonical",
        ),
        (
            Class::VirtualHost,
            "VIRTUSER_DOMAIN",
            site.routing.virtusertable.is_some() || site.tables.virtuser_entire_domain.is_some(),
            "virtusertable",
            "their recipients are not looked up",
        ),
        (
            Class::LdapRoute,
            "LDAPROUTE_DOMAIN",
            site.tables.ldap_routing.is_some(),
            "ldap_routing",
            "their recipients are not looked up",
        ),
    ];
    let unused = cases.into_iter().filter(|(class, _, is_used, ..)| !is_used && !reads(*class));
    let place = |class| {
        let member = site.classes.members(class).first().map(|member| member.span);
        member.or_else(|| site.classes.files(class).iter().find_map(|file| file.span))
    };
    unused
        .filter_map(|(class, statement, _, feature, why)| {
            Some(
                Diagnostic::warning(
                    RULE.code,
                    syntax.pick(
                        format!("{statement} without {feature}"),
                        format!("{} without {}", statement.to_ascii_lowercase(), feature.to_ascii_lowercase()),
                    ),
                )
                .at(place(class)?, "named here")
                .why(match class {
                    Class::VirtualHost => format!("mail for these domains is accepted, but {why}"),
                    _ => format!("nothing reads these domains: {why}"),
                })
                .help(match feature {
                    "MASQUERADE_AS" => syntax.pick(
                        format!("add MASQUERADE_AS with the name that they are to have, or remove {statement}"),
                        format!(
                            "add `masquerade_as` with the name that they are to have, or remove `{}`",
                            statement.to_ascii_lowercase()
                        ),
                    ),
                    _ => syntax.pick(
                        format!("add FEATURE(`{feature}'), or remove {statement}"),
                        format!(
                            "add `{feature} = true` under [feature], or remove `{}`",
                            statement.to_ascii_lowercase()
                        ),
                    ),
                }),
            )
        })
        .collect()
}
