//! `[conf]`: options, typed by the catalog; and the settings beside them.
//!
//! `false` for an option that is not a truth value means that it is not set, whatever the system type or a shared policy
//! says, as `undefine` does in a `.mc`.

use super::{
    answer,
    value::{Expected, Refusals, Text},
};
use crate::{
    catalog::{
        self,
        option::{self, OPTIONS, OptionKind, OptionSpec},
        setting::{SETTINGS, SettingKind, SettingSpec},
    },
    diagnostic::{Diagnostic, nearest},
    front::statement::Statement,
    source::Spanned,
    syntax::toml::{Entry, Integer, Kind, Table, Value},
};

/// Options whose value is the text of a refusal, put between quotes in a rule.
const MESSAGES: [&str; 3] = ["confRELAY_MSG", "confREJECT_MSG", "confRCPTREJ_MSG"];

/// Whether the option's value is such a text.
pub(crate) fn is_message(option: &str) -> bool {
    MESSAGES.contains(&option)
}

/// Reads the table.
pub(super) fn read(refusals: &mut Refusals, table: &Table) -> Vec<Statement> {
    table.entries().iter().filter_map(|entry| option(refusals, entry)).collect()
}

/// Reads the list of options and settings that are not set whatever else says so, by their names in a `.mc`.
pub(super) fn undefined(refusals: &mut Refusals, value: &Value) -> Vec<Statement> {
    let expected = Expected::new("undefine", "names of options and settings as in a .mc", "[\"confCHECK_ALIASES\"]");
    let mut statements = Vec::new();
    for name in refusals.words(value, &expected) {
        match catalog::defined_name(&name.value) {
            Some(known) => statements.push(Statement::Undefine(known, name.span)),
            None => {
                let names = || OPTIONS.iter().map(|o| o.name).chain(SETTINGS.iter().map(|s| s.name));
                let diagnostic =
                    Diagnostic::error("unknown_name", format!("unknown option or setting `{}`", name.value))
                        .at(name.span, "not known to sendmail")
                        .why("it has no effect, defined or not");
                refusals.push(match nearest(&name.value, names()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic.help(format!("write `{}`", expected.example)),
                });
            }
        }
    }
    statements
}

fn option(refusals: &mut Refusals, entry: &Entry) -> Option<Statement> {
    let Some(option) = option::by_key(&entry.key.value) else {
        unknown(refusals, entry);
        return None;
    };
    if is_unset(&entry.value, option.kind) {
        return Some(Statement::Undefine(option.name, entry.value.span));
    }
    let expected = expected(&format!("conf.{}", option.key), option.kind);
    let text = match is_message(option.name) {
        true => answer::read(refusals, &entry.value, &expected)?,
        false => value(refusals, &entry.value, option.kind, &expected)?,
    };
    Some(Statement::Define(option.name, text))
}

/// A setting at the top of the document; `None` also for a marker that is not set.
pub(super) fn setting(refusals: &mut Refusals, setting: &'static SettingSpec, found: &Value) -> Option<Statement> {
    match setting.kind {
        SettingKind::Value(kind) if is_unset(found, kind) => Some(Statement::Undefine(setting.name, found.span)),
        SettingKind::Value(kind) => {
            let text = value(refusals, found, kind, &expected(setting.key, kind))?;
            Some(Statement::Define(setting.name, text))
        }
        SettingKind::Marker => match found.kind {
            Kind::Boolean(true) => Some(Statement::Define(setting.name, Spanned::new(String::new(), found.span))),
            Kind::Boolean(false) => None,
            _ => {
                refusals.wrong_type(found, &Expected::new(setting.key, "true or false", "true"));
                None
            }
        },
    }
}

/// Whether a value says that an option of this kind is not set.
fn is_unset(value: &Value, kind: OptionKind) -> bool {
    kind != OptionKind::Boolean && matches!(value.kind, Kind::Boolean(false))
}

