//! DNS behind a trait, with an implementation that answers from zone files.

use std::collections::HashSet;

use crate::syntax::zone::{Data, Zones};

/// Types of records that rules and maps use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordType {
    /// IPv4 addresses (A).
    A,
    /// IPv6 addresses (AAAA).
    Aaaa,
    /// Canonical name of an alias (CNAME).
    Cname,
    /// Mail exchangers (MX).
    Mx,
    /// Name servers (NS).
    Ns,
    /// Name of an address (PTR).
    Ptr,
    /// Texts (TXT).
    Txt,
    /// Servers of a service (SRV).
    Srv,
    /// AFS servers (AFSDB).
    Afsdb,
}

impl RecordType {
    /// The type with this name, in any case.
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

    /// Name of the type.
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

/// Answer to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The records, preceded by the aliases that lead to them.
    Records(Vec<Data>),
    /// The name does not exist.
    NoName,
    /// The name has no records of this type.
    NoData,
    /// Temporary failure.
    TryAgain,
}

/// A DNS resolver.
pub trait Resolver {
    /// Queries records of one type for a name without a final dot. Aliases are followed.
    fn query(&self, name: &str, kind: RecordType) -> Answer;
}

/// A resolver for which every query fails temporarily.
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
    /// Names without records that have names below them.
    between: HashSet<String>,
    failing: Vec<String>,
}

/// Maximum CNAME chain length.
const MAX_ALIASES: usize = 16;

impl ZoneResolver {
    /// A resolver for `zones`, in which queries for domains in `failing` fail temporarily.
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

    /// Whether a name is in a failing domain.
    pub fn fails(&self, name: &str) -> bool {
        let name = &name.trim_end_matches('.').to_ascii_lowercase();
        self.failing
            .iter()
            .any(|zone| name.strip_suffix(zone.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

/// A record as servers send it: they do not repeat a suffix that the query contained, so it has the case of the query.
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
    /// Answers from the zones, or from `beyond` for names that no zone covers.
    pub fn query_beyond(&self, name: &str, kind: RecordType, beyond: &dyn Resolver) -> Answer {
        let asked = name.trim_end_matches('.');
        let mut name = asked.to_ascii_lowercase();
        let mut found = Vec::new();
        for step in 0..MAX_ALIASES {
            if self.fails(&name) {
                return Answer::TryAgain;
            }
            if !self.zones.covers(&name) {
                // The name as in the query, unless an alias led here.
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
