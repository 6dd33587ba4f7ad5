#![doc = include_str!("../findings/listener_collision.md")]

use std::collections::HashMap;

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Listener, Site, service_port},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "listener_collision",
    summary: "two listeners want the same port",
    severity: Severity::Warning,
    check,
    together: None,
};

/// What has to differ between two listeners.
struct Socket {
    family: String,
    /// Empty for all addresses.
    address: String,
    port: String,
    optional: bool,
    origin: Option<Span>,
}

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let on_linux = site.system.as_ref().is_some_and(|system| is_linux(&system.value));
    let mut opened = Opened::default();
    let mut found = Vec::new();
    // One with an address of another family keeps sendmail from starting: it is reported as a wrong value.
    let opens = |listener: &Listener| {
        let is_v6 = listener.equate('F').is_some_and(|family| family.eq_ignore_ascii_case("inet6"));
        let address = listener.equate('A').unwrap_or_default();
        is_v6 || !address.trim_start_matches("IPv6:").contains(':')
    };
    for (listener, origin) in site.listeners.opened().into_iter().filter(|(listener, _)| opens(listener)) {
        let socket = Socket::of(&listener, origin);
        match opened.excluding(&socket, on_linux) {
            Some(first) => found.extend(finding(first, &socket)),
            None => opened.add(socket),
        }
    }
    found
}

/// Listeners that can be opened beside each other, in order. A raw line each makes any number of them, so they are not gone through
/// for each new one.
#[derive(Default)]
struct Opened {
    sockets: Vec<Socket>,
    /// The first one of each family and port.
    first: HashMap<(String, String), usize>,
    /// The first one of each family, port and address.
    first_at: HashMap<(String, String, String), usize>,
}

impl Opened {
    fn add(&mut self, socket: Socket) {
        let number = self.sockets.len();
        let Socket { family, port, address, .. } = &socket;
        self.first.entry((family.clone(), port.clone())).or_insert(number);
        self.first_at.entry((family.clone(), port.clone(), address.clone())).or_insert(number);
        self.sockets.push(socket);
    }

    /// The first one beside which `later` cannot be opened. On Linux that of all addresses excludes that of any address.
    fn excluding(&self, later: &Socket, on_linux: bool) -> Option<&Socket> {
        let Socket { family, port, address, optional, .. } = later;
        if *optional {
            return None;
        }
        let at = |address: &str| self.first_at.get(&(family.clone(), port.clone(), address.to_owned()));
        let same = at(address);
        let number = match (on_linux, address.is_empty()) {
            (true, true) => self.first.get(&(family.clone(), port.clone())),
            (true, false) => same.into_iter().chain(at("")).min(),
            (false, _) => same,
        };
        self.sockets.get(*number?)
    }
}

/// `None` if the site asked for neither of them.
fn finding(first: &Socket, second: &Socket) -> Option<Diagnostic> {
    let why =
        "the system gives the port to one of them; sendmail tries for a minute and exits, and nothing listens any more";
    let port = &second.port;
    let found = Diagnostic::warning(RULE.code, format!("two listeners want port {port}")).why(why);
    match (first.origin, second.origin) {
        (Some(first), Some(second)) => Some(
            found
                .at(second, "again here")
                .at(first, "first here")
                .help("remove one of them, or give it another `Port` or `Addr`"),
        ),
        (Some(span), None) | (None, Some(span)) => Some(
            found
                .at(span, "sendmail adds a listener on this port by itself")
                .help("add FEATURE(`no_default_msa'), so that this one takes its place"),
        ),
        (None, None) => None,
    }
}

impl Socket {
    fn of(listener: &Listener, origin: Option<Span>) -> Self {
        let of = |letter, default: &str| listener.equate(letter).unwrap_or(default).to_ascii_lowercase();
        let port = of('P', "smtp");
        let port = service_port(&port).map_or(port, |number| number.to_string());
        let address = match of('A', "").as_str() {
            "0.0.0.0" | "::" => String::new(),
            address => address.to_owned(),
        };
        let optional = listener.equate('M').is_some_and(|letters| letters.contains('O'));
        Self { family: of('F', "inet"), address, port, optional, origin }
    }
}

/// Whether a system type of the catalog is one of Linux.
fn is_linux(system: &str) -> bool {
    system.contains("linux") || system == "debian"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(first: &str, second: &str) -> bool {
        let of = |text: &str| Socket::of(&Listener { text: text.to_owned() }, None);
        let mut opened = Opened::default();
        opened.add(of(first));
        opened.excluding(&of(second), true).is_some()
    }

    #[test]
    fn ports_and_addresses_are_told_apart() {
        for (first, second) in [
            ("Port=smtp, Name=MTA", "Port=25"),
            ("Name=MTA", "p=25"),
            ("Port=2525, Addr=192.0.2.1", "Port=2525, Addr=0.0.0.0"),
            ("Port=465, M=s", "Port=smtps, M=s"),
            ("Port=2525, M=O", "Port=2525"),
            ("Family=local, Addr=/run/s", "Family=local, Addr=/run/s"),
        ] {
            assert!(sockets(first, second), "{first} / {second}");
        }
        for (first, second) in [
            ("Port=smtp", "Port=587"),
            ("Port=2525, Addr=192.0.2.1", "Port=2525, Addr=192.0.2.2"),
            ("Port=2525", "Port=2525, Family=inet6"),
            ("Port=2525", "Port=2525, M=O"),
            ("Family=local, Addr=/run/s", "Family=local, Addr=/run/t"),
        ] {
            assert!(!sockets(first, second), "{first} / {second}");
        }
    }

    #[test]
    fn systems_of_linux_are_known_by_their_names() {
        assert!(["linux", "debian", "mklinux"].iter().all(|system| is_linux(system)));
        assert!(["freebsd6", "solaris11", "gnu"].iter().all(|system| !is_linux(system)));
    }
}
