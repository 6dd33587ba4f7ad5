//! Loads the lines of a `sendmail.cf` into a program.

use std::{cmp::Ordering, collections, net::IpAddr, rc::Rc};

use super::{
    Header, MAX_RULESETS, Program, Ruleset,
    machine::VERSION,
    value::{bytes, trim, unquoted, words},
};
use crate::{
    catalog::option,
    diagnostic::Diagnostic,
    rewrite::{
        HashMap,
        maps::Declaration,
        scan::Operators,
        text::{MacroId, Unit},
    },
    source::{FileSystem, SourceId, Sources, Span, Spanned},
    syntax::cf::{self, Kind, Metasymbol, Named, Problem, Reading},
};

/// Properties of the host that a configuration runs on.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// Fully qualified name of the host.
    pub name: String,
    /// Addresses of its interfaces; the loopback address is called `localhost`.
    pub addresses: Vec<IpAddr>,
}

/// The result of loading a `sendmail.cf`.
#[derive(Debug)]
pub struct Loaded {
    /// The program, without the lines that sendmail reports and ignores.
    pub program: Program,
    /// Problems. [`Diagnostic::reference`] has sendmail's own words.
    pub diagnostics: Vec<Diagnostic>,
}

/// Loads the text `source`, one of `sources`. Files that its lines name are read from `files`.
pub fn load(sources: &Sources, source: SourceId, host: &Host, files: &dyn FileSystem) -> Loaded {
    let text = sources.get(source);
    let latin1 = text.is_some_and(crate::source::Source::is_latin1);
    let name = text.map_or("", crate::source::Source::name);
    let tree = cf::parse(text.map_or("", crate::source::Source::text), source);
    let mut loader = Loader::new(name, latin1, Span::new(source, 0, 0), host, files);
    loader.machine();
    loader.mailers_of_sendmail();
    for directive in &tree.directives {
        loader.directive(&directive.kind, directive.span, directive.line);
    }
    loader.finish();
    loader.check_level();
    loader.missing_mailer();
    Loaded { program: loader.program, diagnostics: loader.diagnostics }
}

pub(in crate::rewrite) struct Loader<'f> {
    pub(super) program: Program,
    pub(super) current: Option<usize>,
    /// Number of the next ruleset without a number.
    pub(super) next_ruleset: Option<usize>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) files: &'f dyn FileSystem,
    name: String,
    latin1: bool,
    /// The start of the source.
    pub(super) start: Span,
    /// Operators set by an option so far.
    operators: Option<Vec<u8>>,
    /// Whether the operators are fixed: from the first rule on, nothing changes them.
    has_operators: bool,
}

/// Operators of a configuration without OperatorChars.
const OPERATORS: &[u8] = b".:@[]";

/// First level in which operators are an option instead of the macro `o`.
const OPERATOR_CHARS_LEVEL: u32 = 7;

/// First level in which `$w` is the host's name without its domain.
const SHORT_NAME_LEVEL: u32 = 5;

/// Configuration level of sendmail 8.17.
const SENDMAIL_LEVEL: u32 = 10;

impl<'f> Loader<'f> {
    fn new(name: &str, latin1: bool, start: Span, host: &Host, files: &'f dyn FileSystem) -> Self {
        let rulesets =
            (0..MAX_RULESETS).map(|n| Ruleset { title: n.to_string().into_bytes().into(), ..Ruleset::default() });
        let program = Program {
            level: 0,
            host: host.clone(),
            names: Default::default(),
            words: Default::default(),
            arena: Default::default(),
            operators: Operators::new(b".:%@!^/[]+"),
            macros: Default::default(),
            classes: Default::default(),
            rulesets: rulesets.map(Rc::new).collect(),
            ruleset_numbers: HashMap::default(),
            maps: Vec::new(),
            map_numbers: HashMap::default(),
            mailers: Vec::new(),
            headers: Vec::new(),
            options: collections::HashMap::new(),
            listeners: Vec::new(),
            blank: b' ',
        };
        let (name, diagnostics) = (name.to_owned(), Vec::new());
        Self {
            program,
            current: None,
            next_ruleset: Some(MAX_RULESETS - 1),
            diagnostics,
            files,
            name,
            latin1,
            start,
            operators: None,
            has_operators: false,
        }
    }

