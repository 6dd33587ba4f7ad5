#![doc = include_str!("../findings/rule_without_tab.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "rule_without_tab",
    summary: "blanks in a rule where a tab must be",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let rules = site.raw.values().flatten().filter(|raw| raw.text.starts_with('R') && !raw.text.contains('\t'));
    rules
        .map(|raw| {
            let found = Diagnostic::error(RULE.code, "this rule has no right side")
                .why("only tabs separate the sides of a rule; sendmail expects one here and does not start without it")
                .help("put a tab between the two sides, and another before a remark");
            match raw.span {
                Some(span) => found.at(span, "no tab in this line"),
                None => found,
            }
        })
        .collect()
}
