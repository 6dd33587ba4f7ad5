//! Runs rulesets.

use std::{cell::RefCell, rc::Rc};

use super::{
    matcher::{Element, MEMO_THRESHOLD, Matcher, Part, TRACED_MEMO_THRESHOLD},
    observer::{TraceObserver, Workspace},
    prefilter::WorkspaceSummary,
    program::{Prefix, Rule, Ruleset},
    scan::Source,
    session::Session,
    text::{MacroId, Unit},
    token::{Kind, Token, join},
};
use crate::syntax::cf::{Metasymbol, Name};

/// Maximum ruleset call depth.
const MAX_CALL_DEPTH: usize = 50;
/// Maximum number of times that one rule is applied in a row.
const MAX_REAPPLICATIONS: usize = 100;
/// Number of traced tokens that count as one rule.
const TOKENS_PER_RULE: u64 = 8;
/// Maximum number of tokens of a workspace.
const MAX_TOKENS: usize = 1000;

/// Context of a ruleset call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Call depth.
    depth: usize,
    /// Maximum number of tokens of the workspace, reduced by those before the call.
    pub(super) room: usize,
}

impl Frame {
    const FIRST: Self = Self { depth: 0, room: MAX_TOKENS };

    /// The context of a ruleset that is called after this number of tokens.
    pub(super) fn behind(self, tokens: usize) -> Self {
        Self { depth: self.depth + 1, room: MAX_TOKENS.saturating_sub(tokens) }
    }
}

/// sendmail's exit statuses.
pub(crate) const OK: u8 = 0;
pub(crate) const DATA_ERROR: u8 = 65;
pub(crate) const CONFIG_ERROR: u8 = 78;
pub(crate) const TRY_LATER: u8 = 75;
/// Status of an evaluation that tried too many rules; sendmail has no such limit.
const GIVEN_UP: u8 = 70;

/// The status of two evaluations together.
pub(super) fn both(first: u8, second: u8) -> u8 {
    if first == OK || second == TRY_LATER { second } else { first }
}

pub(super) type Watcher<'w, 'o> = Option<&'w mut (dyn TraceObserver + 'o)>;

/// Ends a ruleset at once, without a message.
pub(super) struct Abort(pub(super) u8);

