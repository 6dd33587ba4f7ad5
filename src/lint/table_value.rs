//! What rules on tables have in common: reading values.

use super::{
    Rule,
    target_host::{Problem, is_port, problem},
};
use crate::{
    diagnostic::Diagnostic,
    site::TableEntry,
    source::{Span, Spanned},
};

/// A key that nothing asks for: the entry has no effect.
pub(super) fn unasked(
    rule: &Rule,
    entry: &TableEntry,
    message: impl Into<String>,
    why: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    explained(Diagnostic::warning(rule.code, message), entry.key.span, (why, help))
}

/// A value with which mail goes wrong.
pub(super) fn broken(
    rule: &Rule,
    entry: &TableEntry,
    message: impl Into<String>,
    why: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    explained(Diagnostic::error(rule.code, message), entry.value.span, (why, help))
}

/// A value with which mail goes another way than it looks.
pub(super) fn misleading(
    rule: &Rule,
    entry: &TableEntry,
    message: impl Into<String>,
    why: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    explained(Diagnostic::warning(rule.code, message), entry.value.span, (why, help))
}

fn explained(finding: Diagnostic, place: Span, (why, help): (impl Into<String>, impl Into<String>)) -> Diagnostic {
    finding.at(place, "").why(why).help(help)
}

/// A key that is an address where domains are looked up, if it is one. `help` is what single addresses are for.
pub(super) fn address_key(rule: &Rule, entry: &TableEntry, help: &str) -> Option<Diagnostic> {
    let key = entry.key.value.as_str();
    let (_, domain) = key.rsplit_once('@')?;
    Some(unasked(
        rule,
        entry,
        format!("`{key}` is an address, and domains are looked up"),
        "the table is asked for a domain, whoever the mail is for there",
        format!("write `{domain}`{help}"),
    ))
}

/// Why a key whose address is in `domain` is never found, if it is not.
pub(super) fn domain_of_key(rule: &Rule, entry: &TableEntry, domain: &str) -> Option<Diagnostic> {
    let Some(above) = domain.strip_prefix('.') else { return domain_key(rule, entry, domain) };
    Some(unasked(
        rule,
        entry,
        format!("`{}` begins its domain with a dot", entry.key),
        "only whole domains are looked up, those below others too",
        format!("write an entry for each domain below {above}"),
    ))
}

