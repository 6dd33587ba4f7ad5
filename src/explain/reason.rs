//! The reasons for a decision: the matches that led to it, each with its place in the site.

use crate::{
    catalog::table::TABLES,
    dialogue::Event,
    site::{Class, DeclaredTable, Site, TableEntry},
    source::Span,
};

/// Something that contributed to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Description, as a clause.
    pub what: String,
    /// Place in the site, if it is written there.
    pub place: Option<Span>,
}

/// The reasons among these events, in order. Without a site there are no places.
pub fn reasons(events: &[Event], site: Option<&Site>) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = Vec::new();
    for event in events {
        let reason = match event {
            Event::Rule { .. } => None,
            Event::Member { class, member } => of_member(class, member, site),
            Event::LookedUp { map, key, value } => of_look_up(map, key, value.as_deref(), site),
        };
        reasons.extend(reason.filter(|reason| !reasons.contains(reason)));
    }
    reasons
}

/// Classes that express policy, with the meaning of their members.
const CLASSES: [(&str, &str); 9] = [
    ("R", "allowed to relay"),
    ("w", "a name of this host"),
    ("VirtHost", "a virtual domain"),
    ("M", "a domain that is masqueraded"),
    ("N", "an exception to masquerading"),
    ("E", "a user that is never masqueraded"),
    ("G", "a generics domain"),
    ("L", "a user whose mail stays on this host despite the hub"),
    ("m", "the domain of this host"),
];

fn of_member(class: &str, member: &str, site: Option<&Site>) -> Option<Reason> {
    let (_, is) = CLASSES.iter().find(|(known, _)| *known == class)?;
    let known = site.and_then(|site| {
        let members = site.classes.members(Class::by_name(class)?);
        members.iter().find(|known| known.value.eq_ignore_ascii_case(member))
    });
    let name = if class.chars().count() == 1 { format!("$={class}") } else { format!("$={{{class}}}") };
    Some(Reason { what: format!("`{member}` is {is} ({name})"), place: known.map(|known| known.span) })
}

fn of_look_up(map: &str, key: &str, value: Option<&str>, site: Option<&Site>) -> Option<Reason> {
    let table = TABLES.iter().find(|table| table.feature().and_then(|f| f.map).is_some_and(|own| own.name == map));
    match (table, value) {
        (Some(table), Some(value)) => {
            let declared = site.and_then(|site| site.table(table.kind));
            let entry = declared.and_then(|declared| entry_of(&declared, key));
            let place = entry.map(TableEntry::span).or(declared.map(|declared| declared.declared));
            let shown = entry.map_or(key, |entry| entry.key.value.as_str());
            Some(Reason { what: format!("{} has `{shown}`: `{value}`", table.title), place })
        }
        (None, Some(value)) if is_telling(map) => {
            let what = match (map, value.contains("<TEMP>")) {
                ("resolve", true) => format!("`{key}` cannot be resolved at the moment"),
                ("resolve", false) => return None,
                _ => format!("the map `{map}` has `{key}`: `{value}`"),
            };
            Some(Reason { what, place: None })
        }
        (None, None) if map == "resolve" => {
            Some(Reason { what: format!("`{key}` does not exist in DNS (map `{map}`)"), place: None })
        }
        _ => None,
    }
}

/// Maps that only compute a value do not express policy.
fn is_telling(map: &str) -> bool {
    !matches!(map, "arith" | "dequote" | "macro" | "storage" | "host")
}

/// The entry of a table that a lookup of this key finds.
pub(super) fn entry_of<'a>(table: &DeclaredTable<'a>, key: &str) -> Option<&'a TableEntry> {
    let folds = table.map.folds_case();
    table.entries.iter().find(
        |entry| {
            if folds { entry.key.value.eq_ignore_ascii_case(key) } else { entry.key.value == key }
        },
    )
}
