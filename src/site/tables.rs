//! Tables that addresses are looked up in, to be replaced by what they give.
//!
//! What chooses a mailer (`mailertable`) or a recipient (`virtusertable`) is with [`Routing`](super::Routing); who may
//! do what is with the access map.

use super::MapSpec;
use crate::source::Spanned;

/// The tables of a site (cf/README, "FEATURES").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// `genericstable`: what senders are called outside.
    pub generics: Option<Spanned<MapSpec>>,
    /// `generics_entire_domain`: class G names domains with all hosts in them, not hosts.
    pub generics_entire_domain: Option<Spanned<()>>,
    /// `virtuser_entire_domain`: class VirtHost names domains with all hosts in them, not hosts.
    pub virtuser_entire_domain: Option<Spanned<()>>,
    /// `domaintable`: names of domains that stand for others.
    pub domains: Option<Spanned<MapSpec>>,
    /// `bitdomain`: Internet names of BITNET hosts.
    pub bitnet_hosts: Option<Spanned<MapSpec>>,
    /// `uucpdomain`: Internet names of UUCP hosts.
    pub uucp_hosts: Option<Spanned<MapSpec>>,
}
