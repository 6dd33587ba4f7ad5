//! Mailers (delivery agents).

use super::{
    load::Loader,
    value::{bytes, fields, trim, unquoted},
};
use crate::{diagnostic::Diagnostic, rewrite::text::Unit, source::Span};

/// A mailer.
#[derive(Debug, Clone, Default)]
pub struct Mailer {
    /// Its name.
    pub name: Box<[u8]>,
    /// Its program, `P=`.
    pub path: Vec<u8>,
    /// Its flags, `F=`, each once, sorted by character code.
    pub flags: Vec<u8>,
    /// Rulesets for envelope and header senders, `S=`.
    pub senders: [usize; 2],
    /// Rulesets for envelope and header recipients, `R=`.
    pub recipients: [usize; 2],
    /// Line end, `E=`.
    pub end: Vec<u8>,
    /// Maximum line length, `L=`, in bytes; 0 for no limit.
    pub line_limit: u64,
    /// Maximum message size, `M=`, in bytes; 0 for no limit.
    pub max_size: u64,
    /// Its arguments, `A=`.
    pub arguments: Vec<Unit>,
    /// Types for delivery reports, `T=`.
    pub types: [Option<Vec<u8>>; 3],
    /// Maximum number of recipients, `r=`.
    pub max_recipients: u64,
    /// Character set, `C=`.
    pub charset: Option<Vec<u8>>,
}

impl Mailer {
    /// Whether it connects to a host: its first argument is `TCP` or `IPC`.
    pub(crate) fn is_tcp(&self) -> bool {
        let word = self.arguments.iter().take_while(|unit| **unit != Unit::Byte(b' '));
        let word =
            word.filter_map(|unit| if let Unit::Byte(byte) = unit { Some(*byte) } else { None }).collect::<Vec<_>>();
        matches!(word.as_slice(), b"TCP" | b"IPC")
    }

    /// Whether the host that it is given is looked up for MX records: it speaks to others by TCP, without flag `0`.
    pub fn asks_for_exchangers(&self) -> bool {
        self.path == b"[IPC]" && self.is_tcp() && !self.has(b'0')
    }

    /// Whether it has a flag.
    pub fn has(&self, flag: u8) -> bool {
        self.flags.contains(&flag)
    }
}

