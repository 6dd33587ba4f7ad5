//! Cases: what a client asks of a site, and what it should be told.

use std::net::IpAddr;

use crate::source::{Span, Spanned};

/// One case of a site's tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Where it is written.
    pub span: Span,
    /// What it shows, for people.
    pub about: Option<String>,
    /// Address of the client.
    pub client: IpAddr,
    /// Its name, if DNS has it in both directions.
    pub name: Option<String>,
    /// What it calls itself.
    pub helo: Option<String>,
    /// The sender, empty for `<>`; without one only the connection is looked at.
    pub from: Option<String>,
    /// The recipients, each of which is asked for by itself.
    pub to: Vec<String>,
    /// The user that it has authenticated as: `joe`, `joe:GSSAPI`.
    pub auth: Option<String>,
    /// What STARTTLS has found of its certificate: `OK`, `NO`, …
    pub tls: Option<String>,
    /// Distinguished name of the certificate's subject.
    pub cert_subject: Option<String>,
    /// That of its issuer.
    pub cert_issuer: Option<String>,
    /// The listener that it connects to, by its name.
    pub listener: Option<String>,
    /// What it should be told.
    pub expected: Expected,
}

/// What a client should be told; what is not said may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The verdict.
    pub verdict: Spanned<VerdictKind>,
    /// Code of the reply: 550.
    pub code: Option<Spanned<u16>>,
    /// Enhanced status code: `5.7.1`.
    pub status: Option<Spanned<String>>,
    /// A piece of the reply's text.
    pub text: Option<Spanned<String>>,
    /// The delivery agent.
    pub mailer: Option<Spanned<String>>,
    /// The host that it hands the message to.
    pub host: Option<Spanned<String>>,
    /// The recipient as the agent is told.
    pub recipient: Option<Spanned<String>>,
    /// The sender as the agent is told.
    pub sender: Option<Spanned<String>>,
}

/// A verdict, as cases name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictKind {
    /// It is taken.
    Accepted,
    /// It is refused for good.
    Refused,
    /// It is refused for now.
    Deferred,
    /// It is taken and thrown away.
    Discarded,
    /// It is taken and held.
    Quarantined,
}

impl VerdictKind {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 5] = [
        ("accepted", Self::Accepted),
        ("refused", Self::Refused),
        ("deferred", Self::Deferred),
        ("discarded", Self::Discarded),
        ("quarantined", Self::Quarantined),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, wanted)| *wanted == self).map_or("", |(name, _)| name)
    }
}
