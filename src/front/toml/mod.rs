//! The front end of `site.toml`.
//!
//! The document is declarative: what it says is read whole (`read`), checked against the catalog, and brought into the
//! one order in which statements take effect (`statement`). From there on it is a site like any other.

mod aliases;
pub(crate) mod answer;
mod cases;
pub(crate) mod conf;
mod derived;
pub(crate) mod equates;
pub(crate) mod feature;
mod names;
mod read;
mod run;
pub mod schema;
mod table;
mod uucp;
mod value;
mod words;

use std::str;

use read::Charset;
use value::Refusals;

use super::{Compiled, Input};
use crate::{
    diagnostic::Diagnostic,
    site::Case,
    source::{FileSystem, SourceId, Sources, Span},
    syntax,
};

/// Compiles a `site.toml`.
pub(super) fn compile(input: &Input<'_>, files: &dyn FileSystem) -> Compiled {
    let mut sources = Sources::default();
    let loaded = load(&mut sources, input.name, input.bytes);
    // Everything that comes after the file itself is the text of a table.
    let tables = sources.next_id();
    let (site, diagnostics) = match loaded {
        Err(error) => (None, vec![*error]),
        Ok(id) => match document(&sources, id) {
            Err(errors) => (None, errors),
            Ok(document) if document.charset == Charset::Latin1 => match sources.take_as_latin1(id) {
                Ok(()) => run::run(document, input.name, id, &mut sources, files),
                Err(place) => (None, vec![beyond_latin1(place)]),
            },
            Ok(document) => run::run(document, input.name, id, &mut sources, files),
        },
    };
    Compiled::new(site, diagnostics, sources, tables)
}

/// The cases in a text that is a site.toml, or has nothing but cases.
///
/// # Errors
/// It is no TOML, or a case is not right; in a text of cases, if there is anything else in it.
pub(super) fn cases(sources: &Sources, id: SourceId, is_site: bool) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let root = syntax::toml::parse(sources, id)?;
    let mut refusals = Refusals::default();
    let mut cases = Vec::new();
    for entry in root.entries() {
        match entry.key.value.as_str() {
            "test" => cases = cases::read(&mut refusals, entry),
            _ if is_site => {}
            _ => refusals.unknown_key(entry, "in a file of tests", ["test"]),
        }
    }
    if refusals.0.is_empty() { Ok(cases) } else { Err(refusals.0) }
}

/// Adds a file to the sources, if it is text.
fn load(sources: &mut Sources, name: &str, bytes: &[u8]) -> Result<SourceId, Box<Diagnostic>> {
    let valid = match str::from_utf8(bytes) {
        Ok(text) => text.split('\0').next().unwrap_or(""),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or(&[]);
            str::from_utf8(valid).unwrap_or("").split('\0').next().unwrap_or("")
        }
    };
    if valid.len() == bytes.len() {
        return Ok(sources.add(name, valid));
    }
    // The bad byte is shown as what stands for one, and nothing after it.
    let id = sources.add(name, format!("{valid}\u{fffd}"));
    let line = valid.matches('\n').count() + 1;
    let utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let is_nul = bytes.get(valid.len()) == Some(&0);
    let diagnostic = Diagnostic::error("not_text", format!("{name} is not UTF-8 text"))
        .at(
            Span::new(id, valid.len(), valid.len() + '\u{fffd}'.len_utf8()),
            format!("the first byte that is none, in line {line}"),
        )
        .why("TOML is UTF-8 text, and sendmail's names, addresses and options hold no other bytes")
        .help(match (utf16, is_nul) {
            (true, _) => "it is saved as UTF-16: save it as UTF-8",
            (_, true) => "give the file that was written by hand, not a map or an archive",
            _ => "check that this is the file you mean, or convert it: iconv -f latin1 -t utf-8",
        });
    Err(Box::new(diagnostic))
}

/// A character that the charset of the site does not have.
fn beyond_latin1(place: Span) -> Diagnostic {
    Diagnostic::error("not_in_charset", "this character is not in ISO-8859-1")
        .at(place, "has no byte there")
        .why("`charset` says that each character of this site becomes one byte of sendmail.cf")
        .help("write another character, in remarks too, or remove `charset`: sendmail.cf is UTF-8 then")
}

/// What a document says, checked.
fn document(sources: &Sources, id: SourceId) -> Result<read::Document, Vec<Diagnostic>> {
    let root = syntax::toml::parse(sources, id)?;
    let mut refusals = Refusals::default();
    let mut document = read::read(&mut refusals, &root);
    document.warnings = refusals.0;
    if document.warnings.iter().any(Diagnostic::is_error) { Err(document.warnings) } else { Ok(document) }
}

#[cfg(test)]
mod tests;
