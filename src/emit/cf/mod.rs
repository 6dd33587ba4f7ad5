//! sendmail.cf.
//!
//! The directives are the reference's as a set; the rulesets are our own, decide the same, and contain only what the site uses.
//! Every line knows the statement that it is generated for.

mod calls;
mod directives;
mod document;
mod limits;
mod rules;

pub use calls::undefined;
pub use document::{Document, Line};
pub use limits::exceeded;

use crate::site::Site;

/// Initial capacity in bytes, enough for most sites.
const TYPICAL_BYTES: usize = 48 * 1024;
/// Initial capacity in lines.
const TYPICAL_LINES: usize = 1024;

/// The sendmail.cf of a site.
pub fn emit(site: &Site) -> Document {
    let mut cf = Document::with_capacity(TYPICAL_BYTES, TYPICAL_LINES);
    cf.line(concat!("# Written by relaycc ", env!("CARGO_PKG_VERSION"), "."));
    cf.line("# Do not edit: change the site file and build again.");
    for version in &site.version_ids {
        for line in version.value.lines() {
            cf.line_from(format!("# {line}"), version.span);
        }
    }
    cf.line("");
    directives::before_rules(&mut cf, site);
    rules::rules(&mut cf, site);
    directives::after_rules(&mut cf, site);
    cf
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{RawSection, RawText};

    #[test]
    fn raw_text_of_every_section_is_written_once() {
        let mut site = Site::default();
        for section in RawSection::ALL {
            site.raw.insert(section, vec![RawText { text: format!("D{{{section:?}}}here\n"), span: None }]);
        }
        let cf = emit(&site).to_string();
        for section in RawSection::ALL {
            assert_eq!(cf.matches(&format!("D{{{section:?}}}here\n")).count(), 1, "{section:?}");
        }
    }
}
