//! Every line of sendmail.cf that is not a rule.
//!
//! As a set these lines are the reference's; their order is ours where order means nothing. What has to come before what:
//! file safety and LDAP options before any file or map, members of a class before a class made of it, maps and classes
//! before rules that use them.

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

/// What comes before the rulesets: names, classes, maps, options, precedences, trusted users, headers.
pub fn before_rules(site: &Site) -> Document {
    let mut cf = Document::default();
    raw(&mut cf, site, RawSection::Head);
    names::version(&mut cf, site);
    options::first(&mut cf, site);
    cf.line("");
    cf.line("# Names");
    names::names(&mut cf, site);
    names::relays(&mut cf, site);
    cf.line("");
    cf.line("# Classes");
    classes::fixed(&mut cf, site);
    classes::policy(&mut cf, site);
    raw(&mut cf, site, RawSection::Classes);
    classes::derived(&mut cf, site);
    cf.line("");
    cf.line("# Maps");
    maps::maps(&mut cf, site);
    raw(&mut cf, site, RawSection::LocalConfig);
    maps::sequences(&mut cf, site);
    names::release(&mut cf, site);
    cf.line("");
    cf.line("# Options");
    options::options(&mut cf, site);
    cf.line("");
    cf.line("# Queue groups, precedences, trusted users, headers");
    fields::queue_groups(&mut cf, site);
    fields::precedences(&mut cf);
    fields::trusted_users(&mut cf, site);
    fields::headers(&mut cf, site);
    cf
}

/// What comes after the rulesets: milters, delivery agents.
pub fn after_rules(site: &Site) -> Document {
    let mut cf = Document::default();
    agents::milters(&mut cf, site);
    cf.line("");
    cf.line("# Mailers");
    agents::mailers(&mut cf, site);
    raw(&mut cf, site, RawSection::MailerDefinitions);
    cf
}

fn raw(cf: &mut Document, site: &Site, section: RawSection) {
    for text in site.raw_section(section) {
        cf.raw(&text.text, text.span);
    }
}
