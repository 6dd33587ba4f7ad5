//! Runs test cases and compares the results with the expectations.

use crate::{
    dialogue::{Dialogue, Login, Question, Tls, Verdict, simulate_smtp},
    rewrite::Session,
    site::{Case, VerdictKind},
    source::Span,
};

/// The outcome of a case for one of its recipients.
#[derive(Debug, Clone)]
pub struct Outcome<'c> {
    /// The case.
    pub case: &'c Case,
    /// The question.
    pub question: Question,
    /// The answer.
    pub dialogue: Dialogue,
    /// Differences from the expectation; empty if the case passes.
    pub differences: Vec<Difference>,
}

/// A difference from the expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The compared property: `verdict`, `code`, …
    pub what: &'static str,
    /// Expected value.
    pub expected: String,
    /// Actual value.
    pub found: String,
    /// Place of the expectation.
    pub place: Span,
}

/// Runs a case once per recipient, each time in a new session.
pub fn run<'c, 's>(case: &'c Case, mut session: impl FnMut() -> Session<'s>) -> Vec<Outcome<'c>> {
    let recipients = match case.to.as_slice() {
        [] => vec![None],
        list => list.iter().map(Some).collect(),
    };
    recipients
        .into_iter()
        .map(|recipient| {
            let question = question(case, recipient);
            let dialogue = simulate_smtp(&mut session(), &question);
            let differences = differences(case, &dialogue);
            Outcome { case, question, dialogue, differences }
        })
        .collect()
}

fn question(case: &Case, recipient: Option<&String>) -> Question {
    let bare = |text: &String| text.trim_matches(['<', '>']).to_owned();
    Question {
        client: case.client,
        name: case.name.clone(),
        is_forged: false,
        helo: case.helo.clone(),
        sender: case.from.as_ref().map(bare),
        recipient: recipient.map(bare),
        user: case.auth.as_deref().map(Login::of),
        tls: case.tls.as_ref().map(|verify| Tls {
            verify: verify.clone(),
            subject: case.cert_subject.clone().unwrap_or_default(),
            issuer: case.cert_issuer.clone().unwrap_or_default(),
        }),
        listener: case.listener.clone(),
    }
}

/// Name of a verdict in cases.
pub fn verdict_kind(verdict: &Verdict) -> VerdictKind {
    match verdict {
        Verdict::Accepted => VerdictKind::Accepted,
        Verdict::Refused => VerdictKind::Refused,
        Verdict::Deferred => VerdictKind::Deferred,
        Verdict::Discarded => VerdictKind::Discarded,
        Verdict::Quarantined(_) => VerdictKind::Quarantined,
    }
}

fn differences(case: &Case, dialogue: &Dialogue) -> Vec<Difference> {
    let expected = &case.expected;
    let verdict = verdict_kind(&dialogue.verdict());
    let reply = dialogue.reply();
    let delivery = dialogue.delivery.as_ref();
    let mut differences = Vec::new();
    if verdict != expected.verdict.value {
        differences.push(Difference {
            what: "verdict",
            expected: expected.verdict.value.name().to_owned(),
            found: verdict.name().to_owned(),
            place: expected.verdict.span,
        });
    }
    if let Some(code) = &expected.code
        && reply.is_none_or(|reply| reply.code != code.value)
    {
        differences.push(Difference {
            what: "code",
            expected: code.value.to_string(),
            found: reply.map_or_else(none, |reply| reply.code.to_string()),
            place: code.span,
        });
    }
    let sender = delivery.and_then(|delivery| delivery.sender.as_deref());
    let texts = [
        ("status", &expected.status, reply.map(|reply| reply.status.as_str())),
        ("mailer", &expected.mailer, delivery.map(|delivery| delivery.mailer.as_str())),
        (
            "host",
            &expected.host,
            delivery.and_then(|delivery| delivery.host.as_deref()).map(|host| host.trim_end_matches('.')),
        ),
        ("recipient", &expected.recipient, delivery.map(|delivery| delivery.recipient.as_str())),
        ("sender", &expected.sender, sender),
    ];
    for (what, expected, found) in texts {
        if let Some(expected) = expected
            && found != Some(expected.value.as_str())
        {
            let found = found.map_or_else(none, str::to_owned);
            differences.push(Difference { what, expected: expected.value.clone(), found, place: expected.span });
        }
    }
    if let Some(piece) = &expected.text
        && reply.is_none_or(|reply| !reply.text.contains(&piece.value))
    {
        let found = reply.map_or_else(none, |reply| reply.text.clone());
        differences.push(Difference { what: "text", expected: piece.value.clone(), found, place: piece.span });
    }
    differences
}

fn none() -> String {
    "none".to_owned()
}
