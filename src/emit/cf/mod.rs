//! sendmail.cf.
//!
//! The directives are the reference's as a set; the rulesets are our own, decide the same, and are only what the site
//! uses. Every line knows the statement it comes from.

mod directives;
mod document;
mod rules;

pub use document::{Document, Line};

use crate::site::Site;

/// The sendmail.cf of a site.
pub fn emit(site: &Site) -> Document {
    let mut cf = Document::default();
    cf.line(concat!("# Written by relaycc ", env!("CARGO_PKG_VERSION"), "."));
    cf.line("# Do not edit: change the site file and build again.");
    for version in &site.version_ids {
        for line in version.value.lines() {
            cf.line_from(format!("# {line}"), version.span);
        }
    }
    cf.line("");
    cf.append(directives::before_rules(site));
    cf.append(rules::rules(site));
    cf.append(directives::after_rules(site));
    cf
}
