//! `msp`: the mail submission program.

/// Where submitted mail goes (cf/README, "MESSAGE SUBMISSION PROGRAM").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The host that takes all mail, or an address in brackets: `[127.0.0.1]`.
    pub host: String,
    /// Users without a domain get the masquerade's name rather than this host's.
    pub masqueraded: bool,
    /// `node::user` is handed on as it is.
    pub decnet: bool,
}
