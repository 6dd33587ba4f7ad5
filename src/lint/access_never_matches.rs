#![doc = include_str!("../findings/access_never_matches.md")]

use std::{collections::HashSet, net::Ipv6Addr};

use super::{
    Rule, Surroundings,
    access_key::{IPV6_AS_TEXT, Key, entries, is_mail_tag, is_trap, looked_up, network_of_zeros, parted_by_blank, tag},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity, nearest},
    site::{AccessAction, AccessMap, ListKind, Site, TAGS, TableEntry, ipv6},
};

pub(super) const RULE: Rule = Rule {
    code: "access_never_matches",
    summary: "no search asks for a key of the access map",
    severity: Severity::Warning,
    check,
    together: None,
};

/// What is wrong, why, and what to write.
struct Finding {
    message: String,
    why: &'static str,
    help: String,
}

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let Some(map) = &site.access else { return Vec::new() };
    let words = Words::of(site);
    entries(site)
        .into_iter()
        .filter_map(|entry| Some((entry, judge(site, map, &words, entry)?)))
        .map(|(entry, finding)| {
            Diagnostic::warning(RULE.code, finding.message).at(entry.key.span, "").why(finding.why).help(finding.help)
        })
        .collect()
}

/// Words that may be tags of the site's own, collected once: an access map has as many entries as it likes.
struct Words<'s> {
    /// Those of raw lines.
    raw: HashSet<&'s str>,
    /// Those that values name with `CITag:`.
    named: HashSet<&'s str>,
}

impl<'s> Words<'s> {
    fn of(site: &'s Site) -> Self {
        let is_part = |c: char| c.is_ascii_alphabetic() || c == '_';
        let raw = site.raw.values().flatten().flat_map(|raw| raw.text.split(move |c| !is_part(c)));
        let values = site.entries_of(TableKind::Access).iter().filter(|entry| entry.value.value.contains("CITag:"));
        let named = values.flat_map(|entry| entry.value.value.split("CITag:").skip(1));
        let named = named.filter_map(|rest| rest.split(move |c| !is_part(c)).next());
        Self { raw: raw.collect(), named: named.collect() }
    }
}

fn judge(site: &Site, map: &AccessMap, words: &Words<'_>, entry: &TableEntry) -> Option<Finding> {
    let tag = tag(entry);
    if !is_mail_tag(&tag) {
        return spam(site, entry, &tag)
            .or_else(|| unread(site, words, entry, &tag))
            .or_else(|| if tag == "authinfo" { None } else { parted(entry) })
            .or_else(|| host_key(site, words, entry, &tag));
    }
    match Key::of(entry) {
        Key::Tag => parted(entry).or_else(|| {
            Some(Finding {
                message: format!("the access key `{}` matches nobody: it has a tag only", entry.key),
                why: "the key ends at the first blank, and the tag alone is not looked up",
                help: "write the name or network right after the colon, without a blank".into(),
            })
        }),
        Key::Odd(subject) => Some(odd(words, entry, &subject)?),
        Key::Ipv6(groups) => ipv6_key(site, entry, &groups),
        Key::Literal(literal) => bracketed_ipv6(site, entry, &literal),
        Key::Ipv4(_) => zeros(entry),
        Key::Address(_) | Key::User(_) if tag == "connect" => Some(Finding {
            message: format!("the access key `{}` has a user, but clients have none", entry.key),
            why: "for `Connect:` the client's name and address are looked up",
            help: format!("write `From:{0}` for the sender, `To:{0}` for the recipient", entry.subject()),
        }),
        Key::Address(_) if tag == "to" && entry.action() == AccessAction::Relay && !map.relay_to_full_address => {
            Some(Finding {
                message: format!("the access key `{}` is an address, but relaying is allowed for domains", entry.key),
                why: "relaying to single addresses has to be switched on",
                help: "give access_db the argument `relaytofulladdress`".into(),
            })
        }
        Key::Subdomains(domain) if !map.lookup_dot_domain => Some(Finding {
            message: format!("the access key `{}` begins with a dot", entry.key),
            why: "keys with a dot at their head are not looked up unless that is switched on",
            help: format!(
                "use FEATURE(`lookupdotdomain'), or write `{}`, which means the domain too",
                with_tag(entry, &domain)
            ),
        }),
        _ if is_trap(site, entry) => None,
        _ if tag == "to" && entry.action() != AccessAction::Relay && !map.blocklist_recipients => Some(Finding {
            message: format!("recipients are not looked up, so `{}` refuses nothing", entry.key),
            why: "without blocklist_recipients, `To:` entries are only asked whether to relay",
            help: "use FEATURE(`blocklist_recipients')".into(),
        }),
        _ => None,
    }
}

