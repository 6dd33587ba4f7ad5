//! Cases: asked, and compared with what is expected.

use crate::{
    dialogue::{Dialogue, Login, Question, Tls, Verdict, simulate_smtp},
    rewrite::Session,
    site::{Case, VerdictKind},
    source::Span,
};

/// A case with one of its recipients, and what came of it.
#[derive(Debug, Clone)]
pub struct Outcome<'c> {
    /// The case.
    pub case: &'c Case,
    /// What was asked.
    pub question: Question,
    /// What was answered.
    pub dialogue: Dialogue,
    /// What is not as expected; none if the case passes.
    pub differences: Vec<Difference>,
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is: `verdict`, `code`, …
    pub what: &'static str,
    /// What is expected.
    pub expected: String,
    /// What it is.
    pub found: String,
    /// Where it is expected.
    pub place: Span,
}

/// Asks a case, once for each of its recipients. `session` makes a new session for each.
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

/// The verdict as cases name it.
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
