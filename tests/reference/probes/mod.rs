//! Which questions a configuration is asked: a fixed list, and what its own classes and map keys suggest.

mod derived;
mod fixed;

use std::collections::{BTreeMap, BTreeSet};

pub use derived::derived;
pub use fixed::{fixed, recorded};

use crate::probe::Probe;

/// What a configuration names, as far as probes are drawn from it.
#[derive(Debug, Default)]
pub struct Known {
    /// Members of the classes that hold names: `w`, `R`, `M`, … without the host's own addresses.
    pub classes: BTreeMap<&'static str, BTreeSet<String>>,
    /// Keys of the maps that it reads, by map name.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The delivery agents that it declares, besides those that every site of a relay has.
    pub agents: Vec<String>,
    /// Trusted users besides those of every site.
    pub trusted: Vec<String>,
    /// Rulesets that check headers.
    pub header_checks: Vec<String>,
    /// Domains that rules take away behind local names.
    pub suffixes: BTreeSet<String>,
}

/// The classes that are read for [`Known`].
pub const CLASSES: [&str; 15] =
    ["w", "R", "M", "N", "E", "L", "m", "{VirtHost}", "{Canonify}", "U", "V", "W", "X", "Y", "Z"];

/// Further classes of domains, of which only those members are asked about that the configuration itself lists.
pub const LISTED_CLASSES: [&str; 5] = ["G", "B", "LDAPRoute", "LDAPRouteEquiv", "MappedDomain"];

/// Probes that print the members of [`CLASSES`].
pub fn of_classes() -> Vec<Probe> {
    CLASSES.iter().map(|class| Probe { envelope: Vec::new(), command: format!("$={class}") }).collect()
}

/// A client as `sendmail` describes it in macros.
#[derive(Clone)]
struct Client {
    name: String,
    address: String,
    resolve: &'static str,
}

impl Client {
    fn new(name: &str, address: &str, resolve: &'static str) -> Client {
        Client { name: name.to_owned(), address: address.to_owned(), resolve }
    }

    fn outside() -> Client {
        Client::new("host.outside.test", "203.0.113.5", "OK")
    }

    fn local() -> Client {
        Client::new("localhost", "127.0.0.1", "OK")
    }

    /// A client without a name, at `address`.
    fn nameless(address: &str) -> Client {
        Client { name: format!("[{address}]"), address: address.to_owned(), resolve: "FAIL" }
    }

    fn envelope(&self) -> Vec<(&'static str, String)> {
        vec![
            ("client_addr", self.address.clone()),
            ("client_name", self.name.clone()),
            ("client_resolve", self.resolve.to_owned()),
        ]
    }

    /// One probe from this client.
    fn asks(&self, command: impl Into<String>) -> Probe {
        Probe { envelope: self.envelope(), command: command.into() }
    }

    /// One probe from this client in a transaction of `sender`.
    fn asks_for(&self, sender: &str, command: impl Into<String>) -> Probe {
        self.asks(command).with("f", sender)
    }
}

impl Probe {
    /// The same with one more macro.
    fn with(mut self, name: &'static str, value: &str) -> Probe {
        self.envelope.push((name, value.to_owned()));
        self
    }
}

/// How a mailer writes an address, as sender (`S`) or recipient (`R`), of the envelope (`E`) or the header (`H`).
fn tries(flags: &str, mailer: &str, address: &str) -> Probe {
    Probe { envelope: Vec::new(), command: format!("/tryflags {flags}\n/try {mailer} {address}") }
}
