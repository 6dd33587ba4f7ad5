//! `dns` and `bestmx`: DNS records.

use super::{
    Change, Context, Flags, Found, Map, Maps,
    host::{Canonical, candidates, canonical},
    rewritten,
};
use crate::{
    rewrite::{
        program::groups,
        resolve::{Answer, RecordType},
    },
    syntax::zone::Data,
};

/// `dns`: records of one type.
pub(super) struct Dns {
    flags: Flags,
    kind: Option<RecordType>,
}

impl Dns {
    pub(super) fn new(flags: Flags) -> Self {
        let kind = RecordType::named(&String::from_utf8_lossy(&flags.record));
        Self { flags, kind }
    }
}

impl Map for Dns {
    fn change(&self) -> Change {
        Change::Foreign
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, context: &mut Context<'_>) -> Found {
        let Some(kind) = self.kind else { return Found::default() };
        let mut name = String::from_utf8_lossy(key).into_owned();
        if !self.flags.base.is_empty() {
            name = format!("{name}.{}", String::from_utf8_lossy(&self.flags.base));
        }
        let mut values = Vec::new();
        match search(&name, kind, context) {
            Answer::Records(records) => {
                values.extend(records.iter().filter_map(|record| written(record, kind)));
            }
            Answer::TryAgain => return Found::nothing(75),
            Answer::NoName | Answer::NoData => return Found::nothing(68),
        }
        if values.is_empty() {
            return Found::nothing(68);
        }
        let value = match self.flags.delimiter {
            Some(delimiter) => {
                match self.flags.limit {
                    0 => {}
                    1 => values.truncate(1),
                    // sendmail returns one more.
                    limit => values.truncate(limit.saturating_add(1)),
                }
                joined(&values, delimiter)
            }
            None => values.swap_remove(0),
        };
        Found::value(rewritten(&self.flags, key, value.as_bytes(), arguments))
    }
}

/// Joins values, with `...` in place of those that exceed sendmail's buffer.
fn joined(values: &[String], delimiter: u8) -> String {
    const MAX_LENGTH: usize = 627;
    const REST: &str = "...";
    let delimiter = char::from(delimiter);
    let mut out = String::new();
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            out.push(delimiter);
        }
        let behind = if number + 1 < values.len() { 1 + REST.len() } else { 0 };
        if out.len() + value.len() + behind > MAX_LENGTH {
            out.push_str(REST);
            break;
        }
        out.push_str(value);
    }
    out
}

/// Queries a name as it is and within the host's domain; returns the first answer.
fn search(name: &str, kind: RecordType, context: &Context<'_>) -> Answer {
    let mut last = Answer::NoName;
    for candidate in candidates(name, context) {
        match context.services.resolver.query(&candidate, kind) {
            Answer::NoName if last == Answer::NoData => {}
            Answer::NoName => last = Answer::NoName,
            Answer::NoData => last = Answer::NoData,
            found => return found,
        }
    }
    last
}

/// The value for a record of this type.
fn written(record: &Data, kind: RecordType) -> Option<String> {
    Some(match (record, kind) {
        (Data::A(address), RecordType::A) => address.to_string(),
        (Data::Aaaa(address), RecordType::Aaaa) => format!("IPv6:{}", groups(*address)),
        (Data::Cname(name), RecordType::Cname)
        | (Data::Ns(name), RecordType::Ns)
        | (Data::Ptr(name), RecordType::Ptr) => name.value.clone(),
        (Data::Mx { host, .. }, RecordType::Mx) => host.value.clone(),
        // sendmail uses only the first string.
        (Data::Txt(texts), RecordType::Txt) => texts.first().cloned().unwrap_or_default(),
        // The host comes last.
        (Data::Other { text, .. }, RecordType::Srv | RecordType::Afsdb) => {
            let host = text.split_ascii_whitespace().next_back().unwrap_or_default();
            host.strip_suffix('.').unwrap_or(host).to_owned()
        }
        _ => return None,
    })
}

