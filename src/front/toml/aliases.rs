//! `[aliases]`: names, and who gets their mail.

use super::value::{Expected, Refusals};
use crate::{
    diagnostic::Diagnostic,
    site::TableEntry,
    source::Spanned,
    syntax::toml::{Entry, Table},
};

/// The keys of a document for aliases: entries, and a file.
pub(super) const KEYS: [&str; 2] = ["aliases", "aliases_file"];

/// Reads the entries, in the order of the file: recipients in one text, or in a list.
pub(super) fn read(refusals: &mut Refusals, table: &Table) -> Vec<TableEntry> {
    table.entries().iter().filter_map(|entry| alias(refusals, entry)).collect()
}

fn alias(refusals: &mut Refusals, entry: &Entry) -> Option<TableEntry> {
    let name = &entry.key.value;
    let expected = Expected::new(
        format!("aliases.{name}"),
        "recipients, as one text or as a list",
        "[\"joe\", \"ann@example.com\"]",
    );
    let recipients = refusals.texts(&entry.value, &expected);
    if recipients.is_empty() {
        return None;
    }
    if let Some(what) = name_problem(name) {
        refusals.push(
            Diagnostic::error(
                "alias_name",
                format!("`{}` cannot be the name of an alias: {what}", name.escape_debug()),
            )
            .at(entry.key.span, "this key")
            .why(
                "in the text of aliases a name goes up to the colon, and lines that begin with `#` or a blank are none",
            )
            .help("write the local part of the address, in double quotes of its own where it has other characters"),
        );
        return None;
    }
    let values = recipients.iter().map(|text| text.value.as_str()).collect::<Vec<_>>();
    Some(TableEntry { key: entry.key.clone(), value: Spanned::new(values.join(", "), entry.value.span) })
}

/// What keeps a name from standing before the colon of a line.
fn name_problem(name: &str) -> Option<&'static str> {
    let outside = name.split('"').step_by(2).collect::<String>();
    match () {
        () if name.trim().is_empty() => Some("it is empty"),
        () if name.starts_with(['#', ' ', '\t']) => Some("it begins as no alias does"),
        () if name.chars().any(char::is_control) => Some("it has a control character in it"),
        () if outside.contains(':') => Some("it has a colon in it"),
        () => None,
    }
}
