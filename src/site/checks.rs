//! What is asked of clients, of commands and of pairs of addresses, besides the access map and DNS lists.

use super::MapSpec;
use crate::source::Spanned;

/// What is asked of a client before anything that it sends is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientChecks {
    /// `greet_pause`: it has to wait for the greeting.
    pub greet_pause: Option<Spanned<GreetPause>>,
    /// `ratecontrol`: how often it may connect, by `ClientRate:` entries of the access map.
    pub rate: Option<Spanned<ClientLimit>>,
    /// `conncontrol`: how many connections it may have, by `ClientConn:` entries of the access map.
    pub connections: Option<Spanned<ClientLimit>>,
    /// `require_rdns`: its address must have a name that leads back to it.
    pub reverse_name: Option<Spanned<()>>,
    /// `block_bad_helo`: it must not greet with a name of this host, or with none.
    pub greeting_name: Option<Spanned<()>>,
    /// `use_client_ptr`: it is judged by the name of its address, whether that leads back or not.
    pub by_pointer: Option<Spanned<()>>,
    /// `drac`: map of the addresses that have just fetched mail, and may relay.
    pub recent_logins: Option<Spanned<MapSpec>>,
}

/// `greet_pause`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreetPause {
    /// Milliseconds, where no entry of the access map says otherwise; as written. `None`: no pause.
    pub milliseconds: Option<String>,
    /// `GreetPause:` entries of the access map are looked up.
    pub by_access: bool,
}

/// `ratecontrol` or `conncontrol`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientLimit {
    /// `nodelay`: asked at once, whatever `delay_checks` puts off.
    pub immediate: bool,
    /// Reply code to a client above its limit: 421 ends the session, 452 does not.
    pub reply: String,
}

/// What is asked of commands and recipients by features of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandChecks {
    /// `check_other`: unknown commands that match this regular expression end the session.
    pub bad_command: Option<Spanned<String>>,
    /// `compat_check`: pairs of sender and recipient are looked up in the access map.
    pub pairs: Option<Spanned<()>>,
    /// `queuegroup`: the queue group of a recipient is looked up in the access map; the group of all others, if any.
    pub queue_group: Option<Spanned<Option<String>>>,
    /// `prefixmod`.
    pub prefix: Option<Spanned<PrefixFlags>>,
}

/// `prefixmod`: flags of recipients whose address begins with certain tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixFlags {
    /// The tokens that are taken off.
    pub prefix: String,
    /// What `${rcpt_flags}` then is.
    pub flags: String,
}
