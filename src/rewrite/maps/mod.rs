//! Maps: declared by `K` lines and queried by `$(…$)`.

mod arith;
mod declare;
mod dequote;
pub(crate) mod dns;
mod file;
pub(crate) mod host;
mod list;
mod regex;
mod simple;

pub use declare::{Declaration, Flags, MapClass};

use std::{
    borrow::Cow,
    cell::RefCell,
    collections,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::{
    HashMap,
    program::{Host, Program},
    session::Services,
    text::{Macros, Names},
};

/// Result of a lookup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The value, if there is one.
    pub value: Option<Vec<u8>>,
    /// sendmail's exit status; 75 for a temporary failure.
    pub status: u8,
}

impl Found {
    /// A found value.
    pub(crate) fn value(value: Vec<u8>) -> Self {
        Self { value: Some(value), status: 0 }
    }

    /// No value, with this status.
    pub(crate) fn nothing(status: u8) -> Self {
        Self { value: None, status }
    }
}

/// What maps may use during a lookup.
pub struct Context<'c> {
    pub(crate) macros: &'c mut Macros,
    pub(crate) names: &'c mut Names,
    pub(crate) declarations: &'c [Declaration],
    pub(crate) numbers: &'c HashMap<Box<[u8]>, usize>,
    pub(crate) host: &'c Host,
    pub(crate) options: &'c collections::HashMap<String, Vec<u8>>,
    pub(crate) services: Services<'c>,
    pub(crate) messages: &'c mut Vec<Vec<u8>>,
    pub(crate) tables: &'c Tables,
}

/// Texts that host lookups use repeatedly, read once: the service switch and the hosts file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables(RefCell<HashMap<PathBuf, Rc<str>>>);

impl Context<'_> {
    /// A text as it was read first; empty if it does not exist.
    pub(crate) fn table(&self, path: &str) -> Rc<str> {
        let path = Path::new(path);
        if let Some(text) = self.tables.0.borrow().get(path) {
            return Rc::clone(text);
        }
        let bytes = self.services.files.read(path).unwrap_or_default();
        let text: Rc<str> = String::from_utf8_lossy(&bytes).into();
        self.tables.0.borrow_mut().insert(path.to_owned(), Rc::clone(&text));
        text
    }
}

/// What can change the result of a lookup during a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing, and the lookup affects only the session.
    None,
    /// Nothing, since the first answer is kept; but the lookup may query others.
    Foreign,
    /// Anything: the result may differ each time, or the lookup has side effects.
    Any,
}

/// An open map.
pub trait Map {
    /// What can change its results.
    fn change(&self) -> Change {
        Change::Any
    }

    /// The value of a key. `arguments` replace `%1` to `%9` in values.
    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], maps: &mut Maps, context: &mut Context<'_>) -> Found;
}

/// Maps of a session; each is opened at its first lookup.
#[derive(Clone)]
pub struct Maps {
    opened: Vec<State>,
}

#[derive(Clone)]
enum State {
    Closed,
    Open(Rc<dyn Map>),
    /// Failed to open; the status of lookups.
    Failed(u8),
}

impl Maps {
    pub(crate) fn new(program: &Program) -> Self {
        Self { opened: vec![State::Closed; program.maps.len()] }
    }

    /// Whether a map can be queried.
    pub(crate) fn is_open(&mut self, number: usize, context: &mut Context<'_>) -> bool {
        self.open(number, context).is_ok()
    }

    fn open(&mut self, number: usize, context: &mut Context<'_>) -> Result<Rc<dyn Map>, u8> {
        match self.opened.get(number) {
            Some(State::Open(map)) => return Ok(Rc::clone(map)),
            Some(State::Failed(status)) => return Err(*status),
            Some(State::Closed) => {}
            None => return Err(0),
        }
        let Some(declaration) = context.declarations.get(number) else { return Err(0) };
        let opened = declare::open(declaration, context);
        if let Some(slot) = self.opened.get_mut(number) {
            *slot = match &opened {
                Ok(map) => State::Open(Rc::clone(map)),
                Err(status) => State::Failed(*status),
            };
        }
        opened
    }

    /// What can change the results of a map.
    pub(crate) fn change_of(&mut self, number: usize, context: &mut Context<'_>) -> Change {
        // A map that failed to open stays closed.
        self.open(number, context).map_or(Change::None, |map| map.change())
    }

    /// Queries a map by its number for a rule: after a temporary failure, the text of `-T` is appended to the key.
    pub(crate) fn look_up(
        &mut self,
        number: usize,
        key: &[u8],
        arguments: &[Vec<u8>],
        context: &mut Context<'_>,
    ) -> Found {
        let mut found = self.ask(number, key, arguments, context);
        let flags = context.declarations.get(number).map(|map| &map.flags);
        if found.status == 75
            && found.value.is_none()
            && let Some(suffix) = flags.and_then(|flags| flags.append_on_failure.as_ref())
        {
            found.value = Some([key, suffix].concat());
        }
        found
    }

    /// Queries a map by its number.
    pub(crate) fn ask(&mut self, number: usize, key: &[u8], arguments: &[Vec<u8>], context: &mut Context<'_>) -> Found {
        match self.open(number, context) {
            Ok(map) => map.look_up(key, arguments, self, context),
            Err(status) => Found::nothing(status),
        }
    }
}

/// The key for the lookup: without quotes and backslashes unless the map keeps them.
pub(crate) fn stripped<'k>(key: &'k [u8], map: &Declaration) -> Cow<'k, [u8]> {
    let plain = !key.iter().any(|byte| matches!(byte, b'"' | b'\\'));
    if plain || map.flags.keep_quotes || matches!(map.class, MapClass::Dequote | MapClass::BestMx | MapClass::Macro) {
        return key.into();
    }
    let mut out = Vec::with_capacity(key.len());
    let mut bytes = key.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {}
            b'\\' => out.extend(bytes.next()),
            byte => out.push(*byte),
        }
    }
    out.into()
}

/// A value with its arguments in place of `%0` to `%9`, followed by the text of `-a`.
pub(crate) fn rewritten(flags: &Flags, key: &[u8], value: &[u8], arguments: &[Vec<u8>]) -> Vec<u8> {
    if flags.match_only {
        return [key, &flags.append].concat();
    }
    let mut out = Vec::with_capacity(value.len() + flags.append.len());
    let mut bytes = value.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        match bytes.peek().copied() {
            Some(b'%') => {
                bytes.next();
                out.push(b'%');
            }
            Some(b'0') => {
                bytes.next();
                out.extend_from_slice(key);
            }
            Some(digit @ b'1'..=b'9') => {
                bytes.next();
                if let Some(argument) = arguments.get(usize::from(digit - b'1')) {
                    out.extend_from_slice(argument);
                }
            }
            _ => out.push(b'%'),
        }
    }
    out.extend_from_slice(&flags.append);
    out
}
