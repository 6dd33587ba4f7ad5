//! Scans text to tokens.

use super::{
    text::Unit,
    token::{Arena, ELSE, Kind, Token, Words},
};
use crate::syntax::cf::{Metasymbol, Name};

/// A text that is scanned unit by unit.
pub(crate) trait Units {
    /// The unit at a position; `None` at the end.
    fn unit(&self, at: usize) -> Option<Unit>;
    /// Number of units.
    fn count(&self) -> usize;
}

impl Units for [Unit] {
    #[inline]
    fn unit(&self, at: usize) -> Option<Unit> {
        self.get(at).copied()
    }

    fn count(&self) -> usize {
        self.len()
    }
}

impl Units for [u8] {
    #[inline]
    fn unit(&self, at: usize) -> Option<Unit> {
        self.get(at).copied().map(Unit::Byte)
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// Characters that are tokens by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operators {
    set: [bool; 256],
    /// Whether parentheses enclose comments in rules too, as before level 9.
    pub(crate) comments: bool,
}

impl Operators {
    /// The operators of an OperatorChars option, and those that always are.
    pub fn new(characters: &[u8]) -> Self {
        let mut set = [false; 256];
        for character in characters.iter().chain(b"()<>,;") {
            if let Some(slot) = set.get_mut(usize::from(*character)) {
                *slot = true;
            }
        }
        Self { set, comments: false }
    }

    pub(crate) fn has(&self, character: u8) -> bool {
        self.set.get(usize::from(character)).copied().unwrap_or(false)
    }
}

/// Kind of a text, which determines how strictly it is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A side of a rule: nothing has to be balanced.
    Rule,
    /// Input of test mode: quotes and angles are balanced, parentheses are ordinary characters; a comma ends the text.
    Typed,
    /// An address: parentheses enclose comments.
    Address,
    /// The result of a lookup or a macro: parentheses enclose comments.
    Value,
}

/// Maximum length of a token, in characters.
pub(crate) const MAX_TOKEN_LENGTH: usize = 255;
/// Maximum number of tokens of a text.
const MAX_TOKENS: usize = 999;

/// Maximum number of characters of a text, counting each token as one more.
const MAX_SIZE: usize = 1251;
/// Maximum number of characters shown of a long text in a message.
const MAX_SHOWN: usize = 200;

/// Why scanning failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The text contains only comments.
    Empty,
    /// The text has too many tokens, or one that is too long.
    TooLong,
}

/// Result of scanning.
pub(crate) struct Scanned {
    /// Number of consumed units, including the one that ended the text.
    pub(crate) taken: usize,
    /// Whether a comma ended the text.
    pub(crate) more: bool,
}

/// What scanning needs of the configuration.
#[derive(Clone, Copy)]
pub(crate) struct Scanner<'a> {
    pub(crate) operators: &'a Operators,
    pub(crate) words: &'a Words,
}

impl Scanner<'_> {
    /// Appends the tokens of `units` to `tokens`, and sendmail's messages to `messages`.
    pub(crate) fn scan<U: Units + ?Sized>(
        self,
        units: &U,
        source: Source,
        arena: &mut Arena,
        tokens: &mut Vec<Token>,
        messages: &mut Vec<Vec<u8>>,
    ) -> Result<Scanned, Refusal> {
        let mut scan = Scan {
            scanner: self,
            units,
            source,
            at: 0,
            start: arena.len(),
            first: tokens.len(),
            arena,
            tokens,
            messages,
            angles: 0,
            refused: false,
            size: 0,
            route: Route::No,
        };
        let more = scan.run();
        let empty = scan.tokens.len() == scan.first && units.count() > 0;
        let (taken, refused) = (scan.at, scan.refused);
        if refused {
            Err(Refusal::TooLong)
        } else if empty && matches!(source, Source::Value | Source::Address) {
            Err(Refusal::Empty)
        } else {
            Ok(Scanned { taken, more })
        }
    }
}

