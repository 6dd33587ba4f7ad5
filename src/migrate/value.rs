//! Formats values as a person would write them: numbers as numbers, lists as lists, if the site stays the same.

use crate::{
    catalog::{
        feature::{ArgumentKind, ArgumentSpec},
        option::OptionKind,
    },
    front::{ORDER, answer},
};

/// A quoted string.
pub(super) fn text(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains(['\'', '\n']) && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    toml::Value::String(text.to_owned()).to_string()
}

/// A multi-line literal string.
pub(super) fn lines(lines: &str) -> String {
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if lines.contains("'''") || !lines.chars().all(plain) {
        return toml::Value::String(lines.to_owned()).to_string();
    }
    format!("'''\n{lines}'''")
}

/// A list on one line.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// The value of an option or setting.
pub(super) fn option(kind: OptionKind, value: &str) -> String {
    let number = value.parse::<i64>().ok().filter(|number| number.to_string() == value);
    match kind {
        OptionKind::Boolean if value == "True" => "true".into(),
        OptionKind::Boolean if value == "False" => "false".into(),
        OptionKind::Integer | OptionKind::Duration => match number {
            Some(number) => grouped(number),
            None => text(value),
        },
        OptionKind::Mode => match u32::from_str_radix(value, 8) {
            Ok(mode) if format!("0{mode:o}") == value => format!("0o{mode:o}"),
            _ => text(value),
        },
        OptionKind::Flags(_) if value.contains(',') && !value.contains([' ', '\t', '\n', '"']) => {
            let words = value.split(',').collect::<Vec<_>>();
            if words.iter().any(|word| word.is_empty()) {
                return text(value);
            }
            list(words.into_iter().map(text))
        }
        _ => text(value),
    }
}

/// A number with more than four digits, in groups of three.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    if digits.len() < 5 {
        return number.to_string();
    }
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}

/// The text of a rejection: site.toml adds the quotes that a rule needs.
pub(super) fn answer(value: &str) -> String {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|inner| answer::quoted((*inner).to_owned()) == value) {
        Some(inner) => text(inner),
        None if answer::quoted(value.to_owned()) == value => text(value),
        None => format!("{{ {} = {} }}", answer::UNQUOTED, text(value)),
    }
}

/// A feature or hack with its arguments, and its position if it must be explicit.
pub(super) fn arguments(specs: &'static [ArgumentSpec], arguments: &[String], order: i64) -> String {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let given = arguments.get(index).map_or("", String::as_str);
        match spec.kind {
            ArgumentKind::Flags(..) => {
                for word in arguments.iter().skip(index).filter(|word| !word.is_empty()) {
                    if let Some(choice) = spec.kind.choice(word)
                        && !pairs.iter().any(|(key, _)| *key == choice.word)
                    {
                        pairs.push((choice.word, "true".into()));
                    }
                }
            }
            ArgumentKind::Patterns => {
                let patterns = arguments.iter().skip(index).map(|pattern| text(pattern)).collect::<Vec<_>>();
                match patterns.as_slice() {
                    [] => {}
                    [one] => pairs.push((spec.key, one.clone())),
                    _ => pairs.push((spec.key, list(patterns))),
                }
            }
            _ if given.is_empty() => {}
            ArgumentKind::Word(..) => {
                let word = spec.kind.choice(given).map_or(given, |choice| choice.word);
                pairs.push((spec.key, text(word)));
            }
            ArgumentKind::Given => pairs.push((spec.key, "true".into())),
            ArgumentKind::Answer(words) if !words.contains(&given) => pairs.push((spec.key, answer(given))),
            _ => pairs.push((spec.key, text(given))),
        }
    }
    if order != 0 {
        pairs.push((ORDER, order.to_string()));
    }
    let first = specs.first();
    match (pairs.as_slice(), first) {
        ([], _) => "true".into(),
        ([(key, value)], Some(first)) if *key == first.key && value != "true" && !value.starts_with('[') => {
            value.clone()
        }
        _ => {
            let pairs = pairs.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::feature::by_name;

    #[test]
    fn values_keep_their_text() {
        assert_eq!(option(OptionKind::Integer, "20000000"), "20_000_000");
        assert_eq!(option(OptionKind::Integer, "007"), "\"007\"");
        assert_eq!(option(OptionKind::Boolean, "True"), "true");
        assert_eq!(option(OptionKind::Boolean, "yes"), "\"yes\"");
        assert_eq!(option(OptionKind::Mode, "0640"), "0o640");
        assert_eq!(option(OptionKind::Mode, "640"), "\"640\"");
        assert_eq!(option(OptionKind::Flags(&[]), "noexpn,novrfy"), "[\"noexpn\", \"novrfy\"]");
        assert_eq!(option(OptionKind::Flags(&[]), "noexpn, novrfy"), "\"noexpn, novrfy\"");
    }

    #[test]
    fn a_feature_is_written_as_shortly_as_its_arguments_allow() {
        let written = |name: &str, given: &[&str]| {
            let given = given.iter().map(|&argument| argument.to_owned()).collect::<Vec<_>>();
            arguments(by_name(name).unwrap().arguments, &given, 0)
        };
        assert_eq!(written("redirect", &[]), "true");
        assert_eq!(written("nouucp", &["reject"]), "\"reject\"");
        assert_eq!(written("access_db", &["", "skip"]), "{ skip = true }");
        assert_eq!(
            written("dnsbl", &["bl.example.net", "\"550 listed\""]),
            "{ server = \"bl.example.net\", message = \"550 listed\" }"
        );
    }
}
