//! `K` lines: name, class, flags and argument of a map.

use std::{path::PathBuf, rc::Rc};

use super::{
    Context, Map,
    arith::Arith,
    dequote::Dequote,
    dns::{BestMx, Dns},
    file,
    host::HostMap,
    list::{Sequence, Switch},
    regex, simple,
};
use crate::{diagnostic::Diagnostic, rewrite::program::Loader, source::Span};

/// Classes of maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapClass {
    /// A Berkeley DB file, hash or btree.
    Berkeley,
    /// A cdb file.
    Cdb,
    /// A text with columns.
    Text,
    /// `hash`, `cdb` or text, whichever exists.
    Implicit,
    /// Canonical host names.
    Host,
    /// DNS records.
    Dns,
    /// Best mail exchanger of a domain.
    BestMx,
    /// Sets macros.
    Macro,
    /// Arithmetic.
    Arith,
    /// Regular expressions.
    Regex,
    /// Removes quotes.
    Dequote,
    /// Never finds anything.
    Null,
    /// Several maps, one after the other.
    Sequence,
    /// Several maps, in the order of the service switch.
    Switch,
    /// Writes to the log.
    Syslog,
    /// Symbols in memory.
    Stab,
    /// Users of the host.
    User,
    /// The reversed form of an address.
    Arpa,
    /// A map that needs a server or a program.
    Elsewhere,
}

impl MapClass {
    /// The class of this name, if sendmail of Debian 12 has it: without `dbm`, `hesiod`, `ph`, `nsd` and `netinfo`, it reports
    /// the line and has no such map. `cdb`, which it lacks as well, is supported, since such maps are written here for builds
    /// that have it.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "hash" | "btree" => Self::Berkeley,
            "cdb" => Self::Cdb,
            "text" => Self::Text,
            "implicit" => Self::Implicit,
            "host" => Self::Host,
            "dns" => Self::Dns,
            "bestmx" => Self::BestMx,
            "macro" => Self::Macro,
            "arith" => Self::Arith,
            "regex" => Self::Regex,
            "dequote" => Self::Dequote,
            "null" => Self::Null,
            "sequence" => Self::Sequence,
            "switch" => Self::Switch,
            "syslog" => Self::Syslog,
            "stab" => Self::Stab,
            "user" => Self::User,
            "arpa" => Self::Arpa,
            "ldap" | "socket" | "program" | "nis" | "nisplus" | "userdb" => Self::Elsewhere,
            _ => return None,
        })
    }
}

/// Flags of a `K` line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-o`: the map is optional.
    pub optional: bool,
    /// `-N`, `-O`: whether keys end with a NUL; without either, both are tried.
    pub with_nul: bool,
    /// See [`Flags::with_nul`].
    pub without_nul: bool,
    /// `-f`: keep the case of keys.
    pub keep_case: bool,
    /// `-m`: the value is the key.
    pub match_only: bool,
    /// `-q`: keep quotes in keys.
    pub keep_quotes: bool,
    /// `-a`: appended to values.
    pub append: Vec<u8>,
    /// `-T`: appended to the key after a temporary failure.
    pub append_on_failure: Option<Vec<u8>>,
    /// `-k`: column of keys.
    pub key_column: Vec<u8>,
    /// `-v`: column of values.
    pub value_column: Vec<u8>,
    /// `-z`: separator of columns or values.
    pub delimiter: Option<u8>,
    /// `-s`: replacement of blanks in quotes.
    pub blank: Option<u8>,
    /// `-s` of a regular expression: groups that form the value.
    pub parts: Option<Vec<u8>>,
    /// `-d` of a regular expression: separator of the groups.
    pub between: Option<Vec<u8>>,
    /// `-n` of a regular expression: keys match if the expression does not.
    pub inverted: bool,
    /// `-b` of a regular expression: basic syntax.
    pub basic: bool,
    /// `-R` of a dns map: type of the record.
    pub record: Vec<u8>,
    /// `-B` of a dns map: domain appended to keys.
    pub base: Vec<u8>,
    /// `-Z` of a dns map: maximum number of values.
    pub limit: usize,
    /// `-t`: temporary failures count as "not found".
    pub ignore_failure: bool,
}

