//! `host`: canonical host names, from a file or from DNS as the service switch says.

use std::net::IpAddr;

use super::{Change, Context, Flags, Found, Map, Maps, rewritten};
use crate::{
    rewrite::{
        program::is_true,
        resolve::{Answer, RecordType},
        text::{MacroId, Unit},
    },
    syntax::zone::Data,
};

/// The map of `$[…$]`.
pub(super) struct HostMap {
    pub(super) flags: Flags,
}

impl Map for HostMap {
    fn change(&self) -> Change {
        Change::Foreign
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, context: &mut Context<'_>) -> Found {
        if key.is_empty() {
            return Found::default();
        }
        let name = String::from_utf8_lossy(key).into_owned();
        let canonical = match name.strip_prefix('[') {
            Some(address) => match address.split_once(']') {
                Some((address, _)) => of_address(address, context),
                None => Canonical::Unknown,
            },
            None => canonical(&name, context),
        };
        match canonical {
            Canonical::Name(name) => Found::value(rewritten(&self.flags, key, name.as_bytes(), arguments)),
            Canonical::Unknown => Found::nothing(68),
            Canonical::TryAgain => {
                // The eighth bit is not shown.
                let shown = key.iter().map(|byte| byte & 0x7f).collect::<Vec<_>>();
                context.messages.push([&*shown, b": Name server timeout"].concat());
                Found::nothing(75)
            }
        }
    }
}

/// Result of a lookup of a host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Canonical {
    /// The canonical name, without a final dot.
    Name(String),
    /// The name does not exist.
    Unknown,
    /// Temporary failure.
    TryAgain,
}

/// The services for one kind of name, in the order of the service switch.
pub(super) fn services(kind: &str, context: &Context<'_>) -> Vec<String> {
    let path = context.options.get("serviceswitchfile").map_or(&b"/etc/mail/service.switch"[..], Vec::as_slice);
    let path = String::from_utf8_lossy(path).into_owned();
    let text = context.table(&path);
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        let mut words = line.split_ascii_whitespace();
        if words.next() == Some(kind) {
            return words.map(str::to_owned).collect();
        }
    }
    match kind {
        "hosts" => vec!["dns".to_owned(), "files".to_owned()],
        _ => vec!["files".to_owned()],
    }
}

/// Lines of the hosts file: an address with its names.
fn hosts(context: &Context<'_>) -> Vec<(String, Vec<String>)> {
    let path = context.options.get("hostsfile").map_or(&b"/etc/hosts"[..], Vec::as_slice);
    let path = String::from_utf8_lossy(path).into_owned();
    let text = context.table(&path);
    text.lines()
        .filter_map(|line| {
            let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace().map(str::to_owned);
            Some((words.next()?, words.collect()))
        })
        .collect()
}

/// The canonical name of a host.
pub(crate) fn canonical(name: &str, context: &Context<'_>) -> Canonical {
    let bare = name.strip_suffix('.').unwrap_or(name);
    for service in services("hosts", context) {
        let answer = match service.as_str() {
            "files" => in_file(bare, context),
            "dns" => in_dns(name, context).0,
            _ => Canonical::Unknown,
        };
        if answer != Canonical::Unknown {
            return answer;
        }
    }
    Canonical::Unknown
}

fn domain<'h>(context: &Context<'h>) -> &'h str {
    context.host.name.split_once('.').map_or("", |(_, domain)| domain)
}

fn in_file(name: &str, context: &Context<'_>) -> Canonical {
    for (_, names) in hosts(context) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let domain = context.macros.get(MacroId::of(b'm'));
        let domain = domain.into_iter().flat_map(|value| value.iter()).filter_map(|unit| match unit {
            Unit::Byte(byte) => Some(char::from(*byte)),
            _ => None,
        });
        let domain = domain.collect::<String>();
        return match names.iter().find(|known| known.contains('.')).or_else(|| names.first()) {
            Some(full) if full.contains('.') || domain.is_empty() => Canonical::Name(full.clone()),
            Some(short) => Canonical::Name(format!("{short}.{domain}")),
            None => Canonical::Unknown,
        };
    }
    Canonical::Unknown
}

