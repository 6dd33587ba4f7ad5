//! Routing of mail.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListFile, MapFile, Reply, is_default, listen::ip, masquerade::names, reader::Reader};
use crate::{
    site::{self, Class, MapSpec, Nouucp, PercentHack},
    source::Spanned,
};

/// Routing of mail. A next hop that is this host or a local domain is ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Routes {
    /// Next hop for all local domains, except for `local_users`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_hub: Option<NextHop>,
    /// Next hop for recipients without a domain, and for those in local domains unless they keep it, except for `local_users`;
    /// used after `mail_hub`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unqualified: Option<NextHop>,
    /// Keep the domain of recipients in local domains: `mail_hub` receives `user@domain` instead of `user@hub`, including
    /// `local_users`, and neither `unqualified` nor `unknown_users` applies.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_local_domain: bool,
    /// Next hop for recipients in local domains who are not local users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_users: Option<NextHop>,
    /// Next hop for all mail that is not local. Default: the MX hosts of its domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smart_host: Option<NextHop>,
    /// Users whose mail is always delivered here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_users: Vec<String>,
    /// Files with users whose mail is always delivered here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_user_files: Vec<ListFile>,
    /// Next hops by domain, used before `smart_host`: keys are `host.domain`, `.domain` or `.`; values are `[protocol:]host`,
    /// `local:user` or `error:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_domain: Option<MapFile>,
    /// Virtual addresses that stand for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_users: Option<VirtualUsers>,
    /// Next hop if no MX host of a domain can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_mx: Option<String>,
    /// Next hop if a domain cannot be found in DNS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_smart_host: Option<String>,
    /// If this host is the best MX of a domain that it does not know, try the address of the domain.
    #[serde(skip_serializing_if = "is_default")]
    pub try_address_when_best_mx: bool,
    /// Do not replace DNS aliases (CNAME) by their targets.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_cnames: bool,
    /// Canonicalization of host names.
    #[serde(skip_serializing_if = "is_default")]
    pub canonify: Canonify,
    /// Meaning of `!` in a local part.
    #[serde(skip_serializing_if = "is_default")]
    pub bang: RouteCharacter,
    /// Meaning of `%` in a local part.
    #[serde(skip_serializing_if = "is_default")]
    pub percent: RouteCharacter,
    /// Follow the source route `@a,@b:user@c` instead of sending to `user@c` directly.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_source_routes: bool,
}

/// The next hop of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum NextHop {
    /// To another host.
    Smtp {
        /// Protocol for the host.
        #[serde(default, skip_serializing_if = "is_default")]
        protocol: Protocol,
        /// Hosts, tried in order.
        hosts: Vec<Host>,
        /// Recipient that replaces the one of the message. Default: no replacement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
    },
    /// To a local user.
    Local {
        /// The user. Default: the user in the recipient.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Nowhere: the message is rejected.
    Refuse(Reply),
}

/// Protocol for a host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// ESMTP, without masquerading, since the host belongs to this site.
    #[default]
    Relay,
    /// ESMTP, with masquerading.
    Esmtp,
    /// SMTP, or ESMTP if the greeting offers it.
    Smtp,
    /// SMTP with 8-bit data sent unchanged.
    Smtp8,
    /// ESMTP for hosts that fetch their mail with ETRN.
    OnDemand,
}

/// A host to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// A domain, whose MX hosts are used.
    Domain(String),
    /// A host, whose addresses are used without MX lookup.
    Host(String),
    /// An address.
    Address(IpAddr),
}

/// Virtual addresses that stand for others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct VirtualUsers {
    /// Map with keys `user@domain` or `@domain`, and values that are addresses or `error:…`. Default: only the domains are used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapFile>,
    /// Domains whose addresses are looked up, besides the local ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files with further domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
}

/// Canonicalization of host names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Canonify {
    /// Treat names as canonical, without lookup.
    #[serde(skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// Look up names without a domain nevertheless.
    #[serde(skip_serializing_if = "is_default")]
    pub unqualified: bool,
    /// Domains that are looked up nevertheless.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files with domains that are looked up nevertheless.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
}

/// The meaning of a character that was used for routes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum RouteCharacter {
    /// It specifies a route, which is followed and checked.
    #[default]
    Route,
    /// Recipients that contain it are rejected unless the client may relay.
    Refuse,
    /// It has no special meaning.
    Plain,
}

