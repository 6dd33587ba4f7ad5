//! Text to tree, one module per language. Knows how a language is written, not what its words mean.

pub mod address;
pub mod aliases;
pub mod cf;
pub mod mc;
pub mod toml;
pub mod zone;
