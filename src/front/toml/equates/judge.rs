//! Whether a value is one that sendmail takes for what it says.

use super::EquateKind;
use crate::{
    catalog::option::OptionKind,
    diagnostic::Diagnostic,
    front::toml::value::{Expected, Refusals},
    source::{Span, Spanned},
};

/// Whether sendmail takes the value for what it says; refuses it if not.
pub(super) fn judge(refusals: &mut Refusals, value: &str, span: Span, kind: EquateKind, expected: &Expected) -> bool {
    if value.contains('$') {
        return true;
    }
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = match kind {
        EquateKind::Name => value.chars().all(word),
        EquateKind::Port => match value.parse::<u32>() {
            Ok(port) => (1..=65535).contains(&port),
            Err(_) => value.starts_with(|c: char| c.is_ascii_alphabetic()) && value.chars().all(word),
        },
        EquateKind::Address | EquateKind::Path => !value.contains([',', ' ', '\t']),
        EquateKind::Word(words) => words.iter().any(|known| {
            known.eq_ignore_ascii_case(value) || (value.len() == 1 && known.starts_with(value) && value != "l")
        }),
        EquateKind::Letters(letters) => return judge_letters(refusals, value, span, letters, expected),
        EquateKind::Count => value.bytes().all(|b| b.is_ascii_digit()),
        EquateKind::Names => value.split(';').all(|name| !name.trim().is_empty() && name.trim().chars().all(word)),
        EquateKind::Duration => OptionKind::Duration.accepts(value),
        EquateKind::Socket => match value.split_once(':') {
            Some(("inet" | "inet6", place)) => place.split_once('@').is_some_and(|(port, host)| {
                port.trim().parse::<u16>().is_ok_and(|port| port > 0) && !host.trim().is_empty()
            }),
            Some(("local" | "unix", path)) => !path.trim().is_empty() && !path.contains(','),
            _ => false,
        },
        EquateKind::Timeouts => value.split(';').all(|part| match part.trim().split_once(':') {
            Some(("C" | "S" | "R" | "E", time)) => !time.is_empty() && OptionKind::Duration.accepts(time),
            _ => false,
        }),
    };
    if !fits {
        let why = match kind {
            EquateKind::Port => "sendmail would listen nowhere, or on another port",
            _ => "sendmail would reject it, or read it as something else",
        };
        refusals.wrong_value(&Spanned::new(value.to_owned(), span), expected, why);
    }
    fits
}

fn judge_letters(
    refusals: &mut Refusals,
    value: &str,
    span: Span,
    letters: &[(char, &str)],
    expected: &Expected,
) -> bool {
    match value.chars().find(|c| !letters.iter().any(|(letter, _)| letter == c)) {
        None => true,
        Some(unknown) => {
            refusals.push(
                Diagnostic::error("unknown_modifier", format!("unknown letter `{unknown}` for `{}`", expected.key))
                    .at(span, format!("`{unknown}` is unknown"))
                    .why("sendmail silently ignores unknown letters")
                    .help(format!("allowed: {}", expected.what)),
            );
            false
        }
    }
}
