#![doc = include_str!("../findings/deferred_open_relay.md")]

use super::{
    Rule, Surroundings,
    listeners::{Opened, opened},
    raw_lines::last_value,
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::{Span, Syntax},
};

pub(super) const RULE: Rule = Rule {
    code: "deferred_open_relay",
    summary: "deferred delivery skips every check of clients, senders and recipients: an open relay",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    // The mail submission program listens nowhere.
    if site.submission.is_some() {
        return Vec::new();
    }
    let global = last_value(site, "DeliveryMode").filter(|(value, _)| is_deferred(value));
    let listeners = opened(site);
    let (own, inherited): (Vec<_>, Vec<_>) = listeners.iter().partition(|one| one.listener.equate('D').is_some());
    let mut found = Vec::new();
    if let Some((_, place)) = global {
        let open = inherited.iter().find(|one| one.is_for_strangers());
        let internal = inherited.iter().find(|one| one.is_internal());
        let one = match (open, internal) {
            (Some(open), _) => Some(finding(place, open, help(false, around.syntax))),
            (None, Some(internal)) => Some(advice(place, internal, help(false, around.syntax))),
            (None, None) => None,
        };
        // The place of the option's own value; a raw line stands for more than that.
        let value =
            site.options.get("DeliveryMode").and_then(|setting| setting.span).filter(|span| place == Some(*span));
        let instead = around.syntax.pick("`queueonly'", "\"queueonly\"");
        found.extend(one.map(|one| value.into_iter().fold(one, |one, value| one.suggest(value, instead))));
    }
    for one in own.into_iter().filter(|one| one.listener.equate('D').is_some_and(is_deferred)) {
        if one.is_for_strangers() {
            found.push(finding(one.place, one, help(true, around.syntax)));
        } else if one.is_internal() {
            found.push(advice(one.place, one, help(true, around.syntax)));
        }
    }
    found
}

/// sendmail looks at the first letter, and does not take a capital for it.
fn is_deferred(value: &str) -> bool {
    value.trim_start().starts_with('d')
}

fn finding(place: Option<Span>, listener: &Opened, help: String) -> Diagnostic {
    let message = format!("open relay: {} defers delivery, and anybody may send to anywhere", listener.name());
    let found = Diagnostic::error(RULE.code, message)
        .why("in deferred mode the rulesets that check clients, senders and recipients return before their first question")
        .help(help);
    at(found, place)
}

fn advice(place: Option<Span>, listener: &Opened, help: String) -> Diagnostic {
    let message = format!("{} defers delivery, and checks nothing", listener.name());
    let found = Diagnostic::advice(RULE.code, message)
        .why("only this host reaches it today; on an address that others reach it would be an open relay")
        .help(help);
    at(found, place)
}

fn at(found: Diagnostic, place: Option<Span>) -> Diagnostic {
    match place {
        Some(place) => found.at(place, "the delivery mode is set here"),
        None => found,
    }
}

fn help(is_own: bool, syntax: Syntax) -> String {
    let instead = match is_own {
        true => syntax.pick("`DeliveryMode=queueonly`", "`delivery_mode = \"queueonly\"` for the listener"),
        false => syntax.pick("define(`confDELIVERY_MODE', `queueonly')", "`delivery_mode = \"queueonly\"` in [conf]"),
    };
    format!("write {instead}: mail waits for the next queue run as well, and is checked")
}
