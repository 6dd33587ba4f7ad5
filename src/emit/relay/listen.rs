//! Listeners and outgoing connections.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, reader::Reader};
use crate::{
    site::{Listener as Statement, service_port},
    source::Span,
};

/// A socket that the relay listens on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Name of the listener in logs.
    pub name: String,
    /// Address family.
    #[serde(default, skip_serializing_if = "is_default")]
    pub family: Family,
    /// Address. Default: all addresses of the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// TCP port.
    #[serde(default = "smtp_port")]
    pub port: u16,
    /// Path of the socket, for family `unix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Maximum number of connections waiting to be accepted. Default: 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backlog: Option<u32>,
    /// Maximum number of concurrent sessions on this socket. Default: `limits.max_sessions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_sessions: Option<u32>,
    /// Sessions start with a TLS handshake.
    #[serde(default, skip_serializing_if = "is_default")]
    pub implicit_tls: bool,
    /// Do not offer STARTTLS.
    #[serde(default, skip_serializing_if = "is_default")]
    pub no_starttls: bool,
    /// Reject MAIL until the client has authenticated.
    #[serde(default, skip_serializing_if = "is_default")]
    pub require_auth: bool,
    /// Do not offer AUTH.
    #[serde(default, skip_serializing_if = "is_default")]
    pub no_auth: bool,
    /// Reject ETRN.
    #[serde(default, skip_serializing_if = "is_default")]
    pub no_etrn: bool,
    /// Accept addresses without a domain, even if `checks.accept_unqualified_senders` is not set.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accept_unqualified: bool,
    /// Always reject addresses without a fully qualified domain.
    #[serde(default, skip_serializing_if = "is_default")]
    pub require_qualified: bool,
    /// Whether to canonicalize host names. Default: `routes.canonify`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canonify: Option<bool>,
    /// Send mail received here from the address on which it was received.
    #[serde(default, skip_serializing_if = "is_default")]
    pub send_from_same_address: bool,
    /// Start the relay even if this socket cannot be opened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
}

/// An address family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// IPv4.
    #[default]
    Inet,
    /// IPv6.
    Inet6,
    /// A socket in the file system.
    Unix,
}

/// Outgoing connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct ClientSide {
    /// Source address of IPv4 connections. Default: chosen by the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_inet: Option<IpAddr>,
    /// Source address of IPv6 connections. Default: chosen by the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_inet6: Option<IpAddr>,
    /// Use the name of the source address in EHLO.
    #[serde(skip_serializing_if = "is_default")]
    pub helo_from_address: bool,
    /// Do not authenticate.
    #[serde(skip_serializing_if = "is_default")]
    pub no_auth: bool,
    /// Do not use STARTTLS.
    #[serde(skip_serializing_if = "is_default")]
    pub no_starttls: bool,
    /// Connect to this address instead of the actual destination, for tests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_to: Option<IpAddr>,
}

fn smtp_port() -> u16 {
    25
}

impl Listener {
    fn new(name: &str, family: Family, port: u16) -> Self {
        Self {
            name: name.to_owned(),
            family,
            address: None,
            port,
            path: None,
            backlog: None,
            max_sessions: None,
            implicit_tls: false,
            no_starttls: false,
            require_auth: false,
            no_auth: false,
            no_etrn: false,
            accept_unqualified: false,
            require_qualified: false,
            canonify: None,
            send_from_same_address: false,
            optional: false,
        }
    }

    fn modify(&mut self, letter: char) -> bool {
        match letter {
            'a' => self.require_auth = true,
            'b' => self.send_from_same_address = true,
            'c' => self.canonify = Some(true),
            'f' => self.require_qualified = true,
            's' => self.implicit_tls = true,
            'u' => self.accept_unqualified = true,
            'A' => self.no_auth = true,
            'C' => self.canonify = Some(false),
            'E' => self.no_etrn = true,
            'O' => self.optional = true,
            'S' => self.no_starttls = true,
            _ => return false,
        }
        true
    }
}

/// All listeners of the site, including sendmail's defaults.
pub(super) fn listeners(reader: &mut Reader<'_>) -> Vec<Listener> {
    let opened = reader.site.listeners.opened().into_iter().enumerate();
    opened.filter_map(|(number, (text, span))| listener(reader, &text, span, number)).collect()
}

