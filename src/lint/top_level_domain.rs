#![doc = include_str!("../findings/top_level_domain.md")]

use super::{
    Rule, Surroundings,
    access_key::{Key, entries, is_mail_tag, tag},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{AccessAction, Class, RawText, Site},
};

pub(super) const RULE: Rule = Rule {
    code: "top_level_domain",
    summary: "relaying is allowed for a whole top-level domain",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let mut found = own_domain(site);
    found.extend(raw_classes(site));
    if site.relay.hosts_only.is_some() {
        return found;
    }
    for member in site.classes.members(Class::Relay).iter().filter(|member| is_public(&member.value)) {
        found
            .push(finding(&member.value, "a relay domain").at(member.span, "").help("name the domains that are meant"));
    }
    for entry in entries(site) {
        let domain = match Key::of(entry) {
            Key::Domain(domain) | Key::Subdomains(domain) => domain,
            _ => continue,
        };
        if is_mail_tag(&tag(entry)) && entry.action() == AccessAction::Relay && is_public(&domain) {
            let help = "name the domains that are meant";
            found.push(finding(&domain, "allowed to relay in the access map").at(entry.span(), "").help(help));
        }
    }
    found
}

/// Class m, as sendmail fills it from the host's name.
fn own_domain(site: &Site) -> Vec<Diagnostic> {
    let (Some(feature), Some(name)) = (&site.relay.entire_domain, &site.domain_name) else { return Vec::new() };
    let Some((_, domain)) = name.value.split_once('.').filter(|(_, domain)| is_public(domain)) else {
        return Vec::new();
    };
    let found = finding(domain, "the domain of this host")
        .at(feature.span, "every host of that domain may relay")
        .help("give the host a name inside its domain, or list the relay domains instead of relay_entire_domain");
    vec![match name.span {
        Some(span) => found.at(span, format!("class m is `{domain}`")),
        None => found,
    }]
}

/// `Cm` and `CR` lines among the raw lines.
fn raw_classes(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for RawText { text, span } in site.raw.values().flatten() {
        for line in text.lines() {
            let Some((class, words)) = class_line(line) else { continue };
            let matters = match class {
                "m" => site.relay.entire_domain.is_some(),
                _ => site.relay.hosts_only.is_none(),
            };
            for word in words.split_whitespace().filter(|word| matters && is_public(word)) {
                let diagnostic = finding(word, &format!("in class {class}")).help("name the domains that are meant");
                found.push(match span {
                    Some(span) => diagnostic.at(*span, ""),
                    None => diagnostic,
                });
            }
        }
    }
    found
}

/// Class and words of a `C` line for class m or R.
fn class_line(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('C')?;
    let (class, words) = match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}')?,
        None => rest.split_at_checked(1)?,
    };
    matches!(class, "m" | "R").then_some((class, words))
}

fn finding(domain: &str, what: &str) -> Diagnostic {
    Diagnostic::warning(RULE.code, format!("the top-level domain `{domain}` is {what}"))
        .why("strangers register domains under it, and all of them may relay through this host")
}

/// Whether strangers register domains under this name.
fn is_public(name: &str) -> bool {
    let name = name.trim_matches('.').to_ascii_lowercase();
    psl::suffix(name.as_bytes())
        .is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann) && suffix.as_bytes() == name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_names_are_told_from_domains_and_from_names_of_ones_own() {
        for name in ["gov", "com", "DE", "co.uk", ".ch"] {
            assert!(is_public(name), "{name}");
        }
        for name in ["arkum.ch", "localhost", "intern", "example.co.uk", "github.io", "192.168.138", ""] {
            assert!(!is_public(name), "{name}");
        }
    }

    #[test]
    fn class_lines_are_found() {
        assert_eq!(class_line("Cm gov"), Some(("m", " gov")));
        assert_eq!(class_line("C{R}com net"), Some(("R", "com net")));
        assert_eq!(class_line("Cwhost"), None);
        assert_eq!(class_line("C"), None);
    }
}
