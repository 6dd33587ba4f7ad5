//! What a client is told by a configuration, and why.
//!
//! A [`Question`] is held as a [`Dialogue`] with a [`Session`](crate::rewrite::Session): connection, MAIL and RCPT, each with its
//! verdict and the reply that the client reads, and where the message then goes. What was asked and found on the way becomes
//! the [`Reason`]s, each with its place in the site; and other sites, that differ in one thing, are asked the same to say
//! what would have to [`Change`].

mod assumed;
mod change;
mod coverage;
mod dialogue;
mod question;
mod reason;
mod record;
mod reply;
mod suite;
mod verify;

pub use assumed::Assumed;
pub use change::{Change, changes};
pub use coverage::{Item, coverage};
pub use dialogue::{Command, Delivery, Dialogue, Step, hold};
pub use question::{Login, Question, Tls};
pub use reason::{Reason, reasons};
pub use record::Event;
pub use reply::{Reply, Verdict};
pub use suite::{Difference, Outcome, run, wanted};
pub use verify::verify;
