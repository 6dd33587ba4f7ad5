//! The files that a site becomes, chosen by `--emit`.

use std::collections::BTreeSet;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{output::OutputFile, source_map};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    emit::{
        cf::{self, Document},
        relay, tables,
    },
    front::alias_text,
    map::{self, Duplicates, Format},
    site::{AliasTable, DeclaredTable, Site},
    source::Sources,
};

/// What a site can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Product {
    /// sendmail.cf
    Cf,
    /// access, the text of the access map
    Access,
    /// Texts of the other tables: mailertable, virtusertable, …
    Tables,
    /// access.db and the map files of the other tables, as sendmail opens them
    Db,
    /// relay.toml, for a relay that is not sendmail
    Relay,
}

/// Name of the main product in the output directory.
pub(super) const CF: &str = "sendmail.cf";

/// Name of the relay's configuration there.
pub(super) const RELAY: &str = "relay.toml";

/// A file that is to be written.
#[derive(Debug)]
pub(super) struct Artifact {
    /// What it is; the source map is none of these.
    pub(super) product: Option<Product>,
    /// Its name and what it holds.
    pub(super) file: OutputFile,
}

impl Artifact {
    fn new(product: Product, name: &str, mode: u32, bytes: impl Into<Vec<u8>>) -> Self {
        let file = OutputFile { name: name.into(), mode, bytes: bytes.into(), is_map: false, made_from: None };
        Self { product: Some(product), file }
    }

    /// A map file that is made from the text `name`.
    fn map(name: &str, format: Format, mode: u32, bytes: Vec<u8>) -> Self {
        let mut made = Self::new(Product::Db, &format!("{name}.{}", format.extension()), mode, bytes);
        made.file.is_map = true;
        made.file.made_from = Some(name.into());
        made
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'a> {
    /// The products named; none: all that the site has.
    pub(super) named: &'a [Product],
    /// Whether sendmail.cf comes with its source map.
    pub(super) source_map: bool,
}

impl Selection<'_> {
    /// Whether a product is to be made if the site has it.
    pub(super) fn has(self, product: Product) -> bool {
        self.named.is_empty() || self.names(product)
    }

    /// Whether a product has to be made.
    pub(super) fn names(self, product: Product) -> bool {
        self.named.contains(&product)
    }
}

