//! What sendmail offers, as tables: features, options, mailers, system types, domains, hacks, macros, tables, and internal names
//! of its tree.
//!
//! Each thing has one entry; help, JSON Schema, completion and diagnostics are derived from it. This module depends on no other
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

/// The option or setting with this name.
pub fn defined_name(name: &str) -> Option<&'static str> {
    option::by_name(name).map(|option| option.name).or_else(|| setting::by_name(name).map(|setting| setting.name))
}

/// Whether a site that uses the thing can be compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Yes.
    Full,
    /// Not yet: the name is known, but a site that uses it is rejected.
    NotYet,
}
