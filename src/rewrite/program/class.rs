//! `C` and `F` lines: members of classes.

use std::{io, path::Path};

use super::{
    Program,
    load::Loader,
    value::{bytes, words},
};
use crate::{
    diagnostic::Diagnostic,
    rewrite::{
        classes::number_words,
        scan::{Scanner, Source},
        text::{MacroId, Unit},
        unread::{Without, file_not_read, reason},
    },
    source::Span,
    syntax::cf,
};

impl Loader<'_> {
    /// Adds members; `$=x` stands for those of another class.
    pub(super) fn class(&mut self, id: MacroId, units: &[Unit]) {
        let mut word: Vec<Unit> = Vec::new();
        for unit in units.iter().copied().chain([Unit::Byte(b' ')]) {
            match unit {
                Unit::Byte(byte) if byte.is_ascii_whitespace() => self.member_units(id, &std::mem::take(&mut word)),
                Unit::Named(cf::Name::Class, other) if word.is_empty() => {
                    let members = self.program.classes.members(other).map(<[u8]>::to_vec).collect::<Vec<_>>();
                    for member in members {
                        self.member(id, &member);
                    }
                }
                unit => word.push(unit),
            }
        }
    }

    fn member_units(&mut self, id: MacroId, units: &[Unit]) {
        let mut expanded = Vec::new();
        self.program.macros.expand(units, &mut expanded);
        let expanded = bytes(&expanded);
        for member in words(&expanded) {
            self.member(id, member);
        }
    }

    pub(super) fn member(&mut self, id: MacroId, member: &[u8]) {
        add_member(&mut self.program, id, member);
    }

    /// `Fw-o /etc/mail/local-host-names`: a file of members, with an optional pattern after its name.
    pub(super) fn class_file(&mut self, id: MacroId, text: &[u8], span: Span, line: usize) {
        let mut text = text.trim_ascii();
        let optional = match text.strip_prefix(b"-o") {
            Some(rest) if rest.first().is_some_and(u8::is_ascii_whitespace) => {
                text = rest.trim_ascii();
                true
            }
            _ => false,
        };
        let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
        let (file, pattern) = text.split_at(end);
        let pattern = pattern.trim_ascii();
        let shown = String::from_utf8_lossy(file).into_owned();
        if text.starts_with(b"|") || shown.contains('@') && !shown.starts_with('/') {
            let what = if text.starts_with(b"|") { "a program" } else { "a map" };
            self.diagnostics.push(
                Diagnostic::warning("class_not_available", format!("unknown class members from {what}"))
                    .at(span, "")
                    .why("programs are not run and servers are not contacted here, so the class may lack members")
                    .help("list the members in a file, or in a C line"),
            );
            return;
        }
        let known =
            |pattern: &[u8]| matches!(pattern, b"" | b"%s") || pattern.starts_with(b"%[^") && pattern.ends_with(b"]");
        if !known(pattern) {
            let pattern = String::from_utf8_lossy(pattern).into_owned();
            self.note(
                Diagnostic::warning("class_pattern", format!("unsupported pattern `{pattern}` of a class file"))
                    .at(span, "")
                    .why("only `%s` and `%[^…]` are supported, so the members that sendmail reads with it are unknown")
                    .help("use one of these, or a file with one member per line"),
            );
            return;
        }
        // sendmail reads only plain files, even if another kind of file would be empty.
        let read = match shown.as_str() {
            "/dev/null" => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a device, not a plain file")),
            _ => self.files.read(Path::new(&shown)),
        };
        match read {
            Ok(content) => {
                for row in content.split(|byte| *byte == b'\n') {
                    let row = taken(row, pattern);
                    for member in words(row).map(<[u8]>::to_vec).collect::<Vec<_>>() {
                        self.member(id, &member);
                    }
                }
            }
            Err(cause) => {
                let class = String::from_utf8_lossy(&self.program.names.written(id)).into_owned();
                let without = if optional { Without::Optional } else { Without::Refused };
                let said = file_not_read(Path::new(&shown), &format!("class {class}"), &cause, without, span);
                let words = format!("fileclass: cannot open '{shown}': {}", reason(&cause));
                let said = if optional { said } else { said.reference(self.reference(line, &words)) };
                self.note(said);
            }
        }
    }
}

/// Adds a member to a class of a program.
pub(crate) fn add_member(program: &mut Program, id: MacroId, member: &[u8]) {
    let Program { classes, words, arena, operators, .. } = program;
    let (mut tokens, mut messages) = (Vec::new(), Vec::new());
    let before = arena.len();
    let scanner = Scanner { operators, words };
    if scanner.scan(member, Source::Rule, arena, &mut tokens, &mut messages).is_ok() {
        number_words(&mut tokens, arena, words);
        classes.add(id, member, &tokens);
    }
    arena.forget(before);
}

/// The part of a line that matches a pattern.
fn taken<'l>(line: &'l [u8], pattern: &[u8]) -> &'l [u8] {
    let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    match pattern.strip_prefix(b"%[^").and_then(|set| set.strip_suffix(b"]")) {
        Some(set) => line.split(|byte| set.contains(byte)).next().unwrap_or_default(),
        None if pattern == b"%s" => words(line).next().unwrap_or_default(),
        None => line,
    }
}
