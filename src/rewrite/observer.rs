//! Notifications about rules while they run.

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
    /// The workspace as test mode shows it, with a blank before each token.
    pub fn shown(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.show(&mut out);
        out
    }

    /// Appends the same to `out`.
    pub fn show(&self, out: &mut Vec<u8>) {
        show(self.tokens, &self.program.arena, &self.program.names, out);
    }
}

/// Receives notifications about rules. All methods are optional.
pub trait TraceObserver {
    /// Whether single rules and lookups are reported. If not, rules that cannot match are skipped, and only
    /// [`TraceObserver::input`], [`TraceObserver::returns`], [`TraceObserver::skipped`], [`TraceObserver::endless`] and
    /// [`TraceObserver::on_message`] are called.
    fn wants_rules(&self) -> bool {
        true
    }
    /// A ruleset starts.
    fn input(&mut self, _ruleset: &Ruleset, _workspace: Workspace<'_>) {}
    /// A ruleset has ended without an error.
    fn returns(&mut self, _ruleset: &Ruleset, _workspace: Workspace<'_>) {}
    /// An error has ended a ruleset.
    fn on_abort(&mut self, _ruleset: &Ruleset) {}
    /// A rule is tried.
    fn trying(&mut self, _program: &Program, _rule: &Rule) {}
    /// It does not match.
    fn fails(&mut self, _rule: &Rule) {}
    /// It matches.
    fn matches(&mut self, _program: &Program, _rule: &Rule) {}
    /// A part of the workspace is a member of a class, and the rule matches: `$=x`.
    fn on_class_match(&mut self, _class: &[u8], _member: &[u8]) {}
    /// A map was queried; the value is `None` if it does not have the key.
    fn looked_up(&mut self, _map: &[u8], _key: &[u8], _value: Option<&[u8]>) {}
    /// The workspace after the rule.
    fn rewritten(&mut self, _workspace: Workspace<'_>) {}
    /// `$&x` is replaced; the value is `None` if the macro is not set.
    fn replaced(&mut self, _name: &[u8], _value: Option<&[u8]>) {}
    /// `$&x` on a left side is compared; the value is `None` if the macro is not set.
    fn compared(&mut self, _name: &[u8], _value: Option<&[u8]>) {}
    /// A ruleset without rules is skipped.
    fn skipped(&mut self, _ruleset: &Ruleset, _number: usize) {}
    /// A rule was applied a hundred times in a row and is abandoned.
    fn endless(&mut self, _workspace: Workspace<'_>) {}
    /// A message of sendmail.
    fn on_message(&mut self, _message: &[u8]) {}
}
