//! The macros that are defined at a moment, and the record of all that ever were.
//!
//! A name has a stack of definitions (`pushdef`), of which the top one counts. A name that was never touched by the program
//! is what m4 or the dialect makes of it; one that was undefined is plain text from then on.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    rc::Rc,
};

use super::{builtins::Builtin, text::Text};
use crate::source::{Span, Spanned};

/// What a name stands for.
#[derive(Debug, Clone)]
pub enum Definition {
    /// A text with `$1`, `$*` and so on in it.
    Text(Rc<Body>),
    /// One of m4's own macros.
    Builtin(Builtin),
    /// A macro that the dialect supplies under this name.
    Dialect(Rc<str>),
}

/// The text of a definition.
#[derive(Debug)]
pub struct Body {
    /// The text as defined.
    pub text: Rc<Text>,
    /// Its entry in the record of definitions.
    pub(super) record: usize,
    /// Whether `$` in it may stand for arguments.
    pub(super) has_parameters: bool,
}

/// How a definition came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The program said ``define(…)``.
    Define,
    /// The program said ``pushdef(…)``.
    Pushdef,
    /// The dialect or the caller made it.
    Supplied,
}

/// One definition of a name to a text, kept after it is gone.
#[derive(Debug, Clone)]
pub struct DefinitionRecord {
    /// The name, as written in the call.
    pub name: Spanned<String>,
    /// What it was defined to.
    pub value: Rc<Text>,
    /// The whole call.
    pub call: Span,
    /// Who defined it.
    pub origin: Origin,
    /// Its place in time: definitions and reads of one run are numbered together.
    pub order: u32,
    /// The first time it was expanded, tested or fetched, if it ever was.
    pub first_read: Option<Read>,
    /// The `undefine` or `popdef` that removed it.
    pub removed: Option<Span>,
    /// The entry of the definition that took its place without removing it first.
    pub replaced_by: Option<usize>,
}

/// That a name was expanded, tested or fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Its place in time, see [`DefinitionRecord::order`].
    pub order: u32,
    /// The outermost call that it happened in.
    pub span: Span,
}

/// A word that looks like the call of a macro, but is not one and was copied to the output.
#[derive(Debug, Clone)]
pub struct SuspiciousCall {
    /// The word.
    pub name: Spanned<String>,
    /// Whether the output was being discarded (`divert(-1)`), as it is in introductory remarks.
    pub discarded: bool,
}

#[derive(Debug, Default)]
struct Symbol {
    /// The definitions; empty after `undefine`.
    stack: Vec<Definition>,
    /// The first read while there was none.
    read_undefined: Option<Read>,
    /// Whether `stack` counts. Until something is written to it, it does not.
    touched: bool,
}

/// The FNV-1a hash: names are short and are looked up by the thousand.
#[derive(Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The table of names.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    table: HashMap<Rc<str>, Symbol, BuildHasherDefault<Fnv>>,
    records: Vec<DefinitionRecord>,
    clock: u32,
}

impl Symbols {
    /// What the program has made of `name`: `None` if it has not touched it, `Some(None)` if it undefined it.
    pub(super) fn get(&self, name: &str) -> Option<Option<&Definition>> {
        self.table.get(name).filter(|s| s.touched).map(|s| s.stack.last())
    }

    /// Replaces the top definition of `name`, or adds one on top of it. `initial` is what the name stood for before the
    /// program first touched it.
    pub(super) fn set(&mut self, name: &str, definition: Definition, push: bool, initial: Option<Definition>) {
        if let Some(symbol) = self.table.get_mut(name) {
            if !symbol.touched {
                symbol.touched = true;
                symbol.stack.extend(initial);
            }
            let before = if push { None } else { symbol.stack.pop() };
            if let (Some(Definition::Text(old)), Definition::Text(new)) = (&before, &definition)
                && let Some(record) = self.records.get_mut(old.record)
            {
                record.replaced_by = Some(new.record);
            }
            symbol.stack.push(definition);
        } else {
            let mut stack = Vec::new();
            if push {
                stack.extend(initial);
            }
            stack.push(definition);
            self.table.insert(name.into(), Symbol { stack, read_undefined: None, touched: true });
        }
    }

    /// Removes the top definition of `name`, or all of them.
    pub(super) fn remove(&mut self, name: &str, all: bool, initial: Option<Definition>, at: Span) {
        let symbol = match self.table.get_mut(name) {
            Some(symbol) => symbol,
            None if initial.is_none() => return,
            None => self.table.entry(name.into()).or_default(),
        };
        if !symbol.touched {
            symbol.touched = true;
            symbol.stack.extend(initial);
        }
        while let Some(gone) = symbol.stack.pop() {
            if let Definition::Text(body) = gone
                && let Some(record) = self.records.get_mut(body.record)
            {
                record.removed = Some(at);
            }
            if !all {
                break;
            }
        }
    }

    /// Notes a definition and makes its body.
    pub(super) fn record(&mut self, name: Spanned<String>, value: Text, call: Span, origin: Origin) -> Rc<Body> {
        self.clock += 1;
        let has_parameters = value.as_str().contains('$');
        let value = Rc::new(value);
        let body = Rc::new(Body { text: Rc::clone(&value), record: self.records.len(), has_parameters });
        self.records.push(DefinitionRecord {
            name,
            value,
            call,
            origin,
            order: self.clock,
            first_read: None,
            removed: None,
            replaced_by: None,
        });
        body
    }

    /// Notes that a definition was used.
    pub(super) fn read(&mut self, body: &Body, span: Span) {
        if let Some(record) = self.records.get_mut(body.record)
            && record.first_read.is_none()
        {
            self.clock += 1;
            record.first_read = Some(Read { order: self.clock, span });
        }
    }

    /// Notes that a definition of `name` was asked for when there was none.
    pub(super) fn read_undefined(&mut self, name: &str, span: Span) {
        if !self.table.contains_key(name) {
            self.table.insert(name.into(), Symbol::default());
        }
        if let Some(symbol) = self.table.get_mut(name)
            && symbol.read_undefined.is_none()
        {
            self.clock += 1;
            symbol.read_undefined = Some(Read { order: self.clock, span });
        }
    }

    /// The first time that `name` was asked for when it was not defined.
    pub(super) fn first_undefined_read(&self, name: &str) -> Option<Read> {
        self.table.get(name).and_then(|s| s.read_undefined)
    }

    /// All definitions to a text, in order.
    pub(super) fn records(&self) -> &[DefinitionRecord] {
        &self.records
    }
}
