//! `[access]`: entries of the access map, kept beside the policy that they belong to.

use super::value::{Expected, Refusals};
use crate::{
    diagnostic::Diagnostic,
    front::network,
    site::AccessEntry,
    source::Spanned,
    syntax::toml::{Entry, Kind, Table},
};

/// Reads the table, in the order of the file.
pub(super) fn read(refusals: &mut Refusals, table: &Table) -> Vec<AccessEntry> {
    table.entries().iter().filter_map(|entry| access_entry(refusals, entry)).collect()
}

fn access_entry(refusals: &mut Refusals, entry: &Entry) -> Option<AccessEntry> {
    let key = &entry.key.value;
    if let Kind::Table(inner) = &entry.value.kind
        && inner.is_dotted()
    {
        refusals.push(not_quoted(entry, inner));
        return None;
    }
    let expected = Expected {
        key: format!("access.\"{key}\""),
        what: "what is done: `OK`, `RELAY`, `REJECT`, `DISCARD`, or a code and text as `550 …`".into(),
        example: format!("\"{key}\" = \"REJECT\""),
    };
    let value = refusals.text(&entry.value, &expected)?;
    if value.value.trim().is_empty() {
        refusals.push(
            Diagnostic::error("empty_value", format!("the access entry `{key}` has no value"))
                .at(value.span, "expected what is done")
                .why("makemap refuses a key without a value, and the map would not be made")
                .help(format!("write `{}`, or remove the entry", expected.example)),
        );
        return None;
    }
    if let Some(diagnostic) = key_problem(entry) {
        refusals.push(diagnostic);
        return None;
    }
    Some(AccessEntry { key: entry.key.clone(), value })
}

/// A key of several parts that was not put in quotes: `192.168.138 = "RELAY"`.
fn not_quoted(entry: &Entry, inner: &Table) -> Diagnostic {
    let mut name = entry.key.value.clone();
    let mut place = entry.key.span;
    let mut table = inner;
    while let [only] = table.entries() {
        name.push('.');
        name.push_str(&only.key.value);
        place = place.to(only.key.span);
        match &only.value.kind {
            Kind::Table(next) if next.is_dotted() => table = next,
            _ => break,
        }
    }
    Diagnostic::error("unquoted_key", format!("the access key `{name}` is not in quotes"))
        .at(place, "TOML reads the dots as tables within tables")
        .why("a key with dots in it is one key only between quotes")
        .help(format!("write `\"{name}\" = …`"))
}

/// What keeps a key from ever being looked up.
fn key_problem(entry: &Entry) -> Option<Diagnostic> {
    let key = &entry.key.value;
    let refuse = |what: &str, why: &str, help: String| {
        Some(
            Diagnostic::error("access_key", format!("the access key `{}` {what}", key.escape_debug()))
                .at(entry.key.span, "this key")
                .why(why)
                .help(help),
        )
    };
    if key.is_empty() {
        return refuse("is empty", "an entry is found by its key", "name an address, a domain or a network".into());
    }
    if key.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refuse(
            "has a blank in it",
            "in the access text the key ends at the first blank",
            format!("write `\"{}\"`", key.split_whitespace().next().unwrap_or("")),
        );
    }
    if key.starts_with('#') {
        return refuse(
            "begins with `#`",
            "makemap takes the line for a comment",
            "put the comment outside of the quotes".into(),
        );
    }
    let probe = AccessEntry { key: entry.key.clone(), value: Spanned::new(String::new(), entry.key.span) };
    let (tag, subject) = (probe.tag(), probe.subject());
    network::check(subject).map(|malformed| {
        let tag = tag.map(|tag| format!("{tag}:")).unwrap_or_default();
        let help = malformed.help(subject);
        let help = if tag.is_empty() { help } else { format!("{help}, after `{tag}`") };
        Diagnostic::error("malformed_network", format!("`{subject}` {}", malformed.message()))
            .at(entry.key.span, "this key is never looked up")
            .why("clients are looked up by whole parts of their address, from the first on")
            .help(help)
    })
}
