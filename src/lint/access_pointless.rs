#![doc = include_str!("../findings/access_pointless.md")]

use std::collections::BTreeMap;

use super::{
    Rule, Surroundings,
    access_key::{Key, entries, is_mail_tag, tag},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "access_pointless",
    summary: "an entry of the access map asks for what a wider one asks for anyway",
    severity: Severity::Warning,
    check,
    together: None,
};

/// An entry, read.
struct Read<'a> {
    entry: &'a TableEntry,
    tag: String,
    key: Key,
}

/// Entries by what they are looked up as, and by tag.
type Index<'a> = BTreeMap<&'a Key, BTreeMap<&'a str, &'a TableEntry>>;

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let entries = entries(site);
    let read = entries.iter().map(|entry| Read { entry, tag: tag(entry), key: Key::of(entry) });
    let read = read.filter(|read| is_mail_tag(&read.tag)).collect::<Vec<_>>();
    let mut index = Index::new();
    for Read { entry, tag, key } in &read {
        index.entry(key).or_default().entry(tag).or_insert(entry);
    }
    read.iter()
        .filter(|read| is_searched(site, read))
        .filter_map(|read| Some((read.entry, wider(&index, read)?)))
        .filter(|(entry, wide)| same(entry, wide))
        .map(|(entry, wide)| {
            Diagnostic::warning(RULE.code, format!("`{}` is redundant: it is covered by `{}`", entry.key, wide.key))
                .at(entry.span(), "changes nothing")
                .at(wide.span(), "asks for the same already")
                .why("a search that does not find the narrower entry finds the wider one, with the same value")
                .help("remove the narrower entry")
        })
        .collect()
}

/// Whether a search for the entry goes on to wider keys at all.
fn is_searched(site: &Site, Read { entry, key, .. }: &Read<'_>) -> bool {
    let relays = entry.action() == AccessAction::Relay;
    match key {
        Key::Domain(_) => !(relays && site.relay.hosts_only.is_some()),
        Key::Subdomains(_) => site.access.as_ref().is_some_and(|map| map.lookup_dot_domain) && !relays,
        // Relaying by address and relaying by domain are different features.
        Key::Address(_) => !relays,
        Key::Ipv4(_) | Key::Ipv6(_) => true,
        Key::Tag | Key::User(_) | Key::Literal(_) | Key::Odd(_) => false,
    }
}

/// What a search finds when the entry is not there; `None` if that depends on what is searched for.
fn wider<'a>(index: &Index<'a>, Read { tag, key, .. }: &Read<'_>) -> Option<&'a TableEntry> {
    let find = |tag: &str, key: &Key| index.get(key)?.get(tag).copied();
    if let Key::Address(address) = key {
        let user = address.rsplit_once('@').map_or("", |(user, _)| user);
        if index.contains_key(&Key::User(user.to_owned())) {
            return None;
        }
    }
    if !tag.is_empty()
        && let Some(untagged) = find("", key)
    {
        return Some(untagged);
    }
    for wide in key.wider() {
        if tag.is_empty() {
            // The entry serves every tag, so an entry of one tag on the way answers for that tag only.
            if ["connect", "from", "to"].iter().any(|tag| find(tag, &wide).is_some()) {
                return None;
            }
        } else if let Some(found) = find(tag, &wide) {
            return Some(found);
        }
        if let Some(found) = find("", &wide) {
            return Some(found);
        }
    }
    None
}

fn same(entry: &TableEntry, wide: &TableEntry) -> bool {
    let plain = |entry: &TableEntry| entry.value.value.trim().to_ascii_lowercase();
    match (entry.action(), wide.action()) {
        (AccessAction::Other(_) | AccessAction::Error { .. } | AccessAction::Quarantine(_), _) => {
            plain(entry) == plain(wide)
        }
        (action, other) => action == other,
    }
}
