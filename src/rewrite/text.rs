//! Text with macros, whose names are resolved: values of macros, and sides of rules.

use std::rc::Rc;

use super::HashMap;
use crate::syntax::cf::{Code, Metasymbol, Name, Problem, Reading, legal, read};

/// Number of a macro, and of the class with the same name. One-character names use their character code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MacroId(pub(crate) u16);

impl MacroId {
    /// The macro or class with a one-character name.
    pub const fn of(character: u8) -> Self {
        Self(character as u16)
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A character or a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A character.
    Byte(u8),
    /// A metasymbol without a name.
    Meta(Metasymbol),
    /// A metasymbol with a name.
    Named(Name, MacroId),
}

/// Shared units.
pub type Text = Rc<[Unit]>;

/// Numbers of macros and classes by name.
#[derive(Debug, Clone, Default)]
pub struct Names {
    long: HashMap<Box<[u8]>, u16>,
    names: Vec<Box<[u8]>>,
}

/// Number of the numbers that are reserved for one-character names.
const FIRST_LONG_NAME: u16 = 256;

impl Names {
    /// Number of a name, which is added if it is new.
    pub fn id(&mut self, name: &[u8]) -> MacroId {
        if let Some(id) = self.get(name) {
            return id;
        }
        let number = FIRST_LONG_NAME.saturating_add(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        self.long.insert(name.into(), number);
        self.names.push(name.into());
        MacroId(number)
    }

    /// Number of a known name.
    pub fn get(&self, name: &[u8]) -> Option<MacroId> {
        match name {
            [byte] => Some(MacroId::of(*byte)),
            _ => self.long.get(name).copied().map(MacroId),
        }
    }

    /// A name as written after a dollar sign: in braces if it is long.
    pub fn written(&self, id: MacroId) -> Vec<u8> {
        match u8::try_from(id.0) {
            Ok(byte) => vec![byte],
            Err(_) => {
                let name = self.names.get(usize::from(id.0 - FIRST_LONG_NAME)).map_or(&b""[..], |name| name);
                [b"{", name, b"}"].concat()
            }
        }
    }

    /// Parses text of a configuration to units; also returns errors.
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

    /// Formats units as text.
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
    /// Number of changes.
    changes: u64,
}

/// Maximum depth of macros within macros.
const MAX_DEPTH: usize = 10;
/// Maximum number of macros expanded in one text.
const MAX_EXPANSIONS: usize = 2_000;

impl Macros {
    /// Value of a macro, if it is set.
    pub fn get(&self, id: MacroId) -> Option<&Text> {
        self.values.get(id.index()).and_then(Option::as_ref)
    }

    /// Sets or removes a macro.
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

    /// Number of changes of macros.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// Sets a macro to plain characters.
    pub(crate) fn set_bytes(&mut self, id: MacroId, value: &[u8]) {
        self.set(id, Some(value.iter().copied().map(Unit::Byte).collect()));
    }

    /// Expands macros and decides conditions. `$&x` is kept until a rule is used.
    pub(crate) fn expand(&self, units: &[Unit], out: &mut Vec<Unit>) {
        let mut left = MAX_EXPANSIONS;
        self.expand_within(units, 0, &mut left, out);
    }

    fn expand_within(&self, units: &[Unit], depth: usize, left: &mut usize, out: &mut Vec<Unit>) {
        // For each open condition, whether its current branch is left out.
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
                    if depth < MAX_DEPTH && *left > 0 {
                        *left -= 1;
                        self.expand_within(value, depth + 1, left, out);
                    }
                }
                unit => out.push(unit),
            }
        }
    }
}
