//! Hacks that are rules of their own.

use super::RawSection;

/// One hack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hack {
    /// What it does.
    pub kind: HackKind,
    /// How many pieces of the raw section that its rules belong to stand before them.
    pub raw_before: usize,
}

/// What a hack does. The order is that of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HackKind {
    /// `cssubdomain`: a local name with `.Berkeley.EDU` or `.CS.Berkeley.EDU` behind it is this host.
    Subdomains,
    /// `debian_auth`: trusted users may send as anybody.
    TrustedUsers {
        /// `DEBIAN_DEBUG`: what they have shown is looked up in the map `log`.
        logged: bool,
    },
    /// `spamtrap`: recipients with `POISON` in the access map spoil the whole message.
    SpamTrap,
    /// `xconnect`: `XConnect:` entries of the access map say who may speak for others.
    Connect,
}

impl HackKind {
    /// Its name in `HACK()`.
    pub fn name(self) -> &'static str {
        match self {
            HackKind::Subdomains => "cssubdomain",
            HackKind::TrustedUsers { .. } => "debian_auth",
            HackKind::SpamTrap => "spamtrap",
            HackKind::Connect => "xconnect",
        }
    }

    /// The raw section that its rules would be written in by hand.
    pub fn section(self) -> RawSection {
        match self {
            HackKind::Subdomains => RawSection::LocalRule3,
            HackKind::TrustedUsers { .. } | HackKind::SpamTrap | HackKind::Connect => RawSection::LocalRulesets,
        }
    }

    /// The ruleset of a site's own that it defines, if rulesets of ours ask it.
    pub fn own_ruleset(self) -> Option<&'static str> {
        match self {
            HackKind::TrustedUsers { .. } => Some("Local_trust_auth"),
            HackKind::SpamTrap => Some("Local_check_rcpt"),
            HackKind::Subdomains | HackKind::Connect => None,
        }
    }
}