/// What an option of this kind takes, with an example.
pub(super) fn expected(key: &str, kind: OptionKind) -> Expected {
    let first = |words: &[&str]| format!("\"{}\"", words.first().copied().unwrap_or_default());
    let example = match kind {
        OptionKind::Boolean => "true".into(),
        OptionKind::Integer => "100".into(),
        OptionKind::Duration => "\"5m\"".into(),
        OptionKind::Initial(words)
        | OptionKind::LowerInitial(words)
        | OptionKind::Word(words)
        | OptionKind::ExactWord(words) => first(words),
        OptionKind::SignedWords(words) => format!("[{}]", first(words)),
        OptionKind::SslOptions(_) => "\"+SSL_OP_NO_SSLv3\"".into(),
        OptionKind::Flags(words) => format!("[{}]", first(words)),
        OptionKind::Letters(letters) => format!("\"{}\"", letters.chars().take(1).collect::<String>()),
        OptionKind::Mode => "0o600".into(),
        OptionKind::Path => "\"/etc/mail/file\"".into(),
        OptionKind::Text => "\"text\"".into(),
    };
    let what = match kind {
        OptionKind::Boolean => "true or false".into(),
        _ => kind.expected(),
    };
    Expected::new(key, what, &example)
}

/// A value as sendmail.cf spells it.
pub(super) fn value(refusals: &mut Refusals, value: &Value, kind: OptionKind, expected: &Expected) -> Option<Text> {
    let text = match (&value.kind, kind) {
        (Kind::Boolean(value), OptionKind::Boolean) => if *value { "True" } else { "False" }.to_owned(),
        (Kind::Integer(Integer { value, radix: 8 }), OptionKind::Mode) if *value >= 0 => format!("0{value:o}"),
        (Kind::Integer(integer), OptionKind::Mode) => {
            let text = Spanned::new(integer.value.to_string(), value.span);
            refusals.wrong_value(&text, expected, "a mode is written in octal, and this number is not");
            return None;
        }
        (Kind::Integer(integer), OptionKind::Integer | OptionKind::Duration | OptionKind::Text) => {
            integer.value.to_string()
        }
        (Kind::Array(_), OptionKind::Flags(_)) => list(refusals, value, kind, expected, ",")?,
        (Kind::Array(_), OptionKind::SignedWords(_) | OptionKind::SslOptions(_)) => {
            list(refusals, value, kind, expected, " ")?
        }
        (Kind::Array(_), OptionKind::Letters(_)) => list(refusals, value, kind, expected, "")?,
        (Kind::String(_), _) => refusals.text(value, expected)?.value,
        _ => {
            refusals.wrong_type(value, expected);
            return None;
        }
    };
    if text.is_empty() && kind == OptionKind::Boolean {
        refusals.empty(value.span, expected);
        return None;
    }
    let text = Spanned::new(text, value.span);
    if !kind.accepts(&text.value) {
        misread(refusals, &text, kind, expected);
        return None;
    }
    Some(text)
}

/// The words of a list, each of which must fit.
fn list(
    refusals: &mut Refusals,
    value: &Value,
    kind: OptionKind,
    expected: &Expected,
    between: &str,
) -> Option<String> {
    let words = refusals.words(value, expected);
    let (fit, others): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| kind.accepts(&word.value));
    for word in &others {
        misread(refusals, word, kind, expected);
    }
    let joined = fit.iter().map(|word| word.value.as_str()).collect::<Vec<_>>().join(between);
    others.is_empty().then_some(joined)
}

/// A value that is not of the option's kind, with the word that was perhaps meant.
fn misread(refusals: &mut Refusals, text: &Text, kind: OptionKind, expected: &Expected) {
    refusals.wrong_value(text, expected, "sendmail would reject it, or read it as something else");
    if let Some(near) = kind.correction(&text.value)
        && let Some(diagnostic) = refusals.0.last_mut()
    {
        diagnostic.help = Some(format!("did you mean `{near}`?"));
    }
}

/// A key that is no option: perhaps the name that it has in `.mc`.
fn unknown(refusals: &mut Refusals, entry: &Entry) {
    let key = &entry.key.value;
    let lower = key.strip_prefix("conf").unwrap_or(key).to_ascii_lowercase();
    match option::by_key(&lower) {
        Some(OptionSpec { key: known, .. }) => refusals.push(
            Diagnostic::error("unknown_key", format!("unknown key `{key}` in [conf]"))
                .at(entry.key.span, "the name that it has in a .mc")
                .why("options in site.toml have names in lower case, without `conf`")
                .help(format!("write `{known}`")),
        ),
        None => refusals.unknown_key(entry, "in [conf]", OPTIONS.iter().map(|option| option.key)),
    }
}
