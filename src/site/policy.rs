//! Decisions: who may relay, through what, under which name, and what is refused with which words.

use super::{MapSpec, Setting};
use crate::source::Spanned;

/// Who may relay, besides classes and the access map (cf/README, "ANTI-SPAM CONFIGURATION CONTROL").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelayPolicy {
    /// `promiscuous_relay`: everybody.
    pub promiscuous: Option<Spanned<()>>,
    /// `relay_based_on_MX`: for any domain whose MX this host is.
    pub based_on_mx: Option<Spanned<()>>,
    /// `relay_entire_domain`: hosts of class m.
    pub entire_domain: Option<Spanned<()>>,
    /// `relay_hosts_only`: names mean themselves, not their subdomains.
    pub hosts_only: Option<Spanned<()>>,
    /// `relay_local_from`: senders of a local domain.
    pub local_from: Option<Spanned<()>>,
    /// `relay_mail_from`: senders with RELAY in the access map.
    pub mail_from: Option<Spanned<MailFromRelay>>,
    /// `loose_relay_check`: the part after `%` is not checked.
    pub loose: Option<Spanned<()>>,
}

/// What `relay_mail_from` looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFromRelay {
    /// The whole address.
    Address,
    /// The address, then its domain.
    Domain,
}

/// What is asked of a sender's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SenderChecks {
    /// `accept_unresolvable_domains`.
    pub accept_unresolvable: Option<Spanned<()>>,
    /// `accept_unqualified_senders`.
    pub accept_unqualified: Option<Spanned<()>>,
    /// `badmx`: the MX records of its domain must be of use; a regular expression of addresses that are of none.
    pub useless_mx: Option<Spanned<String>>,
}

/// `delay_checks`: client and sender are checked when the recipient is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayChecks {
    /// Where it was asked for.
    pub declared: Spanned<()>,
    /// Whom `Spam:` entries exempt.
    pub spam: Option<SpamRecipients>,
    /// Values of 8.10 (`SPAMFRIEND`, `SPAMHATER`) are still understood: no second argument given.
    pub compatible_8_10: bool,
}

/// Which recipients `Spam:` entries single out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpamRecipients {
    /// Those listed get their mail unchecked.
    Friend,
    /// Only those listed have their mail checked.
    Hater,
}

/// One DNS list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsBlocklist {
    /// What is looked up, and how.
    pub kind: ListKind,
    /// The zone that is asked; of [`ListKind::MailServers`] what stands before the client's name in it.
    pub server: String,
    /// The refusal, `quarantine`, `discard`, or empty for the standard text. As written, with its quotes.
    pub message: String,
    /// The temporary failure: empty to accept, `t` for the standard text, or the text.
    pub temporary: String,
    /// Answers that count, as rule patterns; empty: any. Only of an enhanced list.
    pub matches: Vec<ExtraBlocklistMatch>,
    /// The tag that its answers are looked up under in the access map. Only of [`ListKind::ByAccess`].
    pub tag: String,
}

/// The kinds of DNS lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// `dnsbl`: the client's address; any answer lists it.
    Plain,
    /// `enhdnsbl`: the client's address; certain answers list it.
    Enhanced,
    /// `rhsbl`: the domain of the sender.
    SenderDomain,
    /// The hack `dnsblaccess`: the client's address; the access map says what an answer means.
    ByAccess,
    /// `mtamark`: the client's address among those of all hosts, where `0` says that it is no mail server.
    MailServers,
}

impl ListKind {
    /// The statement that asks for a list of this kind.
    pub fn statement(self) -> &'static str {
        match self {
            ListKind::Plain => "FEATURE dnsbl",
            ListKind::Enhanced => "FEATURE enhdnsbl",
            ListKind::SenderDomain => "FEATURE rhsbl",
            ListKind::ByAccess => "HACK dnsblaccess",
            ListKind::MailServers => "FEATURE mtamark",
        }
    }
}

/// A pattern of an enhanced list's answers.
pub type ExtraBlocklistMatch = String;

/// How DNS lists are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlocklistMap {
    /// `DNSBL_MAP`; `None` for the default `dns -R A`.
    pub class: Option<Setting<String>>,
    /// `DNSBL_MAP_OPT`.
    pub options: Option<Setting<String>>,
    /// `EDNSBL_TO`: seconds to wait; `None` for 5.
    pub enhanced_timeout: Option<Setting<String>>,
    /// `MTAMARK_TO`: seconds to wait; `None` for 5.
    pub mark_timeout: Option<Setting<String>>,
}

