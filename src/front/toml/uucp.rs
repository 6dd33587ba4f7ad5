//! `siteconfig` and `uucpsmtp`: UUCP links, their neighbours, and the Internet names of some.

use super::value::{Expected, Refusals, Text};
use crate::{
    catalog::siteconfig::FILES,
    diagnostic::{Diagnostic, nearest},
    front::statement::Statement,
    syntax::toml::{Entry, Table},
};

/// The keys of a link.
pub(super) const LINK: [(&str, &str); 5] = [
    ("file", "List of neighbours that comes with sendmail"),
    ("name", "UUCP name of this host, or `[mailer:]host` that the neighbours are reached through"),
    ("class", "Class of the neighbours: U or Y for this host's own links, V, W or X for those of another"),
    ("site", "Names of neighbours"),
    ("smart_site", "Names of neighbours that take several recipients at a time"),
];

/// UUCP names and classes: what cannot be taken for another part of a line.
pub(super) const CLASS: &str = "^[UVWXYZ]$";

/// `siteconfig`: links.
pub(super) fn links(refusals: &mut Refusals, key: &str, entry: &Entry) -> Vec<Statement> {
    let expected = Expected::new(key, "a table with a name and a class", "{ name = \"ourname\", class = \"U\" }");
    let mut statements = Vec::new();
    for item in refusals.one_or_more(&entry.value) {
        let Some(table) = refusals.table(item, &expected) else { continue };
        for other in table.entries().iter().filter(|e| LINK.iter().all(|(known, _)| *known != e.key.value)) {
            refusals.unknown_key(other, &format!("in `{key}`"), LINK.iter().map(|(known, _)| *known));
        }
        let name = given(refusals, key, table, "name", "\"ourname\"");
        let class = given(refusals, key, table, "class", "\"U\"").filter(|class| is_class(refusals, key, class));
        for missing in ["name", "class"].iter().filter(|wanted| table.get(wanted).is_none()) {
            refusals.push(
                Diagnostic::error("missing_key", format!("`{key}` needs a `{missing}`"))
                    .at(item.span, format!("no `{missing}` is given"))
                    .help(format!("write `{missing} = \"…\"` in it")),
            );
        }
        let file = given(refusals, key, table, "file", "\"uucp.ucbvax\"").filter(|file| is_file(refusals, file));
        let mut sites = |name: &str| {
            let expected = Expected::new(format!("{key}.{name}"), "names of UUCP hosts", "[\"neighbour\"]");
            table.get(name).map(|entry| refusals.texts(&entry.value, &expected)).unwrap_or_default()
        };
        let (sites, smart_sites) = (sites("site"), sites("smart_site"));
        if let (Some(host), Some(class)) = (name, class) {
            statements.push(Statement::SiteConfig { file, host, class, sites, smart_sites, span: item.span });
        }
    }
    statements
}

/// `uucpsmtp`: a table of UUCP names and domains.
pub(super) fn domains(refusals: &mut Refusals, key: &str, entry: &Entry) -> Vec<Statement> {
    let expected = Expected::new(key, "a table of UUCP names and domains", "{ neighbour = \"example.com\" }");
    let Some(table) = refusals.table(&entry.value, &expected) else { return Vec::new() };
    let mut statements = Vec::new();
    for entry in table.entries() {
        let expected = Expected::new(format!("{key}.{}", entry.key.value), "a domain name", "\"example.com\"");
        let domain = refusals.some_text(&entry.value, &expected);
        statements.extend(domain.map(|domain| Statement::UucpSmtp { host: entry.key.clone(), domain }));
    }
    statements
}

fn given(refusals: &mut Refusals, key: &str, table: &Table, name: &str, example: &str) -> Option<Text> {
    let entry = table.get(name)?;
    let help = LINK.iter().find(|(known, _)| *known == name).map_or("", |(_, help)| help);
    let what = help.split(':').next().unwrap_or(help).to_lowercase();
    refusals.some_text(&entry.value, &Expected::new(format!("{key}.{name}"), what, example))
}

fn is_class(refusals: &mut Refusals, key: &str, class: &Text) -> bool {
    let fits = class.value.len() == 1 && class.value.bytes().all(|b| (b'U'..=b'Z').contains(&b));
    if !fits {
        let expected = Expected::new(format!("{key}.class"), "one of the letters U to Z", "\"U\"");
        refusals.wrong_value(class, &expected, "other classes have nothing to do with UUCP");
    }
    fits
}

fn is_file(refusals: &mut Refusals, file: &Text) -> bool {
    let known = FILES.iter().any(|known| known.name == file.value);
    if !known {
        let diagnostic = Diagnostic::error("unknown_name", format!("unknown list of neighbors `{}`", file.value))
            .at(file.span, "not known to sendmail")
            .why("sendmail's tree would silently continue without it");
        refusals.push(diagnostic.help(match nearest(&file.value, FILES.iter().map(|known| known.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name the neighbours under `site`".into(),
        }));
    }
    known
}
