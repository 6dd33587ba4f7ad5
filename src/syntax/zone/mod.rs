//! DNS master files (RFC 1035 section 5.1), as far as mail needs them.
//!
//! Names become absolute, lower-case and without a trailing dot; every record has its place. Types that mail does not use are
//! kept as text. Judging the records is the business of the lint rules.

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
    /// Names of the zones: owners of SOA records, or the first origin of a file without one.
    origins: BTreeSet<String>,
    /// Owners of NS records.
    servers: BTreeSet<String>,
    /// Records in the order of the files.
    records: Vec<Record>,
    /// Indices in `records` by name.
    by_owner: HashMap<String, Vec<usize>>,
}

impl Zones {
    /// Adds the contents of another file.
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

    /// Whether there are no zones, so that nothing is known about names.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Whether a name is in one of the zones, so that a missing record does not exist. Names below a delegation are in another
    /// zone.
    pub fn covers(&self, name: &str) -> bool {
        let is_delegated = |domain| self.servers.contains(domain) && !self.origins.contains(domain);
        upwards(name).any(|domain| self.origins.contains(domain)) && !upwards(name).any(is_delegated)
    }

    /// All records, in the order of the files.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Records of a lower-case name, in the order of the files.
    pub fn of(&self, name: &str) -> impl Iterator<Item = &Record> {
        self.by_owner.get(name).into_iter().flatten().filter_map(|at| self.records.get(*at))
    }
}

/// A name and its parent domains, up to the root, which is empty.
fn upwards(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| match name.split_once('.') {
        Some((_, domain)) => Some(domain),
        None => (!name.is_empty()).then_some(""),
    })
}

#[cfg(test)]
mod tests;