impl Routes {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let site = reader.site;
        let routing = &site.routing;
        for (name, relay) in [
            ("UUCP_RELAY", &routing.uucp_relay),
            ("BITNET_RELAY", &routing.bitnet_relay),
            ("DECNET_RELAY", &routing.decnet_relay),
            ("FAX_RELAY", &routing.fax_relay),
        ] {
            if let Some(relay) = relay {
                reader.refuse(name, Some(relay.span), "the relay does not support this network");
            }
        }
        refuse_resolver(reader);
        Self {
            mail_hub: next_hop(reader, "MAIL_HUB", routing.mail_hub.as_ref()),
            unqualified: next_hop(reader, "LOCAL_RELAY", routing.local_relay.as_ref()),
            keep_local_domain: routing.sticky_hosts.is_some(),
            unknown_users: next_hop(reader, "LUSER_RELAY", routing.luser_relay.as_ref()),
            smart_host: next_hop(reader, "SMART_HOST", routing.smart_host.as_ref()),
            local_users: names(reader, Class::LocalUser),
            local_user_files: ListFile::of_class(reader, Class::LocalUser),
            by_domain: map(reader, "mailertable", routing.mailertable.as_ref()),
            virtual_users: virtual_users(reader),
            fallback_mx: reader.text("FallbackMXhost"),
            fallback_smart_host: reader.text("FallbackSmartHost"),
            try_address_when_best_mx: reader.flag("TryNullMXList").unwrap_or(false),
            keep_cnames: reader.flag("DontExpandCnames").unwrap_or(false),
            canonify: Canonify {
                disabled: site.canonify.disabled.is_some(),
                unqualified: site.canonify.hosts,
                domains: names(reader, Class::Canonify),
                files: ListFile::of_class(reader, Class::Canonify),
            },
            bang: match site.nouucp.as_ref().map(|nouucp| nouucp.value) {
                None => RouteCharacter::Route,
                Some(Nouucp::Reject) => RouteCharacter::Refuse,
                Some(Nouucp::Nospecial) => RouteCharacter::Plain,
            },
            percent: match site.percent_hack.as_ref().map(|hack| hack.value) {
                None => RouteCharacter::Route,
                Some(PercentHack::Reject) => RouteCharacter::Refuse,
                Some(PercentHack::Nospecial) => RouteCharacter::Plain,
            },
            keep_source_routes: reader.flag("DontPruneRoutes").unwrap_or(false),
        }
    }
}

/// Name lookups belong to the resolver, so sendmail's own settings for them are unsupported, except for the workaround for name
/// servers that fail on AAAA, which modern resolvers do not need.
fn refuse_resolver(reader: &mut Reader<'_>) {
    let Some((text, span)) = reader.spanned("ResolverOptions") else { return };
    for word in super::reader::split(text) {
        if !word.trim_start_matches('+').eq_ignore_ascii_case("WorkAroundBrokenAAAA") {
            let why = "the resolver of the relay is configured in resolv.conf";
            reader.refuse(format!("word `{word}` of option ResolverOptions"), span, why);
        }
    }
}

fn map(reader: &mut Reader<'_>, feature: &str, spec: Option<&Spanned<MapSpec>>) -> Option<MapFile> {
    let spec = spec?;
    match MapFile::of_spec(&spec.value) {
        Ok(file) => Some(file),
        Err(why) => {
            reader.refuse(format!("FEATURE {feature} with map `{}`", spec.value.text), Some(spec.span), why);
            None
        }
    }
}

fn virtual_users(reader: &mut Reader<'_>) -> Option<VirtualUsers> {
    let users = VirtualUsers {
        map: map(reader, "virtusertable", reader.site.routing.virtusertable.as_ref()),
        domains: names(reader, Class::VirtualHost),
        files: ListFile::of_class(reader, Class::VirtualHost),
    };
    (users != VirtualUsers::default()).then_some(users)
}

fn next_hop(reader: &mut Reader<'_>, name: &str, text: Option<&Spanned<String>>) -> Option<NextHop> {
    let text = text.filter(|text| !text.value.trim().is_empty())?;
    let expanded = reader.expand(&format!("{name} "), text.value.trim(), Some(text.span))?;
    match NextHop::parse(&expanded) {
        Ok(hop) => Some(hop),
        Err(why) => {
            reader.refuse(format!("{name} `{}`", text.value), Some(text.span), why);
            None
        }
    }
}

