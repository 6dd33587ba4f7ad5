//! What sendmail offers, as tables: features, options, mailers, system types, domains, hacks, macros, tables, and its tree's own names.
//!
//! One entry per thing; help, JSON Schema, completion and diagnostics derive from it. Nothing here depends on any other
//! module of the crate.

pub mod dead_list;
pub mod domain;
pub mod effect;
pub mod feature;
pub mod hack;
pub mod internal;
pub mod macro_name;
pub mod macros;
pub mod mailer;
pub mod option;
pub mod ruleset;
pub mod setting;
pub mod siteconfig;
pub mod system;
pub mod table;

/// The name of an option or setting, if there is one of this name.
pub fn defined_name(name: &str) -> Option<&'static str> {
    option::by_name(name).map(|option| option.name).or_else(|| setting::by_name(name).map(|setting| setting.name))
}

/// Whether this program can compile a site that uses the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Yes.
    Full,
    /// Not yet: the name is known, and a site that uses it is refused.
    NotYet,
}
