//! `[feature]` and `[hack]`: what is turned on, and with which arguments.
//!
//! Either is `true` or `false`; or its first argument, as text; or a table of its arguments by name; or, of those that may come
//! more than once, a list of any of these. Names and kinds of arguments are the catalog's.

use super::{
    answer, derived, names,
    value::{Expected, Refusals, Text, quoted_list},
};
use crate::{
    catalog::{
        Support,
        feature::{self, ArgumentKind, ArgumentSpec, Choice, FEATURES},
        hack::{self, HACKS},
    },
    diagnostic::Diagnostic,
    front::statement::Statement,
    source::{Span, Spanned},
    syntax::toml::{Entry, Kind, Table, Value},
};

/// The key that says when a feature takes effect among those that it shares an order with: lower numbers first, 0 where
/// there is none; those of one number by their names, each kind as listed.
pub(crate) const ORDER: &str = "order";

/// Reads the table of features.
pub(super) fn read(refusals: &mut Refusals, table: &Table) -> Vec<Statement> {
    table.entries().iter().flat_map(|entry| statements(refusals, entry)).collect()
}

/// Reads the table of hacks.
pub(super) fn hacks(refusals: &mut Refusals, table: &Table) -> Vec<Statement> {
    let mut statements = Vec::new();
    for entry in table.entries() {
        let Some(hack) = hack::by_name(&entry.key.value) else {
            refusals.unknown_key(entry, "among the hacks", HACKS.iter().map(|hack| hack.name));
            continue;
        };
        let mut call = Call {
            refusals,
            table: "hack",
            name: hack.name,
            arguments: hack.arguments,
            key: entry.key.span,
            shares_order: false,
        };
        for Given { span, arguments, .. } in call.all(&entry.value, hack.repeatable) {
            statements.push(match arguments {
                Some(arguments) => Statement::Hack { hack, arguments, span },
                None => Statement::NoHack { hack, span },
            });
        }
    }
    statements
}

fn statements(refusals: &mut Refusals, entry: &Entry) -> Vec<Statement> {
    let Some(feature) = feature::by_key(&entry.key.value) else {
        unknown(refusals, entry);
        return Vec::new();
    };
    let arguments = match feature.support {
        Support::Full => feature.arguments,
        Support::NotYet => &[],
    };
    let (name, key, shares_order) = (feature.key, entry.key.span, feature.shares_order);
    let mut call = Call { refusals, table: "feature", name, arguments, key, shares_order };
    let found = call.all(&entry.value, feature.repeatable).into_iter();
    found
        .map(|Given { span, order, arguments }| match arguments {
            Some(arguments) => Statement::Feature { feature, arguments, order, span },
            None => Statement::NoFeature { feature, span },
        })
        .collect()
}

fn unknown(refusals: &mut Refusals, entry: &Entry) {
    let lower = entry.key.value.to_ascii_lowercase();
    match feature::by_key(&lower) {
        Some(known) => refusals.push(
            Diagnostic::error("unknown_feature", format!("unknown feature `{}`", entry.key.value))
                .at(entry.key.span, "keys are in lower case")
                .help(format!("write `{}`", known.key)),
        ),
        None => {
            refusals.unknown_key(entry, "among the features", FEATURES.iter().map(|feature| feature.key));
            if let Some(last) = refusals.0.last_mut() {
                last.code = "unknown_feature";
            }
        }
    }
}

/// One feature or hack being read.
struct Call<'a> {
    refusals: &'a mut Refusals,
    /// The table that it is in.
    table: &'static str,
    /// Its key.
    name: &'static str,
    arguments: &'static [ArgumentSpec],
    key: Span,
    /// Whether it may say its place in an order.
    shares_order: bool,
}

/// What one value says.
struct Given {
    span: Span,
    order: i64,
    /// The arguments; `None` if the thing is not wanted.
    arguments: Option<Vec<Text>>,
}

