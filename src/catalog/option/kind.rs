//! What values of options look like, and whether sendmail would take one for what it says.

use crate::diagnostic::nearest;

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
    /// The same, but sendmail does not take a capital for the letter.
    LowerInitial(&'static [&'static str]),
    /// One of these words, whatever their case.
    Word(&'static [&'static str]),
    /// One of these words, in this case.
    ExactWord(&'static [&'static str]),
    /// Words of this list, whatever their case, separated by blanks, commas or other punctuation.
    Flags(&'static [&'static str]),
    /// Words of this list, whatever their case, each with or without a sign, separated by blanks.
    SignedWords(&'static [&'static str]),
    /// OpenSSL options of this list, whatever their case, or numbers, each with or without a sign, separated by commas or
    /// blanks.
    SslOptions(&'static [&'static str]),
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
        let initial = |word: &str| word.chars().next();
        match self {
            OptionKind::Boolean => {
                ["true", "false", "yes", "no", "t", "f", "y", "n"].iter().any(|word| word.eq_ignore_ascii_case(value))
            }
            OptionKind::Integer => value.strip_prefix(['-', '+']).unwrap_or(value).bytes().all(|b| b.is_ascii_digit()),
            OptionKind::Duration => is_duration(value),
            OptionKind::Initial(list) => {
                let letter = initial(value).map(|c| c.to_ascii_lowercase());
                list.iter().any(|word| initial(word) == letter)
            }
            OptionKind::LowerInitial(list) => list.iter().any(|word| initial(word) == initial(value)),
            OptionKind::Word(list) => words(list),
            OptionKind::ExactWord(list) => list.contains(&value),
            OptionKind::Flags(_) | OptionKind::SignedWords(_) | OptionKind::SslOptions(_) => {
                self.unknown_words(value).is_empty()
            }
            OptionKind::Letters(list) => value.chars().all(|c| matches!(c, ',' | ' ' | '\t') || list.contains(c)),
            OptionKind::Mode => value.bytes().all(|b| (b'0'..=b'7').contains(&b)),
            OptionKind::Path | OptionKind::Text => true,
        }
    }

    /// The words that a value may be made of; empty where it is not made of words.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            OptionKind::Initial(words)
            | OptionKind::LowerInitial(words)
            | OptionKind::Word(words)
            | OptionKind::ExactWord(words)
            | OptionKind::Flags(words)
            | OptionKind::SignedWords(words)
            | OptionKind::SslOptions(words) => words,
            OptionKind::Boolean
            | OptionKind::Integer
            | OptionKind::Duration
            | OptionKind::Letters(_)
            | OptionKind::Mode
            | OptionKind::Path
            | OptionKind::Text => &[],
        }
    }

    /// The words of a value that sendmail does not know, without their signs.
    pub fn unknown_words(self, value: &str) -> Vec<&str> {
        let is_signed = matches!(self, OptionKind::SignedWords(_) | OptionKind::SslOptions(_));
        let is_number =
            |word: &str| matches!(self, OptionKind::SslOptions(_)) && word.starts_with(|c: char| c.is_ascii_digit());
        let separates = |c: char| match self {
            OptionKind::SignedWords(_) => c.is_ascii_whitespace(),
            OptionKind::Flags(_) => c.is_ascii_whitespace() || c.is_ascii_punctuation(),
            _ => c.is_ascii_whitespace() || c == ',',
        };
        value
            .split(separates)
            .filter(|word| !word.is_empty())
            .map(|word| if is_signed { word.strip_prefix(['+', '-']).unwrap_or(word) } else { word })
            .filter(|word| !is_number(word) && !self.words().iter().any(|known| known.eq_ignore_ascii_case(word)))
            .collect()
    }

    /// The value that was probably meant by one that is not accepted: other separators, the other case, or the nearest words.
    pub fn correction(self, value: &str) -> Option<String> {
        let separated = match self {
            OptionKind::SignedWords(_) => value.replace([',', ';', '|'], " "),
            OptionKind::SslOptions(_) => value.replace([';', '|'], ", "),
            _ => value.to_owned(),
        };
        let unknown = self.unknown_words(&separated).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let mut corrected = match self {
            OptionKind::LowerInitial(_) | OptionKind::ExactWord(_) => separated.to_ascii_lowercase(),
            _ => separated.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        if !self.accepts(&corrected) {
            for word in unknown {
                let prefixed = format!("SSL_OP_{word}");
                let is_short = self.words().iter().find(|known| known.eq_ignore_ascii_case(&prefixed));
                let near = is_short.copied().or_else(|| nearest(&word, self.words().iter().copied()))?;
                corrected = corrected.replace(&word, near);
            }
        }
        (corrected != value && self.accepts(&corrected)).then_some(corrected)
    }

    /// What a value should look like, to complete "expected …".
    pub fn expected(self) -> String {
        let list = |words: &[&str]| words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        match self {
            OptionKind::Boolean => "`True` or `False`".into(),
            OptionKind::Integer => "a whole number".into(),
            OptionKind::Duration => "a duration such as `30s`, `5m`, `1h` or `2d`".into(),
            OptionKind::Initial(words)
            | OptionKind::LowerInitial(words)
            | OptionKind::Word(words)
            | OptionKind::ExactWord(words) => {
                format!("one of {}", list(words))
            }
            OptionKind::SignedWords(words) => format!("words separated by blanks, out of {}", list(words)),
            OptionKind::SslOptions(_) => "options of SSL_CTX_set_options(3) such as `+SSL_OP_NO_SSLv3`".into(),
            OptionKind::Flags(words) => format!("words out of {}", list(words)),
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
        assert!(ExactWord(&["pw"]).accepts("pw") && !ExactWord(&["pw"]).accepts("PW"));
        assert!(LowerInitial(&["deferred"]).accepts("d") && !LowerInitial(&["deferred"]).accepts("D"));
        assert!(SignedWords(&["AAONLY", "DNSRCH"]).accepts("+AAONLY -dnsrch"));
        assert!(!SignedWords(&["AAONLY", "DNSRCH"]).accepts("AAONLY,DNSRCH") && !SignedWords(&["AAONLY"]).accepts("+"));
        assert!(
            SslOptions(&["SSL_OP_ALL"]).accepts("-ssl_op_all, 0x1000") && !SslOptions(&["SSL_OP_ALL"]).accepts("ALL")
        );
        assert!(Mode.accepts("0600") && !Mode.accepts("0888"));
    }

    #[test]
    fn what_was_meant_is_derived_from_what_was_written() {
        let resolver = SignedWords(&["AAONLY", "DNSRCH", "WorkAroundBrokenAAAA"]);
        let ssl = SslOptions(&["SSL_OP_NO_SSLv2", "SSL_OP_NO_SSLv3"]);
        for (kind, written, meant) in [
            (resolver, "+AAONLY,-DNSRCH", Some("+AAONLY -DNSRCH")),
            (resolver, "WorkAroundBrokenAAA", Some("WorkAroundBrokenAAAA")),
            (resolver, "-WorkAroundBrokenAAA AAONLY", Some("-WorkAroundBrokenAAAA AAONLY")),
            (ssl, "+NO_SSLv2", Some("+SSL_OP_NO_SSLv2")),
            (ssl, "SSL_OP_NO_SSLv2|SSL_OP_NO_SSLv3", Some("SSL_OP_NO_SSLv2, SSL_OP_NO_SSLv3")),
            (ssl, "zzzz", None),
            (LowerInitial(&["deferred"]), "Deferred", Some("deferred")),
            (Flags(&["goaway", "noexpn"]), "goaway,noexpnn", Some("goaway,noexpn")),
        ] {
            assert_eq!(kind.correction(written).as_deref(), meant, "{written}");
        }
    }

    #[test]
    fn a_macro_is_not_judged() {
        assert!(Integer.accepts("$?x1$|2$."));
    }
}
