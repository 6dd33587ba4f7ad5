//! Tokens: what rules match and make.
//!
//! The characters of all tokens are in one [`Arena`], and a token refers to a range of it. A word that occurs in a rule or class
//! of the configuration is numbered, so that comparing tokens is comparing numbers; other words, which nothing can match by name,
//! have the number 0. Metasymbols have numbers beyond those of words.

use std::rc::Rc;

use super::{
    HashMap,
    text::{MacroId, Names, Unit},
};
use crate::syntax::cf::{Metasymbol, Name};

/// Kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word.
    Word,
    /// A quoted text, including its quotes.
    Quoted,
    /// An operator character.
    Operator,
    /// A metasymbol.
    Meta(Metasymbol),
    /// A metasymbol with a name; only in rules.
    Named(Name, MacroId),
}

/// A token: a range in an [`Arena`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    start: u32,
    length: u32,
    /// Number of its word, in lower case, or of its metasymbol; 0 if no rule and no class contains it.
    pub(crate) word: u32,
    /// Its kind.
    pub kind: Kind,
}

impl Token {
    /// A metasymbol.
    pub(crate) fn meta(meta: Metasymbol) -> Self {
        Self { start: 0, length: 0, word: number_of(meta), kind: Kind::Meta(meta) }
    }

    /// A metasymbol with a name.
    pub(crate) fn named(name: Name, id: MacroId) -> Self {
        Self { start: 0, length: 0, word: 0, kind: Kind::Named(name, id) }
    }

    /// Converts a quoted text to a word without its quotes.
    pub(crate) fn unquoted(self) -> Self {
        Self { start: self.start + 1, length: self.length.saturating_sub(2), kind: Kind::Word, ..self }
    }

    /// Whether its characters are before `end` in the arena.
    pub(crate) fn is_before(self, end: usize) -> bool {
        (self.start as usize) < end
    }

    /// Whether it is this metasymbol.
    #[inline]
    pub fn is(&self, meta: Metasymbol) -> bool {
        self.word == number_of(meta)
    }
}

/// Number of a metasymbol.
#[inline]
pub(crate) fn number_of(meta: Metasymbol) -> u32 {
    /// No configuration has this many words.
    const FIRST: u32 = u32::MAX - 0xff;
    FIRST + u32::from(meta.character())
}

/// Characters of tokens.
#[derive(Debug, Clone, Default)]
pub struct Arena {
    bytes: Vec<u8>,
}

impl Arena {
    /// A token's characters; none for a metasymbol.
    pub fn text(&self, token: Token) -> &[u8] {
        let start = token.start as usize;
        self.bytes.get(start..start + token.length as usize).unwrap_or_default()
    }

    /// Length, for [`Arena::forget`].
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Truncates the arena to `length` characters; later tokens become invalid.
    pub(crate) fn forget(&mut self, length: usize) {
        self.bytes.truncate(length);
    }

    /// Appends a character of the current token.
    pub(crate) fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Appends several characters.
    pub(crate) fn extend(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
    }

    /// A token of the characters from `start` on.
    pub(crate) fn token(&self, start: usize, kind: Kind, words: &Words) -> Token {
        let text = self.bytes.get(start..).unwrap_or_default();
        let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Token { start: number(start), length: number(text.len()), word: words.get(text), kind }
    }
}

/// Words that occur in rules and classes.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Shared by sessions until one of them adds a word.
    numbers: Rc<HashMap<Box<[u8]>, u32>>,
    /// Numbers of one-character words, by their code in lower case.
    characters: Vec<u32>,
}

/// Maximum length of a word that is looked up without an allocation.
const MAX_STACK_WORD: usize = 64;

impl Words {
    /// Number of a word, which is added if it is new.
    pub(crate) fn add(&mut self, word: &[u8]) -> u32 {
        let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        let word = word.to_ascii_lowercase();
        if let [character] = word.as_slice() {
            self.characters.resize(256, 0);
            if let Some(slot @ 0) = self.characters.get_mut(usize::from(*character)) {
                *slot = next;
            }
        }
        if let Some(known) = self.numbers.get(word.as_slice()) {
            return *known;
        }
        Rc::make_mut(&mut self.numbers).insert(word.into(), next);
        next
    }

