//! Through what mail leaves.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListFile, MapFile, Reply, is_default, listen::ip, masquerade::names, reader::Reader};
use crate::{
    site::{self, Class, MapSpec, Nouucp, PercentHack},
    source::Spanned,
};

/// Through what mail leaves. A next hop that names this host itself, or a local domain, is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Routes {
    /// All mail for local domains, except for `local_users`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_hub: Option<NextHop>,
    /// Recipients without a domain, and those in local domains unless they keep it, except for `local_users`; after
    /// `mail_hub`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unqualified: Option<NextHop>,
    /// Recipients in local domains keep their domain: `mail_hub` gets `user@domain` instead of `user@hub`, that of
    /// `local_users` as well, and neither `unqualified` nor `unknown_users` takes them.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_local_domain: bool,
    /// Recipients in local domains who are no local users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_users: Option<NextHop>,
    /// Everything that is not local. Left out: by the MX records of its domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smart_host: Option<NextHop>,
    /// Users whose mail is always delivered here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_users: Vec<String>,
    /// Files of users whose mail is always delivered here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local_user_files: Vec<ListFile>,
    /// Next hops by domain, before `smart_host`: keys are `host.domain`, `.domain` or `.`, values `[protocol:]host`, `local:user` or
    /// `error:…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_domain: Option<MapFile>,
    /// Addresses that stand for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtual_users: Option<VirtualUsers>,
    /// Where mail goes when no MX host of a domain can be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_mx: Option<String>,
    /// Where mail goes when a domain cannot be found in the DNS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_smart_host: Option<String>,
    /// When this host is the best MX of a domain that it does not know, the domain's own address is tried.
    #[serde(skip_serializing_if = "is_default")]
    pub try_address_when_best_mx: bool,
    /// Names that are aliases in the DNS are not replaced by what they stand for.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_cnames: bool,
    /// How host names are made canonical.
    #[serde(skip_serializing_if = "is_default")]
    pub canonify: Canonify,
    /// What `!` in a user part means.
    #[serde(skip_serializing_if = "is_default")]
    pub bang: RouteCharacter,
    /// What `%` in a user part means.
    #[serde(skip_serializing_if = "is_default")]
    pub percent: RouteCharacter,
    /// `@a,@b:user@c` is used as it stands, instead of going to `user@c` at once.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_source_routes: bool,
}

/// Where a message goes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum NextHop {
    /// To another host.
    Smtp {
        /// How the host is spoken to.
        #[serde(default, skip_serializing_if = "is_default")]
        protocol: Protocol,
        /// Hosts, tried in order.
        hosts: Vec<Host>,
        /// Recipient that takes the place of the message's own. Left out: its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
    },
    /// To a local user.
    Local {
        /// The user. Left out: the user that the message is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
    },
    /// Nowhere: it is refused.
    Refuse(Reply),
}

/// How a host is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// ESMTP; addresses are left as they are, since the host belongs to this site.
    #[default]
    Relay,
    /// ESMTP; addresses are masqueraded.
    Esmtp,
    /// SMTP; ESMTP if the greeting offers it.
    Smtp,
    /// SMTP with eight-bit data sent as it is.
    Smtp8,
    /// ESMTP for hosts that ask for their mail (ETRN).
    OnDemand,
}

/// A host to connect to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// A domain: mail goes to its MX hosts.
    Domain(String),
    /// A host: mail goes to its addresses, MX records are not looked up.
    Host(String),
    /// An address.
    Address(IpAddr),
}

/// Addresses that stand for others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct VirtualUsers {
    /// Keys are `user@domain` or `@domain`, values addresses or `error:…`. Left out: there are domains only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<MapFile>,
    /// Domains whose addresses are looked up, besides the local ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files of further domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
}

/// How host names are made canonical.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Canonify {
    /// Names are taken as canonical, and are not looked up.
    #[serde(skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// Names without a domain are looked up all the same.
    #[serde(skip_serializing_if = "is_default")]
    pub unqualified: bool,
    /// Domains that are looked up all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Files of domains that are looked up all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ListFile>,
}

/// What a character means that used to name a route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(rename_all = "snake_case")]
pub enum RouteCharacter {
    /// It names a route, which is followed and checked.
    #[default]
    Route,
    /// A recipient with it is refused, unless its client may relay.
    Refuse,
    /// It is a character like any other.
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
                reader.refuse(name, Some(relay.span), "a relay knows no such network");
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

/// How names are looked up is the resolver's business; what is said of it only for sendmail's has no counterpart, except for
/// the workaround for name servers that fail on AAAA, which a resolver of today needs no telling.
fn refuse_resolver(reader: &mut Reader<'_>) {
    let Some((text, span)) = reader.spanned("ResolverOptions") else { return };
    for word in super::reader::split(text) {
        if !word.trim_start_matches('+').eq_ignore_ascii_case("WorkAroundBrokenAAAA") {
            let why = "how names are looked up is said in resolv.conf";
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
    /// Reads `[mailer:]host` and its kin as sendmail's rules do (cf/README, "MAILER TABLE" and "MASQUERADING AND RELAYING").
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
            _ => return Err(format!("a relay delivers over SMTP, not through mailer `{mailer}`")),
        };
        let (recipient, hosts) = match rest.rsplit_once('@') {
            Some((user, host)) => (Some(format!("{user}@{host}")), host),
            None => (None, rest),
        };
        let hosts = split_hosts(hosts).into_iter().map(Host::parse).collect::<Result<Vec<_>, _>>()?;
        if hosts.is_empty() {
            return Err("it names no host".into());
        }
        Ok(Self::Smtp { protocol, hosts, recipient })
    }
}

/// Hosts with `:` between, which does not count inside brackets.
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
            if good { Ok(bare.to_owned()) } else { Err(format!("`{text}` is no host name")) }
        };
        match text.strip_prefix('[') {
            Some(rest) => {
                let inner = rest.strip_suffix(']').ok_or_else(|| format!("`{text}` has no closing bracket"))?;
                match ip(inner) {
                    Some(ip) if !inner.eq_ignore_ascii_case("localhost") => Ok(Self::Address(ip)),
                    _ => name(inner).map(Self::Host),
                }
            }
            None => name(text).map(Self::Domain),
        }
    }
}

/// `D.S.N:code text`, `code text`, or a word such as `nouser` before the text.
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

/// Status codes of the words that the error mailer knows (op guide section 5.2).
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
