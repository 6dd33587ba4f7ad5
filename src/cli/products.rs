//! The output files of a site, selected with `--emit`.

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

/// Values of `--emit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Product {
    /// sendmail.cf
    Cf,
    /// Text of the access map
    Access,
    /// Texts of the other tables: mailertable, virtusertable, …
    Tables,
    /// Map files of all tables, as sendmail opens them: access.db, mailertable.db, …
    Db,
    /// relay.toml, for a relay other than sendmail
    Relay,
}

/// File name of sendmail.cf in the output directory.
pub(super) const CF: &str = "sendmail.cf";

/// File name of the relay's configuration.
pub(super) const RELAY: &str = "relay.toml";

/// An output file.
#[derive(Debug)]
pub(super) struct Artifact {
    /// The product; `None` for the source map.
    pub(super) product: Option<Product>,
    /// Name and content.
    pub(super) file: OutputFile,
}

impl Artifact {
    fn new(product: Product, name: &str, mode: u32, bytes: impl Into<Vec<u8>>) -> Self {
        let file = OutputFile { name: name.into(), mode, bytes: bytes.into(), is_map: false, made_from: None };
        Self { product: Some(product), file }
    }

    /// A map file built from the text `name`.
    fn map(name: &str, format: Format, mode: u32, bytes: Vec<u8>) -> Self {
        let mut made = Self::new(Product::Db, &format!("{name}.{}", format.extension()), mode, bytes);
        made.file.is_map = true;
        made.file.made_from = Some(name.into());
        made
    }
}

/// The selected products.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'a> {
    /// Products named with `--emit`; if empty, all that the site has.
    pub(super) named: &'a [Product],
    /// Whether sendmail.cf comes with its source map.
    pub(super) source_map: bool,
}

impl Selection<'_> {
    /// Whether a product is selected, if the site has it.
    pub(super) fn includes(self, product: Product) -> bool {
        self.named.is_empty() || self.requires(product)
    }

    /// Whether a product was named, so that its absence is an error.
    pub(super) fn requires(self, product: Product) -> bool {
        self.named.contains(&product)
    }
}

