//! The IR: what a site is.
//!
//! Both front ends end here and every product starts here. It holds meaning, not spelling: a `.mc` and a `site.toml` that
//! say the same give equal values, wherever and however they said it. Every value knows its place in the source
//! ([`Setting::span`], [`Spanned`]); places are not part of equality.
//!
//! Not its business: any syntax, any default (the front ends fill them in from the catalog), any output.

mod access;
mod aliases;
mod case;
mod checks;
mod class;
mod domain;
mod hack;
pub mod ipv6;
mod listener;
mod mailer;
mod map_spec;
pub mod network;
mod policy;
mod raw;
mod setting;
mod submission;
mod switches;
mod table;
mod tables;
mod tls;
mod uucp;

pub use access::{AccessAction, AccessMap, TAGS, is_dsn};
pub use aliases::{AliasFile, AliasTable};
pub use case::{Case, Expected, VerdictKind};
pub use checks::{ClientChecks, ClientLimit, CommandChecks, GreetPause, PrefixFlags};
pub use class::{Class, ClassFile, Classes};
pub use domain::is_public_suffix;
pub use hack::{Hack, HackKind};
pub use listener::{Listener, Listeners, service_port};
pub use mailer::{Mailer, MailerNames};
pub use map_spec::{MapSpec, TextColumns};
pub use policy::{
    AddDomain, BlocklistMap, Canonify, DelayChecks, DnsBlocklist, ExtraBlocklistMatch, Headers, ListKind,
    MailFromRelay, Masquerade, Messages, Nouucp, PercentHack, RelayPolicy, Routing, SenderChecks, SpamRecipients,
};
pub use raw::{RawSection, RawText};
pub use setting::Setting;
pub use submission::Submission;
pub use switches::Switches;
pub use table::{DeclaredTable, TableEntry};
pub use tables::{BestMx, Copies, DomainMap, LdapRouting, MissingMailbox, RoutedDetail, Tables};
pub use tls::{StrictTransport, TlsPolicy};
pub use uucp::UucpLink;

use std::collections::BTreeMap;

use crate::{catalog::table::TableKind, source::Spanned};

