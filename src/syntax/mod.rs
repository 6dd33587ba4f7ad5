//! Parses text to trees, one module per language. This layer knows the syntax of a language, not the meaning of its words.

pub mod address;
pub mod aliases;
pub mod cf;
pub mod mc;
pub mod toml;
pub mod zone;
