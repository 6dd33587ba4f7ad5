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
pub mod authinfo_entry;
pub mod bcc_entry;
pub mod class_file_member;
pub mod dead_dns_list;
pub mod domaintable_entry;
pub mod genericstable_entry;
pub mod implicit_tls_client;
pub mod listener_collision;
pub mod listener_value;
pub mod local_domain_mx;
pub mod login_impossible;
pub mod loopback_listeners;
pub mod mailertable_entry;
pub mod map_class;
pub mod milter_order;
pub mod milter_socket;
pub mod mx_points_back;
pub mod no_domain_to_act_on;
pub mod no_smtp_mailer;
pub mod nouucp_mismatch;
pub mod relay_domain_never_matches;
pub mod relay_host_dns;
pub mod repeated_key;
pub mod rule_without_tab;
pub mod smtps_listener;
pub mod stale_map;
mod table_value;
mod target;
pub mod target_host;
pub mod text_map;
pub mod top_level_domain;
pub mod unknown_option;
pub mod virtusertable_entry;

pub use class_file_member::{ClassText, HOST_CLASSES};
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
pub const RULES: [Rule; 36] = [
    access_never_matches::RULE,
    access_pointless::RULE,
    access_untagged_relay::RULE,
    access_user_relay::RULE,
    access_value::RULE,
    authinfo_entry::RULE,
    bcc_entry::RULE,
    class_file_member::RULE,
    dead_dns_list::RULE,
    domaintable_entry::RULE,
    genericstable_entry::RULE,
    implicit_tls_client::RULE,
    listener_collision::RULE,
    listener_value::RULE,
    local_domain_mx::RULE,
    login_impossible::RULE,
    loopback_listeners::RULE,
    mailertable_entry::RULE,
    map_class::RULE,
    milter_order::RULE,
    milter_socket::RULE,
    mx_points_back::RULE,
    no_domain_to_act_on::RULE,
    no_smtp_mailer::RULE,
    nouucp_mismatch::RULE,
    relay_domain_never_matches::RULE,
    relay_host_dns::RULE,
    repeated_key::RULE,
    rule_without_tab::RULE,
    smtps_listener::RULE,
    stale_map::RULE,
    target_host::RULE,
    text_map::RULE,
    top_level_domain::RULE,
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
