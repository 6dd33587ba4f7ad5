//! Explains how a configuration answers a client.
//!
//! [`crate::dialogue`] puts a question to the site's rulesets. The lookups on the way become [`Reason`]s, each with its place in
//! the site. The same question to sites that differ in one respect shows which [`Change`] would reverse the verdict.

mod assumed;
mod change;
mod coverage;
mod reason;
mod suite;
mod verify;

pub use assumed::Assumed;
pub use change::{Change, changes};
pub use coverage::{Item, coverage};
pub use reason::{Reason, reasons};
pub use suite::{Difference, Outcome, run, verdict_kind};
pub use verify::verify;