impl Call<'_> {
    fn name(&self) -> String {
        format!("{}.{}", self.table, self.name)
    }

    /// What the feature takes.
    fn expected(&self) -> Expected {
        let arguments = self.arguments;
        let Some(first) = arguments.first() else { return Expected::new(self.name(), "`true`", "true") };
        let mut what = match first.required {
            true => format!("its {} as text", first.key),
            false => format!("`true`, its {} as text", first.key),
        };
        what.push_str(&format!(" or a table of {}", quoted_list(keys(arguments))));
        let example = match first.kind {
            ArgumentKind::Word(_, [Choice { word, .. }, ..]) => format!("\"{word}\""),
            ArgumentKind::Domain => "\"list.example.net\"".into(),
            _ if first.required => argument_example(first),
            _ => "true".into(),
        };
        Expected::new(self.name(), what, &example)
    }

    /// One value, or the values of a list where several may be given.
    fn all(&mut self, value: &Value, repeatable: bool) -> Vec<Given> {
        match &value.kind {
            Kind::Array(list) if repeatable => list.items.iter().filter_map(|item| self.one(item)).collect(),
            Kind::Array(_) => {
                let expected = self.expected();
                self.refusals.wrong_type(value, &expected);
                Vec::new()
            }
            _ => self.one(value).into_iter().collect(),
        }
    }

    fn one(&mut self, value: &Value) -> Option<Given> {
        let span = self.key.to(value.span);
        let order = match &value.kind {
            Kind::Table(table) if self.shares_order => match table.get(ORDER) {
                Some(entry) => self.order(&entry.value)?,
                None => 0,
            },
            _ => 0,
        };
        let made = |arguments| Some(Given { span, order, arguments: Some(arguments) });
        match &value.kind {
            Kind::Boolean(false) => Some(Given { span, order, arguments: None }),
            Kind::Boolean(true) => match self.arguments.first() {
                Some(first) if first.required => {
                    self.missing(first, value.span);
                    None
                }
                _ => made(Vec::new()),
            },
            Kind::Table(table) if !self.arguments.is_empty() => self.table(table, value.span).and_then(made),
            Kind::String(text) if derived::boolean(text).is_some() && !self.takes_word(text) => {
                let expected = Expected { example: format!("{} = true", self.name), ..self.expected() };
                let found = Text::new(text.clone(), value.span);
                self.refusals.wrong_value(&found, &expected, "a feature is turned on with true, without quotes");
                None
            }
            Kind::String(_) | Kind::Integer(_) => match self.arguments.first() {
                Some(first) => {
                    let expected = Expected::new(self.name(), argument_expected(first), &argument_example(first));
                    let found = self.argument(first, value, &expected)?;
                    made(found)
                }
                None => {
                    let expected = self.expected();
                    self.refusals.wrong_type(value, &expected);
                    None
                }
            },
            _ => {
                let expected = self.expected();
                self.refusals.wrong_type(value, &expected);
                None
            }
        }
    }

    /// Whether the first argument is one of several words, and this is one of them.
    fn takes_word(&self, text: &str) -> bool {
        match self.arguments.first().map(|first| first.kind) {
            Some(ArgumentKind::Word(_, choices) | ArgumentKind::Flags(_, choices)) => {
                choices.iter().any(|choice| choice.word == text)
            }
            Some(ArgumentKind::Answer(words)) => words.contains(&text),
            _ => false,
        }
    }

    /// The feature's place among those that it shares an order with.
    fn order(&mut self, value: &Value) -> Option<i64> {
        if let Kind::Integer(integer) = &value.kind {
            return Some(integer.value);
        }
        let expected = Expected::new(format!("{}.{ORDER}", self.name()), "a whole number", "1");
        self.refusals.wrong_type(value, &expected);
        None
    }

    fn missing(&mut self, argument: &ArgumentSpec, span: Span) {
        let expected = self.expected();
        self.refusals.push(
            Diagnostic::error("missing_argument", format!("`{}` needs its `{}`", expected.key, argument.key))
                .at(span, format!("no `{}` is given: {}", argument.key, lower_first(argument.help)))
                .help(format!("write `{}`", expected.example)),
        );
    }

    /// Arguments by name, brought into their places.
    fn table(&mut self, table: &Table, span: Span) -> Option<Vec<Text>> {
        let specs = self.arguments;
        let known: Vec<&str> = keys(specs).chain(self.shares_order.then_some(ORDER)).collect();
        let place = format!("among the arguments of `{}`", self.name);
        let mut whole = true;
        for entry in table.entries() {
            if !known.contains(&entry.key.value.as_str()) {
                self.refusals.unknown_key(entry, &place, known.iter().copied());
                whole = false;
            }
        }
        let mut arguments: Vec<Text> = Vec::new();
        for (index, spec) in specs.iter().enumerate() {
            let found = match spec.kind {
                ArgumentKind::Flags(_, choices) => self.flags(table, choices),
                _ => match table.get(spec.key) {
                    Some(entry) => {
                        let expected = Expected::new(
                            format!("{}.{}", self.name(), spec.key),
                            argument_expected(spec),
                            &argument_example(spec),
                        );
                        self.argument(spec, &entry.value, &expected)
                    }
                    None if spec.required => {
                        self.missing(spec, span);
                        None
                    }
                    None => continue,
                },
            };
            match found {
                Some(found) if found.is_empty() => {}
                Some(found) => {
                    arguments.resize(index.max(arguments.len()), Spanned::new(String::new(), span));
                    arguments.extend(found);
                }
                None => whole = false,
            }
        }
        whole.then_some(arguments)
    }

    /// The words that are switched on.
    fn flags(&mut self, table: &Table, choices: &[Choice]) -> Option<Vec<Text>> {
        let mut words = Vec::new();
        for choice in choices {
            let Some(entry) = table.get(choice.word) else { continue };
            match entry.value.kind {
                Kind::Boolean(true) => words.push(Spanned::new(choice.word.to_owned(), entry.key.span)),
                Kind::Boolean(false) => {}
                _ => {
                    let expected = Expected::new(format!("{}.{}", self.name(), choice.word), "true or false", "true");
                    self.refusals.wrong_type(&entry.value, &expected);
                    return None;
                }
            }
        }
        Some(words)
    }

    /// The arguments that one value stands for: one, or as many as a list of patterns has.
    fn argument(&mut self, spec: &ArgumentSpec, value: &Value, expected: &Expected) -> Option<Vec<Text>> {
        let text = match spec.kind {
            ArgumentKind::Patterns => {
                let texts = self.refusals.texts(value, expected);
                return Some(texts);
            }
            ArgumentKind::Given => match value.kind {
                Kind::Boolean(true) => return Some(vec![Spanned::new("n".to_owned(), value.span)]),
                Kind::Boolean(false) => return Some(Vec::new()),
                _ => {
                    self.refusals.wrong_type(value, expected);
                    return None;
                }
            },
            ArgumentKind::Answer(words) => {
                let is_word = |text: &str| words.contains(&text);
                let word = matches!(&value.kind, Kind::String(text) if is_word(text));
                return match word {
                    true => self.refusals.text(value, expected),
                    false => answer::read(self.refusals, value, expected),
                }
                .map(|text| vec![text]);
            }
            ArgumentKind::Text => self.refusals.text(value, expected)?,
            _ => self.refusals.some_text(value, expected)?,
        };
        match spec.kind {
            ArgumentKind::Word(_, choices) if !choices.iter().any(|choice| choice.word == text.value) => {
                self.refusals.wrong_value(&text, expected, "the argument is one of these words and nothing else");
                return None;
            }
            ArgumentKind::Domain => {
                if let Some(problem) = names::domain(&text.value) {
                    self.refusals.wrong_value(&text, expected, &problem);
                    return None;
                }
            }
            _ => {}
        }
        Some(vec![text])
    }
}

