#![doc = include_str!("../findings/stale_map.md")]

use std::path::Path;

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    map::{MapFile, ReadError},
    site::{DeclaredTable, Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "stale_map",
    summary: "a map file does not hold what the text of its table says",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let tables = site.declared_tables().filter(|table| !table.entries.is_empty());
    tables
        .filter_map(|table| {
            let (path, bytes) = around.map_files.get(&table.kind)?;
            differences(&table, path, bytes)
        })
        .collect()
}

/// How a map file differs from its table.
fn differences(table: &DeclaredTable<'_>, path: &Path, bytes: &[u8]) -> Option<Diagnostic> {
    let shown = path.display();
    let title = table.kind.spec().title;
    let missing = MapFile::open(bytes).and_then(|file| compare(table, &file));
    let diagnostic = match missing {
        Ok(Difference::None) => return None,
        Ok(Difference::Entry(entry)) => {
            Diagnostic::warning(RULE.code, format!("`{shown}` does not hold this entry of {title}"))
                .at(entry.span(), "not there, or with another value")
        }
        Ok(Difference::More(count)) => {
            Diagnostic::warning(RULE.code, format!("`{shown}` holds {count} entries that {title} does not have"))
                .at(table.declared, "the map is declared here")
        }
        Err(error) => Diagnostic::warning(RULE.code, format!("`{shown}` cannot be read: {error}"))
            .at(table.declared, "the map is declared here"),
    };
    Some(
        diagnostic
            .why("sendmail looks into the map file only, and decides by what it held when it was made")
            .help("make it anew: `relaycc build` with `--out`, or makemap"),
    )
}

enum Difference<'a> {
    None,
    /// An entry that is missing or has another value.
    Entry(&'a TableEntry),
    /// Entries that are there and should not be.
    More(usize),
}

fn compare<'a>(table: &DeclaredTable<'a>, file: &MapFile<'_>) -> Result<Difference<'a>, ReadError> {
    for entry in table.entries {
        let (key, value) = table.stored(entry);
        if file.get(&key)?.is_none_or(|found| found != value) {
            return Ok(Difference::Entry(entry));
        }
    }
    let mut count = 0_usize;
    for entry in file.entries() {
        entry?;
        count += 1;
    }
    Ok(match count.saturating_sub(table.entries.len()) {
        0 => Difference::None,
        more => Difference::More(more),
    })
}
