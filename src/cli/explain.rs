//! `relaycc explain`: how a site answers a client, why, and what would change the answer.

use std::{fmt::Write as _, net::IpAddr, path::PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{
    Exit,
    input::ReadArguments,
    names::WithoutZones,
    place::{self, shown},
    render::printable_line,
    report::{ReportArguments, Reporter},
    target_host::{LoadedConfig, TargetHostArguments},
};
use crate::{
    diagnostic::{Diagnostic, nearest},
    dialogue::{
        Command, Delivery, Dialogue, Event, Listener, Login, Question, Step, Tls, Verdict, listeners, simulate_smtp,
    },
    explain::{Change, changes, reasons, verdict_kind},
    site::{Site, VerdictKind},
    source::{Sources, Span},
};

/// Explain why a client gets its answer, and what would change it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc explain site.toml --client 192.0.2.1 --from a@example.net --to joe@example.com
  relaycc explain sendmail.cf --client 192.0.2.1 --from a@example.net --to b@example.org

Nothing is sent, and DNS is queried only with --dns. The rulesets of the site's sendmail.cf are run with the entries of its tables, the \
files that its maps and classes name, and the zones of --zone. Without zones, every name is assumed to be the name of a host. Local users \
are not looked up.

Exit status:
  0  The answer was explained, and is the one given with --expect
  1  The site was rejected, or the answer is not the one given with --expect
  2  Usage error, or a file could not be read or written\
")]
pub(super) struct Arguments {
    /// Site to query: a .toml or .mc file, or a sendmail.cf, whose name must end in .cf
    site: PathBuf,
    /// IP address of the client
    #[arg(long, value_name = "ADDRESS")]
    client: IpAddr,
    /// Host name of the client, confirmed by DNS in both directions
    #[arg(long, value_name = "HOST")]
    name: Option<String>,
    /// The client's name resolves to another address, which sendmail marks as "may be forged"
    #[arg(long, requires = "name")]
    forged: bool,
    /// Name that the client sends in HELO or EHLO
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    /// Envelope sender (MAIL FROM); empty for the null sender `<>`
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Envelope recipient (RCPT TO)
    #[arg(long, value_name = "ADDRESS", requires = "from")]
    to: Option<String>,
    /// User that the client authenticated as, optionally with the mechanism: `joe` (PLAIN) or `joe:GSSAPI`
    #[arg(long, value_name = "USER")]
    auth: Option<String>,
    /// The client used STARTTLS, with this result of the certificate check: OK, NO (no certificate), FAIL, …
    #[arg(long, value_name = "VERIFY")]
    tls: Option<String>,
    /// Distinguished name of the subject of the client's certificate
    #[arg(long, value_name = "NAME", requires = "tls")]
    cert_subject: Option<String>,
    /// Distinguished name of the issuer of the client's certificate
    #[arg(long, value_name = "NAME", requires = "tls")]
    cert_issuer: Option<String>,
    /// Listener that the client connects to, by its name in DAEMON_OPTIONS [default: every listener that the client can reach]
    #[arg(long, value_name = "NAME")]
    listener: Option<String>,
    /// Exit with status 1 unless every listener gives this verdict
    #[arg(long, value_enum, value_name = "VERDICT")]
    expect: Option<ExpectedVerdict>,
    /// The same as `--format json`
    #[arg(long, hide = true)]
    json: bool,
    /// Also list every lookup on the way
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    read: ReadArguments,
    #[command(flatten)]
    machine: TargetHostArguments,
    #[command(flatten)]
    report: ReportArguments,
}

/// Values of `--expect`.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExpectedVerdict {
    Accepted,
    Refused,
    Deferred,
    Discarded,
    Quarantined,
}

impl From<ExpectedVerdict> for VerdictKind {
    fn from(expected: ExpectedVerdict) -> Self {
        match expected {
            ExpectedVerdict::Accepted => Self::Accepted,
            ExpectedVerdict::Refused => Self::Refused,
            ExpectedVerdict::Deferred => Self::Deferred,
            ExpectedVerdict::Discarded => Self::Discarded,
            ExpectedVerdict::Quarantined => Self::Quarantined,
        }
    }
}

