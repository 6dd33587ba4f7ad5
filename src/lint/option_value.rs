#![doc = include_str!("../findings/option_value.md")]

use super::{
    Rule, Surroundings,
    raw_lines::{RawOption, raw_options},
};
use crate::{
    catalog::option::{self, OptionKind},
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "option_value",
    summary: "a raw line gives an option a value that it does not take",
    severity: Severity::Error,
    check,
    together: None,
};

/// Options whose unknown values keep sendmail from starting; of others it says so and goes on, or says nothing.
const STRICT: [&str; 10] = [
    "ClientSSLOptions",
    "DeliveryMode",
    "DontBlameSendmail",
    "EightBitMode",
    "MailboxDatabase",
    "NoRecipientAction",
    "PrivacyOptions",
    "QueueSortOrder",
    "ResolverOptions",
    "ServerSSLOptions",
];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    raw_options(site).filter_map(|option| judge(&option)).collect()
}

fn judge(RawOption { name, value, place, value_place, .. }: &RawOption<'_>) -> Option<Diagnostic> {
    let kind = option::by_option(name)?.kind;
    let value = value.trim_end();
    // Blocks and bytes in one value, as the letter takes them.
    let is_compound = *name == "MinFreeBlocks" && value.contains('/');
    let is_missing = value.is_empty() && *name == "EightBitMode";
    if is_compound || kind.accepts(value) && !is_missing {
        return None;
    }
    let message = format!("invalid value `{value}` for `{name}`");
    let (found, why) = if STRICT.contains(name) {
        (Diagnostic::error(RULE.code, message), "sendmail rejects the value and does not start".to_owned())
    } else {
        let why = match kind {
            OptionKind::Boolean => "sendmail takes it for False: only `t` and `y` at its head mean True".to_owned(),
            OptionKind::Letters(_) => "sendmail warns at every start and ignores unknown letters".into(),
            OptionKind::Duration => {
                "sendmail ignores unknown units, so that the time differs from what is written".into()
            }
            _ => "sendmail silently reads it as another value".into(),
        };
        (Diagnostic::warning(RULE.code, message), why)
    };
    let found = place.iter().fold(found.why(why), |found, place| found.at(value_place.unwrap_or(*place), "set here"));
    Some(match kind.correction(value) {
        Some(near) => {
            let found = found.help(format!("did you mean `{near}`? Expected {}", kind.expected()));
            value_place.iter().fold(found, |found, place| found.suggest(*place, near.clone()))
        }
        None => found.help(format!("expected {}", kind.expected())),
    })
}
