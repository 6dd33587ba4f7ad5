//! Every line of sendmail.cf that is not a rule.
//!
//! As a set, these lines are the reference's; the order is our own where it has no meaning. The required order: options for file
//! safety and LDAP before any file or map; members of a class before a class built from it; maps and classes before rules that
//! use them.

mod agents;
mod classes;
mod fields;
mod maps;
mod names;
mod options;
#[cfg(test)]
mod tests;

use super::Document;
use crate::site::{RawSection, Site};

/// Lines before the rulesets: names, classes, maps, options, precedences, trusted users, headers.
pub fn before_rules(cf: &mut Document, site: &Site) {
    raw(cf, site, RawSection::Head);
    names::version(cf, site);
    options::first(cf, site);
    cf.line("");
    cf.line("# Names");
    names::names(cf, site);
    names::relays(cf, site);
    names::submission(cf, site);
    cf.line("");
    cf.line("# Classes");
    classes::fixed(cf, site);
    classes::policy(cf, site);
    classes::of_tables(cf, site);
    raw(cf, site, RawSection::Classes);
    classes::derived(cf, site);
    cf.line("");
    cf.line("# Maps");
    maps::maps(cf, site);
    raw(cf, site, RawSection::LocalConfig);
    maps::sequences(cf, site);
    names::release(cf, site);
    cf.line("");
    cf.line("# Options");
    options::options(cf, site);
    cf.line("");
    cf.line("# Queue groups, precedences, trusted users, headers");
    fields::queue_groups(cf, site);
    fields::precedences(cf);
    fields::trusted_users(cf, site);
    fields::headers(cf, site);
}

/// Lines after the rulesets: milters, delivery agents.
pub fn after_rules(cf: &mut Document, site: &Site) {
    agents::milters(cf, site);
    cf.line("");
    cf.line("# Mailers");
    agents::mailers(cf, site);
    raw(cf, site, RawSection::MailerDefinitions);
}

fn raw(cf: &mut Document, site: &Site, section: RawSection) {
    for text in site.raw_section(section) {
        cf.raw(&text.text, text.span);
    }
}
