#![doc = include_str!("../findings/bcc_entry.md")]

use super::{
    Rule, Surroundings,
    table_value::{address, address_key, domain_key},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "bcc_entry",
    summary: "an entry of the bcc table is not asked for, or names nobody",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let fixed = site.tables.copies.as_ref().is_some_and(|copies| !copies.value.address.is_empty());
    let value = |entry| if fixed { None } else { address(&RULE, entry) };
    site.entries_of(TableKind::Bcc).iter().filter_map(|entry| key(entry).or_else(|| value(entry))).collect()
}

fn key(entry: &TableEntry) -> Option<Diagnostic> {
    let key = entry.key.value.as_str();
    if let Some(finding) = address_key(&RULE, entry, "") {
        return Some(finding);
    }
    domain_key(&RULE, entry, key.strip_prefix('.').unwrap_or(key))
}