/// Tags whose keys are names and addresses of hosts, or nothing for all others.
const HOST_TAGS: [&str; 10] = [
    "clientrate",
    "clientconn",
    "greetpause",
    "srv_features",
    "clt_features",
    "try_tls",
    "tls_clt",
    "tls_srv",
    "tls_srv_features",
    "tls_clt_features",
];

/// A key of another tag that names a host in a way in which none is looked up.
fn host_key(site: &Site, words: &Words<'_>, entry: &TableEntry, tag: &str) -> Option<Finding> {
    if !HOST_TAGS.contains(&tag) {
        return None;
    }
    match Key::of(entry) {
        Key::Odd(subject) => odd(words, entry, &subject),
        Key::Ipv4(_) => zeros(entry),
        Key::Ipv6(groups) => ipv6_key(site, entry, &groups),
        Key::Literal(literal) => bracketed_ipv6(site, entry, &literal),
        _ => None,
    }
}

/// A name that a blank parts from its tag.
fn parted(entry: &TableEntry) -> Option<Finding> {
    let name = parted_by_blank(entry)?;
    Some(Finding {
        message: format!("a blank separates `{name}` from `{}`", entry.key),
        why: "the key ends at the first blank, so that this entry is not for the name, which begins its value",
        help: format!("write `{}{name}`, without a blank", entry.key),
    })
}

/// An address that ends with zeros, which is meant to be a network.
fn zeros(entry: &TableEntry) -> Option<Finding> {
    let network = network_of_zeros(entry.subject())?;
    Some(Finding {
        message: format!("the access key `{}` is one address, not a network", entry.key),
        why: "a network is written with the octets that its addresses have in common, without zeros after them",
        help: format!("write `{}`", with_tag(entry, &network)),
    })
}

/// An IPv6 address in brackets, which stands for a client without a name.
fn bracketed_ipv6(site: &Site, entry: &TableEntry, literal: &str) -> Option<Finding> {
    let address = literal.strip_prefix("[ipv6:")?.strip_suffix(']')?;
    let looked_up = looked_up(site, &ipv6::groups(address)?);
    (!address.eq_ignore_ascii_case(&looked_up)).then(|| Finding {
        message: format!("the access key `{}` is not written as sendmail writes the address", entry.key),
        why: IPV6_AS_TEXT,
        help: format!("write `{}`", with_tag(entry, &format!("[IPv6:{looked_up}]"))),
    })
}

fn spam(site: &Site, entry: &TableEntry, tag: &str) -> Option<Finding> {
    let asked = site.delay_checks.as_ref().is_some_and(|delay| delay.spam.is_some());
    (tag == "spam" && !asked).then(|| Finding {
        message: format!("`{}` is not looked up", entry.key),
        why: "`Spam:` entries are for delay_checks with `friend` or `hater`",
        help: "use FEATURE(`delay_checks', `friend')".into(),
    })
}

/// Entries that only a feature looks up, where the site does without it.
fn unread(site: &Site, words: &Words<'_>, entry: &TableEntry, tag: &str) -> Option<Finding> {
    let (clients, commands, tls) = (&site.clients, &site.commands, &site.tls);
    let list_of_senders = || site.blocklists.iter().any(|list| list.value.kind == ListKind::SenderDomain);
    let (is_read, feature) = match tag {
        "clientrate" => (clients.rate.is_some(), "ratecontrol"),
        "clientconn" => (clients.connections.is_some(), "conncontrol"),
        "greetpause" => (clients.greet_pause.as_ref().is_some_and(|pause| pause.value.by_access), "greet_pause"),
        "compat" => (commands.pairs.is_some(), "compat_check"),
        "qgrp" => (commands.queue_group.is_some(), "queuegroup"),
        "rhs" => (list_of_senders(), "rhsbl"),
        "xconnect" if site.hack("xconnect").is_none() => {
            return Some(Finding {
                message: format!("`{}` is not looked up", entry.key),
                why: "the hack that looks up this tag is not used",
                help: "use HACK(`xconnect') below FEATURE(`access_db'), or remove the entry".into(),
            });
        }
        "tls_srv_features" => (tls.session_features.is_some(), "tls_session_features"),
        "tls_clt_features" => {
            (tls.session_features.is_some() || tls.strict_transport.is_some(), "tls_session_features")
        }
        "authinfo" if tls.credentials.is_some() => {
            return Some(Finding {
                message: format!("`{}` is not looked up", entry.key),
                why: "credentials are looked up in the map of `authinfo`",
                help: "put the entry into that map, or leave out FEATURE(`authinfo')".into(),
            });
        }
        _ => return None,
    };
    // Raw rules may look for it themselves.
    let written = entry.tag().unwrap_or_default();
    let is_read = is_read || words.raw.contains(written);
    (!is_read).then(|| Finding {
        message: format!("`{}` is not looked up", entry.key),
        why: "the feature that looks up this tag is not used",
        help: format!("use FEATURE(`{feature}') below FEATURE(`access_db'), or remove the entry"),
    })
}

