//! Members of classes that let more in than anybody can mean, whatever put them there: statements, raw lines, macros.

use super::{Audited, at};
use crate::{
    catalog::table::TableKind,
    diagnostic::Diagnostic,
    site::{AccessAction, Class, is_public_suffix},
    source::Span,
    syntax::cf::class_line,
};

pub(super) fn check(audited: &Audited<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let site = audited.site;
    let relays = |class: &str| match class {
        "R" => site.relay.hosts_only.is_none(),
        "m" => site.relay.entire_domain.is_some(),
        "VirtHost" => site.routing.virtual_hosts_relay || site.routing.virtusertable.is_some(),
        _ => true,
    };
    // Class R has the virtual domains, too, and is looked at after them.
    for class in ["VirtHost", "R", "m", "w"] {
        for member in audited.program.members(class.as_bytes()) {
            let member = String::from_utf8_lossy(&member).into_owned();
            if class == "R" && is_all_of_ipv6(&member) {
                found.push(at(ipv6(), place(audited, "R", &member), "here"));
            } else if class == "R" && is_wide(&member) {
                found.push(at(wide(&member), place(audited, "R", &member), "here"));
            // What statements say of relay domains and of the host's name is the business of the lint rule.
            } else if relays(class)
                && is_public_suffix(&member)
                && !is_stated(audited, class, &member)
                && !is_short_name(audited, class, &member)
            {
                let public = public(audited, class, &member);
                if !found.iter().any(|other| other.labels == public.labels && !other.labels.is_empty()) {
                    found.push(public);
                }
            }
        }
    }
    let relayed = site.entries_of(TableKind::Access).iter().filter(|entry| entry.action() == AccessAction::Relay);
    for entry in relayed.filter(|entry| entry.tag().is_none_or(|tag| tag.eq_ignore_ascii_case("Connect"))) {
        match entry.subject() {
            subject if is_all_of_ipv6(subject) => found.push(at(ipv6(), Some(entry.span()), "here")),
            subject if is_wide(subject) => found.push(at(wide(subject), Some(entry.span()), "here")),
            _ => {}
        }
    }
    found
}

fn is_all_of_ipv6(network: &str) -> bool {
    network.trim_end_matches(':').eq_ignore_ascii_case("IPv6")
}

fn ipv6() -> Diagnostic {
    Diagnostic::error("open_relay", "every client with an IPv6 address may relay")
        .why("`IPv6:` alone is a prefix of all IPv6 addresses; what follows a blank is a member of its own")
        .help("write the network without a blank: `IPv6:2001:db8`")
}

/// Whether a network is one number, of addresses that are given to many: no private and no loopback network.
fn is_wide(network: &str) -> bool {
    match network.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")) {
        Some(_) => {
            let group = u16::from_str_radix(network.get(5..).unwrap_or_default(), 16);
            group.is_ok_and(|group| (0x2000..0x4000).contains(&group))
        }
        None => network.parse::<u8>().is_ok_and(|octet| matches!(octet, 1..=223) && !matches!(octet, 10 | 127)),
    }
}

fn wide(network: &str) -> Diagnostic {
    Diagnostic::warning("wide_network", format!("`{network}` is a network that is larger than any site"))
        .why("sendmail compares the leading parts of an address, and all clients that begin with this one may relay")
        .help("write as many parts as all hosts that are meant have in common, such as `192.0.2`")
}

fn public(audited: &Audited<'_>, class: &str, member: &str) -> Diagnostic {
    let found = Diagnostic::warning("top_level_domain", format!("the top-level domain `{member}` is in class {class}"));
    let found = match class {
        "w" => found.why("mail for a domain that is not yours counts as local"),
        _ => found.why("strangers register domains under it, and mail from or for all of them may be relayed"),
    };
    at(found.help("name the domains that are meant"), place(audited, class, member), "here")
}

/// Whether a statement says so that the lint rule looks at.
fn is_stated(audited: &Audited<'_>, class: &str, member: &str) -> bool {
    match class {
        "R" => declared(audited, class, member).is_some(),
        "m" => audited
            .site
            .domain_name
            .as_ref()
            .is_some_and(|name| name.value.split_once('.').is_some_and(|(_, domain)| domain == member)),
        _ => false,
    }
}

/// Whether this is only the first label of the host's name, which sendmail adds to class w: `mx` of `mx.example.com`.
fn is_short_name(audited: &Audited<'_>, class: &str, member: &str) -> bool {
    let begins = |name: &[u8]| name.strip_prefix(member.as_bytes()).is_some_and(|rest| rest.starts_with(b"."));
    class == "w"
        && audited.program.members(class.as_bytes()).iter().any(|name| begins(name))
        && declared(audited, class, member).is_none()
        && audited.last_origin(|line| words_of(line, class).any(|word| word == member)).is_none()
}

/// The statement that puts a member into a class.
fn declared(audited: &Audited<'_>, class: &str, member: &str) -> Option<Span> {
    let members = audited.site.classes.members(Class::by_name(class)?);
    members
        .iter()
        .find(|one| one.value.split_whitespace().any(|word| word.eq_ignore_ascii_case(member)))
        .map(|one| one.span)
}

/// The same, or the line of a class that brings it, or the last one of that class.
fn place(audited: &Audited<'_>, class: &str, member: &str) -> Option<Span> {
    declared(audited, class, member)
        .or_else(|| audited.last_origin(|line| words_of(line, class).any(|word| word == member)))
        .or_else(|| audited.last_origin(|line| words_of(line, class).any(|word| word.contains('$'))))
        .or_else(|| audited.last_origin(|line| words_of(line, class).next().is_some()))
}

/// The words that a line puts into a class.
fn words_of<'a>(line: &'a str, class: &str) -> impl Iterator<Item = &'a str> {
    let words = Some(line).filter(|line| line.starts_with('C')).and_then(class_line);
    let words = words.filter(|(name, _)| *name == class).map(|(_, words)| words);
    words.into_iter().flat_map(str::split_whitespace)
}
