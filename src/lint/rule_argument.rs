#![doc = include_str!("../findings/rule_argument.md")]

use super::{
    Rule, Surroundings,
    raw_rules::{RawRule, rulesets},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "rule_argument",
    summary: "the right side of a rule uses an argument that its left side does not provide",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    rulesets(site).values().flatten().filter_map(judge).collect()
}

fn judge(rule: &RawRule<'_>) -> Option<Diagnostic> {
    let provided = wildcards(rule.pattern)?;
    let number = arguments(rule.result).find(|number| *number > provided)?;
    let found = Diagnostic::error(RULE.code, format!("`${number}` has no counterpart on the left side of the rule"))
        .why(format!("sendmail reports `replacement ${number} out of bounds` when it starts, and the rule fails"))
        .help(match provided {
            0 => format!("add a `$*`, `$+`, `$-` or class to the left side, or write the text instead of `${number}`"),
            1 => "the left side provides only `$1`".to_owned(),
            _ => format!("the left side provides only `$1` to `${provided}`"),
        });
    Some(rule.place.into_iter().fold(found, |found, place| found.at(place, "in this rule")))
}

/// The number of arguments that a left side provides. `None` if it cannot be seen: sendmail puts the values of macros into
/// the rule when it reads it, and these may hold wildcards.
fn wildcards(pattern: &str) -> Option<usize> {
    let mut count = 0;
    for operator in operators(pattern) {
        match operator {
            '*' | '+' | '-' | '=' | '~' => count += 1,
            '{' => return None,
            letter if letter.is_alphabetic() => return None,
            _ => {}
        }
    }
    Some(count)
}

/// The numbers of the arguments that a right side uses.
fn arguments(result: &str) -> impl Iterator<Item = usize> {
    operators(result).filter_map(|operator| operator.to_digit(10)).map(|digit| digit as usize)
}

/// The characters behind dollar signs; `$$` stands for a dollar sign.
fn operators(text: &str) -> impl Iterator<Item = char> {
    let mut chars = text.chars();
    std::iter::from_fn(move || {
        chars.find(|c| *c == '$')?;
        chars.next()
    })
}

#[cfg(test)]
mod tests {
    use super::{arguments, wildcards};

    #[test]
    fn wildcards_and_classes_provide_arguments() {
        assert_eq!(wildcards("$* < @ $=w . > $- $~{Other}"), Some(4));
        assert_eq!(wildcards("$@"), Some(0));
        assert_eq!(wildcards("$* $| $&{client_addr}"), Some(1));
        // The macro's value may hold a wildcard.
        assert_eq!(wildcards("$* $m"), None);
    }

    #[test]
    fn dollar_signs_that_stand_for_themselves_are_no_arguments() {
        assert_eq!(arguments("$: $1 $$2 $(map $3 $@ $4 $)").collect::<Vec<_>>(), [1, 3, 4]);
    }
}
