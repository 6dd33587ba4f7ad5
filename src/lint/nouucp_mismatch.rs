#![doc = include_str!("../findings/nouucp_mismatch.md")]

use super::{Linted, Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Nouucp, PercentHack, Site},
    source::{Span, Spanned},
};

pub(super) const RULE: Rule = Rule {
    code: "nouucp_mismatch",
    summary: "a hub may take a character for a route that this host lets pass",
    severity: Severity::Warning,
    check,
    together: Some(together),
};

/// A feature by which a character is none of routing, and the character.
struct Feature {
    name: &'static str,
    character: char,
    /// A local part in which a hub may read a route.
    example: &'static str,
    span: Span,
}

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let Some((statement, hub)) = forwards(site).into_iter().next() else { return Vec::new() };
    plain(site)
        .into_iter()
        .map(|feature| {
            let Feature { name, character, example, span } = feature;
            Diagnostic::advice(RULE.code, format!("the host of {statement} has to have {name} as well"))
                .at(span, format!("`{character}` is a character like any other here"))
                .at(hub.span, "mail goes on to this host")
                .why(format!(
                    "without {name}, that host takes `{example}` for a route and relays it, since it trusts this one"
                ))
                .help(format!("check the hub, or use FEATURE(`{name}', `reject') here"))
        })
        .collect()
}

fn together(sites: &[Linted<'_>]) -> Vec<(usize, Diagnostic)> {
    let mut found = Vec::new();
    for (index, this) in sites.iter().enumerate() {
        for (statement, hub) in forwards(this.site) {
            let host = host_of(&hub.value);
            let hubs = sites.iter().enumerate().filter(|(other, site)| *other != index && is_named(site.site, &host));
            for (_, other) in hubs {
                for feature in plain(this.site).into_iter().filter(|feature| !has(other.site, feature.name)) {
                    found.push((index, mismatch(&feature, statement, hub, other)));
                }
            }
        }
    }
    found
}

fn mismatch(feature: &Feature, statement: &str, hub: &Spanned<String>, other: &Linted<'_>) -> Diagnostic {
    let Feature { name, character, example, span } = *feature;
    Diagnostic::warning(RULE.code, format!("{} lacks the {name} of the host that forwards to it", place(other)))
        .at(span, format!("`{character}` is a character like any other here"))
        .at(hub.span, format!("{statement} is the host of {}", other.name))
        .why(format!(
            "the hub takes `{example}` for a route and relays it, since it trusts this host: together they \
             are an open relay"
        ))
        .help(format!("add FEATURE(`{name}', `reject') to {}", other.name))
}

/// The file of a site, with the line that gives the host its name.
fn place(other: &Linted<'_>) -> String {
    let span = other.site.domain_name.as_ref().and_then(|name| name.span);
    let line = span.and_then(|span| Some(other.sources.get(span.source)?.line_column(span.start).0));
    match line {
        Some(line) => format!("{}:{line}", other.name),
        None => other.name.to_owned(),
    }
}

/// Statements that hand mail for local addresses on to another host.
fn forwards(site: &Site) -> Vec<(&'static str, &Spanned<String>)> {
    let routing = &site.routing;
    [("MAIL_HUB", &routing.mail_hub), ("LOCAL_RELAY", &routing.local_relay), ("LUSER_RELAY", &routing.luser_relay)]
        .into_iter()
        .filter_map(|(name, host)| Some((name, host.as_ref()?)))
        .filter(|(_, host)| {
            let mailer = host.value.split_once(':').map_or("", |(mailer, _)| mailer).to_ascii_lowercase();
            !host.value.is_empty() && mailer != "local" && mailer != "error"
        })
        .collect()
}

/// Features of the site by which a character passes as an ordinary one.
fn plain(site: &Site) -> Vec<Feature> {
    let mut features = Vec::new();
    if let Some(Spanned { value: Nouucp::Nospecial, span }) = site.nouucp {
        features.push(Feature { name: "nouucp", character: '!', example: "example.net!user", span });
    }
    if let Some(Spanned { value: PercentHack::Nospecial, span }) = site.percent_hack {
        features.push(Feature { name: "nopercenthack", character: '%', example: "user%example.net", span });
    }
    features
}

/// Whether the site has the feature in any form.
fn has(site: &Site, feature: &str) -> bool {
    if feature == "nouucp" { site.nouucp.is_some() } else { site.percent_hack.is_some() }
}

/// The host of `[mailer:]host`, without brackets and final dot, in lower case.
fn host_of(text: &str) -> String {
    let host = match text.split_once(':') {
        Some((_, host)) if !text.starts_with('[') => host,
        _ => text,
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase()
}

/// Whether the site is the host of this name.
fn is_named(site: &Site, host: &str) -> bool {
    let own = site.domain_name.as_ref().map(|name| name.value.as_str());
    let local = site.classes.members(Class::Local).iter().map(|name| name.value.as_str());
    own.into_iter().chain(local).any(|name| name.eq_ignore_ascii_case(host))
}
