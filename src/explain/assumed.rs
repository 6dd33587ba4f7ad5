//! A resolver for runs without zones.

use std::net::Ipv4Addr;

use crate::{
    rewrite::{Answer, RecordType, Resolver},
    syntax::zone::Data,
};

/// Assumes that every name is a host with an address, and its own best mail exchanger. Reverse lookups find nothing, and no DNS
/// list contains a client.
#[derive(Debug, Clone, Copy, Default)]
pub struct Assumed;

impl Resolver for Assumed {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        if !name.contains('.') || is_listing(name) || name.ends_with(".arpa") {
            return Answer::NoName;
        }
        match kind {
            // From a range reserved for examples (RFC 5737).
            RecordType::A => Answer::Records(vec![Data::A(Ipv4Addr::new(203, 0, 113, 1))]),
            _ => Answer::NoData,
        }
    }
}

/// Whether a name is a query of a DNS list for an address: `1.2.0.192.list.example`.
fn is_listing(name: &str) -> bool {
    let mut labels = name.split('.');
    let octets = labels.by_ref().take(4).filter(|label| label.parse::<u8>().is_ok()).count();
    let nibbles = name.split('.').take(32).filter(|label| label.len() == 1).count();
    octets == 4 || nibbles == 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_there_and_lists_are_empty() {
        assert!(matches!(Assumed.query("mail.example.net", RecordType::A), Answer::Records(_)));
        assert_eq!(Assumed.query("mail.example.net", RecordType::Mx), Answer::NoData);
        assert_eq!(Assumed.query("1.2.0.192.list.example", RecordType::A), Answer::NoName);
        assert_eq!(Assumed.query("1.2.0.192.in-addr.arpa", RecordType::Ptr), Answer::NoName);
        assert_eq!(Assumed.query("localname", RecordType::A), Answer::NoName);
    }
}