/// Names of the arguments, flags each by its word.
pub(super) fn keys(arguments: &'static [ArgumentSpec]) -> impl Iterator<Item = &'static str> {
    arguments.iter().flat_map(|argument| match argument.kind {
        ArgumentKind::Flags(_, choices) => choices.iter().map(|choice| choice.word).collect::<Vec<_>>(),
        _ => vec![argument.key],
    })
}

fn argument_expected(spec: &ArgumentSpec) -> String {
    match spec.kind {
        ArgumentKind::Map => "the map's class, options and file, or `LDAP`".into(),
        ArgumentKind::Word(_, choices) | ArgumentKind::Flags(_, choices) => {
            format!("one of {}", quoted_list(choices.iter().map(|choice| choice.word)))
        }
        ArgumentKind::Domain => "a domain name".into(),
        ArgumentKind::Answer([]) => "the text of an answer".into(),
        ArgumentKind::Answer(words) => format!("the text of an answer, or {}", quoted_list(words.iter().copied())),
        ArgumentKind::Patterns => "a pattern or a list of patterns".into(),
        ArgumentKind::Path => "a path".into(),
        ArgumentKind::Given => "true or false".into(),
        ArgumentKind::Text => "text".into(),
    }
}

fn argument_example(spec: &ArgumentSpec) -> String {
    match spec.kind {
        ArgumentKind::Map => "\"hash -T<TMPF> /etc/mail/map\"".into(),
        ArgumentKind::Word(_, choices) | ArgumentKind::Flags(_, choices) => {
            format!("\"{}\"", choices.first().map_or("", |choice| choice.word))
        }
        ArgumentKind::Domain => "\"list.example.net\"".into(),
        ArgumentKind::Answer(_) => "\"550 Mail from your host is not accepted\"".into(),
        ArgumentKind::Patterns => "[\"127.0.0.2.\", \"127.0.0.3.\"]".into(),
        ArgumentKind::Path => "\"/usr/bin/program\"".into(),
        ArgumentKind::Given => "true".into(),
        ArgumentKind::Text if spec.key == "host" => "\"mail.example.com\"".into(),
        ArgumentKind::Text => "\"text\"".into(),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
