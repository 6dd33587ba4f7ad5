//! The macros that are defined at a moment, and the record of all that ever were.
//!
//! A name has a stack of definitions (`pushdef`), of which the top one counts. A name that was never touched by the program
//! is what m4 or the dialect makes of it; one that was undefined is plain text from then on.

use std::{borrow::Cow, collections::HashMap, rc::Rc};

use super::{Dialect, builtins::Builtin, text::Text};
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
    /// What m4 has under this name at its start.
    builtin: Option<Builtin>,
}

/// The table of names.
#[derive(Debug)]
pub(super) struct Symbols {
    table: HashMap<Cow<'static, str>, Symbol, foldhash::fast::RandomState>,
    records: Vec<DefinitionRecord>,
    clock: u32,
}

impl Symbols {
    /// The names as m4 starts with them.
    pub(super) fn new() -> Self {
        let initial = |builtin: Builtin| Symbol { builtin: Some(builtin), ..Symbol::default() };
        let table = Builtin::all().map(|builtin| (Cow::Borrowed(builtin.name()), initial(builtin))).collect();
        Self { table, records: Vec::new(), clock: 0 }
    }

    /// What `name` stands for now.
    pub(super) fn get(&self, name: &str, dialect: &dyn Dialect) -> Option<Definition> {
        match self.table.get(name) {
            Some(symbol) if symbol.touched => symbol.stack.last().cloned(),
            symbol => initial(name, symbol, dialect),
        }
    }

    /// The entry of `name`, with what it stands for at the start among its definitions.
    fn touch(&mut self, name: &str, dialect: &dyn Dialect) -> &mut Symbol {
        let symbol = self.table.entry(Cow::Owned(name.to_owned())).or_default();
        if !symbol.touched {
            symbol.touched = true;
            symbol.stack.extend(initial(name, Some(symbol), dialect));
        }
        symbol
    }

    /// Replaces the top definition of `name`, or adds one on top of it.
    pub(super) fn set(&mut self, name: &str, definition: Definition, push: bool, dialect: &dyn Dialect) {
        let symbol = self.touch(name, dialect);
        let before = if push { None } else { symbol.stack.pop() };
        symbol.stack.push(definition.clone());
        if let (Some(Definition::Text(old)), Definition::Text(new)) = (&before, &definition)
            && let Some(record) = self.records.get_mut(old.record)
        {
            record.replaced_by = Some(new.record);
        }
    }

    /// Removes the top definition of `name`, or all of them.
    pub(super) fn remove(&mut self, name: &str, all: bool, dialect: &dyn Dialect, at: Span) {
        let symbol = self.touch(name, dialect);
        let kept = if all { 0 } else { symbol.stack.len().saturating_sub(1) };
        for gone in symbol.stack.split_off(kept) {
            if let Definition::Text(body) = gone
                && let Some(record) = self.records.get_mut(body.record)
            {
                record.removed = Some(at);
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
        let symbol = self.table.entry(Cow::Owned(name.to_owned())).or_default();
        if symbol.read_undefined.is_none() {
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

/// What a name stands for before the program touches it. The dialect's macros come before m4's.
fn initial(name: &str, symbol: Option<&Symbol>, dialect: &dyn Dialect) -> Option<Definition> {
    if dialect.is_macro(name) {
        return Some(Definition::Dialect(name.into()));
    }
    symbol.and_then(|s| s.builtin).map(Definition::Builtin)
}
