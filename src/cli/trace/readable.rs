//! Readable traces, as text and as JSON: the rules that applied, with their matches and places.

use std::{borrow::Cow, fmt::Write as _};

use serde::Serialize;

use crate::{
    cli::{place::shown, render::printable, target_host::LoadedConfig},
    rewrite::{self, Applied, Resolved, bt::Recorded},
    source::Sources,
};

/// An action of a command.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Item {
    /// Printed text.
    Text { text: String },
    /// A ruleset run.
    Ran { steps: Vec<Step>, status: u8, result: Option<Delivery> },
}

/// The mailer triple that a ruleset resolved to.
#[derive(Debug, Serialize)]
struct Delivery {
    agent: String,
    host: Option<String>,
    user: Option<String>,
}

/// See [`rewrite::Step`].
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
enum Step {
    Rule(Rule),
    Call { ruleset: String, input: String, steps: Vec<Step>, output: Option<String> },
    Empty { ruleset: String },
    Member { class: String, member: String },
    Macro { name: String, value: Option<String> },
    Map { map: String, key: String, value: Option<String> },
    Said { text: String },
}

/// A rule that applied.
#[derive(Debug, Serialize)]
struct Rule {
    /// `sendmail.cf:12`
    place: String,
    /// The statement of the site that it was generated for.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// Its comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    left: String,
    right: String,
    steps: Vec<Step>,
    /// The workspace after it.
    workspace: Option<String>,
}

/// The configuration that is run, with the texts of the site that it was compiled from.
#[derive(Clone, Copy)]
pub(super) struct Readable<'a> {
    pub(super) running: &'a LoadedConfig<'a>,
    pub(super) site: Option<&'a Sources>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Readable<'_> {
    /// The actions of a command as one line of JSON; empty if there are none.
    pub(super) fn json(self, command: &str, recorded: Vec<Recorded>) -> String {
        #[derive(Serialize)]
        struct Line<'c> {
            command: &'c str,
            items: Vec<Item>,
        }
        let items = self.items(recorded);
        if items.is_empty() {
            return String::new();
        }
        // Texts, numbers and lists of them always serialize.
        let mut line = serde_json::to_string(&Line { command, items }).unwrap_or_default();
        line.push('\n');
        line
    }

    /// The actions of a command as text.
    pub(super) fn text(self, recorded: Vec<Recorded>, color: bool) -> String {
        let mut page = Page { out: String::new(), color };
        for item in self.items(recorded) {
            page.item(&item);
        }
        page.out
    }

    fn items(self, recorded: Vec<Recorded>) -> Vec<Item> {
        let item = |recorded| match recorded {
            Recorded::Text(bytes) => Item::Text { text: text(&bytes) },
            Recorded::Ran { steps, status, resolved } => {
                let result = resolved.map(|Resolved { agent, host, user }| Delivery {
                    agent: text(&agent),
                    host: host.as_deref().map(text),
                    user: user.as_deref().map(text),
                });
                Item::Ran { steps: self.steps(&steps), status, result }
            }
        };
        recorded.into_iter().map(item).collect()
    }

    fn steps(self, steps: &[rewrite::Step]) -> Vec<Step> {
        let value = |value: &Option<Vec<u8>>| value.as_deref().map(text);
        let step = |step: &rewrite::Step| match step {
            rewrite::Step::Rule(applied) => Step::Rule(self.rule(applied)),
            rewrite::Step::Call(call) => Step::Call {
                ruleset: text(&call.ruleset),
                input: text(&call.input),
                steps: self.steps(&call.steps),
                output: value(&call.output),
            },
            rewrite::Step::Skipped(ruleset) => Step::Empty { ruleset: text(ruleset) },
            rewrite::Step::Member { class, member } => Step::Member { class: text(class), member: text(member) },
            rewrite::Step::Macro { name, value: found } => Step::Macro { name: text(name), value: value(found) },
            rewrite::Step::LookedUp { map, key, value: found } => {
                Step::Map { map: text(map), key: text(key), value: value(found) }
            }
            rewrite::Step::Said(message) => Step::Said { text: text(message) },
        };
        steps.iter().map(step).collect()
    }

    fn rule(self, applied: &Applied) -> Rule {
        let origin = self.running.origin(applied.line);
        Rule {
            place: self.running.line(applied.line),
            origin: origin.and_then(|origin| shown(self.site?, origin)),
            comment: self.running.remark(applied.span),
            left: text(&applied.left),
            right: text(&applied.right),
            steps: self.steps(&applied.steps),
            workspace: applied.workspace.as_deref().map(text),
        }
    }
}

