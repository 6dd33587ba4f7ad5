//! Names and addresses: the domain name system behind a trait, and answers of it from zone files.

use std::collections::HashSet;

use crate::syntax::zone::{Data, Zones};

/// Types of records that rules and maps ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// The name that a name is an alias of.
    Cname,
    /// Hosts that take mail.
    Mx,
    /// Name servers.
    Ns,
    /// The name of an address.
    Ptr,
    /// Texts.
    Txt,
    /// Servers of a service.
    Srv,
    /// AFS servers.
    Afsdb,
}

impl RecordType {
    /// The type of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "A" => Self::A,
            "AAAA" => Self::Aaaa,
            "CNAME" => Self::Cname,
            "MX" => Self::Mx,
            "NS" => Self::Ns,
            "PTR" => Self::Ptr,
            "TXT" => Self::Txt,
            "SRV" => Self::Srv,
            "AFSDB" => Self::Afsdb,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Txt => "TXT",
            Self::Srv => "SRV",
            Self::Afsdb => "AFSDB",
        }
    }

    /// Whether a record is of this type.
    pub fn is_of(self, data: &Data) -> bool {
        match data {
            Data::A(_) => self == Self::A,
            Data::Aaaa(_) => self == Self::Aaaa,
            Data::Cname(_) => self == Self::Cname,
            Data::Mx { .. } => self == Self::Mx,
            Data::Ns(_) => self == Self::Ns,
            Data::Ptr(_) => self == Self::Ptr,
            Data::Txt(_) => self == Self::Txt,
            Data::Soa { .. } => false,
            Data::Other { kind, .. } => Self::named(kind) == Some(self),
        }
    }
}

/// What a name server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The records, with the aliases that lead to them before them.
    Records(Vec<Data>),
    /// There is no such name.
    NoName,
    /// The name has no records of this type.
    NoData,
    /// It cannot be said now.
    TryAgain,
}

/// The domain name system.
pub trait Resolver {
    /// Records of one name, which has no final dot, and of one type. Aliases are followed.
    fn query(&self, name: &str, kind: RecordType) -> Answer;
}

/// Nothing can be said about any name.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoResolver;

impl Resolver for NoResolver {
    fn query(&self, _name: &str, _kind: RecordType) -> Answer {
        Answer::TryAgain
    }
}

/// Answers from zone files, without a server.
#[derive(Debug, Clone, Default)]
pub struct ZoneResolver {
    zones: Zones,
    /// Names that own nothing but have names below them.
    between: HashSet<String>,
    failing: Vec<String>,
}

/// Aliases are followed so far.
const ALIASES: usize = 16;

impl ZoneResolver {
    /// Answers from `zones`; names in a domain that is `failing` are answered with a failure.
    pub fn new(zones: Zones, failing: Vec<String>) -> Self {
        let mut between = HashSet::new();
        for record in zones.records() {
            let mut name = record.owner.value.as_str();
            while let Some((_, parent)) = name.split_once('.') {
                between.insert(parent.to_owned());
                name = parent;
            }
        }
        Self { zones, between, failing }
    }

    /// Whether a name is in a domain that is said to fail.
    pub fn fails(&self, name: &str) -> bool {
        let name = &name.trim_end_matches('.').to_ascii_lowercase();
        self.failing
            .iter()
            .any(|zone| name.strip_suffix(zone.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

/// A record as servers send it: the end of a name that the name asked for has too is not sent again, so it has its case.
pub(crate) fn compressed(data: &Data, asked: &str) -> Data {
    let mut data = data.clone();
    let name = match &mut data {
        Data::Mx { host, .. } => host,
        Data::Cname(name) | Data::Ns(name) | Data::Ptr(name) => name,
        _ => return data,
    };
    if asked.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let ends = std::iter::once(asked).chain(asked.match_indices('.').filter_map(|(at, _)| asked.get(at + 1..)));
        for end in ends.filter(|end| !end.is_empty()) {
            let start = name.value.len().checked_sub(end.len());
            let whole = |start: usize| start == 0 || name.value.as_bytes().get(start - 1) == Some(&b'.');
            if let Some(start) = start.filter(|start| whole(*start))
                && name.value.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
            {
                name.value.replace_range(start.., end);
                break;
            }
        }
    }
    data
}

impl ZoneResolver {
    /// Answers from the zones; names that none of them covers are `beyond`'s.
    pub fn query_beyond(&self, name: &str, kind: RecordType, beyond: &dyn Resolver) -> Answer {
        let asked = name.trim_end_matches('.');
        let mut name = asked.to_ascii_lowercase();
        let mut found = Vec::new();
        for step in 0..ALIASES {
            if self.fails(&name) {
                return Answer::TryAgain;
            }
            if !self.zones.covers(&name) {
                // The name as it was asked for, unless an alias led here.
                return match beyond.query(if step == 0 { asked } else { &name }, kind) {
                    Answer::Records(records) => {
                        found.extend(records);
                        Answer::Records(found)
                    }
                    Answer::NoName | Answer::NoData if !found.is_empty() => Answer::Records(found),
                    answer => answer,
                };
            }
            let mut exists = self.between.contains(&name);
            let mut alias = None;
            let before = found.len();
            for record in self.zones.of(&name) {
                exists = true;
                if kind.is_of(&record.data) {
                    found.push(compressed(&record.data, asked));
                } else if let Data::Cname(target) = &record.data {
                    alias = Some((compressed(&record.data, asked), target.value.clone()));
                }
            }
            match alias {
                Some((data, target)) if found.len() == before => {
                    found.push(data);
                    name = target;
                }
                _ if found.len() > before || found.iter().any(|data| matches!(data, Data::Cname(_))) => {
                    return Answer::Records(found);
                }
                _ if exists => return Answer::NoData,
                _ => return Answer::NoName,
            }
        }
        Answer::TryAgain
    }
}

impl Resolver for ZoneResolver {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        self.query_beyond(name, kind, &NoResolver)
    }
}
