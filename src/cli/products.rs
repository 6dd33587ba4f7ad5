//! The files that a site becomes, chosen by `--emit`.

use clap::ValueEnum;

use super::{output::OutputFile, source_map};
use crate::{
    diagnostic::{Diagnostic, Severity},
    emit::{
        access,
        cf::{self, Document},
        relay,
    },
    site::{AccessMap, Site},
    source::Sources,
};

/// What a site can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Product {
    /// sendmail.cf
    Cf,
    /// access, the text of the access map
    Access,
    /// access.db, the access map as sendmail opens it
    Db,
    /// relay.toml, for a relay that is not sendmail
    Relay,
}

impl Product {
    /// Name of the file in the output directory.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Product::Cf => "sendmail.cf",
            Product::Access => "access",
            Product::Db => "access.db",
            Product::Relay => "relay.toml",
        }
    }

    /// The file; who may send mail through a host is not for every user of it to read.
    fn file(self, bytes: impl Into<Vec<u8>>) -> OutputFile {
        let mode = match self {
            Product::Cf => 0o644,
            Product::Access | Product::Db | Product::Relay => 0o640,
        };
        OutputFile { name: self.file_name().into(), mode, bytes: bytes.into() }
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The products named; none: all that the site has.
    pub(super) named: &'a [Product],
    /// Whether sendmail.cf comes with its source map.
    pub(super) source_map: bool,
}

impl Wanted<'_> {
    /// Whether a product is to be made if the site has it.
    pub(super) fn has(self, product: Product) -> bool {
        self.named.is_empty() || self.names(product)
    }

    /// Whether a product has to be made.
    pub(super) fn names(self, product: Product) -> bool {
        self.named.contains(&product)
    }
}

/// Makes what is wanted and adds what is to be said about it. `document` is sendmail.cf if that is made already.
pub(super) fn make(
    site: &Site,
    document: Option<Document>,
    sources: &Sources,
    wanted: Wanted<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<OutputFile> {
    let mut files = Vec::new();
    if wanted.has(Product::Cf) {
        let document = document.unwrap_or_else(|| cf::emit(site));
        let map = wanted.source_map.then(|| source_map::json(&document, sources).into_bytes());
        files.push(Product::Cf.file(sources.encode(document.into_text())));
        files.extend(map.map(|bytes| OutputFile { name: source_map::FILE_NAME.into(), mode: 0o644, bytes }));
    }
    match site.access.as_ref().filter(|map| !map.entries.is_empty()) {
        Some(map) => make_access(map, wanted, &mut files, diagnostics),
        None => diagnostics.extend(
            [Product::Access, Product::Db].into_iter().filter(|p| wanted.names(*p)).map(|p| no_entries(site, p)),
        ),
    }
    if wanted.has(Product::Relay) {
        make_relay(site, wanted, &mut files, diagnostics);
    }
    files
}

fn make_access(map: &AccessMap, wanted: Wanted<'_>, files: &mut Vec<OutputFile>, diagnostics: &mut Vec<Diagnostic>) {
    let mut refused = Vec::new();
    if wanted.has(Product::Access) {
        match access::text(map) {
            Ok(text) => files.push(Product::Access.file(text)),
            Err(said) => refused = said,
        }
    }
    // The database refuses what the text refuses, in the same words.
    if wanted.has(Product::Db) && refused.is_empty() {
        match access::database(map) {
            Ok(bytes) => files.push(Product::Db.file(bytes)),
            Err(said) => refused = said,
        }
        // A site with a database of another kind is fine as long as nobody asks for this one.
        if map.spec.class() != "hash" && !wanted.names(Product::Db) {
            refused.iter_mut().for_each(|diagnostic| diagnostic.severity = Severity::Warning);
        }
    }
    diagnostics.append(&mut refused);
}

/// That a file of access entries was asked for, and there are none.
fn no_entries(site: &Site, product: Product) -> Diagnostic {
    let name = product.file_name();
    let diagnostic = Diagnostic::error("no_access_entries", format!("there is nothing to write into `{name}`"));
    match &site.access {
        Some(map) => diagnostic
            .at(map.declared.span, "the map is declared here")
            .why("the site has an access map, and no entries of it")
            .help("entries are in the table `access` of a site.toml or in its `access_file`; those of a .mc, in `access` beside it"),
        None => diagnostic
            .why("the site has no access map")
            .help("enable the feature access_db, or leave out what needs it"),
    }
}

fn make_relay(site: &Site, wanted: Wanted<'_>, files: &mut Vec<OutputFile>, diagnostics: &mut Vec<Diagnostic>) {
    match relay::relay_config(site) {
        Ok(config) => match config.to_toml() {
            Ok(text) => files.push(Product::Relay.file(text)),
            Err(cause) => {
                diagnostics.push(Diagnostic::error("relay_toml", format!("cannot write `relay.toml`: {cause}")));
            }
        },
        Err(unsupported) if wanted.names(Product::Relay) => diagnostics.extend(unsupported.iter().map(|u| u.error())),
        Err(unsupported) => diagnostics.extend(unsupported.iter().map(|u| u.warning())),
    }
}
