//! The current definitions of macros, and the record of all definitions.
//!
//! A name has a stack of definitions (`pushdef`), of which the top one is current. A name that the program has not changed has
//! the definition of m4 or the dialect; one that was undefined is plain text.

use std::{borrow::Cow, collections::HashMap, rc::Rc};

use super::{Dialect, builtins::Builtin, text::Text};
use crate::source::{Span, Spanned};

/// Meaning of a name.
#[derive(Debug, Clone)]
pub enum Definition {
    /// A text with parameters such as `$1` and `$*`.
    Text(Rc<Body>),
    /// A builtin of m4.
    Builtin(Builtin),
    /// A macro of the dialect with this name.
    Dialect(Rc<str>),
}

/// The text of a definition.
#[derive(Debug)]
pub struct Body {
    /// The text as defined.
    pub text: Rc<Text>,
    /// Its index in the record of definitions.
    pub(super) record: usize,
    /// Whether `$` in it may refer to arguments.
    pub(super) has_parameters: bool,
}

/// The origin of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// ``define(…)`` in the program.
    Define,
    /// ``pushdef(…)`` in the program.
    Pushdef,
    /// The dialect or the caller.
    Supplied,
}

/// A text definition of a name, kept after it is removed.
#[derive(Debug, Clone)]
pub struct DefinitionRecord {
    /// The name, as written in the call.
    pub name: Spanned<String>,
    /// The text.
    pub value: Rc<Text>,
    /// The whole call.
    pub call: Span,
    /// Its origin.
    pub origin: Origin,
    /// Sequence number: definitions and reads of a run are numbered together.
    pub order: u32,
    /// The first time that it was expanded, tested or fetched, if any.
    pub first_read: Option<Read>,
    /// Place of the `undefine` or `popdef` that removed it.
    pub removed: Option<Span>,
    /// Index of the definition that replaced it.
    pub replaced_by: Option<usize>,
}

/// An expansion, test or fetch of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Sequence number, see [`DefinitionRecord::order`].
    pub order: u32,
    /// Place of the outermost call in which it happened.
    pub span: Span,
}

/// A word that looks like a call but was copied to the output.
#[derive(Debug, Clone)]
pub struct SuspiciousCall {
    /// The word.
    pub name: Spanned<String>,
    /// Whether the output was being discarded (`divert(-1)`), as in introductory comments.
    pub discarded: bool,
}

#[derive(Debug, Default)]
struct Symbol {
    /// Definitions; empty after `undefine`.
    stack: Vec<Definition>,
    /// The first read while it was undefined.
    read_undefined: Option<Read>,
    /// Whether `stack` is valid; it is not until the first change.
    touched: bool,
    /// The builtin of this name, if any.
    builtin: Option<Builtin>,
}

/// The table of names.
#[derive(Debug)]
pub(super) struct Symbols {
    table: HashMap<Cow<'static, str>, Symbol, foldhash::fast::RandomState>,
    records: Vec<DefinitionRecord>,
    undefined_in_vain: Vec<Spanned<String>>,
    clock: u32,
}

impl Symbols {
    /// The names when m4 starts.
    pub(super) fn new() -> Self {
        let initial = |builtin: Builtin| Symbol { builtin: Some(builtin), ..Symbol::default() };
        let table = Builtin::all().map(|builtin| (Cow::Borrowed(builtin.name()), initial(builtin))).collect();
        Self { table, records: Vec::new(), undefined_in_vain: Vec::new(), clock: 0 }
    }

    /// The current meaning of `name`.
    pub(super) fn get(&self, name: &str, dialect: &dyn Dialect) -> Option<Definition> {
        match self.table.get(name) {
            Some(symbol) if symbol.touched => symbol.stack.last().cloned(),
            symbol => initial(name, symbol, dialect),
        }
    }

    /// The entry of `name`, with its initial meaning among its definitions.
    fn touch(&mut self, name: &str, dialect: &dyn Dialect) -> &mut Symbol {
        let symbol = self.table.entry(Cow::Owned(name.to_owned())).or_default();
        if !symbol.touched {
            symbol.touched = true;
            symbol.stack.extend(initial(name, Some(symbol), dialect));
        }
        symbol
    }

    /// Replaces the top definition of `name`, or adds one on top.
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

    /// Records an `undefine` of a name that has no definition.
    pub(super) fn note_undefine(&mut self, name: Spanned<String>, dialect: &dyn Dialect) {
        if self.touch(&name.value, dialect).stack.is_empty() {
            self.undefined_in_vain.push(name);
        }
    }

    /// The names that were undefined without having a definition, in order.
    pub(super) fn undefined_in_vain(&self) -> &[Spanned<String>] {
        &self.undefined_in_vain
    }

    /// Records a definition and returns its body.
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

    /// Records the use of a definition.
    pub(super) fn read(&mut self, body: &Body, span: Span) {
        if let Some(record) = self.records.get_mut(body.record)
            && record.first_read.is_none()
        {
            self.clock += 1;
            record.first_read = Some(Read { order: self.clock, span });
        }
    }

    /// Records a read of `name` while it is undefined.
    pub(super) fn read_undefined(&mut self, name: &str, span: Span) {
        let symbol = self.table.entry(Cow::Owned(name.to_owned())).or_default();
        if symbol.read_undefined.is_none() {
            self.clock += 1;
            symbol.read_undefined = Some(Read { order: self.clock, span });
        }
    }

    /// The first read of `name` while it was undefined.
    pub(super) fn first_undefined_read(&self, name: &str) -> Option<Read> {
        self.table.get(name).and_then(|s| s.read_undefined)
    }

    /// All text definitions, in order.
    pub(super) fn records(&self) -> &[DefinitionRecord] {
        &self.records
    }
}

/// The meaning of a name before the program changes it. Macros of the dialect take precedence over those of m4.
fn initial(name: &str, symbol: Option<&Symbol>, dialect: &dyn Dialect) -> Option<Definition> {
    if dialect.is_macro(name) {
        return Some(Definition::Dialect(name.into()));
    }
    symbol.and_then(|s| s.builtin).map(Definition::Builtin)
}
