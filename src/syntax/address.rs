//! Splits addresses into tokens, as sendmail does before its rulesets see them (Installation and Operation Guide, section 5.1.1,
//! and observations of sendmail 8.17).
//!
//! Operators are tokens of one character, a quoted text is one token, blanks and comments in parentheses separate tokens and are
//! dropped. A backslash removes the special meaning of the next character; both are kept. Unclosed brackets and quotes are closed
//! at the end, unexpected closing characters are dropped: sendmail reports these [`Slip`]s and continues. The meaning of tokens
//! is not known here.

use std::ops::Range;

/// Maximum length of a token, in bytes.
pub const MAX_TOKEN: usize = 256;

/// Maximum length of all tokens of an address, counting one extra byte for each.
const MAX_TOTAL_LENGTH: usize = 1250;

/// Characters that are tokens by themselves: those of the option `OperatorChars` as the m4 tree sets it, and those that always
/// are.
const OPERATORS: &[u8] = b".:%@!^/[]+<>,;";

/// An unclosed opening character, or an unexpected closing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slip {
    /// The character: one of `"`, `(`, `)`, `<` and `>`.
    pub character: u8,
    /// Its position, in bytes from the start of the text.
    pub at: usize,
}

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooLong {
    /// A token is longer than [`MAX_TOKEN`].
    Token,
    /// The tokens together are too long.
    Address,
}

/// The result of splitting a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The tokens; there may be none.
    pub tokens: Vec<Vec<u8>>,
    /// End of the address: at the delimiter, or at the end of the text.
    pub end: usize,
    /// Corrected slips in order of discovery; repeated if one had to be corrected twice.
    pub slips: Vec<Slip>,
}

/// The reason for a rejection, and the slips corrected before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Reason.
    pub reason: TooLong,
    /// Like [`Scanned::slips`].
    pub slips: Vec<Slip>,
}

/// Splits a text into tokens, up to the first `delimiter`, if given, outside of quotes, comments and angle brackets.
///
/// With `,` as delimiter, angle brackets that contain no route (`<@a,@b:user>`) are closed at the next comma.
///
/// # Errors
/// A token, or all of them together, exceed sendmail's limits.
pub fn scan(text: &[u8], delimiter: Option<u8>) -> Result<Scanned, Refused> {
    Scanner { text, delimiter, ..Scanner::default() }.run()
}

/// Joins tokens to one text, with a dot between adjacent words, as the option `BlankSub` of the m4 tree specifies.
pub fn join(tokens: &[Vec<u8>]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut after_word = false;
    for token in tokens {
        let word = is_word(token);
        if word && after_word {
            text.push(b'.');
        }
        text.extend_from_slice(token);
        after_word = word;
    }
    text
}

/// Whether a token is a word, that is, neither operator nor quoted text.
pub fn is_word(token: &[u8]) -> bool {
    token.first().is_some_and(|first| Class::of(*first) == Class::Word)
}

/// C's `isspace` for ASCII.
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// A part of a text without leading and trailing blanks.
pub fn trimmed(text: &[u8], part: Range<usize>) -> Range<usize> {
    let bytes = text.get(part.clone()).unwrap_or_default();
    let lead = bytes.iter().take_while(|byte| is_blank(**byte)).count();
    let trail = bytes.iter().skip(lead).rev().take_while(|byte| is_blank(**byte)).count();
    part.start + lead..part.start + bytes.len() - trail
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Class {
    Operator,
    #[default]
    Word,
    Quote,
    Blank,
}

impl Class {
    fn of(byte: u8) -> Self {
        match byte {
            b'"' => Self::Quote,
            b'(' | b')' => Self::Blank,
            _ if is_blank(byte) => Self::Blank,
            _ if OPERATORS.contains(&byte) => Self::Operator,
            _ => Self::Word,
        }
    }
}

/// Effect of a character.
struct Step {
    /// New state of the scanner.
    state: Class,
    /// Whether the token ends before the character.
    ends: bool,
    /// Whether the character is kept.
    kept: bool,
}

impl Step {
    fn of(state: Class, class: Class) -> Self {
        let ends = match (state, class) {
            (Class::Quote | Class::Blank, _) | (Class::Word, Class::Word) => false,
            (Class::Operator | Class::Word, _) => true,
        };
        match (state, class) {
            // The closing quote ends the token like an operator.
            (Class::Quote, Class::Quote) => Step { state: Class::Operator, ends, kept: true },
            (Class::Quote, _) => Step { state: Class::Quote, ends, kept: true },
            (_, class) => Step { state: class, ends, kept: class != Class::Blank },
        }
    }
}

#[derive(Default)]
struct Scanner<'t> {
    text: &'t [u8],
    delimiter: Option<u8>,
    at: usize,
    state: Class,
    /// A backslash was read but not stored yet.
    escaped: bool,
    /// Starts of the open comments, brackets and quote.
    comments: Vec<usize>,
    brackets: Vec<usize>,
    quote: usize,
    /// The open bracket contains a route, in which commas are allowed.
    route: bool,
    used: usize,
    token: Vec<u8>,
    tokens: Vec<Vec<u8>>,
    slips: Vec<Slip>,
}

