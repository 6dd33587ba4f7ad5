//! The aliases that a site holds: read as `newaliases` reads them, with the names of this host that the site says.

use std::{fmt::Write as _, path::Path};

use super::{aliases, table_text};
use crate::{
    diagnostic::Diagnostic,
    map::Pairs,
    site::{AliasTable, Class, Site, TableEntry},
    source::{FileSystem, SourceId, Sources, Span, Spanned},
};

/// The head of a text of aliases.
const EMPTY: &str =
    "# Who gets mail for names that are no users.\n# Written by relaycc; change the site file instead.\n";

/// Adds the aliases in the file called `path`, seen from the site file's directory; `place` is where the site says so. Without
/// one the file may be missing.
pub fn from_file(
    site: &mut Site,
    sources: &mut Sources,
    name: &str,
    (path, place): (&Path, Option<Span>),
    files: &dyn FileSystem,
) -> Vec<Diagnostic> {
    let path = table_text::in_directory_of(name, path);
    let bytes = match files.read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            return match place {
                Some(place) => vec![
                    table_text::unreadable(&path, &error)
                        .at(place, "named here")
                        .why("without it mail for all aliases would be refused")
                        .help("give the path of the text, from the directory of this file on"),
                ],
                None if table_text::is_missing(&error) => Vec::new(),
                None => vec![table_text::unreadable(&path, &error)],
            };
        }
    };
    let id = sources.add_bytes(path.display().to_string(), &bytes);
    let declared = place.unwrap_or(Span::new(id, 0, 0));
    let (pairs, said) = read(site, sources, id);
    site.aliases = Some(AliasTable { declared: Spanned::new((), declared), text: bytes, pairs });
    said
}

/// Adds aliases that the site file holds as entries: a name, and what comes after it in the text.
pub fn from_entries(site: &mut Site, entries: &[TableEntry], place: Span) -> Vec<Diagnostic> {
    let mut text = String::from(EMPTY);
    let before = text.lines().count();
    let column =
        entries.iter().map(|entry| entry.key.value.len()).filter(|length| *length <= 40).max().unwrap_or(0) + 2;
    for TableEntry { key, value } in entries {
        let _ = writeln!(text, "{:column$}{}", format!("{key}:"), value.value);
    }
    let mut sources = Sources::default();
    let id = sources.add("aliases", text.as_str());
    let (pairs, mut said) = read(site, &sources, id);
    // Each entry is a line of the text.
    let entry_at = |span: Span| {
        let source = sources.get(id)?;
        let (line, _) = source.line_column(span.start);
        let entry = entries.get(line.checked_sub(before + 1)?)?;
        let in_key = source.line_before(span.start).len() < entry.key.value.len();
        Some(if in_key { entry.key.span } else { entry.value.span })
    };
    for label in said.iter_mut().flat_map(|diagnostic| &mut diagnostic.labels) {
        label.span = entry_at(label.span).unwrap_or(place);
    }
    site.aliases = Some(AliasTable { declared: Spanned::new((), place), text: text.into_bytes(), pairs });
    said
}

/// Aliases without any entry: the text says where it comes from, the map file that it is complete.
pub fn empty() -> AliasTable {
    let mut sources = Sources::default();
    let id = sources.add("aliases", EMPTY);
    let pairs = aliases::read(&sources, id, &|_| false).database();
    AliasTable { declared: Spanned::new((), Span::new(id, 0, 0)), text: EMPTY.into(), pairs }
}

fn read(site: &Site, sources: &Sources, id: SourceId) -> (Pairs, Vec<Diagnostic>) {
    // What files of names hold is not known, so any host may be this one.
    let any = !site.classes.files(Class::Local).is_empty();
    let own = site.domain_name.iter().map(|own| own.value.as_str());
    let own = own.chain(site.classes.members(Class::Local).iter().map(|member| member.value.as_str()));
    let own = own.map(|name| name.to_ascii_lowercase().into_bytes()).collect::<Vec<_>>();
    let aliases = aliases::read(sources, id, &|host| any || own.iter().any(|name| name == host));
    let said = aliases.problems.iter().map(aliases::Problem::diagnostic).collect();
    (aliases.database(), said)
}
