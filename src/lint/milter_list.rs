#![doc = include_str!("../findings/milter_list.md")]

use std::collections::{BTreeMap, HashSet};

use super::{
    Rule, Surroundings,
    milters::{Milter, MilterList, asked, defined},
};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::Site,
    source::Syntax,
};

pub(super) const RULE: Rule = Rule {
    code: "milter_list",
    summary: "milters are asked that are not defined, or in an order that cannot work, or never",
    severity: Severity::Warning,
    check,
    together: None,
};

/// Names that are compared with one that is not defined, to find what was meant.
const MAX_COMPARED: usize = 100;

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let milters: Vec<_> = defined(site).collect();
    let by_name: Milters<'_> = milters.iter().map(|milter| (milter.name.to_ascii_lowercase(), *milter)).collect();
    let lists = asked(site);
    if lists.iter().flat_map(|list| &list.names).any(|name| name.contains('$')) {
        return Vec::new();
    }
    let mut found: Vec<_> = lists.iter().flat_map(|list| undefined(list, &by_name, around.syntax)).collect();
    found.extend(lists.iter().flat_map(|list| order(list, &by_name)));
    let asked: HashSet<_> = lists.iter().flat_map(|list| &list.names).map(|name| name.to_ascii_lowercase()).collect();
    found.extend(
        milters
            .iter()
            .filter(|milter| !asked.contains(&milter.name.to_ascii_lowercase()))
            .map(|milter| unused(milter, around.syntax)),
    );
    found
}

/// Milters by their names in lower case: sendmail compares them without regard to case.
type Milters<'a> = BTreeMap<String, Milter<'a>>;

fn by_name<'a>(milters: &'a Milters<'a>, name: &str) -> Option<&'a Milter<'a>> {
    milters.get(&name.to_ascii_lowercase())
}

fn undefined(list: &MilterList<'_>, milters: &Milters<'_>, syntax: Syntax) -> Vec<Diagnostic> {
    let unknown = list.names.iter().filter(|name| by_name(milters, name).is_none());
    let judge = |name: &&str| {
        let words: Vec<_> = name.split_whitespace().collect();
        let are_known = words.iter().all(|word| by_name(milters, word).is_some());
        let near = nearest(name, milters.values().take(MAX_COMPARED).map(|milter| milter.name));
        let help = match (are_known, near) {
            (true, _) if words.is_empty() => "remove the comma that no name follows".into(),
            (true, _) => format!("separate the names by commas: `{}`", words.join(", ")),
            (false, Some(near)) => format!("did you mean `{near}`?"),
            (false, None) => syntax.pick(
                format!("define it with MAIL_FILTER(`{name}', `S=…'), or remove the name"),
                format!("define it under [[mail_filter]] with the name \"{name}\", or remove the name"),
            ),
        };
        let found = Diagnostic::error(RULE.code, format!("milter `{name}` is not defined"))
            .why("sendmail reports this when it starts, and exits")
            .help(help);
        match list.place {
            Some(place) => found.at(place, "asked here"),
            None => found,
        }
    };
    unknown.map(judge).collect()
}

/// Whether a milter is of this kind, by its name or its socket.
fn is_kind(milter: &Milter<'_>, kind: &str) -> bool {
    [milter.name, milter.equates].iter().any(|text| text.to_ascii_lowercase().contains(kind))
}

/// DMARC judges what DKIM and SPF have written into the message.
fn order(list: &MilterList<'_>, milters: &Milters<'_>) -> Option<Diagnostic> {
    let asked: Vec<_> = list.names.iter().filter_map(|name| by_name(milters, name)).collect();
    let first = asked.iter().position(|milter| is_kind(milter, "dmarc"))?;
    let later = |kind: &str| {
        let is_later = |milter: &&&Milter<'_>| is_kind(milter, kind) && !is_kind(milter, "dmarc");
        asked.get(first + 1..)?.iter().find(is_later).copied()
    };
    let dmarc = asked.get(first)?;
    let (other, found) = match (later("dkim"), later("spf")) {
        (Some(dkim), _) => {
            let message = format!("milter {} is asked before {}", dmarc.name, dkim.name);
            let why = "DMARC judges the results of DKIM, which are not in the message yet: signed mail fails";
            (dkim, Diagnostic::warning(RULE.code, message).why(why))
        }
        (None, Some(spf)) => {
            let message = format!("milter {} is asked before {}", dmarc.name, spf.name);
            let why = "DMARC judges the results of SPF, which are not in the message yet unless it checks SPF itself";
            (spf, Diagnostic::advice(RULE.code, message).why(why))
        }
        (None, None) => return None,
    };
    let found = found.help(format!("let {} be asked first: milters are asked in the order of the list", other.name));
    let found = dmarc.place.or(list.place).into_iter().fold(found, |found, place| found.at(place, "asked first"));
    Some(other.place.into_iter().fold(found, |found, place| found.at(place, "asked later")))
}

fn unused(milter: &Milter<'_>, syntax: Syntax) -> Diagnostic {
    let name = milter.name;
    let found = Diagnostic::warning(RULE.code, format!("milter {name} is never asked"))
        .why("neither InputMailFilters nor a listener names it, so that mail passes without it")
        .help(syntax.pick(
            "define it with INPUT_MAIL_FILTER, or name it in confINPUT_MAIL_FILTERS",
            "define it under [[input_mail_filter]], or name it in input_mail_filters of [conf]",
        ));
    milter.place.into_iter().fold(found, |found, place| found.at(place, "defined here"))
}
