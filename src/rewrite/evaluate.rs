//! What a right side asks for once it is substituted: look-ups, then calls of other rulesets.

use super::{
    rewriter::{Abort, CONFIG_ERROR, DATA_ERROR, OK, TOKENS, TRY_LATER, Watcher, both},
    scan::Source,
    session::Session,
    text::Unit,
    token::{Kind, Token, join, join_units},
};
use crate::syntax::cf::Metasymbol;

/// Longest default of a look-up, in characters; what is more is cut off.
const DEFAULT: usize = 1021;

/// One right side calls fewer rulesets than this.
const CALLS: usize = 16;

impl Session<'_> {
    /// Looks up what is to be looked up, then calls what is to be called.
    pub(super) fn evaluate(
        &mut self,
        caller: (usize, usize),
        next: &mut Vec<Token>,
        depth: usize,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut status = OK;
        if next.iter().any(|token| token.is(Metasymbol::OpenHost) || token.is(Metasymbol::OpenMap)) {
            status = self.look_ups(next, watch)?;
        }
        if next.iter().any(|token| token.is(Metasymbol::Call)) {
            let called = self.calls(caller, next, depth, watch)?;
            status = both(status, called);
        }
        Ok(status)
    }

    /// Replaces what stands between `$[` and `$]`, and between `$(` and `$)`. They do not nest.
    fn look_ups(&mut self, next: &mut Vec<Token>, watch: &mut Watcher<'_, '_>) -> Result<u8, Abort> {
        let mut status = OK;
        let mut before = self.buffers.pop().unwrap_or_default();
        before.clear();
        std::mem::swap(next, &mut before);
        let mut rest = before.as_slice();
        let mut result = Ok(());
        while let Some((first, behind)) = rest.split_first() {
            let end = match first.kind {
                Kind::Meta(Metasymbol::OpenHost) => Metasymbol::CloseHost,
                Kind::Meta(Metasymbol::OpenMap) => Metasymbol::CloseMap,
                _ => {
                    next.push(*first);
                    rest = behind;
                    continue;
                }
            };
            let length = behind.iter().position(|token| token.is(end)).unwrap_or(behind.len());
            let inside = behind.get(..length).unwrap_or_default();
            rest = behind.get(length + 1..).unwrap_or_default();
            match self.look_up_one(end == Metasymbol::CloseHost, inside, next, watch) {
                Ok(new) => status = both(status, new),
                Err(abort) => {
                    result = Err(abort);
                    break;
                }
            }
        }
        self.buffers.push(before);
        result?;
        if next.len() > TOKENS {
            return self.too_long(watch);
        }
        Ok(status)
    }

    fn look_up_one(
        &mut self,
        host: bool,
        inside: &[Token],
        next: &mut Vec<Token>,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let (map, inside) = match (host, inside.split_first()) {
            (true, _) => (b"host".to_vec(), inside),
            (false, Some((map, inside))) => (self.program.arena.text(*map).to_vec(), inside),
            (false, None) => (Vec::new(), inside),
        };
        // Key, arguments, and the last default.
        let mut key = inside;
        let mut arguments: Vec<&[Token]> = Vec::new();
        let mut default = None;
        let mut start = 0;
        let mut kind = None;
        for at in 0..=inside.len() {
            let mark = inside.get(at).filter(|token| token.is(Metasymbol::At) || token.is(Metasymbol::Colon));
            if mark.is_none() && at < inside.len() {
                continue;
            }
            let part = inside.get(start..at).unwrap_or_default();
            match kind {
                None => key = part,
                Some(Metasymbol::At) => arguments.push(part),
                Some(_) => default = Some(part),
            }
            start = at + 1;
            kind = mark.map(|token| if token.is(Metasymbol::At) { Metasymbol::At } else { Metasymbol::Colon });
        }
        let blank = self.program.blank();
        let text = |tokens: &[Token]| {
            let mut out = Vec::new();
            join(tokens, &self.program.arena, blank, &mut out);
            out
        };
        let key_text = text(key);
        let arguments = arguments.into_iter().map(text).collect::<Vec<_>>();
        let found = match self.program.map_numbers.get(map.as_slice()).copied() {
            Some(number) => self.look_up(number, &key_text, &arguments),
            None => {
                self.messages.push([b"rewrite: map ", &*map, b" not found"].concat());
                Default::default()
            }
        };
        self.tell(watch);
        if let Some(watch) = watch.as_deref_mut() {
            watch.looked_up(&map, &key_text, found.value.as_deref());
        }
        // A value and a default are read as text, so that two words may become one.
        let units = match (found.value, default) {
            (Some(value), _) => value.iter().copied().map(Unit::Byte).collect(),
            (None, Some(default)) => join_units(default, &self.program.arena, blank, DEFAULT),
            (None, None) => {
                next.extend_from_slice(key);
                Vec::new()
            }
        };
        let scanned = self.scan(&units, Source::Value, next);
        self.tell(watch);
        if scanned.is_err() {
            return Err(Abort(DATA_ERROR));
        }
        Ok(if found.status == TRY_LATER { TRY_LATER } else { OK })
    }

    /// Calls the rulesets that `$>` names, the last one first.
    fn calls(
        &mut self,
        caller: (usize, usize),
        next: &mut Vec<Token>,
        depth: usize,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut status = OK;
        // All names are looked at first; nothing is called if one of them is unknown.
        let calls = next.iter().enumerate().filter(|(_, token)| token.is(Metasymbol::Call)).map(|(at, _)| at);
        for (count, at) in calls.collect::<Vec<_>>().into_iter().enumerate() {
            if let Some(token) = next.get_mut(at + 1).filter(|token| token.kind == Kind::Quoted) {
                self.unquote(caller, *token);
                *token = token.unquoted();
            }
            let name = next.get(at + 1).map(|token| self.program.arena.text(*token).to_vec()).unwrap_or_default();
            if self.program.ruleset(&name).is_none() {
                self.say([b"Unknown ruleset ", &*name].concat(), watch);
                return Ok(CONFIG_ERROR);
            }
            if count + 1 >= CALLS {
                self.say(format!("Too many subroutine calls ({CALLS} max)").into_bytes(), watch);
                return Ok(CONFIG_ERROR);
            }
        }
        let mut end = next.len();
        // Rulesets that would get the result of one that failed are not called.
        let mut failed = false;
        while let Some(at) =
            next.get(..end).and_then(|tokens| tokens.iter().rposition(|token| token.is(Metasymbol::Call)))
        {
            end = at;
            let name = next.get(at + 1).map(|token| self.program.arena.text(*token).to_vec()).unwrap_or_default();
            let Some(number) = self.program.ruleset(&name) else { break };
            let mut argument = self.buffers.pop().unwrap_or_default();
            argument.clear();
            argument.extend(next.drain((at + 2).min(next.len())..));
            next.truncate(at);
            let empty = self.program.rulesets.get(number).is_none_or(|ruleset| ruleset.rules.is_empty());
            if empty {
                if let (Some(watch), Some(ruleset)) = (watch.as_deref_mut(), self.program.rulesets.get(number)) {
                    watch.skipped(ruleset, number);
                }
            } else {
                let called = self.ruleset(number, &mut argument, depth + 1, watch);
                status = both(status, called);
                failed = called != OK && called != TRY_LATER;
            }
            next.append(&mut argument);
            self.buffers.push(argument);
            if failed {
                break;
            }
            if next.len() > TOKENS {
                return self.too_long(watch);
            }
        }
        Ok(status)
    }

    /// The name of a ruleset that is called loses its quotes for good, as traces show.
    fn unquote(&mut self, (ruleset, rule): (usize, usize), name: Token) {
        let rule = self.program.rulesets.get_mut(ruleset).and_then(|ruleset| ruleset.rules.get_mut(rule));
        if let Some(token) = rule.and_then(|rule| rule.rhs.iter_mut().find(|token| **token == name)) {
            *token = token.unquoted();
        }
    }
}
