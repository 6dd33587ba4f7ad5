//! The dialogue of sendmail's SMTP server: which ruleset is called at which command, with which input and which macros.
//!
//! A [`Question`] is put to a [`Session`](crate::rewrite::Session) by [`simulate_smtp`]: connection, MAIL, RCPT and DATA, each with
//! its verdict, the reply that the client reads, and the [`Event`]s on the way. What the macros hold at each command was
//! observed in a running daemon: `fixtures/dialogue/macros.md`. Nothing here knows what a site is, or who asks.
//!
//! What the daemon only knows at run time has a fixed value here: a client comes from port [`CLIENT_PORT`], as the first one and
//! the only one; the load is zero, the queue identifier is [`QUEUE_ID`]. Dates and times are empty.

mod delivery;
mod listener;
mod macros;
mod question;
mod record;
mod reply;
mod smtp;

pub use delivery::Delivery;
pub use listener::{DeliveryMode, Listener, listeners};
pub use macros::{CLIENT_PORT, QUEUE_ID};
pub use question::{Login, Question, Tls};
pub use record::Event;
pub use reply::{Reply, Verdict};
pub use smtp::{Command, Dialogue, Step, simulate_smtp};
