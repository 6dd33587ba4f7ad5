//! Findings of our own: one file per rule, one registry.
//!
//! A rule judges a [`Site`] that compiled, beyond what sendmail's own tree says. Its code names its file, its fixtures
//! (`fixtures/lint/CODE/`) and its findings, and its documentation is [`crate::findings`]'. Whether a finding
//! fails a build is the command line's business.

mod access_key;
pub mod access_never_matches;
pub mod access_pointless;
pub mod access_untagged_relay;
pub mod access_user_relay;
pub mod access_value;
pub mod auth_without_tls;
pub mod authinfo_entry;
pub mod bcc_entry;
pub mod cipher_list;
pub mod class_file_member;
pub mod client_port_465;
pub mod dead_dns_list;
pub mod deferred_open_relay;
pub mod domaintable_entry;
pub mod feature_without_domain;
pub mod genericstable_entry;
pub mod greet_pause_value;
pub mod host_value;
pub mod internationalized_name;
pub mod listener_collision;
pub mod listener_tls;
pub mod listener_value;
mod listeners;
pub mod local_check_relays;
pub mod local_domain_elsewhere;
pub mod loopback_listeners;
pub mod mailertable_entry;
pub mod map_class;
pub mod milter_list;
pub mod milter_value;
mod milters;
pub mod mx_points_back;
pub mod no_smtp_mailer;
pub mod nouucp_mismatch;
pub mod option_value;
pub mod overridden_option;
mod raw_classes;
mod raw_lines;
mod raw_rules;
pub mod readable_passwords;
pub mod relay_domain_never_matches;
pub mod relay_host_dns;
pub mod repeated_key;
pub mod rule_argument;
pub mod rule_without_tab;
pub mod stale_map;
mod table_value;
mod target;
mod target_host;
pub mod text_map;
pub mod top_level_domain;
pub mod trusted_anonymous;
pub mod undefined_macro;
pub mod unknown_option;
pub mod virtusertable_entry;

pub use class_file_member::{ClassText, HOST_CLASSES};
pub use local_domain_elsewhere::local_domains;
pub use target::Target;

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::{Sources, Syntax},
    syntax::zone::Zones,
};

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What findings are called.
    pub code: &'static str,
    /// One line for people, without a full stop.
    pub summary: &'static str,
    /// How bad its findings are, unless one says otherwise.
    pub severity: Severity,
    /// Judges a site by itself, with what is known beside it.
    pub check: fn(&Site, &Surroundings) -> Vec<Diagnostic>,
    /// Judges sites of one run against each other; each finding with the index of the site whose texts its places are in.
    pub together: Option<Together>,
}

/// What is known beside a site.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The language of the site, which is that of what is suggested.
    pub syntax: Syntax,
    /// Zones of DNS.
    pub zones: Zones,
    /// Map files of its tables that are there already, each by its table, with its path and what it holds.
    pub map_files: BTreeMap<TableKind, (PathBuf, Vec<u8>)>,
    /// Files of tables, texts and map files, that every user of this host can read.
    pub readable_tables: Vec<(TableKind, PathBuf)>,
    /// Files of class members that are there.
    pub class_files: Vec<ClassText>,
    /// The sendmail that will run the site.
    pub target: Option<Target>,
}

/// How a rule judges sites against each other.
pub type Together = fn(&[Linted<'_>]) -> Vec<(usize, Diagnostic)>;

/// A site among others of the same run.
#[derive(Debug, Clone, Copy)]
pub struct Linted<'a> {
    /// The name of its file.
    pub name: &'a str,
    /// The site.
    pub site: &'a Site,
    /// The texts that its places are in.
    pub sources: &'a Sources,
}

/// Every rule, in the order of their codes.
pub const RULES: [Rule; 47] = [
    access_never_matches::RULE,
    access_pointless::RULE,
    access_untagged_relay::RULE,
    access_user_relay::RULE,
    access_value::RULE,
    auth_without_tls::RULE,
    authinfo_entry::RULE,
    bcc_entry::RULE,
    cipher_list::RULE,
    class_file_member::RULE,
    client_port_465::RULE,
    dead_dns_list::RULE,
    deferred_open_relay::RULE,
    domaintable_entry::RULE,
    feature_without_domain::RULE,
    genericstable_entry::RULE,
    greet_pause_value::RULE,
    host_value::RULE,
    internationalized_name::RULE,
    listener_collision::RULE,
    listener_tls::RULE,
    listener_value::RULE,
    local_check_relays::RULE,
    local_domain_elsewhere::RULE,
    loopback_listeners::RULE,
    mailertable_entry::RULE,
    map_class::RULE,
    milter_list::RULE,
    milter_value::RULE,
    mx_points_back::RULE,
    no_smtp_mailer::RULE,
    nouucp_mismatch::RULE,
    option_value::RULE,
    overridden_option::RULE,
    readable_passwords::RULE,
    relay_domain_never_matches::RULE,
    relay_host_dns::RULE,
    repeated_key::RULE,
    rule_argument::RULE,
    rule_without_tab::RULE,
    stale_map::RULE,
    text_map::RULE,
    top_level_domain::RULE,
    trusted_anonymous::RULE,
    undefined_macro::RULE,
    unknown_option::RULE,
    virtusertable_entry::RULE,
];

/// What the rules find in one site, by the order of [`RULES`] and then of the source.
pub fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    RULES
        .iter()
        .map(|rule| (rule.check)(site, around))
        .flat_map(|mut found| {
            found.sort_by_key(|finding| finding.span().map(|span| (span.source, span.start)));
            found
        })
        .collect()
}

/// What the rules find between sites of one run: each finding with the index of the site whose texts its places are in.
pub fn check_together(sites: &[Linted<'_>]) -> Vec<(usize, Diagnostic)> {
    RULES.iter().filter_map(|rule| rule.together).flat_map(|check| check(sites)).collect()
}

#[cfg(test)]
mod tests;
