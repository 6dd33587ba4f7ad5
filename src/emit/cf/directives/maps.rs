//! Maps: `K` lines, each only if a rule of the site uses the map.

use super::Document;
use crate::{
    site::{ListKind, MapSpec, Setting, Site},
    source::Span,
};

/// All maps of a site, except those that it declares in raw text and those that are composed of others.
pub fn maps(cf: &mut Document, site: &Site) {
    if site.senders.accept_unresolvable.is_none() {
        cf.line("Kresolve host -a<OKR> -T<TEMP>");
    }
    cf.line("Karith arith");
    match &site.dequote_options {
        Some(options) => cf.line_from(format!("Kdequote dequote {}", options.value), options.span),
        None => cf.line("Kdequote dequote"),
    }
    if let Some(relay) = &site.routing.luser_relay {
        cf.line_from("Kuser user -m -a<>", relay.span);
    }
    if let Some(mx) = &site.relay.based_on_mx {
        cf.line_from("Kmxserved bestmx -z: -T<TEMP>", mx.span);
    }
    if let Some(origin) = sets_macros(site) {
        cf.line_from("Kmacro macro", origin);
    }
    for (name, spec, origin) in named(site).filter(|(_, spec, _)| !is_sequence(spec)) {
        declare(cf, name, spec, origin);
    }
    tables(cf, site);
    blocklists(cf, site);
    checks(cf, site);
    certificates(cf, site);
}

/// Maps of features that have several.
fn tables(cf: &mut Document, site: &Site) {
    let tables = &site.tables;
    if let Some(map) = tables.domain_maps.first().filter(|_| !tables.domain_maps_without_regex) {
        cf.line_from("Kdomainmap_regex regex -a.:NOTDONE: -s1,2 -d_ (.*)[-\\.]([^-\\.]*)$", map.span);
    }
    for map in &tables.domain_maps {
        cf.line_from(format!("K{} {} -T<TEMP>", map.value.map_name(), map.value.map.text), map.span);
    }
    if let Some(mx) = &tables.best_mx {
        cf.line_from("Kbestmx bestmx", mx.span);
    }
    if let Some(copies) = &tables.copies {
        for (name, map) in [("bcctable", &copies.value.map), ("canonicalRcpt", &copies.value.canonical)] {
            if let Some(map) = map {
                declare(cf, name, map, copies.span);
            }
        }
    }
    if let Some(routing) = &tables.ldap_routing {
        declare(cf, "ldapmh", &routing.value.host, routing.span);
        declare(cf, "ldapmra", &routing.value.address, routing.span);
    }
}

/// Maps that are composed of others, which must be declared before, possibly in raw text.
pub fn sequences(cf: &mut Document, site: &Site) {
    for (name, spec, origin) in named(site).filter(|(_, spec, _)| is_sequence(spec)) {
        declare(cf, name, spec, origin);
    }
}

/// The lines of a map: sendmail keeps the options of earlier lines.
fn declare(cf: &mut Document, name: &str, spec: &MapSpec, origin: Span) {
    for text in spec.declarations() {
        cf.line_from(format!("K{name} {text}"), origin);
    }
}

/// Maps that the site configures, with the names that rules use.
fn named(site: &Site) -> impl Iterator<Item = (&'static str, &MapSpec, Span)> {
    let access = site.access.as_ref().map(|access| ("access", &access.spec, access.declared.span));
    let tables = [
        ("mailertable", &site.routing.mailertable),
        ("virtuser", &site.routing.virtusertable),
        ("generics", &site.tables.generics),
        ("domaintable", &site.tables.domains),
        ("bitdomain", &site.tables.bitnet_hosts),
        ("uudomain", &site.tables.uucp_hosts),
        ("authinfo", &site.tls.credentials),
        ("drac", &site.clients.recent_logins),
    ];
    access
        .into_iter()
        .chain(tables.into_iter().filter_map(|(name, map)| map.as_ref().map(|map| (name, &map.value, map.span))))
}

