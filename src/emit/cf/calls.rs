//! Checks what raw lines refer to: rulesets and maps that must exist.
//!
//! sendmail loads a file whose rules call a ruleset or use a map that does not exist, and fails only when a message reaches such
//! a rule: `$>Nowhere` ends the delivery with a configuration error, `$(nomap …$)` leaves the key unchanged. The names are known
//! only when the file is complete, so this is checked here.
//! names exist is known once the file is made, so the question is asked here.
//! The findings are documented in `src/findings`.
//! `src/findings` documents what it finds.

use std::collections::BTreeSet;

use super::Document;
use crate::{
    catalog::ruleset,
    diagnostic::{Diagnostic, nearest},
    site::{RawText, Site},
};

/// Maps that sendmail has without a `K` line.
const BUILT_IN: [&str; 4] = ["host", "aliases", "users", "passwd"];

/// Rulesets of the tree that rules of sites call, as cf samples do; here they have the same effect as there.
const CALLED_BY_SITES: [&str; 2] = ["CanonAddr", "Parse0"];

/// Rulesets that have numbers from the start: rules may call them although no line defines them (`MAXRWSETS / 2`, op guide
/// section 5.1.4).
const NUMBERED_RULESETS: usize = 100;

/// Finds references in raw lines of `site` to what `document`, its sendmail.cf, does not contain.
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
    let mut found = redefined(document, site);
    let raw_rulesets = site.raw.values().flatten().filter_map(|raw| raw.text.strip_prefix('S'));
    let raw_rulesets = raw_rulesets.map(|rest| word(rest.trim_start())).collect::<BTreeSet<_>>();
    for raw in site.raw.values().flatten().filter(|raw| raw.text.starts_with(['R', 'H'])) {
        for name in called(&raw.text) {
            let is_internal = !raw_rulesets.contains(name) && ruleset::internal_by_name(name).is_some();
            if is_internal && !(CALLED_BY_SITES.contains(&name) && rulesets.contains(name)) {
                found.push(of_the_tree(raw, name));
            }
            if is_internal || rulesets.contains(name) {
                continue;
            }
            let mut known = rulesets.iter().copied().filter(|known| ruleset::internal_by_name(known).is_none());
            let (diagnostic, why, near) = match name.parse::<usize>() {
                Ok(number) if number < NUMBERED_RULESETS => (
                    Diagnostic::warning("undefined_ruleset", format!("ruleset `{name}` has no rules")),
                    "sendmail calls it and goes on with the address as it was",
                    None,
                ),
                _ => (
                    Diagnostic::error("undefined_ruleset", format!("unknown ruleset `{name}`")),
                    "sendmail reports this only when a message reaches the rule, which then fails with a configuration error",
                    nearest(name, &mut known),
                ),
            };
            let help = format!("define the ruleset under `LOCAL_RULESETS`, with a line `S{name}` and its rules");
            found.push(finding(raw, diagnostic, why, near, help));
        }
        for name in looked_up(&raw.text).filter(|name| raw.text.starts_with('R') && !maps.contains(name)) {
            found.push(finding(
                raw,
                Diagnostic::warning("undefined_map", format!("unknown map `{name}`")),
                "sendmail does not report this, and lookups in the map never find anything",
                nearest(name, maps.iter().copied()),
                format!("declare the map under `LOCAL_CONFIG`, with a line `K{name} …`"),
            ));
        }
    }
    found
}

fn finding(raw: &RawText, found: Diagnostic, why: &str, near: Option<&str>, help: String) -> Diagnostic {
    let found = found.why(why).help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => help,
    });
    at(raw, found, "used in this line")
}

fn at(raw: &RawText, found: Diagnostic, text: &str) -> Diagnostic {
    match raw.span {
        Some(span) => found.at(span, text),
        None => found,
    }
}

