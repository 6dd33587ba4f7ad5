#![doc = include_str!("../findings/local_domain_elsewhere.md")]

use std::{collections::HashSet, net::IpAddr};

use super::{ClassText, Rule, Surroundings, raw_classes};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
    source::{Span, Syntax},
    syntax::zone::{Data, Record, Zones},
};

pub(super) const RULE: Rule = Rule {
    code: "local_domain_elsewhere",
    summary: "a domain is local here, and its MX records name other hosts",
    severity: Severity::Warning,
    check,
    together: None,
};

/// A name whose mail stays on this host, and what makes it local.
struct Local {
    name: String,
    place: Option<Span>,
    by: &'static str,
}

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    // With a mail hub nothing is local but by name; the mail submission program hands everything on.
    if site.routing.mail_hub.is_some() || site.submission.is_some() {
        return Vec::new();
    }
    let host = site.domain_name.as_ref().map(|name| name.value.to_ascii_lowercase());
    let host = host.filter(|name| !name.contains('$'));
    let locals = locals(site, &around.class_files);
    let names: HashSet<&str> = locals.iter().map(|local| local.name.as_str()).collect();
    let own = Own {
        host: host.as_deref(),
        names: &names,
        addresses: host.iter().flat_map(|host| addresses(&around.zones, host)).collect(),
    };
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for local in &locals {
        if seen.insert(local.name.as_str()) {
            found.extend(judge(local, &own, &around.zones, around.syntax));
        }
    }
    found
}

/// The domains that mail is local for, in lower case: those that the site names, and those in files of class w.
pub fn local_domains(site: &Site, class_files: &[ClassText]) -> Vec<String> {
    locals(site, class_files).into_iter().map(|local| local.name).collect()
}

fn locals(site: &Site, class_files: &[ClassText]) -> Vec<Local> {
    let local = |name: &str, place, by| Local { name: name.trim_end_matches('.').to_ascii_lowercase(), place, by };
    let members = site.classes.members(Class::Local).iter();
    let members = members.map(|member| local(&member.value, Some(member.span), "LOCAL_DOMAIN"));
    let raw = raw_classes::words(site, "w").into_iter().map(|word| local(&word.text, word.place, "class w"));
    let files = class_files.iter().filter(|file| file.class == Class::Local).flat_map(|file| &file.members);
    let files = files.map(|member| local(&member.value, Some(member.span), "a file of class w"));
    let own = site.domain_name.iter().map(|name| local(&name.value, name.span, "confDOMAIN_NAME"));
    members
        .chain(raw)
        .chain(files)
        .chain(own)
        .filter(|local| local.name.contains('.') && !local.name.contains('$'))
        .collect()
}

/// What is known of this host.
struct Own<'a> {
    host: Option<&'a str>,
    names: &'a HashSet<&'a str>,
    addresses: Vec<IpAddr>,
}

impl Own<'_> {
    /// Whether an exchanger is this host: by name, as an alias, or by an address.
    fn is(&self, zones: &Zones, exchanger: &str) -> bool {
        self.host == Some(exchanger)
            || self.names.contains(&exchanger)
            || addresses(zones, exchanger).any(|address| self.addresses.contains(&address))
            || zones
                .of(exchanger)
                .any(|record| matches!(&record.data, Data::Cname(target) if self.host == Some(target.value.as_str())))
    }
}

fn addresses(zones: &Zones, name: &str) -> impl Iterator<Item = IpAddr> {
    zones.of(name).filter_map(|record| match record.data {
        Data::A(ip) => Some(IpAddr::V4(ip)),
        Data::Aaaa(ip) => Some(IpAddr::V6(ip)),
        _ => None,
    })
}

fn judge(local: &Local, own: &Own<'_>, zones: &Zones, syntax: Syntax) -> Option<Diagnostic> {
    let exchanger = |record: &Record| match &record.data {
        Data::Mx { preference, host } => Some((*preference, host.value.clone(), record.span)),
        _ => None,
    };
    let mut list: Vec<_> = zones.of(&local.name).filter_map(exchanger).collect();
    list.sort_by_key(|(preference, ..)| *preference);
    let (_, first, record) = list.first()?;
    // An empty name says that the domain takes no mail (RFC 7505).
    if first.is_empty() || list.iter().any(|(_, exchanger, _)| own.is(zones, exchanger)) {
        return None;
    }
    let Local { name, place, by } = local;
    // A host of the domain itself is probably a gateway that hands mail on to this host.
    let is_gateway = |exchanger: &str| exchanger == name || exchanger.ends_with(&format!(".{name}"));
    let is_certain = !own.addresses.is_empty() && !list.iter().any(|(_, exchanger, _)| is_gateway(exchanger));
    let message = format!("{name} is local here by {by}, but its MX is {first}");
    let found = match is_certain {
        true => Diagnostic::warning(RULE.code, message),
        false => Diagnostic::advice(RULE.code, message),
    };
    let remove = match *by {
        "confDOMAIN_NAME" => "give confDOMAIN_NAME the name of this host, not that of the mail domain".to_owned(),
        "LOCAL_DOMAIN" => {
            let written = syntax.pick(format!("LOCAL_DOMAIN(`{name}')"), format!("{name} from `local_domain`"));
            format!("remove {written}")
        }
        _ => format!("remove {name} from class w"),
    };
    let found = place.iter().fold(found, |found, place| found.at(*place, "local here"));
    Some(
        found
            .at(*record, "goes elsewhere for everybody else")
            .why("mail from this host for the domain stays here and never reaches the mailboxes there")
            .help(format!("{remove}, unless {first} hands the domain's mail on to this host")),
    )
}
