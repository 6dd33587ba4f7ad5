//! Text of a `sendmail.cf` with macros, character by character.
//!
//! A dollar sign starts a metasymbol; its meaning depends on the context, which is not known here.

use std::borrow::Cow;

/// A dollar sign and the character after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metasymbol {
    /// `$*`: any number of tokens.
    Any,
    /// `$+`: one or more tokens.
    Some,
    /// `$-`: one token.
    One,
    /// `$@`: no token (left side); a host, or a prefix (right side).
    At,
    /// `$1` to `$9`: the match of a wildcard.
    Digit(u8),
    /// `$>`: calls a ruleset.
    Call,
    /// `$#`: a delivery agent.
    Agent,
    /// `$:`: a user, a default, or a prefix.
    Colon,
    /// `$[`: begins a host name.
    OpenHost,
    /// `$]`: ends it.
    CloseHost,
    /// `$(`: begins a lookup.
    OpenMap,
    /// `$)`: ends it.
    CloseMap,
    /// `$|`: else, or the separator of two arguments.
    Else,
    /// `$.`: ends a condition.
    Fi,
}

impl Metasymbol {
    /// The character after the dollar sign, except for the digit of `$1`.
    pub fn character(self) -> u8 {
        match self {
            Self::Any => b'*',
            Self::Some => b'+',
            Self::One => b'-',
            Self::At => b'@',
            Self::Digit(digit) => b'0' + digit,
            Self::Call => b'>',
            Self::Agent => b'#',
            Self::Colon => b':',
            Self::OpenHost => b'[',
            Self::CloseHost => b']',
            Self::OpenMap => b'(',
            Self::CloseMap => b')',
            Self::Else => b'|',
            Self::Fi => b'.',
        }
    }

    fn of(character: u8) -> Option<Self> {
        Some(match character {
            b'*' => Self::Any,
            b'+' => Self::Some,
            b'-' => Self::One,
            b'@' => Self::At,
            b'1'..=b'9' => Self::Digit(character - b'0'),
            b'>' => Self::Call,
            b'#' => Self::Agent,
            b':' => Self::Colon,
            b'[' => Self::OpenHost,
            b']' => Self::CloseHost,
            b'(' => Self::OpenMap,
            b')' => Self::CloseMap,
            b'|' => Self::Else,
            b'.' => Self::Fi,
            _ => return None,
        })
    }
}

/// Metasymbols with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Name {
    /// `$x`: the macro's value.
    Macro,
    /// `$&x`: the macro's value when the rule is used.
    Deferred,
    /// `$?x`: whether the macro is set.
    Condition,
    /// `$=x`: a phrase in the class.
    Class,
    /// `$~x`: a word that is not in the class.
    NotClass,
}

impl Name {
    /// The characters between the dollar sign and the name.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Macro => "",
            Self::Deferred => "&",
            Self::Condition => "?",
            Self::Class => "=",
            Self::NotClass => "~",
        }
    }
}

/// One piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code<'t> {
    /// A character of its own.
    Byte(u8),
    /// A metasymbol without a name.
    Meta(Metasymbol),
    /// A metasymbol with a name, without braces.
    Named(Name, &'t [u8]),
}

/// A problem in a text. The text ends where a name is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem<'t> {
    /// A name in braces is not closed. Contains the text after the brace.
    Unbalanced(&'t [u8]),
    /// A name that is not allowed for macros.
    Invalid(u8),
    /// The name is missing: the text ends, or the braces are empty.
    NoName,
}

/// How comments and line ends are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Whether `#` starts a comment: from level 3 on, and not in typed input.
    pub comments: bool,
}

