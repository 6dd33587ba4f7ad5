#![doc = include_str!("../findings/access_untagged_relay.md")]

use super::{
    Rule, Surroundings,
    access_key::{Key, entries, tag},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Site},
};

pub(super) const RULE: Rule = Rule {
    code: "access_untagged_relay",
    summary: "an entry of the access map allows relaying for more than it says",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let delayed = site.delay_checks.as_ref();
    entries(site)
        .iter()
        .filter(|entry| tag(entry).is_empty() && entry.action() == AccessAction::Relay)
        .filter(|entry| matches!(Key::of(entry), Key::Domain(_) | Key::Subdomains(_)))
        .map(|entry| {
            let message = format!("`{}` RELAY has no tag: it is for clients, senders and recipients", entry.key);
            let help = format!("write `Connect:{0} RELAY` and `To:{0} RELAY`, or the one that is meant", entry.key);
            match delayed {
                Some(delayed) => Diagnostic::warning(RULE.code, message)
                    .at(entry.span(), "")
                    .at(delayed.declared.span, "checks of the client are skipped for such senders")
                    .why("with delay_checks, anybody who claims a sender address of this domain skips the checks of the client")
                    .help(help),
                None => Diagnostic::advice(RULE.code, message)
                    .at(entry.span(), "")
                    .why("entries without a tag are deprecated: they relay from the domain and to it, and excuse its senders")
                    .help(help),
            }
        })
        .collect()
}
