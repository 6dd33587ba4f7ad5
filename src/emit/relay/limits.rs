//! Sizes and counts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, reader::Reader};

/// Sizes and counts. A limit that is not set does not apply, unless its description gives a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Maximum message size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, proptest(strategy = "proptest::option::of(0..=i64::MAX as u64)"))]
    pub message_bytes: Option<u64>,
    /// Maximum size of the header section in bytes; 0 for no limit.
    pub header_bytes: u32,
    /// Maximum number of recipients per message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<u32>,
    /// Maximum number of `Received` fields; more are treated as a mail loop.
    pub hops: u32,
    /// Maximum number of concurrent sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_sessions: Option<u32>,
    /// Maximum number of connections per second on one listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_per_second: Option<u32>,
    /// Time window for counting the connections of a client.
    pub rate_window: Period,
    /// Number of rejected recipients per message after which every further RCPT is delayed by a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_recipients_before_delay: Option<u32>,
    /// Number of commands without effect (NOOP, RSET, VRFY, …) per session after which further ones are delayed.
    pub idle_commands: u32,
    /// Maximum depth of alias expansion.
    pub alias_depth: u32,
    /// Number of free disk blocks below which no mail is accepted.
    pub min_free_blocks: u32,
    /// Load average at which mail is queued instead of sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_to_queue: Option<u32>,
    /// Load average at which connections are rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_to_refuse: Option<u32>,
    /// Load average at which sessions are slowed down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_to_delay: Option<u32>,
    /// Maximum number of messages per queue run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_run_messages: Option<u32>,
    /// Maximum length of the value of MIME header fields in bytes; 0 for no limit.
    pub mime_header_bytes: u32,
    /// Maximum length of a parameter of MIME header fields in bytes; 0 for no limit.
    pub mime_parameter_bytes: u32,
}

/// Defaults of sendmail 8.17 (op guide section 5.6).
impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: None,
            header_bytes: 32_768,
            recipients: None,
            hops: 25,
            max_sessions: None,
            connections_per_second: None,
            rate_window: Period::seconds(60),
            refused_recipients_before_delay: None,
            idle_commands: 20,
            alias_depth: 10,
            min_free_blocks: 100,
            load_to_queue: None,
            load_to_refuse: None,
            load_to_delay: None,
            queue_run_messages: None,
            mime_header_bytes: 2_048,
            mime_parameter_bytes: 1_024,
        }
    }
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let (mime_header_bytes, mime_parameter_bytes) = reader
            .parsed("MaxMimeHeaderLength", "a number, or two with `/` between", mime_lengths)
            .unwrap_or((default.mime_header_bytes, default.mime_parameter_bytes));
        Self {
            message_bytes: reader.bytes("MaxMessageSize"),
            header_bytes: reader.number("MaxHeadersLength").unwrap_or(default.header_bytes),
            recipients: reader.limit("MaxRecipientsPerMessage"),
            hops: reader.number("MaxHopCount").unwrap_or(default.hops),
            max_sessions: reader.limit("MaxDaemonChildren"),
            connections_per_second: reader.limit("ConnectionRateThrottle"),
            rate_window: reader.period("ConnectionRateWindowSize", 's').unwrap_or(default.rate_window),
            refused_recipients_before_delay: reader.limit("BadRcptThrottle"),
            idle_commands: reader.number("MaxNOOPCommands").unwrap_or(default.idle_commands),
            alias_depth: reader.number("MaxAliasRecursion").unwrap_or(default.alias_depth),
            min_free_blocks: reader.number("MinFreeBlocks").unwrap_or(default.min_free_blocks),
            load_to_queue: reader.limit("QueueLA"),
            load_to_refuse: reader.limit("RefuseLA"),
            load_to_delay: reader.limit("DelayLA"),
            queue_run_messages: reader.limit("MaxQueueRunSize"),
            mime_header_bytes,
            mime_parameter_bytes,
        }
    }
}

/// `N` or `N/M`; M defaults to half of N.
fn mime_lengths(text: &str) -> Option<(u32, u32)> {
    match text.split_once('/') {
        Some((value, parameter)) => Some((value.parse().ok()?, parameter.parse().ok()?)),
        None => {
            let value: u32 = text.parse().ok()?;
            Some((value, value / 2))
        }
    }
}