/// Parses a text. Comments, and blanks before them, are left out; `\#` means `#`.
pub fn read<'t>(text: &'t [u8], reading: Reading) -> (Vec<Code<'t>>, Vec<Problem<'t>>) {
    let mut reader = Reader { text, at: 0, codes: Vec::with_capacity(text.len()), problems: Vec::new() };
    while let Some(byte) = reader.next() {
        match byte {
            b'$' => reader.dollar(),
            b'\\' if reading.comments && reader.peek() == Some(b'#') => {
                reader.at += 1;
                reader.codes.push(Code::Byte(b'#'));
            }
            b'#' if reading.comments => reader.comment(),
            b'\r' if matches!(reader.peek(), None | Some(b'\n')) => {}
            _ => reader.codes.push(Code::Byte(byte)),
        }
    }
    (reader.codes, reader.problems)
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    codes: Vec<Code<'t>>,
    problems: Vec<Problem<'t>>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn comment(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
        while matches!(self.codes.last(), Some(Code::Byte(b' ' | b'\t'))) {
            self.codes.pop();
        }
    }

    fn dollar(&mut self) {
        let Some(byte) = self.peek() else {
            self.codes.push(Code::Byte(b'$'));
            return;
        };
        let what = match byte {
            b'$' => {
                self.at += 1;
                self.codes.push(Code::Byte(b'$'));
                return;
            }
            b'&' => Name::Deferred,
            b'?' => Name::Condition,
            b'=' => Name::Class,
            b'~' => Name::NotClass,
            _ => {
                match Metasymbol::of(byte) {
                    Some(meta) => {
                        self.at += 1;
                        self.codes.push(Code::Meta(meta));
                    }
                    None => self.named(Name::Macro),
                }
                return;
            }
        };
        self.at += 1;
        self.named(what);
    }

    fn named(&mut self, what: Name) {
        let problem = match name(self.text.get(self.at..).unwrap_or_default()) {
            Ok((name, length)) => {
                self.at += length;
                self.codes.push(Code::Named(what, name));
                return;
            }
            // Blanks and the like are ordinary characters.
            Err(Problem::Invalid(_)) => None,
            Err(problem) => Some(problem),
        };
        self.codes.push(Code::Byte(b'$'));
        self.codes.extend(what.mark().bytes().map(Code::Byte));
        if problem.is_some() {
            self.at = self.text.len();
        }
        self.problems.extend(problem);
    }
}

/// The valid and the invalid characters of a name in braces: sendmail reports the invalid ones and continues.
pub(crate) fn legal(name: &[u8]) -> (Cow<'_, [u8]>, Vec<u8>) {
    let is_legal = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if name.iter().all(is_legal) {
        return (name.into(), Vec::new());
    }
    let (kept, left_out) = name.iter().partition::<Vec<u8>, _>(|byte| is_legal(byte));
    (kept.into(), left_out)
}

impl Problem<'_> {
    /// Whether the rest of the text is ignored.
    pub(crate) fn ends_text(&self) -> bool {
        !matches!(self, Self::Invalid(_))
    }

    /// sendmail's messages, line by line.
    pub(crate) fn messages(&self) -> Vec<String> {
        // The eighth bit is not shown.
        let invalid = |byte: &u8| format!("Invalid macro/class character {}", char::from(byte & 0x7f));
        match self {
            Self::Invalid(byte) => vec![invalid(byte)],
            Self::NoName => vec!["Name required for macro/class".to_owned()],
            Self::Unbalanced(rest) => {
                let (name, left_out) = legal(rest);
                let mut messages = left_out.iter().map(invalid).collect::<Vec<_>>();
                messages.push(format!("Unbalanced {{ on {}", String::from_utf8_lossy(&name)));
                messages.push("Unable to assign macro/class ID (mid = 0xffffffff)".to_owned());
                messages
            }
        }
    }
}

/// The name at the start of `text`, and its length in bytes.
pub(crate) fn name(text: &[u8]) -> Result<(&[u8], usize), Problem<'_>> {
    match text {
        [] | [b'{', b'}', ..] => Err(Problem::NoName),
        [b'{', rest @ ..] => match rest.iter().position(|byte| *byte == b'}') {
            Some(end) => Ok((rest.get(..end).unwrap_or_default(), end + 2)),
            None => Err(Problem::Unbalanced(rest)),
        },
        [byte, ..] if byte.is_ascii_graphic() => Ok((text.get(..1).unwrap_or_default(), 1)),
        [byte, ..] => Err(Problem::Invalid(*byte)),
    }
}
