#![doc = include_str!("../findings/unknown_option.md")]

use super::{Rule, Surroundings};
use crate::{
    catalog::option,
    diagnostic::{Diagnostic, Severity, nearest},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_option",
    summary: "a raw line sets an option that sendmail does not have",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let lines = site.raw.values().flatten().filter_map(|raw| {
        // A blank after the letter is what tells a name from a letter.
        let name = raw.text.strip_prefix("O ")?.trim_start().split(['=', ' ', '\t', '\n']).next()?;
        (!name.is_empty()).then_some((name, raw.span))
    });
    lines
        .filter(|(name, _)| !is_known(name))
        .map(|(name, span)| {
            let found = Diagnostic::warning(RULE.code, format!("sendmail has no option `{name}`"))
                .why("sendmail complains at every start and goes on without it");
            let found = match option_for(name) {
                Some(near) => found.help(format!("did you mean `{near}`?")),
                None => found.help("remove the line, or look the name up in the operations guide"),
            };
            match span {
                Some(span) => found.at(span, "set here"),
                None => found,
            }
        })
        .collect()
}

fn is_known(name: &str) -> bool {
    option::names().any(|known| known.eq_ignore_ascii_case(option::in_full(name)))
}

/// The option that is perhaps meant.
fn option_for(name: &str) -> Option<&'static str> {
    nearest(name, option::names())
}
