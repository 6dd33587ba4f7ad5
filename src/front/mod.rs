//! The front ends: from text to the IR.
//!
//! Both languages end in the same [`Environment`](environment::Environment): `.mc` is executed against it in order
//! ([`mc`]), `site.toml` is read whole and then told to it ([`toml`]). At the end of the run [`lower`] makes the
//! [`Site`].

pub mod agent;
pub mod alias_text;
pub mod aliases;
pub mod class_text;
pub mod environment;
mod features;
pub mod lower;
pub mod macros;
pub mod mc;
pub(crate) mod statement;
pub mod table_text;
pub mod toml;

use crate::{
    diagnostic::Diagnostic,
    site::{Case, Site},
    source::{FileSystem, SourceId, Sources},
};

pub use crate::source::Syntax;

/// A site's source.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The name that diagnostics call it by: the path as the user gave it.
    pub name: &'a str,
    /// What the file holds.
    pub bytes: &'a [u8],
    /// Its language.
    pub syntax: Syntax,
}

/// What came of a source.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    /// The site; `None` if any diagnostic is an error.
    pub site: Option<Site>,
    /// What is to be said about the source, in the order that the reference would say it.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that spans point into.
    pub sources: Sources,
}

pub(crate) use mc::record;
pub(crate) use toml::{answer, conf::is_message, equates, feature::ORDER};

/// The cases in a text that is a site.toml, or has nothing but cases.
///
/// # Errors
/// It is no TOML, or a case is not right; in a text of cases, if there is anything else in it.
pub fn cases(sources: &Sources, id: SourceId, is_site: bool) -> Result<Vec<Case>, Vec<Diagnostic>> {
    toml::cases(sources, id, is_site)
}

/// Compiles a source into a site. `files` is asked for the files that it includes, by the path written there.
pub fn compile(input: &Input<'_>, files: &dyn FileSystem) -> Compiled {
    match input.syntax {
        Syntax::Mc => mc::compile(input, files),
        Syntax::Toml => toml::compile(input, files),
    }
}
