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
    /// The site without the refused lines of the texts that it names, such as its tables, if nothing else is wrong.
    pub incomplete: Option<Site>,
    /// What is to be said about the source, in the order that the reference would say it.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that spans point into.
    pub sources: Sources,
}

impl Compiled {
    /// What came of a source: `site` was made of it, and the texts of its tables are `first_table` and those after it.
    fn new(site: Option<Site>, diagnostics: Vec<Diagnostic>, sources: Sources, first_table: SourceId) -> Self {
        let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).peekable();
        let (site, incomplete) = match errors.peek() {
            None => (site, None),
            Some(_) => {
                let is_in_table = |error: &Diagnostic| error.span().is_some_and(|span| span.source >= first_table);
                (None, site.filter(|_| errors.all(is_in_table)))
            }
        };
        Self { site, incomplete, diagnostics, sources }
    }

    /// The site that can be asked and judged: all of it, or what is left without the refused lines of its tables.
    pub fn readable(&self) -> Option<&Site> {
        self.site.as_ref().or(self.incomplete.as_ref())
    }
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
