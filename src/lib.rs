//! relaycc compiles mail-relay policy.
//!
//! ```text
//! site.toml ─┐                                ┌─ emit ── sendmail.cf, access, access.db, relay.toml
//!            ├─ syntax ─ front ─ site (the IR) ─┤
//! site.mc  ──┘                                └─ lint ── diagnostics
//!
//! sendmail.cf ── syntax ── rewrite ── dialogue ── explain
//! ```
//!
//! [`migrate`] writes a site.mc anew as a site.toml; [`rewrite`] runs the rulesets of any sendmail.cf, and [`explain`] says what a
//! client is told by them, and why.
//!
//! Data flows one way, and a layer knows only those below it. The library does no I/O of its own: it takes text and a
//! [`source::FileSystem`] and returns values; reading, writing and printing are in [`cli`].

pub mod audit;
pub mod catalog;
pub mod cli;
pub mod diagnostic;
pub mod dialogue;
pub mod emit;
pub mod explain;
pub mod findings;
pub mod front;
pub mod lint;
pub mod map;
pub mod migrate;
mod parallel;
pub mod rewrite;
pub mod site;
pub mod source;
pub mod syntax;
