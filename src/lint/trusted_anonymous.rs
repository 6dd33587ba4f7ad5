#![doc = include_str!("../findings/trusted_anonymous.md")]

use super::{Rule, Surroundings, raw_classes, raw_lines::last_value};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "trusted_anonymous",
    summary: "clients that log in anonymously may relay: an open relay",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let class = Class::TrustAuthMech;
    let own = site.classes.members(class).iter().map(|member| (member.value.clone(), Some(member.span)));
    let raw = raw_classes::words(site, class.name()).into_iter().map(|word| (word.text, word.place));
    let trusted: Vec<_> = own.chain(raw).filter(|(word, _)| is_anonymous(word)).collect();
    trusted.into_iter().map(|(_, place)| finding(site, place)).collect()
}

/// Classes are compared without regard to case.
fn is_anonymous(word: &str) -> bool {
    word.trim_matches(['`', '\'', '"', ',']).eq_ignore_ascii_case("ANONYMOUS")
}

fn finding(site: &Site, place: Option<Span>) -> Diagnostic {
    let help = "remove ANONYMOUS";
    let forbidden = last_value(site, "AuthOptions").is_some_and(|(letters, _)| letters.contains('y'));
    let offered = last_value(site, "AuthMechanisms");
    let is_offered = offered.is_none_or(|(list, _)| list.contains('$') || list.split_whitespace().any(is_anonymous));
    let found = if forbidden || !is_offered {
        let why = if forbidden {
            "only `y` in confAUTH_OPTIONS"
        } else {
            "only confAUTH_MECHANISMS, which does not name it,"
        };
        Diagnostic::warning(RULE.code, "authentication as ANONYMOUS allows relaying").why(format!(
            "ANONYMOUS lets anybody in without a password; {why} keeps this host from being an open relay"
        ))
    } else {
        Diagnostic::error(RULE.code, "open relay: authentication as ANONYMOUS allows relaying")
            .why("ANONYMOUS lets anybody in without a password (RFC 4505), and whoever is in may relay")
    };
    place.into_iter().fold(found.help(help), |found, place| found.at(place, "trusted here"))
}
