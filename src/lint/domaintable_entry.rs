#![doc = include_str!("../findings/domaintable_entry.md")]

use super::{
    Rule, Surroundings,
    table_value::{address_key, arguments, broken, domain_key, misleading, unasked},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "domaintable_entry",
    summary: "an entry of a table of domains is not asked for, or makes no domain",
    severity: Severity::Error,
    check,
    together: None,
};

/// Tables that put one domain in place of another.
const KINDS: [TableKind; 3] = [TableKind::Bitdomain, TableKind::Domaintable, TableKind::Uucpdomain];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let entries = KINDS.into_iter().flat_map(|kind| site.entries_of(kind).iter().map(move |entry| (kind, entry)));
    entries.filter_map(|(kind, entry)| key(entry).or_else(|| value(kind, entry))).collect()
}

fn key(entry: &TableEntry) -> Option<Diagnostic> {
    let key = entry.key.value.as_str();
    if let Some(finding) =
        address_key(&RULE, entry, "; single addresses are for the virtusertable and the genericstable")
    {
        return Some(finding);
    }
    if let Some(above) = key.strip_prefix('.') {
        return Some(unasked(
            &RULE,
            entry,
            format!("`{key}` begins with a dot"),
            "only whole names are looked up",
            format!("write an entry for each name below {above}"),
        ));
    }
    domain_key(&RULE, entry, key)
}

fn value(kind: TableKind, entry: &TableEntry) -> Option<Diagnostic> {
    let text = entry.value.value.as_str();
    let wrong = |message: String, why: &str, help: String| Some(broken(&RULE, entry, message, why, help));
    if let Some((_, domain)) = text.rsplit_once('@') {
        return wrong(
            format!("`{text}` is an address"),
            "it would stand where the domain stands, and addresses would have two `@`",
            format!("write `{domain}`"),
        );
    }
    if text.trim().contains([' ', '\t', ',']) {
        return wrong(
            format!("`{text}` is not a domain"),
            "sendmail puts all of it into the address",
            "write one domain".into(),
        );
    }
    if arguments(text).any(|number| number > 0) {
        return wrong(
            format!("`{text}` uses an argument, but entries of this table have none"),
            "it is replaced by nothing",
            "write the domain".into(),
        );
    }
    let is_whole = text.trim_end_matches('.').contains('.') || text.starts_with('[');
    (kind == TableKind::Domaintable && !is_whole).then(|| {
        misleading(
            &RULE,
            entry,
            format!("`{text}` is not a fully qualified domain name"),
            "it is put into headers as it is, and others cannot answer to it",
            "write the name with its domain",
        )
    })
}
