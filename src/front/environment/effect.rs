//! Carrying out what the catalog says that a system type, a domain or a feature does.

use super::Environment;
use crate::{
    catalog::effect::{Effect, Value},
    diagnostic::Diagnostic,
    front::macros::Macros,
    site::{Class, RawSection},
    source::{Span, Spanned},
    syntax::mc::Text,
};

impl Environment {
    /// Carries out effects in order, on behalf of the statement at `by`. `args` are a feature's arguments.
    pub(in crate::front) fn apply(&mut self, macros: &mut Macros<'_, '_>, effects: &[Effect], args: &[Text], by: Span) {
        for effect in effects {
            match *effect {
                Effect::Define(name, value) => {
                    let text = evaluate(macros, value, args, by);
                    macros.define(name, text);
                }
                Effect::DefineIfUnset(name, value) => {
                    if !macros.is_defined(name) {
                        let text = evaluate(macros, value, args, by);
                        macros.define(name, text);
                    }
                }
                Effect::Append(name, more) => {
                    let mut text = Text::empty(by);
                    if let Some(so_far) = macros.definition(name) {
                        text.push(&so_far);
                    }
                    text.push(&Text::computed(more, by));
                    macros.define(name, text);
                }
                Effect::IfUnset(name, effects) => {
                    if !macros.is_defined(name) {
                        self.apply(macros, effects, args, by);
                    }
                }
                Effect::Undefine(name) => macros.undefine(name),
                Effect::Marker(name) => macros.set(name, "", by),
                Effect::Feature(name) => self.feature(macros, &Text::computed(name, by), &[], by),
                Effect::MailerFlags(name, change) => self.modify_mailer_flags(name, change),
                Effect::ExposedUser(name) => {
                    self.classes.members.entry(Class::Exposed).or_default().push(Spanned::new(name.to_owned(), by));
                }
                Effect::System(name) => {
                    if let Some(system) = crate::catalog::system::by_name(name) {
                        self.apply(macros, system.effects, args, by);
                    }
                }
                Effect::LocalConfig(lines) => self.raw_text(RawSection::LocalConfig, &Text::computed(lines, by)),
                Effect::Mailer(name) => self.mailer(macros, &Text::computed(name, by), &[], by),
                Effect::Domain(name) => self.domain(macros, &Text::computed(name, by), by),
                Effect::Hack(name) => self.hack(macros, &Text::computed(name, by), &[], by),
                Effect::Print(code, text) => self.report(printed(code, text, by)),
            }
        }
    }
}

/// What a value is at this moment.
fn evaluate(macros: &mut Macros<'_, '_>, value: Value, args: &[Text], by: Span) -> Text {
    match value {
        Value::Text(text) => Text::computed(text, by),
        Value::Setting { name, otherwise, then } => {
            let mut text = macros.value(name).unwrap_or_else(|| otherwise.to_owned());
            text.push_str(then);
            Text::computed(text, by)
        }
        Value::Argument { index, otherwise } => match args.get(index) {
            Some(arg) if !arg.is_empty() => {
                let value = macros.expand(arg);
                value.with_span(by)
            }
            _ => evaluate(macros, *otherwise, args, by),
        },
    }
}

/// A message that the reference prints, as a diagnostic of its own.
fn printed(code: &'static str, text: &str, by: Span) -> Diagnostic {
    let first = text.lines().next().unwrap_or(text);
    let message = first.trim_start_matches("*** ERROR: ").trim_start_matches("NOTE: ").trim_end_matches('.');
    let message = message.split_once(".\t").map_or(message, |(sentence, _)| sentence);
    let diagnostic = if text.starts_with("*** ERROR") {
        Diagnostic::error(code, message)
    } else {
        Diagnostic::warning(code, message)
    };
    diagnostic.at(by, "asked for here").reference(text)
}
