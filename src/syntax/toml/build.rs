//! Builds the tree from parser events: which table a key belongs to, and which definitions are duplicates.

use std::{borrow::Cow, cmp::Ordering};

use toml_parser::{
    ParseError, Source,
    decoder::ScalarKind,
    parser::{Event, EventKind},
};

use super::{Array, Entry, Integer, Kind, MAX_DEPTH, Origin, Table, Value, words};
use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Span, Spanned},
};

/// Builds the tree from the events of a well-formed text.
pub(super) fn build(id: SourceId, source: Source<'_>, events: &[Event]) -> Result<Table, Vec<Diagnostic>> {
    let whole = Span::new(id, 0, source.input().len());
    let mut builder = Builder {
        id,
        source,
        events: events.iter(),
        root: Table::new(whole, Origin::Header),
        current: Some(Vec::new()),
        errors: Vec::new(),
    };
    builder.document();
    if builder.errors.is_empty() { Ok(builder.root) } else { Err(builder.errors) }
}

/// Errors within keys and scalars: quotes, escapes, numbers.
pub(super) fn scalar_errors(id: SourceId, source: Source<'_>, events: &[Event]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for event in events {
        let Some(raw) = source.get(event) else { continue };
        let mut errors: Vec<ParseError> = Vec::new();
        match event.kind() {
            EventKind::SimpleKey => {
                raw.decode_key(&mut (), &mut errors);
                found.extend(errors.first().map(|error| words::key(id, source.input(), event, error)));
            }
            EventKind::Scalar => {
                let mut text = Cow::Borrowed("");
                let kind = raw.decode_scalar(&mut text, &mut errors);
                match errors.first() {
                    Some(error) => found.push(words::scalar(id, source.input(), event, error)),
                    None if exists(kind, &text) => {}
                    None => found.push(words::number(id, source.input(), event, &text)),
                }
            }
            _ => {}
        }
    }
    found
}

fn span(id: SourceId, event: &Event) -> Span {
    Span::new(id, event.span().start(), event.span().end())
}

/// Whether a scalar that looks like a number or date is a valid one.
fn exists(kind: ScalarKind, text: &str) -> bool {
    match kind {
        ScalarKind::Integer(_) => integer(kind, text).is_some(),
        ScalarKind::Float => {
            text.parse::<f64>().is_ok_and(|number| number.is_finite() || text.contains("inf") || text.contains("nan"))
        }
        ScalarKind::DateTime => text.parse::<toml::value::Datetime>().is_ok(),
        ScalarKind::Boolean(_) | ScalarKind::String => true,
    }
}

fn integer(kind: ScalarKind, text: &str) -> Option<Integer> {
    let ScalarKind::Integer(radix) = kind else { return None };
    let radix = radix.value();
    i64::from_str_radix(text, radix).ok().map(|value| Integer { value, radix })
}

struct Builder<'a> {
    id: SourceId,
    source: Source<'a>,
    events: std::slice::Iter<'a, Event>,
    root: Table,
    /// Path of the last header; `None` after an invalid header, whose keys are dropped.
    current: Option<Vec<Spanned<String>>>,
    errors: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    /// The next event that is not a blank, newline or comment.
    fn next(&mut self) -> Option<&'a Event> {
        self.events
            .by_ref()
            .find(|event| !matches!(event.kind(), EventKind::Whitespace | EventKind::Comment | EventKind::Newline))
    }

    fn document(&mut self) {
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::StdTableOpen => self.header(event, false),
                EventKind::ArrayTableOpen => self.header(event, true),
                EventKind::SimpleKey => {
                    let (Some(path), value) = self.key_value(event) else { continue };
                    let Some(current) = &self.current else { continue };
                    let added = descend(&mut self.root, current, false).and_then(|table| insert(table, path, value));
                    self.errors.extend(added.err().map(|error| *error));
                }
                _ => {}
            }
        }
    }

    fn header(&mut self, open: &'a Event, is_array: bool) {
        let mut path = Vec::new();
        let mut whole = span(self.id, open);
        let mut is_too_long = false;
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::SimpleKey => is_too_long |= !self.extend(&mut path, event),
                EventKind::StdTableClose | EventKind::ArrayTableClose => {
                    whole = whole.to(span(self.id, event));
                    break;
                }
                _ => {}
            }
        }
        if is_too_long {
            self.current = None;
            return;
        }
        match open_table(&mut self.root, &path, whole, is_array) {
            Ok(()) => self.current = Some(path),
            Err(error) => {
                self.errors.push(*error);
                self.current = None;
            }
        }
    }

    fn key(&self, event: &Event) -> Spanned<String> {
        let mut text = Cow::Borrowed("");
        if let Some(raw) = self.source.get(event) {
            raw.decode_key(&mut text, &mut ());
        }
        Spanned::new(text.into_owned(), span(self.id, event))
    }

    /// Adds a part to a key; `false` if the key has too many, which is reported once per key.
    fn extend(&mut self, path: &mut Vec<Spanned<String>>, event: &Event) -> bool {
        let key = self.key(event);
        match path.len().cmp(&(MAX_DEPTH as usize)) {
            Ordering::Less => path.push(key),
            Ordering::Equal => {
                self.errors.push(words::too_many_parts(&key));
                path.push(key);
            }
            Ordering::Greater => {}
        }
        path.len() <= MAX_DEPTH as usize
    }

    /// A possibly dotted key, from its first part on, with its value; no key if it has too many parts.
    fn key_value(&mut self, first: &Event) -> (Option<Vec<Spanned<String>>>, Value) {
        let mut path = vec![self.key(first)];
        let mut is_too_long = false;
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::SimpleKey => is_too_long |= !self.extend(&mut path, event),
                EventKind::KeyValSep => break,
                _ => {}
            }
        }
        let value = match self.next() {
            Some(event) => self.value(event),
            None => Value { kind: Kind::Boolean(false), span: span(self.id, first) },
        };
        ((!is_too_long).then_some(path), value)
    }

    fn value(&mut self, event: &'a Event) -> Value {
        let start = span(self.id, event);
        match event.kind() {
            EventKind::ArrayOpen => self.array(start),
            EventKind::InlineTableOpen => self.inline_table(start),
            _ => Value { kind: self.scalar(event), span: start },
        }
    }

    fn array(&mut self, mut whole: Span) -> Value {
        let mut items = Vec::new();
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::ArrayClose => {
                    whole = whole.to(span(self.id, event));
                    break;
                }
                EventKind::ValueSep => {}
                _ => items.push(self.value(event)),
            }
        }
        Value { kind: Kind::Array(Array { items, of_tables: false }), span: whole }
    }

    fn inline_table(&mut self, start: Span) -> Value {
        let mut table = Table::new(start, Origin::Inline);
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::InlineTableClose => {
                    table.span = start.to(span(self.id, event));
                    break;
                }
                EventKind::SimpleKey => {
                    let (Some(path), value) = self.key_value(event) else { continue };
                    let added = insert(&mut table, path, value);
                    self.errors.extend(added.err().map(|error| *error));
                }
                _ => {}
            }
        }
        Value { span: table.span, kind: Kind::Table(table) }
    }

    fn scalar(&self, event: &Event) -> Kind {
        let mut text = Cow::Borrowed("");
        let Some(raw) = self.source.get(event) else { return Kind::String(String::new()) };
        let kind = raw.decode_scalar(&mut text, &mut ());
        match kind {
            ScalarKind::Boolean(value) => Kind::Boolean(value),
            ScalarKind::Float => Kind::Float(text.into_owned()),
            ScalarKind::DateTime => Kind::Datetime(text.into_owned()),
            ScalarKind::Integer(_) => match integer(kind, &text) {
                Some(integer) => Kind::Integer(integer),
                None => Kind::String(text.into_owned()),
            },
            ScalarKind::String => Kind::String(text.into_owned()),
        }
    }
}

