//! DNS master files (RFC 1035 section 5.1), as far as mail is concerned.
//!
//! Names come out absolute, in lower case and without the final dot; every record knows its place. Types that mail has
//! nothing to do with are kept as text. What the records say about a site is the lint rules' business.

mod name;
mod parse;
mod record;

pub use name::{absolute, of_file_name, reverse};
pub use parse::parse;
pub use record::{Data, Record};

use std::collections::{BTreeSet, HashMap};

/// Records of one or more zones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones {
    /// Names of the zones: the owners of their SOA records, or the first origin of a file that has none.
    origins: BTreeSet<String>,
    /// Owners of NS records.
    servers: BTreeSet<String>,
    /// Records in the order of the files.
    records: Vec<Record>,
    /// Where in `records` those of a name are.
    by_owner: HashMap<String, Vec<usize>>,
}

impl Zones {
    /// Adds what another file holds.
    pub fn extend(&mut self, other: Zones) {
        self.origins.extend(other.origins);
        other.records.into_iter().for_each(|record| self.push(record));
    }

    fn push(&mut self, record: Record) {
        let owner = &record.owner.value;
        match record.data {
            Data::Soa { .. } => drop(self.origins.insert(owner.clone())),
            Data::Ns(_) => drop(self.servers.insert(owner.clone())),
            _ => {}
        }
        self.by_owner.entry(owner.clone()).or_default().push(self.records.len());
        self.records.push(record);
    }

    /// Whether no zone is known, so that nothing can be said about names.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Whether a name is in one of the zones, so that a record that is not here does not exist. Names below a delegation
    /// are in another zone.
    pub fn covers(&self, name: &str) -> bool {
        let is_delegated = |domain| self.servers.contains(domain) && !self.origins.contains(domain);
        upwards(name).any(|domain| self.origins.contains(domain)) && !upwards(name).any(is_delegated)
    }

    /// Every record, in the order of the files.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Records of a name in lower case, in the order of the files.
    pub fn of(&self, name: &str) -> impl Iterator<Item = &Record> {
        self.by_owner.get(name).into_iter().flatten().filter_map(|at| self.records.get(*at))
    }
}

/// A name and the domains that it is in, up to the root, which is empty.
fn upwards(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| match name.split_once('.') {
        Some((_, domain)) => Some(domain),
        None => (!name.is_empty()).then_some(""),
    })
}

#[cfg(test)]
mod tests;
