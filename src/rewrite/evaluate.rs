//! Evaluates a right side after substitution: lookups, then calls of other rulesets.

use std::rc::Rc;

use super::{
    maps::Declaration,
    rewriter::{Abort, CONFIG_ERROR, DATA_ERROR, Frame, OK, TRY_LATER, Watcher, both},
    scan::Source,
    session::Session,
    token::{Kind, Token, join_key, join_units},
};
use crate::syntax::cf::Metasymbol;

/// Maximum length of a default value of a lookup, in characters; longer ones are truncated.
const MAX_DEFAULT_LENGTH: usize = 1021;

/// Limit of ruleset calls in one right side; the number of calls must be smaller.
const MAX_CALLS: usize = 16;

impl Session<'_> {
    /// Performs the lookups, then the calls.
    pub(super) fn evaluate(
        &mut self,
        caller: (usize, usize),
        next: &mut Vec<Token>,
        frame: Frame,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut status = OK;
        if next.iter().any(|token| token.is(Metasymbol::OpenHost) || token.is(Metasymbol::OpenMap)) {
            status = self.look_ups(next, frame.room, watch)?;
        }
        if next.iter().any(|token| token.is(Metasymbol::Call)) {
            let called = self.calls(caller, next, frame, watch)?;
            status = both(status, called);
        }
        Ok(status)
    }

    /// Replaces text between `$[` and `$]`, and between `$(` and `$)`, which do not nest.
    fn look_ups(&mut self, next: &mut Vec<Token>, room: usize, watch: &mut Watcher<'_, '_>) -> Result<u8, Abort> {
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
        if next.len() > room {
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
        let (name, inside) = match inside.split_first() {
            Some((name, inside)) if !host => (Some(*name), inside),
            _ => (None, inside),
        };
        if !host {
            self.note_name(name.as_ref());
        }
        let map = self.map_name(host, name);
        let number = self.program.map_numbers.get(map).copied();
        if number.is_none() {
            self.messages.push([b"rewrite: map ", map, b" not found"].concat());
        }
        let own = number.and_then(|number| self.program.maps.get(number)).and_then(Declaration::blank);
        let blank = own.unwrap_or(self.program.blank);
        // Key, arguments, and the last default.
        let mut key = inside;
        let mut arguments: Vec<Vec<u8>> = Vec::new();
        let mut default = None;
        let mut rest = inside;
        let mut kind = None;
        loop {
            let mark = rest.iter().position(|token| token.is(Metasymbol::At) || token.is(Metasymbol::Colon));
            let part = rest.get(..mark.unwrap_or(rest.len())).unwrap_or_default();
            match kind {
                None => key = part,
                Some(Metasymbol::At) => {
                    let mut text = Vec::new();
                    join_key(part, &self.program.arena, blank, &mut text);
                    arguments.push(text);
                }
                Some(_) => default = Some(part),
            }
            let Some(mark) = mark else { break };
            kind =
                rest.get(mark).map(|token| if token.is(Metasymbol::At) { Metasymbol::At } else { Metasymbol::Colon });
            rest = rest.get(mark + 1..).unwrap_or_default();
        }
        let mut key_text = self.texts.pop().unwrap_or_default();
        key_text.clear();
        join_key(key, &self.program.arena, blank, &mut key_text);
        let found = number.map(|number| self.ask(number, &key_text, &arguments)).unwrap_or_default();
        self.report_messages(watch);
        if let Some(watch) = watch.as_deref_mut().filter(|watch| watch.wants_rules()) {
            watch.looked_up(self.map_name(host, name), &key_text, found.value.as_deref());
        }
        self.texts.push(key_text);
        // Values and defaults are scanned as text, so that two words may become one.
        let scanned = match (found.value, default) {
            (Some(value), _) => self.scan(value.as_slice(), Source::Value, next),
            (None, Some(default)) => {
                let mut units = std::mem::take(&mut self.units);
                units.clear();
                join_units(default, &self.program.arena, self.program.blank, MAX_DEFAULT_LENGTH, &mut units);
                let scanned = self.scan(units.as_slice(), Source::Value, next);
                self.units = units;
                scanned
            }
            (None, None) => {
                next.extend_from_slice(key);
                Ok(())
            }
        };
        self.report_messages(watch);
        if scanned.is_err() {
            return Err(Abort(DATA_ERROR));
        }
        Ok(if found.status == TRY_LATER { TRY_LATER } else { OK })
    }

    /// The map that a lookup names; `$[` needs no name.
    fn map_name(&self, host: bool, name: Option<Token>) -> &[u8] {
        match name {
            Some(name) => self.program.arena.text(name),
            None if host => b"host",
            None => b"",
        }
    }

    /// Calls the rulesets named by `$>`, the last one first.
    fn calls(
        &mut self,
        caller: (usize, usize),
        next: &mut Vec<Token>,
        frame: Frame,
        watch: &mut Watcher<'_, '_>,
    ) -> Result<u8, Abort> {
        let mut status = OK;
        // All names are resolved first; nothing is called if one of them is unknown.
        let mut count = 0;
        let mut start = 0;
        let call = |token: &Token| token.is(Metasymbol::Call);
        while let Some(at) = next.get(start..).and_then(|rest| rest.iter().position(call)).map(|at| start + at) {
            if let Some(token) = next.get_mut(at + 1).filter(|token| token.kind == Kind::Quoted) {
                self.unquote(caller, *token);
                *token = token.unquoted();
            }
            self.note_name(next.get(at + 1));
            if self.called(next, at).is_none() {
                let name = next.get(at + 1).map(|token| self.program.arena.text(*token)).unwrap_or_default();
                let message = [b"Unknown ruleset ", name].concat();
                self.say(message, watch);
                return Ok(CONFIG_ERROR);
            }
            count += 1;
            if count >= MAX_CALLS {
                self.say(format!("Too many subroutine calls ({MAX_CALLS} max)").into_bytes(), watch);
                return Ok(CONFIG_ERROR);
            }
            start = at + 1;
        }
        let mut end = next.len();
        // Rulesets whose argument is the result of a failed call are not called.
        let mut failed = false;
        while let Some(at) = next.get(..end).and_then(|tokens| tokens.iter().rposition(call)) {
            end = at;
            let Some(number) = self.called(next, at) else { break };
            let Some(ruleset) = self.program.rulesets.get(number).map(Rc::clone) else { break };
            let mut argument = self.buffers.pop().unwrap_or_default();
            argument.clear();
            argument.extend_from_slice(next.get(at + 2..).unwrap_or_default());
            next.truncate(at);
            if ruleset.rules.is_empty() {
                if let Some(watch) = watch.as_deref_mut() {
                    watch.skipped(&ruleset, number);
                }
            } else {
                let called = self.ruleset(ruleset, number, &mut argument, frame.behind(at), watch);
                status = both(status, called);
                failed = called != OK && called != TRY_LATER;
            }
            next.append(&mut argument);
            self.buffers.push(argument);
            if failed {
                break;
            }
            if next.len() > frame.room {
                return self.too_long(watch);
            }
        }
        Ok(status)
    }

    /// The ruleset named by the word after a call.
    fn called(&self, next: &[Token], at: usize) -> Option<usize> {
        self.program.ruleset(next.get(at + 1).map(|token| self.program.arena.text(*token)).unwrap_or_default())
    }

    /// Removes the quotes of a called ruleset's name permanently, as traces show.
    fn unquote(&mut self, (ruleset, rule): (usize, usize), name: Token) {
        let rule = self.program.ruleset_mut(ruleset).and_then(|ruleset| ruleset.rules.get_mut(rule));
        if let Some(token) = rule.and_then(|rule| rule.rhs.iter_mut().find(|token| **token == name)) {
            *token = token.unquoted();
        }
    }
}
