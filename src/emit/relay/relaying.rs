//! Relaying policy.

use std::net::IpAddr;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListFile, access::Subject, access::address_subject, is_default, reader::Reader};
use crate::{
    site::{Class, MailFromRelay},
    source::Spanned,
};

/// Relaying policy: who may send to domains that are not local. A recipient is accepted if any of these keys allows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Relaying {
    /// Domains that mail is relayed to, and whose hosts may relay, including subdomains unless `hosts_only` is set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Networks whose hosts may relay, as address and prefix length.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    #[cfg_attr(test, proptest(strategy = "proptest::collection::vec(super::access::network(), 0..3)"))]
    pub networks: Vec<IpNet>,
    /// Hosts that may relay while their address has no name in DNS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unnamed_hosts: Vec<IpAddr>,
    /// Allow relaying for local programs that connect through a socket in the file system.
    #[serde(skip_serializing_if = "is_default")]
    pub local_socket: bool,
    /// Files with further domains and networks. Networks are whole octets of an IPv4 address (`192.168.138`), or `IPv6:` with
    /// whole groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
    /// Relay everything for everybody: an open relay.
    #[serde(skip_serializing_if = "is_default")]
    pub open_relay: bool,
    /// Relay to any domain that has this host among its MX records.
    #[serde(skip_serializing_if = "is_default")]
    pub mx_is_this_host: bool,
    /// Treat the domain of `names.host`, everything after its first dot, as one of `domains`.
    #[serde(skip_serializing_if = "is_default")]
    pub own_domain: bool,
    /// Names in `domains` and in the access map do not include their subdomains.
    #[serde(skip_serializing_if = "is_default")]
    pub hosts_only: bool,
    /// Relay for senders of a local domain, which anybody can forge.
    #[serde(skip_serializing_if = "is_default")]
    pub local_senders: bool,
    /// Relay for senders with the action `relay` for `from` in the access map, which anybody can forge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_senders: Option<MailFrom>,
    /// In `user%host@domain`, check only `domain`, not `host`.
    #[serde(skip_serializing_if = "is_default")]
    pub loose: bool,
    /// Relay for clients that have authenticated with one of these mechanisms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub auth_mechanisms: Vec<String>,
    /// Treat the domains of `routes.virtual_users` as members of `domains`.
    #[serde(skip_serializing_if = "is_default")]
    pub virtual_domains: bool,
}

/// The part of a sender's address that is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum MailFrom {
    /// The whole address.
    Address,
    /// The whole address, then its domain.
    Domain,
}

impl Relaying {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let site = reader.site;
        let relay = &site.relay;
        let mut relaying = Self {
            files: ListFile::of_class(reader, Class::Relay),
            open_relay: relay.promiscuous.is_some(),
            mx_is_this_host: relay.based_on_mx.is_some(),
            own_domain: relay.entire_domain.is_some(),
            hosts_only: relay.hosts_only.is_some(),
            local_senders: relay.local_from.is_some(),
            listed_senders: relay.mail_from.as_ref().map(|from| match from.value {
                MailFromRelay::Address => MailFrom::Address,
                MailFromRelay::Domain => MailFrom::Domain,
            }),
            loose: relay.loose.is_some(),
            auth_mechanisms: site
                .classes
                .members(Class::TrustAuthMech)
                .iter()
                .map(|mechanism| mechanism.value.clone())
                .collect(),
            virtual_domains: site.routing.virtual_hosts_relay,
            ..Self::default()
        };
        for member in site.classes.members(Class::Relay) {
            relaying.add(reader, member);
        }
        for file in site.classes.files(Class::TrustAuthMech) {
            reader.refuse("a file of AUTH mechanisms", file.span, "mechanisms must be listed in relay.toml itself");
        }
        relaying
    }

    /// Adds a member of class R.
    fn add(&mut self, reader: &mut Reader<'_>, member: &Spanned<String>) {
        let Some(text) = reader.expand("RELAY_DOMAIN ", &member.value, Some(member.span)) else { return };
        if text.eq_ignore_ascii_case("[UNIX:localhost]") {
            self.local_socket = true;
            return;
        }
        match address_subject(&text) {
            Some(Subject::Network(network)) => self.networks.push(network),
            Some(Subject::UnnamedHost(ip)) => self.unnamed_hosts.push(ip),
            Some(Subject::Domain(domain)) => self.domains.push(domain),
            _ => reader.refuse(
                format!("RELAY_DOMAIN `{text}`"),
                Some(member.span),
                "expected a domain, or a network of whole octets or groups",
            ),
        }
    }
}