/// Generates the selected products and adds diagnostics. `document` is sendmail.cf if it is generated already. Tables without
/// entries are generated if `is_ours` says that an earlier build wrote them, since their old entries must not stay.
pub(super) fn make(
    site: &Site,
    document: Option<Document>,
    sources: &Sources,
    selection: Selection<'_>,
    is_ours: &dyn Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Artifact> {
    let mut files = Vec::new();
    if selection.includes(Product::Cf) {
        let document = document.unwrap_or_else(|| cf::emit(site));
        let map = selection.source_map.then(|| source_map::json(&document, sources).into_bytes());
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
        make_table(&table, selection, &mut files, diagnostics);
    }
    match &site.aliases {
        Some(aliases) => make_aliases(site, aliases, selection, &mut files, diagnostics),
        None => empty_aliases(site, selection, is_ours, &mut files),
    }
    for table in site.declared_tables().filter(|table| table.entries.is_empty()) {
        let mut made = Vec::new();
        make_table(&table, selection, &mut made, &mut Vec::new());
        files.extend(made.into_iter().filter(|made| made.file.name.to_str().is_some_and(is_ours)));
    }
    for (product, exist) in [
        (Product::Access, tables().any(|table| table.kind == TableKind::Access)),
        (Product::Tables, site.aliases.is_some() || tables().any(|table| table.kind != TableKind::Access)),
        (Product::Db, site.aliases.is_some() || tables().next().is_some()),
    ] {
        if selection.requires(product) && !exist && !files.iter().any(|made| made.product == Some(product)) {
            diagnostics.push(no_entries(site, product));
        }
    }
    if selection.includes(Product::Relay) {
        make_relay(site, selection, &mut files, diagnostics);
    }
    diagnostics.extend(same_names(site, &files));
    files
}

/// The text of a table and its map file. Not every user of the host may read who is allowed to relay.
fn make_table(
    table: &DeclaredTable<'_>,
    selection: Selection<'_>,
    files: &mut Vec<Artifact>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut refused = Vec::new();
    let product = if table.kind == TableKind::Access { Product::Access } else { Product::Tables };
    let mode = if table.kind.spec().is_secret { 0o600 } else { 0o640 };
    let name = table.file_name();
    if selection.includes(product) {
        match tables::text(table) {
            Ok(text) => files.push(Artifact::new(product, name, mode, text)),
            Err(said) => refused = said,
        }
    }
    // The map file has the same errors as the text.
    if selection.includes(Product::Db) && refused.is_empty() {
        match tables::format(table) {
            Ok(None) => {}
            Ok(Some(format)) => match tables::map_file(table, format) {
                Ok(bytes) => {
                    files.push(Artifact::map(name, format, mode, bytes));
                }
                Err(said) => refused = said,
            },
            Err(mut said) => {
                // Maps of other classes are an error only if map files were requested by name.
                if !selection.requires(Product::Db) {
                    said.iter_mut().for_each(|diagnostic| diagnostic.severity = Severity::Warning);
                }
                refused = said;
            }
        }
    }
    diagnostics.append(&mut refused);
}

/// An empty aliases text, where an earlier build wrote one with entries.
fn empty_aliases(site: &Site, selection: Selection<'_>, is_ours: &dyn Fn(&str) -> bool, files: &mut Vec<Artifact>) {
    let mut made = Vec::new();
    make_aliases(site, &alias_text::empty(), selection, &mut made, &mut Vec::new());
    files.extend(made.into_iter().filter(|made| made.file.name.to_str().is_some_and(is_ours)));
}

/// The text of the aliases and their map file.
fn make_aliases(
    site: &Site,
    aliases: &AliasTable,
    selection: Selection<'_>,
    files: &mut Vec<Artifact>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(file) = site.alias_file() else {
        diagnostics.push(
            Diagnostic::error("no_alias_file", "no single file for the site's aliases")
                .at(aliases.declared.span, "aliases")
                .why("the option AliasFile names several files or none, so it is unclear where the aliases belong")
                .help("set ALIAS_FILE (`alias_file` in a site.toml) to a single file"),
        );
        return;
    };
    if selection.includes(Product::Tables) {
        files.push(Artifact::new(Product::Tables, file.name(), 0o644, aliases.text.clone()));
    }
    if !selection.includes(Product::Db) {
        return;
    }
    let class = if file.class == "implicit" { "hash" } else { file.class };
    let mut bytes = Vec::new();
    let refused = match Format::from_name(class) {
        None => format!("cannot write a map of class `{class}` for the aliases"),
        Some(format) => match map::write(format, &aliases.pairs, Duplicates::Last, &mut bytes) {
            Ok(()) => {
                files.push(Artifact::map(file.name(), format, 0o640, bytes));
                return;
            }
            Err(error) => format!("cannot write the aliases as a {format} file: {error}"),
        },
    };
    diagnostics.push(
        Diagnostic::error("table_map_class", refused)
            .at(aliases.declared.span, "aliases")
            .why("only maps of class hash, btree and cdb can be written")
            .help("put one of these classes before the path in ALIAS_FILE, as in `hash:/etc/mail/aliases`"),
    );
}

/// Errors for outputs that would overwrite each other.
fn same_names(site: &Site, files: &[Artifact]) -> Vec<Diagnostic> {
    let mut names = BTreeSet::new();
    files
        .iter()
        .filter(|made| !names.insert(&made.file.name))
        .map(|made| {
            let name = made.file.name.to_string_lossy().into_owned();
            let diagnostic = Diagnostic::error("same_file", format!("two outputs with the same name `{name}`"))
                .why("an output has the file name of its map, without the directory")
                .help("use another file name for one of the maps");
            let called = |table: &DeclaredTable<'_>| name.split('.').next() == table.file_name().split('.').next();
            let tables = site.declared_tables().filter(|table| !table.entries.is_empty());
            tables.filter(called).fold(diagnostic, |diagnostic, table| diagnostic.at(table.declared, "this map's file"))
        })
        .collect()
}

/// The error if texts or map files of tables were requested that have no entries.
fn no_entries(site: &Site, product: Product) -> Diagnostic {
    let (what, selection): (_, fn(TableKind) -> bool) = match product {
        Product::Access => ("the access map", |kind| kind == TableKind::Access),
        Product::Tables => ("a table other than the access map", |kind| kind != TableKind::Access),
        _ => ("a table", |_| true),
    };
    let declared = site.declared_tables().filter(|table| selection(table.kind)).collect::<Vec<_>>();
    let diagnostic = Diagnostic::error("no_entries", format!("no entries of {what} to write"));
    if declared.is_empty() {
        return diagnostic.why("the site does not declare the map").help(
            "enable the feature that declares it (access_db, mailertable, …), or remove the product from --emit",
        );
    }
    declared
        .iter()
        .fold(diagnostic, |diagnostic, table| diagnostic.at(table.declared, "declared here, without entries"))
        .why("the site declares the map, but has no entries for it")
        .help("in a site.toml, write entries under [access], or name their text with `access_file`; for a .mc, put the text next to it, under the file name of the map")
}

fn make_relay(site: &Site, selection: Selection<'_>, files: &mut Vec<Artifact>, diagnostics: &mut Vec<Diagnostic>) {
    match relay::relay_config(site) {
        Ok(config) => match config.to_toml() {
            Ok(text) => files.push(Artifact::new(Product::Relay, RELAY, 0o640, text)),
            Err(cause) => {
                diagnostics.push(Diagnostic::error("relay_toml", format!("cannot write `relay.toml`: {cause}")));
            }
        },
        Err(unsupported) if selection.requires(Product::Relay) => {
            diagnostics.extend(unsupported.iter().map(|u| u.error()))
        }
        Err(unsupported) => diagnostics.extend(unsupported.iter().map(|u| u.warning())),
    }
}
