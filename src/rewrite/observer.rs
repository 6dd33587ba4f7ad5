//! Being told what rules do while they run.

use super::{
    program::{Program, Rule, Ruleset},
    token::{Token, show},
};

/// A workspace at one moment.
#[derive(Clone, Copy)]
pub struct Workspace<'a> {
    pub(crate) program: &'a Program,
    pub(crate) tokens: &'a [Token],
}

impl Workspace<'_> {
    /// As test mode shows it: a blank before each token.
    pub fn shown(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.show(&mut out);
        out
    }

    /// Adds the same to `out`.
    pub fn show(&self, out: &mut Vec<u8>) {
        show(self.tokens, &self.program.arena, &self.program.names, out);
    }
}

/// Who is told what rules do. Nothing need be listened to.
pub trait TraceObserver {
    /// Whether it is told of single rules and of what is looked up. If not, rules that cannot match are not even looked at,
    /// and it is only told of [`TraceObserver::input`], [`TraceObserver::returns`], [`TraceObserver::skipped`], [`TraceObserver::endless`] and [`TraceObserver::on_message`].
    fn wants_rules(&self) -> bool {
        true
    }
    /// A ruleset begins.
    fn input(&mut self, _ruleset: &Ruleset, _workspace: Workspace<'_>) {}
    /// A ruleset has ended by itself, not because of an error.
    fn returns(&mut self, _ruleset: &Ruleset, _workspace: Workspace<'_>) {}
    /// An error has ended a ruleset.
    fn on_abort(&mut self, _ruleset: &Ruleset) {}
    /// A rule is tried.
    fn trying(&mut self, _program: &Program, _rule: &Rule) {}
    /// It does not match.
    fn fails(&mut self, _rule: &Rule) {}
    /// It matches.
    fn matches(&mut self, _program: &Program, _rule: &Rule) {}
    /// A part of the workspace is a member of a class, and its rule matches: `$=x`.
    fn on_class_match(&mut self, _class: &[u8], _member: &[u8]) {}
    /// A map was asked; `None` if it has no such key.
    fn looked_up(&mut self, _map: &[u8], _key: &[u8], _value: Option<&[u8]>) {}
    /// The workspace that it makes.
    fn rewritten(&mut self, _workspace: Workspace<'_>) {}
    /// `$&x` is replaced; `None` if the macro has no value.
    fn replaced(&mut self, _name: &[u8], _value: Option<&[u8]>) {}
    /// `$&x` on a left side is compared; `None` if the macro has no value.
    fn compared(&mut self, _name: &[u8], _value: Option<&[u8]>) {}
    /// A ruleset without rules is not called.
    fn skipped(&mut self, _ruleset: &Ruleset, _number: usize) {}
    /// A rule was applied a hundred times in a row and is left.
    fn endless(&mut self, _workspace: Workspace<'_>) {}
    /// sendmail says something.
    fn on_message(&mut self, _message: &[u8]) {}
}