impl Loader<'_> {
    /// Reports the absence of the mailer `local`, which sendmail requires.
    pub(super) fn missing_mailer(&mut self) {
        if self.program.mailer(b"local").is_none() {
            self.note(
                Diagnostic::warning("no_local_mailer", "no line defines the mailer `local`")
                    .at(self.start, "")
                    .why("sendmail reports this when it starts, and cannot deliver mail on this host")
                    .help("add an `Mlocal` line, or `MAILER(`local')` to the source of the file")
                    .reference("No local mailer defined\n"),
            );
        }
    }

    /// The mailers that exist before any line is read.
    pub(super) fn mailers_of_sendmail(&mut self) {
        let unix = || [Some(b"X-Unix".to_vec()), Some(b"X-Unix".to_vec()), Some(b"X-Unix".to_vec())];
        let make = |name: &str, path: &str, flags: &str, arguments: &str, types| Mailer {
            name: name.as_bytes().into(),
            path: path.as_bytes().to_vec(),
            flags: flags.as_bytes().to_vec(),
            end: b"\n".to_vec(),
            arguments: arguments.bytes().map(Unit::Byte).collect(),
            types,
            max_recipients: 100,
            ..Mailer::default()
        };
        let mut user = Vec::new();
        for (name, path, flags, arguments, types) in [
            ("prog", "/bin/sh", "9Dloqsu", "sh -c ", unix()),
            ("*file*", "[FILE]", "9DEFMPloqsu", "FILE ", unix()),
            ("*include*", "/dev/null", "su", "INCLUDE ", [None, None, None]),
        ] {
            let mut mailer = make(name, path, flags, arguments, types);
            if user.is_empty() {
                user = self.program.names.read(b"$u", crate::syntax::cf::Reading { comments: false }).0;
            }
            mailer.arguments.extend_from_slice(&user);
            self.program.mailers.push(mailer);
        }
    }

    /// `Mname, P=…, …`
    pub(super) fn mailer(&mut self, units: &[Unit], span: Span, line: usize) {
        let fields = fields(units);
        let Some((name, equates)) = fields.split_first() else { return };
        let name = bytes(trim(name));
        let shown = String::from_utf8_lossy(&name).into_owned();
        if name.is_empty() {
            self.complain(span, line, "name required for mailer".to_owned());
            return;
        }
        let mut mailer = Mailer { name: name.clone().into(), max_recipients: 100, ..Mailer::default() };
        for equate in equates {
            let equate = trim(equate);
            let Some(Unit::Byte(letter)) = equate.first().copied() else { continue };
            let Some(equals) = equate.iter().position(|unit| *unit == Unit::Byte(b'=')) else {
                self.complain(span, line, format!("mailer {shown}: `=' expected"));
                continue;
            };
            let value = trim(equate.get(equals + 1..).unwrap_or_default());
            let word = bytes(value);
            match letter {
                b'P' => mailer.path = word,
                b'F' => {
                    mailer.flags.extend(word.iter().filter(|flag| flag.is_ascii_graphic()));
                    mailer.flags.sort_unstable();
                    mailer.flags.dedup();
                }
                b'S' => mailer.senders = self.rewriting(&word, span, line),
                b'R' => mailer.recipients = self.rewriting(&word, span, line),
                b'E' => mailer.end = bytes(&unquoted(value)),
                b'A' => mailer.arguments = unquoted(value),
                b'L' => mailer.line_limit = number(&word),
                b'M' => mailer.max_size = number(&word),
                b'r' => mailer.max_recipients = number(&word),
                b'C' => mailer.charset = Some(word),
                b'T' => {
                    let mut types = word.split(|byte| *byte == b'/');
                    mailer.types = std::array::from_fn(|_| types.next().map(<[u8]>::to_vec));
                }
                b'D' | b'N' | b'U' | b'W' | b'Y' | b'/' | b'Q' | b'm' => {}
                other => {
                    let message = format!("M{shown}: unknown mailer equate {}=", char::from(other));
                    self.complain(span, line, message);
                }
            }
        }
        for (letter, missing) in [("P", mailer.path.is_empty()), ("A", mailer.arguments.is_empty())] {
            if missing {
                self.complain(span, line, format!("M{shown}: {letter}= argument required"));
                return;
            }
        }
        if mailer.path == b"[IPC]" || mailer.path == b"[TCP]" {
            mailer.path = b"[IPC]".to_vec();
            if mailer.end.is_empty() {
                mailer.end = b"\r\n".to_vec();
            }
        }
        if mailer.end.is_empty() {
            mailer.end = b"\n".to_vec();
        }
        match self.program.mailers.iter_mut().find(|known| known.name == mailer.name) {
            Some(known) => *known = mailer,
            None => self.program.mailers.push(mailer),
        }
    }

    /// `S=` and `R=`: one ruleset for both envelope and header, or one for each.
    fn rewriting(&mut self, word: &[u8], span: Span, line: usize) -> [usize; 2] {
        let units = word.iter().copied().map(Unit::Byte).collect::<Vec<_>>();
        let mut expanded = Vec::new();
        self.program.macros.expand(&units, &mut expanded);
        let word = bytes(&expanded);
        let mut parts = word.split(|byte| *byte == b'/');
        let mut next = |default: usize, loader: &mut Self| match parts.next().map(<[u8]>::trim_ascii) {
            None | Some(b"") => default,
            Some(name) => loader.name_ruleset(name).unwrap_or_else(|| {
                let shown = String::from_utf8_lossy(name).into_owned();
                loader.complain(span, line, format!("invalid ruleset name: \"{shown}\""));
                0
            }),
        };
        let envelope = next(0, self);
        [envelope, next(envelope, self)]
    }
}

fn number(word: &[u8]) -> u64 {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}
