//! Maps in files.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    io,
    path::Path,
    rc::Rc,
};

use super::{Change, Context, Declaration, Flags, Found, Map, MapClass, Maps, rewritten};
use crate::{
    map::{Format, MapFile, ReadError},
    rewrite::{HashMap, unread::reason},
    source::PathPermissions,
};

/// Reads the file; on failure, the status of lookups in the map.
pub(super) fn open(declaration: &Declaration, context: &mut Context<'_>) -> Result<Rc<dyn Map>, u8> {
    let mut failure = None;
    for path in declaration.files() {
        if let Some(reason) = unsafe_path(&path, context) {
            if !declaration.flags.optional {
                say_unsafe(declaration, &path, reason, context);
            }
            return Err(if declaration.flags.optional { 0 } else { 75 });
        }
        match context.services.files.read(&path) {
            Ok(bytes) => return read(declaration, bytes, &path, context),
            Err(cause) => failure = failure.or(Some((path, cause))),
        }
    }
    if declaration.flags.optional {
        return Err(0);
    }
    if let Some((path, cause)) = failure {
        say(declaration, &path, &cause, context);
    }
    Err(75)
}

/// Why sendmail would not open an existing file, in its words: somebody else could have replaced it. If the option
/// DontBlameSendmail allows it, the file is read with a warning.
fn unsafe_path(path: &Path, context: &mut Context<'_>) -> Option<&'static str> {
    let PathPermissions { writable, is_link, is_readable } = context.services.files.permissions(path)?;
    let allowed = context.options.get("dontblamesendmail").map(Vec::as_slice).unwrap_or_default();
    let allowed = String::from_utf8_lossy(allowed).to_ascii_lowercase();
    let allows = |word: &str| allowed.split([',', ' ']).any(|allowed| allowed == word);
    let group_is_safe = allows("groupwritabledirpathsafe");
    let mut unsafe_ones = writable.iter().filter(|directory| directory.by_all || !group_is_safe);
    let reason = |by_all| if by_all { "World writable directory" } else { "Group writable directory" };
    if let Some(directory) = unsafe_ones.next() {
        if !allows("mapinunsafedirpath") {
            return Some(reason(directory.by_all));
        }
        let warning = format!("WARNING: {} {}", reason(directory.by_all), directory.path.display());
        context.messages.push(warning.into_bytes());
    }
    let is_in_writable = writable.last().is_some_and(|last| Some(last.path.as_path()) == path.parent());
    if is_link && is_in_writable && !allows("linkedmapinwritabledir") {
        return Some("Symbolic links not allowed");
    }
    (!is_readable).then_some("Permission denied")
}

fn say_unsafe(declaration: &Declaration, path: &Path, reason: &str, context: &mut Context<'_>) {
    let Declaration { name, class_name, class, .. } = declaration;
    let reason = if *class == MapClass::Text { String::new() } else { format!(": {reason}") };
    let map = String::from_utf8_lossy(name);
    let message = format!("{class_name} map \"{map}\": unsafe map file {}{reason}", path.display());
    context.messages.push(message.into_bytes());
}

fn say(declaration: &Declaration, path: &Path, cause: &io::Error, context: &mut Context<'_>) {
    let Declaration { name, class_name, class, .. } = declaration;
    let is_missing = *class != MapClass::Text && cause.kind() == io::ErrorKind::NotFound;
    let what = if is_missing { "missing map file" } else { "unsafe map file" };
    let reason = if *class == MapClass::Text { String::new() } else { format!(": {}", reason(cause)) };
    let map = String::from_utf8_lossy(name);
    let message = format!("{class_name} map \"{map}\": {what} {}{reason}", path.display());
    context.messages.push(message.into_bytes());
}

fn read(declaration: &Declaration, bytes: Vec<u8>, path: &Path, context: &mut Context<'_>) -> Result<Rc<dyn Map>, u8> {
    let flags = declaration.flags.clone();
    let format = MapFile::open(&bytes).map(|file| file.format());
    if declaration.class == MapClass::Text || declaration.class == MapClass::Implicit && format.is_err() {
        return Ok(Rc::new(Text::new(&bytes, flags)));
    }
    match format {
        Ok(format) => {
            let (with, without) = match (flags.with_nul, flags.without_nul) {
                (false, false) => (true, true),
                both => both,
            };
            // Both messages are printed, and lookups find nothing.
            let neither = flags.with_nul && flags.without_nul;
            let tries = Cell::new((with && !neither, without && !neither));
            Ok(Rc::new(Keyed { bytes, format, flags, tries, known: RefCell::default() }))
        }
        Err(cause) => {
            let map = String::from_utf8_lossy(&declaration.name);
            context.messages.push(format!("map \"{map}\": {}: {cause}", path.display()).into_bytes());
            Err(75)
        }
    }
}

/// A map file.
struct Keyed {
    bytes: Vec<u8>,
    format: Format,
    flags: Flags,
    /// Whether keys may end with a NUL, and whether they may not. The first successful lookup decides.
    tries: Cell<(bool, bool)>,
    /// Results of earlier lookups, as rulesets repeat the same keys.
    known: RefCell<Known>,
}

/// Values of keys; `None` for missing keys.
type Known = HashMap<Box<[u8]>, Option<Box<[u8]>>>;

/// Maximum number of remembered keys.
const MAX_CACHED_KEYS: usize = 4096;

impl Keyed {
    fn get(&self, key: &[u8]) -> Result<Option<Box<[u8]>>, ReadError> {
        let mut folded = Vec::with_capacity(key.len() + 1);
        folded.extend_from_slice(key);
        folded.push(0);
        let file = MapFile::open_as(self.format, &self.bytes)?;
        let (with, without) = self.tries.get();
        if with && let Some(value) = file.get(&folded)? {
            self.tries.set((true, false));
            return Ok(Some(value.strip_suffix(b"\0").unwrap_or(&value).into()));
        }
        if without && let Some(value) = file.get(key)? {
            self.tries.set((false, true));
            return Ok(Some((&*value).into()));
        }
        Ok(None)
    }
}

impl Map for Keyed {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        let folded = if self.flags.keep_case { Cow::Borrowed(key) } else { Cow::Owned(key.to_ascii_lowercase()) };
        let mut known = self.known.borrow_mut();
        if !known.contains_key(&*folded) {
            match self.get(&folded) {
                Ok(value) => {
                    if known.len() == MAX_CACHED_KEYS {
                        known.clear();
                    }
                    known.insert((&*folded).into(), value);
                }
                Err(_) => return Found::nothing(75),
            }
        }
        match known.get(&*folded) {
            Some(Some(value)) => Found::value(rewritten(&self.flags, key, value, arguments)),
            _ => Found::default(),
        }
    }
}

/// A text with columns.
struct Text {
    values: HashMap<Vec<u8>, Vec<u8>>,
    flags: Flags,
}

impl Text {
    fn new(bytes: &[u8], flags: Flags) -> Self {
        let number = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        let (key_column, value_column) = (number(&flags.key_column), number(&flags.value_column));
        let mut values = HashMap::default();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"#")) {
            let (Some(key), Some(value)) =
                (column(line, key_column, flags.delimiter), column(line, value_column, flags.delimiter))
            else {
                continue;
            };
            let key = if flags.keep_case { key.to_vec() } else { key.to_ascii_lowercase() };
            values.entry(key).or_insert_with(|| value.to_vec());
        }
        Self { values, flags }
    }
}

fn column(line: &[u8], number: usize, delimiter: Option<u8>) -> Option<&[u8]> {
    match delimiter {
        Some(delimiter) => line.split(|byte| *byte == delimiter).nth(number),
        None => line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(number),
    }
}

impl Map for Text {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        let folded = if self.flags.keep_case { key.to_vec() } else { key.to_ascii_lowercase() };
        match self.values.get(&folded) {
            Some(value) => Found::value(rewritten(&self.flags, key, value, arguments)),
            None => Found::nothing(68),
        }
    }
}
