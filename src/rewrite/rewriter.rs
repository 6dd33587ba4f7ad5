//! Running rulesets.

use std::cell::RefCell;

use super::{
    matcher::{Element, Matcher, Part},
    program::{Prefix, Rule, bit},
    scan::Source,
    session::Session,
    text::Unit,
    token::{Kind, Token, join},
    watch::{Watch, Workspace},
};
use crate::syntax::cf::{Metasymbol, Name};

/// Rulesets call each other so deep.
const DEPTH: usize = 50;
/// A rule is applied so often in a row.
const ROUNDS: usize = 100;
/// Most tokens of a workspace.
pub(super) const TOKENS: usize = 1000;

/// sendmail's exit statuses.
pub(crate) const OK: u8 = 0;
pub(crate) const DATA_ERROR: u8 = 65;
pub(crate) const CONFIG_ERROR: u8 = 78;
pub(crate) const TRY_LATER: u8 = 75;
/// That of an evaluation that tried too many rules; sendmail has no such limit.
const GIVEN_UP: u8 = 70;

/// The status of two things together.
pub(super) fn both(first: u8, second: u8) -> u8 {
    if first == OK || second == TRY_LATER { second } else { first }
}

pub(super) type Watcher<'w, 'o> = Option<&'w mut (dyn Watch + 'o)>;

/// Ends a ruleset at once, without a word.
pub(super) struct Abort(pub(super) u8);

