//! The dialogue of sendmail's SMTP server: which ruleset is called at which command, with which argument and macros.
//!
//! [`simulate_smtp`] puts a [`Question`] to a [`Session`](crate::rewrite::Session): connection, MAIL, RCPT and DATA, each with
//! its verdict, its reply, and the [`Event`]s on the way. The values of macros at each command were observed in a running daemon:
//! `fixtures/dialogue/macros.md`. Sites and callers are not known here.
//!
//! Values that the daemon knows only at run time are fixed: the client uses port [`CLIENT_PORT`] and is the only one; the load is
//! zero; the queue identifier is [`QUEUE_ID`]. Dates and times are empty.

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