/// Style of a part of a line on a terminal.
#[derive(Debug, Clone, Copy)]
enum Style {
    /// The name of a ruleset.
    Name,
    /// The comment of a rule.
    Remark,
    /// A place, or the text of a rule.
    Aside,
    /// A match.
    Found,
}

impl Style {
    /// Select graphic rendition (ECMA-48).
    fn code(self) -> &'static str {
        match self {
            Self::Name => "1",
            Self::Remark => "36",
            Self::Aside => "2",
            Self::Found => "32",
        }
    }
}

/// A workspace, which may be empty.
fn workspace(text: &str) -> Cow<'_, str> {
    if text.is_empty() { Cow::Borrowed("(nothing)") } else { printable(text) }
}

/// Text under construction.
struct Page {
    out: String,
    color: bool,
}

impl Page {
    fn styled(&self, style: Style, text: &str) -> String {
        let text = printable(text);
        if self.color { format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()) } else { text.into_owned() }
    }

    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Text { text } => self.out.push_str(&printable(text)),
            Item::Ran { steps, status, result } => {
                self.steps(0, steps);
                if let Some(Delivery { agent, host, user }) = result {
                    let part = |mark: &str, part: &Option<String>| {
                        part.as_ref().map_or(String::new(), |part| format!(", {mark} `{part}`"))
                    };
                    let parts = format!("{}{}", part("host", host), part("user", user));
                    self.line(0, &printable(&format!("= agent `{agent}`{parts}")));
                }
                if *status != 0 {
                    let meaning = if *status == 75 { ": a lookup failed temporarily" } else { "" };
                    self.line(0, &format!("= status {status}{meaning}"));
                }
            }
        }
    }

    fn steps(&mut self, indent: usize, steps: &[Step]) {
        for step in steps {
            self.step(indent, step);
        }
    }

    fn step(&mut self, indent: usize, step: &Step) {
        match step {
            Step::Rule(rule) => self.rule(indent, rule),
            Step::Call { ruleset, input, steps, output } => {
                let name = self.styled(Style::Name, ruleset);
                self.line(indent, &format!("{name} gets: {}", workspace(input)));
                self.steps(indent + 2, steps);
                match output {
                    Some(output) => self.line(indent, &format!("{name} returns: {}", workspace(output))),
                    None => self.line(indent, &format!("{name} was aborted by an error")),
                }
            }
            Step::Empty { ruleset } => {
                let name = self.styled(Style::Name, ruleset);
                self.line(indent, &format!("{name} has no rules"));
            }
            Step::Member { class, member } => {
                let found = self.styled(Style::Found, &format!("`{}` is in class {class}", member.replace(' ', "")));
                self.line(indent, &found);
            }
            Step::Macro { name, value: Some(value) } => {
                let found = self.styled(Style::Found, &format!("$&{name} is `{value}`"));
                self.line(indent, &found);
            }
            Step::Macro { name, value: None } => {
                let found = self.styled(Style::Found, &format!("$&{name} has no value"));
                self.line(indent, &found);
            }
            Step::Map { map, key, value: Some(value) } => {
                let found = self.styled(Style::Found, &format!("map {map} has `{key}`: `{value}`"));
                self.line(indent, &found);
            }
            Step::Map { map, key, value: None } => {
                let found = self.styled(Style::Found, &format!("map {map} has no `{key}`"));
                self.line(indent, &found);
            }
            Step::Said { text } => self.line(indent, &printable(text)),
        }
    }

    fn rule(&mut self, indent: usize, rule: &Rule) {
        let place = match &rule.origin {
            Some(origin) => format!("({}, for {origin})", rule.place),
            None => format!("({})", rule.place),
        };
        let place = self.styled(Style::Aside, &place);
        let sides = format!("R{}  →  {}", rule.left, rule.right);
        match &rule.comment {
            Some(comment) => {
                let comment = self.styled(Style::Remark, comment);
                let sides = self.styled(Style::Aside, &sides);
                self.line(indent, &format!("{comment}  {place}"));
                self.line(indent + 2, &sides);
            }
            None => self.line(indent, &format!("{}  {place}", printable(&sides))),
        }
        self.steps(indent + 2, &rule.steps);
        if let Some(made) = &rule.workspace {
            self.line(indent + 2, &format!("= {}", workspace(made)));
        }
    }
}
