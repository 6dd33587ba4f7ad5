//! Sizes and numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, reader::Reader};

/// Sizes and numbers. A limit that is left out is none, unless its description gives a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest message in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, proptest(strategy = "proptest::option::of(0..=i64::MAX as u64)"))]
    pub message_bytes: Option<u64>,
    /// Longest header section in bytes; 0 for no limit.
    pub header_bytes: u32,
    /// Recipients of one message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<u32>,
    /// `Received` fields of a message, above which it is taken to be in a loop.
    pub hops: u32,
    /// Sessions at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_sessions: Option<u32>,
    /// Connections in one second on one listener.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections_per_second: Option<u32>,
    /// Length of the window in which connections of one client are counted.
    pub rate_window: Period,
    /// Refused recipients of one message, after which every further RCPT takes a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_recipients_before_delay: Option<u32>,
    /// Commands without effect (NOOP, RSET, VRFY, …) in one session, after which every further one is slow.
    pub idle_commands: u32,
    /// Aliases of aliases.
    pub alias_depth: u32,
    /// Free blocks below which no mail is taken in.
    pub min_free_blocks: u32,
    /// Load average at which mail is queued instead of sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_to_queue: Option<u32>,
    /// Load average at which connections are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_to_refuse: Option<u32>,
    /// Load average at which sessions are slowed down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_to_delay: Option<u32>,
    /// Messages in one run of the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_run_messages: Option<u32>,
    /// Longest value of MIME header fields in bytes; 0 for no limit.
    pub mime_header_bytes: u32,
    /// Longest parameter of MIME header fields in bytes; 0 for no limit.
    pub mime_parameter_bytes: u32,
}

/// What sendmail 8.17 has when the option is not set (op guide section 5.6).
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

/// `N` or `N/M`; half of N if M is left out.
fn mime_lengths(text: &str) -> Option<(u32, u32)> {
    match text.split_once('/') {
        Some((value, parameter)) => Some((value.parse().ok()?, parameter.parse().ok()?)),
        None => {
            let value: u32 = text.parse().ok()?;
            Some((value, value / 2))
        }
    }
}