    /// Fixes the operators: those of the option, below level 7 those of macro `o`, or the default.
    pub(super) fn settle_operators(&mut self) {
        if std::mem::replace(&mut self.has_operators, true) {
            return;
        }
        let of_macro = || {
            let value =
                self.program.macros.get(MacroId::of(b'o')).filter(|_| self.program.level < OPERATOR_CHARS_LEVEL)?;
            let mut expanded = Vec::new();
            self.program.macros.expand(value, &mut expanded);
            Some(bytes(&expanded))
        };
        let characters = self.operators.clone().or_else(of_macro).unwrap_or_else(|| OPERATORS.to_vec());
        let comments = self.program.operators.comments;
        self.program.operators = Operators::new(&characters);
        self.program.operators.comments = comments;
        // Members added before were scanned with other operators.
        for (class, members) in self.program.classes.take() {
            for member in members {
                self.member(class, &member);
            }
        }
        self.operators = Some(characters);
    }

    /// Removes the domain from `$w`.
    fn shorten_host_name(&mut self) {
        let id = MacroId::of(b'w');
        let Some(value) = self.program.macros.get(id) else { return };
        if let Some(dot) = value.iter().position(|unit| *unit == Unit::Byte(b'.')) {
            let short = value.get(..dot).unwrap_or_default().into();
            self.program.macros.set(id, Some(short));
        }
    }

    /// Reports a level that differs from that of sendmail.
    fn check_level(&mut self) {
        let level = self.program.level;
        let reference = match level.cmp(&SENDMAIL_LEVEL) {
            Ordering::Equal => return,
            Ordering::Less => format!(
                "Warning: .cf file is out of date: sendmail {VERSION} supports version {SENDMAIL_LEVEL}, .cf file is version {level}\n"
            ),
            Ordering::Greater => format!(
                "Warning: .cf version level ({level}) exceeds sendmail version {VERSION} functionality ({SENDMAIL_LEVEL})\n"
            ),
        };
        self.diagnostics.push(
            Diagnostic::warning(
                "cf_line",
                format!("the file has level {level}, but sendmail {VERSION} has level {SENDMAIL_LEVEL}"),
            )
            .at(self.start, "")
            .why("the level determines how names, comments and operators are read; the results are those of this level")
            .help("rebuild the file from its source, or read RELEASE_NOTES before changing its `V` line")
            .reference(reference),
        );
    }

    /// Reports a message of sendmail about a line.
    pub(in crate::rewrite) fn complain(&mut self, span: Span, line: usize, message: String) {
        let reference = self.reference(line, &message);
        self.diagnostics.push(
            Diagnostic::warning("cf_line", message)
                .at(span, "")
                .why("sendmail reports this when it reads the file, and ignores what it cannot use")
                .help("correct the line, or the source of the file")
                .reference(reference),
        );
    }

    /// The text that sendmail prints for a line.
    pub(super) fn reference(&self, line: usize, message: &str) -> String {
        format!("{}: line {line}: {message}\n", self.name)
    }