/// The first statement whose rules set macros, through the map `macro`.
fn sets_macros(site: &Site) -> Option<Span> {
    let access = site.access.as_ref().map(|access| access.declared.span);
    access
        .or(site.routing.preserve_luser_host.as_ref().map(|asked| asked.span))
        .or(site.tls.strict_transport.as_ref().map(|asked| asked.span))
        .or(site.commands.prefix.as_ref().map(|asked| asked.span))
        .or(site.hack("spamtrap").map(|asked| asked.span))
}

fn is_sequence(spec: &MapSpec) -> bool {
    spec.class() == "sequence"
}

/// The maps for lookups in DNS lists, in the order in which their features are first used.
fn blocklists(cf: &mut Document, site: &Site) {
    let how = &site.blocklist_map;
    let seconds = |set: &Option<Setting<String>>| set.as_ref().map_or("5", |set| &set.value).to_owned();
    let mut seen = Vec::new();
    for list in &site.blocklists {
        let kind = list.value.kind;
        if seen.contains(&kind) {
            continue;
        }
        let line = match kind {
            ListKind::Plain => {
                let class = how.class.as_ref().map_or("dns -R A", |class| &class.value);
                let options = how.options.as_ref().map_or(String::new(), |options| format!(" {}", options.value));
                format!("Kdnsbl {class} -T<TMP>{options}")
            }
            // Both use the same map.
            ListKind::Enhanced if seen.contains(&ListKind::ByAccess) => continue,
            ListKind::ByAccess if seen.contains(&ListKind::Enhanced) => continue,
            ListKind::Enhanced | ListKind::ByAccess => {
                format!("Kednsbl dns -R A -a. -T<TMP> -r{}", seconds(&how.enhanced_timeout))
            }
            // It shares the map of the plain lists, with the options of that declaration.
            ListKind::SenderDomain if seen.contains(&ListKind::Plain) => continue,
            ListKind::SenderDomain => "Kdnsbl host -T<TMP>".to_owned(),
            ListKind::MailServers => format!("Kmtamark dns -R TXT -a. -T<TMP> -r{}", seconds(&how.mark_timeout)),
        };
        cf.line_from(line, list.span);
        seen.push(kind);
    }
}

/// Maps that parse certificates and MTA-STS policies.
fn certificates(cf: &mut Document, site: &Site) {
    for (map, regex) in [("CERTIssuer", &site.tls.issuer_part), ("CERTSubject", &site.tls.subject_part)] {
        if let Some(regex) = regex {
            cf.line_from(format!("K{map} regex {}", regex.value), regex.span);
        }
    }
    if let Some(sts) = &site.tls.strict_transport {
        for line in [
            "Kstsxsni regex -a: -s3 (.*)(servername=)(.*)",
            "Kstsxsni2 regex -a: -s2 (.*)(servername=.*)",
            "Kstsxmatch regex -a: -s2 (match=)(.*)",
            "Kstsxnodaneflag regex -a@ -s3 (.*)(flags=)([^;]*d)(.*)",
        ] {
            cf.line_from(line, sts.span);
        }
        declare(cf, "sts", &sts.value.map, sts.span);
    }
}

/// Maps that checks of senders and commands use.
fn checks(cf: &mut Document, site: &Site) {
    if let Some(asked) = &site.senders.useless_mx {
        for line in [
            "Kmxlist bestmx -z: -T<TEMP>",
            r"Kbadmx regex -a<BADMX> ^(([0-9]{1,3}\.){3}[0-9]){0,1}\.$",
            "KdnsA dns -R A -a. -T<TEMP>",
        ] {
            cf.line_from(line, asked.span);
        }
        cf.line_from(format!("KBadMXIP regex -a<BADMXIP> {}", asked.value), asked.span);
    }
    if let Some(asked) = &site.commands.bad_command {
        cf.line_from(format!("Kbadcmd regex -m -a<BADCMD> {}", asked.value), asked.span);
    }
}
