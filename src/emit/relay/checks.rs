//! Checks of clients and senders.

use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Reply, is_default, reader::Reader};
use crate::{
    site::{self, DnsBlocklist, ListKind},
    source::Spanned,
};

/// Checks of clients and senders before their mail is accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// Accept senders whose domain does not exist.
    #[serde(skip_serializing_if = "is_default")]
    pub accept_unresolvable_senders: bool,
    /// Accept senders without a domain from the network.
    #[serde(skip_serializing_if = "is_default")]
    pub accept_unqualified_senders: bool,
    /// Check client and sender when the recipient is known. Default: check each at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delayed: Option<DelayedChecks>,
    /// DNS lists for lookups of clients, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_lists: Vec<DnsList>,
}

/// Checks at the time of RCPT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct DelayedChecks {
    /// How to treat recipients with `spam` entries in the access map. Default: these entries are not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spam: Option<SpamRecipients>,
    /// Also accept `To:` entries with SPAMFRIEND and SPAMHATER, as in sendmail 8.10.
    #[serde(default, skip_serializing_if = "is_default")]
    pub compatible_8_10: bool,
}

/// How `spam` entries are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum SpamRecipients {
    /// Listed recipients receive their mail unchecked.
    Friend,
    /// Only mail for listed recipients is checked.
    Hater,
}

/// A DNS list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct DnsList {
    /// Zone in which the client's reversed IPv4 address is looked up (A records).
    pub zone: String,
    /// Answers that count. Empty: any answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Action for a listed client.
    pub listed: Listed,
    /// Action if the list does not answer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub no_answer: TemporaryFailure,
    /// Timeout and number of attempts. Default: those of the resolver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Period>,
}

/// An answer of a DNS list: an address.
pub type Answer = Ipv4Addr;

/// Action for a listed client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Reject with this reply.
    Refuse(Reply),
    /// Accept and quarantine the message, for this reason.
    Quarantine(String),
    /// Accept and discard the message.
    Discard,
}

/// Action if a list does not answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum TemporaryFailure {
    /// Treat the client as not listed.
    #[default]
    Accept,
    /// Reject with this reply.
    Refuse(Reply),
}

impl Checks {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let site = reader.site;
        let lists = site.blocklists.iter().filter_map(|list| dns_list(reader, list)).collect();
        refuse_lookup(reader);
        refuse_features(reader);
        Self {
            accept_unresolvable_senders: site.senders.accept_unresolvable.is_some(),
            accept_unqualified_senders: site.senders.accept_unqualified.is_some(),
            delayed: site.delay_checks.as_ref().map(|delayed| DelayedChecks {
                spam: delayed.spam.map(|spam| match spam {
                    site::SpamRecipients::Friend => SpamRecipients::Friend,
                    site::SpamRecipients::Hater => SpamRecipients::Hater,
                }),
                compatible_8_10: delayed.compatible_8_10,
            }),
            dns_lists: lists,
        }
    }
}

/// Refuses settings for how DNS lists are queried, which the relay decides itself.
fn refuse_lookup(reader: &mut Reader<'_>) {
    let map = &reader.site.blocklist_map;
    let why = "the relay always queries DNS lists for A records";
    if let Some(class) = map.class.as_ref().filter(|class| class.value.trim() != "dns -R A") {
        reader.refuse(format!("DNSBL_MAP `{}`", class.value), class.span, why);
    }
    if let Some(options) = &map.options {
        reader.refuse(format!("DNSBL_MAP_OPT `{}`", options.value), options.span, why);
    }
}

