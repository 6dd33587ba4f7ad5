#![doc = include_str!("../findings/readable_passwords.md")]

use std::{collections::BTreeSet, path::Path};

use super::{Rule, Surroundings};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "readable_passwords",
    summary: "every user of the host can read the passwords for other servers",
    severity: Severity::Advice,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let readable = around.readable_tables.iter().filter(|(kind, _)| seen.insert(kind.spec().key));
    readable.filter_map(|(kind, path)| Some(finding(path, place(site, *kind)?))).collect()
}

/// The first password of a table.
fn place(site: &Site, kind: TableKind) -> Option<Span> {
    let holds_password = |tag: &str| kind == TableKind::Authinfo || tag.eq_ignore_ascii_case("AuthInfo");
    let mut entries = site.entries_of(kind).iter();
    entries.find(|entry| entry.tag().is_some_and(holds_password)).map(|entry| entry.key.span)
}

fn finding(path: &Path, place: Span) -> Diagnostic {
    let path = path.display();
    Diagnostic::advice(RULE.code, format!("every user of this host can read the passwords in `{path}`"))
        .at(place, "a password")
        .why("whoever reads them can send mail in the name of this host; sendmail itself reads the file as root")
        .help(format!("run `chmod go-rwx {path}`, and the same for the map file that is made from it"))
}
