#![doc = include_str!("../findings/internationalized_name.md")]

use super::{Rule, Surroundings, class_file_member::HOST_CLASSES, raw_classes::words};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{Site, TableEntry},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "internationalized_name",
    summary: "a name has letters that DNS does not have, where it is compared with names of DNS",
    severity: Severity::Warning,
    check,
    together: None,
};

/// Tables whose keys hold names of hosts and domains, and whether their values do, too.
const TABLES: [(TableKind, bool); 8] = [
    (TableKind::Access, false),
    (TableKind::Authinfo, false),
    (TableKind::Bitdomain, true),
    (TableKind::Domaintable, true),
    (TableKind::Genericstable, true),
    (TableKind::Mailertable, true),
    (TableKind::Uucpdomain, true),
    (TableKind::Virtusertable, true),
];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    // With SMTPUTF8 names may arrive as they are written.
    let takes_utf8 =
        site.options.get("SMTPUTF8").is_some_and(|setting| !setting.value.trim().to_ascii_lowercase().starts_with('f'));
    if takes_utf8 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (text, place) in stated(site) {
        found.extend(domains(text).filter_map(|name| judge(name, Some(place))));
    }
    for word in HOST_CLASSES.into_iter().flat_map(|class| words(site, class.name())) {
        found.extend(domains(&word.text).filter_map(|name| judge(name, word.place)));
    }
    for (kind, has_names) in TABLES {
        for entry in site.entries_of(kind) {
            found.extend(domains(subject(kind, entry)).filter_map(|name| judge(name, Some(entry.key.span))));
            let value = entry.value.value.as_str();
            if has_names && !value.starts_with("error:") {
                found.extend(domains(value).filter_map(|name| judge(name, Some(entry.value.span))));
            }
        }
    }
    found
}

/// The names in statements, with their places.
fn stated(site: &Site) -> impl Iterator<Item = (&str, Span)> {
    let routing = &site.routing;
    let hosts =
        [&routing.smart_host, &routing.mail_hub, &routing.local_relay, &routing.luser_relay, &site.masquerade.name];
    let members = HOST_CLASSES.into_iter().flat_map(|class| site.classes.members(class));
    hosts.into_iter().flatten().chain(members).map(|named| (named.value.as_str(), named.span))
}

fn subject(kind: TableKind, entry: &TableEntry) -> &str {
    match kind {
        TableKind::Access | TableKind::Authinfo => entry.subject(),
        _ => &entry.key.value,
    }
}

/// The domains in a text that may be an address or a mailer with a host; users before an `@` are of no concern.
fn domains(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '<' | '>' | '[' | ']' | '"'));
    words.map(|word| word.rsplit('@').next().unwrap_or(word))
}

fn judge(name: &str, place: Option<Span>) -> Option<Diagnostic> {
    let ascii = ascii_form(name)?;
    let found = Diagnostic::warning(RULE.code, format!("`{name}` is not written as in DNS"))
        .why("DNS, clients and other mail servers use the ASCII form of the name, and only that is compared")
        .help(format!("write `{ascii}`"));
    Some(place.into_iter().fold(found, |found, place| found.at(place, "")))
}

/// The form of a name that DNS has, if the name is written in another (RFC 5891).
pub(super) fn ascii_form(name: &str) -> Option<String> {
    let bare = name.strip_prefix('.').unwrap_or(name);
    let is_other = !bare.is_ascii() && bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let ascii = is_other.then(|| idna::domain_to_ascii(bare).ok()).flatten()?;
    Some(if bare.len() == name.len() { ascii } else { format!(".{ascii}") })
}

#[cfg(test)]
mod tests {
    use super::{ascii_form, domains};

    #[test]
    fn names_get_the_form_of_dns() {
        assert_eq!(ascii_form("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(ascii_form(".bücher.example").as_deref(), Some(".xn--bcher-kva.example"));
        assert_eq!(ascii_form("books.example"), None);
        assert_eq!(ascii_form("xn--bcher-kva.example"), None);
        // Typographic quotes are another mistake.
        assert_eq!(ascii_form("“books.example”"), None);
    }

    #[test]
    fn users_are_of_no_concern() {
        assert_eq!(domains("jörg@example.com").collect::<Vec<_>>(), ["example.com"]);
        assert_eq!(domains("smtp:[a.example]:b.example").filter(|word| !word.is_empty()).count(), 3);
    }
}
