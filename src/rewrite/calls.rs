//! Calls of rulesets as a tree: which rules applied, with their lookups, calls and results.

use super::{
    observer::{TraceObserver, Workspace},
    program::{Program, Rule, Ruleset},
};
use crate::source::Span;

/// A ruleset call. In texts of workspaces, tokens are separated by blanks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Call {
    /// Its name or number.
    pub ruleset: Vec<u8>,
    /// Workspace at the start.
    pub input: Vec<u8>,
    /// Events in order.
    pub steps: Vec<Step>,
    /// Workspace at the end; `None` if an error ended the call.
    pub output: Option<Vec<u8>>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A rule applied.
    Rule(Applied),
    /// A ruleset was called.
    Call(Call),
    /// A ruleset was called that has no rules.
    Skipped(Vec<u8>),
    /// A part of the workspace matched a class.
    Member {
        /// The class, without `$=`.
        class: Vec<u8>,
        /// The member.
        member: Vec<u8>,
    },
    /// The value of a macro was used.
    Macro {
        /// Its name.
        name: Vec<u8>,
        /// Its value, if it has one.
        value: Option<Vec<u8>>,
    },
    /// A map was queried.
    LookedUp {
        /// The map.
        map: Vec<u8>,
        /// Key.
        key: Vec<u8>,
        /// Value, if the map has the key.
        value: Option<Vec<u8>>,
    },
    /// A message of sendmail.
    Said(Vec<u8>),
}

/// A rule that applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Place of the rule.
    pub span: Span,
    /// Line number.
    pub line: usize,
    /// Its left side.
    pub left: Vec<u8>,
    /// Its right side.
    pub right: Vec<u8>,
    /// Lookups and calls in order.
    pub steps: Vec<Step>,
    /// Workspace after the rule; `None` if an error prevented it.
    pub workspace: Option<Vec<u8>>,
}

/// Records calls while they run.
#[derive(Debug, Default)]
pub(super) struct Calls {
    open: Vec<Open>,
    /// Values of macros that the current rule was compared with.
    compared: Vec<Step>,
    /// Finished calls, and messages outside of calls.
    pub(super) done: Vec<Step>,
}

/// A call that is still running.
#[derive(Debug, Default)]
struct Open {
    call: Call,
    /// The rule that is being applied.
    rule: Option<Applied>,
}

impl Calls {
    fn add(&mut self, step: Step) {
        let steps = match self.open.last_mut() {
            Some(Open { rule: Some(rule), .. }) => &mut rule.steps,
            Some(Open { call, .. }) => &mut call.steps,
            None => &mut self.done,
        };
        steps.push(step);
    }

    fn end(&mut self, output: Option<Vec<u8>>) {
        let Some(Open { mut call, rule }) = self.open.pop() else { return };
        call.steps.extend(rule.map(Step::Rule));
        call.output = output;
        self.add(Step::Call(call));
    }
}

/// The workspace as test mode shows it, without the first blank.
fn text(mut shown: Vec<u8>) -> Vec<u8> {
    if shown.first() == Some(&b' ') {
        shown.remove(0);
    }
    shown
}

impl TraceObserver for Calls {
    fn input(&mut self, ruleset: &Ruleset, workspace: Workspace<'_>) {
        let call = Call { ruleset: ruleset.title().to_vec(), input: text(workspace.shown()), ..Call::default() };
        self.open.push(Open { call, rule: None });
    }

    fn returns(&mut self, _: &Ruleset, workspace: Workspace<'_>) {
        self.end(Some(text(workspace.shown())));
    }

    fn on_abort(&mut self, _: &Ruleset) {
        self.end(None);
    }

    fn trying(&mut self, _: &Program, _: &Rule) {
        self.compared.clear();
    }

    fn matches(&mut self, program: &Program, rule: &Rule) {
        let (left, right) = (text(program.left(rule)), text(program.right(rule)));
        let steps = std::mem::take(&mut self.compared);
        let applied = Applied { span: rule.span, line: rule.line, left, right, steps, workspace: None };
        if let Some(open) = self.open.last_mut() {
            open.rule = Some(applied);
        }
    }

    fn on_class_match(&mut self, class: &[u8], member: &[u8]) {
        self.add(Step::Member { class: class.to_vec(), member: member.to_vec() });
    }

    fn looked_up(&mut self, map: &[u8], key: &[u8], value: Option<&[u8]>) {
        self.add(Step::LookedUp { map: map.to_vec(), key: key.to_vec(), value: value.map(<[u8]>::to_vec) });
    }

    fn rewritten(&mut self, workspace: Workspace<'_>) {
        let Some(open) = self.open.last_mut() else { return };
        if let Some(mut rule) = open.rule.take() {
            rule.workspace = Some(text(workspace.shown()));
            open.call.steps.push(Step::Rule(rule));
        }
    }

    fn replaced(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.add(Step::Macro { name: name.to_vec(), value: value.map(<[u8]>::to_vec) });
    }

    fn compared(&mut self, name: &[u8], value: Option<&[u8]>) {
        self.compared.push(Step::Macro { name: name.to_vec(), value: value.map(<[u8]>::to_vec) });
    }

    fn skipped(&mut self, ruleset: &Ruleset, _: usize) {
        self.add(Step::Skipped(ruleset.title().to_vec()));
    }

    fn on_message(&mut self, message: &[u8]) {
        self.add(Step::Said(message.to_vec()));
    }
}
