//! Rules that stand above `OperatorChars`, which then has no effect.

use super::Audited;
use crate::{catalog::option, diagnostic::Diagnostic};

pub(super) fn check(audited: &Audited<'_>) -> Vec<Diagnostic> {
    let sets_operators = |line: &str| {
        let name = line.strip_prefix("O ").and_then(|line| line.split_once('=')).map(|(name, _)| name.trim());
        name.is_some_and(|name| option::in_full(name) == "OperatorChars")
    };
    let mut lines = audited.document.lines();
    let Some(rule) = lines.find(|line| line.text.starts_with('R')) else { return Vec::new() };
    let Some(set) = lines.find(|line| sets_operators(line.text)) else { return Vec::new() };
    let found = Diagnostic::error(
        "operators_too_late",
        "this rule stands above OperatorChars, which then has no effect",
    )
    .why(
        "sendmail settles how it takes addresses apart when it reads the first rule: `%`, `!` and others are no \
             operators then, so that checks of recipients do not see where such mail goes",
    )
    .help("move the ruleset from LOCAL_CONFIG to LOCAL_RULESETS");
    match (rule.origin, set.origin) {
        (Some(rule), Some(set)) => vec![found.at(rule, "the first rule").at(set, "has no effect")],
        (Some(rule), None) => vec![found.at(rule, "the first rule")],
        _ => Vec::new(),
    }
}
