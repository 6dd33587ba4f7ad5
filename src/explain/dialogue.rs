//! The dialogue: connection, MAIL and RCPT, as sendmail's server holds it with its rulesets.

use serde::Serialize;

use super::{
    question::Question,
    record::{Event, Record},
    reply::{Reply, Verdict, of_check, of_error},
};
use crate::rewrite::{Outcome, Resolved, Session};

/// The status of a ruleset that could not find something out now (`EX_TEMPFAIL`).
const TRY_LATER: u8 = 75;

/// Most times that ruleset 5 is asked for one recipient.
const ROUNDS: usize = 10;

/// What a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// The connection.
    Connect,
    /// The sender.
    Mail,
    /// The recipient.
    Rcpt,
}

/// One step, and what was decided in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub command: Command,
    /// What was decided.
    pub verdict: Verdict,
    /// What the client reads, if it is refused.
    pub reply: Option<Reply>,
    /// What was asked and found on the way, in order.
    pub events: Vec<Event>,
}

/// Where a message goes that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The delivery agent.
    pub mailer: String,
    /// The host that it is given to, if it is given to one.
    pub host: Option<String>,
    /// The recipient as the agent is told.
    pub recipient: String,
    /// The sender as the agent is told.
    pub sender: Option<String>,
    /// Whether something could not be found out, so that sendmail would try again later.
    pub is_for_now: bool,
    /// Whether the agent asks for aliases, and for users of this host, first (flags `A` and `w`).
    pub is_local: bool,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialogue {
    /// The steps that were taken: none follows one that was refused.
    pub steps: Vec<Step>,
    /// Where the message goes.
    pub delivery: Option<Delivery>,
    /// What was asked and found to find that out.
    pub routing: Vec<Event>,
}

impl Dialogue {
    /// Everything that was asked and found, in order.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.steps.iter().flat_map(|step| &step.events).chain(&self.routing)
    }

    /// What was decided in the end. A message that is not refused is thrown away, or held, if any step says so.
    pub fn verdict(&self) -> Verdict {
        let find = |decides: fn(&Verdict) -> bool| self.steps.iter().map(|step| &step.verdict).find(|v| decides(v));
        let refused = find(|verdict| !verdict.is_accepted());
        let discarded = refused.or_else(|| find(|verdict| *verdict == Verdict::Discarded));
        discarded.or_else(|| find(|verdict| *verdict != Verdict::Accepted)).cloned().unwrap_or(Verdict::Accepted)
    }

    /// What the client reads in the end, if it is refused.
    pub fn reply(&self) -> Option<&Reply> {
        self.steps.iter().find_map(|step| step.reply.as_ref())
    }
}

/// Holds the dialogue. Macros that it sets stay set.
pub fn hold(session: &mut Session<'_>, question: &Question) -> Dialogue {
    introduce(session, question);
    let mut dialogue = Dialogue { steps: Vec::new(), delivery: None, routing: Vec::new() };
    let client = format!("{}$|{}", question.client_name(), question.address());
    let mut step = Steps { session, dialogue: &mut dialogue };
    if !step.check(Command::Connect, &[("check_relay", &client)], None) {
        return dialogue;
    }
    let Some(sender) = &question.sender else { return dialogue };
    let verify = question.tls.as_ref().map_or("NONE", |tls| tls.verify.as_str());
    let bracketed = format!("<{sender}>");
    let macro_value = if sender.is_empty() { "<>" } else { sender };
    step.session.set_macro(b"f", Some(macro_value.as_bytes()));
    step.session.set_macro(b"addr_type", Some(b"e s"));
    if !sender.is_empty() && !step.resolves(Command::Mail, sender, "mail") {
        return dialogue;
    }
    let rulesets = [("tls_client", format!("{verify}$|MAIL")), ("check_mail", bracketed)];
    let rulesets = rulesets.each_ref().map(|(name, input)| (*name, input.as_str()));
    if !step.check(Command::Mail, &rulesets, Some(sender)) {
        return dialogue;
    }
    let Some(recipient) = &question.recipient else { return dialogue };
    step.session.set_macro(b"addr_type", Some(b"e r"));
    if !step.resolves(Command::Rcpt, recipient, "rcpt") {
        return dialogue;
    }
    let taken = step.check(Command::Rcpt, &[("check_rcpt", &format!("<{recipient}>"))], Some(recipient));
    if taken && dialogue.verdict() != Verdict::Discarded {
        let mut record = Record::default();
        dialogue.delivery = delivery(session, sender, recipient, &mut record);
        dialogue.routing = record.events;
    }
    dialogue
}

