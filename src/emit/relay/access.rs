//! The access map: its entries, read into what they apply to, whom, and what they ask for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MapFile, Reply, is_default, listen::ip, reader::Reader};
use crate::{
    catalog::table::TableKind,
    site::{AccessAction, AccessMap, TableEntry},
};

/// The access map. A search goes from the longest name or network that fits to the shortest and ends at the first entry; an
/// entry of the kind asked for comes before an entry for `any` of the same subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Database of the entries, when they are kept outside this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapFile>,
    /// Entries of `subdomains` are looked up, each before the `domain` of the same name.
    #[serde(skip_serializing_if = "is_default")]
    pub subdomains: bool,
    /// The value SKIP in `map` ends a search without a decision.
    #[serde(skip_serializing_if = "is_default")]
    pub skip: bool,
    /// A `to` entry with the action `relay` may name a full address.
    #[serde(skip_serializing_if = "is_default")]
    pub relay_to_addresses: bool,
    /// Recipients are looked up too, not only for relaying.
    #[serde(skip_serializing_if = "is_default")]
    pub check_recipients: bool,
    /// The entries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What is looked up.
    #[serde(default, skip_serializing_if = "is_default")]
    pub applies_to: AppliesTo,
    /// For whom.
    pub subject: Subject,
    /// What is done.
    pub action: Action,
}

/// What an entry is looked up for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    /// Clients, senders and recipients.
    #[default]
    Any,
    /// The client: its name and its address.
    Connect,
    /// The sender of MAIL.
    From,
    /// The recipient of RCPT.
    To,
    /// Recipients that `checks.delayed` makes an exception of.
    Spam,
    /// Encryption of a session with a client.
    TlsClient,
    /// Encryption of a session with a server.
    TlsServer,
    /// Encryption of a session in which this recipient is named.
    TlsRecipient,
    /// Whether STARTTLS is tried with a server.
    TryTls,
    /// The issuer of a client's verified certificate.
    CertificateIssuer,
    /// The subject of a client's verified certificate.
    CertificateSubject,
}

/// Whom an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Everybody whom no other entry fits.
    Everybody,
    /// A domain or host; with its subdomains, unless `relaying.hosts_only` and the action is `relay`.
    Domain(String),
    /// The subdomains of a domain, without itself.
    Subdomains(String),
    /// An address, `user@domain`.
    Address(String),
    /// A user in any domain; for recipients, in local domains.
    User(String),
    /// Hosts of a network, as address and prefix length.
    Network(
        #[schemars(with = "String")]
        #[cfg_attr(test, proptest(strategy = "network()"))]
        IpNet,
    ),
    /// The host of this address while the address has no name in the DNS; of an address, the literal `user@[ip]`.
    UnnamedHost(IpAddr),
    /// A distinguished name, with special characters as `+XX`.
    DistinguishedName(String),
}

/// What an entry asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Accept, even if another check would refuse. Does not allow relaying.
    Accept,
    /// Accept, and relay from or to it.
    Relay,
    /// Refuse with the standard text of `replies`.
    Reject,
    /// Accept and throw the message away.
    Discard,
    /// End the search without a decision.
    Skip,
    /// Accept and hold the message, for this reason.
    Quarantine(String),
    /// Refuse with this reply.
    Refuse(Reply),
    /// For `spam`: the recipient's mail is not checked.
    Friend,
    /// For `spam`: the recipient's mail is checked.
    Hater,
    /// For `certificate_issuer`: decide by the certificate's subject.
    CheckSubject,
    /// For `tls_*`: what the session must have.
    Require(Requirement),
    /// For `try_tls`: do not use STARTTLS.
    NoTls,
}

/// What an encrypted session must have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Requirement {
    /// The other side's certificate is verified.
    #[serde(skip_serializing_if = "is_default")]
    pub verified: bool,
    /// Fewest bits of the cipher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// Whether failing is for good. Left out: as `tls.failures_are_permanent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Strength>,
    /// The common name of the certificate is the other side's host name.
    #[serde(skip_serializing_if = "is_default")]
    pub common_name_is_host: bool,
    /// The common name of the certificate is this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// The subject of the certificate is this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_subject: Option<String>,
    /// The issuer of the certificate is this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_issuer: Option<String>,
}

/// Whether a refusal is for now or for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// 4xx.
    Temporary,
    /// 5xx.
    Permanent,
}

/// The access map of the site.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Access> {
    let map = reader.site.access.as_ref()?;
    let mut access = Access {
        subdomains: map.lookup_dot_domain,
        skip: map.skip,
        relay_to_addresses: map.relay_to_full_address,
        check_recipients: map.blocklist_recipients,
        ..Access::default()
    };
    let entries = reader.site.entries_of(TableKind::Access);
    if entries.is_empty() {
        match MapFile::of_spec(&map.spec) {
            Ok(file) => access.map = Some(file),
            Err(why) => {
                reader.refuse(format!("access map `{}`", map.spec.text), Some(map.declared.span), why);
            }
        }
    }
    for entry in entries {
        match rule(map, entry) {
            Ok(rule) => access.rules.push(rule),
            Err(why) => {
                let statement = format!("access entry `{}` = `{}`", entry.key, entry.value);
                reader.refuse(statement, Some(entry.span()), why);
            }
        }
    }
    Some(access)
}

