//! The access map: entries that decide by client, sender or recipient (cf/README, "ANTI-SPAM CONFIGURATION CONTROL").

use super::{MapSpec, TableEntry};
use crate::source::Spanned;

/// The access map of a site: how it is declared, and how it is searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessMap {
    /// Where it was asked for.
    pub declared: Spanned<()>,
    /// The map's definition.
    pub spec: MapSpec,
    /// `skip`: the value SKIP ends a search without a decision.
    pub skip: bool,
    /// `lookupdotdomain`: `.domain` is looked up before `domain`.
    pub lookup_dot_domain: bool,
    /// `relaytofulladdress`: a `To:` entry may name a full address.
    pub relay_to_full_address: bool,
    /// `blocklist_recipients`: recipients are looked up too.
    pub blocklist_recipients: bool,
}

/// An entry of the access map.
impl TableEntry {
    /// The tag without its colon (`Connect`), if the key has one of the documented tags.
    pub fn tag(&self) -> Option<&str> {
        let (tag, _) = self.key.value.split_once(':')?;
        TAGS.iter().find(|known| known.eq_ignore_ascii_case(tag)).map(|_| tag)
    }

    /// The key without its tag.
    pub fn subject(&self) -> &str {
        match self.tag() {
            Some(tag) => self.key.value.get(tag.len() + 1..).unwrap_or(""),
            None => &self.key.value,
        }
    }

    /// What the entry asks for.
    pub fn action(&self) -> AccessAction<'_> {
        AccessAction::of(&self.value.value)
    }
}

/// Tags that sendmail's rulesets, and its hacks, look up (cf/README, "Access DB entries" and "STARTTLS").
pub const TAGS: [&str; 23] = [
    "AuthInfo",
    "CERTISSUER",
    "CERTSUBJECT",
    "ClientConn",
    "ClientRate",
    "Clt_Features",
    "Compat",
    "Connect",
    "From",
    "GreetPause",
    "QGRP",
    "Spam",
    "Srv_Features",
    "TLS_Clt",
    "TLS_Rcpt",
    "TLS_Srv",
    "TLS_Clt_Features",
    "TLS_Srv_Features",
    "To",
    "Try_TLS",
    "XConnect",
    "bcc",
    "rhs",
];

/// What an access entry asks for, read from its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessAction<'a> {
    /// Accept even if other checks would refuse.
    Ok,
    /// Accept and relay.
    Relay,
    /// Refuse with the standard text.
    Reject,
    /// Accept and throw away.
    Discard,
    /// End the search without a decision.
    Skip,
    /// Accept and hold in the queue, for this reason.
    Quarantine(&'a str),
    /// Refuse with this enhanced status code and text.
    Error {
        /// `D.S.N`, if one is given.
        dsn: Option<&'a str>,
        /// Reply code and text.
        text: &'a str,
    },
    /// `FRIEND` of the `Spam:` tag.
    Friend,
    /// `HATER` of the `Spam:` tag.
    Hater,
    /// Anything else: what it means depends on the tag; for the relaying tags it is the text of a refusal.
    Other(&'a str),
}

impl<'a> AccessAction<'a> {
    /// Reads a value as the rulesets do: keywords whole and in any case, blanks around words without meaning.
    pub fn of(value: &'a str) -> Self {
        let value = value.trim_matches([' ', '\t']);
        for (word, action) in [
            ("OK", Self::Ok),
            ("RELAY", Self::Relay),
            ("REJECT", Self::Reject),
            ("DISCARD", Self::Discard),
            ("SKIP", Self::Skip),
            ("FRIEND", Self::Friend),
            ("HATER", Self::Hater),
        ] {
            if value.eq_ignore_ascii_case(word) {
                return action;
            }
        }
        if let Some(reason) = strip_word(value, "QUARANTINE:") {
            return Self::Quarantine(reason);
        }
        match strip_word(value, "ERROR:") {
            Some(rest) => match rest.split_once(':') {
                Some((dsn, text)) if is_dsn(dsn.trim()) => Self::Error { dsn: Some(dsn.trim()), text: text.trim() },
                _ => Self::Error { dsn: None, text: rest },
            },
            None => Self::Other(value),
        }
    }
}

/// What follows `word` in `value`, blanks between them left out; `word` in any case.
fn strip_word<'a>(value: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = value.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then(|| rest.trim_start_matches([' ', '\t']))
}

/// Whether `text` is an enhanced status code `D.S.N` (RFC 3463 section 2).
pub fn is_dsn(text: &str) -> bool {
    let mut parts = text.split('.');
    let ok = |part: Option<&str>| part.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    ok(parts.next()) && ok(parts.next()) && ok(parts.next()) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_rulesets_read_them() {
        assert_eq!(AccessAction::of("RELAY"), AccessAction::Relay);
        assert_eq!(AccessAction::of("relay "), AccessAction::Relay);
        assert_eq!(AccessAction::of("ERROR:5.7.1:550 no"), AccessAction::Error { dsn: Some("5.7.1"), text: "550 no" });
        assert_eq!(AccessAction::of("error: 550 no"), AccessAction::Error { dsn: None, text: "550 no" });
        assert_eq!(AccessAction::of("ERROR:550 no"), AccessAction::Error { dsn: None, text: "550 no" });
        assert_eq!(AccessAction::of("550 no"), AccessAction::Other("550 no"));
    }
}