/// Everything that is known of one site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// The system type of `OSTYPE`, as the catalog names it.
    pub system: Option<Spanned<String>>,
    /// The shared site policy of `DOMAIN`, in the order given.
    pub domains: Vec<Spanned<String>>,
    /// Comments for people that `VERSIONID` records.
    pub version_ids: Vec<Spanned<String>>,
    /// Text that `confCF_VERSION` appends to the configuration's version number.
    pub version_suffix: Option<Setting<String>>,
    /// Vendor in the `V` line; `None` for no vendor (`NO_VENDOR`).
    pub vendor: Option<String>,
    /// This host's own name (`$j`), when sendmail is not to find it by itself: `confDOMAIN_NAME`.
    pub domain_name: Option<Setting<String>>,
    /// Name that errors come from (`$n`): `confMAILER_NAME`.
    pub mailer_name: Option<Setting<String>>,
    /// Directory of maps and class files, with its trailing slash: `MAIL_SETTINGS_DIR`.
    pub settings_directory: String,
    /// The classes that policy is written in.
    pub classes: Classes,
    /// Who may relay.
    pub relay: RelayPolicy,
    /// The access map.
    pub access: Option<AccessMap>,
    /// What is asked of senders.
    pub senders: SenderChecks,
    /// When and for whom the checks run.
    pub delay_checks: Option<DelayChecks>,
    /// What is asked of clients.
    pub clients: ClientChecks,
    /// Encryption and authentication.
    pub tls: TlsPolicy,
    /// What is asked of commands and recipients.
    pub commands: CommandChecks,
    /// What names of sendmail's tree decide that a site defines by hand.
    pub switches: Switches,
    /// DNS lists that clients and senders are looked up in, in order.
    pub blocklists: Vec<Spanned<DnsBlocklist>>,
    /// `DNSBL_MAP`, `DNSBL_MAP_OPT`, `EDNSBL_TO`: how those lists are asked.
    pub blocklist_map: BlocklistMap,
    /// Under which name mail leaves.
    pub masquerade: Masquerade,
    /// Through what mail leaves.
    pub routing: Routing,
    /// Tables that replace addresses.
    pub tables: Tables,
    /// Entries of tables, of each that the site holds.
    pub entries: BTreeMap<TableKind, Vec<TableEntry>>,
    /// Aliases, if the site holds them.
    pub aliases: Option<AliasTable>,
    /// How host names are made canonical.
    pub canonify: Canonify,
    /// What `!` means.
    pub nouucp: Option<Spanned<Nouucp>>,
    /// What `%` means.
    pub percent_hack: Option<Spanned<PercentHack>>,
    /// Local users may be in a user database, by their whole name: `confUSERDB_SPEC`, set before `MAILER(local)`.
    pub user_database: bool,
    /// `msp`: this is the configuration of the mail submission program.
    pub submission: Option<Spanned<Submission>>,
    /// UUCP neighbours, in the order declared.
    pub uucp: Vec<Spanned<UucpLink>>,
    /// `FEATURE(redirect)`: `user@host.REDIRECT` answers with the new address.
    pub redirect: Option<Spanned<()>>,
    /// Text of refusals.
    pub messages: Messages,
    /// Where sendmail listens, and how it connects.
    pub listeners: Listeners,
    /// Delivery agents, in the order they were declared.
    pub mailers: Vec<Mailer>,
    /// Which of them is used for what.
    pub mailer_names: MailerNames,
    /// Options by their name in sendmail.cf (`MaxMessageSize`), as the text after `=`.
    pub options: BTreeMap<&'static str, Setting<String>>,
    /// Users who may set another sender (class t) besides `root`, `daemon` and, with UUCP, `uucp`: `confTRUSTED_USERS`.
    pub trusted_users: Option<Setting<String>>,
    /// File of further trusted users: `use_ct_file` with `confCT_FILE`.
    pub trusted_users_file: Option<Setting<String>>,
    /// Text of the `From:`, `Received:` and `Message-Id:` headers that sendmail adds.
    pub headers: Headers,
    /// Milters: `X` lines in order, as `name, equates`.
    pub milters: Vec<Setting<String>>,
    /// Queue groups: `Q` lines in order.
    pub queue_groups: Vec<Setting<String>>,
    /// `confDEQUOTE_OPTS`: options of the dequote map.
    pub dequote_options: Option<Setting<String>>,
    /// `confLDAP_CLUSTER`: `${sendmailMTACluster}`.
    pub ldap_cluster: Option<Setting<String>>,
    /// Mechanisms that allow relaying once authenticated: `TRUST_AUTH_MECH`.
    pub trusts_authentication: bool,
    /// The system's sendmail keeps the argument of MAIL in `${mail_from}` (`_FFR_MAIL_MACRO`).
    pub has_mail_from_macro: bool,
    /// Hacks that are rules of their own.
    pub hacks: Vec<Spanned<Hack>>,
    /// Raw sendmail.cf lines, by the section they belong to.
    pub raw: BTreeMap<RawSection, Vec<RawText>>,
    /// How many pieces of a section stand before the rules that a mailer adds to it: `LOCAL_UUCP` before `MAILER(uucp)`,
    /// `LOCAL_RULE_0` before `MAILER(mail11)`. A section that is not named has none.
    pub raw_before_mailer: BTreeMap<RawSection, usize>,
}

impl Site {
    /// Whether a delivery agent of this name is declared.
    pub fn has_mailer(&self, name: &str) -> bool {
        self.mailers.iter().any(|m| m.name == name)
    }

    /// The hack of this name, if it is used and has rules.
    pub fn hack(&self, name: &str) -> Option<&Spanned<Hack>> {
        self.hacks.iter().find(|hack| hack.value.kind.name() == name)
    }

    /// The lines of one raw section, in order.
    pub fn raw_section(&self, section: RawSection) -> &[RawText] {
        self.raw.get(&section).map_or(&[], Vec::as_slice)
    }
}
