#![doc = include_str!("../findings/greet_pause_value.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "greet_pause_value",
    summary: "the pause before the greeting is not a number of milliseconds",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let Some(pause) = &site.clients.greet_pause else { return Vec::new() };
    let Some(written) = &pause.value.milliseconds else { return Vec::new() };
    let value = written.trim();
    if value.is_empty() || value.contains('$') || value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    let why = match digits.as_str() {
        "" => "sendmail finds no digits in it, and greets at once".to_owned(),
        _ => format!("sendmail reads the digits only, as a pause of {digits} milliseconds"),
    };
    let help = match milliseconds(value) {
        Some(number) => format!("write `{number}`"),
        None => "write the number of milliseconds, such as `5000` for five seconds".to_owned(),
    };
    let message = format!("invalid pause `{value}`: expected a number of milliseconds");
    vec![Diagnostic::warning(RULE.code, message).at(pause.span, "used here").why(why).help(help)]
}

/// What a time with a unit is in milliseconds.
fn milliseconds(value: &str) -> Option<u64> {
    let end = value.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = value.split_at(end);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "milliseconds" => 1,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" => 60_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn units_become_milliseconds() {
        assert_eq!(milliseconds("5s"), Some(5_000));
        assert_eq!(milliseconds("5 seconds"), Some(5_000));
        assert_eq!(milliseconds("1m"), Some(60_000));
        assert_eq!(milliseconds("five"), None);
        assert_eq!(milliseconds("5x"), None);
    }
}