/// Makes what is wanted and adds what is to be said about it. `document` is sendmail.cf if that is made already. Tables without
/// entries are made where `is_ours` says that an earlier build wrote them: what was in them must not be found any more.
pub(super) fn make(
    site: &Site,
    document: Option<Document>,
    sources: &Sources,
    wanted: Selection<'_>,
    is_ours: &dyn Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Artifact> {
    let mut files = Vec::new();
    if wanted.has(Product::Cf) {
        let document = document.unwrap_or_else(|| cf::emit(site));
        let map = wanted.source_map.then(|| source_map::json(&document, sources).into_bytes());
        files.push(Artifact::new(Product::Cf, CF, 0o644, sources.encode(document.into_text())));
        let source_map = |bytes| OutputFile {
            name: source_map::FILE_NAME.into(),
            mode: 0o644,
            bytes,
            is_map: false,
            made_from: None,
        };
        files.extend(map.map(|bytes| Artifact { product: None, file: source_map(bytes) }));
    }
    let tables = || site.declared_tables().filter(|table| !table.entries.is_empty());
    for table in tables() {
        make_table(&table, wanted, &mut files, diagnostics);
    }
    match &site.aliases {
        Some(aliases) => make_aliases(site, aliases, wanted, &mut files, diagnostics),
        None => empty_aliases(site, wanted, is_ours, &mut files),
    }
    for table in site.declared_tables().filter(|table| table.entries.is_empty()) {
        let mut made = Vec::new();
        make_table(&table, wanted, &mut made, &mut Vec::new());
        files.extend(made.into_iter().filter(|made| made.file.name.to_str().is_some_and(is_ours)));
    }
    for (product, exist) in [
        (Product::Access, tables().any(|table| table.kind == TableKind::Access)),
        (Product::Tables, site.aliases.is_some() || tables().any(|table| table.kind != TableKind::Access)),
        (Product::Db, site.aliases.is_some() || tables().next().is_some()),
    ] {
        if wanted.names(product) && !exist && !files.iter().any(|made| made.product == Some(product)) {
            diagnostics.push(no_entries(site, product));
        }
    }
    if wanted.has(Product::Relay) {
        make_relay(site, wanted, &mut files, diagnostics);
    }
    diagnostics.extend(same_names(site, &files));
    files
}

/// The text of a table, and its map file. Who may send mail through a host is not for every user of it to read.
fn make_table(
    table: &DeclaredTable<'_>,
    wanted: Selection<'_>,
    files: &mut Vec<Artifact>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut refused = Vec::new();
    let product = if table.kind == TableKind::Access { Product::Access } else { Product::Tables };
    let mode = if table.kind.spec().is_secret { 0o600 } else { 0o640 };
    let name = table.file_name();
    if wanted.has(product) {
        match tables::text(table) {
            Ok(text) => files.push(Artifact::new(product, name, mode, text)),
            Err(said) => refused = said,
        }
    }
    // The map file refuses what the text refuses, in the same words.
    if wanted.has(Product::Db) && refused.is_empty() {
        match tables::format(table) {
            Ok(None) => {}
            Ok(Some(format)) => match tables::map_file(table, format) {
                Ok(bytes) => {
                    files.push(Artifact::map(name, format, mode, bytes));
                }
                Err(said) => refused = said,
            },
            Err(mut said) => {
                // A site with maps of another kind is fine as long as nobody asks for these.
                if !wanted.names(Product::Db) {
                    said.iter_mut().for_each(|diagnostic| diagnostic.severity = Severity::Warning);
                }
                refused = said;
            }
        }
    }
    diagnostics.append(&mut refused);
}

/// Aliases without entries, where an earlier build wrote some.
fn empty_aliases(site: &Site, wanted: Selection<'_>, is_ours: &dyn Fn(&str) -> bool, files: &mut Vec<Artifact>) {
    let mut made = Vec::new();
    make_aliases(site, &alias_text::empty(), wanted, &mut made, &mut Vec::new());
    files.extend(made.into_iter().filter(|made| made.file.name.to_str().is_some_and(is_ours)));
}

/// The text of aliases, and their map file.
fn make_aliases(
    site: &Site,
    aliases: &AliasTable,
    wanted: Selection<'_>,
    files: &mut Vec<Artifact>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(file) = site.alias_file() else {
        diagnostics.push(
            Diagnostic::error("no_alias_file", "the site has aliases, and not one file for them")
                .at(aliases.declared.span, "aliases")
                .why("the option AliasFile names several files, or none")
                .help("define ALIAS_FILE, in a site.toml `alias_file`, as the one file that these are for"),
        );
        return;
    };
    if wanted.has(Product::Tables) {
        files.push(Artifact::new(Product::Tables, file.name(), 0o644, aliases.text.clone()));
    }
    if !wanted.has(Product::Db) {
        return;
    }
    let class = if file.class == "implicit" { "hash" } else { file.class };
    let mut bytes = Vec::new();
    let refused = match Format::from_name(class) {
        None => format!("no map file can be written for the aliases: their map is of class `{class}`"),
        Some(format) => match map::write(format, &aliases.pairs, Duplicates::Last, &mut bytes) {
            Ok(()) => {
                files.push(Artifact::map(file.name(), format, 0o640, bytes));
                return;
            }
            Err(error) => format!("the aliases cannot be written as a {format} file: {error}"),
        },
    };
    diagnostics.push(
        Diagnostic::error("table_map_class", refused)
            .at(aliases.declared.span, "aliases")
            .why("map files are written for the classes hash, btree and cdb")
            .help("name one of these before the path in ALIAS_FILE, as in `hash:/etc/mail/aliases`"),
    );
}

/// Files that would be written over each other.
fn same_names(site: &Site, files: &[Artifact]) -> Vec<Diagnostic> {
    let mut names = BTreeSet::new();
    files
        .iter()
        .filter(|made| !names.insert(&made.file.name))
        .map(|made| {
            let name = made.file.name.to_string_lossy().into_owned();
            let diagnostic = Diagnostic::error("same_file", format!("two outputs would be called `{name}`"))
                .why("outputs are named as the files of their maps, without the directories")
                .help("give one of the maps a file of another name");
            let called = |table: &DeclaredTable<'_>| name.split('.').next() == table.file_name().split('.').next();
            let tables = site.declared_tables().filter(|table| !table.entries.is_empty());
            tables.filter(called).fold(diagnostic, |diagnostic, table| diagnostic.at(table.declared, "this map's file"))
        })
        .collect()
}

/// That texts or map files of tables were asked for, and there are no entries.
fn no_entries(site: &Site, product: Product) -> Diagnostic {
    let (what, wanted): (_, fn(TableKind) -> bool) = match product {
        Product::Access => ("the access map", |kind| kind == TableKind::Access),
        Product::Tables => ("a table other than the access map", |kind| kind != TableKind::Access),
        _ => ("a table", |_| true),
    };
    let declared = site.declared_tables().filter(|table| wanted(table.kind)).collect::<Vec<_>>();
    let diagnostic = Diagnostic::error("no_entries", format!("there are no entries of {what} to write"));
    if declared.is_empty() {
        return diagnostic
            .why("the site declares no map for it")
            .help("enable the feature that declares it (access_db, mailertable, …), or leave out what needs it");
    }
    declared
        .iter()
        .fold(diagnostic, |diagnostic, table| diagnostic.at(table.declared, "declared here, without entries"))
        .why("the site has the map, and no entries of it")
        .help("a site.toml has them in a table as [access], or names their text with `access_file`; those of a .mc are in a text beside it, named as the map's file")
}

fn make_relay(site: &Site, wanted: Selection<'_>, files: &mut Vec<Artifact>, diagnostics: &mut Vec<Diagnostic>) {
    match relay::relay_config(site) {
        Ok(config) => match config.to_toml() {
            Ok(text) => files.push(Artifact::new(Product::Relay, RELAY, 0o640, text)),
            Err(cause) => {
                diagnostics.push(Diagnostic::error("relay_toml", format!("cannot write `relay.toml`: {cause}")));
            }
        },
        Err(unsupported) if wanted.names(Product::Relay) => diagnostics.extend(unsupported.iter().map(|u| u.error())),
        Err(unsupported) => diagnostics.extend(unsupported.iter().map(|u| u.warning())),
    }
}
