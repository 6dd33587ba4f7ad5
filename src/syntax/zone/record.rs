//! Records.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::source::{Span, Spanned};

/// One record.
#[derive(Debug, Clone)]
pub struct Record {
    /// The name it belongs to; its place is that of the name, or of the record if the name stands on a line before.
    pub owner: Spanned<String>,
    /// What it says.
    pub data: Data,
    /// The place of type and data.
    pub span: Span,
}

/// Records are equal when they say the same.
impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.owner == other.owner && self.data == other.data
    }
}

impl Eq for Record {}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// A host that takes the name's mail.
    Mx {
        /// Lower is better.
        preference: u16,
        /// The host; empty for a name that takes no mail (RFC 7505).
        host: Spanned<String>,
    },
    /// The name of an address.
    Ptr(Spanned<String>),
    /// The name that this one is an alias of.
    Cname(Spanned<String>),
    /// A name server.
    Ns(Spanned<String>),
    /// The start of a zone.
    Soa {
        /// The first name server.
        primary: String,
    },
    /// Texts.
    Txt(Vec<String>),
    /// Another type.
    Other {
        /// Its name in upper case.
        kind: String,
        /// Its data as written; the name that a record of SRV or AFSDB ends in is whole.
        text: String,
    },
}
