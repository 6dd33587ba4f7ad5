//! The access map as files: the text that `makemap` reads, and the pairs of the database made from it.
//!
//! What the text cannot carry is refused, so that `makemap` run on our text gives the same pairs as [`pairs`], and no
//! entry of the site is lost or altered on the way. What entries mean is not this module's business.

use crate::{
    diagnostic::Diagnostic,
    map::{hash, text::MAX_LINE},
    site::{AccessEntry, AccessMap},
};

/// Keys longer than this do not push the column of the values further right.
const MAX_COLUMN: usize = 40;

/// One key and its value as the database holds them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The key, folded to lower case unless the map says `-f`.
    pub key: Vec<u8>,
    /// The value, byte for byte.
    pub value: Vec<u8>,
}

/// The text of the access map: a comment that says what it is and how it becomes a database, then one line for each
/// entry, in the site's order, values in one column.
///
/// # Errors
/// Every entry that the text format cannot carry, and every key that would come twice.
pub fn text(map: &AccessMap) -> Result<String, Vec<Diagnostic>> {
    let plan = plan(map)?;
    let column = plan.iter().map(|line| line.key.len()).filter(|len| *len <= MAX_COLUMN).max().unwrap_or(0);
    let mut text = header(map);
    for Line { key, value, .. } in &plan {
        let room = MAX_LINE.saturating_sub(key.len() + value.len());
        let blanks = (column + 1).saturating_sub(key.len()).min(room).max(1);
        text.push_str(key);
        text.extend(std::iter::repeat_n(' ', blanks));
        text.push_str(value);
        text.push('\n');
    }
    Ok(text)
}

/// The pairs of the hashed database, in the site's order: what `makemap hash` stores for [`text`].
///
/// # Errors
/// As [`text`]; and a map that is not of class `hash`, since this is the only database that is written.
pub fn pairs(map: &AccessMap) -> Result<Vec<Pair>, Vec<Diagnostic>> {
    if map.spec.class() != "hash" {
        return Err(vec![
            Diagnostic::error(
                "access_map_class",
                format!("cannot write an access map of class `{}`", map.spec.class()),
            )
            .at(map.declared.span, "declared here")
            .why("the only database that is written is Berkeley DB's hash")
            .help("declare the map as `hash -T<TMPF> FILE`, or make the database from the access text"),
        ]);
    }
    let nul: &[u8] = if map.spec.includes_null() { &[0] } else { &[] };
    let stored = |text: &str| [text.as_bytes(), nul].concat();
    Ok(plan(map)?.into_iter().map(|line| Pair { key: stored(&line.stored_key), value: stored(line.value) }).collect())
}

/// The hashed database: the bytes of `access.db`.
///
/// # Errors
/// As [`pairs`].
pub fn database(map: &AccessMap) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let pairs: Vec<_> = pairs(map)?.into_iter().map(|pair| (pair.key, pair.value)).collect();
    let mut bytes = Vec::new();
    hash::write(&pairs, &mut bytes).map_err(|error| {
        vec![
            Diagnostic::error("access_database", format!("the access map cannot be written as a database: {error}"))
                .at(map.declared.span, "declared here"),
        ]
    })?;
    Ok(bytes)
}

/// An entry that the text can carry.
struct Line<'a> {
    key: &'a str,
    stored_key: String,
    value: &'a str,
}

fn plan(map: &AccessMap) -> Result<Vec<Line<'_>>, Vec<Diagnostic>> {
    let mut refused: Vec<_> = map.entries.iter().filter_map(refusal).collect();
    refused.extend(map.repeated().into_iter().map(|(first, again)| {
        Diagnostic::error("access_repeated", format!("the access map has the key `{}` twice", again.key))
            .at(again.key.span, "again here")
            .at(first.key.span, "first here")
            .why("a database holds each key once, and keys are looked up in lower case; makemap refuses the second")
            .help("remove one of the two entries")
    }));
    if !refused.is_empty() {
        return Err(refused);
    }
    let folds = map.spec.folds_case();
    Ok(map
        .entries
        .iter()
        .map(|entry| Line {
            key: &entry.key.value,
            stored_key: if folds { entry.folded_key() } else { entry.key.value.clone() },
            value: &entry.value.value,
        })
        .collect())
}

/// Why one line of text cannot hold the entry, if it cannot.
fn refusal(entry: &AccessEntry) -> Option<Diagnostic> {
    let (key, value) = (entry.key.value.as_str(), entry.value.value.as_str());
    let (span, what, why) = if key.is_empty() {
        (entry.key.span, "is empty", "a line of the access text begins with its key")
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
        Diagnostic::error("access_not_text", format!("the access entry `{shown}` {what}"))
            .at(span, "")
            .why(why)
            .help("write the entry so that it fits on one line: KEY, blanks, VALUE"),
    )
}

/// What C's `isspace` takes for a blank, as `makemap` does.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn header(map: &AccessMap) -> String {
    let file = map.spec.file().unwrap_or("access");
    let class = map.spec.class();
    let mut options = String::new();
    if !map.spec.folds_case() {
        options.push_str("-f ");
    }
    if map.spec.includes_null() {
        options.push_str("-N ");
    }
    format!(
        "# Access map: who is refused, accepted or relayed.\n\
         # Written by relaycc; change the site file instead.\n\
         # Database: makemap {options}{class} {file} < {file}\n\
         #\n"
    )
}

#[cfg(test)]
mod tests;
