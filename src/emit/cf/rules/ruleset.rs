//! Writes rulesets: names, and rules with a comment and the statement that each is generated for.

use super::uses::defines_ruleset;
use crate::{
    emit::cf::Document,
    site::{RawSection, RawText, Site},
    source::Span,
};

/// Rulesets under construction.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    document: &'a mut Document,
    origin: Option<Span>,
}

impl<'a> Rules<'a> {
    /// Appends rulesets to a document.
    pub(super) fn new(document: &'a mut Document) -> Self {
        Self { document, origin: None }
    }

    /// Starts a ruleset. `name` may carry a number: `canonify=3`.
    pub(super) fn ruleset(&mut self, name: &str, purpose: &str) -> &mut Self {
        self.origin = None;
        self.document.line("");
        self.document.line_of(&["# ", purpose], None);
        self.document.line_of(&["S", name], None);
        self
    }

    /// Sets the origin of the following rules; `None` for rules of every site.
    pub(super) fn because(&mut self, origin: impl Into<Option<Span>>) -> &mut Self {
        self.origin = origin.into();
        self
    }

    /// Adds a rule with the comment on its decision.
    pub(super) fn rule(&mut self, lhs: impl AsRef<str>, rhs: impl AsRef<str>, decides: &str) -> &mut Self {
        self.document.line_of(&["R", lhs.as_ref(), "\t", rhs.as_ref(), "\t", decides], self.origin);
        self
    }

    /// Adds the site's own lines of a section unchanged.
    pub(super) fn raw(&mut self, site: &Site, section: RawSection) -> &mut Self {
        self.pieces(site.raw_section(section).iter())
    }

    /// Adds those of the site's own lines of a section that precede the rules of a mailer.
    pub(super) fn raw_before_mailer(&mut self, site: &Site, section: RawSection) -> &mut Self {
        let before = site.raw_before_mailer.get(&section).copied().unwrap_or(0);
        self.pieces(site.raw_section(section).iter().take(before))
    }

    /// Adds the others.
    pub(super) fn raw_after_mailer(&mut self, site: &Site, section: RawSection) -> &mut Self {
        let before = site.raw_before_mailer.get(&section).copied().unwrap_or(0);
        self.pieces(site.raw_section(section).iter().skip(before))
    }

    /// Adds the site's own lines of a section, from one piece up to another.
    pub(super) fn raw_between(&mut self, site: &Site, section: RawSection, from: usize, to: usize) -> &mut Self {
        self.pieces(site.raw_section(section).iter().take(to).skip(from))
    }

    fn pieces<'t>(&mut self, texts: impl Iterator<Item = &'t RawText>) -> &mut Self {
        for text in texts {
            self.document.raw(&text.text, text.span);
        }
        self
    }

    /// Calls the site's own ruleset `hook` on the workspace, if it exists, and returns the mailer that it selects, if any.
    /// Other results are ignored, as documented in cf/README ("Local_check_*").
    pub(super) fn hook(&mut self, site: &Site, hook: &str) -> &mut Self {
        if defines_ruleset(site, hook) {
            self.rule("$*", format!("$: $1 $| $>\"{hook}\" $1"), "what the site's own rules say");
            self.return_if_mailer();
            self.rule("$* $| $*", "$: $1", "they say nothing");
        }
        self
    }

    /// After a call with the result `workspace $| result`: a result that names a mailer is final.
    pub(super) fn return_if_mailer(&mut self) -> &mut Self {
        self.rule("$* $| $#$*", "$#$2", "decided")
    }
}