/// A declared map.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Its name.
    pub name: Box<[u8]>,
    /// Its class.
    pub class: MapClass,
    /// Its class as written.
    pub class_name: String,
    /// Its flags.
    pub flags: Flags,
    /// The rest of the line: a file, names of maps, a pattern.
    pub argument: Vec<u8>,
    /// Place of the line.
    pub span: Span,
}

impl Declaration {
    /// Separator of words in a key, if the map has its own.
    pub(crate) fn blank(&self) -> Option<u8> {
        self.flags.blank.filter(|_| self.class == MapClass::Dequote)
    }

    /// Files of the map, each tried if the previous ones do not exist; empty if it has none.
    pub fn files(&self) -> Vec<PathBuf> {
        let name = String::from_utf8_lossy(&self.argument).into_owned();
        let with = |extension: &str| {
            if name.ends_with(extension) { PathBuf::from(&name) } else { PathBuf::from(format!("{name}{extension}")) }
        };
        match self.class {
            MapClass::Berkeley => vec![with(".db")],
            MapClass::Cdb => vec![with(".cdb")],
            MapClass::Implicit => vec![with(".db"), with(".cdb"), PathBuf::from(&name)],
            MapClass::Text => vec![PathBuf::from(&name)],
            _ => Vec::new(),
        }
    }
}

impl Loader<'_> {
    /// `Kaccess hash -T<TMPF> /etc/mail/access`
    pub(in crate::rewrite) fn map(&mut self, text: &[u8], span: Span, line: usize) {
        let (name, rest) = word(text);
        if name.is_empty() {
            self.complain(span, line, "readcf: config K line: no map name".to_owned());
            return;
        }
        let (class_name, rest) = word(rest);
        let class_name = String::from_utf8_lossy(class_name).into_owned();
        let shown = String::from_utf8_lossy(name).into_owned();
        let Some(class) = MapClass::named(&class_name) else {
            let message = if class_name.is_empty() {
                format!("readcf: config K line, map {shown}: no map class")
            } else {
                format!("readcf: map {shown}: class {class_name} not available")
            };
            self.complain(span, line, message);
            return;
        };
        // sendmail keeps the options of an earlier line for the same map.
        let earlier = self.declared(name).map(|map| map.flags.clone());
        let (flags, mut argument) = flags(class, rest, earlier.unwrap_or_default());
        if matches!(class, MapClass::Berkeley | MapClass::Cdb | MapClass::Text | MapClass::Implicit) {
            // A second file name was for systems that no longer exist.
            argument.truncate(word(&argument).0.len());
        }
        if class == MapClass::Elsewhere {
            self.note(
                Diagnostic::warning(
                    "map_not_available",
                    format!("map `{shown}` of class {class_name} is not available"),
                )
                .at(span, "")
                .why("it needs a server or a program, which is not contacted here, and its answers are not guessed")
                .help("to see how rules use its values, declare the map with a file class, such as `hash`"),
            );
        }
        if class == MapClass::Regex
            && let Err(message) = regex::compile(&flags, &argument)
        {
            self.complain(span, line, message);
        }
        if class == MapClass::Sequence {
            let members = argument.split(u8::is_ascii_whitespace).filter(|member| !member.is_empty());
            let unknown = members.filter(|member| self.declared(member).is_none());
            for member in unknown.map(|member| String::from_utf8_lossy(member).into_owned()).collect::<Vec<_>>() {
                self.complain(span, line, format!("Sequence map {shown}: unknown member map {member}"));
            }
        }
        if class_name == "ldap" && flags.key_column.is_empty() {
            self.complain(span, line, format!("No filter given in map {shown}"));
        }
        let declaration = Declaration { name: name.into(), class, class_name, flags, argument, span };
        self.declare(declaration);
    }
}

fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

