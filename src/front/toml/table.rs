//! `[access]`, `[mailertable]`, …: entries of tables, kept beside the policy that they belong to.

use std::path::PathBuf;

use super::value::{Expected, Refusals};
use crate::{
    catalog::table::{TableKind, TableSpec},
    diagnostic::Diagnostic,
    site::{TableEntry, network},
    source::{Span, Spanned},
    syntax::toml::{Entry, Kind, Table},
};

/// Where a document says that the entries of a table are.
#[derive(Debug)]
pub(super) struct Given {
    /// The table.
    pub spec: &'static TableSpec,
    /// The place of the key that says so.
    pub span: Span,
    /// What it says.
    pub entries: Entries,
}

/// Entries, or their file.
#[derive(Debug)]
pub(super) enum Entries {
    /// In the document, in order.
    Here(Vec<TableEntry>),
    /// In a file.
    File(Spanned<PathBuf>),
}

/// Reads the entries of a table, in the order of the file.
pub(super) fn here(refusals: &mut Refusals, spec: &'static TableSpec, entry: &Entry) -> Option<Given> {
    let (key, value) = spec.example;
    let example = format!("{{ \"{key}\" = \"{value}\" }}");
    let expected = Expected::new(spec.key, format!("a table of entries of {}", spec.title), &example);
    let table = refusals.table(&entry.value, &expected)?;
    let entries = table.entries().iter().filter_map(|entry| table_entry(refusals, spec, entry)).collect();
    Some(Given { spec, span: entry.key.span, entries: Entries::Here(entries) })
}

/// Reads the name of a table's file.
pub(super) fn file(refusals: &mut Refusals, spec: &'static TableSpec, entry: &Entry) -> Option<Given> {
    let example = format!("\"{}\"", spec.file());
    let what = format!("the path of a text with the entries of {}", spec.title);
    let path = refusals.some_text(&entry.value, &Expected::new(entry.key.value.as_str(), what, &example))?;
    Some(Given { spec, span: entry.key.span, entries: Entries::File(path.map(PathBuf::from)) })
}

/// Entries come from one place, so that their order is known.
pub(super) fn refuse_twice(refusals: &mut Refusals, tables: &[Given]) {
    for (index, given) in tables.iter().enumerate() {
        let earlier = tables.iter().take(index).find(|earlier| earlier.spec == given.spec);
        if let Some(earlier) = earlier {
            refuse_places(refusals, given.spec.title, given.span, earlier.span);
        }
    }
}

/// Refuses entries of the same table in two places.
pub(super) fn refuse_places(refusals: &mut Refusals, title: &str, one: Span, other: Span) {
    refusals.push(
        Diagnostic::error("table_twice", format!("entries of {title} in two places"))
            .at(one, "here")
            .at(other, "and here")
            .why("if both have the same key, it is unclear which entry is meant")
            .help("keep one of the two"),
    );
}

fn table_entry(refusals: &mut Refusals, spec: &TableSpec, entry: &Entry) -> Option<TableEntry> {
    let key = &entry.key.value;
    if let Kind::Table(inner) = &entry.value.kind
        && inner.is_dotted()
    {
        refusals.push(not_quoted(spec, entry, inner));
        return None;
    }
    let expected = Expected {
        key: format!("{}.\"{key}\"", spec.key),
        what: spec.values.into(),
        example: format!("\"{key}\" = \"{}\"", spec.example.1),
    };
    let value = refusals.text(&entry.value, &expected)?;
    if value.value.trim().is_empty() {
        refusals.push(
            Diagnostic::error("empty_value", format!("the {} entry `{key}` has no value", spec.key))
                .at(value.span, format!("expected {}", spec.values))
                .why("makemap rejects a key without a value")
                .help(format!("write `{}`, or remove the entry", expected.example)),
        );
        return None;
    }
    if let Some(diagnostic) = key_problem(spec, entry) {
        refusals.push(diagnostic);
        return None;
    }
    Some(TableEntry { key: entry.key.clone(), value })
}

/// A key of several parts that was not put in quotes: `192.168.138 = "RELAY"`.
fn not_quoted(spec: &TableSpec, entry: &Entry, inner: &Table) -> Diagnostic {
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
    Diagnostic::error("unquoted_key", format!("the {} key `{name}` is not in quotes", spec.key))
        .at(place, "TOML reads the dots as tables within tables")
        .why("TOML reads the dots of an unquoted key as nested tables")
        .help(format!("write `\"{name}\" = …`"))
}

/// What keeps a key from ever being looked up.
fn key_problem(spec: &TableSpec, entry: &Entry) -> Option<Diagnostic> {
    let key = &entry.key.value;
    let refuse = |what: &str, why: &str, help: String| {
        Some(
            Diagnostic::error("table_key", format!("the {} key `{}` {what}", spec.key, key.escape_debug()))
                .at(entry.key.span, "this key")
                .why(why)
                .help(help),
        )
    };
    if key.is_empty() {
        return refuse("is empty", "an entry is found by its key", format!("write {}", spec.keys));
    }
    if key.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return refuse(
            "has a blank in it",
            "in the text of a map the key ends at the first blank",
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
    if spec.kind != TableKind::Access {
        return None;
    }
    let probe = TableEntry { key: entry.key.clone(), value: Spanned::new(String::new(), entry.key.span) };
    let (tag, subject) = (probe.tag(), probe.subject());
    network::check(subject).map(|malformed| {
        let tag = tag.map(|tag| format!("{tag}:")).unwrap_or_default();
        let help = malformed.help(subject);
        let help = if tag.is_empty() { help } else { format!("{help}, after `{tag}`") };
        Diagnostic::error("malformed_network", format!("`{subject}` {}", malformed.message()))
            .at(entry.key.span, "this key is never looked up")
            .why("clients are looked up by the leading parts of their address")
            .help(help)
    })
}
