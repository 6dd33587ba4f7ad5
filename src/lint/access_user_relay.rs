#![doc = include_str!("../findings/access_user_relay.md")]

use super::{
    Rule, Surroundings,
    access_key::{Key, entries, tag},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, MailFromRelay, Site},
};

pub(super) const RULE: Rule = Rule {
    code: "access_user_relay",
    summary: "an access entry lets everybody relay, to or from a user at any domain",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let Some(map) = &site.access else { return Vec::new() };
    let by_sender = site.relay.mail_from.as_ref().is_some_and(|asked| asked.value == MailFromRelay::Address);
    let judge = |entry| {
        let Key::User(user) = Key::of(entry) else { return None };
        if entry.action() != AccessAction::Relay {
            return None;
        }
        let tag = tag(entry);
        let to = map.relay_to_full_address && matches!(tag.as_str(), "to" | "");
        let from = by_sender && matches!(tag.as_str(), "from" | "");
        let message = match (to, from) {
            (true, _) => format!("everybody may relay to `{user}` at any domain"),
            (false, true) => format!("everybody who calls himself `{user}`, at any domain, may relay"),
            (false, false) => return None,
        };
        let found = Diagnostic::warning(RULE.code, message).at(entry.span(), "");
        let tag = entry.tag().map_or(String::new(), |tag| format!("{tag}:"));
        let found =
            found.why("a user without a domain stands for that name everywhere, and mail is sent on to strangers");
        Some(found.help(format!("name the whole address: `{tag}{user}@` and the domain that is meant")))
    };
    entries(site).into_iter().filter_map(judge).collect()
}
