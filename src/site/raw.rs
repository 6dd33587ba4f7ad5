//! Raw sendmail.cf lines.

use crate::source::Span;

/// Where in sendmail.cf raw lines go. The order is that of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RawSection {
    /// Text outside every section, at the head of the file.
    Head,
    /// Where the class lines stand (m4 diversion 5).
    Classes,
    /// `LOCAL_CONFIG`.
    LocalConfig,
    /// `LOCAL_RULE_3`: after the host name is in angle brackets, before it is made canonical.
    LocalRule3,
    /// `LOCAL_RULE_0`: before an address is resolved to a mailer.
    LocalRule0,
    /// `LOCAL_UUCP`: after local delivery and the mailer table.
    LocalUucp,
    /// `LOCAL_NET_CONFIG`: before the smart host.
    LocalNetConfig,
    /// `LOCAL_DNSBL`: among the DNS lists of the connection check.
    LocalDnsbl,
    /// `LOCAL_RULE_1`, `LOCAL_RULE_2` and `LOCAL_RULESETS`, in the order given.
    LocalRulesets,
    /// `MAILER_DEFINITIONS`, and text after `MAILER()`.
    MailerDefinitions,
}

/// Raw lines and where they were written.
#[derive(Debug, Clone)]
pub struct RawText {
    /// Whole lines, each ended by a newline.
    pub text: String,
    /// The place of the first line.
    pub span: Option<Span>,
}

impl PartialEq for RawText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RawText {}
