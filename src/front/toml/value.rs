//! Values of the document as the statements want them, each with its place; what does not fit is refused.

use std::collections::{HashMap, hash_map::Entry as Place};

use super::derived;
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::{Span, Spanned},
    syntax::toml::{Entry, Kind, Table, Value},
};

/// The place of a key that is in no table.
pub(super) const TOP: &str = "at the top of a site";

/// Text and its place.
pub(super) type Text = Spanned<String>;

/// What a key takes, for people.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    /// The key's full name: `conf.max_message_size`.
    pub key: String,
    /// What its value is, to complete "takes …".
    pub what: String,
    /// A line that would be right.
    pub example: String,
}

impl Expected {
    /// `key` takes `what`, as in `key = example`.
    pub fn new(key: impl Into<String>, what: impl Into<String>, example: &str) -> Self {
        let key = key.into();
        let example = match key.rsplit_once('.') {
            Some((_, last)) => format!("{last} = {example}"),
            None => format!("{key} = {example}"),
        };
        Self { key, what: what.into(), example }
    }
}

impl Expected {
    fn value(&self) -> &str {
        self.example.split_once('=').map_or("", |(_, value)| value.trim())
    }

    /// Whether the value is a list, or may be one.
    fn takes_list(&self) -> bool {
        self.value().starts_with('[')
    }

    /// Whether the value, or each of the list, is text.
    fn takes_text(&self) -> bool {
        self.value().trim_start_matches('[').starts_with('"')
    }
}

/// Collects what is wrong with the document.
#[derive(Debug, Default)]
pub(super) struct Refusals(pub Vec<Diagnostic>);

impl Refusals {
    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// The value is of another type than the key takes.
    pub fn wrong_type(&mut self, value: &Value, expected: &Expected) {
        let Expected { key, what, .. } = expected;
        let found = Diagnostic::error("wrong_value", format!("invalid type for `{key}`: expected {what}"))
            .at(value.span, format!("this is {}", value.kind.description()));
        let written = match &value.kind {
            Kind::Float(text) | Kind::Datetime(text) if expected.takes_text() => {
                self.push(found.help(format!("write `\"{text}\"`")).suggest(value.span, format!("\"{text}\"")));
                return;
            }
            Kind::Array(list) if !expected.takes_list() => {
                let first = list.items.iter().find_map(|item| match &item.kind {
                    Kind::String(text) => Some(format!("\"{text}\"")),
                    _ => None,
                });
                if let Some(first) = first {
                    let (key, _) = expected.example.split_once(" =").unwrap_or_default();
                    self.push(found.help(format!("write a single value, such as `{key} = {first}`")));
                    return;
                }
                String::new()
            }
            Kind::String(text) => text.clone(),
            Kind::Integer(integer) => integer.value.to_string(),
            Kind::Boolean(value) => value.to_string(),
            _ => String::new(),
        };
        self.push(derived::with_help(found, &written, value.span, expected));
    }

    /// The value is of the right type and still none that the key takes.
    pub fn wrong_value(&mut self, value: &Text, expected: &Expected, why: &str) {
        let Expected { key, what, .. } = expected;
        let shown = match value.value.lines().next() {
            Some(line) if line.chars().count() <= 40 => format!("`{line}`"),
            _ => "this".into(),
        };
        let found = Diagnostic::error("wrong_value", format!("invalid value {shown} for `{key}`: expected {what}"))
            .at(value.span, "this value")
            .why(why);
        // A number that is not allowed says nothing of the one that is meant.
        let written = if value.value.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { &value.value };
        self.push(derived::with_help(found, written, value.span, expected));
    }