    /// Number of a word; 0 if it is unknown.
    pub(crate) fn get(&self, word: &[u8]) -> u32 {
        if let [character] = word {
            return self.characters.get(usize::from(character.to_ascii_lowercase())).copied().unwrap_or(0);
        }
        let mut lower = [0; MAX_STACK_WORD];
        let found = match lower.get_mut(..word.len()) {
            Some(lower) => {
                lower.copy_from_slice(word);
                lower.make_ascii_lowercase();
                self.numbers.get(&*lower)
            }
            None => self.numbers.get(word.to_ascii_lowercase().as_slice()),
        };
        found.copied().unwrap_or(0)
    }

    /// Number of words.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }
}

/// Joins tokens to an address: two adjacent words are separated by a blank.
pub(crate) fn join(tokens: &[Token], arena: &Arena, blank: u8, out: &mut Vec<u8>) {
    join_with(tokens, arena, blank, out, |meta, out| out.extend([b'$', meta.character()]));
}

/// The same for a key of a map, in which `$|` is one character.
pub(crate) fn join_key(tokens: &[Token], arena: &Arena, blank: u8, out: &mut Vec<u8>) {
    join_with(tokens, arena, blank, out, |meta, out| match meta {
        Metasymbol::Else => out.push(ELSE),
        meta => out.extend([b'$', meta.character()]),
    });
}

fn join_with(tokens: &[Token], arena: &Arena, blank: u8, out: &mut Vec<u8>, write: impl Fn(Metasymbol, &mut Vec<u8>)) {
    let mut after_word = false;
    for token in tokens {
        let word = token.kind == Kind::Word;
        if word && after_word {
            out.push(blank);
        }
        after_word = word;
        match token.kind {
            Kind::Meta(meta) => write(meta, out),
            _ => out.extend_from_slice(arena.text(*token)),
        }
    }
}

/// Like [`join`], but keeps metasymbols, and truncates the text to `most` characters.
pub(crate) fn join_units(tokens: &[Token], arena: &Arena, blank: u8, most: usize, out: &mut Vec<Unit>) {
    let mut after_word = false;
    for token in tokens {
        let word = token.kind == Kind::Word;
        if word && after_word {
            out.push(Unit::Byte(blank));
        }
        after_word = word;
        if out.len() >= most {
            break;
        }
        match token.kind {
            Kind::Meta(meta) => out.push(Unit::Meta(meta)),
            Kind::Named(name, id) => out.push(Unit::Named(name, id)),
            _ => {
                let text = arena.text(*token).iter().copied().map(Unit::Byte);
                out.extend(text.take(most - out.len()));
            }
        }
    }
}

/// Tokens in the notation of test mode: each with a blank before it.
pub(crate) fn show(tokens: &[Token], arena: &Arena, names: &Names, out: &mut Vec<u8>) {
    for token in tokens {
        out.push(b' ');
        match token.kind {
            Kind::Meta(meta) => out.extend([b'$', meta.character()]),
            Kind::Named(name, id) => {
                out.push(b'$');
                out.extend_from_slice(name.mark().as_bytes());
                out.extend(names.written(id));
            }
            Kind::Word | Kind::Quoted | Kind::Operator => visible(arena.text(*token), out),
        }
    }
}

/// Stands for a dollar sign that must not be expanded again.
pub(crate) const MARK: u8 = 0x81;

/// `$|` within a word or a key, as groups of a regular expression are joined.
pub(crate) const ELSE: u8 = 0x9b;

/// Characters in the notation of test mode: unprintable ones are written with `\\`, `^` and `M-`.
pub(crate) fn visible(text: &[u8], out: &mut Vec<u8>) {
    if text.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
        out.extend_from_slice(text);
        return;
    }
    for byte in text {
        match byte {
            0x20..=0x7e => out.push(*byte),
            &MARK => out.push(b'$'),
            &ELSE => out.extend_from_slice(b"$|"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                if byte & 0x80 != 0 {
                    out.extend_from_slice(b"M-");
                }
                match byte & 0x7f {
                    low @ 0x20..=0x7e => out.push(low),
                    low => out.extend([b'^', low ^ 0x40]),
                }
            }
        }
    }
}
