//! Who asks for what.

use std::net::IpAddr;

/// A client, and the envelope of the message that it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its address.
    pub client: IpAddr,
    /// Its name, as DNS says in both directions; `None` if it has none.
    pub name: Option<String>,
    /// Whether that name has another address: "may be forged".
    pub is_forged: bool,
    /// What it calls itself in HELO or EHLO; its name or address if that is not said.
    pub helo: Option<String>,
    /// The sender of MAIL, without angle brackets; empty for `<>`. Without one only the connection is looked at.
    pub sender: Option<String>,
    /// The recipient of RCPT.
    pub recipient: Option<String>,
    /// Who it has authenticated as, if it has.
    pub user: Option<Login>,
    /// What is known of its certificate once it has said STARTTLS, if it has.
    pub tls: Option<Tls>,
    /// The name of the listener that it connects to; the first one that it can reach if that is not said.
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
    /// The macro `{verify}`: `OK`, `NO` for no certificate, `FAIL`, …
    pub verify: String,
    /// Distinguished name of the certificate's subject.
    pub subject: String,
    /// That of its issuer.
    pub issuer: String,
}

impl Login {
    /// `joe`, or `joe:MECHANISM`.
    pub fn of(text: &str) -> Self {
        let (name, mechanism) = text.split_once(':').unwrap_or((text, "PLAIN"));
        Self { name: name.to_owned(), mechanism: mechanism.to_owned() }
    }
}

impl Question {
    /// A client and nothing else.
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

    /// The address as macros have it.
    pub fn address(&self) -> String {
        address_of(self.client)
    }

    /// The name as macros have it: the address in brackets where there is none that is true.
    pub(super) fn client_name(&self) -> String {
        self.name.clone().filter(|_| !self.is_forged).unwrap_or_else(|| format!("[{}]", self.address()))
    }
}

/// An address as macros have it: IPv6 with a tag, in eight groups.
pub(super) fn address_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("IPv6:{}", address.segments().map(|group| format!("{group:x}")).join(":")),
    }
}
