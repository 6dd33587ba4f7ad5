//! Durations.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A duration in whole seconds, written with units: `90s`, `1h30m`, `5d`. The units are `w`, `d`, `h`, `m` and `s`, each preceded
/// by a whole number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    /// Length in seconds.
    pub seconds: u64,
}

const UNITS: [(u64, char); 5] = [(604_800, 'w'), (86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];

impl Period {
    /// This many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// This many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self { seconds: minutes * 60 }
    }

    /// This many hours.
    pub const fn hours(hours: u64) -> Self {
        Self { seconds: hours * 3_600 }
    }

    /// This many days.
    pub const fn days(days: u64) -> Self {
        Self { seconds: days * 86_400 }
    }

    /// Parses a duration of sendmail.cf: numbers with units; a number without a unit counts in `unit` (op guide section 4.1.1).
    /// `None` for anything else.
    pub fn of_option(text: &str, unit: char) -> Option<Self> {
        let text = text.trim();
        let mut total = 0u64;
        let mut number: Option<u64> = None;
        for c in text.chars().chain([' ']) {
            if let Some(digit) = c.to_digit(10) {
                number = Some(number.unwrap_or(0).checked_mul(10)?.checked_add(u64::from(digit))?);
            } else if let Some(n) = number.take() {
                let letter = if c == ' ' { unit } else { c.to_ascii_lowercase() };
                let (size, _) = UNITS.iter().find(|(_, known)| *known == letter)?;
                total = total.checked_add(n.checked_mul(*size)?)?;
            } else if c != ' ' {
                return None;
            }
        }
        (!text.is_empty()).then_some(Self { seconds: total })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seconds == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.seconds;
        for (size, letter) in UNITS {
            // Weeks are used only for whole weeks: `10d` is easier to read than `1w3d`.
            if rest < size || (letter == 'w' && !rest.is_multiple_of(size)) {
                continue;
            }
            write!(f, "{}{letter}", rest / size)?;
            rest %= size;
        }
        Ok(())
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ended = text.ends_with(|c: char| c.is_ascii_alphabetic());
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
        (ended && plain).then(|| Self::of_option(text, 's')).flatten().ok_or_else(|| {
            format!("invalid duration `{text}`: expected whole numbers with units, such as `90s`, `1h30m` or `5d`")
        })
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^([0-9]+[wdhms])+$",
            "description": "A duration: whole numbers with units (w, d, h, m, s), such as 90s, 1h30m or 5d.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Period;

    #[test]
    fn durations_are_written_in_the_largest_units_and_read_back() {
        for (seconds, text) in
            [(0, "0s"), (90, "1m30s"), (300, "5m"), (5_400, "1h30m"), (864_000, "10d"), (1_209_600, "2w")]
        {
            assert_eq!(Period::seconds(seconds).to_string(), text);
            assert_eq!(text.parse(), Ok(Period::seconds(seconds)));
        }
        for wrong in ["", "5", "m", "5x", "-5m", "5 m", "99999999999999999999s", "30000000000000000000w"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn options_have_a_unit_of_their_own() {
        assert_eq!(Period::of_option("5", 'd'), Some(Period::days(5)));
        assert_eq!(Period::of_option("1h30", 'm'), Some(Period::minutes(90)));
        assert_eq!(Period::of_option("now", 'd'), None);
    }
}
