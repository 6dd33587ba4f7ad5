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
    /// `LOCAL_SRV_FEATURES`: the ruleset that is asked first which features a client is offered.
    LocalSrvFeatures,
    /// `LOCAL_CLT_FEATURES`: the same of the features used with a server.
    LocalCltFeatures,
    /// `LOCAL_TRY_TLS`: the same of whether STARTTLS is tried.
    LocalTryTls,
    /// `LOCAL_TLS_RCPT`: the same of whether a connection is good enough for a recipient.
    LocalTlsRcpt,
    /// `LOCAL_TLS_CLIENT`: the same of a client's connection.
    LocalTlsClient,
    /// `LOCAL_TLS_SERVER`: the same of a server's connection.
    LocalTlsServer,
    /// `MAILER_DEFINITIONS`, and text after `MAILER()`.
    MailerDefinitions,
}

impl RawSection {
    /// Every section, in the order of the output.
    pub const ALL: [RawSection; 16] = [
        RawSection::Head,
        RawSection::Classes,
        RawSection::LocalConfig,
        RawSection::LocalRule3,
        RawSection::LocalRule0,
        RawSection::LocalUucp,
        RawSection::LocalNetConfig,
        RawSection::LocalDnsbl,
        RawSection::LocalRulesets,
        RawSection::LocalSrvFeatures,
        RawSection::LocalCltFeatures,
        RawSection::LocalTryTls,
        RawSection::LocalTlsRcpt,
        RawSection::LocalTlsClient,
        RawSection::LocalTlsServer,
        RawSection::MailerDefinitions,
    ];

    /// The macro that all lines of the section can stand under; `None` for what stands outside of all sections.
    pub fn statement(self) -> Option<&'static str> {
        Some(match self {
            RawSection::Head | RawSection::Classes => return None,
            RawSection::LocalConfig => "LOCAL_CONFIG",
            RawSection::LocalRule3 => "LOCAL_RULE_3",
            RawSection::LocalRule0 => "LOCAL_RULE_0",
            RawSection::LocalUucp => "LOCAL_UUCP",
            RawSection::LocalNetConfig => "LOCAL_NET_CONFIG",
            RawSection::LocalDnsbl => "LOCAL_DNSBL",
            RawSection::LocalRulesets => "LOCAL_RULESETS",
            RawSection::LocalSrvFeatures => "LOCAL_SRV_FEATURES",
            RawSection::LocalCltFeatures => "LOCAL_CLT_FEATURES",
            RawSection::LocalTryTls => "LOCAL_TRY_TLS",
            RawSection::LocalTlsRcpt => "LOCAL_TLS_RCPT",
            RawSection::LocalTlsClient => "LOCAL_TLS_CLIENT",
            RawSection::LocalTlsServer => "LOCAL_TLS_SERVER",
            RawSection::MailerDefinitions => "MAILER_DEFINITIONS",
        })
    }

    /// The sections that are one ruleset each.
    pub const HOOKS: [RawSection; 6] = [
        RawSection::LocalSrvFeatures,
        RawSection::LocalCltFeatures,
        RawSection::LocalTryTls,
        RawSection::LocalTlsRcpt,
        RawSection::LocalTlsClient,
        RawSection::LocalTlsServer,
    ];

    /// The ruleset that the lines of this section are; its `S` line is the section's first.
    pub fn ruleset(self) -> Option<&'static str> {
        Some(match self {
            RawSection::LocalSrvFeatures => "Local_srv_features",
            RawSection::LocalCltFeatures => "Local_clt_features",
            RawSection::LocalTryTls => "Local_try_tls",
            RawSection::LocalTlsRcpt => "Local_tls_rcpt",
            RawSection::LocalTlsClient => "Local_tls_client",
            RawSection::LocalTlsServer => "Local_tls_server",
            RawSection::Head
            | RawSection::Classes
            | RawSection::LocalConfig
            | RawSection::LocalRule3
            | RawSection::LocalRule0
            | RawSection::LocalUucp
            | RawSection::LocalNetConfig
            | RawSection::LocalDnsbl
            | RawSection::LocalRulesets
            | RawSection::MailerDefinitions => return None,
        })
    }

    /// The section of a macro whose lines are one ruleset.
    pub fn of_hook(name: &str) -> Option<RawSection> {
        Self::HOOKS.into_iter().find(|hook| hook.ruleset().is_some_and(|ruleset| ruleset.eq_ignore_ascii_case(name)))
    }
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
