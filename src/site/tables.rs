//! Tables that addresses are looked up in, to be replaced by what they give.
//!
//! What chooses a mailer (`mailertable`) or a recipient (`virtusertable`) is with [`Routing`](super::Routing); who may
//! do what is with the access map.

use super::MapSpec;
use crate::source::Spanned;

/// The tables of a site (cf/README, "FEATURES").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// `genericstable`: what senders are called outside.
    pub generics: Option<Spanned<MapSpec>>,
    /// `generics_entire_domain`: class G names domains with all hosts in them, not hosts.
    pub generics_entire_domain: Option<Spanned<()>>,
    /// `virtuser_entire_domain`: class VirtHost names domains with all hosts in them, not hosts.
    pub virtuser_entire_domain: Option<Spanned<()>>,
    /// `domaintable`: names of domains that stand for others.
    pub domains: Option<Spanned<MapSpec>>,
    /// `bitdomain`: Internet names of BITNET hosts.
    pub bitnet_hosts: Option<Spanned<MapSpec>>,
    /// `uucpdomain`: Internet names of UUCP hosts.
    pub uucp_hosts: Option<Spanned<MapSpec>>,
    /// `domainmap`: domains with maps of their own, in order.
    pub domain_maps: Vec<Spanned<DomainMap>>,
    /// `DOMAINMAP_NO_REGEX`: names of their maps are found without a regular expression.
    pub domain_maps_without_regex: bool,
    /// `bestmx_is_local`.
    pub best_mx: Option<Spanned<BestMx>>,
    /// `bcc`.
    pub copies: Option<Spanned<Copies>>,
    /// `ldap_routing`.
    pub ldap_routing: Option<Spanned<LdapRouting>>,
    /// `vnet`: routes of IBM's network.
    pub vnet: Option<Spanned<()>>,
}

/// `domainmap`: a domain whose users are looked up in a map of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainMap {
    /// The domain.
    pub domain: String,
    /// Its users' map, without the `-T<TEMP>` that is put after it.
    pub map: MapSpec,
}

impl DomainMap {
    /// What the map is called: the domain, with `_` for what names of maps cannot hold.
    pub fn map_name(&self) -> String {
        format!("domain_{}", self.domain.replace(['.', '-'], "_"))
    }
}

/// `bestmx_is_local`: which domains are local when this host is their best mail exchanger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BestMx {
    /// Any.
    Anywhere,
    /// Those of class B and within: these words fill it.
    Within(String),
}

/// `bcc`: copies of mail for others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// The map of domains whose mail is copied; `None` for entries of the access map with the tag `bcc:`.
    pub map: Option<MapSpec>,
    /// Where copies go, `[mailer:]host`; empty for wherever mail for that address goes.
    pub host: String,
    /// Whom copies are for; empty for what the map says.
    pub address: String,
    /// The map that such addresses are rewritten with.
    pub canonical: Option<MapSpec>,
}

/// `ldap_routing`: each recipient's mail host and routing address are looked up (cf/README, "LDAP ROUTING").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdapRouting {
    /// The map of mail hosts, `ldapmh`.
    pub host: MapSpec,
    /// The map of routing addresses, `ldapmra`.
    pub address: MapSpec,
    /// What becomes of addresses that are in neither.
    pub missing: MissingMailbox,
    /// What becomes of `+detail`.
    pub detail: Option<RoutedDetail>,
    /// Whether `@domain` is looked up for addresses that are not found.
    pub by_domain: bool,
    /// Whether recipients are refused for now while the maps cannot be read; otherwise their mail is taken and waits.
    pub refuse_for_now: bool,
}

/// What becomes of addresses that LDAP routing does not find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingMailbox {
    /// They are taken as they are.
    Pass,
    /// Recipients are refused.
    RefuseRecipient,
    /// Senders are refused as well.
    RefuseBoth,
}

/// What LDAP routing makes of `+detail` when the address with it is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutedDetail {
    /// The address without it is looked up.
    Strip,
    /// The same, and the detail is put into the routing address.
    Preserve,
}
