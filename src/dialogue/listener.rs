//! The listeners of a configuration, from its `DaemonPortOptions` (op guide section 5.6).

use std::net::IpAddr;

use super::question::Question;
use crate::{rewrite::Program, syntax::cf::equates::equate};

/// When an accepted message is delivered: option `DeliveryMode`, or the key of that name of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeliveryMode {
    /// `b`: in the background, as soon as it is accepted.
    #[default]
    Background,
    /// `i`: before the reply to the client.
    Interactive,
    /// `q`: by the next queue run.
    Queue,
    /// `d`: by the next queue run; until then no map is queried, and mail is accepted unchecked.
    Deferred,
}

impl DeliveryMode {
    /// The mode for a value; only its first letter counts, as in sendmail.
    pub fn of(value: &str) -> Option<Self> {
        match value.chars().next()? {
            'b' => Some(Self::Background),
            'i' => Some(Self::Interactive),
            'q' => Some(Self::Queue),
            'd' => Some(Self::Deferred),
            _ => None,
        }
    }

    /// The letter in `${deliveryMode}`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Background => "b",
            Self::Interactive => "i",
            Self::Queue => "q",
            Self::Deferred => "d",
        }
    }

    /// The default mode of a configuration.
    pub(super) fn of_program(program: &Program) -> Self {
        let value = program.option("deliverymode").unwrap_or_default();
        Self::of(&String::from_utf8_lossy(value)).unwrap_or_default()
    }
}

/// One socket that the daemon listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// `${daemon_name}`.
    pub name: String,
    /// `${daemon_family}`: `inet`, `inet6`, `local`.
    pub family: String,
    /// `${daemon_addr}`: the address of the socket, `0.0.0.0` or `::` for all.
    pub address: String,
    /// `${daemon_port}`, as a number if possible.
    pub port: String,
    /// Letters of the modifiers.
    pub modifiers: String,
    /// When messages received here are delivered.
    pub delivery_mode: DeliveryMode,
}

impl Listener {
    /// The first default listener of sendmail: port 25, all addresses.
    fn of(options: &str, index: usize, mode: DeliveryMode) -> Self {
        let value = |letter| equate(options, letter).unwrap_or_default();
        let family = match value('F').to_ascii_lowercase().as_str() {
            "" => "inet".to_owned(),
            family => family.to_owned(),
        };
        let address = match value('A') {
            "" if family == "inet6" => "::".to_owned(),
            "" => "0.0.0.0".to_owned(),
            address => address.to_owned(),
        };
        let port = match value('P') {
            "" | "smtp" => "25",
            "submission" => "587",
            "smtps" | "submissions" | "urd" => "465",
            port => port,
        };
        let name = match value('N') {
            "" => format!("Daemon{index}"),
            name => name.to_owned(),
        };
        Self {
            name,
            family,
            address,
            port: port.to_owned(),
            modifiers: value('M').chars().filter(|letter| !letter.is_whitespace()).collect(),
            delivery_mode: DeliveryMode::of(value('D')).unwrap_or(mode),
        }
    }

    /// The listener that a question names, or the first that its client can reach.
    pub(super) fn of_question(program: &Program, question: &Question) -> Self {
        let mut all = listeners(program, question.client).into_iter();
        let first = all.next();
        let is_named = |listener: &Self| question.listener.as_ref().is_some_and(|name| listener.name == *name);
        match first {
            Some(first) if is_named(&first) => first,
            Some(first) => all.find(is_named).unwrap_or(first),
            None => Self::of("", 0, DeliveryMode::of_program(program)),
        }
    }

    /// Whether clients must authenticate before MAIL: modifier `a`.
    pub fn requires_login(&self) -> bool {
        self.has('a')
    }

    /// Whether it has a modifier.
    fn has(&self, modifier: char) -> bool {
        self.modifiers.contains(modifier)
    }

    /// `${daemon_flags}`: each lower-case letter followed by a blank, each upper-case letter doubled and followed by a blank.
    pub(super) fn flags(&self) -> String {
        self.modifiers
            .chars()
            .map(|letter| if letter.is_ascii_uppercase() { format!("{letter}{letter} ") } else { format!("{letter} ") })
            .collect()
    }

    /// The address, if the socket is bound to a single one.
    pub fn bound(&self) -> Option<IpAddr> {
        let address = self.address.trim_start_matches("IPv6:").trim_matches(['[', ']']);
        address.parse().ok().filter(|address: &IpAddr| !address.is_unspecified())
    }

    /// Whether a client with this address can use the listener.
    fn takes(&self, client: IpAddr) -> bool {
        match self.family.as_str() {
            "inet" => client.to_canonical().is_ipv4(),
            "inet6" => client.is_ipv6(),
            _ => true,
        }
    }
}

/// The listeners that a client with this address can reach: those of its address family, or all if there are none. Routing and
/// address translation are not considered.
pub fn listeners(program: &Program, client: IpAddr) -> Vec<Listener> {
    let mode = DeliveryMode::of_program(program);
    let texts = program.listeners.iter().map(|text| String::from_utf8_lossy(text));
    let mut all = texts.enumerate().map(|(index, text)| Listener::of(&text, index, mode)).collect::<Vec<_>>();
    if all.is_empty() {
        all.push(Listener::of("", 0, mode));
    }
    let reached = all.iter().filter(|listener| listener.takes(client)).cloned().collect::<Vec<_>>();
    if reached.is_empty() { all } else { reached }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_a_listener_are_read_by_first_letters() {
        let listener = Listener::of("Port=smtps, name=TLS, Modify=Eu, DeliveryMode=d", 0, DeliveryMode::Background);
        assert_eq!((listener.port.as_str(), listener.name.as_str()), ("465", "TLS"));
        assert_eq!(listener.delivery_mode, DeliveryMode::Deferred);
        // As sendmail 8.17 prints ${daemon_flags}.
        assert_eq!(listener.flags(), "EE u ");
        let plain = Listener::of("", 1, DeliveryMode::Queue);
        assert_eq!((plain.name.as_str(), plain.address.as_str()), ("Daemon1", "0.0.0.0"));
        assert_eq!(plain.delivery_mode, DeliveryMode::Queue);
    }
}
