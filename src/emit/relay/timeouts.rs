//! Timeouts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, reader::Reader};

/// Timeouts. For `connect`, `first_connect` and `all_connects`, `0s` means the limit of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// Connecting to another host.
    pub connect: Period,
    /// Connecting, in the first attempt to deliver a message.
    pub first_connect: Period,
    /// All connections of one attempt to deliver.
    pub all_connects: Period,
    /// Greeting of another host.
    pub greeting: Period,
    /// Reply to EHLO or HELO.
    pub helo: Period,
    /// Reply to MAIL.
    pub mail: Period,
    /// Reply to RCPT.
    pub rcpt: Period,
    /// Reply to DATA.
    pub data_init: Period,
    /// A block of data, in either direction.
    pub data_block: Period,
    /// Reply to the final dot of the data.
    pub data_final: Period,
    /// Reply to RSET.
    pub rset: Period,
    /// Reply to QUIT.
    pub quit: Period,
    /// Reply to other short commands.
    pub misc: Period,
    /// Reply to LHLO.
    pub lhlo: Period,
    /// A reply in an AUTH dialogue.
    pub auth: Period,
    /// Reply to STARTTLS, and the handshake.
    pub starttls: Period,
    /// Next command of a client.
    pub command: Period,
    /// Reply to an ident query; `0s` disables the query.
    pub ident: Period,
    /// Lifetime of cached host status.
    pub host_status: Period,
    /// Time after which an undeliverable message is returned.
    pub return_after: ByUrgency,
    /// Time after which the sender is warned about a delayed message.
    pub warn_after: ByUrgency,
    /// Minimum time between attempts to deliver a message.
    pub min_queue_age: Period,
    /// Maximum time between attempts to deliver a message. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_queue_age: Option<Period>,
    /// First answer of the resolver. Default: the resolver's own timeout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver_first: Option<Period>,
    /// Later answers of the resolver. Default: the resolver's own timeout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver: Option<Period>,
    /// Number of resolver attempts, in the first attempt to deliver a message. Default: the resolver's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver_first_tries: Option<u32>,
    /// Number of resolver attempts. Default: the resolver's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolver_tries: Option<u32>,
    /// Minimum `BY` parameter of MAIL (RFC 2852). Default: DELIVERBY is not offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_deliver_by: Option<Period>,
}

/// A duration for each class of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct ByUrgency {
    /// For ordinary messages.
    pub normal: Period,
    /// For messages of high precedence.
    pub urgent: Period,
    /// For messages of low precedence.
    pub non_urgent: Period,
    /// For delivery status notifications.
    pub dsn: Period,
}

impl ByUrgency {
    /// The same for all.
    pub const fn all(period: Period) -> Self {
        Self { normal: period, urgent: period, non_urgent: period, dsn: period }
    }
}

/// Defaults of sendmail 8.17 (op guide section 4.1).
impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Period::seconds(0),
            first_connect: Period::seconds(0),
            all_connects: Period::seconds(0),
            greeting: Period::minutes(5),
            helo: Period::minutes(5),
            mail: Period::minutes(10),
            rcpt: Period::hours(1),
            data_init: Period::minutes(5),
            data_block: Period::hours(1),
            data_final: Period::hours(1),
            rset: Period::minutes(5),
            quit: Period::minutes(2),
            misc: Period::minutes(2),
            lhlo: Period::minutes(2),
            auth: Period::minutes(10),
            starttls: Period::hours(1),
            command: Period::hours(1),
            ident: Period::seconds(5),
            host_status: Period::minutes(30),
            return_after: ByUrgency::all(Period::days(5)),
            warn_after: ByUrgency::all(Period::seconds(0)),
            min_queue_age: Period::seconds(0),
            max_queue_age: None,
            resolver_first: None,
            resolver: None,
            resolver_first_tries: None,
            resolver_tries: None,
            min_deliver_by: None,
        }
    }
}

impl Timeouts {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        // Files and the control socket belong to sendmail itself.
        let _ = (reader.period("Timeout.fileopen", 's'), reader.period("Timeout.control", 'm'));
        let minutes = |reader: &mut Reader<'_>, name, default| reader.period(name, 'm').unwrap_or(default);
        let retrans = reader.period("Timeout.resolver.retrans", 's');
        let retry = reader.number("Timeout.resolver.retry");
        Self {
            connect: minutes(reader, "Timeout.connect", default.connect),
            first_connect: minutes(reader, "Timeout.iconnect", default.first_connect),
            all_connects: minutes(reader, "Timeout.aconnect", default.all_connects),
            greeting: minutes(reader, "Timeout.initial", default.greeting),
            helo: minutes(reader, "Timeout.helo", default.helo),
            mail: minutes(reader, "Timeout.mail", default.mail),
            rcpt: minutes(reader, "Timeout.rcpt", default.rcpt),
            data_init: minutes(reader, "Timeout.datainit", default.data_init),
            data_block: minutes(reader, "Timeout.datablock", default.data_block),
            data_final: minutes(reader, "Timeout.datafinal", default.data_final),
            rset: minutes(reader, "Timeout.rset", default.rset),
            quit: minutes(reader, "Timeout.quit", default.quit),
            misc: minutes(reader, "Timeout.misc", default.misc),
            lhlo: minutes(reader, "Timeout.lhlo", default.lhlo),
            auth: minutes(reader, "Timeout.auth", default.auth),
            starttls: minutes(reader, "Timeout.starttls", default.starttls),
            command: minutes(reader, "Timeout.command", default.command),
            ident: minutes(reader, "Timeout.ident", default.ident),
            host_status: minutes(reader, "Timeout.hoststatus", default.host_status),
            return_after: by_urgency(reader, &RETURN, 'd', default.return_after),
            warn_after: by_urgency(reader, &WARN, 'h', default.warn_after),
            min_queue_age: minutes(reader, "MinQueueAge", default.min_queue_age),
            max_queue_age: reader.period("MaxQueueAge", 'm'),
            resolver_first: reader.period("Timeout.resolver.retrans.first", 's').or(retrans),
            resolver: reader.period("Timeout.resolver.retrans.normal", 's').or(retrans),
            resolver_first_tries: reader.number("Timeout.resolver.retry.first").or(retry),
            resolver_tries: reader.number("Timeout.resolver.retry.normal").or(retry),
            min_deliver_by: reader.period("DeliverByMin", 's'),
        }
    }
}

const RETURN: [&str; 5] = [
    "Timeout.queuereturn",
    "Timeout.queuereturn.normal",
    "Timeout.queuereturn.urgent",
    "Timeout.queuereturn.non-urgent",
    "Timeout.queuereturn.dsn",
];

const WARN: [&str; 5] = [
    "Timeout.queuewarn",
    "Timeout.queuewarn.normal",
    "Timeout.queuewarn.urgent",
    "Timeout.queuewarn.non-urgent",
    "Timeout.queuewarn.dsn",
];

fn by_urgency(reader: &mut Reader<'_>, names: &[&'static str; 5], unit: char, default: ByUrgency) -> ByUrgency {
    let [all, normal, urgent, non_urgent, dsn] = names;
    let base = reader.period(all, unit).map_or(default, ByUrgency::all);
    ByUrgency {
        normal: reader.period(normal, unit).unwrap_or(base.normal),
        urgent: reader.period(urgent, unit).unwrap_or(base.urgent),
        non_urgent: reader.period(non_urgent, unit).unwrap_or(base.non_urgent),
        dsn: reader.period(dsn, unit).unwrap_or(base.dsn),
    }
}
