#![doc = include_str!("../findings/genericstable_entry.md")]

use super::{
    Rule, Surroundings,
    table_value::{address, arguments, broken, domain_of_key, is_among, unasked},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "genericstable_entry",
    summary: "an entry of the genericstable is not asked for, or makes no address",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let entries = site.entries_of(TableKind::Genericstable).iter();
    entries.filter_map(|entry| key(site, entry).or_else(|| value(entry))).collect()
}

fn key(site: &Site, entry: &TableEntry) -> Option<Diagnostic> {
    let (_, domain) = entry.key.value.rsplit_once('@')?;
    domain_of_key(&RULE, entry, domain).or_else(|| {
        (!is_generic(site, domain)).then(|| {
            unasked(
                &RULE,
                entry,
                format!("senders of `{domain}` are not looked up"),
                "addresses with a domain are looked up if it is one of the generics domains",
                format!("add GENERICS_DOMAIN(`{domain}'), in a site.toml `generics_domain`"),
            )
        })
    })
}

/// Whether senders of a domain are looked up, or may be, as far as the site tells.
fn is_generic(site: &Site, domain: &str) -> bool {
    !site.classes.files(Class::Generics).is_empty()
        || site.raw.values().flatten().any(|raw| raw.text.contains("CG") || raw.text.contains("FG"))
        || is_among(site.classes.members(Class::Generics), domain, site.tables.generics_entire_domain.is_some())
}

fn value(entry: &TableEntry) -> Option<Diagnostic> {
    let text = entry.value.value.as_str();
    if text.starts_with("error:") {
        return Some(broken(
            &RULE,
            entry,
            "a sender cannot be refused here",
            "the table says what senders are called, and sendmail reads the value as an address",
            "refuse senders with `From:` entries of the access map",
        ));
    }
    if let Some(number) = arguments(text).find(|number| *number > 1) {
        return Some(broken(
            &RULE,
            entry,
            format!("unknown argument `%{number}`: the genericstable provides only `%1`"),
            "entries are given one argument: the user for a key that is a domain, otherwise what follows a plus sign",
            "write `%1`",
        ));
    }
    address(&RULE, entry)
}
