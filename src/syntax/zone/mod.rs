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

/// Records of one or more zones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones {
    /// Names of the zones: the owners of their SOA records, or the first origin of a file that has none.
    pub origins: Vec<String>,
    /// Records in the order of the files.
    pub records: Vec<Record>,
}

impl Zones {
    /// Adds what another file holds.
    pub fn extend(&mut self, other: Zones) {
        self.origins.extend(other.origins);
        self.records.extend(other.records);
    }

    /// Whether no zone is known, so that nothing can be said about names.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Whether a name is in one of the zones, so that a record that is not here does not exist. Names below a delegation
    /// are in another zone.
    pub fn covers(&self, name: &str) -> bool {
        self.origins.iter().any(|origin| is_in(name, origin))
            && !self.records.iter().any(|record| {
                matches!(record.data, Data::Ns(_))
                    && is_in(name, &record.owner.value)
                    && !self.origins.contains(&record.owner.value)
            })
    }

    /// Records of a name.
    pub fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| record.owner.value.eq_ignore_ascii_case(name))
    }
}

/// Whether `name` is `domain` or below it.
fn is_in(name: &str, domain: &str) -> bool {
    domain.is_empty() || name == domain || name.strip_suffix(domain).is_some_and(|head| head.ends_with('.'))
}

#[cfg(test)]
mod tests;