    /// Reports another diagnostic.
    pub(in crate::rewrite) fn note(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The number of a declared map.
    pub(in crate::rewrite) fn declared(&self, name: &[u8]) -> Option<&Declaration> {
        self.program.maps.get(*self.program.map_numbers.get(name)?)
    }

    /// Adds a map; a later declaration replaces an earlier one.
    pub(in crate::rewrite) fn declare(&mut self, declaration: Declaration) {
        let program = &mut self.program;
        match program.map_numbers.get(&declaration.name).copied() {
            Some(number) => {
                if let Some(slot) = program.maps.get_mut(number) {
                    *slot = declaration;
                }
            }
            None => {
                program.map_numbers.insert(declaration.name.clone(), program.maps.len());
                program.maps.push(declaration);
            }
        }
    }

    /// The bytes of a text of the source.
    fn bytes(&self, text: &str) -> Vec<u8> {
        if self.latin1 {
            text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
        } else {
            text.as_bytes().to_vec()
        }
    }

    fn units(&mut self, text: &Spanned<&str>, line: usize) -> Vec<Unit> {
        self.units_to_end(text, line).0
    }

    /// The same, and whether the text is complete: sendmail ignores everything after a missing name.
    fn units_to_end(&mut self, text: &Spanned<&str>, line: usize) -> (Vec<Unit>, bool) {
        let bytes = self.bytes(text.value);
        let (units, problems) = self.program.names.read(&bytes, Reading { comments: true });
        let all = !problems.iter().any(Problem::ends_text);
        let messages = problems.iter().flat_map(Problem::messages).collect::<Vec<_>>();
        for message in messages {
            self.complain(text.span, line, message);
        }
        (units, all)
    }

    fn expanded(&mut self, text: &Spanned<&str>, line: usize) -> Vec<Unit> {
        let units = self.units(text, line);
        let mut out = Vec::with_capacity(units.len());
        self.program.macros.expand(&units, &mut out);
        out
    }

    fn named(&mut self, named: &Named<'_>, span: Span, line: usize) -> Option<MacroId> {
        let name = named.name.as_ref().filter(|name| name.value != "{}");
        let Some(name) = name else {
            for message in Problem::NoName.messages() {
                self.complain(span, line, message);
            }
            return None;
        };
        let bytes = self.bytes(name.value);
        let Some(name) = bytes.strip_prefix(b"{").and_then(|name| name.strip_suffix(b"}")) else {
            return Some(self.program.names.id(&bytes));
        };
        let (name, left_out) = cf::legal(name);
        for message in left_out.into_iter().flat_map(|byte| Problem::Invalid(byte).messages()) {
            self.complain(span, line, message);
        }
        Some(self.program.names.id(&name))
    }

    fn directive(&mut self, kind: &Kind<'_>, span: Span, line: usize) {
        match kind {
            Kind::Version(text) => {
                let text = bytes(&self.units(text, line));
                let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).map(|digit| u32::from(digit - b'0'));
                let level = digits.fold(0, |level: u32, digit| level.saturating_mul(10).saturating_add(digit));
                self.program.level = level;
                self.program.operators.comments = level < 9;
                if level >= SHORT_NAME_LEVEL {
                    self.shorten_host_name();
                }
                let vendor = text.split(|byte| *byte == b'/').nth(1).map(<[u8]>::trim_ascii).unwrap_or_default();
                if !vendor.is_empty() && !vendor.eq_ignore_ascii_case(b"Berkeley") {
                    let vendor = String::from_utf8_lossy(vendor).into_owned();
                    self.complain(span, line, format!("invalid V line vendor code: \"{vendor}\""));
                }
            }
            Kind::Macro(named) => {
                if let Some(id) = self.named(named, span, line) {
                    let units = self.units(&named.value, line);
                    let end = units.iter().rposition(|unit| !is_blank(unit)).map_or(0, |last| last + 1);
                    let value = unquoted(units.get(..end).unwrap_or_default());
                    self.program.macros.set(id, Some(value.into()));
                }
            }
            Kind::Class(named) => {
                if let Some(id) = self.named(named, span, line) {
                    let units = self.units(&named.value, line);
                    self.class(id, &units);
                }
            }
            Kind::ClassFile(named) => {
                if let Some(id) = self.named(named, span, line) {
                    let text = bytes(&self.expanded(&named.value, line));
                    self.class_file(id, &text, span, line);
                }
            }
            Kind::Map(text) => {
                let text = bytes(&self.expanded(text, line));
                self.map(&text, span, line);
            }
            Kind::Option { name, short, value } => {
                let value = bytes(&self.expanded(value, line));
                self.option(name.value, *short, &value, span);
            }
            Kind::Trusted(text) => {
                let text = bytes(&self.expanded(text, line));
                for user in words(&text) {
                    self.member(MacroId::of(b't'), user);
                }
            }
            Kind::Header { condition: _, name, value } => {
                let units = self.units(value, line);
                if let Some(name) = name {
                    self.header(name.value, &units, span);
                }
            }
            Kind::Mailer(text) => {
                let units = self.units(text, line);
                self.mailer(&units, span, line);
            }
            Kind::Ruleset(text) => {
                let text = bytes(&self.expanded(text, line));
                self.ruleset(&text, span, line);
                self.defined_again(&text, span);
            }
            Kind::Rule { lhs, rhs } => {
                let (left, all) = self.units_to_end(lhs, line);
                // Trailing blanks are removed, and with them an empty right side.
                let rhs = rhs.as_ref().filter(|rhs| all && !rhs.value.trim().is_empty());
                let right = rhs.map(|rhs| self.units(rhs, line));
                let mut written = self.bytes(lhs.value);
                if !all {
                    written.clear();
                    self.program.names.write(&left, &mut written);
                }
                self.rule(&left, right.as_deref(), &written, span, line);
            }
            Kind::Unknown(text) => {
                let shown = text.value.to_owned();
                self.complain(span, line, format!("unknown configuration line \"{shown}\""));
            }
            // These have no effect on addresses.
            Kind::Precedence(_) | Kind::Queue(_) | Kind::Filter(_) | Kind::Environment(_) | Kind::Load(_) => {}
        }
    }