/// A subject in no notation that is looked up.
fn odd(words: &Words<'_>, entry: &TableEntry, subject: &str) -> Option<Finding> {
    let key = &entry.key.value;
    let shown = |what: &str| format!("the access key `{key}` {what}");
    let bare_domain = |text: &str| text.trim_matches(['.', '*', '@', '<', '>']).to_owned();
    if entry.tag().is_none()
        && let Some((word, rest)) = key.split_once(':')
        && !word.eq_ignore_ascii_case("ipv6")
        && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        && subject.parse::<Ipv6Addr>().is_err()
    {
        return unknown_tag(words, key, word, rest);
    }
    // Networks that are malformed are refused before a site is linted.
    Some(if subject.starts_with('<') {
        Finding {
            message: shown("has angle brackets"),
            why: "addresses are looked up without them",
            help: format!("write `{}`", with_tag(entry, &bare_domain(subject))),
        }
    } else if subject.starts_with('@') {
        Finding {
            message: shown("begins with `@`"),
            why: "a domain is looked up by its name alone",
            help: format!("write `{}`", with_tag(entry, &bare_domain(subject))),
        }
    } else if subject.contains('*') {
        Finding {
            message: shown("has a wildcard"),
            why: "wildcards are not supported: a domain includes its subdomains, and a network its hosts",
            help: format!("write `{}`", with_tag(entry, &bare_domain(subject))),
        }
    } else if subject.ends_with(['.', ':']) {
        Finding {
            message: shown("ends with a dot or colon"),
            why: "names and networks are looked up without it",
            help: format!("write `{}`", with_tag(entry, subject.trim_end_matches(['.', ':']))),
        }
    } else {
        Finding {
            message: shown("is neither a domain, a network nor an address"),
            why: "such a key is never looked up",
            help: "write a domain, leading octets such as `192.168.138`, `IPv6:` and leading groups, `user@` or `user@domain`"
                .into(),
        }
    })
}

/// A word before a colon that is no tag. Tags of one's own are used by raw rules and by `CITag:`.
fn unknown_tag(words: &Words<'_>, key: &str, word: &str, rest: &str) -> Option<Finding> {
    if words.raw.contains(word) || words.named.contains(word) {
        return None;
    }
    Some(Finding {
        message: format!("the access key `{key}` has a tag that sendmail does not know"),
        why: "a tag is part of the key, and keys with this tag are never looked up",
        help: match nearest(word, TAGS) {
            Some(tag) => format!("write `{tag}:{rest}`"),
            None => format!("write `Connect:{rest}`, `From:{rest}` or `To:{rest}`"),
        },
    })
}

/// Whether sendmail writes the address as the key has it.
fn ipv6_key(site: &Site, entry: &TableEntry, groups: &[u16]) -> Option<Finding> {
    let written = entry.subject().get(5..).unwrap_or("");
    let looked_up = looked_up(site, groups);
    (!written.eq_ignore_ascii_case(&looked_up)).then(|| Finding {
        message: format!("the access key `{}` is not written as sendmail writes the address", entry.key),
        why: IPV6_AS_TEXT,
        help: format!("write `{}`", with_tag(entry, &format!("IPv6:{looked_up}"))),
    })
}

fn with_tag(entry: &TableEntry, subject: &str) -> String {
    match entry.tag() {
        Some(tag) => format!("{tag}:{subject}"),
        None => subject.to_owned(),
    }
}
