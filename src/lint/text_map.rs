#![doc = include_str!("../findings/text_map.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{DeclaredTable, Site, TextColumns},
};

pub(super) const RULE: Rule = Rule {
    code: "text_map",
    summary: "a map of class `text` does not give the values that its table has",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let tables = site.declared_tables().filter(|table| table.map.class() == "text");
    tables.flat_map(|table| columns(&table).map_or_else(|| blanks(&table), |found| vec![found])).collect()
}

/// The columns of the text are not those of a table.
fn columns(table: &DeclaredTable<'_>) -> Option<Diagnostic> {
    let TextColumns { key, value, delimiter } = table.map.columns();
    let title = table.kind.spec().title;
    let wrong = |message: String, why: &str| {
        let diagnostic = Diagnostic::error(RULE.code, message).at(table.declared, "declared here");
        Some(diagnostic.why(why).help(format!("write `text -k0 -v1 {}`", table.map.file().unwrap_or("FILE"))))
    };
    if key != 0 || value != 1 {
        return wrong(
            format!("{title} has its keys in column {key} and its values in column {value} of the text"),
            "columns are counted from 0, and without `-v1` what is found is the key itself",
        );
    }
    match delimiter {
        None | Some('\t') => None,
        Some(other) => wrong(
            format!("the columns of {title} are told apart by `{other}`"),
            "texts of tables have blanks or a tab between key and value, so that makemap can read them too",
        ),
    }
}

/// Values that end at their first blank.
fn blanks(table: &DeclaredTable<'_>) -> Vec<Diagnostic> {
    let ends_at_blank = table.map.columns().delimiter.is_none();
    let entries = table.entries.iter().filter(|entry| ends_at_blank && entry.value.value.contains([' ', '\t']));
    entries
        .map(|entry| {
            Diagnostic::error(RULE.code, format!("only the first word of `{}` is found", entry.value))
                .at(entry.value.span, "")
                .at(table.declared, "declared here, as a text whose columns end at blanks")
                .why("in a map of class `text` a blank begins the next column")
                .help(r"declare the map as `text -k0 -v1 -z\t FILE`, or as `hash`")
        })
        .collect()
}