impl Arguments {
    fn question(&self) -> Question {
        let user = self.auth.as_deref().map(Login::of);
        let tls = self.tls.as_ref().map(|verify| Tls {
            verify: verify.clone(),
            subject: self.cert_subject.clone().unwrap_or_default(),
            issuer: self.cert_issuer.clone().unwrap_or_default(),
        });
        let bare = |text: &Option<String>| text.as_ref().map(|text| text.trim_matches(['<', '>']).to_owned());
        Question {
            client: self.client,
            name: self.name.clone(),
            is_forged: self.forged,
            helo: self.helo.clone(),
            sender: bare(&self.from),
            recipient: bare(&self.to),
            user,
            tls,
            listener: self.listener.clone(),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    explain_answer(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file cannot be read.
fn explain_answer(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let machine = arguments.machine.read(WithoutZones::Assumed, reporter)?;
    let question = arguments.question();
    let config = machine.open(&arguments.site, &arguments.read, reporter)?;
    let Some(config) = config else { return Ok(Exit::Refused) };
    let listeners = match select_listeners(&config.running, &question) {
        Ok(listeners) => listeners,
        Err(diagnostic) => return Ok(reporter.failed(&diagnostic)),
    };
    let mut explained: Vec<(Explanation, Question)> = Vec::new();
    let mut unexpected = Vec::new();
    for listener in listeners {
        let question = Question { listener: Some(listener.name.clone()), ..question.clone() };
        let dialogue = simulate_smtp(&mut config.running.session(), &question);
        if let Some(expected) =
            arguments.expect.filter(|expected| VerdictKind::from(*expected) != verdict_kind(&dialogue.verdict()))
        {
            unexpected.push(unexpected_verdict(expected, &dialogue));
        }
        let changes = match &config.site {
            Some((site, _)) => {
                let mut ask =
                    |site: &Site, question: &Question| simulate_smtp(&mut machine.site(site).session(), question);
                changes(site, &question, &dialogue, &mut ask)
            }
            None => Vec::new(),
        };
        let explanation = Explanation::of(&dialogue, &config.running, config.site(), changes);
        match explained.iter_mut().find(|(other, _)| other.is_same(&explanation)) {
            Some((other, _)) => other.listeners.extend(explanation.listeners),
            None => explained.push((explanation, question)),
        }
    }
    let text = if arguments.json || reporter.is_json() {
        json(explained)
    } else {
        let several = explained.len() > 1;
        let texts = explained.iter().map(|(explanation, question)| {
            let title = if several { format!("{}\n", explanation.title()) } else { String::new() };
            title + &explanation.text(question, arguments.all)
        });
        texts.collect::<Vec<_>>().join("\n")
    };
    let printed = super::print(text.as_bytes());
    reporter.found(&unexpected, &Sources::default());
    Ok(printed.max(config.report(reporter)?))
}

/// Selects the listeners: the given one, or all that the client can reach.
///
/// # Errors
/// No listener has that name.
fn select_listeners(running: &LoadedConfig<'_>, question: &Question) -> Result<Vec<Listener>, Box<Diagnostic>> {
    let mut all = listeners(&running.program, question.client);
    if let Some(name) = &question.listener {
        let names = all.iter().map(|listener| listener.name.clone()).collect::<Vec<_>>();
        all.retain(|listener| listener.name == *name);
        if all.is_empty() {
            let unknown = Diagnostic::error("unknown_listener", format!("unknown listener `{name}`"));
            return Err(Box::new(match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")),
                None => unknown.help(format!("listeners that this client can reach: {}", names.join(", "))),
            }));
        }
    }
    Ok(all)
}

/// The error if a listener gives another verdict than expected.
fn unexpected_verdict(expected: ExpectedVerdict, dialogue: &Dialogue) -> Diagnostic {
    let (expected, found) = (VerdictKind::from(expected).name(), verdict_kind(&dialogue.verdict()).name());
    Diagnostic::error(
        "unexpected_verdict",
        format!("expected {expected}, found {found} on listener `{}`", dialogue.listener.name),
    )
}

/// The first explanation, with the explanations of other listeners in it if they differ.
fn json(explained: Vec<(Explanation, Question)>) -> String {
    let mut explanations = explained.into_iter().map(|(explanation, _)| explanation);
    let Some(mut first) = explanations.next() else { return String::new() };
    first.others = explanations.collect();
    // Texts and lists of them always serialize.
    serde_json::to_string_pretty(&first).unwrap_or_default() + "\n"
}

/// The explanation of a dialogue, without suggested changes.
pub(super) fn text(
    dialogue: &Dialogue,
    question: &Question,
    running: &LoadedConfig<'_>,
    site: Option<(&Site, &Sources)>,
) -> String {
    Explanation::of(dialogue, running, site, Vec::new()).text(question, false)
}

/// The whole explanation, as it is serialized to JSON.
#[derive(Debug, Serialize)]
struct Explanation {
    /// Names of the listeners with this answer.
    listeners: Vec<String>,
    /// Whether mail is accepted unchecked and queued, because the delivery mode is `deferred`.
    deferred: bool,
    verdict: Verdict,
    reply: Option<String>,
    steps: Vec<ExplainedStep>,
    delivery: Option<Delivery>,
    /// Lookups that decided the route.
    routed_by: Vec<Statement>,
    /// Single changes that would reverse the verdict.
    changes: Vec<Statement>,
    /// Answers of listeners that decide otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<Explanation>,
}

#[derive(Debug, Serialize)]
struct ExplainedStep {
    command: Command,
    verdict: Verdict,
    reply: Option<String>,
    /// The rule that decided.
    decided_by: Option<Statement>,
    /// Matches that led to the answer.
    because: Vec<Statement>,
    /// All lookups, with or without a result.
    asked: Vec<String>,
}

/// A statement and its place in the source.
#[derive(Debug, Serialize)]
struct Statement {
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

impl Explanation {
    fn of(
        dialogue: &Dialogue,
        running: &LoadedConfig<'_>,
        site: Option<(&Site, &Sources)>,
        changes: Vec<Change>,
    ) -> Self {
        let place = |span: Option<Span>| {
            let (_, sources) = site?;
            shown(sources, span?)
        };
        let because = |events: &[Event]| {
            let reasons = reasons(events, site.map(|(site, _)| site)).into_iter();
            reasons.map(|reason| Statement { place: place(reason.place), what: reason.what }).collect::<Vec<_>>()
        };
        let step = |step: &Step| ExplainedStep {
            command: step.command,
            verdict: step.verdict.clone(),
            reply: step.reply.as_ref().map(ToString::to_string),
            decided_by: decisive(step, running, site.map(|(_, sources)| sources)),
            because: because(&step.events),
            asked: step.events.iter().filter_map(describe_lookup).collect(),
        };
        Self {
            listeners: vec![dialogue.listener.name.clone()],
            deferred: dialogue.is_deferred(),
            others: Vec::new(),
            verdict: dialogue.verdict(),
            reply: dialogue.reply().map(ToString::to_string),
            steps: dialogue.steps.iter().map(step).collect(),
            delivery: dialogue.delivery.clone(),
            routed_by: because(&dialogue.routing),
            changes: changes
                .into_iter()
                .map(|change| Statement { place: place(change.place), what: change.what })
                .collect(),
        }
    }

    /// Whether another listener gives the same answer for the same reasons.
    fn is_same(&self, other: &Self) -> bool {
        let key = |one: &Self| {
            let steps = one.steps.iter().map(|step| (step.command, step.verdict.clone(), step.reply.clone()));
            (one.deferred, one.verdict.clone(), steps.collect::<Vec<_>>(), one.delivery.clone())
        };
        key(self) == key(other)
    }

    /// The heading of an explanation when there are several.
    fn title(&self) -> String {
        match self.listeners.as_slice() {
            [one] => format!("=== listener {one}"),
            several => format!("=== listeners {}", several.join(", ")),
        }
    }

    fn text(&self, question: &Question, all: bool) -> String {
        let mut out = String::new();
        let client = match &question.name {
            Some(name) => format!("{name} [{}]", question.client),
            None => format!("{}, which has no name", question.client),
        };
        let line = |out: &mut String, indent: usize, statement: &Statement| {
            let place = statement.place.as_ref().map_or(String::new(), |place| format!("  ({place})"));
            let _ = writeln!(out, "{:indent$}{}{}", "", printable_line(&statement.what), printable_line(&place));
        };
        for step in &self.steps {
            let what = match step.command {
                Command::Connect => format!("connection from {client}"),
                Command::Mail => format!("MAIL FROM:<{}>", question.sender.as_deref().unwrap_or("")),
                Command::Rcpt => format!("RCPT TO:<{}>", question.recipient.as_deref().unwrap_or("")),
                Command::Data => "DATA".to_owned(),
            };
            let verdict = match (&step.verdict, &step.reply) {
                (_, Some(reply)) => reply.clone(),
                (Verdict::Discarded, _) => "accepted, then discarded".into(),
                (Verdict::Quarantined(reason), _) => format!("accepted, then quarantined: {reason}"),
                _ if self.deferred && step.command == Command::Rcpt => {
                    "accepted without checks and queued: the delivery mode is deferred".into()
                }
                _ => "accepted".into(),
            };
            let _ = writeln!(out, "{}\n    {}", printable_line(&what), printable_line(&verdict));
            if let Some(decided) = &step.decided_by
                && step.verdict != Verdict::Accepted
            {
                line(
                    &mut out,
                    6,
                    &Statement { what: format!("by the rule: {}", decided.what), place: decided.place.clone() },
                );
            }
            for statement in &step.because {
                line(
                    &mut out,
                    6,
                    &Statement { what: format!("found: {}", statement.what), place: statement.place.clone() },
                );
            }
            for asked in step.asked.iter().filter(|_| all) {
                let _ = writeln!(out, "      asked: {}", printable_line(asked));
            }
        }
        if let Some(delivery) = &self.delivery {
            write_delivery(&mut out, delivery);
            for statement in &self.routed_by {
                line(
                    &mut out,
                    6,
                    &Statement { what: format!("found: {}", statement.what), place: statement.place.clone() },
                );
            }
        }
        if !self.changes.is_empty() {
            let other = if self.verdict.is_accepted() { "refused" } else { "accepted" };
            let _ = writeln!(out, "it would be {other} after any one of these changes");
            self.changes.iter().for_each(|change| line(&mut out, 4, change));
        }
        out
    }
}

fn write_delivery(out: &mut String, delivery: &Delivery) {
    let host = delivery.host.as_ref().map_or(String::new(), |host| format!(" to {host}"));
    let recipient = printable_line(&delivery.recipient);
    let _ = writeln!(out, "delivery\n    by {}{}, for {recipient}", delivery.mailer, printable_line(&host));
    if let Some(sender) = &delivery.sender {
        let _ = writeln!(out, "    from <{}>", printable_line(sender.trim_matches(['<', '>'])));
    }
    if delivery.loops_back {
        out.push_str("    it loops back: the best MX is this host, and sendmail returns the message\n");
    }
    if delivery.is_local {
        out.push_str("    aliases and local users of the host are looked up first\n");
    }
    if delivery.is_for_now {
        out.push_str("    a lookup had no answer: sendmail would try again later\n");
    }
}

/// The rule that decided: its remark, and the statement that it comes from.
fn decisive(step: &Step, running: &LoadedConfig<'_>, sources: Option<&Sources>) -> Option<Statement> {
    // Later rules only pass on what this one decided.
    let rule = |any: bool| {
        step.events.iter().rev().find_map(|event| match event {
            Event::Rule { ruleset, span, line, decides } if any || *decides => Some((ruleset.clone(), *span, *line)),
            _ => None,
        })
    };
    let (ruleset, span, line) = rule(step.verdict == Verdict::Accepted).or_else(|| rule(true))?;
    let here = format!("{}, ruleset {ruleset}", running.line(line));
    let origin = running.origin(line).and_then(|origin| shown(sources?, origin));
    let place = origin.map_or(here.clone(), |origin| format!("{here}, asked for at {origin}"));
    let text = running.sources.snippet(span);
    let what = place::behind(text).unwrap_or_else(|| text.trim().replace('\t', "  "));
    Some(Statement { what, place: Some(place) })
}

/// A lookup as text.
fn describe_lookup(event: &Event) -> Option<String> {
    match event {
        Event::Rule { .. } => None,
        Event::Member { class, member } => Some(format!("`{member}` is in class {class}")),
        Event::LookedUp { map, key, value: Some(value) } => Some(format!("{map} `{key}`: `{value}`")),
        Event::LookedUp { map, key, value: None } => Some(format!("{map} `{key}`: nothing")),
    }
}
