#![doc = include_str!("../findings/listener_value.md")]

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    Rule, Surroundings,
    listeners::{KEYS, in_toml, is_legacy_v4, is_numeric, key_of},
    raw_lines::{piece_of, raw_options},
};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::{Listener, Site, service_port},
    source::{Span, Syntax},
};

pub(super) const RULE: Rule = Rule {
    code: "listener_value",
    summary: "sendmail does not take a key or value of DAEMON_OPTIONS or CLIENT_OPTIONS for what it says",
    severity: Severity::Error,
    check,
    together: None,
};

/// Modifiers of listeners, and of connections to others.
const MODIFIERS: [&str; 2] = ["abcfrsuACEOS", "hAS"];

/// Services that mail comes in by, as hosts name them.
const SERVICES: [&str; 7] = ["smtp", "mail", "smtps", "ssmtp", "submission", "submissions", "urd"];

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    // Rules of a site may ask for modifiers of its own.
    let reads_modifiers = site.raw.values().flatten().any(|raw| raw.text.contains("{daemon_flags}"));
    // A table of a site.toml does not stand in the source as sendmail.cf has it.
    let is_literal = around.syntax == Syntax::Mc;
    let daemons = site.listeners.daemons.iter().map(|one| (one.value.text.as_str(), Some(one.span), false, is_literal));
    let clients = site.listeners.clients.iter().map(|one| (one.value.text.as_str(), Some(one.span), true, is_literal));
    let raw = raw_options(site).filter_map(|option| match option.name {
        "DaemonPortOptions" => Some((option.value, option.value_place.or(option.place), false, true)),
        "ClientPortOptions" => Some((option.value, option.value_place.or(option.place), true, true)),
        _ => None,
    });
    let judge = |(text, place, is_client, is_literal): (&str, Option<Span>, bool, bool)| {
        Judged { is_literal, reads_modifiers, ..Judged::new(text, place, is_client) }.judge()
    };
    daemons.chain(clients).chain(raw).filter(|(text, ..)| !text.contains('$')).flat_map(judge).collect()
}

/// One value with what is found in it.
struct Judged<'a> {
    text: &'a str,
    listener: Listener,
    place: Option<Span>,
    /// The place of the part that is judged, where the text stands as it was written.
    part: Option<Span>,
    is_client: bool,
    /// Whether its place holds the text.
    is_literal: bool,
    /// Whether rules of the site ask for modifiers.
    reads_modifiers: bool,
    found: Vec<Diagnostic>,
}

/// What to do about a finding.
enum Remedy {
    /// A sentence.
    Say(String),
    /// What to write in place of the part.
    Write(String),
}

use Remedy::{Say, Write};

impl<'a> Judged<'a> {
    fn new(text: &'a str, place: Option<Span>, is_client: bool) -> Self {
        Self {
            text,
            listener: Listener { text: text.to_owned() },
            place,
            part: None,
            is_client,
            is_literal: true,
            reads_modifiers: false,
            found: Vec::new(),
        }
    }

    fn judge(mut self) -> Vec<Diagnostic> {
        let family = self.listener.equate('F').unwrap_or("inet").to_ascii_lowercase();
        let mut start = 0;
        for written in self.text.split(',') {
            let part = written.trim();
            let at = start + (written.len() - written.trim_start().len());
            start += written.len() + 1;
            self.part = self
                .place
                .filter(|_| self.is_literal)
                .and_then(|place| piece_of(place, self.text, at..at + part.len()));
            match part.split_once('=') {
                Some((key, value)) => self.equate(key.trim(), value.trim(), &family),
                None if part.is_empty() => {}
                None => {
                    let why = "sendmail passes over a part that has no `=` in it";
                    self.warning(format!("`{part}` is ignored"), why, without_equals(part));
                }
            }
        }
        self.found
    }