/// Whether a domain is one of these, or, if those count too, below one.
pub(super) fn is_among(members: &[Spanned<String>], domain: &str, below: bool) -> bool {
    let domain = domain.to_ascii_lowercase();
    members.iter().any(|member| {
        let member = member.value.to_ascii_lowercase();
        domain == member || below && domain.strip_suffix(&member).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// The first digit of a reply code at the head of a text.
pub(super) fn reply_class(text: &str) -> Option<char> {
    let code = text.get(..3)?;
    let ends = text.get(3..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '"']));
    let good = ends && code.bytes().all(|b| b.is_ascii_digit());
    code.chars().next().filter(|class| good && matches!(class, '4' | '5'))
}

/// Why a key that is a domain is never found, if it is not.
pub(super) fn domain_key(rule: &Rule, entry: &TableEntry, domain: &str) -> Option<Diagnostic> {
    let key = &entry.key.value;
    let never = |message: String, why: &str, help: String| Some(unasked(rule, entry, message, why, help));
    if domain.is_empty() {
        return never(format!("`{key}` names no domain"), "names are looked up whole", "write the domain".into());
    }
    if let Some(rest) = domain.strip_prefix('*') {
        return never(
            format!("`{key}` contains a wildcard"),
            "`*` is an ordinary character here, and no domain contains it",
            format!("write `{rest}` where the table takes all names below a domain, or each name"),
        );
    }
    if let Some(rest) = domain.strip_suffix('.').filter(|rest| !rest.is_empty()) {
        return never(
            format!("`{key}` ends with a dot"),
            "domains are looked up without it",
            format!("write `{}{rest}`", key.strip_suffix(domain).unwrap_or("")),
        );
    }
    if domain.starts_with('[') {
        return never(
            format!("`{key}` is an address in brackets"),
            "only names of hosts and domains are looked up",
            "remove it".into(),
        );
    }
    None
}

/// Why a value is no single address that mail can be for, if it is not.
pub(super) fn address(rule: &Rule, entry: &TableEntry) -> Option<Diagnostic> {
    let value = entry.value.value.as_str();
    let wrong = |message: String, why: &str, help: &str| Some(broken(rule, entry, message, why, help));
    let bare = unquoted(value);
    if bare.contains(',') {
        return wrong(
            format!("`{value}` is more than one address"),
            "an entry stands for one address, and sendmail reads the comma as part of it",
            "name an alias here, and list the addresses in the aliases file",
        );
    }
    if bare.trim().contains([' ', '\t']) {
        return wrong(
            format!("`{value}` has a blank in it"),
            "sendmail reads two words where one address has to be",
            "write one address, without names and comments around it",
        );
    }
    if let Some(found) = colon(rule, entry, bare.trim()) {
        return Some(found);
    }
    match bare.split('@').collect::<Vec<_>>().as_slice() {
        [_] => None,
        [user, host] if user.trim_matches('<').is_empty() || host.trim_matches('>').is_empty() => wrong(
            format!("`{value}` lacks {}", if host.is_empty() { "a domain" } else { "a user" }),
            "mail for it is refused",
            "write `user@domain`",
        ),
        [_, host] if host.ends_with('.') => {
            wrong(format!("`{value}` ends with a dot"), "addresses of SMTP have none", "leave the dot out")
        }
        [_, host] => match problem(host.trim_matches('>')) {
            Some(Problem::Characters(odd)) => wrong(
                format!("`{odd}` is not a host name"),
                "sendmail looks all of it up as one name, which is not found: mail bounces",
                "write `user@domain`",
            ),
            _ => None,
        },
        _ => wrong(
            format!("`{value}` has more than one `@`"),
            "sendmail takes it for a route, and what becomes of that depends on the mailer",
            "write `user@domain`",
        ),
    }
}

/// A port or a URL in an address: sendmail drops what stands before a colon, as the name of a list.
fn colon(rule: &Rule, entry: &TableEntry, value: &str) -> Option<Diagnostic> {
    let outside = value.split('[').next().unwrap_or(value);
    let (before, after) =
        outside.split_once(':').filter(|(before, _)| !before.is_empty() && !before.starts_with('@'))?;
    let is_url = after.starts_with("//") || before.contains('@') && after.contains("//");
    let help = match before.split_once('@') {
        _ if is_url => "write `user@domain`".to_owned(),
        Some(_) if is_port(after) => format!("write `{before}`; ports are for the arguments of a mailer"),
        Some(_) => format!("write `{before}`"),
        None => return None,
    };
    Some(broken(
        rule,
        entry,
        format!("`{value}` is read as `{after}`"),
        "sendmail takes what stands before a colon for the name of a list, and drops it",
        help,
    ))
}

/// The text with a letter in place of what stands between double quotes.
fn unquoted(text: &str) -> String {
    text.split('"').step_by(2).collect::<Vec<_>>().join("q")
}

/// Numbers of the arguments that a value asks for: the `1` of `%1`.
pub(super) fn arguments(value: &str) -> impl Iterator<Item = u32> {
    let mut rest = value;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('%')?;
            let mut chars = after.chars();
            let next = chars.next();
            rest = chars.as_str();
            if let Some(number) = next.and_then(|c| c.to_digit(10)) {
                return Some(number);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_those_that_sendmail_puts_in() {
        assert_eq!(arguments("%1@%2.example%").collect::<Vec<_>>(), [1, 2]);
        // A percent sign is written twice.
        assert_eq!(arguments("100%%1").next(), None);
    }

    #[test]
    fn reply_codes_stand_alone() {
        assert_eq!(reply_class("550 no"), Some('5'));
        assert_eq!(reply_class("450"), Some('4'));
        assert_eq!(reply_class("250 yes"), None);
        assert_eq!(reply_class("5500 no"), None);
        assert_eq!(reply_class("5"), None);
    }
}