/// The next input.
enum Next {
    Character(u8),
    End,
}

impl Scanner<'_> {
    fn run(mut self) -> Result<Scanned, Refused> {
        match self.tokens() {
            Ok(()) => Ok(Scanned { tokens: self.tokens, end: self.at, slips: self.slips }),
            Err(reason) => Err(Refused { reason, slips: self.slips }),
        }
    }

    fn tokens(&mut self) -> Result<(), TooLong> {
        // Read, but not yet part of a token.
        let mut held = None;
        loop {
            if let Some(character) = held.take().filter(|_| !self.escaped) {
                if self.used >= MAX_TOTAL_LENGTH {
                    return Err(TooLong::Address);
                }
                self.store(character);
            }
            let Next::Character(character) = self.next() else { return self.end_token() };
            if self.escaped {
                self.escaped = false;
                if !self.comments.is_empty() {
                    continue;
                }
                // People write `\!` because of their shell.
                if character != b'!' || self.state == Class::Quote {
                    self.store(b'\\');
                    held = Some(character);
                    continue;
                }
            }
            let Some(character) = self.special(character) else { continue };
            let step = Step::of(self.state, Class::of(character));
            if step.state == Class::Quote && self.state != Class::Quote {
                self.quote = self.at.saturating_sub(1);
            }
            self.state = step.state;
            held = step.kept.then_some(character);
            if step.ends {
                self.end_token()?;
            }
        }
    }

    /// The next character. At the end of the text, it is one that closes what is open.
    fn next(&mut self) -> Next {
        let Some(character) = self.text.get(self.at).copied() else {
            let (closing, opening, at) = if self.state == Class::Quote {
                (b'"', b'"', self.quote)
            } else if let Some(at) = self.comments.last() {
                (b')', b'(', *at)
            } else if let Some(at) = self.brackets.last() {
                (b'>', b'<', *at)
            } else {
                return Next::End;
            };
            self.slips.push(Slip { character: opening, at });
            return Next::Character(closing);
        };
        if Some(character) == self.delimiter && self.comments.is_empty() && self.state != Class::Quote {
            match self.brackets.last() {
                None => return Next::End,
                Some(at) if character == b',' && !self.route => {
                    self.slips.push(Slip { character: b'<', at: *at });
                    return Next::Character(b'>');
                }
                Some(_) => {}
            }
        }
        self.at += 1;
        Next::Character(character)
    }

    /// Tracks opening and closing characters; `None` for characters of comments, and for unexpected closing ones.
    fn special(&mut self, character: u8) -> Option<u8> {
        let at = self.at.saturating_sub(1);
        match character {
            b'\\' => self.escaped = true,
            _ if self.state == Class::Quote => {}
            b'(' => {
                self.comments.push(at);
                return None;
            }
            b')' if self.comments.is_empty() => {
                self.slips.push(Slip { character, at });
                return None;
            }
            b')' => drop(self.comments.pop()),
            _ if !self.comments.is_empty() => return None,
            b'<' => {
                self.brackets.push(at);
                let rest = self.text.get(self.at..).unwrap_or_default();
                self.route |= rest.iter().find(|byte| !is_blank(**byte)) == Some(&b'@');
            }
            b'>' => {
                self.route = false;
                if self.brackets.pop().is_none() {
                    self.slips.push(Slip { character, at });
                    return None;
                }
            }
            _ => {}
        }
        Some(character)
    }

    fn store(&mut self, character: u8) {
        self.token.push(character);
        self.used += 1;
    }

    fn end_token(&mut self) -> Result<(), TooLong> {
        if self.token.is_empty() {
            return Ok(());
        }
        if self.token.len() > MAX_TOKEN {
            return Err(TooLong::Token);
        }
        self.used += 1;
        self.tokens.push(std::mem::take(&mut self.token));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(text: &str) -> String {
        let scanned = scan(text.as_bytes(), Some(b':')).unwrap();
        let tokens = scanned.tokens.iter().map(|token| String::from_utf8_lossy(token).into_owned());
        let slips = scanned.slips.iter().map(|slip| format!(" {}{}", char::from(slip.character), slip.at));
        format!("{}{}", tokens.collect::<Vec<_>>().join("|"), slips.collect::<String>())
    }

    #[test]
    fn operators_and_blanks_separate_tokens() {
        assert_eq!(tokens("joe.user@host [1]: x"), "joe|.|user|@|host|[|1|]");
        assert_eq!(tokens(" a\t\r b  "), "a|b");
        assert_eq!(tokens("a(b(c)d)e"), "a|e");
        assert_eq!(tokens("\"a b\"c\"\""), "\"a b\"|c|\"\"");
        assert_eq!(tokens("<a:b>:c"), "<|a|:|b|>");
        assert_eq!(tokens("\"a:b\":c"), "\"a:b\"");
        assert_eq!(tokens(""), "");
    }

    #[test]
    fn a_backslash_keeps_the_next_character_from_meaning_anything() {
        assert_eq!(tokens("a\\ b\\\"\\@"), "a\\ b\\\"\\@");
        assert_eq!(tokens("a\\!b"), "a|!|b");
        assert_eq!(tokens("\"a\\\"b\\!\""), "\"a\\\"b\\!\"");
        // But not a delimiter.
        assert_eq!(tokens("a\\:b"), "a");
    }

    #[test]
    fn what_has_no_counterpart_is_put_right() {
        assert_eq!(tokens("a(b: c"), "a (1");
        assert_eq!(tokens("a): c"), "a )1");
        assert_eq!(tokens("x <a: c"), "x|<|a|:|c|> <2");
        assert_eq!(tokens("a>b>"), "ab >1 >3");
        assert_eq!(tokens(" \"a: c"), "\"a: c\" \"1");
        assert_eq!(tokens("<(\""), "<|> (1 <0");
        assert_eq!(tokens("\"a\\"), "\"a\\\"\" \"0 \"0");
    }

    #[test]
    fn brackets_end_at_a_comma_unless_they_hold_a_route() {
        let end = |text: &str| scan(text.as_bytes(), Some(b',')).map(|scanned| (scanned.end, scanned.slips.len()));
        assert_eq!(end("a <b, c>"), Ok((4, 1)));
        assert_eq!(end("a < @b,@c:d>, e"), Ok((12, 0)));
        assert_eq!(end("\"a,b\"(,),"), Ok((8, 0)));
    }

    #[test]
    fn tokens_and_addresses_have_a_longest() {
        let scanned =
            |text: String| scan(text.as_bytes(), None).map_err(|refused| refused.reason).map(|s| s.tokens.len());
        assert_eq!(scanned("x".repeat(256)), Ok(1));
        assert_eq!(scanned("x".repeat(257)), Err(TooLong::Token));
        assert_eq!(scanned("x".repeat(1251)), Err(TooLong::Address));
        assert_eq!(scanned(".".repeat(625)), Ok(625));
        assert_eq!(scanned(".".repeat(626)), Err(TooLong::Address));
    }

    #[test]
    fn words_are_joined_with_a_dot() {
        let joined = |text: &str| String::from_utf8(join(&scan(text.as_bytes(), None).unwrap().tokens)).unwrap();
        assert_eq!(joined("a b (c) d . e"), "a.b.d.e");
        assert_eq!(joined("a \"b\" c [d] e"), "a\"b\"c[d]e");
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut(
            text in prop::collection::vec(prop_oneof![prop::sample::select(b"()<>\"\\:,@ a".as_slice()), any::<u8>()], 0..60),
            delimiter in prop::option::of(prop::sample::select(b":,".as_slice())),
        ) {
            let scanned = scan(&text, delimiter).unwrap();
            prop_assert!(scanned.end <= text.len());
            prop_assert!(scanned.slips.iter().all(|slip| text.get(slip.at) == Some(&slip.character)));
            prop_assert!(scanned.tokens.iter().all(|token| !token.is_empty()));
        }
    }
}
