//! Tables whose entries the site itself holds.

use std::collections::{BTreeMap, btree_map::Entry};

use super::{MapSpec, Site};
use crate::{
    catalog::table::{TABLES, TableKind},
    source::{Span, Spanned},
};

/// A key of a table and its value, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEntry {
    /// What is looked up.
    pub key: Spanned<String>,
    /// What it stands for.
    pub value: Spanned<String>,
}

impl TableEntry {
    /// The key as it is looked up: letters of ASCII in lower case, others as they are, unless the map says `-f`.
    pub fn folded_key(&self) -> String {
        self.key.value.to_ascii_lowercase()
    }

    /// The place of the whole entry.
    pub fn span(&self) -> Span {
        self.key.span.to(self.value.span)
    }
}

/// A table that the site declares.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredTable<'a> {
    /// Which one.
    pub kind: TableKind,
    /// Where it was asked for.
    pub declared: Span,
    /// Its map.
    pub map: &'a MapSpec,
    /// Entries that the site holds; empty when the table is kept elsewhere.
    pub entries: &'a [TableEntry],
}

impl<'a> DeclaredTable<'a> {
    /// What its text is called: the last part of its file's path, to which sendmail adds what its map files end in.
    pub fn file_name(&self) -> &'a str {
        self.map.file_name().filter(|_| self.map.is_file()).unwrap_or(self.kind.spec().file())
    }

    /// An entry as the map file holds it: the key in lower case unless the map says `-f`, and a zero byte after key and value
    /// if it says `-N`.
    pub fn stored(&self, entry: &TableEntry) -> (Vec<u8>, Vec<u8>) {
        let key = if self.map.folds_case() { entry.folded_key() } else { entry.key.value.clone() };
        let nul: &[u8] = if self.map.includes_null() { &[0] } else { &[] };
        ([key.as_bytes(), nul].concat(), [entry.value.value.as_bytes(), nul].concat())
    }

    /// Entries whose key an earlier entry has already, each with that earlier one. A map file holds a key once, and keys
    /// that differ in case only are one key unless the map says `-f`.
    pub fn repeated(&self) -> Vec<(&'a TableEntry, &'a TableEntry)> {
        let folds = self.map.folds_case();
        let mut first = BTreeMap::new();
        let mut repeated = Vec::new();
        for entry in self.entries {
            let key = if folds { entry.folded_key() } else { entry.key.value.clone() };
            match first.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(entry);
                }
                Entry::Occupied(place) => repeated.push((*place.get(), entry)),
            }
        }
        repeated
    }
}

impl Site {
    /// The table of this kind, if the site declares it.
    pub fn table(&self, kind: TableKind) -> Option<DeclaredTable<'_>> {
        let (declared, map) = match kind {
            TableKind::Access => {
                let access = self.access.as_ref()?;
                (access.declared.span, &access.spec)
            }
            TableKind::Bcc => {
                let copies = self.tables.copies.as_ref()?;
                (copies.span, copies.value.map.as_ref()?)
            }
            TableKind::Authinfo => parts(&self.tls.credentials)?,
            TableKind::Bitdomain => parts(&self.tables.bitnet_hosts)?,
            TableKind::Domaintable => parts(&self.tables.domains)?,
            TableKind::Genericstable => parts(&self.tables.generics)?,
            TableKind::Mailertable => parts(&self.routing.mailertable)?,
            TableKind::Uucpdomain => parts(&self.tables.uucp_hosts)?,
            TableKind::Virtusertable => parts(&self.routing.virtusertable)?,
        };
        Some(DeclaredTable { kind, declared, map, entries: self.entries_of(kind) })
    }

    /// Every table that the site declares, by the names of their kinds.
    pub fn declared_tables(&self) -> impl Iterator<Item = DeclaredTable<'_>> {
        TABLES.iter().filter_map(|table| self.table(table.kind))
    }

    /// Entries of a table that the site holds; none when the table is kept elsewhere.
    pub fn entries_of(&self, kind: TableKind) -> &[TableEntry] {
        self.entries.get(&kind).map_or(&[], Vec::as_slice)
    }
}

/// A map and where it is declared.
fn parts(map: &Option<Spanned<MapSpec>>) -> Option<(Span, &MapSpec)> {
    map.as_ref().map(|map| (map.span, &map.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn a_table_is_named_as_its_file_and_its_keys_are_compared_as_the_map_does() {
        let span = Span::new(Sources::default().add("site.toml", ""), 0, 0);
        let entry = |key: &str| TableEntry {
            key: Spanned::new(key.to_owned(), span),
            value: Spanned::new("smtp:a".to_owned(), span),
        };
        let mut site = Site::default();
        site.entries.insert(TableKind::Mailertable, vec![entry("a"), entry("A")]);
        assert_eq!(site.declared_tables().count(), 0);
        for (map, name, repeated) in [
            ("hash -o /etc/mail/routes", "routes", 1),
            ("hash -f /etc/mail/mailertable", "mailertable", 0),
            ("hash", "mailertable", 1),
        ] {
            site.routing.mailertable = Some(Spanned::new(MapSpec::new(map), span));
            let table = site.declared_tables().next().unwrap();
            assert_eq!((table.file_name(), table.repeated().len()), (name, repeated));
        }
    }
}
