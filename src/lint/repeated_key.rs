#![doc = include_str!("../findings/repeated_key.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{DeclaredTable, Site, TableEntry},
};

pub(super) const RULE: Rule = Rule {
    code: "repeated_key",
    summary: "a key of a table comes twice",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    site.declared_tables().flat_map(|table| of_table(&table)).collect()
}

fn of_table(table: &DeclaredTable<'_>) -> Vec<Diagnostic> {
    let title = table.kind.spec().title;
    let finding = |(first, again): (&TableEntry, &TableEntry)| {
        let same = first.value == again.value;
        Diagnostic::error(RULE.code, format!("{title} has a duplicate key `{}`", again.key))
            .at(again.key.span, "again here")
            .at(first.key.span, "first here")
            .why("keys are compared in lower case, and a map file holds each only once: makemap rejects the second entry")
            .help(if same { "remove one of them: their values are equal" } else { "keep the entry that is meant" })
    };
    table.repeated().into_iter().map(finding).collect()
}