    /// A key that does not exist. `place` says what it is a key of.
    pub fn unknown_key<'k>(&mut self, entry: &Entry, place: &str, known: impl IntoIterator<Item = &'k str>) {
        let known: Vec<&str> = known.into_iter().collect();
        let key = &entry.key.value;
        let message = match place {
            TOP => format!("unknown top-level key `{key}`"),
            place => format!("unknown key `{key}` {place}"),
        };
        let diagnostic = Diagnostic::error("unknown_key", message)
            .at(entry.key.span, "unknown key")
            .why("unknown keys are rejected, so that a typo cannot silently change policy");
        let longer =
            |name: &&str| name.len().min(key.len()) > 2 && (key.starts_with(*name) || name.starts_with(key.as_str()));
        let help = match nearest(key, known.iter().copied()).or_else(|| known.iter().copied().find(longer)) {
            Some(near) => {
                self.push(diagnostic.help(format!("did you mean `{near}`?")).suggest(entry.key.span, near));
                return;
            }
            None if known.len() <= 20 => format!("known here: {}", quoted_list(known)),
            None => "`relaycc schema` lists all keys, and editors complete them from it".into(),
        };
        self.push(diagnostic.help(help));
    }

    /// Text of one line; a whole number counts as its digits.
    pub fn text(&mut self, value: &Value, expected: &Expected) -> Option<Text> {
        let text = match &value.kind {
            Kind::String(text) => text.clone(),
            Kind::Integer(integer) => integer.value.to_string(),
            _ => {
                self.wrong_type(value, expected);
                return None;
            }
        };
        if let Some(c) = text.chars().find(|c| c.is_control() && *c != '\t') {
            let why = match c {
                '\n' | '\r' => "a line of sendmail.cf ends where the line ends, so the rest would be another statement",
                _ => "sendmail.cf is text, and a control character ends it or is misread",
            };
            self.push(
                Diagnostic::error("wrong_value", format!("`{}` contains {}", expected.key, control_name(c)))
                    .at(value.span, "text of one line is wanted")
                    .why(why)
                    .help(format!("write `{}`", expected.example)),
            );
            return None;
        }
        Some(Spanned::new(text, value.span))
    }

    /// Text of one line that is not empty.
    pub fn some_text(&mut self, value: &Value, expected: &Expected) -> Option<Text> {
        let text = self.text(value, expected)?;
        if text.value.trim().is_empty() {
            self.empty(value.span, expected);
            return None;
        }
        Some(text)
    }

    /// Nothing stands where something must.
    pub fn empty(&mut self, span: Span, expected: &Expected) {
        self.push(
            Diagnostic::error("empty_value", format!("`{}` is empty", expected.key))
                .at(span, format!("expected {}", expected.what))
                .help(format!("write `{}`, or remove the key", expected.example)),
        );
    }

    /// One text, or a list of them; none is empty.
    pub fn texts(&mut self, value: &Value, expected: &Expected) -> Vec<Text> {
        match &value.kind {
            Kind::Array(list) => list.items.iter().filter_map(|item| self.some_text(item, expected)).collect(),
            _ => self.some_text(value, expected).into_iter().collect(),
        }
    }

    /// Words: of one text, separated by blanks, or of a list.
    pub fn words(&mut self, value: &Value, expected: &Expected) -> Vec<Text> {
        if let Kind::String(text) = &value.kind
            && text.contains(',')
            && expected.what.starts_with("names of")
        {
            let names = text.split([',', ' ']).filter(|name| !name.is_empty());
            let list = names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
            self.push(
                Diagnostic::error(
                    "wrong_value",
                    format!("invalid value `{text}` for `{}`: expected a list", expected.key),
                )
                .at(value.span, "this value")
                .why("a comma is not part of a name; several names are given as a list")
                .help(format!("write `[{list}]`"))
                .suggest(value.span, format!("[{list}]")),
            );
            return Vec::new();
        }
        let split = |text: Text| {
            let span = text.span;
            text.value.split_whitespace().map(|word| Spanned::new(word.to_owned(), span)).collect::<Vec<_>>()
        };
        let words: Vec<Text> = self.texts(value, expected).into_iter().flat_map(split).collect();
        let mut first: HashMap<&str, Span> = HashMap::with_capacity(words.len());
        for word in &words {
            match first.entry(&word.value) {
                Place::Vacant(place) => {
                    place.insert(word.span);
                }
                Place::Occupied(place) => self.push(
                    Diagnostic::warning(
                        "repeated_value",
                        format!("duplicate value `{}` in `{}`", word.value, expected.key),
                    )
                    .at(word.span, "again here")
                    .at(*place.get(), "first here")
                    .why("the second one has no effect")
                    .help("remove it"),
                ),
            }
        }
        words
    }

    /// Text of any number of lines.
    pub fn lines(&mut self, value: &Value, expected: &Expected) -> Option<Text> {
        let Kind::String(text) = &value.kind else {
            self.wrong_type(value, expected);
            return None;
        };
        // How the file ends its lines is not a part of the text.
        let text = text.replace("\r\n", "\n");
        if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n')) {
            let why = match c {
                '\r' => "sendmail takes a carriage return for a part of the line",
                _ => "sendmail.cf is text, and a control character ends it or is misread",
            };
            self.wrong_value(&Spanned::new(text, value.span), expected, why);
            return None;
        }
        if text.trim().is_empty() {
            self.empty(value.span, expected);
            return None;
        }
        Some(Spanned::new(text, value.span))
    }

    /// A table.
    pub fn table<'v>(&mut self, value: &'v Value, expected: &Expected) -> Option<&'v Table> {
        match &value.kind {
            Kind::Table(table) => Some(table),
            _ => {
                self.wrong_type(value, expected);
                None
            }
        }
    }

    /// One value, or the values of a list.
    pub fn one_or_more<'v>(&mut self, value: &'v Value) -> Vec<&'v Value> {
        match &value.kind {
            Kind::Array(list) => list.items.iter().collect(),
            _ => vec![value],
        }
    }
}

fn control_name(c: char) -> String {
    match c {
        '\n' => "a line break".into(),
        '\r' => "a carriage return".into(),
        _ => format!("the control character U+{:04X}", u32::from(c)),
    }
}

/// `a`, `b`, `c`.
pub(super) fn quoted_list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
