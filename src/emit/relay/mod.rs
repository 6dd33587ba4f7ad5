//! relay.toml: the runtime configuration of a relay that decides and routes as the site specifies.
//!
//! It can be understood without sendmail.cf: macros are named placeholders, option letters are booleans, `[host]` is a flag.
//! [`RelayConfig`] is the format, its doc comments are the descriptions in the published JSON Schema ([`schema`]), and
//! [`relay_config`] fills it from a site. Statements that a relay cannot honour are listed as [`Unsupported`]; such a site has no
//! relay.toml.
//!
//! Judging the site (lint) and running a relay are not its business.

mod access;
mod checks;
mod duration;
mod limits;
mod listen;
mod local;
mod masquerade;
mod names;
mod reader;
mod relaying;
mod reply;
mod routes;
mod smtp;
mod tables;
mod template;
mod timeouts;
mod tls;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use access::{Access, Action, AppliesTo, Requirement, Rule, Strength, Subject};
pub use checks::{Answer, Checks, DelayedChecks, DnsList, Listed, SpamRecipients, TemporaryFailure};
pub use duration::Period;
pub use limits::Limits;
pub use listen::{ClientSide, Family, Listener};
pub use local::{LocalDelivery, LocalDomains};
pub use masquerade::{Masquerade, Qualify};
pub use names::{ListFile, MapFile, Names};
pub use reader::Unsupported;
pub use relaying::{MailFrom, Relaying};
pub use reply::{Replies, Reply};
pub use routes::{Canonify, Host, NextHop, Protocol, RouteCharacter, Routes, VirtualUsers};
pub use smtp::{Greeting, Privacy, Smtp};
pub use template::Template;
pub use timeouts::{ByUrgency, Timeouts};
pub use tls::Tls;

use crate::{
    diagnostic::Diagnostic,
    site::Site,
    source::{SourceId, Span},
};

/// Version of the format that this program reads and writes.
pub const FORMAT: u32 = 1;

/// Runtime configuration of a mail relay.
///
/// Lists are in search order. A key that is not set has the default in its description. Domain names are compared without regard
/// to case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelayConfig {
    /// Version of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub format: u32,
    /// Names of the relay.
    #[serde(default, skip_serializing_if = "is_default")]
    pub names: Names,
    /// Sockets that the relay listens on.
    #[serde(default)]
    pub listen: Vec<Listener>,
    /// Outgoing connections.
    #[serde(default, skip_serializing_if = "is_default")]
    pub connect: ClientSide,
    /// SMTP sessions with clients.
    #[serde(default, skip_serializing_if = "is_default")]
    pub smtp: Smtp,
    /// Replies to rejected commands.
    #[serde(default)]
    pub replies: Replies,
    /// Local domains and local delivery.
    #[serde(default, skip_serializing_if = "is_default")]
    pub local: LocalDomains,
    /// Relaying policy.
    #[serde(default, skip_serializing_if = "is_default")]
    pub relaying: Relaying,
    /// The access map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Checks of clients and senders.
    #[serde(default, skip_serializing_if = "is_default")]
    pub checks: Checks,
    /// Routing of mail.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routes: Routes,
    /// Masquerading of outgoing addresses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub masquerade: Masquerade,
    /// Sizes and counts.
    #[serde(default)]
    pub limits: Limits,
    /// Timeouts.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// TLS.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tls: Tls,
}

/// Converts a site to the configuration of a relay.
///
/// # Errors
/// All statements of the site that a relay cannot honour.
pub fn relay_config(site: &Site) -> Result<RelayConfig, Vec<Unsupported>> {
    let mut reader = reader::Reader::new(site);
    let config = RelayConfig {
        format: FORMAT,
        names: Names::read(&mut reader),
        listen: listen::listeners(&mut reader),
        connect: ClientSide::read(&mut reader),
        smtp: Smtp::read(&mut reader),
        replies: Replies::read(&mut reader),
        local: LocalDomains::read(&mut reader),
        relaying: Relaying::read(&mut reader),
        access: access::read(&mut reader),
        checks: Checks::read(&mut reader),
        routes: Routes::read(&mut reader),
        masquerade: Masquerade::read(&mut reader),
        limits: Limits::read(&mut reader),
        timeouts: Timeouts::read(&mut reader),
        tls: Tls::read(&mut reader),
    };
    tables::refuse(&mut reader);
    reader.finish(config)
}

impl RelayConfig {
    /// The text of relay.toml.
    ///
    /// # Errors
    /// A number that TOML cannot hold (above 2^63 - 1).
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        // `toml::to_string_pretty` gives the same text, but its time grows with the square of the number of access entries.
        let mut body = toml::ser::Buffer::new();
        self.serialize(toml::Serializer::pretty(&mut body))?;
        Ok(format!("# Runtime configuration of a mail relay, format {FORMAT}. Written by relaycc.\n\n{body}"))
    }

    /// Reads a relay.toml.
    ///
    /// # Errors
    /// Text that is not TOML, unknown keys, values of the wrong type, and formats other than [`FORMAT`].
    pub fn from_toml(text: &str, source: SourceId) -> Result<Self, Box<Diagnostic>> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().unwrap_or(0..0);
            let diagnostic = Diagnostic::error("relay_toml", format!("relay.toml: {}", first_line(error.message())))
                .at(Span::new(source, at.start, at.end), "")
                .help("compare the file with the output of `relaycc schema relay`");
            Box::new(diagnostic)
        })?;
        if config.format == FORMAT {
            Ok(config)
        } else {
            let at = text.find("format").unwrap_or(0);
            let diagnostic =
                Diagnostic::error("relay_format", format!("unsupported format {} of relay.toml", config.format))
                    .at(Span::new(source, at, at + "format".len()), "")
                    .why(format!("only format {FORMAT} is supported"))
                    .help("rebuild relay.toml from the site");
            Err(Box::new(diagnostic))
        }
    }
}

/// The JSON Schema of relay.toml (draft 2020-12).
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(RelayConfig)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

/// Whether a value is the default of its type, so that it can be omitted.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests;
