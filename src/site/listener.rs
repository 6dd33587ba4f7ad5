//! Where sendmail listens and how it connects.

use super::Setting;
use crate::{
    source::{Span, Spanned},
    syntax::cf::equates,
};

/// One `DaemonPortOptions` or `ClientPortOptions` value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The value as sendmail.cf has it: `Port=25, Name=MTA, M=u`.
    pub text: String,
}

impl Listener {
    /// `(key, value)` pairs in order; keys as written.
    pub fn equates(&self) -> impl Iterator<Item = (&str, &str)> {
        equates::equates(&self.text)
    }

    /// The value of the key that starts with this letter, as sendmail reads them (op guide section 5.6, DaemonPortOptions):
    /// the last counts, and only of `D` and `R` does the case matter.
    pub fn equate(&self, letter: char) -> Option<&str> {
        equates::equate(&self.text, letter)
    }

    /// Whether its last `Modifiers` have this one.
    pub fn has_modifier(&self, modifier: char) -> bool {
        self.equate('M').is_some_and(|letters| letters.contains(modifier))
    }
}

/// The port of a service that mail comes in by, or the number that stands there (RFC 6409 section 3.1, RFC 8314 section 3.3).
pub fn service_port(name: &str) -> Option<u16> {
    match name {
        "smtp" => Some(25),
        "submission" => Some(587),
        "smtps" | "submissions" | "urd" => Some(465),
        _ => name.parse().ok(),
    }
}

/// All listeners and client settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listeners {
    /// `DAEMON_OPTIONS`, in order; empty means sendmail's own default.
    pub daemons: Vec<Spanned<Listener>>,
    /// `CLIENT_OPTIONS`, in order.
    pub clients: Vec<Spanned<Listener>>,
    /// `no_default_msa`: no message submission agent on port 587.
    pub no_default_msa: Option<Setting<()>>,
    /// The system type offers IPv6, so that the default is one listener for each family.
    pub inet6: bool,
}

impl Listeners {
    /// Every listener that the daemon opens, in order, with the statement that asked for it: those of the site, or where it
    /// names none one on the SMTP port, for each address family; and one for submission, unless the site does without.
    pub fn opened(&self) -> Vec<(Listener, Option<Span>)> {
        let of_sendmail = |text: &str| (Listener { text: text.to_owned() }, None);
        let mut opened: Vec<_> = self.daemons.iter().map(|daemon| (daemon.value.clone(), Some(daemon.span))).collect();
        match (opened.is_empty(), self.inet6) {
            (false, _) => {}
            (true, false) => opened.push(of_sendmail("Name=MTA")),
            (true, true) => {
                opened.extend([of_sendmail("Name=MTA-v4, Family=inet"), of_sendmail("Name=MTA-v6, Family=inet6")]);
            }
        }
        if self.no_default_msa.is_none() {
            opened.push(of_sendmail("Port=587, Name=MSA, M=E"));
        }
        opened
    }
}

#[cfg(test)]
mod tests {
    use super::Listener;

    #[test]
    fn the_last_equate_counts() {
        let listener = Listener { text: "Port=25, P=587, M=a, delayLA=3, Modifiers=s, Delay=d".into() };
        assert_eq!(
            (listener.equate('P'), listener.equate('d'), listener.equate('D')),
            (Some("587"), Some("3"), Some("d"))
        );
        assert!(listener.has_modifier('s') && !listener.has_modifier('a') && !listener.has_modifier('E'));
    }
}
