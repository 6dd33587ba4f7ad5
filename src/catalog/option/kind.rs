//! What values of options look like, and whether sendmail would take one for what it says.

/// What a value of an option looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// `True` or `False`; sendmail looks at the first letter: `t`, `y` or nothing is true, anything else false.
    Boolean,
    /// A whole number, which may be negative where that has a meaning.
    Integer,
    /// A duration as sendmail writes them, `5m`, `1h30m`, `2d`, `60s`, or a number in the option's own unit.
    Duration,
    /// One of these words, of which sendmail looks at the first letter only.
    Initial(&'static [&'static str]),
    /// One of these words, whatever their case.
    Word(&'static [&'static str]),
    /// Words of this list, whatever their case, separated by commas or blanks.
    Flags(&'static [&'static str]),
    /// The same, each with a sign or without: `+` adds, `-` takes away. A number stands for itself.
    SignedFlags(&'static [&'static str]),
    /// Letters of this list, separated by commas or blanks or not at all.
    Letters(&'static str),
    /// An octal file mode.
    Mode,
    /// A path.
    Path,
    /// Any text.
    Text,
}

impl OptionKind {
    /// Whether sendmail would read this value as one of the kind. Text that holds a macro (`$…`) passes: its value is not
    /// known before sendmail runs.
    pub fn accepts(self, value: &str) -> bool {
        if value.is_empty() || value.contains('$') {
            return true;
        }
        let words = |list: &[&str]| list.iter().any(|word| word.eq_ignore_ascii_case(value));
        match self {
            OptionKind::Boolean => {
                ["true", "false", "yes", "no", "t", "f", "y", "n"].iter().any(|word| word.eq_ignore_ascii_case(value))
            }
            OptionKind::Integer => value.strip_prefix(['-', '+']).unwrap_or(value).bytes().all(|b| b.is_ascii_digit()),
            OptionKind::Duration => is_duration(value),
            OptionKind::Initial(list) => {
                let initial = |word: &str| word.chars().next().map(|c| c.to_ascii_lowercase());
                list.iter().any(|word| initial(word) == initial(value))
            }
            OptionKind::Word(list) => words(list),
            OptionKind::Flags(list) => value
                .split([',', ' ', '\t', '\n'])
                .filter(|word| !word.is_empty())
                .all(|word| list.iter().any(|known| known.eq_ignore_ascii_case(word))),
            OptionKind::SignedFlags(list) => value
                .split([',', ' ', '\t', '\n'])
                .map(|word| word.strip_prefix(['+', '-']).unwrap_or(word))
                .filter(|word| !word.is_empty() && !word.starts_with(|first: char| first.is_ascii_digit()))
                .all(|word| list.iter().any(|known| known.eq_ignore_ascii_case(word))),
            OptionKind::Letters(list) => value.chars().all(|c| matches!(c, ',' | ' ' | '\t') || list.contains(c)),
            OptionKind::Mode => value.bytes().all(|b| (b'0'..=b'7').contains(&b)),
            OptionKind::Path | OptionKind::Text => true,
        }
    }

    /// What a value should look like, to complete "expected …".
    pub fn expected(self) -> String {
        let list = |words: &[&str]| words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        match self {
            OptionKind::Boolean => "`True` or `False`".into(),
            OptionKind::Integer => "a whole number".into(),
            OptionKind::Duration => "a duration such as `30s`, `5m`, `1h` or `2d`".into(),
            OptionKind::Initial(words) | OptionKind::Word(words) => format!("one of {}", list(words)),
            OptionKind::Flags(words) | OptionKind::SignedFlags(words) => format!("words out of {}", list(words)),
            OptionKind::Letters(letters) => format!("letters out of `{letters}`"),
            OptionKind::Mode => "an octal file mode such as `0600`".into(),
            OptionKind::Path => "a path".into(),
            OptionKind::Text => "text".into(),
        }
    }
}

/// Numbers with a unit (seconds, minutes, hours, days, weeks), one after the other; a last number may have none.
/// `now` is a duration too (op guide section 5.6, Timeout.queuereturn).
fn is_duration(value: &str) -> bool {
    if value.eq_ignore_ascii_case("now") {
        return true;
    }
    let value = value.strip_prefix('-').unwrap_or(value);
    let mut digits = 0;
    for byte in value.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b's' | b'm' | b'h' | b'd' | b'w' if digits > 0 => digits = 0,
            _ => return false,
        }
    }
    !value.is_empty()
}

#[cfg(test)]
mod tests {
    use super::OptionKind::*;

    #[test]
    fn values_that_sendmail_would_misread_are_not_accepted() {
        assert!(Boolean.accepts("True") && Boolean.accepts("no") && !Boolean.accepts("1"));
        assert!(
            Integer.accepts("20000000")
                && Integer.accepts("-1")
                && !Integer.accepts("20_000")
                && !Integer.accepts("2M")
        );
        assert!(Duration.accepts("1h30m") && Duration.accepts("10") && Duration.accepts("now"));
        assert!(!Duration.accepts("5 minutes") && !Duration.accepts("m5") && !Duration.accepts("5y"));
        assert!(Initial(&["mime", "pass"]).accepts("m") && Initial(&["mime", "pass"]).accepts("Mimify"));
        assert!(!Initial(&["mime", "pass"]).accepts("x"));
        assert!(Word(&["none", "add-to"]).accepts("Add-To") && !Word(&["none"]).accepts("n"));
        assert!(Flags(&["goaway", "noetrn"]).accepts("goaway,noetrn") && !Flags(&["goaway"]).accepts("goawy"));
        assert!(Mode.accepts("0600") && !Mode.accepts("0888"));
    }

    #[test]
    fn a_macro_is_not_judged() {
        assert!(Integer.accepts("$?x1$|2$."));
    }
}