/// Under which name mail leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Masquerade {
    /// `MASQUERADE_AS`. Set and empty is not the same as not set: an empty name leaves every host as it is.
    pub name: Option<Spanned<String>>,
    /// `masquerade_envelope`: envelope senders too.
    pub envelope: Option<Spanned<()>>,
    /// `masquerade_entire_domain`: subdomains of class M too.
    pub entire_domain: Option<Spanned<()>>,
    /// `limited_masquerade`: class M only, not class w.
    pub limited: Option<Spanned<()>>,
    /// `allmasquerade`: recipients in headers too.
    pub all: Option<Spanned<()>>,
    /// `local_no_masquerade`: not in local mail.
    pub local_no_masquerade: Option<Spanned<()>>,
    /// `always_add_domain`: local mail too gets a domain.
    pub always_add_domain: Option<Spanned<AddDomain>>,
}

/// Which domain `always_add_domain` adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddDomain {
    /// This host's.
    Local,
    /// This one.
    Named(String),
}

/// Through what mail leaves. Hosts are `[mailer:]host` as in cf/README, "MAILER TABLE" and "MASQUERADING AND RELAYING".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// `SMART_HOST`: everything that is not local.
    pub smart_host: Option<Spanned<String>>,
    /// `LOCAL_RELAY`: unqualified names.
    pub local_relay: Option<Spanned<String>>,
    /// `MAIL_HUB`: all local mail.
    pub mail_hub: Option<Spanned<String>>,
    /// `stickyhost`: addresses in local domains keep their host on the way to the mail hub, and stay away from the local relay.
    pub sticky_hosts: Option<Spanned<()>>,
    /// `LUSER_RELAY`: names that are no local user.
    pub luser_relay: Option<Spanned<String>>,
    /// `preserve_luser_host`: such names keep the host that they were sent to.
    pub preserve_luser_host: Option<Spanned<()>>,
    /// `preserve_local_plus_detail`: the local mailer gets `user+detail` as it is.
    pub preserve_plus_detail: Option<Spanned<()>>,
    /// `mailertable`.
    pub mailertable: Option<Spanned<MapSpec>>,
    /// `virtusertable`.
    pub virtusertable: Option<Spanned<MapSpec>>,
    /// `VIRTUSER_DOMAIN(_FILE)` was used, so class VirtHost also relays.
    pub virtual_hosts_relay: bool,
    /// `UUCP_RELAY`, for addresses in `.UUCP`.
    pub uucp_relay: Option<Spanned<String>>,
    /// `BITNET_RELAY`.
    pub bitnet_relay: Option<Spanned<String>>,
    /// `DECNET_RELAY`.
    pub decnet_relay: Option<Spanned<String>>,
    /// `node::user` is an address: `DECNET_RELAY`, or `_USE_DECNET_SYNTAX_`, which `MAILER(mail11)` defines.
    pub decnet_syntax: Option<Spanned<()>>,
    /// `FAX_RELAY`.
    pub fax_relay: Option<Spanned<String>>,
}

/// How host names are made canonical.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Canonify {
    /// `nocanonify`.
    pub disabled: Option<Spanned<()>>,
    /// `nocanonify` with `canonify_hosts`: unqualified names are still looked up.
    pub hosts: bool,
}

/// `nouucp`: what `!` in an address means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nouucp {
    /// A recipient with `!` is refused unless its client may relay.
    Reject,
    /// `!` is a character like any other.
    Nospecial,
}

/// `nopercenthack`: what `%` in an address means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PercentHack {
    /// A recipient with `%` is refused unless its client may relay.
    Reject,
    /// `%` is a character like any other.
    Nospecial,
}

/// Words of refusals. Each as written, with its quotes and reply code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Messages {
    /// `confRELAY_MSG`: relaying denied.
    pub relay: Option<Setting<String>>,
    /// `confREJECT_MSG`: access denied.
    pub reject: Option<Setting<String>>,
    /// `confRCPTREJ_MSG`: mailbox disabled.
    pub recipient_reject: Option<Setting<String>>,
    /// `TLS_PERM_ERR`: TLS failures are permanent.
    pub tls_permanent: bool,
}

/// Header texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// `confFROM_HEADER`.
    pub from: Setting<String>,
    /// `confRECEIVED_HEADER`.
    pub received: Setting<String>,
    /// `confMESSAGEID_HEADER`.
    pub message_id: Setting<String>,
}

impl Default for Headers {
    fn default() -> Self {
        Self {
            from: Setting::default_of(String::new()),
            received: Setting::default_of(String::new()),
            message_id: Setting::default_of(String::new()),
        }
    }
}