/// Whether the option ResolverOptions turns a flag on or off.
fn resolver_option(name: &str, context: &Context<'_>) -> Option<bool> {
    let options = String::from_utf8_lossy(context.options.get("resolveroptions")?).to_ascii_lowercase();
    options.split_ascii_whitespace().rev().find_map(|option| match option.strip_prefix('-') {
        Some(off) => (off == name).then_some(false),
        None => (option.trim_start_matches('+') == name).then_some(true),
    })
}

/// Whether the option DontExpandCnames keeps aliases.
fn keeps_aliases(context: &Context<'_>) -> bool {
    let value = context.options.get("dontexpandcnames");
    value.is_some_and(|value| is_true(value))
}

/// The names to try for a name: itself, and with the host's domain appended.
pub(super) fn candidates(name: &str, context: &Context<'_>) -> Vec<String> {
    if let Some(full) = name.strip_suffix('.') {
        return vec![full.to_owned()];
    }
    let domain = domain(context);
    let long = format!("{name}.{domain}");
    let dotted = name.contains('.');
    let searched = resolver_option(if dotted { "dnsrch" } else { "defnames" }, context).unwrap_or(true);
    match (domain.is_empty() || !searched, dotted) {
        (true, _) => vec![name.to_owned()],
        (false, true) => vec![name.to_owned(), long],
        (false, false) => vec![long, name.to_owned()],
    }
}

/// The name under which DNS knows a host, and whether an alias led there.
fn in_dns(name: &str, context: &Context<'_>) -> (Canonical, bool) {
    // With a wildcard, every name would have an exchanger.
    let wildcard = resolver_option("haswildcardmx", context).unwrap_or(false);
    let kinds = if wildcard {
        &[RecordType::A, RecordType::Aaaa][..]
    } else {
        &[RecordType::A, RecordType::Aaaa, RecordType::Mx]
    };
    for candidate in candidates(name, context) {
        let mut fails = false;
        for kind in kinds.iter().copied() {
            match context.services.resolver.query(&candidate, kind) {
                Answer::Records(records) => {
                    let target = records.iter().rev().find_map(|record| match record {
                        Data::Cname(target) => Some(target.value.clone()),
                        _ => None,
                    });
                    let is_there = records.iter().any(|record| !matches!(record, Data::Cname(_)));
                    if is_there {
                        let alias = target.is_some();
                        let name = target.filter(|_| !keeps_aliases(context)).unwrap_or(candidate);
                        return (Canonical::Name(name), alias);
                    }
                }
                Answer::TryAgain => fails = true,
                Answer::NoName => break,
                Answer::NoData => {}
            }
        }
        if fails {
            return (Canonical::TryAgain, false);
        }
    }
    (Canonical::Unknown, false)
}

/// The name of an address, as written between brackets.
fn of_address(address: &str, context: &Context<'_>) -> Canonical {
    let address = address.strip_prefix("IPv6:").unwrap_or(address);
    let Ok(address) = address.parse::<IpAddr>() else { return Canonical::Unknown };
    let known = |text: &str| text.parse::<IpAddr>().is_ok_and(|other| other == address);
    if let Some(name) =
        hosts(context).into_iter().find(|(text, _)| known(text)).and_then(|(_, names)| names.into_iter().next())
    {
        return Canonical::Name(name);
    }
    match context.services.resolver.query(&reverse(address), RecordType::Ptr) {
        Answer::Records(records) => records
            .into_iter()
            .find_map(|record| match record {
                Data::Ptr(name) => Some(Canonical::Name(name.value)),
                _ => None,
            })
            .unwrap_or(Canonical::Unknown),
        Answer::TryAgain => Canonical::TryAgain,
        Answer::NoName | Answer::NoData => Canonical::Unknown,
    }
}

/// The DNS name for a reverse lookup of an address.
fn reverse(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(address) => {
            let digits = address.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            digits.map(|digit| format!("{digit:x}.")).collect::<String>() + "ip6.arpa"
        }
    }
}
