//! Verifies that a configuration does what its site says, with questions whose answers follow from the site alone.
//!
//! The expected answers come from the IR: who may relay, whom mail is relayed for, and how mail of a domain is routed. Raw rules
//! may contradict them, and so may a bug in this program; neither should be deployed unnoticed.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    catalog::table::TableKind,
    diagnostic::Diagnostic,
    dialogue::{Command, Dialogue, Event, Question},
    site::{Class, Site},
    source::Span,
};

/// A client that no site mentions (RFC 5737).
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 254));
/// A sender and a recipient that no site mentions (RFC 6761).
const SENDER: &str = "stranger@stranger.invalid.example";
const RECIPIENT: &str = "somebody@elsewhere.invalid.example";

/// Puts a question to the generated configuration.
pub type Ask<'a> = &'a mut dyn FnMut(&Question) -> Dialogue;

/// The differences between configuration and site, and the number of questions.
pub fn verify(site: &Site, ask: Ask<'_>) -> (Vec<Diagnostic>, usize) {
    let mut verification = Verification { site, ask, found: Vec::new(), asked: 0 };
    // A submission configuration accepts mail only from users of this host, and decides nothing about relaying.
    if site.submission.is_none() {
        verification.relay_domains();
        verification.routes();
    }
    (verification.found, verification.asked)
}

struct Verification<'a> {
    site: &'a Site,
    ask: Ask<'a>,
    found: Vec<Diagnostic>,
    asked: usize,
}

/// A question with a sender and a recipient.
fn question(client: IpAddr, recipient: &str) -> Question {
    Question { sender: Some(SENDER.into()), recipient: Some(recipient.into()), ..Question::of(client) }
}

/// Whether an entry of a table was involved, which may override the expectation.
fn by_entry(dialogue: &Dialogue) -> bool {
    dialogue.events().any(|event| matches!(event, Event::LookedUp { map, value: Some(_), .. } if map == "access"))
}

impl Verification<'_> {
    fn ask(&mut self, question: &Question) -> Dialogue {
        self.asked += 1;
        (self.ask)(question)
    }

    /// Mail for relay domains is accepted from everybody, and mail from relay networks for everybody.
    fn relay_domains(&mut self) {
        let members = self.site.classes.members(Class::Relay).to_vec();
        for member in members {
            let (asked, what) = match network(&member.value) {
                Some(client) => (question(client, RECIPIENT), "a client in"),
                None if is_domain(&member.value) => {
                    (question(STRANGER, &format!("somebody@{}", member.value)), "mail for")
                }
                None => continue,
            };
            let dialogue = self.ask(&asked);
            let at_recipient = dialogue.steps.last().is_some_and(|step| step.command == Command::Rcpt);
            if !dialogue.verdict().is_accepted() && at_recipient && !by_entry(&dialogue) {
                let reply = dialogue.reply().map_or(String::new(), ToString::to_string);
                self.report("not_relayed", member.span, &format!("{what} `{}` is refused: {reply}", member.value));
            }
        }
    }

    /// Mail for domains in the mailertable is routed as it says.
    fn routes(&mut self) {
        let entries = self.site.entries_of(TableKind::Mailertable).to_vec();
        for entry in entries {
            let Some((mailer, host)) = entry.value.value.split_once(':') else { continue };
            let plain = is_domain(&entry.key.value) && !host.contains(['%', '@']) && !host.trim().is_empty();
            if !plain || matches!(mailer.trim(), "error" | "local") {
                continue;
            }
            // Local domains come before the table, and the access map may reject.
            let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let dialogue = self.ask(&question(client, &format!("somebody@{}", entry.key.value)));
            let Some(delivery) = dialogue.delivery else { continue };
            let found = delivery.host.unwrap_or_default();
            if !delivery.is_local && !found.eq_ignore_ascii_case(host.trim()) {
                let said = format!("mail for `{}` is routed to `{found}` instead of `{}`", entry.key, host.trim());
                self.report("not_routed", entry.span(), &said);
            }
        }
    }

    fn report(&mut self, code: &'static str, place: Span, message: &str) {
        self.found.push(
            Diagnostic::error(code, message)
                .at(place, "said here")
                .why("the generated rules decide otherwise than the site says")
                .help("check the raw rules of the site; `relaycc explain` shows which rule decides"),
        );
    }
}

/// A client in a network that is given as its first octets.
fn network(text: &str) -> Option<IpAddr> {
    let octets = text.split('.').map(|octet| octet.parse::<u8>().ok()).collect::<Option<Vec<_>>>()?;
    let mut address = [1; 4];
    address.get_mut(..octets.len())?.copy_from_slice(&octets);
    Some(IpAddr::from(address))
}

/// Whether a text is a fully qualified DNS name.
fn is_domain(text: &str) -> bool {
    text.contains('.')
        && !text.starts_with('.')
        && !text.ends_with('.')
        && text.split('.').all(|label| !label.is_empty())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && network(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_domains_are_told_apart() {
        assert_eq!(network("192.168"), Some("192.168.1.1".parse().unwrap()));
        assert_eq!(network("192.168.138.7"), Some("192.168.138.7".parse().unwrap()));
        assert_eq!((network("1.2.3.4.5"), network("example.com"), network("300")), (None, None, None));
        assert!(is_domain("example.com") && !is_domain("com") && !is_domain("192.168.138") && !is_domain("$m.x"));
    }
}
