//! Decisions that no feature stands for: a site takes them by defining a name of sendmail's tree (`m4/proto.m4`).

use crate::source::Spanned;

/// Each where its name is defined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    /// `NO_NETINET6`: nothing is known of IPv6 addresses.
    pub no_inet6: Option<Spanned<()>>,
    /// `_STRICT_RFC821_`: the part before the `@` neither begins nor ends with a dot.
    pub strict_users: Option<Spanned<()>>,
    /// `_REQUIRE_QUAL_RCPT_`: where a listener has the modifier `r`, recipients of clients elsewhere need a domain.
    pub qualified_recipients: Option<Spanned<()>>,
    /// `_NO_VIRTUSER_RECURSION_`: what a virtual user stands for is no virtual user again.
    pub virtual_users_once: Option<Spanned<()>>,
    /// `_FFR_REJECT_IP_IN_CHECK_RCPT_`: an address that the access map refuses may not relay by its name.
    pub refused_addresses: Option<Spanned<()>>,
}

impl Switches {
    /// All of them by the name that is defined.
    pub fn by_name(&self) -> [(&'static str, &Option<Spanned<()>>); 5] {
        [
            ("NO_NETINET6", &self.no_inet6),
            ("_STRICT_RFC821_", &self.strict_users),
            ("_REQUIRE_QUAL_RCPT_", &self.qualified_recipients),
            ("_NO_VIRTUSER_RECURSION_", &self.virtual_users_once),
            ("_FFR_REJECT_IP_IN_CHECK_RCPT_", &self.refused_addresses),
        ]
    }
}