/// Tells the session who the client is.
fn introduce(session: &mut Session<'_>, question: &Question) {
    let name = question.client_name();
    let address = question.address();
    let resolve = match question.name {
        Some(_) if question.is_forged => "FORGED",
        Some(_) => "OK",
        None => "FAIL",
    };
    let helo = question.helo.as_deref().unwrap_or(&name);
    for (key, value) in [
        ("client_name", name.as_str()),
        ("client_addr", &address),
        ("client_resolve", resolve),
        ("client_ptr", question.name.as_deref().unwrap_or("")),
        ("s", helo),
        ("r", "ESMTP"),
        ("daemon_flags", ""),
        ("verify", "NONE"),
    ] {
        session.set_macro(key.as_bytes(), Some(value.as_bytes()));
    }
    let login = question.user.as_ref();
    for (key, value) in [
        ("auth_type", login.map(|login| &login.mechanism)),
        ("auth_authen", login.map(|login| &login.name)),
        ("auth_author", login.map(|login| &login.name)),
    ] {
        session.set_macro(key.as_bytes(), value.map(|value| value.as_bytes()));
    }
    if let Some(tls) = &question.tls {
        for (key, value) in [
            ("verify", tls.verify.as_str()),
            ("tls_version", "TLSv1.3"),
            ("cipher", "TLS_AES_256_GCM_SHA384"),
            ("cipher_bits", "256"),
            ("cert_subject", &tls.subject),
            ("cert_issuer", &tls.issuer),
        ] {
            session.set_macro(key.as_bytes(), Some(value.as_bytes()));
        }
    }
}

struct Steps<'a, 's> {
    session: &'a mut Session<'s>,
    dialogue: &'a mut Dialogue,
}

impl Steps<'_, '_> {
    /// Asks rulesets, those that there are, until one of them decides. Whether the dialogue goes on.
    fn check(&mut self, command: Command, rulesets: &[(&str, &str)], address: Option<&str>) -> bool {
        let mut record = Record::default();
        let mut decided = (Verdict::Accepted, None);
        for (ruleset, input) in rulesets {
            let outcome = self.session.call(ruleset.as_bytes(), input.as_bytes(), Some(&mut record));
            let Some(Outcome { resolved, status, .. }) = outcome else { continue };
            // What could not be found out is no fault of the address, and the reply does not name it.
            decided = of_check(resolved.as_ref(), address.filter(|_| status != TRY_LATER));
            if decided.0 != Verdict::Accepted {
                break;
            }
        }
        let (verdict, reply) = decided;
        let goes_on = verdict.is_accepted();
        self.add(Step { command, verdict, reply, events: record.events });
        goes_on
    }

    /// Whether an address is one that mail can be for; refused if not. Macros for the rulesets to come are set.
    fn resolves(&mut self, command: Command, address: &str, prefix: &str) -> bool {
        let mut record = Record::default();
        let route = self.session.route(address.as_bytes(), Some(&mut record));
        let resolved = route.and_then(|route| route.resolved);
        let error = match &resolved {
            None => Some(Resolved { user: Some(b"553 5.1.3 Address cannot be read".to_vec()), ..Resolved::default() }),
            Some(resolved) if resolved.agent.eq_ignore_ascii_case(b"error") => Some(resolved.clone()),
            Some(_) => None,
        };
        if let Some(error) = error {
            let reply = of_error(&error, Some(address));
            let verdict = if reply.code / 100 == 4 { Verdict::Deferred } else { Verdict::Refused };
            self.add(Step { command, verdict, reply: Some(reply), events: record.events });
            return false;
        }
        let Resolved { agent, host, user } = resolved.unwrap_or_default();
        for (name, value) in [("mailer", Some(agent)), ("host", host), ("addr", user)] {
            let value = value.map(|value| value.into_iter().filter(|byte| *byte != b' ').collect::<Vec<_>>());
            self.session.set_macro(format!("{prefix}_{name}").as_bytes(), Some(&value.unwrap_or_default()));
        }
        true
    }

    fn add(&mut self, step: Step) {
        self.dialogue.steps.push(step);
    }
}

/// Where a message goes. An agent that asks ruleset 5 first (flag `5`) may hand it to another: that is how a hub and a relay
/// for local users get their mail. Aliases, which come before that, are not asked.
fn delivery(session: &mut Session<'_>, sender: &str, recipient: &str, record: &mut Record) -> Option<Delivery> {
    let route = session.route(recipient.as_bytes(), Some(&mut *record))?;
    let mut resolved = route.resolved?;
    let compact = |text: &[u8]| String::from_utf8_lossy(text).split(' ').collect::<String>();
    let mut mailer = session.program().mailer(&resolved.agent)?.clone();
    let mut is_local = mailer.has(b'A') || mailer.has(b'w');
    let user = |resolved: &Resolved| resolved.user.clone().unwrap_or_default();
    let mut address = recipient.as_bytes().to_vec();
    // Each time a piece of the address may go: `+detail` first.
    for _ in 0..ROUNDS {
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
    Some(Delivery {
        mailer: String::from_utf8_lossy(&mailer.name).into_owned(),
        host: resolved.host.as_deref().map(compact).filter(|host| !host.is_empty()),
        recipient: if is_local { user } else { recipient.map_or(user, |text| compact(&text)) },
        sender,
        is_for_now: route.is_for_now,
        is_local,
    })
}