fn rule(map: &AccessMap, entry: &TableEntry) -> Result<Rule, String> {
    let tag = entry.tag().unwrap_or("").to_ascii_lowercase();
    let applies_to = match tag.as_str() {
        "" => AppliesTo::Any,
        "connect" => AppliesTo::Connect,
        "from" => AppliesTo::From,
        "to" => AppliesTo::To,
        "spam" => AppliesTo::Spam,
        "tls_clt" => AppliesTo::TlsClient,
        "tls_srv" => AppliesTo::TlsServer,
        "tls_rcpt" => AppliesTo::TlsRecipient,
        "try_tls" => AppliesTo::TryTls,
        "certissuer" => AppliesTo::CertificateIssuer,
        "certsubject" => AppliesTo::CertificateSubject,
        _ => return Err(format!("the tag `{tag}:` is read only by features that have no counterpart in relay.toml")),
    };
    let subject = subject(applies_to, entry.subject())?;
    Ok(Rule { applies_to, subject, action: action(map, applies_to, entry)? })
}

fn subject(applies_to: AppliesTo, key: &str) -> Result<Subject, String> {
    if matches!(applies_to, AppliesTo::CertificateIssuer | AppliesTo::CertificateSubject) {
        return Ok(Subject::DistinguishedName(key.to_owned()));
    }
    if key.is_empty() {
        return match applies_to {
            AppliesTo::TlsClient | AppliesTo::TlsServer | AppliesTo::TlsRecipient | AppliesTo::TryTls => {
                Ok(Subject::Everybody)
            }
            _ => Err("the tag alone is looked up for TLS only".into()),
        };
    }
    if let Some((user, domain)) = key.rsplit_once('@') {
        return match (user, domain) {
            (_, _) if applies_to == AppliesTo::Connect => Err("a client is looked up by name and address only".into()),
            ("", _) => Err("an address needs a user before the `@`".into()),
            (user, "") => Ok(Subject::User(user.to_owned())),
            _ => Ok(Subject::Address(key.to_owned())),
        };
    }
    address_subject(key).ok_or_else(|| "it is neither a domain nor a network of whole octets or groups".into())
}

/// A domain, network or literal, as class R and the access map have them.
pub(super) fn address_subject(key: &str) -> Option<Subject> {
    if let Some(literal) = key.strip_prefix('[') {
        return literal.strip_suffix(']').and_then(ip).map(Subject::UnnamedHost);
    }
    if let Some(tag) = key.get(..5)
        && tag.eq_ignore_ascii_case("IPv6:")
    {
        return ipv6_network(key.get(5..)?).map(|network| Subject::Network(network.into()));
    }
    if key.split('.').all(|octet| !octet.is_empty() && octet.bytes().all(|b| b.is_ascii_digit())) {
        return ipv4_network(key).map(|network| Subject::Network(network.into()));
    }
    if let Some(domain) = key.strip_prefix('.') {
        return is_domain(domain).then(|| Subject::Subdomains(domain.to_owned()));
    }
    is_domain(key).then(|| Subject::Domain(key.to_owned()))
}

fn is_domain(name: &str) -> bool {
    name.split('.').all(|label| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b >= 0x80)
    })
}

/// `192.168.138` as 192.168.138.0/24.
fn ipv4_network(text: &str) -> Option<Ipv4Net> {
    let mut octets = [0u8; 4];
    let mut count: u8 = 0;
    for part in text.split('.') {
        *octets.get_mut(usize::from(count))? = part.parse().ok()?;
        count += 1;
    }
    Ipv4Net::new(Ipv4Addr::from(octets), count * 8).ok()
}

/// `2002:c0a8:2c7` as 2002:c0a8:2c7::/48; a full address, written with `::` or not, as itself.
fn ipv6_network(text: &str) -> Option<Ipv6Net> {
    if let Ok(ip) = text.parse::<Ipv6Addr>() {
        return Some(ip.into());
    }
    let groups: Vec<u16> =
        text.split(':').map(|group| u16::from_str_radix(group, 16).ok()).collect::<Option<Vec<_>>>()?;
    let mut all = [0u16; 8];
    all.get_mut(..groups.len())?.copy_from_slice(&groups);
    Ipv6Net::new(Ipv6Addr::from(all), u8::try_from(groups.len() * 16).ok()?).ok()
}

