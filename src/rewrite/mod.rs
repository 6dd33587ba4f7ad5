//! Runs the rulesets of any `sendmail.cf` like sendmail, without sendmail.
//!
//! ```text
//! sendmail.cf ── syntax::cf ── load ── Program ── Session ── call ── Outcome
//!                                        files, resolver ──┘   └── TraceObserver
//! ```
//!
//! A [`Program`] is read once; a [`Session`] runs it and holds the state that changes. Rules can be traced. Nothing here does
//! I/O: files come from a [`FileSystem`](crate::source::FileSystem), names and addresses from a [`Resolver`].
//! [`mod@bt`] prints traces like test mode.

mod address;
pub mod bt;
mod calls;
mod classes;
mod evaluate;
pub mod maps;
mod matcher;
mod observer;
mod prefilter;
mod program;
mod recorder;
mod resolve;
mod rewriter;
mod scan;
mod session;
mod text;
mod token;
mod unread;

/// A table by name. It is seeded, as strangers choose the names in addresses.
type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
/// A set of names.
type HashSet<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;

pub use address::{Parsed, Route};
pub use calls::{Applied, Call, Step};
pub use observer::{TraceObserver, Workspace};
pub use program::{Header, Host, Loaded, Mailer, Program, Rule, Ruleset, load};
pub(crate) use resolve::compressed;
pub use resolve::{Answer, NoResolver, RecordType, Resolver, ZoneResolver};
pub use session::{Outcome, Resolved, Services, Session};
pub use text::{MacroId, Macros, Names, Text, Unit};
pub use token::{Arena, Kind, Token};
pub use unread::{FILE_NOT_READ, Without, file_not_read};