struct Scan<'a, 'u, U: ?Sized> {
    scanner: Scanner<'a>,
    units: &'u U,
    source: Source,
    at: usize,
    /// Start of the current word in the arena.
    start: usize,
    first: usize,
    arena: &'u mut Arena,
    tokens: &'u mut Vec<Token>,
    messages: &'u mut Vec<Vec<u8>>,
    angles: usize,
    refused: bool,
    size: usize,
    route: Route,
}

/// Whether a route is being scanned, as in `<@a,@b:user@c>`; commas do not end an address there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    No,
    /// Directly after `<`.
    Opened,
    /// Up to the next `>`.
    Within,
}

impl<U: Units + ?Sized> Scan<'_, '_, U> {
    /// Scans to the end; returns whether a comma ended the text.
    fn run(&mut self) -> bool {
        while let Some(unit) = self.units.unit(self.at) {
            self.at += 1;
            let byte = match unit {
                Unit::Byte(byte) => byte,
                Unit::Meta(meta) if matches!(self.source, Source::Rule | Source::Value) => {
                    self.end_word();
                    self.tokens.push(Token::meta(meta));
                    continue;
                }
                Unit::Named(name, id) if self.source == Source::Rule => {
                    self.end_word();
                    if name != Name::Macro {
                        self.tokens.push(Token::named(name, id));
                    }
                    continue;
                }
                Unit::Meta(meta) => {
                    self.arena.extend(&[b'$', meta.character()]);
                    continue;
                }
                Unit::Named(..) => continue,
            };
            match byte {
                b'\t' if self.source == Source::Rule => break,
                b' ' | b'\t' | b'\n' | b'\r' => self.end_word(),
                b'"' => self.quoted(),
                b'\\' => match self.units.unit(self.at) {
                    // These lose the backslash.
                    Some(Unit::Byte(b'!')) if self.source != Source::Rule => {}
                    Some(Unit::Byte(b',')) if self.source == Source::Typed && self.angles == 0 => {}
                    // At the end, the backslash applies to the angle bracket that is added.
                    None | Some(Unit::Byte(b',')) if self.angles > 0 && self.source == Source::Typed => {
                        self.complain(b"'<'");
                        self.arena.extend(b"\\>");
                    }
                    Some(Unit::Byte(next)) => {
                        self.arena.extend(&[b'\\', next]);
                        self.at += 1;
                    }
                    None if self.angles > 0 && self.source != Source::Rule => {
                        self.complain(b"'<'");
                        self.arena.extend(b"\\>");
                    }
                    _ => {}
                },
                b'(' if self.has_comments() => self.comment(),
                b')' if self.has_comments() => self.complain(b"')'"),
                b'@' if self.route == Route::Opened => {
                    self.route = if self.arena.len() == self.start { Route::Within } else { Route::No };
                    self.operator(byte);
                }
                b',' if self.source == Source::Typed && self.route != Route::Within => {
                    self.finish();
                    return true;
                }
                b'<' => {
                    self.angles += 1;
                    self.operator(byte);
                    if self.route != Route::Within {
                        self.route = Route::Opened;
                    }
                }
                // The word continues after it.
                b'>' if self.angles == 0 && self.source != Source::Rule => self.complain(b"'>'"),
                b'>' => {
                    self.angles = self.angles.saturating_sub(1);
                    self.route = Route::No;
                    self.operator(byte);
                }
                _ if self.scanner.operators.has(byte) => self.operator(byte),
                _ => self.arena.push(byte),
            }
            if self.refused {
                return false;
            }
        }
        self.finish();
        false
    }

    fn has_comments(&self) -> bool {
        matches!(self.source, Source::Address | Source::Value) || self.scanner.operators.comments
    }

    fn finish(&mut self) {
        self.end_word();
        if self.source != Source::Rule && self.angles > 0 {
            for _ in 0..std::mem::take(&mut self.angles) {
                self.complain(b"'<'");
                self.operator(b'>');
            }
        }
    }

