#![doc = include_str!("../findings/login_impossible.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site},
};

pub(super) const RULE: Rule = Rule {
    code: "login_impossible",
    summary: "AUTH is offered under TLS only, and there is no certificate",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let option = |name: &str| site.options.get(name).filter(|setting| !setting.value.trim().is_empty());
    let Some(options) = option("AuthOptions").filter(|options| options.value.contains('p')) else { return Vec::new() };
    let trusted = site.classes.members(Class::TrustAuthMech);
    let words = |text: &str| text.split_whitespace().map(str::to_ascii_uppercase).collect::<Vec<_>>();
    let mechanisms = match option("AuthMechanisms") {
        Some(mechanisms) => words(&mechanisms.value),
        None if trusted.is_empty() => return Vec::new(),
        None => trusted.iter().flat_map(|member| words(&member.value)).collect(),
    };
    let is_plain = |mechanism: &String| ["PLAIN", "LOGIN"].contains(&mechanism.as_str());
    if mechanisms.is_empty() || !mechanisms.iter().all(is_plain) || option("ServerCertFile").is_some() {
        return Vec::new();
    }
    let found =
        Diagnostic::warning(RULE.code, "nobody can log in: PLAIN and LOGIN need TLS, and there is no certificate")
            .why("with `p` in the AUTH options sendmail offers mechanisms that send the password only under TLS")
            .help(around.syntax.pick(
                "define `confSERVER_CERT` and `confSERVER_KEY`",
                "set `server_cert` and `server_key` under [conf]",
            ));
    vec![match options.span {
        Some(span) => found.at(span, "`p` asks for TLS"),
        None => found,
    }]
}
