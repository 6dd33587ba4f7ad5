//! What rules on the access map have in common: reading a key.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    catalog::table::TableKind,
    site::{ListKind, Site, TableEntry, ipv6},
};

/// What the subject of a key is looked up as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The tag alone.
    Tag,
    /// A domain or host, in lower case.
    Domain(String),
    /// `.domain`: its subdomains, in lower case and without the dot.
    Subdomains(String),
    /// `user@domain`, in lower case.
    Address(String),
    /// `user@`, without the `@`.
    User(String),
    /// Octets of an IPv4 address.
    Ipv4(Vec<u8>),
    /// Groups of an IPv6 address.
    Ipv6(Vec<u16>),
    /// `[address]`, or another literal.
    Literal(String),
    /// Anything else.
    Odd(String),
}

impl Key {
    /// Reads the subject of an entry.
    pub(super) fn of(entry: &TableEntry) -> Self {
        let subject = entry.subject().to_ascii_lowercase();
        if subject.is_empty() {
            return Self::Tag;
        }
        if subject.starts_with('[') && subject.ends_with(']') {
            return Self::Literal(subject);
        }
        if let Some((user, domain)) = subject.rsplit_once('@') {
            return match (user, domain) {
                ("", _) => Self::Odd(subject),
                (user, "") => Self::User(user.to_owned()),
                (_, domain) if is_domain(domain) => Self::Address(subject),
                _ => Self::Odd(subject),
            };
        }
        if let Some(rest) = subject.strip_prefix("ipv6:") {
            return ipv6::groups(rest).map_or(Self::Odd(subject.clone()), Self::Ipv6);
        }
        if subject.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return octets(&subject).map_or(Self::Odd(subject.clone()), Self::Ipv4);
        }
        // A range of addresses looks like a name, but no name ends with a number.
        if subject.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')) {
            return Self::Odd(subject);
        }
        match subject.strip_prefix('.') {
            Some(domain) if is_domain(domain) => Self::Subdomains(domain.to_owned()),
            None if is_domain(&subject) => Self::Domain(subject),
            _ => Self::Odd(subject),
        }
    }

    /// Keys that a search tries after this one: the next shorter name or network, up to the shortest.
    pub(super) fn wider(&self) -> Vec<Self> {
        match self {
            Self::Domain(name) => domains_above(name).map(Self::Domain).collect(),
            Self::Subdomains(name) => {
                std::iter::once(name.clone()).chain(domains_above(name)).map(Self::Domain).collect()
            }
            Self::Address(address) => {
                let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
                std::iter::once(domain.to_owned()).chain(domains_above(domain)).map(Self::Domain).collect()
            }
            Self::Ipv4(octets) => {
                (1..octets.len()).rev().filter_map(|n| octets.get(..n)).map(|n| Self::Ipv4(n.to_vec())).collect()
            }
            Self::Ipv6(groups) => {
                (1..groups.len()).rev().filter_map(|n| groups.get(..n)).map(|n| Self::Ipv6(n.to_vec())).collect()
            }
            Self::Tag | Self::User(_) | Self::Literal(_) | Self::Odd(_) => Vec::new(),
        }
    }
}

/// Entries of the site's access map; none when the map is kept elsewhere. What answers of a DNS list are looked up under is
/// about no client, sender or recipient, and not among them.
pub(super) fn entries(site: &Site) -> Vec<&TableEntry> {
    let all = site.entries_of(TableKind::Access);
    let tags = site.blocklists.iter().filter(|list| list.value.kind == ListKind::ByAccess);
    let tags = tags.map(|list| list.value.tag.as_str()).collect::<Vec<_>>();
    let of_a_list = |entry: &TableEntry| {
        entry.key.value.split_once(':').is_some_and(|(tag, _)| tags.iter().any(|known| known.eq_ignore_ascii_case(tag)))
    };
    all.iter().filter(|entry| !of_a_list(entry)).collect()
}

/// Why an IPv6 address in other words is not found.
pub(super) const IPV6_AS_TEXT: &str = "they are compared as text, and sendmail writes all eight groups without leading zeros, unless told to compress them";

/// How sendmail writes an IPv6 address, or the first groups of one, when it looks it up.
pub(super) fn looked_up(site: &Site, groups: &[u16]) -> String {
    let is_compressed = site.options.get("UseCompressedIPv6Addresses").is_some_and(|setting| {
        setting.value.trim().is_empty() || setting.value.trim_start().starts_with(['t', 'T', 'y', 'Y'])
    });
    match <[u16; 8]>::try_from(groups) {
        Ok(all) if is_compressed => Ipv6Addr::from(all).to_string(),
        _ => ipv6::in_full(groups),
    }
}

/// The network that is meant by an address which ends with zeros: `192.168` for `192.168.0.0`.
pub(super) fn network_of_zeros(text: &str) -> Option<String> {
    let octets = octets(text).filter(|octets| octets.len() == 4 && octets.last() == Some(&0))?;
    let used = octets.iter().rposition(|octet| *octet != 0).map_or(1, |last| last + 1);
    Some(octets.iter().take(used).map(u8::to_string).collect::<Vec<_>>().join("."))
}

/// The host, network or address that a blank parts from its tag: the tag alone is the key then, and the value begins with it.
pub(super) fn parted_by_blank(entry: &TableEntry) -> Option<&str> {
    if entry.tag().is_none() || !entry.subject().is_empty() {
        return None;
    }
    let (first, rest) = entry.value.value.split_once([' ', '\t'])?;
    let is_number = first.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = first.contains(['.', ':', '@']) && !first.contains(['+', '=', '"', '/', ',']);
    let words = ["VERIFY", "ENCR", "ERROR"];
    let is_value = words.iter().any(|word| first.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
    let is_followed = !matches!(rest.trim_start().chars().next(), None | Some('#'));
    ((is_number || is_name) && !is_value && is_followed).then_some(first)
}

/// The tag in lower case, empty for none.
pub(super) fn tag(entry: &TableEntry) -> String {
    entry.tag().unwrap_or("").to_ascii_lowercase()
}

/// Whether the entry makes a trap of a recipient, for the hack `spamtrap`.
pub(super) fn is_trap(site: &Site, entry: &TableEntry) -> bool {
    tag(entry) == "to" && site.hack("spamtrap").is_some() && entry.value.value.trim().eq_ignore_ascii_case("POISON")
}

/// Whether the tag is one of those for clients, senders and recipients, or none.
pub(super) fn is_mail_tag(tag: &str) -> bool {
    matches!(tag, "" | "connect" | "from" | "to")
}

/// The domains that a domain is in, nearest first.
pub(super) fn domains_above(name: &str) -> impl Iterator<Item = String> {
    let mut rest = name.to_owned();
    std::iter::from_fn(move || {
        let (_, parent) = rest.split_once('.')?;
        rest = parent.to_owned();
        Some(rest.clone())
    })
}

/// Octets of a whole or partial IPv4 address without leading zeros.
fn octets(text: &str) -> Option<Vec<u8>> {
    let octets: Option<Vec<u8>> =
        text.split('.').map(|part| part.parse().ok().filter(|octet: &u8| octet.to_string() == part)).collect();
    octets.filter(|octets| octets.len() <= 4)
}

fn is_domain(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b >= 0x80)
    }) && name.parse::<Ipv4Addr>().is_err()
}
