//! Kinds of option values, and whether sendmail accepts a value as what it says.

use crate::diagnostic::nearest;

/// Kinds of option values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// `True` or `False`; sendmail looks only at the first letter: `t`, `y` or an empty value mean true, everything else false.
    Boolean,
    /// A whole number, which may be negative if that has a meaning.
    Integer,
    /// A duration: `5m`, `1h30m`, `2d`, `60s`, or a number in the option's own unit.
    Duration,
    /// One of these words, of which sendmail looks only at the first letter.
    Initial(&'static [&'static str]),
    /// The same, but the letter must be in lower case.
    LowerInitial(&'static [&'static str]),
    /// One of these words, in any case.
    Word(&'static [&'static str]),
    /// One of these words, in exactly this case.
    ExactWord(&'static [&'static str]),
    /// Words from this list in any case, separated by blanks, commas or other punctuation.
    Flags(&'static [&'static str]),
    /// Words from this list in any case, each with an optional sign, separated by blanks.
    SignedWords(&'static [&'static str]),
    /// OpenSSL options from this list in any case, or numbers, each with an optional sign, separated by commas or blanks.
    SslOptions(&'static [&'static str]),
    /// Letters from this list, with or without commas or blanks between them.
    Letters(&'static str),
    /// An octal file mode.
    Mode,
    /// A path.
    Path,
    /// Any text.
    Text,
}

impl OptionKind {
    /// Whether sendmail accepts this value as one of the kind. Text with a macro (`$…`) is accepted: its value is known only at
    /// run time.
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

    /// The allowed words; empty if the kind has none.
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

    /// The value that was probably meant: with other separators, in another case, or with the most similar words.
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

    /// Description of the kind, to complete "expected …".
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
            OptionKind::SignedWords(words) => format!("words separated by blanks, from {}", list(words)),
            OptionKind::SslOptions(_) => "options of SSL_CTX_set_options(3) such as `+SSL_OP_NO_SSLv3`".into(),
            OptionKind::Flags(words) => format!("words from {}", list(words)),
            OptionKind::Letters(letters) => format!("letters from `{letters}`"),
            OptionKind::Mode => "an octal file mode such as `0600`".into(),
            OptionKind::Path => "a path".into(),
            OptionKind::Text => "text".into(),
        }
    }
}

/// Whether a text is a duration: numbers with units (seconds, minutes, hours, days, weeks); the last number may have none. `now`
/// is a duration too (op guide section 5.6, Timeout.queuereturn).
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