/// The finding for a call of a ruleset of sendmail's tree.
fn of_the_tree(raw: &RawText, name: &str) -> Diagnostic {
    let found = Diagnostic::error("internal_ruleset", format!("`{name}` is an internal ruleset of sendmail's m4 tree"))
        .why("it is not documented for use by sites, and this configuration has no such ruleset");
    let found = match ruleset::hook_for(name) {
        "" => found.help("write a ruleset of your own, under another name"),
        hook => found.help(format!("put the rules into `{hook}`, which is called at the same place")),
    };
    at(raw, found, "called in this line")
}

/// Whether the tree defines an internal ruleset for this site, for names that a site could use for its own rulesets.
fn is_of_the_tree(site: &Site, name: &str) -> bool {
    match name {
        "A" | "D" | "E" | "F" | "U" => site.access.is_some(),
        "BCC" => site.tables.copies.is_some(),
        "BadMX" => site.senders.useless_mx.is_some(),
        "CheckSpam" => site.delay_checks.as_ref().is_some_and(|delay| delay.spam.is_some()),
        "max" => site.commands.pairs.is_some(),
        _ => true,
    }
}

/// Finds rules that a site appends to one of its generated rulesets.
fn redefined(document: &Document, site: &Site) -> Vec<Diagnostic> {
    let raw_lines = || site.raw.values().flatten().filter(|raw| raw.text.starts_with('S'));
    let name_of = |text: &str| {
        let rest = text.strip_prefix('S')?.trim_start();
        let end = rest.find(['=', ',', ' ', '\t', '\n']).unwrap_or(rest.len());
        Some(rest.get(..end)?.to_owned())
    };
    let number_of = |text: &str| Some(text.split_once('=')?.1.split_whitespace().next()?.to_owned());
    let raw_spans = raw_lines().filter_map(|raw| raw.span).collect::<BTreeSet<_>>();
    let mut own = BTreeSet::new();
    for line in document.lines().filter(|line| line.text.starts_with('S')) {
        if line.origin.is_none_or(|origin| !raw_spans.contains(&origin)) {
            own.extend(name_of(line.text));
            own.extend(number_of(line.text));
        }
    }
    let judge = |raw: &RawText| {
        let name = name_of(&raw.text)?;
        let is_internal = ruleset::internal_by_name(&name).is_some() && is_of_the_tree(site, &name);
        // Hooks exist for this, and rules of mailers come after those of the site.
        let is_offered = ["Local_", "HdrFrom", "HdrTo", "EnvFrom", "EnvTo"].iter().any(|start| name.starts_with(start));
        if is_offered || !is_internal && !own.contains(&name) {
            return None;
        }
        let found = Diagnostic::error("redefined_ruleset", format!("ruleset `{name}` has multiple definitions"))
            .why("sendmail appends these rules to those of its m4 tree, so that they are reached late or never");
        let found = match ruleset::hook_for(&name) {
            "" => found.help("use another name for the ruleset"),
            hook => found.help(format!("put the rules into `{hook}`, which is called first")),
        };
        Some(at(raw, found, "other rules of the ruleset come before these"))
    };
    raw_lines().filter_map(judge).collect()
}

/// Rulesets that a rule or a header calls by a constant name.
fn called(text: &str) -> impl Iterator<Item = &str> {
    text.split("$>").skip(1).map(|rest| word(rest.trim_start_matches([' ', '"', '+']))).filter(|name| !name.is_empty())
}

/// Maps that a rule uses.
fn looked_up(text: &str) -> impl Iterator<Item = &str> {
    text.split("$(").skip(1).map(|rest| word(rest.trim_start())).filter(|name| !name.is_empty())
}

