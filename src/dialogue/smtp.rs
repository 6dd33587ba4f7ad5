//! Connection, MAIL, RCPT and DATA, with rulesets in the order of the server.

use serde::Serialize;

use super::{
    delivery::{Delivery, delivery},
    listener::{DeliveryMode, Listener},
    macros,
    question::Question,
    record::{Event, Record},
    reply::{Reply, Verdict, of_check, of_error},
};
use crate::rewrite::{Outcome, Parsed, Resolved, Session};

/// Status of a ruleset that failed temporarily (`EX_TEMPFAIL`).
const TRY_LATER: u8 = 75;

/// Subject of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// The connection.
    Connect,
    /// The sender.
    Mail,
    /// The recipient.
    Rcpt,
    /// The message, if the configuration has a ruleset for it.
    Data,
}

/// A step and its outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Subject.
    pub command: Command,
    /// Verdict.
    pub verdict: Verdict,
    /// Reply, if the step was rejected.
    pub reply: Option<Reply>,
    /// Matches and lookups, in order.
    pub events: Vec<Event>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialogue {
    /// The listener of the connection.
    pub listener: Listener,
    /// The steps, up to the first that was rejected.
    pub steps: Vec<Step>,
    /// The destination of the message.
    pub delivery: Option<Delivery>,
    /// Matches and lookups during routing.
    pub routing: Vec<Event>,
}

impl Dialogue {
    /// All matches and lookups, in order.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.steps.iter().flat_map(|step| &step.events).chain(&self.routing)
    }

    /// The final verdict. An accepted message is discarded or quarantined if any step says so.
    pub fn verdict(&self) -> Verdict {
        let find = |decides: fn(&Verdict) -> bool| self.steps.iter().map(|step| &step.verdict).find(|v| decides(v));
        let refused = find(|verdict| !verdict.is_accepted());
        let discarded = refused.or_else(|| find(|verdict| *verdict == Verdict::Discarded));
        discarded.or_else(|| find(|verdict| *verdict != Verdict::Accepted)).cloned().unwrap_or(Verdict::Accepted)
    }

    /// The reply that rejects the message, if it is rejected.
    pub fn reply(&self) -> Option<&Reply> {
        self.steps.iter().find_map(|step| step.reply.as_ref())
    }

    /// Whether mail was accepted unchecked, to be processed by the next queue run.
    pub fn is_deferred(&self) -> bool {
        self.listener.delivery_mode == DeliveryMode::Deferred
    }
}

/// Runs the dialogue for a question. Macros that it sets stay set.
pub fn simulate_smtp(session: &mut Session<'_>, question: &Question) -> Dialogue {
    let listener = Listener::of_question(session.program(), question);
    macros::set_connection_macros(session, question, &listener);
    let mut dialogue = Dialogue { listener, steps: Vec::new(), delivery: None, routing: Vec::new() };
    Steps { session, dialogue: &mut dialogue }.run(question);
    if let (Some(sender), Some(recipient)) = (&question.sender, &question.recipient)
        && dialogue.steps.iter().any(|step| step.command == Command::Rcpt)
        && dialogue.verdict().is_accepted()
        && dialogue.verdict() != Verdict::Discarded
    {
        let mut record = Record::default();
        dialogue.delivery = delivery(session, sender, recipient, &mut record);
        dialogue.routing = record.events;
    }
    dialogue
}

struct Steps<'a, 's> {
    session: &'a mut Session<'s>,
    dialogue: &'a mut Dialogue,
}

impl Steps<'_, '_> {
    /// Runs the steps of the question until one is rejected.
    fn run(&mut self, question: &Question) {
        let client = format!("{}$|{}", question.client_name(), question.address());
        if !self.check(Command::Connect, "check_relay", &client, None) {
            return;
        }
        let listener = self.dialogue.listener.clone();
        macros::set_session_macros(self.session, question, &listener);
        let Some(sender) = &question.sender else { return };
        if listener.requires_login() && question.user.is_none() {
            let reply = Reply { code: 530, status: "5.7.0".into(), text: "Authentication required".into() };
            self.add(Command::Mail, Verdict::Refused, Some(reply), Record::default());
            return;
        }
        let Some(parsed) = self.parse(Command::Mail, sender) else { return };
        macros::sender(self.session, sender, &parsed);
        if !self.check(Command::Mail, "check_mail", &format!("<{sender}>"), Some(sender)) {
            return;
        }
        let Some(recipient) = &question.recipient else { return };
        let Some(parsed) = self.parse(Command::Rcpt, recipient) else { return };
        macros::recipient(self.session, &parsed);
        if !self.check(Command::Rcpt, "check_rcpt", &format!("<{recipient}>"), Some(recipient)) {
            return;
        }
        if self.has_rules(b"check_data") {
            macros::data(self.session, &parsed);
            self.check(Command::Data, "check_data", "1", None);
        }
    }

    fn has_rules(&self, ruleset: &[u8]) -> bool {
        let program = self.session.program();
        program.ruleset(ruleset).and_then(|number| program.rules(number)).is_some_and(|rules| !rules.rules.is_empty())
    }

    /// Runs a ruleset, if it exists; returns whether the dialogue continues.
    fn check(&mut self, command: Command, ruleset: &str, input: &str, address: Option<&str>) -> bool {
        let mut record = Record::default();
        let outcome = self.session.call(ruleset.as_bytes(), input.as_bytes(), Some(&mut record));
        let (verdict, reply) = match outcome {
            Some(Outcome { resolved, status, .. }) => {
                // A temporary failure is not the fault of the address, so the reply does not name it.
                of_check(resolved.as_ref(), address.filter(|_| status != TRY_LATER))
            }
            None => (Verdict::Accepted, None),
        };
        let goes_on = verdict.is_accepted();
        self.add(command, verdict, reply, record);
        goes_on
    }

    /// Mailer, host and user of an address; `None` if the address is rejected as invalid.
    fn parse(&mut self, command: Command, address: &str) -> Option<Resolved> {
        // The null sender is not an address. It belongs to the local mailer.
        if address.is_empty() && command == Command::Mail {
            self.session.set_macro(b"addr_type", Some(b"e s"));
            return Some(Resolved { agent: b"local".to_vec(), ..Resolved::default() });
        }
        let mut record = Record::default();
        let is_sender = command == Command::Mail;
        let is_deferred = self.dialogue.is_deferred();
        let parsed = self
            .session
            .deferring(is_deferred, |session| session.parse_address(address.as_bytes(), is_sender, Some(&mut record)));
        let reply = match parsed {
            Parsed::Address { resolved, .. } => return Some(resolved),
            Parsed::Error(error) => of_error(&error, Some(address)),
            Parsed::Misconfigured(message) => {
                let text = format!("buildaddr: {}", String::from_utf8_lossy(&message));
                Reply { code: 554, status: "5.3.5".to_owned(), text }
            }
            Parsed::Invalid(message) => {
                let message = String::from_utf8_lossy(&message);
                // The message contains the address as in test mode, without angle brackets.
                let message = message.split_once("... ").map_or(&*message, |(_, message)| message);
                let text = format!("<{address}>... {message}");
                Reply { code: 553, status: "5.0.0".to_owned(), text }
            }
        };
        let verdict = if reply.code / 100 == 4 { Verdict::Deferred } else { Verdict::Refused };
        self.add(command, verdict, Some(reply), record);
        None
    }

    fn add(&mut self, command: Command, verdict: Verdict, reply: Option<Reply>, record: Record) {
        self.dialogue.steps.push(Step { command, verdict, reply, events: record.events });
    }
}