fn listener(reader: &mut Reader<'_>, text: &Statement, span: Option<Span>, number: usize) -> Option<Listener> {
    let name = text.equate('N').map_or_else(|| format!("Daemon{number}"), str::to_owned);
    let mut listener = Listener::new(&name, Family::Inet, 25);
    let mut refused = Vec::new();
    for (key, value) in text.equates() {
        let key_letter = key.chars().next().unwrap_or(' ');
        let understood = match key_letter {
            'n' | 'N' => true,
            'f' | 'F' => family(value).map(|f| listener.family = f).is_some(),
            'p' | 'P' => service_port(value).map(|p| listener.port = p).is_some(),
            // Handled below, when the family is known.
            'a' | 'A' => true,
            'l' | 'L' => value.parse().map(|n| listener.backlog = Some(n)).is_ok(),
            'c' => value.parse().map(|n| listener.max_sessions = Some(n)).is_ok(),
            'm' | 'M' => {
                let unknown: String = value.chars().filter(|c| !c.is_whitespace() && !listener.modify(*c)).collect();
                unknown.is_empty()
            }
            // Socket buffers, load averages and delivery modes concern only sendmail's own operation.
            'S' | 's' | 'R' | 'r' | 'q' | 'Q' | 'd' | 'D' => true,
            _ => false,
        };
        if !understood {
            refused.push(format!("{key}={value}"));
        }
    }
    match (text.equate('A'), listener.family) {
        (Some(path), Family::Unix) => listener.path = Some(path.to_owned()),
        (Some(address), _) => match ip(address) {
            Some(ip) if ip.is_unspecified() => {}
            Some(ip) => listener.address = Some(ip),
            None => refused.push(format!("Addr={address}")),
        },
        (None, _) => {}
    }
    for part in &refused {
        reader.refuse(
            format!("{part} of DAEMON_OPTIONS `{}`", text.text),
            span,
            "relay.toml supports only numeric ports and addresses",
        );
    }
    refused.is_empty().then_some(listener)
}

impl ClientSide {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let mut side = Self {
            only_to: reader.parsed("ConnectOnlyTo", "an address", ip).filter(|ip| !ip.is_unspecified()),
            ..Self::default()
        };
        for statement in &reader.site.listeners.clients {
            side.read_statement(reader, &statement.value, statement.span);
        }
        side
    }

    fn read_statement(&mut self, reader: &mut Reader<'_>, text: &Statement, span: Span) {
        for (key, value) in text.equates() {
            let understood = match key.chars().next().unwrap_or(' ') {
                'f' | 'F' => family(value).is_some_and(|family| family != Family::Unix),
                'a' | 'A' => match ip(value) {
                    Some(ip) if ip.is_unspecified() => true,
                    Some(ip) if ip.is_ipv4() => self.from_inet.replace(ip).is_none(),
                    Some(ip) => self.from_inet6.replace(ip).is_none(),
                    None => false,
                },
                'm' | 'M' => value.chars().filter(|c| !c.is_whitespace()).all(|letter| {
                    match letter {
                        'h' => self.helo_from_address = true,
                        'A' => self.no_auth = true,
                        'S' => self.no_starttls = true,
                        _ => return false,
                    }
                    true
                }),
                'S' | 's' | 'R' | 'r' => true,
                _ => false,
            };
            if !understood {
                reader.refuse(
                    format!("{key}={value} of CLIENT_OPTIONS `{}`", text.text),
                    Some(span),
                    "relay.toml supports only numeric addresses, one per family",
                );
            }
        }
    }
}

fn family(word: &str) -> Option<Family> {
    match word.to_ascii_lowercase().as_str() {
        "inet" => Some(Family::Inet),
        "inet6" => Some(Family::Inet6),
        "local" | "unix" => Some(Family::Unix),
        _ => None,
    }
}

/// An address of sendmail.cf, with or without the prefix `IPv6:`.
pub(super) fn ip(word: &str) -> Option<IpAddr> {
    let bare = match word.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => word.get(5..)?,
        _ if word.eq_ignore_ascii_case("localhost") => "127.0.0.1",
        _ => word,
    };
    bare.parse().ok()
}
