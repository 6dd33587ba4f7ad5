#![doc = include_str!("../findings/authinfo_entry.md")]

use super::{
    Rule, Surroundings,
    access_key::parted_by_blank,
    table_value::{broken, misleading, unasked},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity, nearest},
    site::{Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "authinfo_entry",
    summary: "an entry with what this host authenticates with cannot be used",
    severity: Severity::Error,
    check,
    together: None,
};

/// What items may be: user and authentication id, password, realm, mechanisms.
const ITEMS: &str = "UIPRM";

/// Mechanisms of SASL (IANA's registry, and those of Cyrus).
const MECHANISMS: [&str; 16] = [
    "ANONYMOUS",
    "CRAM-MD5",
    "DIGEST-MD5",
    "EXTERNAL",
    "GSSAPI",
    "GS2-KRB5",
    "KERBEROS_V4",
    "LOGIN",
    "NTLM",
    "OAUTHBEARER",
    "PLAIN",
    "SCRAM-SHA-1",
    "SCRAM-SHA-224",
    "SCRAM-SHA-256",
    "SCRAM-SHA-512",
    "XOAUTH2",
];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let own = site.entries_of(TableKind::Authinfo).iter();
    let own = own.filter_map(|entry| key(entry).or_else(|| value(entry)));
    let is_for_it = |entry: &&TableEntry| entry.tag().is_some_and(|tag| tag.eq_ignore_ascii_case("AuthInfo"));
    // With a table of its own the access map is not asked.
    let shared = site.entries_of(TableKind::Access).iter().filter(is_for_it).filter_map(|entry| {
        if site.tls.credentials.is_none() {
            return port(entry).or_else(|| value(entry));
        }
        Some(unasked(
            &RULE,
            entry,
            format!("`{}` is not asked for in the access map", entry.key),
            "the site has a table for it, and asks that one only",
            "write the entry into the authinfo table",
        ))
    });
    own.chain(shared).collect()
}

fn key(entry: &TableEntry) -> Option<Diagnostic> {
    let key = entry.key.value.as_str();
    let tag = key.split_once(':').map(|(tag, _)| tag);
    if tag.is_some_and(|tag| tag.eq_ignore_ascii_case("AuthInfo")) {
        return port(entry);
    }
    Some(unasked(
        &RULE,
        entry,
        format!("`{key}` is missing the `AuthInfo:` tag"),
        "hosts are looked up with it",
        format!("write `AuthInfo:{key}`"),
    ))
}

/// A port or a scheme in the name of the host.
fn port(entry: &TableEntry) -> Option<Diagnostic> {
    let (tag, host) = entry.key.value.split_once(':')?;
    let bare = host.rsplit("//").next().unwrap_or(host).trim_end_matches('/');
    let bare = match bare.rsplit_once(':') {
        // The groups of an IPv6 address have colons between them.
        Some((name, port)) if port.parse::<u16>().is_ok() && (!name.contains(':') || name.ends_with(']')) => name,
        _ => bare,
    };
    (bare != host).then(|| {
        unasked(
            &RULE,
            entry,
            format!("`{host}` is never asked for"),
            "sendmail asks for the name and the address of the server, whatever port it has called",
            format!("write `{tag}:{}`", bare.trim_matches(['[', ']'])),
        )
    })
}

/// Items in quotes, blanks between them: `"U:user" "P=cGFzcw=="`.
fn value(entry: &TableEntry) -> Option<Diagnostic> {
    let wrong = |message: String, why: &str, help: &str| Some(broken(&RULE, entry, message, why, help));
    if let Some(host) = parted_by_blank(entry) {
        return Some(unasked(
            &RULE,
            entry,
            format!("a blank separates `{host}` from `{}`", entry.key),
            "the key ends at the first blank: this entry is for all servers, and its value begins with the name",
            format!("write `{}{host}`, without a blank", entry.key),
        ));
    }
    let mut found = String::new();
    let mut rest = entry.value.value.trim();
    while !rest.is_empty() {
        let item = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let Some((item, after)) = item else {
            return wrong(
                "the items are not each in double quotes".to_owned(),
                "sendmail reads the items by their quotes, and takes none of what stands outside",
                "write `\"U:user\" \"P:password\"`; in a site.toml between apostrophes: '\"U:user\" \"P:password\"'",
            );
        };
        let mut chars = item.chars();
        let (kind, delimiter) = (chars.next(), chars.next());
        match (kind, delimiter) {
            (Some(kind), Some(':' | '=')) if ITEMS.contains(kind) => {
                if found.contains(kind) {
                    return wrong(
                        format!("the item {kind} comes twice"),
                        "only one of them can be meant",
                        "remove one of the two",
                    );
                }
                if delimiter == Some('=') && !is_base64(chars.as_str()) {
                    return wrong(
                        format!("what follows `{kind}=` is not base64"),
                        "an equals sign says that it is, and sendmail cannot decode it",
                        "write a colon before text that is not encoded",
                    );
                }
                if kind == 'M'
                    && delimiter == Some(':')
                    && let Some((word, near)) = misspelt_mechanism(chars.as_str())
                {
                    return Some(misleading(
                        &RULE,
                        entry,
                        format!("unknown mechanism `{word}`"),
                        "sendmail uses only mechanisms that are listed here, and does not log in where none is left",
                        format!("did you mean `{near}`?"),
                    ));
                }
                found.push(kind);
            }
            _ => {
                return wrong(
                    format!("`{}` is not an item that sendmail knows", shortened(item)),
                    "items are U, I, P, R or M, a colon for text or an equals sign for base64, and the text",
                    "write as in `\"U:user\" \"I:user\" \"P:password\" \"R:realm\" \"M:DIGEST-MD5\"`",
                );
            }
        }
        rest = after.trim_start();
    }
    if !found.contains(['U', 'I']) || !found.contains('P') {
        return wrong(
            "a user and a password are needed".to_owned(),
            "sendmail does not authenticate without `U:` or `I:`, and `P:`",
            "add what is missing",
        );
    }
    None
}

/// A word of a list of mechanisms that is one of the known names misspelt.
fn misspelt_mechanism(list: &str) -> Option<(&str, &'static str)> {
    let words = list.split([' ', ',']).filter(|word| !word.is_empty());
    words
        .filter(|word| !MECHANISMS.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .find_map(|word| Some((word, nearest(word, MECHANISMS)?)))
}

/// No secret is shown.
fn shortened(item: &str) -> String {
    let head: String = item.chars().take(2).collect();
    if item.chars().count() > 2 { format!("{head}…") } else { head }
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padded = text.len() - body.len() <= 2 && text.len().is_multiple_of(4);
    padded && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}
