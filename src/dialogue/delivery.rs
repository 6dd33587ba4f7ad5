//! Routing of accepted messages.

use serde::Serialize;

use super::record::Record;
use crate::rewrite::{Resolved, Session};

/// Maximum number of times that ruleset 5 is applied to one recipient.
const MAX_LOCAL_ROUNDS: usize = 10;

/// The destination of an accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Mailer.
    pub mailer: String,
    /// Host for the mailer, if any.
    pub host: Option<String>,
    /// Recipient as the mailer receives it.
    pub recipient: String,
    /// Sender as the mailer receives it.
    pub sender: Option<String>,
    /// Whether a lookup failed, so that sendmail would try again later.
    pub is_for_now: bool,
    /// Whether the host's best mail exchanger is this host, so that sendmail returns the message: it loops back.
    pub loops_back: bool,
    /// Whether aliases and local users are looked up first (flags `A` and `w`).
    pub is_local: bool,
}

/// Routes a message. Ruleset 5 may redirect recipients of a mailer with flag `5`, which is how hubs and relays for local users
/// get their mail. Aliases, which would come first, are not expanded.
pub(super) fn delivery(
    session: &mut Session<'_>,
    sender: &str,
    recipient: &str,
    record: &mut Record,
) -> Option<Delivery> {
    let route = session.route(recipient.as_bytes(), Some(&mut *record))?;
    let mut resolved = route.resolved?;
    let compact = |text: &[u8]| String::from_utf8_lossy(text).split(' ').collect::<String>();
    let mut mailer = session.program().mailer(&resolved.agent)?.clone();
    let mut is_local = mailer.has(b'A') || mailer.has(b'w');
    let user = |resolved: &Resolved| resolved.user.clone().unwrap_or_default();
    let mut address = recipient.as_bytes().to_vec();
    // Each iteration may remove a part of the address: `+detail` first.
    for _ in 0..MAX_LOCAL_ROUNDS {
        if !mailer.has(b'5') {
            break;
        }
        session.set_macro(b"h", Some(compact(resolved.host.as_deref().unwrap_or_default()).as_bytes()));
        let outcome = session.call(b"5", compact(&user(&resolved)).as_bytes(), Some(&mut *record));
        let Some(other) = outcome.and_then(|outcome| outcome.resolved) else { break };
        let Some(agent) = session.program().mailer(&other.agent) else { break };
        mailer = agent.clone();
        address = compact(&user(&other)).replace(['<', '>'], "").into_bytes();
        resolved = other;
        is_local = mailer.has(b'A') || mailer.has(b'w');
    }
    let recipient = session.envelope_address(&address, &mailer.name, false, Some(&mut *record));
    let sender = match sender {
        "" => Some(String::new()),
        sender => {
            session.envelope_address(sender.as_bytes(), &mailer.name, true, Some(record)).map(|text| compact(&text))
        }
    };
    let user = compact(&user(&resolved)).replace(['<', '>'], "");
    let host = resolved.host.as_deref().map(compact).filter(|host| !host.is_empty());
    let routed_by_mx = host.as_deref().filter(|host| mailer.asks_for_exchangers() && !host.contains(['[', ':']));
    Some(Delivery {
        loops_back: routed_by_mx.is_some_and(|host| session.points_back(host)),
        mailer: String::from_utf8_lossy(&mailer.name).into_owned(),
        host,
        recipient: if is_local { user } else { recipient.map_or(user, |text| compact(&text)) },
        sender,
        is_for_now: route.is_for_now,
        is_local,
    })
}
