//! A client and its message.

use std::net::IpAddr;

/// A client, and the envelope of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// IP address of the client.
    pub client: IpAddr,
    /// Host name of the client, confirmed by DNS in both directions; `None` if it has none.
    pub name: Option<String>,
    /// Whether that name resolves to another address: "may be forged".
    pub is_forged: bool,
    /// Name in HELO or EHLO; defaults to the host name or address.
    pub helo: Option<String>,
    /// Sender in MAIL, without angle brackets; empty for `<>`. `None` to check only the connection.
    pub sender: Option<String>,
    /// Recipient in RCPT.
    pub recipient: Option<String>,
    /// Authentication, if any.
    pub user: Option<Login>,
    /// TLS session with the client's certificate, if STARTTLS is used.
    pub tls: Option<Tls>,
    /// Name of the listener; defaults to the first one that the client can reach.
    pub listener: Option<String>,
}

/// A successful AUTH (RFC 4954).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub name: String,
    /// The mechanism: `PLAIN`.
    pub mechanism: String,
}

/// A successful STARTTLS (RFC 3207).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The macro `{verify}`: `OK`, `NO` without a certificate, `FAIL`, …
    pub verify: String,
    /// Distinguished name of the certificate's subject.
    pub subject: String,
    /// Distinguished name of its issuer.
    pub issuer: String,
}

impl Login {
    /// Parses `joe`, or `joe:MECHANISM`.
    pub fn of(text: &str) -> Self {
        let (name, mechanism) = text.split_once(':').unwrap_or((text, "PLAIN"));
        Self { name: name.to_owned(), mechanism: mechanism.to_owned() }
    }
}

impl Question {
    /// A question about the connection only.
    pub fn of(client: IpAddr) -> Self {
        Self {
            client,
            name: None,
            is_forged: false,
            helo: None,
            sender: None,
            recipient: None,
            user: None,
            tls: None,
            listener: None,
        }
    }

    /// The address as in macros.
    pub fn address(&self) -> String {
        address_of(self.client)
    }

    /// The name as in macros: the address in brackets if there is no confirmed name.
    pub(super) fn client_name(&self) -> String {
        self.name.clone().filter(|_| !self.is_forged).unwrap_or_else(|| format!("[{}]", self.address()))
    }
}

/// An address as in macros: IPv6 with a tag and eight groups.
pub(super) fn address_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("IPv6:{}", address.segments().map(|group| format!("{group:x}")).join(":")),
    }
}