    fn equate(&mut self, key: &str, value: &str, family: &str) {
        let Some(read) = key_of(key) else {
            let near = nearest(key, KEYS).or_else(|| KEYS.into_iter().find(|known| known.eq_ignore_ascii_case(key)));
            let help = match near {
                Some(near) => Write(format!("{near}={value}")),
                None => Say(format!("allowed keys: {}", KEYS.join(", "))),
            };
            self.error(format!("unknown key `{key}`"), "sendmail does not know the parameter and does not start", help);
            return;
        };
        if let Some(meant) = KEYS.into_iter().find(|known| known.eq_ignore_ascii_case(key) && *known != read) {
            let (message, help) = (format!("`{key}` is read as `{read}`"), Write(format!("{meant}={value}")));
            let why = "the case of this letter tells two keys apart";
            match read == "DeliveryMode" && !is_delivery_mode(value) {
                true => {
                    self.error(message, "the case of this letter tells two keys apart: sendmail does not start", help)
                }
                false => self.warning(message, why, help),
            }
            return;
        }
        if let Some((first, rest)) = without_comma(value) {
            let help = Write(format!("{key}={first}, {rest}"));
            self.warning(format!("`{rest}` is not read"), "keys are separated by commas", help);
            if read != "Addr" {
                return;
            }
        }
        match read {
            "Family" => self.family(value),
            "Port" if matches!(family, "local" | "unix") => {
                let why = "a socket of this host has no port: sendmail does not start";
                self.error(format!("`Port` with the family `{family}`"), why, Say(format!("remove `{key}={value}`")));
            }
            "Port" => self.port(value),
            // The last one counts; those before it are not looked up.
            "Addr" if self.listener.equate('A') == Some(value) => self.address(value, family),
            "Modifiers" => self.modifiers(value),
            "DeliveryMode" if !is_delivery_mode(value) => self.error(
                format!("unknown delivery mode `{value}`"),
                "sendmail does not start",
                Say("allowed values: `background`, `interactive`, `queueonly`, or their first letters".into()),
            ),
            "Listen" | "children" | "delayLA" | "queueLA" | "refuseLA" | "RcvBufSize" | "SndBufSize"
                if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                let number = leading_number(value);
                let why = format!("sendmail reads the digits at its head: {number}");
                self.warning(
                    format!("`{key}={value}` is not a whole number"),
                    &why,
                    Say("write a whole number".into()),
                );
            }
            _ => {}
        }
    }

    fn family(&mut self, value: &str) {
        let lower = value.to_ascii_lowercase();
        if !["inet", "inet6", "local", "unix"].contains(&lower.as_str()) {
            let help = match lower.trim_matches(['"', '\'']) {
                "ipv4" | "4" | "inet4" | "inet" | "ip" => Write("Family=inet".into()),
                "ipv6" | "6" | "in6" | "inet6" | "ip6" => Write("Family=inet6".into()),
                _ => Say("allowed values: `inet`, `inet6`, `local`".into()),
            };
            self.error(format!("unknown address family `{value}`"), "sendmail does not start", help);
        }
    }

    fn port(&mut self, value: &str) {
        let bare = value.trim_matches(['"', '\'', '`']);
        if value != bare {
            let help = match nearest(bare, SERVICES) {
                Some(near) if service_port(bare).is_none() => Write(format!("Port={near}")),
                _ => Write(format!("Port={bare}")),
            };
            self.error(
                format!("service `{value}` is unknown"),
                "the quotes belong to the name: sendmail does not start",
                help,
            );
        } else if value.starts_with(|first: char| first.is_ascii_digit()) {
            let number = leading_number(value);
            if value.parse::<u16>().is_err() {
                let why = format!("sendmail reads the digits at its head, modulo 65536: {}", number & 0xffff);
                self.warning(format!("`{value}` is not a port"), &why, Say("write a number from 1 to 65535".into()));
            }
        } else if !value.starts_with(|first: char| first.is_ascii_alphabetic()) {
            self.error(
                format!("service `{value}` is unknown"),
                "sendmail does not start",
                Say("write a number from 1 to 65535, or the name of a service".into()),
            );
        } else if !SERVICES.contains(&value.to_ascii_lowercase().as_str())
            && let Some(near) = nearest(value, SERVICES)
        {
            self.warning(
                format!("service `{value}` is probably unknown"),
                "sendmail does not start unless the host's list of services has it",
                Write(format!("Port={near}")),
            );
        }
        if self.is_client && !value.is_empty() {
            self.warning(
                format!("`Port={value}` is the port that connections come from"),
                "sendmail binds its own end of every connection to it; it does not say which port of a server is called",
                Say(format!("remove it; to call port {value} of a relay, write `TCP $h {value}` into RELAY_MAILER_ARGS")),
            );
        }
    }

    fn address(&mut self, value: &str, family: &str) {
        let bare = value.trim_matches(['"', '\'', '`', '[', ']']);
        let without_tag = bare.strip_prefix("IPv6:").unwrap_or(bare);
        let is_v6 = without_tag.split('%').next().unwrap_or(without_tag).parse::<Ipv6Addr>().is_ok();
        let is_v4 = bare.parse::<Ipv4Addr>().is_ok();
        let has_family = self.listener.equate('F').is_some();
        let help = match family {
            "inet" if is_v6 && has_family => Say(format!("for the address {without_tag} the family is `inet6`")),
            "inet" if is_v6 => Write(format!("Family=inet6, Addr={without_tag}")),
            "inet6" if is_v4 => Say(format!("for the address {bare} the family is `inet`")),
            "inet" | "inet6" if value.is_empty() || value == "*" => {
                Say("leave `Addr` out to listen at every address".into())
            }
            "inet" | "inet6" if value != bare && !bare.is_empty() => Write(format!("Addr={bare}")),
            "inet" | "inet6" if value.contains('/') => Say("write one address, without a prefix length".into()),
            "inet" => match value.split_once(':') {
                Some((address, port)) => Say(format!("write `Port={port}, Addr={address}`")),
                None if is_numeric(value) && !is_legacy_v4(value) => {
                    Say("write an address of four numbers up to 255".into())
                }
                None => return,
            },
            "inet6" if value.contains(':') && !is_v6 => Say("write an IPv6 address, such as `::1`".into()),
            _ => return,
        };
        self.error(
            format!("unknown host `{value}`"),
            "sendmail takes it for the name of a host of this family and does not start",
            help,
        );
    }

    fn modifiers(&mut self, value: &str) {
        let [listener, client] = MODIFIERS;
        let known = if self.is_client { client } else { listener };
        let unknown = |letter: &char| !known.contains(*letter) && !letter.is_whitespace();
        let letters: String = value.chars().filter(unknown).collect();
        if !letters.is_empty() && !self.reads_modifiers {
            let rest: String = value.chars().filter(|letter| !letters.contains(*letter)).collect();
            let help = match rest.is_empty() {
                true => Say(format!("allowed letters: `{known}`")),
                false => Write(format!("M={rest}")),
            };
            self.warning(format!("unknown modifiers `{letters}`"), "sendmail sets flags that nothing reads", help);
        }
        if !self.is_client && value.contains('a') && value.contains('A') {
            self.warning(
                "the modifiers `a` and `A` exclude each other".into(),
                "the listener requires authentication and does not offer it, so that nobody can send",
                Say("remove one of them".into()),
            );
        }
    }

    fn error(&mut self, message: String, why: &str, remedy: Remedy) {
        self.push(Diagnostic::error(RULE.code, message), why, remedy);
    }

    fn warning(&mut self, message: String, why: &str, remedy: Remedy) {
        self.push(Diagnostic::warning(RULE.code, message), why, remedy);
    }

    fn push(&mut self, found: Diagnostic, why: &str, remedy: Remedy) {
        let mut found = found.why(why);
        if let Some(place) = self.part.or(self.place) {
            found = found.at(place, "");
        }
        self.found.push(match (remedy, self.part) {
            (Say(help), _) => found.help(help),
            (Write(text), _) if !self.is_literal => found.help(format!("write {}", in_toml(&text))),
            (Write(text), None) => found.help(format!("write `{text}`")),
            (Write(text), Some(part)) => found.help(format!("write `{text}`")).suggest(part, text),
        });
    }
}

