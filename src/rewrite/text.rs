//! Text with macros in it, names resolved: what macros hold, and what rules are made of.

use std::rc::Rc;

use super::HashMap;
use crate::syntax::cf::{Code, Metasymbol, Name, Problem, Reading, legal, read};

/// Number of a macro, and of the class with the same name. Those of one character have its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MacroId(pub(crate) u16);

impl MacroId {
    /// The macro or class that one character names.
    pub const fn of(character: u8) -> Self {
        Self(character as u16)
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A character, or what stands for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A character.
    Byte(u8),
    /// A metasymbol without a name.
    Meta(Metasymbol),
    /// A metasymbol with a name.
    Named(Name, MacroId),
}

/// Units, shared by whoever holds them.
pub type Text = Rc<[Unit]>;

/// Names of macros and classes, and their numbers.
#[derive(Debug, Clone, Default)]
pub struct Names {
    long: HashMap<Box<[u8]>, u16>,
    names: Vec<Box<[u8]>>,
}

/// Names of one character have these numbers.
const SHORT: u16 = 256;

impl Names {
    /// The number of a name, which is new if nobody used it before.
    pub fn id(&mut self, name: &[u8]) -> MacroId {
        if let Some(id) = self.get(name) {
            return id;
        }
        let number = SHORT.saturating_add(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        self.long.insert(name.into(), number);
        self.names.push(name.into());
        MacroId(number)
    }

    /// The number of a name that was used before.
    pub fn get(&self, name: &[u8]) -> Option<MacroId> {
        match name {
            [byte] => Some(MacroId::of(*byte)),
            _ => self.long.get(name).copied().map(MacroId),
        }
    }

    /// A name as it is written behind a dollar sign: with braces if it is long.
    pub fn written(&self, id: MacroId) -> Vec<u8> {
        match u8::try_from(id.0) {
            Ok(byte) => vec![byte],
            Err(_) => {
                let name = self.names.get(usize::from(id.0 - SHORT)).map_or(&b""[..], |name| name);
                [b"{", name, b"}"].concat()
            }
        }
    }

    /// Text of a configuration as units; what is wrong with it.
    pub(crate) fn read<'t>(&mut self, text: &'t [u8], reading: Reading) -> (Vec<Unit>, Vec<Problem<'t>>) {
        let (codes, mut problems) = read(text, reading);
        let units = codes.into_iter().map(|code| match code {
            Code::Byte(byte) => Unit::Byte(byte),
            Code::Meta(meta) => Unit::Meta(meta),
            Code::Named(name, id @ [_]) => Unit::Named(name, self.id(id)),
            Code::Named(name, id) => {
                let (id, left_out) = legal(id);
                problems.extend(left_out.into_iter().map(Problem::Invalid));
                Unit::Named(name, self.id(&id))
            }
        });
        (units.collect(), problems)
    }

    /// Units as they are written.
    pub(crate) fn write(&self, units: &[Unit], out: &mut Vec<u8>) {
        for unit in units {
            match unit {
                Unit::Byte(byte) => out.push(*byte),
                Unit::Meta(meta) => out.extend([b'$', meta.character()]),
                Unit::Named(name, id) => {
                    out.push(b'$');
                    out.extend_from_slice(name.mark().as_bytes());
                    out.extend(self.written(*id));
                }
            }
        }
    }
}

/// Values of macros.
#[derive(Debug, Clone, Default)]
pub struct Macros {
    values: Vec<Option<Text>>,
    /// How often one was changed.
    changes: u64,
}

/// Macros within macros are followed so far.
const DEPTH: usize = 10;
/// So many macros of one text are replaced.
const MOST: usize = 2_000;

impl Macros {
    /// A macro's value, if it has one.
    pub fn get(&self, id: MacroId) -> Option<&Text> {
        self.values.get(id.index()).and_then(Option::as_ref)
    }

    /// Gives a macro a value, or takes it away.
    pub fn set(&mut self, id: MacroId, value: Option<Text>) {
        if self.values.len() <= id.index() {
            self.values.resize(id.index() + 1, None);
        }
        if let Some(slot) = self.values.get_mut(id.index())
            && *slot != value
        {
            *slot = value;
            self.changes += 1;
        }
    }

    /// How often a macro was given another value.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// The same with plain characters.
    pub(crate) fn set_bytes(&mut self, id: MacroId, value: &[u8]) {
        self.set(id, Some(value.iter().copied().map(Unit::Byte).collect()));
    }

    /// Replaces macros by their values and decides conditions. `$&x` stays, for the time when a rule is used.
    pub(crate) fn expand(&self, units: &[Unit], out: &mut Vec<Unit>) {
        let mut left = MOST;
        self.expand_within(units, 0, &mut left, out);
    }

    fn expand_within(&self, units: &[Unit], depth: usize, left: &mut usize, out: &mut Vec<Unit>) {
        // For each condition that is open, whether what stands there is left out.
        let mut open: Vec<bool> = Vec::new();
        for unit in units {
            match *unit {
                Unit::Named(Name::Condition, id) => {
                    let set = self.get(id).is_some_and(|value| !value.is_empty());
                    open.push(!set);
                }
                Unit::Meta(Metasymbol::Else) if !open.is_empty() => {
                    if let Some(skipped) = open.last_mut() {
                        *skipped = !*skipped;
                    }
                }
                Unit::Meta(Metasymbol::Fi) if !open.is_empty() => drop(open.pop()),
                _ if open.contains(&true) => {}
                Unit::Named(Name::Macro, id) => {
                    let Some(value) = self.get(id) else { continue };
                    if depth < DEPTH && *left > 0 {
                        *left -= 1;
                        self.expand_within(value, depth + 1, left, out);
                    }
                }
                unit => out.push(unit),
            }
        }
    }
}
