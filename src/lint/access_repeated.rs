#![doc = include_str!("../findings/access_repeated.md")]

use super::Rule;
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
    syntax::zone::Zones,
};

pub(super) const RULE: Rule = Rule {
    code: "access_repeated",
    summary: "a key of the access map comes twice",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Zones) -> Vec<Diagnostic> {
    let Some(map) = &site.access else { return Vec::new() };
    map.repeated()
        .into_iter()
        .map(|(first, again)| {
            let same = first.value == again.value;
            Diagnostic::error(RULE.code, format!("the access map has the key `{}` twice", again.key))
                .at(again.key.span, "again here")
                .at(first.key.span, "first here")
                .why(
                    "keys are looked up in lower case and a database holds each once; makemap refuses the second entry",
                )
                .help(if same { "remove one of them: they ask for the same" } else { "keep the entry that is meant" })
        })
        .collect()
}