/// The name at the start of a text.
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
                ("undefined_ruleset", "unknown ruleset `ChekSubject`", "did you mean `CheckSubject`?"),
                (
                    "undefined_map",
                    "unknown map `bogus`",
                    "declare the map under `LOCAL_CONFIG`, with a line `Kbogus …`"
                ),
                (
                    "undefined_ruleset",
                    "unknown ruleset `Nowhere`",
                    "define the ruleset under `LOCAL_RULESETS`, with a line `SNowhere` and its rules"
                ),
            ]
        );
    }

    #[test]
    fn rulesets_of_the_tree_are_refused_with_the_hook_to_use() {
        let site =
            |raw: &str| format!("OSTYPE(`linux')\nFEATURE(`access_db')\nMAILER(`local')\nMAILER(`smtp')\n{raw}\n");
        for (raw, code, hook) in [
            ("LOCAL_RULESETS\nScheck_rcpt\nR$*\t$@ ok", "redefined_ruleset", "Local_check_rcpt"),
            ("LOCAL_RULESETS\nScheck_mail\nR$*\t$@ ok", "redefined_ruleset", "Local_check_mail"),
            ("LOCAL_CONFIG\nSBasic_check_mail\nR$*\t$@ ok", "redefined_ruleset", "Local_check_mail"),
            ("MAILER_DEFINITIONS\nSRcpt_ok\nR$*\t$@ ok", "redefined_ruleset", "Local_check_rcpt"),
            ("LOCAL_RULESETS\nSRelayTLS\nR$*\t$@ ok", "redefined_ruleset", "Local_Relay_Auth"),
            ("LOCAL_RULESETS\nSAddDomain\nR$*\t$@ ok", "redefined_ruleset", "another name"),
            ("LOCAL_RULESETS\nS0\nR$*\t$@ ok", "redefined_ruleset", "LOCAL_RULE_0"),
            ("LOCAL_RULESETS\nS 3\nR$*\t$@ ok", "redefined_ruleset", "LOCAL_RULE_3"),
            ("LOCAL_RULESETS\nScanonify=3\nR$*\t$@ ok", "redefined_ruleset", "LOCAL_RULE_3"),
            ("LOCAL_RULESETS\nSMine\nR$*\t$: $>Basic_check_rcpt2 $1", "undefined_ruleset", "SBasic_check_rcpt2"),
            ("LOCAL_RULESETS\nSMine\nR$*\t$: $>100 $1", "undefined_ruleset", "S100"),
            ("LOCAL_RULESETS\nSMine\nR$*\t$: $>RelayTLS $1", "internal_ruleset", "Local_Relay_Auth"),
            ("LOCAL_RULESETS\nSMine\nR$*\t$: $>AddDomain $1", "internal_ruleset", "a ruleset of your own"),
        ] {
            let found = findings(&site(raw));
            let is_told = |(found, _, help): &(&str, String, Option<String>)| {
                *found == code && help.as_deref().is_some_and(|help| help.contains(hook))
            };
            assert!(found.iter().any(is_told), "{raw}: {found:?}");
        }
        for raw in [
            "LOCAL_RULESETS\nSLocal_check_rcpt\nR$*\t$@ ok",
            "LOCAL_RULESETS\nSCheckSpam\nR$*\t$@ ok",
            "LOCAL_RULESETS\nScheck_data\nR$*\t$@ ok",
            "LOCAL_RULESETS\nSHdrFromSMTP\nR$*\t$@ $1",
            "LOCAL_RULESETS\nSMine\nR$*\t$: $>canonify $1\nR$*\t$: $>3 $1",
        ] {
            assert_eq!(findings(&site(raw)), [], "{raw}");
        }
    }

    #[test]
    fn a_number_without_rules_is_a_warning() {
        let site = "OSTYPE(`linux')\nMAILER(`local')\nLOCAL_RULESETS\nSMine\nR$*\t$: $>99 $1\n";
        let (code, message, help) = findings(site).remove(0);
        assert_eq!((code, message.as_str()), ("undefined_ruleset", "ruleset `99` has no rules"));
        assert!(help.unwrap().contains("S99"));
    }

    #[test]
    fn what_is_there_is_not_told() {
        assert_eq!(findings(&std::fs::read_to_string("fixtures/raw/undefined/ok.mc").unwrap()), []);
    }
}
