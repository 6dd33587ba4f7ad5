//! Records.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::source::{Span, Spanned};

/// One record.
#[derive(Debug, Clone)]
pub struct Record {
    /// Owner; its place is that of the name, or of the record if the name is on an earlier line.
    pub owner: Spanned<String>,
    /// Data.
    pub data: Data,
    /// Place of type and data.
    pub span: Span,
}

/// Records are equal if their owners and data are.
impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.owner == other.owner && self.data == other.data
    }
}

impl Eq for Record {}

/// Data of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// A mail exchanger.
    Mx {
        /// Preference; lower is better.
        preference: u16,
        /// Host; empty for a domain without mail (RFC 7505).
        host: Spanned<String>,
    },
    /// Name of an address.
    Ptr(Spanned<String>),
    /// Canonical name of an alias.
    Cname(Spanned<String>),
    /// A name server.
    Ns(Spanned<String>),
    /// Start of a zone.
    Soa {
        /// Primary name server.
        primary: String,
    },
    /// Texts.
    Txt(Vec<String>),
    /// Another type.
    Other {
        /// Its name in upper case.
        kind: String,
        /// Data as written, except that the name at the end of SRV and AFSDB records is absolute.
        text: String,
    },
}
