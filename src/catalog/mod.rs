//! What sendmail offers, as tables: features, options, mailers, system types, domains and macros.
//!
//! One entry per thing; help, JSON Schema, completion and diagnostics derive from it. Nothing here depends on any other
//! module of the crate.

pub mod option;