/// The table at `path`; missing tables on the way are created. `dotted` is set for a dotted key rather than a header.
fn descend<'t>(table: &'t mut Table, path: &[Spanned<String>], dotted: bool) -> Result<&'t mut Table, Box<Diagnostic>> {
    let mut table = table;
    for step in path {
        if table.get(&step.value).is_none() {
            let origin = if dotted { Origin::Dotted } else { Origin::Implicit };
            let value = Value { kind: Kind::Table(Table::new(step.span, origin)), span: step.span };
            table.push(Entry { key: step.clone(), value });
        }
        let Some(entry) = table.get_mut(&step.value) else {
            return Err(Box::new(words::duplicate(step, step.span)));
        };
        let first = entry.key.span;
        table = match &mut entry.value.kind {
            Kind::Table(inner) => {
                let closed = match inner.origin {
                    Origin::Inline => true,
                    Origin::Header => dotted,
                    Origin::Implicit | Origin::Dotted => false,
                };
                if closed {
                    return Err(Box::new(words::closed(step, first)));
                }
                if dotted {
                    inner.origin = Origin::Dotted;
                }
                inner
            }
            Kind::Array(Array { items, of_tables: true }) if !dotted => match items.last_mut().map(|v| &mut v.kind) {
                Some(Kind::Table(inner)) => inner,
                _ => return Err(Box::new(words::not_a_table(step, first))),
            },
            _ => return Err(Box::new(words::not_a_table(step, first))),
        };
    }
    Ok(table)
}

fn insert(table: &mut Table, mut path: Vec<Spanned<String>>, value: Value) -> Result<(), Box<Diagnostic>> {
    let Some(key) = path.pop() else { return Ok(()) };
    let table = descend(table, &path, true)?;
    match table.get(&key.value) {
        Some(first) => Err(Box::new(words::duplicate(&key, first.key.span))),
        None => {
            table.push(Entry { key, value });
            Ok(())
        }
    }
}

fn open_table(root: &mut Table, path: &[Spanned<String>], whole: Span, is_array: bool) -> Result<(), Box<Diagnostic>> {
    let Some((key, parents)) = path.split_last() else { return Ok(()) };
    let parent = descend(root, parents, false)?;
    let fresh = Table::new(whole, Origin::Header);
    let Some(entry) = parent.get_mut(&key.value) else {
        let table = Value { kind: Kind::Table(fresh), span: whole };
        let value = if is_array {
            Value { kind: Kind::Array(Array { items: vec![table], of_tables: true }), span: whole }
        } else {
            table
        };
        parent.push(Entry { key: key.clone(), value });
        return Ok(());
    };
    let first = entry.key.span;
    match &mut entry.value.kind {
        Kind::Array(Array { items, of_tables: true }) if is_array => {
            items.push(Value { kind: Kind::Table(fresh), span: whole });
            Ok(())
        }
        Kind::Table(table) if table.origin == Origin::Implicit && !is_array => {
            table.origin = Origin::Header;
            table.span = whole;
            entry.value.span = whole;
            entry.key.span = key.span;
            Ok(())
        }
        Kind::Table(_) if !is_array => Err(Box::new(words::duplicate_table(key, first))),
        Kind::Table(_) | Kind::Array(_) => Err(Box::new(words::table_and_list(key, first))),
        _ => Err(Box::new(words::not_a_table(key, first))),
    }
}