impl NextHop {
    /// Parses `[mailer:]host` and its variants like sendmail's rules (cf/README, "MAILER TABLE" and "MASQUERADING AND RELAYING").
    fn parse(text: &str) -> Result<Self, String> {
        let (mailer, rest) = match text.split_once(':') {
            Some((mailer, rest)) if !text.starts_with('[') => (mailer, rest),
            _ => ("relay", text),
        };
        let protocol = match mailer.to_ascii_lowercase().as_str() {
            "error" => return refusal(rest).map(Self::Refuse),
            "local" => {
                let user = rest.split('@').next().filter(|user| !user.is_empty());
                return Ok(Self::Local { user: user.map(str::to_owned) });
            }
            "relay" => Protocol::Relay,
            "esmtp" => Protocol::Esmtp,
            "smtp" => Protocol::Smtp,
            "smtp8" => Protocol::Smtp8,
            "dsmtp" => Protocol::OnDemand,
            _ => return Err(format!("the relay delivers over SMTP, not through the mailer `{mailer}`")),
        };
        let (recipient, hosts) = match rest.rsplit_once('@') {
            Some((user, host)) => (Some(format!("{user}@{host}")), host),
            None => (None, rest),
        };
        let hosts = split_hosts(hosts).into_iter().map(Host::parse).collect::<Result<Vec<_>, _>>()?;
        if hosts.is_empty() {
            return Err("expected a host".into());
        }
        Ok(Self::Smtp { protocol, hosts, recipient })
    }
}

/// Splits hosts at `:`, which does not count inside brackets.
fn split_hosts(text: &str) -> Vec<&str> {
    let mut depth = 0u32;
    text.split(move |c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ':' && depth == 0
    })
    .filter(|host| !host.is_empty())
    .collect()
}

impl Host {
    fn parse(text: &str) -> Result<Self, String> {
        let name = |name: &str| {
            let bare = name.trim_end_matches('.');
            let good = !bare.is_empty()
                && bare.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') || b >= 0x80);
            if good { Ok(bare.to_owned()) } else { Err(format!("invalid host name `{text}`")) }
        };
        match text.strip_prefix('[') {
            Some(rest) => {
                let inner = rest.strip_suffix(']').ok_or_else(|| format!("missing `]` in `{text}`"))?;
                match ip(inner) {
                    Some(ip) if !inner.eq_ignore_ascii_case("localhost") => Ok(Self::Address(ip)),
                    _ => name(inner).map(Self::Host),
                }
            }
            None => name(text).map(Self::Domain),
        }
    }
}

/// Parses `D.S.N:code text`, `code text`, or a word such as `nouser` before the text.
fn refusal(text: &str) -> Result<Reply, String> {
    let text = text.trim();
    match text.split_once(':') {
        Some((dsn, rest)) if site::is_dsn(dsn.trim()) => Reply::of_text(rest.trim(), Some(dsn.trim())),
        _ => match text.split_once([':', ' ']) {
            Some((word, rest)) => match exit_status(word) {
                Some(status) => Reply::of_text(rest.trim(), Some(status)),
                None => Reply::of_text(text, None),
            },
            None => Reply::of_text(text, None),
        },
    }
}

/// Status codes for the words that the error mailer knows (op guide section 5.2).
fn exit_status(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "usage" => Some("5.5.4"),
        "nouser" => Some("5.1.1"),
        "nohost" => Some("5.1.2"),
        "unavailable" => Some("5.0.0"),
        "tempfail" => Some("4.3.0"),
        "protocol" => Some("5.5.0"),
        "config" => Some("5.3.5"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(protocol: Protocol, hosts: Vec<Host>) -> Result<NextHop, String> {
        Ok(NextHop::Smtp { protocol, hosts, recipient: None })
    }

    #[test]
    fn hosts_are_read_as_the_rules_read_them() {
        let domain = |name: &str| Host::Domain(name.into());
        assert_eq!(NextHop::parse("paragon.arkum.ch."), smtp(Protocol::Relay, vec![domain("paragon.arkum.ch")]));
        assert_eq!(NextHop::parse("esmtp:[hub]"), smtp(Protocol::Esmtp, vec![Host::Host("hub".into())]));
        assert_eq!(
            NextHop::parse("smtp:[1.2.3.4]:b.example"),
            smtp(Protocol::Smtp, vec![Host::Address([1, 2, 3, 4].into()), domain("b.example")])
        );
        assert_eq!(
            NextHop::parse("[IPv6:2001:db8::1]"),
            smtp(Protocol::Relay, vec![Host::Address("2001:db8::1".parse().unwrap())])
        );
        assert_eq!(NextHop::parse("local:root@x"), Ok(NextHop::Local { user: Some("root".into()) }));
        assert!(matches!(NextHop::parse("error:5.1.1:550 no"), Ok(NextHop::Refuse(r)) if r.status == "5.1.1"));
        assert!(matches!(NextHop::parse("error:nouser 550 no"), Ok(NextHop::Refuse(r)) if r.code == 550));
        for wrong in ["uucp-dom:host", "smtp:", "smtp:[a", "a b", "cyrus:x"] {
            assert!(NextHop::parse(wrong).is_err(), "{wrong}");
        }
    }
}