fn action(map: &AccessMap, applies_to: AppliesTo, entry: &TableEntry) -> Result<Action, String> {
    match applies_to {
        AppliesTo::TlsClient | AppliesTo::TlsServer | AppliesTo::TlsRecipient => {
            return requirement(entry.value.value.trim()).map(Action::Require);
        }
        AppliesTo::TryTls => {
            return if entry.value.value.trim().eq_ignore_ascii_case("NO") {
                Ok(Action::NoTls)
            } else {
                Err("Try_TLS: takes the value NO".into())
            };
        }
        AppliesTo::CertificateIssuer if entry.value.value.trim().eq_ignore_ascii_case("SUBJECT") => {
            return Ok(Action::CheckSubject);
        }
        _ => {}
    }
    Ok(match entry.action() {
        AccessAction::Ok => Action::Accept,
        AccessAction::Relay => Action::Relay,
        AccessAction::Reject => Action::Reject,
        AccessAction::Discard => Action::Discard,
        AccessAction::Skip if map.skip => Action::Skip,
        AccessAction::Skip => Action::Refuse(Reply::of_text("SKIP", None)?),
        AccessAction::Quarantine(reason) => Action::Quarantine(reason.to_owned()),
        AccessAction::Friend => Action::Friend,
        AccessAction::Hater => Action::Hater,
        AccessAction::Error { dsn, text } => Action::Refuse(Reply::of_text(text, dsn)?),
        AccessAction::Other(text) => Action::Refuse(Reply::of_text(text, None)?),
    })
}

/// Reads `PERM+VERIFY:112+CN:name++CI:name` (cf/README, "STARTTLS").
fn requirement(value: &str) -> Result<Requirement, String> {
    let mut required = Requirement::default();
    let (head, extensions) = match value.get(..5) {
        Some("TEMP+") => (value.get(5..).unwrap_or(""), Some(Strength::Temporary)),
        Some("PERM+") => (value.get(5..).unwrap_or(""), Some(Strength::Permanent)),
        _ => (value, None),
    };
    required.failure = extensions;
    let (level, extensions) = head.split_once('+').unwrap_or((head, ""));
    let (word, bits) = match level.split_once(':') {
        Some((word, bits)) => (word, Some(bits.parse().map_err(|_| format!("`{bits}` is no number of bits"))?)),
        None => (level, None),
    };
    required.bits = bits;
    match word {
        "VERIFY" => required.verified = true,
        "ENCR" if bits.is_some() => {}
        _ => return Err(format!("`{level}` is neither VERIFY, VERIFY:bits nor ENCR:bits")),
    }
    for extension in extensions.split("++").filter(|extension| !extension.is_empty()) {
        match extension.split_once(':') {
            None if extension == "CN" => required.common_name_is_host = true,
            Some(("CN", name)) => required.common_name = Some(name.to_owned()),
            Some(("CS", name)) => required.certificate_subject = Some(name.to_owned()),
            Some(("CI", name)) => required.certificate_issuer = Some(name.to_owned()),
            _ => return Err(format!("the extension `{extension}` has no counterpart")),
        }
    }
    Ok(required)
}

/// Networks of both families, for round trips.
#[cfg(test)]
pub(super) fn network() -> impl proptest::strategy::Strategy<Value = IpNet> {
    use proptest::prelude::*;
    (any::<IpAddr>(), 0..=32u8)
        .prop_map(|(ip, length)| IpNet::new(ip, length).map(|net| net.trunc()).unwrap_or(ip.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_whole_octets_and_groups() {
        let network = |text: &str| match address_subject(text) {
            Some(Subject::Network(network)) => network.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(network("192.168.138"), "192.168.138.0/24");
        assert_eq!(network("10"), "10.0.0.0/8");
        assert_eq!(network("10.0.0.1"), "10.0.0.1/32");
        assert_eq!(network("IPv6:2002:c0a8:02c7"), "2002:c0a8:2c7::/48");
        assert_eq!(network("ipv6:2002:c0a8:51d2::23f4"), "2002:c0a8:51d2::23f4/128");
        for wrong in ["10.0.0.0/8", "256", "1.2.3.4.5", "[x]", "a b", "a..b", "a.", "*.a", "IPv6:x", "IPv6:"] {
            assert_eq!(address_subject(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn requirements_on_encryption_are_read_in_full() {
        let full = requirement("PERM+VERIFY:112+CN:smtp.example.org++CI:ca").unwrap();
        assert!(full.verified && full.bits == Some(112) && full.failure == Some(Strength::Permanent));
        assert_eq!(full.common_name.as_deref(), Some("smtp.example.org"));
        assert_eq!(full.certificate_issuer.as_deref(), Some("ca"));
        assert!(requirement("VERIFY+CN").unwrap().common_name_is_host);
        for wrong in ["", "ENCR", "ENCR:x", "VERIFY+CITag:MyCA", "verify"] {
            assert!(requirement(wrong).is_err(), "{wrong}");
        }
    }
}