impl Session<'_> {
    /// Runs a ruleset on a workspace and returns sendmail's status.
    pub(crate) fn rewrite(&mut self, number: usize, tokens: &mut Vec<Token>, watch: Watcher<'_, '_>) -> u8 {
        let mut watch = watch;
        self.tried = 0;
        self.gave_up = false;
        self.report_messages(&mut watch);
        match self.program.rulesets.get(number).map(Rc::clone) {
            Some(ruleset) => self.ruleset(ruleset, number, tokens, Frame::FIRST, &mut watch),
            None => OK,
        }
    }

    pub(super) fn ruleset(
        &mut self,
        ruleset: Rc<Ruleset>,
        number: usize,
        tokens: &mut Vec<Token>,
        frame: Frame,
        watch: &mut Watcher<'_, '_>,
    ) -> u8 {
        if let Some(watch) = watch.as_deref_mut() {
            watch.input(&ruleset, Workspace { program: &self.program, tokens });
            // The trace of a workspace takes memory as its tokens do.
            self.tried += tokens.len() as u64 / TOKENS_PER_RULE;
        }
        if frame.depth > MAX_CALL_DEPTH {
            let message = [b"rewrite: excessive recursion (max 50), ruleset ", &*ruleset.title].concat();
            self.say(message, watch);
            if let Some(watch) = watch.as_deref_mut() {
                watch.on_abort(&ruleset);
            }
            return CONFIG_ERROR;
        }
        match self.rules(Rc::clone(&ruleset), number, tokens, frame, watch) {
            Ok(status) => {
                if let Some(watch) = watch.as_deref_mut() {
                    watch.returns(&ruleset, Workspace { program: &self.program, tokens });
                }
                status
            }
            Err(Abort(status)) => {
                if let Some(watch) = watch.as_deref_mut() {
                    watch.on_abort(&ruleset);
                }
                status
            }
        }
    }

    fn rules(
        &mut self,
        ruleset: Rc<Ruleset>,
        number: usize,
        tokens: &mut Vec<Token>,
        frame: Frame,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut parts = self.parts.pop().unwrap_or_default();
        let mut next = self.buffers.pop().unwrap_or_default();
        let result = self.rules_with((&mut parts, &mut next), ruleset, number, tokens, frame, watch);
        self.parts.push(parts);
        self.buffers.push(next);
        result
    }

    fn rules_with(
        &mut self,
        (parts, next): (&mut Vec<Part>, &mut Vec<Token>),
        mut ruleset: Rc<Ruleset>,
        number: usize,
        tokens: &mut Vec<Token>,
        frame: Frame,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut status = OK;
        let detailed = watch.as_ref().is_some_and(|watch| watch.wants_rules());
        let mut has = WorkspaceSummary::of(tokens);
        let (mut at, mut rounds) = (0, 0);
        while !tokens.first().is_some_and(|first| first.is(Metasymbol::Agent)) {
            if !detailed && rounds == 0 {
                let rest = ruleset.needs.get(at..).unwrap_or_default();
                let classes = &self.program.classes;
                let passed = rest.iter().position(|needs| needs.met_by(&has, classes)).unwrap_or(rest.len());
                self.tried += passed as u64;
                at += passed;
            }
            let Some(rule) = ruleset.rules.get(at) else { break };
            self.tried += 1;
            if self.tried > self.limit {
                if !self.gave_up {
                    self.gave_up = true;
                    let message = format!("relaycc: given up after {} rules", self.limit);
                    self.say(message.into_bytes(), watch);
                }
                return Err(Abort(GIVEN_UP));
            }
            if let Some(watch) = watch.as_deref_mut().filter(|_| detailed) {
                watch.trying(&self.program, rule);
            }
            if rounds >= MAX_REAPPLICATIONS {
                let title = &*ruleset.title;
                let message = [b"Infinite loop in ruleset ", title, format!(", rule {}", at + 1).as_bytes()].concat();
                self.say(message, watch);
                if let Some(watch) = watch.as_deref_mut() {
                    watch.endless(Workspace { program: &self.program, tokens });
                }
                break;
            }
            let matches = match detailed {
                true => self.match_observed(rule, tokens, parts, watch),
                false => {
                    let value = |id| {
                        self.may_differ();
                        self.current(id).unwrap_or_default()
                    };
                    self.matching(rule, tokens, parts, &value, MEMO_THRESHOLD)
                }
            };
            if !matches {
                if let Some(watch) = watch.as_deref_mut().filter(|_| detailed) {
                    watch.fails(rule);
                }
                at += 1;
                rounds = 0;
                continue;
            }
            if let Some(watch) = watch.as_deref_mut().filter(|_| detailed) {
                watch.matches(&self.program, rule);
                for part in &*parts {
                    let Some(Element::Class(class)) = rule.elements.get(part.element) else { continue };
                    let mut member = Vec::new();
                    let tokens = tokens.get(part.start..part.end).unwrap_or_default();
                    join(tokens, &self.program.arena, b' ', &mut member);
                    watch.on_class_match(&self.program.names.written(*class), &member);
                }
            }
            let prefix = rule.prefix;
            next.clear();
            let special = self.make((&ruleset, rule), (tokens, parts), frame.room, next, watch)?;
            if special {
                // The substitution remains even if a called ruleset fails.
                let new = self.evaluate((number, at), next, frame, watch)?;
                status = both(status, new);
                // A call may have changed how its name is written.
                if let Some(now) = self.program.rulesets.get(number).filter(|now| !Rc::ptr_eq(now, &ruleset)) {
                    ruleset = Rc::clone(now);
                }
            }
            std::mem::swap(tokens, next);
            has = WorkspaceSummary::of(tokens);
            if let Some(watch) = watch.as_deref_mut().filter(|_| detailed) {
                watch.rewritten(Workspace { program: &self.program, tokens });
                self.tried += tokens.len() as u64 / TOKENS_PER_RULE;
            }
            match prefix {
                Prefix::Return => break,
                Prefix::Once => {
                    at += 1;
                    rounds = 0;
                }
                Prefix::Again => rounds += 1,
            }
        }
        Ok(status)
    }

    #[inline]
    fn matching(
        &self,
        rule: &Rule,
        tokens: &[Token],
        parts: &mut Vec<Part>,
        macros: &dyn Fn(MacroId) -> Vec<u8>,
        patience: usize,
    ) -> bool {
        if let [Element::Any] = rule.elements.as_slice() {
            parts.clear();
            parts.push(Part { element: 0, start: 0, end: tokens.len() });
            return true;
        }
        let matcher = Matcher { classes: &self.program.classes, arena: &self.program.arena, macros, patience };
        matcher.matches(&rule.elements, tokens, parts)
    }

    /// The same, reporting macros on the left side to the observer.
    fn match_observed(
        &self,
        rule: &Rule,
        tokens: &[Token],
        parts: &mut Vec<Part>,
        watch: &mut Watcher<'_, '_>,
    ) -> bool {
        let asked = RefCell::new(Vec::new());
        let value = |id| {
            let current = self.current(id);
            asked.borrow_mut().push((id, current.clone()));
            current.unwrap_or_default()
        };
        let matches = self.matching(rule, tokens, parts, &value, TRACED_MEMO_THRESHOLD);
        if let Some(watch) = watch.as_deref_mut() {
            for (id, value) in asked.into_inner() {
                watch.compared(&self.program.names.written(id), value.as_deref());
            }
        }
        matches
    }

    /// Substitutes into a right side; returns whether lookups or calls remain to be evaluated.
    fn make(
        &mut self,
        (ruleset, rule): (&Ruleset, &Rule),
        (tokens, parts): (&[Token], &[Part]),
        room: usize,
        next: &mut Vec<Token>,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<bool, Abort> {
        let mut special = false;
        for token in rule.rhs.iter().skip(usize::from(rule.prefix != Prefix::Again)) {
            if next.len() >= room {
                return self.too_long(watch);
            }
            match token.kind {
                Kind::Word | Kind::Quoted | Kind::Operator => next.push(*token),
                Kind::Meta(Metasymbol::Digit(digit)) => match parts.get(usize::from(digit) - 1) {
                    Some(part) => {
                        let part = tokens.get(part.start..part.end).unwrap_or_default();
                        special |= part.iter().any(is_special);
                        next.extend_from_slice(part);
                    }
                    None => {
                        let what = format!(": replacement ${digit} out of bounds");
                        self.say([b"rewrite: ruleset ", &*ruleset.title, what.as_bytes()].concat(), watch);
                        return Err(Abort(CONFIG_ERROR));
                    }
                },
                Kind::Named(Name::Deferred, id) => self.deferred(id, next, watch)?,
                _ => {
                    special |= is_special(token);
                    next.push(*token);
                }
            }
        }
        if next.len() > room {
            return self.too_long(watch);
        }
        Ok(special)
    }

    /// Appends the tokens of the current value of `$&x`.
    fn deferred(&mut self, id: MacroId, next: &mut Vec<Token>, watch: &mut Watcher<'_, '_>) -> Result<(), Abort> {
        if let Some(watch) = watch.as_deref_mut().filter(|watch| watch.wants_rules()) {
            watch.replaced(&self.program.names.written(id), self.current(id).as_deref());
        }
        let Some(value) = self.program.macros.get(id).map(Rc::clone) else { return Ok(()) };
        if value.is_empty() {
            return Ok(());
        }
        let scanned = if value.iter().all(|unit| matches!(unit, Unit::Byte(_))) {
            self.scan(&*value, Source::Value, next)
        } else {
            let value = self.current(id).unwrap_or_default();
            self.scan(value.as_slice(), Source::Value, next)
        };
        self.report_messages(watch);
        scanned.map_err(|_| Abort(DATA_ERROR))
    }

    pub(super) fn too_long<T>(&mut self, watch: &mut Watcher<'_, '_>) -> Result<T, Abort> {
        self.say(b"rewrite: expansion too long".to_vec(), watch);
        Err(Abort(DATA_ERROR))
    }

    pub(super) fn say(&mut self, message: Vec<u8>, watch: &mut Watcher<'_, '_>) {
        self.messages.push(message);
        self.report_messages(watch);
    }

    /// Passes a message to the observer, or keeps it if there is none.
    pub(crate) fn report_messages(&mut self, watch: &mut Watcher<'_, '_>) {
        if !self.messages.is_empty() {
            self.may_differ();
        }
        if let Some(watch) = watch.as_deref_mut() {
            for message in self.messages.drain(..) {
                watch.on_message(&message);
            }
        }
    }
}

/// Whether a token starts a lookup or a call.
fn is_special(token: &Token) -> bool {
    token.is(Metasymbol::Call) || token.is(Metasymbol::OpenHost) || token.is(Metasymbol::OpenMap)
}
