//! What raw lines ask of the file that they stand in: rulesets and maps that must be there.
//!
//! sendmail loads a file whose rules call a ruleset or look in a map that does not exist, and fails only when a message
//! comes to such a rule: `$>Nowhere` ends the delivery with a configuration error, `$(nomap …$)` leaves the key as it is. Which
//! names exist is known once the file is made, so the question is asked here.
//!
//! `src/findings` documents what it finds.

use std::collections::BTreeSet;

use super::Document;
use crate::{
    diagnostic::{Diagnostic, nearest},
    site::{RawText, Site},
};

/// Maps that sendmail has without a `K` line.
const BUILT_IN: [&str; 4] = ["host", "aliases", "users", "passwd"];

/// Finds what raw lines of `site` refer to and `document`, made from it, does not have.
pub fn undefined(document: &Document, site: &Site) -> Vec<Diagnostic> {
    if site.raw.is_empty() {
        return Vec::new();
    }
    let mut rulesets = BTreeSet::new();
    let mut maps = BTreeSet::from(BUILT_IN);
    for line in document.lines().flat_map(|line| line.text.lines()) {
        if let Some(rest) = line.strip_prefix('S') {
            let mut names = rest.trim_start().split(['=', ' ', '\t']).map(str::trim).filter(|name| !name.is_empty());
            rulesets.extend(names.next());
            rulesets.extend(rest.split_once('=').map(|_| names.next().unwrap_or_default()));
        } else if let Some(rest) = line.strip_prefix('K') {
            maps.extend(rest.split_whitespace().next());
        }
    }
    let mut found = Vec::new();
    for raw in site.raw.values().flatten().filter(|raw| raw.text.starts_with(['R', 'H'])) {
        for name in called(&raw.text).filter(|name| !rulesets.contains(name)) {
            found.push(finding(
                raw,
                "undefined_ruleset",
                format!("there is no ruleset `{name}`"),
                "sendmail finds out only when a message gets here, and ends it with a configuration error",
                nearest(name, rulesets.iter().copied()),
                format!("define it: a line `S{name}` and its rules under `LOCAL_RULESETS`"),
            ));
        }
        for name in looked_up(&raw.text).filter(|name| raw.text.starts_with('R') && !maps.contains(name)) {
            found.push(finding(
                raw,
                "undefined_map",
                format!("there is no map `{name}`"),
                "sendmail finds out only when a message gets here, and then nothing is ever found in it",
                nearest(name, maps.iter().copied()),
                format!("declare it: a line `K{name} …` under `LOCAL_CONFIG`"),
            ));
        }
    }
    found
}

fn finding(
    raw: &RawText,
    code: &'static str,
    message: String,
    why: &str,
    near: Option<&str>,
    help: String,
) -> Diagnostic {
    let found = Diagnostic::warning(code, message).why(why).help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => help,
    });
    match raw.span {
        Some(span) => found.at(span, "asked for in this line"),
        None => found,
    }
}

/// Rulesets that a rule or a header calls by a name that is known before it runs.
fn called(text: &str) -> impl Iterator<Item = &str> {
    text.split("$>").skip(1).map(|rest| word(rest.trim_start_matches([' ', '"', '+']))).filter(|name| !name.is_empty())
}

/// Maps that a rule looks something up in.
fn looked_up(text: &str) -> impl Iterator<Item = &str> {
    text.split("$(").skip(1).map(|rest| word(rest.trim_start())).filter(|name| !name.is_empty())
}

/// The name that a text begins with.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::{
        emit::cf,
        front::{self, Input, Syntax},
        source::NoFiles,
    };

    fn findings(text: &str) -> Vec<(&'static str, String, Option<String>)> {
        let compiled = front::compile(&Input { name: "site.mc", bytes: text.as_bytes(), syntax: Syntax::Mc }, &NoFiles);
        let site = compiled.site.unwrap();
        let found = cf::undefined(&cf::emit(&site), &site);
        assert!(found.iter().all(|finding| finding.span().is_some()));
        found.into_iter().map(|finding| (finding.code, finding.message, finding.help)).collect()
    }

    #[test]
    fn what_is_missing_is_told_with_the_nearest_name() {
        let found = findings(&std::fs::read_to_string("fixtures/raw/undefined/bad.mc").unwrap());
        let said = found.iter().map(|(code, message, help)| (*code, message.as_str(), help.as_deref().unwrap()));
        assert_eq!(
            said.collect::<Vec<_>>(),
            [
                ("undefined_ruleset", "there is no ruleset `ChekSubject`", "did you mean `CheckSubject`?"),
                ("undefined_map", "there is no map `bogus`", "declare it: a line `Kbogus …` under `LOCAL_CONFIG`"),
                (
                    "undefined_ruleset",
                    "there is no ruleset `Nowhere`",
                    "define it: a line `SNowhere` and its rules under `LOCAL_RULESETS`"
                ),
            ]
        );
    }

    #[test]
    fn what_is_there_is_not_told() {
        assert_eq!(findings(&std::fs::read_to_string("fixtures/raw/undefined/ok.mc").unwrap()), []);
    }
}
