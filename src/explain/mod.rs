//! What a client is told by a configuration, and why.
//!
//! A question is put to the site's rulesets by [`crate::dialogue`]. What was asked and found on the way becomes the [`Reason`]s,
//! each with its place in the site; and other sites, that differ in one thing, are asked the same to say what would have to
//! [`Change`].

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
