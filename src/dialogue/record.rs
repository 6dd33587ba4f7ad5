//! Records matches and lookups during a step.

use crate::{
    rewrite::{Program, Rule, Ruleset, TraceObserver, Workspace},
    source::Span,
};

/// An event during a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A rule matched.
    Rule {
        /// Its ruleset.
        ruleset: String,
        /// Its place in the sendmail.cf.
        span: Span,
        /// Its line number there.
        line: usize,
        /// Whether it names the verdict itself.
        decides: bool,
    },
    /// A part of the address or client is a member of a class.
    Member {
        /// The class, without `$=`.
        class: String,
        /// The member.
        member: String,
    },
    /// A map was queried.
    LookedUp {
        /// The map.
        map: String,
        /// Key.
        key: String,
        /// Value; `None` if the map does not have the key.
        value: Option<String>,
    },
}

/// Records events.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) events: Vec<Event>,
    rulesets: Vec<String>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl TraceObserver for Record {
    fn input(&mut self, ruleset: &Ruleset, _: Workspace<'_>) {
        self.rulesets.push(text(ruleset.title()));
    }

    fn returns(&mut self, _: &Ruleset, _: Workspace<'_>) {
        self.rulesets.pop();
    }

    fn on_abort(&mut self, _: &Ruleset) {
        self.rulesets.pop();
    }

    fn matches(&mut self, _: &Program, rule: &Rule) {
        let ruleset = self.rulesets.last().cloned().unwrap_or_default();
        self.events.push(Event::Rule { ruleset, span: rule.span, line: rule.line, decides: rule.names_agent() });
    }

    fn on_class_match(&mut self, class: &[u8], member: &[u8]) {
        let class = text(class).trim_matches(['{', '}']).to_owned();
        let event = Event::Member { class, member: text(member).split(' ').collect() };
        // Rules that apply repeatedly repeat their matches.
        if !self.events.contains(&event) {
            self.events.push(event);
        }
    }

    fn looked_up(&mut self, map: &[u8], key: &[u8], value: Option<&[u8]>) {
        let event = Event::LookedUp { map: text(map), key: text(key), value: value.map(text) };
        if !self.events.contains(&event) {
            self.events.push(event);
        }
    }
}