    /// `Scanonify=3`, `S3`, `Sname`
    fn ruleset(&mut self, text: &[u8], span: Span, line: usize) {
        let text = text.trim_ascii();
        let end = text.iter().position(|byte| matches!(byte, b'=' | b',') || byte.is_ascii_whitespace());
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let rest = rest.trim_ascii();
        let number = rest.strip_prefix(b"=").map(<[u8]>::trim_ascii);
        let shown = String::from_utf8_lossy(name).into_owned();
        self.current = None;
        if let Ok(number) = shown.parse::<usize>() {
            if number >= MAX_RULESETS / 2 {
                self.complain(span, line, format!("bad ruleset {number} ({} max)", MAX_RULESETS / 2));
            } else {
                self.current = Some(number);
            }
            return;
        }
        let number = number.and_then(|text| std::str::from_utf8(text).ok()?.parse::<usize>().ok());
        match (number, self.program.ruleset_numbers.get(name).copied()) {
            (Some(number), None) if number < MAX_RULESETS => {
                self.program.ruleset_numbers.insert(name.into(), number);
                if let Some(ruleset) = self.program.ruleset_mut(number) {
                    ruleset.name = Some(name.into());
                    ruleset.title = name.into();
                }
                self.current = Some(number);
            }
            (Some(number), Some(old)) => {
                if old != number {
                    let message = format!("{shown}={number}: ruleset changed value (old {old}, new {number})");
                    self.complain(span, line, message);
                }
                self.current = Some(old);
            }
            _ => {
                self.current = self.name_ruleset(name);
                if self.current.is_none() {
                    self.complain(span, line, format!("invalid ruleset name: \"{shown}\""));
                }
            }
        }
    }

    /// Reports additional rules for a ruleset that has rules, as test mode does.
    fn defined_again(&mut self, text: &[u8], span: Span) {
        let rules = self.current.and_then(|number| self.program.rules(number)).map_or(0, |ruleset| ruleset.rules.len());
        if rules == 0 {
            return;
        }
        let text = String::from_utf8_lossy(text);
        self.diagnostics.push(
            Diagnostic::warning("ruleset_continued", format!("ruleset `{}` has multiple definitions", text.trim()))
                .at(span, "")
                .why("these rules are appended to the existing ones, and are reached only if none of those returns")
                .help("rename the ruleset, or put its rules in one place")
                .reference(format!("WARNING: Ruleset {text} has multiple definitions\n")),
        );
    }

    /// `HSubject: $>+CheckSubject`
    fn header(&mut self, name: &str, value: &[Unit], span: Span) {
        let name = self.bytes(name);
        let mut value = trim(value);
        if let [Unit::Byte(b':'), rest @ ..] = value {
            value = trim(rest);
        }
        let mut header = Header { name: name.into(), check: None, keep_comments: false, span };
        if let [Unit::Meta(Metasymbol::Call), rest @ ..] = value {
            let mut rest = trim(rest);
            if let [Unit::Byte(b'+'), behind @ ..] = rest {
                header.keep_comments = true;
                rest = trim(behind);
            }
            let called = bytes(rest);
            let called = words(&called).next().unwrap_or_default().to_vec();
            header.check = self.name_ruleset(&called);
        }
        self.program.headers.push(header);
    }

    fn option(&mut self, name: &str, short: bool, value: &[u8], span: Span) {
        let long = match (short, name) {
            (false, name) => option::in_full(name),
            (true, "d") => "DeliveryMode",
            (true, "A") => "AliasFile",
            (true, "O") => "DaemonPortOptions",
            (true, _) => return,
        };
        if long.eq_ignore_ascii_case("DaemonPortOptions") {
            self.program.listeners.push(value.to_vec());
        }
        if long.eq_ignore_ascii_case("OperatorChars") && self.operators.replace(value.to_vec()).is_some() {
            self.diagnostics.push(
                Diagnostic::warning("cf_line", "OperatorChars is set too late")
                    .at(span, "")
                    .why("the operators are fixed by the first rule, so later values have no effect")
                    .help("set the option once, before the first rule")
                    .reference(
                        "Warning: OperatorChars is being redefined.\n         It should only be set before ruleset \
                             definitions.\n",
                    ),
            );
        }
        if long.eq_ignore_ascii_case("DeliveryMode")
            && let Some(mode) = value.first()
        {
            let id = self.program.names.id(b"deliveryMode");
            self.program.macros.set_bytes(id, &[*mode]);
        }
        if long.eq_ignore_ascii_case("BlankSub") {
            self.program.blank = value.first().copied().unwrap_or(b' ');
        }
        self.program.options.insert(long.to_ascii_lowercase(), value.to_vec());
    }
}

fn is_blank(unit: &Unit) -> bool {
    matches!(unit, Unit::Byte(byte) if byte.is_ascii_whitespace())
}
