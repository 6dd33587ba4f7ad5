//! Where sendmail listens and how it connects.

use super::Setting;
use crate::source::Spanned;

/// One `DaemonPortOptions` or `ClientPortOptions` value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The value as sendmail.cf has it: `Port=25, Name=MTA, M=u`.
    pub text: String,
}

impl Listener {
    /// `(key, value)` pairs in order; keys as written.
    pub fn equates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text.split(',').filter_map(|part| {
            let (key, value) = part.split_once('=')?;
            Some((key.trim(), value.trim()))
        })
    }

    /// The value of the key that starts with this letter, as sendmail reads them (op guide section 5.6, DaemonPortOptions).
    pub fn equate(&self, letter: char) -> Option<&str> {
        self.equates().find(|(k, _)| k.chars().next().is_some_and(|c| c.eq_ignore_ascii_case(&letter))).map(|(_, v)| v)
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