    /// A quoted text, including its quotes, is a single token.
    fn quoted(&mut self) {
        self.end_word();
        self.arena.push(b'"');
        while let Some(unit) = self.units.unit(self.at) {
            if unit == Unit::Byte(b'\t') && self.source == Source::Rule {
                break;
            }
            self.at += 1;
            match unit {
                Unit::Byte(b'"') => {
                    self.arena.push(b'"');
                    self.end(Kind::Quoted);
                    return;
                }
                Unit::Byte(b'\\') => {
                    self.arena.push(b'\\');
                    if let Some(Unit::Byte(next)) = self.units.unit(self.at) {
                        self.arena.push(next);
                        self.at += 1;
                    } else if self.units.unit(self.at).is_none() && self.source != Source::Rule {
                        self.complain(b"'\"'");
                        self.arena.push(b'"');
                    }
                }
                Unit::Byte(byte) => self.arena.push(byte),
                Unit::Meta(meta) => self.arena.extend(&[b'$', meta.character()]),
                Unit::Named(..) => {}
            }
        }
        if self.source != Source::Rule {
            self.complain(b"'\"'");
            self.arena.push(b'"');
        }
        self.end(Kind::Quoted);
    }

    fn comment(&mut self) {
        self.end_word();
        let mut depth = 1;
        while let Some(unit) = self.units.unit(self.at) {
            self.at += 1;
            match unit {
                Unit::Byte(b'(') => depth += 1,
                Unit::Byte(b')') => {
                    depth -= 1;
                    if depth == 0 {
                        return;
                    }
                }
                Unit::Byte(b'\\') => self.at += 1,
                _ => {}
            }
        }
        for _ in 0..depth {
            self.complain(b"'('");
        }
    }

    fn operator(&mut self, byte: u8) {
        self.end_word();
        if self.route == Route::Opened && byte != b'<' {
            self.route = Route::No;
        }
        self.arena.push(byte);
        self.take(Kind::Operator);
    }

    fn end_word(&mut self) {
        self.end(Kind::Word);
    }

    fn end(&mut self, kind: Kind) {
        if self.arena.len() > self.start {
            if self.route == Route::Opened {
                self.route = Route::No;
            }
            self.take(kind);
        }
    }

    /// Makes a token of the characters read so far.
    fn take(&mut self, kind: Kind) {
        let count = self.tokens.len() - self.first;
        let length = self.arena.len() - self.start;
        self.size += length + 1;
        let problem: Option<&[u8]> = match self.source {
            Source::Rule => None,
            _ if length > MAX_TOKEN_LENGTH => Some(b"prescan: token too long"),
            _ if self.size > MAX_SIZE => Some(b"Address too long"),
            _ if count >= MAX_TOKENS => Some(b"prescan: too many tokens"),
            _ => None,
        };
        match problem {
            Some(problem) => {
                if !self.refused {
                    self.say(problem);
                }
                self.refused = true;
            }
            None => self.tokens.push(self.arena.token(self.start, kind, self.scanner.words)),
        }
        self.start = self.arena.len();
    }

    fn complain(&mut self, what: &[u8]) {
        self.say(&[b"Unbalanced ", what].concat());
    }

    /// Reports an error after the text, whose middle is omitted if it is long.
    fn say(&mut self, what: &[u8]) {
        let mut message = Vec::new();
        for unit in (0..self.units.count()).filter_map(|at| self.units.unit(at)) {
            match unit {
                Unit::Byte(byte) => message.push(byte),
                Unit::Meta(Metasymbol::Else) => message.push(ELSE),
                Unit::Meta(meta) => message.extend([b'$', meta.character()]),
                Unit::Named(..) => {}
            }
        }
        if message.len() > MAX_SHOWN + 3 {
            let tail = message.split_off(message.len() - MAX_SHOWN / 2);
            message.truncate(MAX_SHOWN / 2);
            message.extend_from_slice(b"...");
            message.extend(tail);
        }
        message.iter_mut().for_each(|byte| *byte &= 0x7f);
        message.extend_from_slice(b"... ");
        message.extend_from_slice(what);
        self.messages.push(message);
    }
}