impl Session<'_> {
    /// Runs a ruleset on a workspace; the status that sendmail gives it.
    pub(crate) fn rewrite(&mut self, number: usize, tokens: &mut Vec<Token>, watch: Watcher<'_, '_>) -> u8 {
        let mut watch = watch;
        self.tried = 0;
        self.tell(&mut watch);
        self.ruleset(number, tokens, 0, &mut watch)
    }

    pub(super) fn ruleset(
        &mut self,
        number: usize,
        tokens: &mut Vec<Token>,
        depth: usize,
        watch: &mut Watcher<'_, '_>,
    ) -> u8 {
        if let (Some(watch), Some(ruleset)) = (watch.as_deref_mut(), self.program.rulesets.get(number)) {
            watch.input(ruleset, Workspace { program: &self.program, tokens });
        }
        if depth > DEPTH {
            let title = self.title(number);
            self.say([b"rewrite: excessive recursion (max 50), ruleset ", &*title].concat(), watch);
            self.break_off(number, watch);
            return CONFIG_ERROR;
        }
        match self.rules(number, tokens, depth, watch) {
            Ok(status) => {
                if let (Some(watch), Some(ruleset)) = (watch.as_deref_mut(), self.program.rulesets.get(number)) {
                    watch.returns(ruleset, Workspace { program: &self.program, tokens });
                }
                status
            }
            Err(Abort(status)) => {
                self.break_off(number, watch);
                status
            }
        }
    }

    fn break_off(&self, number: usize, watch: &mut Watcher<'_, '_>) {
        if let (Some(watch), Some(ruleset)) = (watch.as_deref_mut(), self.program.rulesets.get(number)) {
            watch.breaks_off(ruleset);
        }
    }

    fn rules(
        &mut self,
        number: usize,
        tokens: &mut Vec<Token>,
        depth: usize,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut status = OK;
        let mut parts = self.parts.pop().unwrap_or_default();
        let mut next = self.buffers.pop().unwrap_or_default();
        let mut has = words_of(tokens);
        let (mut at, mut rounds) = (0, 0);
        let mut ended = Ok(());
        while !tokens.first().is_some_and(|first| first.is(Metasymbol::Agent))
            && let Some(rule) = self.program.rulesets.get(number).and_then(|ruleset| ruleset.rules.get(at))
        {
            self.tried += 1;
            if self.tried > self.limit {
                if self.tried == self.limit + 1 {
                    let message = format!("relaycc: given up after {} rules", self.limit);
                    self.say(message.into_bytes(), watch);
                }
                ended = Err(Abort(GIVEN_UP));
                break;
            }
            if let Some(watch) = watch.as_deref_mut() {
                watch.trying(&self.program, rule);
            }
            if rounds >= ROUNDS {
                let title = self.title(number);
                let message = [b"Infinite loop in ruleset ", &*title, format!(", rule {}", at + 1).as_bytes()].concat();
                self.say(message, watch);
                if let Some(watch) = watch.as_deref_mut() {
                    watch.endless(Workspace { program: &self.program, tokens });
                }
                break;
            }
            if !self.matching(rule, has, tokens, &mut parts, watch) {
                if let Some(watch) = watch.as_deref_mut() {
                    watch.fails(rule);
                }
                at += 1;
                rounds = 0;
                continue;
            }
            if let Some(watch) = watch.as_deref_mut() {
                watch.matches(&self.program, rule);
                for part in &parts {
                    let Some(Element::Class(class)) = rule.elements.get(part.element) else { continue };
                    let mut member = Vec::new();
                    let tokens = tokens.get(part.start..part.end).unwrap_or_default();
                    join(tokens, &self.program.arena, b' ', &mut member);
                    watch.belongs(&self.program.names.written(*class), &member);
                }
            }
            let prefix = rule.prefix;
            next.clear();
            let made = self.make(number, at, tokens, &parts, &mut next, watch).and_then(|special| {
                // What was substituted is there even if a ruleset that it calls fails.
                if special { self.evaluate((number, at), &mut next, depth, watch) } else { Ok(OK) }
            });
            match made {
                Ok(new) => status = both(status, new),
                Err(abort) => {
                    ended = Err(abort);
                    break;
                }
            }
            std::mem::swap(tokens, &mut next);
            has = words_of(tokens);
            if let Some(watch) = watch.as_deref_mut() {
                watch.rewritten(Workspace { program: &self.program, tokens });
            }
            if prefix == Prefix::Return {
                break;
            }
            if prefix == Prefix::Once {
                at += 1;
                rounds = 0;
            } else {
                rounds += 1;
            }
        }
        self.parts.push(parts);
        self.buffers.push(next);
        ended.map(|()| status)
    }

    #[inline]
    fn matching(
        &self,
        rule: &Rule,
        has: u64,
        tokens: &[Token],
        parts: &mut Vec<Part>,
        watch: &mut Watcher<'_, '_>,
    ) -> bool {
        // Who watches is told of macros on the left side even where a word is missing.
        let watched = watch.is_some();
        if rule.needs & !has != 0 && !(watched && rule.elements.iter().any(|one| matches!(one, Element::Macro(_)))) {
            return false;
        }
        if let [Element::Any] = rule.elements.as_slice() {
            parts.clear();
            parts.push(Part { element: 0, start: 0, end: tokens.len() });
            return true;
        }
        let asked = RefCell::new(Vec::new());
        let value = |id| {
            let current = self.current(id);
            if watched {
                asked.borrow_mut().push((id, current.clone()));
            }
            current.unwrap_or_default()
        };
        let matcher = Matcher { classes: &self.program.classes, arena: &self.program.arena, macros: &value };
        let matches = matcher.matches(&rule.elements, tokens, parts);
        if let Some(watch) = watch.as_deref_mut() {
            for (id, value) in asked.into_inner() {
                watch.compared(&self.program.names.written(id), value.as_deref());
            }
        }
        matches
    }

    /// Substitutes into a right side; whether there is more to evaluate in it.
    fn make(
        &mut self,
        number: usize,
        rule: usize,
        tokens: &[Token],
        parts: &[Part],
        next: &mut Vec<Token>,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<bool, Abort> {
        let mut special = false;
        let right = |session: &Self, at: usize| {
            let rule = session.program.rulesets.get(number)?.rules.get(rule)?;
            rule.rhs.get(at + usize::from(rule.prefix != Prefix::Again)).copied()
        };
        let mut at = 0;
        while let Some(token) = right(self, at) {
            if next.len() >= TOKENS {
                return self.too_long(watch);
            }
            at += 1;
            match token.kind {
                Kind::Word | Kind::Quoted | Kind::Operator => next.push(token),
                Kind::Meta(Metasymbol::Digit(digit)) => match parts.get(usize::from(digit) - 1) {
                    Some(part) => {
                        let part = tokens.get(part.start..part.end).unwrap_or_default();
                        special |= part.iter().any(is_special);
                        next.extend_from_slice(part);
                    }
                    None => {
                        let title = self.title(number);
                        let what = format!(": replacement ${digit} out of bounds");
                        self.say([b"rewrite: ruleset ", &*title, what.as_bytes()].concat(), watch);
                        return Err(Abort(CONFIG_ERROR));
                    }
                },
                Kind::Named(Name::Deferred, id) => {
                    let value = self.current(id);
                    if let Some(watch) = watch.as_deref_mut() {
                        let name = self.program.names.written(id);
                        watch.replaced(&name, value.as_deref());
                    }
                    if let Some(value) = value.filter(|value| !value.is_empty()) {
                        let units = value.into_iter().map(Unit::Byte).collect::<Vec<_>>();
                        let scanned = self.scan(&units, Source::Value, next);
                        self.tell(watch);
                        if scanned.is_err() {
                            return Err(Abort(DATA_ERROR));
                        }
                    }
                }
                _ => {
                    special |= is_special(&token);
                    next.push(token);
                }
            }
        }
        if next.len() > TOKENS {
            return self.too_long(watch);
        }
        Ok(special)
    }

    pub(super) fn too_long<T>(&mut self, watch: &mut Watcher<'_, '_>) -> Result<T, Abort> {
        self.say(b"rewrite: expansion too long".to_vec(), watch);
        Err(Abort(DATA_ERROR))
    }

    fn title(&self, number: usize) -> Box<[u8]> {
        self.program.rulesets.get(number).map(|ruleset| ruleset.title.clone()).unwrap_or_default()
    }

    pub(super) fn say(&mut self, message: Vec<u8>, watch: &mut Watcher<'_, '_>) {
        self.messages.push(message);
        self.tell(watch);
    }

    /// Passes on what was said; keeps it while nobody watches.
    pub(crate) fn tell(&mut self, watch: &mut Watcher<'_, '_>) {
        if let Some(watch) = watch.as_deref_mut() {
            for message in self.messages.drain(..) {
                watch.says(&message);
            }
        }
    }
}

/// Bits of the words in a workspace, for [`Rule::needs`].
fn words_of(tokens: &[Token]) -> u64 {
    tokens.iter().fold(0, |has, token| if token.word == 0 { has } else { has | bit(token.word) })
}

/// Whether a token asks for a look-up or a call.
fn is_special(token: &Token) -> bool {
    matches!(token.kind, Kind::Meta(Metasymbol::Call | Metasymbol::OpenHost | Metasymbol::OpenMap))
}
