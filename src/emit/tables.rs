//! Tables as files: the text that `makemap` reads, and the pairs of the map file built from it.
//!
//! Entries that the text cannot represent are rejected, so that `makemap` builds the same pairs from our text as [`pairs`]
//! returns, and no entry of the site is lost or changed. The meaning of entries is not this module's business.

use crate::{
    diagnostic::Diagnostic,
    map::{self, Duplicates, Format, Pairs, text::MAX_LINE},
    site::{DeclaredTable, TableEntry},
};

/// Maximum width of the key column; longer keys do not move the values further right.
const MAX_COLUMN: usize = 40;

/// The text of a table: a comment that explains it and how to build the map file, then one line per entry, in the site's order,
/// with aligned values.
///
/// # Errors
/// Every entry that the text format cannot represent, and every duplicate key.
pub fn text(table: &DeclaredTable<'_>) -> Result<String, Vec<Diagnostic>> {
    let plan = plan(table)?;
    let column = plan.iter().map(|entry| entry.key.value.len()).filter(|len| *len <= MAX_COLUMN).max().unwrap_or(0);
    let mut text = header(table);
    // In maps of class `text`, only tabs may separate columns.
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

/// The format of a table's map file; `None` for class `text`, as sendmail reads the text itself.
///
/// # Errors
/// The class of the map cannot be written.
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
                format!("cannot write a map file of class `{class}` for {}", table.kind.spec().title),
            )
            .at(table.declared, "declared here")
            .why("only maps of class hash, btree and cdb can be written")
            .help("declare the map with one of these classes, or maintain its entries outside of the site"),
        ]),
    }
}

/// The keys and values of the map file, in the site's order: what `makemap` stores for [`text`].
///
/// # Errors
/// Those of [`text`].
pub fn pairs(table: &DeclaredTable<'_>) -> Result<Pairs, Vec<Diagnostic>> {
    let entries = plan(table)?;
    Ok(entries.iter().map(|entry| table.stored(entry)).collect())
}

/// The map file's bytes.
///
/// # Errors
/// Those of [`pairs`], and entries that the format cannot store.
pub fn map_file(table: &DeclaredTable<'_>, format: Format) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let pairs = pairs(table)?;
    let mut bytes = Vec::new();
    map::write(format, &pairs, Duplicates::Refuse, &mut bytes).map_err(|error| {
        let title = table.kind.spec().title;
        vec![
            Diagnostic::error("table_map_file", format!("cannot write {title} as a {format} file: {error}"))
                .at(table.declared, "declared here"),
        ]
    })?;
    Ok(bytes)
}

/// The entries, if the text can represent all of them.
fn plan<'a>(table: &DeclaredTable<'a>) -> Result<&'a [TableEntry], Vec<Diagnostic>> {
    let title = table.kind.spec().title;
    let mut refused: Vec<_> = table.entries.iter().filter_map(|entry| refusal(title, entry)).collect();
    refused.extend(table.repeated().into_iter().map(|(first, again)| {
        Diagnostic::error("repeated_key", format!("duplicate key `{}` in {title}", again.key))
            .at(again.key.span, "again here")
            .at(first.key.span, "first here")
            .why("a map file holds one value per key, and keys that differ only in case are the same key; makemap rejects the second")
            .help("remove one of the two entries")
    }));
    if refused.is_empty() { Ok(table.entries) } else { Err(refused) }
}

/// Why an entry cannot be written as one line of text, if it cannot.
fn refusal(title: &str, entry: &TableEntry) -> Option<Diagnostic> {
    let (key, value) = (entry.key.value.as_str(), entry.value.value.as_str());
    let (span, what, why) = if key.is_empty() {
        (entry.key.span, "has an empty key", "a line of the text starts with the key")
    } else if key.starts_with('#') {
        (entry.key.span, "starts with `#`", "makemap treats the line as a comment and ignores the entry")
    } else if key.bytes().any(is_blank) {
        (
            entry.key.span,
            "contains a blank in its key",
            "the key ends at the first blank, and the rest becomes part of the value",
        )
    } else if key.contains('\0') {
        (entry.key.span, "contains a zero byte", "makemap treats a zero byte as the end of the line")
    } else if value.is_empty() {
        (entry.value.span, "has no value", "makemap rejects a key without a value")
    } else if value.bytes().next().is_some_and(is_blank) {
        (entry.value.span, "has a value that starts with a blank", "blanks between key and value are ignored")
    } else if value.contains(['\n', '\0']) {
        (
            entry.value.span,
            "has a value with several lines",
            "an entry is one line, and the rest would become another entry",
        )
    } else if key.len() + 1 + value.len() > MAX_LINE {
        (entry.span(), "is too long", "makemap rejects lines longer than 1,022 bytes")
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

/// Whether C's `isspace`, and so `makemap`, treats the byte as a blank.
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
