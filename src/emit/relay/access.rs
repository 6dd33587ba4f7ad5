//! The access map: its entries, with their scope, subject and action.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{MapFile, Reply, is_default, listen::ip, reader::Reader};
use crate::{
    catalog::table::TableKind,
    site::{AccessAction, AccessMap, TableEntry},
};

/// The access map. A search goes from the longest matching name or network to the shortest and stops at the first entry. For the
/// same subject, an entry of the requested kind takes precedence over an entry for `any`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Database with the entries, if they are stored outside of this file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapFile>,
    /// Look up entries of `subdomains`, each before the `domain` of the same name.
    #[serde(skip_serializing_if = "is_default")]
    pub subdomains: bool,
    /// Let the value SKIP in `map` end a search without a decision.
    #[serde(skip_serializing_if = "is_default")]
    pub skip: bool,
    /// Allow a full address in a `to` entry with the action `relay`.
    #[serde(skip_serializing_if = "is_default")]
    pub relay_to_addresses: bool,
    /// Look up recipients for more than relaying.
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
    /// What the entry applies to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub applies_to: AppliesTo,
    /// Whom the entry applies to.
    pub subject: Subject,
    /// The action.
    pub action: Action,
}

/// What an entry applies to.
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
    /// Recipients that are exceptions of `checks.delayed`.
    Spam,
    /// TLS in a session with a client.
    TlsClient,
    /// TLS in a session with a server.
    TlsServer,
    /// TLS in a session with this recipient.
    TlsRecipient,
    /// Whether to use STARTTLS with a server.
    TryTls,
    /// The issuer of a client's verified certificate.
    CertificateIssuer,
    /// The subject of a client's verified certificate.
    CertificateSubject,
}

/// Whom an entry applies to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Everybody without another matching entry.
    Everybody,
    /// A domain or host, including its subdomains unless `relaying.hosts_only` is set and the action is `relay`.
    Domain(String),
    /// The subdomains of a domain, but not the domain itself.
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
    /// A host with this address that has no name in DNS; in addresses, the literal `user@[ip]`.
    UnnamedHost(IpAddr),
    /// A distinguished name, with special characters encoded as `+XX`.
    DistinguishedName(String),
}

/// The action of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Accept even if another check would reject. Does not allow relaying.
    Accept,
    /// Accept, and relay from or to it.
    Relay,
    /// Reject with the standard reply in `replies`.
    Reject,
    /// Accept and discard the message.
    Discard,
    /// End the search without a decision.
    Skip,
    /// Accept and quarantine the message, for this reason.
    Quarantine(String),
    /// Reject with this reply.
    Refuse(Reply),
    /// For `spam`: do not check the recipient's mail.
    Friend,
    /// For `spam`: check the recipient's mail.
    Hater,
    /// For `certificate_issuer`: decide by the subject of the certificate.
    CheckSubject,
    /// For `tls_*`: requirements for the session.
    Require(Requirement),
    /// For `try_tls`: do not use STARTTLS.
    NoTls,
}

/// Requirements for an encrypted session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Requirement {
    /// The certificate of the other side must be valid.
    #[serde(skip_serializing_if = "is_default")]
    pub verified: bool,
    /// Minimum number of bits of the cipher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// Whether a failure is permanent. Default: `tls.failures_are_permanent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Strength>,
    /// The common name of the certificate must be the host name of the other side.
    #[serde(skip_serializing_if = "is_default")]
    pub common_name_is_host: bool,
    /// The required common name of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_name: Option<String>,
    /// The required subject of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_subject: Option<String>,
    /// The required issuer of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_issuer: Option<String>,
}

/// Whether a rejection is temporary or permanent.
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
        _ => return Err(format!("the tag `{tag}:` is used only by features that relay.toml does not support")),
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
            _ => Err("a tag without a key is used for TLS only".into()),
        };
    }
    if let Some((user, domain)) = key.rsplit_once('@') {
        return match (user, domain) {
            (_, _) if applies_to == AppliesTo::Connect => Err("a client is looked up only by name and address".into()),
            ("", _) => Err("expected a user before the `@`".into()),
            (user, "") => Ok(Subject::User(user.to_owned())),
            _ => Ok(Subject::Address(key.to_owned())),
        };
    }
    address_subject(key).ok_or_else(|| "expected a domain, or a network of whole octets or groups".into())
}

/// A domain, network or literal, as in class R and the access map.
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

/// `192.168.138` means 192.168.138.0/24.
fn ipv4_network(text: &str) -> Option<Ipv4Net> {
    let mut octets = [0u8; 4];
    let mut count: u8 = 0;
    for part in text.split('.') {
        *octets.get_mut(usize::from(count))? = part.parse().ok()?;
        count += 1;
    }
    Ipv4Net::new(Ipv4Addr::from(octets), count * 8).ok()
}

/// `2002:c0a8:2c7` means 2002:c0a8:2c7::/48; a full address, with or without `::`, means itself.
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
                Err("expected the value NO for the tag Try_TLS:".into())
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

/// Parses `PERM+VERIFY:112+CN:name++CI:name` (cf/README, "STARTTLS").
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
        Some((word, bits)) => (word, Some(bits.parse().map_err(|_| format!("invalid number of bits `{bits}`"))?)),
        None => (level, None),
    };
    required.bits = bits;
    match word {
        "VERIFY" => required.verified = true,
        "ENCR" if bits.is_some() => {}
        _ => return Err(format!("expected VERIFY, VERIFY:bits or ENCR:bits, found `{level}`")),
    }
    for extension in extensions.split("++").filter(|extension| !extension.is_empty()) {
        match extension.split_once(':') {
            None if extension == "CN" => required.common_name_is_host = true,
            Some(("CN", name)) => required.common_name = Some(name.to_owned()),
            Some(("CS", name)) => required.certificate_subject = Some(name.to_owned()),
            Some(("CI", name)) => required.certificate_issuer = Some(name.to_owned()),
            _ => return Err(format!("relay.toml has no counterpart of the extension `{extension}`")),
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
