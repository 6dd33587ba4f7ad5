//! What was probably meant by a value that a key does not take: help is derived from what was written.

use super::value::Expected;
use crate::{
    diagnostic::{Diagnostic, nearest},
    source::Span,
};

/// Adds the help: what to write in place of `written`, if that can be told, or an example.
pub(super) fn with_help(found: Diagnostic, written: &str, span: Span, expected: &Expected) -> Diagnostic {
    match meant(written, expected) {
        Some(meant) => found.help(format!("write `{meant}`")).suggest(span, meant),
        None => found.help(format!("expected {}, as in `{}`", expected.what, expected.example)),
    }
}

/// What stands for the value in TOML.
fn meant(written: &str, expected: &Expected) -> Option<String> {
    let text = written.trim();
    let (_, example) = expected.example.split_once('=').unwrap_or_default();
    let example = example.trim_matches(['[', ']', ' ']);
    if example == "true" || example == "false" {
        return boolean(text).map(|value| value.to_string());
    }
    if example.starts_with(|first: char| first.is_ascii_digit()) && !example.starts_with("0o") {
        return number(text);
    }
    if expected.what.contains("duration") {
        return duration(text).map(|value| format!("\"{value}\""));
    }
    // Words that are allowed stand in backticks.
    let allowed = expected.what.split('`').skip(1).step_by(2).collect::<Vec<_>>();
    let near = nearest(text, allowed.iter().copied()).filter(|near| !near.eq_ignore_ascii_case(text))?;
    Some(format!("\"{near}\""))
}

/// The boolean that a word stands for.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" | "true" | "t" | "1" | "enabled" | "enable" => Some(true),
        "no" | "n" | "off" | "false" | "f" | "0" | "disabled" | "disable" => Some(false),
        _ => None,
    }
}

/// A whole number, perhaps with a unit of bytes behind it, in groups of three digits.
fn number(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '_' | ',' | '.')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    if digits.contains('.') && unit.trim().is_empty() {
        return None;
    }
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" | "bytes" => 1,
        "k" | "kb" | "kbytes" => 1_000,
        "kib" => 1 << 10,
        "m" | "mb" | "mbytes" | "megabytes" => 1_000_000,
        "mib" => 1 << 20,
        "g" | "gb" | "gbytes" | "gigabytes" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return None,
    };
    let digits = digits.chars().filter(char::is_ascii_digit).collect::<String>();
    let value = digits.parse::<u64>().ok()?.checked_mul(factor)?.to_string();
    let mut grouped = String::new();
    for (at, digit) in value.chars().enumerate() {
        if at > 0 && (value.len() - at) % 3 == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    Some(grouped)
}

/// A number with a unit of time in words.
fn duration(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(end);
    let letter = match unit.trim().to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 's',
        "m" | "min" | "mins" | "minute" | "minutes" => 'm',
        "h" | "hr" | "hrs" | "hour" | "hours" => 'h',
        "d" | "day" | "days" => 'd',
        "w" | "week" | "weeks" => 'w',
        _ => return None,
    };
    (!digits.is_empty()).then(|| format!("{digits}{letter}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant_by(written: &str, expected: &Expected) -> Option<String> {
        meant(written, expected)
    }

    #[test]
    fn values_are_derived_from_what_was_written() {
        for (written, what, example, meant) in [
            ("25M", "a whole number", "100", "25_000_000"),
            ("10 MiB", "a whole number", "100", "10_485_760"),
            ("1000", "a whole number", "100", "1_000"),
            ("5 days", "a duration such as `30s`", "\"5m\"", "\"5d\""),
            ("1 hour", "a duration such as `30s`", "\"5m\"", "\"1h\""),
            ("yes", "true or false", "true", "true"),
            ("off", "true or false", "true", "false"),
            ("noexpnn", "words from `noexpn`, `novrfy`", "[\"noexpn\"]", "\"noexpn\""),
        ] {
            let expected = Expected::new("conf.x", what, example);
            assert_eq!(meant_by(written, &expected).as_deref(), Some(meant), "{written}");
        }
        let expected = Expected::new("conf.x", "a whole number", "100");
        assert_eq!((meant("many", &expected), meant("1.5", &expected)), (None, None));
    }
}
