//! Determines what test cases do not cover.

use std::collections::BTreeSet;

use super::reason::entry_of;
use crate::{
    dialogue::{Dialogue, Event},
    site::{Class, Site},
    source::Span,
};

/// Something that cases can cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Description: `entry `To:abuse@` of the access map`.
    pub what: String,
    /// Place in the site.
    pub place: Span,
    /// Whether a case covers it.
    pub is_covered: bool,
}

/// Table entries, relay domains, and statements with rules, each with whether a case covers it. `statement` returns the statement
/// that a rule was generated for.
pub fn coverage(
    site: &Site,
    dialogues: &[&Dialogue],
    statements: &[(Span, String)],
    statement: &dyn Fn(usize) -> Option<Span>,
) -> Vec<Item> {
    let events = || dialogues.iter().flat_map(|dialogue| dialogue.events());
    let mut items = Vec::new();
    for table in site.declared_tables() {
        let map = table.kind.spec().feature().and_then(|feature| feature.map).map_or("", |map| map.name);
        let found = events().filter_map(|event| match event {
            Event::LookedUp { map: asked, key, value: Some(_) } if asked == map => entry_of(&table, key),
            _ => None,
        });
        let found = found.map(|entry| entry.key.span.start).collect::<BTreeSet<_>>();
        items.extend(table.entries.iter().map(|entry| Item {
            what: format!("the entry `{}` of {}", entry.key, table.kind.spec().title),
            place: entry.span(),
            is_covered: found.contains(&entry.key.span.start),
        }));
    }
    let members = events().filter_map(|event| match event {
        Event::Member { class, member } if class == Class::Relay.name() => Some(member.to_ascii_lowercase()),
        _ => None,
    });
    let members = members.collect::<BTreeSet<_>>();
    items.extend(site.classes.members(Class::Relay).iter().map(|member| Item {
        what: format!("the relay domain `{member}`"),
        place: member.span,
        is_covered: members.contains(&member.value.to_ascii_lowercase()),
    }));
    let lines = events().filter_map(|event| match event {
        Event::Rule { line, .. } => Some(*line),
        _ => None,
    });
    let used = lines.collect::<BTreeSet<_>>().into_iter().filter_map(statement).collect::<Vec<_>>();
    items.extend(statements.iter().map(|(place, text)| Item {
        what: format!("the rules of `{text}`"),
        place: *place,
        is_covered: used.contains(place),
    }));
    items
}