/// The mail exchangers of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exchangers {
    /// These hosts, the best one first, each with a final dot unless it is an address in brackets.
    Hosts(Vec<String>),
    /// The domain does not exist.
    Unknown,
    /// The name exists, but is not a host.
    None,
    /// The domain accepts no mail (RFC 7505).
    Null,
    /// Temporary failure.
    TryAgain,
}

/// The mail exchangers of a domain. With `files`, a host that is only in the hosts file is its own exchanger.
pub(crate) fn exchangers(name: &str, files: bool, context: &Context<'_>) -> Exchangers {
    if let Some(address) = name.strip_prefix('[') {
        let address = address.split(']').next().unwrap_or_default();
        let address = address.strip_prefix("IPv6:").unwrap_or(address);
        return match address.parse::<std::net::IpAddr>() {
            Ok(_) => Exchangers::Hosts(vec![name.to_owned()]),
            Err(_) => Exchangers::None,
        };
    }
    let reason = match search(name, RecordType::Mx, context) {
        Answer::Records(records) => {
            let mut hosts = records
                .into_iter()
                .filter_map(|record| match record {
                    Data::Mx { preference, host } => Some((preference, host.value)),
                    _ => None,
                })
                .collect::<Vec<_>>();
            if let [(_, only)] = hosts.as_slice()
                && only.is_empty()
            {
                return Exchangers::Null;
            }
            hosts.sort_by_key(|(preference, _)| *preference);
            if hosts.is_empty() {
                return Exchangers::None;
            }
            return Exchangers::Hosts(hosts.into_iter().map(|(_, host)| format!("{host}.")).collect());
        }
        Answer::TryAgain => return Exchangers::TryAgain,
        reason => reason,
    };
    if reason == Answer::NoName && !(files && is_in_file(name, context)) {
        return Exchangers::Unknown;
    }
    match canonical(name, context) {
        Canonical::Name(name) => Exchangers::Hosts(vec![format!("{name}.")]),
        Canonical::Unknown => Exchangers::None,
        Canonical::TryAgain => Exchangers::TryAgain,
    }
}

/// The hosts that are the best mail exchangers of a domain, without final dots; none if it has no MX records, or they are not
/// known now.
pub(crate) fn best_exchangers(name: &str, context: &Context<'_>) -> Vec<String> {
    let Answer::Records(records) = search(name, RecordType::Mx, context) else { return Vec::new() };
    let exchangers = records.into_iter().filter_map(|record| match record {
        Data::Mx { preference, host } => Some((preference, host.value)),
        _ => None,
    });
    let exchangers = exchangers.collect::<Vec<_>>();
    let best = exchangers.iter().map(|(preference, _)| *preference).min();
    exchangers.into_iter().filter(|(preference, _)| Some(*preference) == best).map(|(_, host)| host).collect()
}

fn is_in_file(name: &str, context: &Context<'_>) -> bool {
    !name.contains('.') && matches!(canonical(name, context), Canonical::Name(_))
}

/// `bestmx`: the best exchanger, or all of them.
pub(super) struct BestMx {
    pub(super) flags: Flags,
}

impl Map for BestMx {
    fn change(&self) -> Change {
        Change::Foreign
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, context: &mut Context<'_>) -> Found {
        let name = String::from_utf8_lossy(key).into_owned();
        match exchangers(&name, false, context) {
            Exchangers::Hosts(mut hosts) => {
                let value = match self.flags.delimiter {
                    Some(delimiter) => hosts.join(&*char::from(delimiter).to_string()),
                    None if hosts.is_empty() => return Found::default(),
                    None => hosts.swap_remove(0),
                };
                Found::value(rewritten(&self.flags, key, value.as_bytes(), arguments))
            }
            Exchangers::Unknown => Found::nothing(68),
            Exchangers::None => Found::default(),
            Exchangers::Null => Found::nothing(69),
            Exchangers::TryAgain => Found::nothing(75),
        }
    }
}