/// Refuses checks that the format does not support.
fn refuse_features(reader: &mut Reader<'_>) {
    let (clients, commands, tls) = (&reader.site.clients, &reader.site.commands, &reader.site.tls);
    let asked = [
        ("greet_pause", clients.greet_pause.as_ref().map(|asked| asked.span)),
        ("ratecontrol", clients.rate.as_ref().map(|asked| asked.span)),
        ("conncontrol", clients.connections.as_ref().map(|asked| asked.span)),
        ("require_rdns", clients.reverse_name.as_ref().map(|asked| asked.span)),
        ("block_bad_helo", clients.greeting_name.as_ref().map(|asked| asked.span)),
        ("use_client_ptr", clients.by_pointer.as_ref().map(|asked| asked.span)),
        ("drac", clients.recent_logins.as_ref().map(|asked| asked.span)),
        ("badmx", reader.site.senders.useless_mx.as_ref().map(|asked| asked.span)),
        ("check_other", commands.bad_command.as_ref().map(|asked| asked.span)),
        ("compat_check", commands.pairs.as_ref().map(|asked| asked.span)),
        ("queuegroup", commands.queue_group.as_ref().map(|asked| asked.span)),
        ("authinfo", tls.credentials.as_ref().map(|asked| asked.span)),
        ("tls_session_features", tls.session_features.as_ref().map(|asked| asked.span)),
        ("check_cert_altnames", tls.alternative_names.as_ref().map(|asked| asked.span)),
        ("sts", tls.strict_transport.as_ref().map(|asked| asked.span)),
        ("prefixmod", commands.prefix.as_ref().map(|asked| asked.span)),
    ];
    for hack in &reader.site.hacks {
        let name = hack.value.kind.name();
        reader.refuse(format!("HACK {name}"), Some(hack.span), "relay.toml has no rules");
    }
    let parts = [("_CERT_REGEX_ISSUER_", &tls.issuer_part), ("_CERT_REGEX_SUBJECT_", &tls.subject_part)];
    for (name, part) in parts {
        if let Some(part) = part {
            reader.refuse(name, part.span, "the relay does not rewrite names in certificates");
        }
    }
    for (name, switch) in reader.site.switches.by_name() {
        if let Some(switch) = switch {
            reader.refuse(name, Some(switch.span), "the relay behaves as if it were not defined");
        }
    }
    for (feature, span) in asked {
        if let Some(span) = span {
            reader.refuse(format!("FEATURE {feature}"), Some(span), "the relay does not support this feature");
        }
    }
}

fn dns_list(reader: &mut Reader<'_>, list: &Spanned<DnsBlocklist>) -> Option<DnsList> {
    match read_list(reader, &list.value) {
        Ok(list) => Some(list),
        Err(why) => {
            let statement = list.value.kind.statement();
            reader.refuse(format!("{statement} for `{}`", list.value.server), Some(list.span), why);
            None
        }
    }
}

fn read_list(reader: &Reader<'_>, list: &DnsBlocklist) -> Result<DnsList, String> {
    match list.kind {
        ListKind::Plain | ListKind::Enhanced => {}
        ListKind::SenderDomain => return Err("the relay uses DNS lists for clients only".to_owned()),
        ListKind::ByAccess => return Err("the relay does not look up the answers of DNS lists".to_owned()),
        ListKind::MailServers => return Err("the relay does not support MTAMARK".to_owned()),
    }
    let zone = list.server.as_str();
    let listed = match list.message.trim() {
        "quarantine" => Listed::Quarantine(zone.to_owned()),
        "discard" => Listed::Discard,
        "" => {
            let text = format!("\"550 Rejected: \" $&{{client_addr}} \" listed at {zone}\"");
            Listed::Refuse(Reply::of_text(&text, Some("5.7.1"))?)
        }
        text => Listed::Refuse(Reply::of_text(text, Some("5.7.1"))?),
    };
    let no_answer = match list.temporary.trim() {
        "" => TemporaryFailure::Accept,
        "t" => {
            let text = format!("\"451 Temporary lookup failure of \" $&{{client_addr}} \" at {zone}\"");
            TemporaryFailure::Refuse(Reply::of_text(&text, Some("4.4.3"))?)
        }
        text => TemporaryFailure::Refuse(Reply::of_text(text, Some("4.4.3"))?),
    };
    let answers = list.matches.iter().map(|pattern| answer(pattern)).collect::<Result<_, _>>()?;
    let timeout = match &reader.site.blocklist_map.enhanced_timeout {
        Some(seconds) if list.kind == ListKind::Enhanced => Some(
            Period::of_option(&seconds.value, 's')
                .ok_or_else(|| format!("invalid time `{}` for EDNSBL_TO", seconds.value))?,
        ),
        _ => None,
    };
    Ok(DnsList { zone: zone.to_owned(), answers, listed, no_answer, timeout })
}

/// A pattern that matches exactly one address: `127.0.0.2.`
fn answer(pattern: &str) -> Result<Answer, String> {
    let text = pattern.trim().trim_end_matches('.');
    text.parse().map_err(|_| format!("the pattern `{pattern}` does not match exactly one address"))
}
