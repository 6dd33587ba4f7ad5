#![doc = include_str!("../findings/auth_without_tls.md")]

use super::{Rule, Surroundings, raw_lines::last_value};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
    source::Syntax,
};

pub(super) const RULE: Rule = Rule {
    code: "auth_without_tls",
    summary: "passwords are accepted only under TLS, and the site has no certificate: no client can log in",
    severity: Severity::Warning,
    check,
    together: None,
};

/// Mechanisms that `p` forbids in the clear.
const PLAIN: [&str; 2] = ["PLAIN", "LOGIN"];

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    if site.submission.is_some() {
        return Vec::new();
    }
    let Some((letters, place)) = last_value(site, "AuthOptions") else { return Vec::new() };
    let Some((mechanisms, _)) = last_value(site, "AuthMechanisms") else { return Vec::new() };
    let is_plain = |word: &str| PLAIN.iter().any(|plain| plain.eq_ignore_ascii_case(word));
    let words = || mechanisms.split_whitespace();
    let only_plain = words().next().is_some() && words().all(is_plain);
    // Of mechanisms that are offered but do not allow relaying nobody has any use.
    let trusted = site.classes.members(Class::TrustAuthMech);
    let trusted_ones = trusted.iter().filter(|member| words().any(|word| word.eq_ignore_ascii_case(&member.value)));
    let mut trusted_ones = trusted_ones.peekable();
    let trusted_plain = trusted_ones.peek().is_some() && trusted_ones.all(|member| is_plain(&member.value));
    let has_certificate = ["ServerCertFile", "ServerKeyFile"]
        .iter()
        .any(|name| last_value(site, name).is_some_and(|(value, _)| !value.is_empty()));
    if has_certificate || !letters.contains('p') || !(only_plain || trusted_plain) {
        return Vec::new();
    }
    let rest: String =
        letters.split([',', ' ']).flat_map(|word| word.chars()).filter(|letter| *letter != 'p').collect();
    let certificate = certificate(around.syntax);
    let found =
        Diagnostic::warning(RULE.code, "no client can log in: passwords need TLS, and the site has no certificate")
            .why("`p` forbids PLAIN and LOGIN until TLS is on, and without a certificate STARTTLS is not offered")
            .help(format!("{certificate}, or allow passwords in the clear: `{rest}` instead of `{letters}`"));
    vec![place.into_iter().fold(found, |found, place| found.at(place, "`p` is set here"))]
}

fn certificate(syntax: Syntax) -> &'static str {
    syntax.pick(
        "set confSERVER_CERT and confSERVER_KEY, and confCACERT or confCACERT_PATH",
        "set server_cert and server_key in [conf], and cacert or cacert_path",
    )
}