fn flags(class: MapClass, text: &[u8], earlier: Flags) -> (Flags, Vec<u8>) {
    let mut flags = Flags { with_nul: false, without_nul: false, ..earlier };
    let mut rest = text.trim_ascii_start();
    while let [b'-', letter, behind @ ..] = rest {
        let end = behind.iter().position(u8::is_ascii_whitespace).unwrap_or(behind.len());
        let (mut value, mut after) = behind.split_at(end);
        let takes_word = matches!(letter, b'k' | b'v' | b'R' | b'B' | b'Z' | b'z');
        if takes_word && value.is_empty() {
            (value, after) = word(after);
        }
        let regex = class == MapClass::Regex;
        match letter {
            b'o' => flags.optional = true,
            b'N' => flags.with_nul = true,
            b'O' => flags.without_nul = true,
            b'f' => flags.keep_case = true,
            b'm' => flags.match_only = true,
            b'q' => flags.keep_quotes = true,
            b't' => flags.ignore_failure = true,
            b'a' => flags.append = value.to_vec(),
            b'T' => flags.append_on_failure = Some(value.to_vec()),
            b'n' if regex => flags.inverted = true,
            b'b' if regex => flags.basic = true,
            b's' if regex => flags.parts = Some(value.to_vec()),
            b'd' if regex => flags.between = Some(value.to_vec()),
            b'k' => flags.key_column = value.to_vec(),
            b'v' => flags.value_column = value.to_vec(),
            b'z' => {
                flags.delimiter = match value {
                    [b'\\', b'n', ..] => Some(b'\n'),
                    [b'\\', b't', ..] => Some(b'\t'),
                    [b'\\', b'\\', ..] => Some(b'\\'),
                    [byte, ..] => Some(*byte),
                    [] => Some(b' '),
                }
            }
            b's' | b'S' => flags.blank = value.first().copied().or(Some(b' ')),
            b'R' => flags.record = value.to_vec(),
            b'B' => flags.base = value.to_vec(),
            b'Z' => flags.limit = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
            _ => {}
        }
        // Letters without a value may be combined: `-qo`.
        let together = matches!(letter, b'o' | b'N' | b'O' | b'f' | b'm' | b'q' | b't' | b'A' | b'D')
            || regex && matches!(letter, b'n' | b'b');
        if together && !value.is_empty() {
            for letter in value {
                match letter {
                    b'o' => flags.optional = true,
                    b'N' => flags.with_nul = true,
                    b'O' => flags.without_nul = true,
                    b'f' => flags.keep_case = true,
                    b'm' => flags.match_only = true,
                    b'q' => flags.keep_quotes = true,
                    _ => {}
                }
            }
        }
        rest = after.trim_ascii_start();
    }
    (flags, rest.trim_ascii_end().to_vec())
}

/// Opens the map; on failure, the status of its lookups.
pub(super) fn open(declaration: &Declaration, context: &mut Context<'_>) -> Result<Rc<dyn Map>, u8> {
    let flags = declaration.flags.clone();
    let argument = &declaration.argument;
    Ok(match declaration.class {
        MapClass::Berkeley | MapClass::Cdb | MapClass::Text | MapClass::Implicit => {
            return file::open(declaration, context);
        }
        MapClass::Host => Rc::new(HostMap { flags }),
        MapClass::Dns => Rc::new(Dns::new(flags)),
        MapClass::BestMx => Rc::new(BestMx { flags }),
        MapClass::Macro => Rc::new(simple::MacroMap),
        MapClass::Arith => Rc::new(Arith),
        MapClass::Regex => Rc::new(regex::compile(&flags, argument).map_err(|_| 0)?),
        MapClass::Dequote => Rc::new(Dequote { flags }),
        MapClass::Null | MapClass::Stab => Rc::new(simple::Null),
        MapClass::Sequence => Rc::new(Sequence::new(argument)),
        MapClass::Switch => Rc::new(Switch::new(&declaration.name, argument, context)),
        MapClass::Syslog => Rc::new(simple::Syslog),
        MapClass::User => Rc::new(simple::User::new(&declaration.name, flags, context)),
        MapClass::Arpa => Rc::new(simple::Arpa { flags }),
        // sendmail declares a map without a filter, but never opens it.
        MapClass::Elsewhere if declaration.class_name == "ldap" && flags.key_column.is_empty() => return Err(0),
        MapClass::Elsewhere => return Err(if flags.optional { 0 } else { 75 }),
    })
}