/// sendmail looks at the first letter, and does not take a capital for it.
fn is_delivery_mode(value: &str) -> bool {
    value.starts_with(['b', 'd', 'i', 'q'])
}

/// What a part without `=` was probably meant to be.
fn without_equals(part: &str) -> Remedy {
    match part.split_once([':', ' ']) {
        Some((key, value)) if nearest(key, KEYS).is_some() => Write(format!("{key}={}", value.trim())),
        _ if part.bytes().all(|byte| byte.is_ascii_digit()) => Write(format!("Port={part}")),
        _ => Say("write `key=value`, or remove it".into()),
    }
}

/// A value that holds a further `key=value` behind a blank.
fn without_comma(value: &str) -> Option<(&str, &str)> {
    let (first, rest) = value.split_once([' ', '\t'])?;
    let (key, _) = rest.trim_start().split_once('=')?;
    key_of(key).filter(|_| key.trim_end().chars().all(|c| c.is_ascii_alphabetic())).map(|_| (first, rest.trim_start()))
}

/// The number that C reads at the head of a text.
fn leading_number(value: &str) -> u64 {
    let digits = value.bytes().take_while(u8::is_ascii_digit);
    digits.fold(0, |number: u64, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<Severity> {
        Judged::new(text, None, false).judge().into_iter().map(|found| found.severity).collect()
    }

    #[test]
    fn what_keeps_sendmail_from_starting_is_an_error() {
        for text in [
            "Family=inet5",
            "Addr=999.1.1.1",
            "Addr=::",
            "Family=inet, Addr=2001:db8::1",
            "Family=inet6, Addr=127.0.0.1",
            "Addr=[127.0.0.1]",
            "Port=\"smpt\"",
            "Port=-1",
            "Xyz=25",
            "Children=3",
            "Addr=192.0.2.1/24",
            "Addr=*",
            "Addr=192.0.2.1:25",
            "DeliveryMode=z",
        ] {
            assert_eq!(errors(text), [Severity::Error], "{text}");
        }
    }

    #[test]
    fn what_sendmail_takes_for_what_it_says_is_no_finding() {
        for text in [
            "Port=smtp, Name=MTA",
            "Family=inet6, Addr=IPv6:::1",
            "Family=INET",
            "Addr=0",
            "Addr=192.0.2",
            "Addr=localhost",
            "Family=local, Addr=/run/x",
            "Port = 25, Name = MTA,",
            "Prt=25",
            "Modify=E",
            "Name=MSA, Port=587, M=Ea, children=10, delayLA=3, DeliveryMode=q",
        ] {
            assert_eq!(errors(text), [], "{text}");
        }
    }

    #[test]
    fn what_is_lost_without_a_word_is_a_warning() {
        for text in
            ["Port=25 Name=MTA", "Port", "25", "RefuseLA=3", "Port=25x", "Port=99999", "M=xa", "M=aA", "Port=smpt"]
        {
            assert_eq!(errors(text), [Severity::Warning], "{text}");
        }
    }
}
