//! Rules with blanks where a tab must be.
//!
//! What: a raw `R` line that has no tab in it. Why it is bad: only tabs separate the two sides of a rule, so sendmail takes the
//! whole line for the left side, says "invalid rewrite line (tab expected)" and does not start; m4 copies the line without a
//! word.
//!
//! # Example
//!
//! ```mc
//! LOCAL_RULESETS
//! SLocal_check_mail
//! R$* < @ spam.test . > $*    $#error $: 550 no
//! ```
//!
//! # Instead
//!
//! ```toml
//! local_rulesets = "SLocal_check_mail\nR$* < @ spam.test . > $*\t$#error $: 550 no\n"
//! ```
//!
//! In a `.mc` the tab is typed; here it is spelt out so that it shows.
//! An editor that turns tabs into blanks is usually to blame. Documented: operations guide section 5.1; seen with sendmail 8.17,
//! which ends with status 70.

use super::Rule;
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
    syntax::zone::Zones,
};

pub(super) const RULE: Rule = Rule {
    code: "rule_without_tab",
    summary: "blanks in a rule where a tab must be",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Zones) -> Vec<Diagnostic> {
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
