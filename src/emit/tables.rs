//! Tables as files: the text that `makemap` reads, and the pairs of the map file made from it.
//!
//! What the text cannot carry is refused, so that `makemap` run on our text gives the same pairs as [`pairs`], and no
//! entry of the site is lost or altered on the way. What entries mean is not this module's business.

use crate::{
    diagnostic::Diagnostic,
    map::{self, Duplicates, Format, Pairs, text::MAX_LINE},
    site::{DeclaredTable, TableEntry},
};

/// Keys longer than this do not push the column of the values further right.
const MAX_COLUMN: usize = 40;

/// The text of a table: a comment that says what it is and how it becomes a map file, then one line for each entry, in
/// the site's order, values in one column.
///
/// # Errors
/// Every entry that the text format cannot carry, and every key that would come twice.
pub fn text(table: &DeclaredTable<'_>) -> Result<String, Vec<Diagnostic>> {
    let plan = plan(table)?;
    let column = plan.iter().map(|entry| entry.key.value.len()).filter(|len| *len <= MAX_COLUMN).max().unwrap_or(0);
    let mut text = header(table);
    // Columns of a map of class `text` may end at tabs only.
    let tabs = table.map.class() == "text" && table.map.columns().delimiter.is_some();
    for TableEntry { key, value } in plan {
        let (key, value) = (&key.value, &value.value);
        let room = MAX_LINE.saturating_sub(key.len() + value.len());
        let blanks = (column + 1).saturating_sub(key.len()).min(room).max(1);
        text.push_str(key);
        if tabs {
            text.push('\t');
        } else {
            text.extend(std::iter::repeat_n(' ', blanks));
        }
        text.push_str(value);
        text.push('\n');
    }
    Ok(text)
}

/// The format of a table's map file; `None` if it has none, since sendmail reads the text itself (class `text`).
///
/// # Errors
/// A class of maps that no map file is written for.
pub fn format(table: &DeclaredTable<'_>) -> Result<Option<Format>, Vec<Diagnostic>> {
    let class = table.map.class();
    if class == "text" {
        return Ok(None);
    }
    match Format::from_name(class) {
        Some(format) => Ok(Some(format)),
        None => Err(vec![
            Diagnostic::error(
                "table_map_class",
                format!("no map file can be written for {}: its map is of class `{class}`", table.kind.spec().title),
            )
            .at(table.declared, "declared here")
            .why("map files are written for the classes hash, btree and cdb")
            .help("declare the map as one of these, or keep its entries where that class has them"),
        ]),
    }
}

/// The keys and values of the map file, in the site's order: what `makemap` stores for [`text`].
///
/// # Errors
/// As [`text`].
pub fn pairs(table: &DeclaredTable<'_>) -> Result<Pairs, Vec<Diagnostic>> {
    let entries = plan(table)?;
    Ok(entries.iter().map(|entry| table.stored(entry)).collect())
}

/// The map file's bytes.
///
/// # Errors
/// As [`pairs`]; and what the format cannot hold.
pub fn map_file(table: &DeclaredTable<'_>, format: Format) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let pairs = pairs(table)?;
    let mut bytes = Vec::new();
    map::write(format, &pairs, Duplicates::Refuse, &mut bytes).map_err(|error| {
        let title = table.kind.spec().title;
        vec![
            Diagnostic::error("table_map_file", format!("{title} cannot be written as a {format} file: {error}"))
                .at(table.declared, "declared here"),
        ]
    })?;
    Ok(bytes)
}

/// The entries, if the text can carry them all.
fn plan<'a>(table: &DeclaredTable<'a>) -> Result<&'a [TableEntry], Vec<Diagnostic>> {
    let title = table.kind.spec().title;
    let mut refused: Vec<_> = table.entries.iter().filter_map(|entry| refusal(title, entry)).collect();
    refused.extend(table.repeated().into_iter().map(|(first, again)| {
        Diagnostic::error("repeated_key", format!("{title} has the key `{}` twice", again.key))
            .at(again.key.span, "again here")
            .at(first.key.span, "first here")
            .why("a map file holds each key once, and keys are looked up in lower case; makemap refuses the second")
            .help("remove one of the two entries")
    }));
    if refused.is_empty() { Ok(table.entries) } else { Err(refused) }
}

/// Why one line of text cannot hold the entry, if it cannot.
fn refusal(title: &str, entry: &TableEntry) -> Option<Diagnostic> {
    let (key, value) = (entry.key.value.as_str(), entry.value.value.as_str());
    let (span, what, why) = if key.is_empty() {
        (entry.key.span, "is empty", "a line of the text begins with its key")
    } else if key.starts_with('#') {
        (entry.key.span, "begins with `#`", "makemap takes the line for a comment and drops the entry")
    } else if key.bytes().any(is_blank) {
        (
            entry.key.span,
            "has a blank in it",
            "the key ends at the first blank; the rest would become part of the value",
        )
    } else if key.contains('\0') {
        (entry.key.span, "has a zero byte in it", "makemap ends the line at a zero byte")
    } else if value.is_empty() {
        (entry.value.span, "has no value", "makemap refuses a key without a value")
    } else if value.bytes().next().is_some_and(is_blank) {
        (entry.value.span, "has a value that begins with a blank", "blanks between key and value belong to neither")
    } else if value.contains(['\n', '\0']) {
        (
            entry.value.span,
            "has a value of more than one line",
            "an entry is one line; the rest would become another entry",
        )
    } else if key.len() + 1 + value.len() > MAX_LINE {
        (entry.span(), "is too long", "makemap refuses lines of more than 1,022 bytes")
    } else {
        return None;
    };
    let shown: String = key.escape_debug().take(60).collect();
    Some(
        Diagnostic::error("entry_not_text", format!("the entry `{shown}` of {title} {what}"))
            .at(span, "")
            .why(why)
            .help("write the entry so that it fits on one line: KEY, blanks, VALUE"),
    )
}

/// What C's `isspace` takes for a blank, as `makemap` does.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn header(table: &DeclaredTable<'_>) -> String {
    let help = table.kind.spec().help;
    let note = "Written by relaycc; change the site file instead.";
    let class = table.map.class();
    if class == "text" {
        return format!("# {help}.\n# {note}\n#\n");
    }
    let file = table.map.file().unwrap_or(table.file_name());
    let fold = if table.map.folds_case() { "" } else { "-f " };
    let nul = if table.map.includes_null() { "-N " } else { "" };
    format!("# {help}.\n# {note}\n# Map file: makemap {fold}{nul}{class} {file} < {file}\n#\n")
}

#[cfg(test)]
mod tests;
