//! The remaining input as one stream of tokens.
//!
//! Included files and expansions form a stack; the top one is read until it is used up. Tokens may span chunks: a word, a quoted
//! string or a comment that reaches the end of its chunk continues in the one below, as if all were one text.

use std::{ops::Range, rc::Rc};

use super::{
    lexer::{self, Kind, Syntax, Token},
    symbols::Definition,
    text::Text,
};
use crate::source::{SourceId, Span};

/// The last byte that was read from a file: m4 reports errors at the line of this byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: SourceId,
    pub(super) byte: u32,
}

/// The next input.
#[derive(Debug)]
pub(super) enum Item {
    /// A complete token.
    Token(Lexeme),
    /// Literal text.
    Literal(Lexeme),
    /// A builtin, as returned by `defn`.
    Macro(Definition),
    /// A quoted string or comment that extends to the end of the input.
    Cut { lexeme: Lexeme, comment: bool },
    /// The end of all input.
    End,
}

/// A token in its text.
#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    pub(super) text: Rc<Text>,
    pub(super) range: Range<usize>,
    /// Its place for the reader of the file: in the file itself, or the call whose expansion it is part of.
    pub(super) home: Span,
    /// Place where its first byte was read.
    pub(super) start: Place,
}

impl Lexeme {
    /// Its bytes.
    pub(super) fn as_str(&self) -> &str {
        self.text.as_str().get(self.range.clone()).unwrap_or_default()
    }

    /// Place where its bytes were written.
    pub(super) fn origin(&self) -> Span {
        self.text.origin(self.range.clone())
    }
}

#[derive(Debug)]
enum Content {
    File { source: SourceId, stretches: Vec<Token>, cursor: usize, syntax: Option<Syntax> },
    Expansion,
    Literal,
    Macro(Definition),
}

#[derive(Debug)]
struct Chunk {
    text: Rc<Text>,
    at: usize,
    content: Content,
    /// For an expansion, the outermost call that it belongs to, and where that was read.
    home: Span,
    place: Place,
}

impl Chunk {
    fn is_used_up(&self) -> bool {
        self.at >= self.text.len() && !matches!(self.content, Content::Macro(_))
    }

    /// Place of the byte before `end`.
    fn place_before(&self, end: usize) -> Place {
        match self.content {
            Content::File { source, .. } => Place { source, byte: Span::new(source, end.saturating_sub(1), end).start },
            _ => self.place,
        }
    }

    fn home(&self, range: &Range<usize>) -> Span {
        match self.content {
            Content::File { source, .. } => Span::new(source, range.start, range.end),
            _ => self.home,
        }
    }

    /// Reads the token at the current position.
    fn take(&mut self, syntax: Syntax) -> Option<Token> {
        let mut token = self.cached(syntax).or_else(|| lexer::next(self.text.as_str(), self.at, syntax))?;
        if token.kind == Kind::Remark {
            token = Token { kind: Kind::Word, end: token.start + "dnl".len(), ..token };
        }
        self.at = token.end;
        Some(token)
    }

    /// The token at the current position, if this is a file and the grammar found a token there.
    fn cached(&mut self, now: Syntax) -> Option<Token> {
        let Content::File { stretches, cursor, syntax, .. } = &mut self.content else { return None };
        if *syntax != Some(now) {
            *syntax = Some(now);
            *cursor = 0;
            *stretches = lexer::stretches(self.text.as_str().get(self.at..)?, now).unwrap_or_default();
            for token in stretches.iter_mut() {
                token.start += self.at;
                token.end += self.at;
            }
        }
        while stretches.get(*cursor)?.start < self.at {
            *cursor += 1;
        }
        stretches.get(*cursor).copied().filter(|token| token.start == self.at)
    }

    fn lexeme(&self, kind: Kind, range: Range<usize>) -> Lexeme {
        let start = self.place_before(range.start + 1);
        Lexeme { kind, home: self.home(&range), text: Rc::clone(&self.text), range, start }
    }
}

/// Stack of chunks.
#[derive(Debug)]
pub(super) struct Input {
    chunks: Vec<Chunk>,
    /// Place of the last byte that was read.
    pub(super) place: Place,
}

impl Input {
    /// Empty input at `place`.
    pub(super) fn new(place: Place) -> Self {
        Self { chunks: Vec::new(), place }
    }

    /// Pushes a file.
    pub(super) fn push_file(&mut self, source: SourceId, text: &str) {
        self.drop_used_up();
        self.chunks.push(Chunk {
            text: Rc::new(Text::source(text, Span::new(source, 0, text.len()))),
            at: 0,
            content: Content::File { source, stretches: Vec::new(), cursor: 0, syntax: None },
            home: Span::new(source, 0, text.len()),
            place: Place { source, byte: 0 },
        });
    }

    /// Number of files being read.
    pub(super) fn files(&self) -> usize {
        self.chunks.iter().filter(|c| matches!(c.content, Content::File { .. })).count()
    }

    /// Pushes `text`, the expansion of a call at `home` that m4 places at `place`.
    pub(super) fn push_expansion(&mut self, text: Text, home: Span, place: Place) {
        self.drop_used_up();
        if text.has_literals() {
            for (range, literal) in text.literal_runs().into_iter().rev() {
                let content = if literal { Content::Literal } else { Content::Expansion };
                self.chunks.push(Chunk { text: Rc::new(text.slice(range)), at: 0, content, home, place });
            }
        } else if !text.is_empty() {
            self.chunks.push(Chunk { text: Rc::new(text), at: 0, content: Content::Expansion, home, place });
        }
    }

    /// Pushes a builtin.
    pub(super) fn push_macro(&mut self, definition: Definition, home: Span, place: Place) {
        self.drop_used_up();
        let text = Rc::new(Text::empty(home));
        self.chunks.push(Chunk { text, at: 0, content: Content::Macro(definition), home, place });
    }

    /// Reads the next token.
    pub(super) fn next(&mut self, syntax: Syntax) -> Item {
        self.drop_used_up();
        let below = self.chunks.len() > 1;
        let Some(chunk) = self.chunks.last_mut() else { return Item::End };
        if let Content::Macro(definition) = &chunk.content {
            let definition = definition.clone();
            self.place = chunk.place;
            self.chunks.pop();
            return Item::Macro(definition);
        }
        if matches!(chunk.content, Content::Literal) {
            let range = chunk.at..chunk.text.len();
            chunk.at = range.end;
            self.place = chunk.place;
            return Item::Literal(chunk.lexeme(Kind::Quoted, range));
        }
        let Some(token) = chunk.take(syntax) else { return Item::End };
        let lexeme = chunk.lexeme(token.kind, token.start..token.end);
        self.place = chunk.place_before(token.end);
        match token.kind {
            Kind::Word if below && token.end == chunk.text.len() => Item::Token(self.join_word(lexeme)),
            Kind::UnclosedQuote => self.join_quote(lexeme, syntax),
            Kind::UnclosedComment => self.join_comment(lexeme, syntax),
            _ => Item::Token(lexeme),
        }
    }

    /// The next byte, if it is not literal.
    pub(super) fn peek(&self) -> Option<u8> {
        let chunk = self.chunks.iter().rev().find(|c| !c.is_used_up())?;
        match chunk.content {
            Content::File { .. } | Content::Expansion => chunk.text.as_str().as_bytes().get(chunk.at).copied(),
            Content::Literal | Content::Macro(_) => None,
        }
    }

    /// The rest of the topmost chunk that is not used up, if it is not literal, and its place.
    pub(super) fn rest(&self) -> Option<(&str, Span)> {
        let chunk = self.chunks.iter().rev().find(|c| !c.is_used_up())?;
        match chunk.content {
            Content::File { .. } | Content::Expansion => {
                let range = chunk.at..chunk.text.len();
                Some((chunk.text.as_str().get(range.clone())?, chunk.home(&range)))
            }
            Content::Literal | Content::Macro(_) => None,
        }
    }

    /// Skips everything up to and including the next newline; returns whether there was one.
    pub(super) fn skip_line(&mut self) -> bool {
        loop {
            self.drop_used_up();
            let Some(chunk) = self.chunks.last_mut() else { return false };
            let rest = chunk.text.as_str().get(chunk.at..).unwrap_or_default();
            let newline = rest.find('\n');
            chunk.at = newline.map_or(chunk.text.len(), |length| chunk.at + length + 1);
            self.place = chunk.place_before(chunk.at);
            if newline.is_some() {
                return true;
            }
            self.chunks.pop();
        }
    }

    fn drop_used_up(&mut self) {
        while self.chunks.last().is_some_and(Chunk::is_used_up) {
            self.chunks.pop();
        }
    }

    /// Continues a word that reached the end of its chunk.
    fn join_word(&mut self, first: Lexeme) -> Lexeme {
        let mut joined: Option<Text> = None;
        while self.peek().is_some_and(lexer::continues_word) {
            self.drop_used_up();
            let Some(chunk) = self.chunks.last_mut() else { break };
            let rest = chunk.text.as_str().as_bytes().get(chunk.at..).unwrap_or_default();
            let length = rest.iter().position(|&b| !lexer::continues_word(b)).unwrap_or(rest.len());
            let range = chunk.at..chunk.at + length;
            chunk.at = range.end;
            self.place = chunk.place_before(range.end);
            joined.get_or_insert_with(|| first.text.slice(first.range.clone())).push_slice(&chunk.text, range);
        }
        match joined {
            Some(text) => Lexeme { range: 0..text.len(), text: Rc::new(text), ..first },
            None => first,
        }
    }

    /// Continues a quote that is not closed in its chunk.
    fn join_quote(&mut self, first: Lexeme, syntax: Syntax) -> Item {
        let Some((open, close)) = syntax.quotes() else { return Item::Token(first) };
        let mut depth = 1;
        lexer::quote_end(first.as_str().as_bytes().get(1..).unwrap_or_default(), open, close, &mut depth);
        self.join(first, Kind::Quoted, |bytes| lexer::quote_end(bytes, open, close, &mut depth))
    }

    /// Continues a comment that does not end in its chunk.
    fn join_comment(&mut self, first: Lexeme, syntax: Syntax) -> Item {
        let Some((_, end)) = syntax.comment else { return Item::Token(first) };
        self.join(first, Kind::Comment, |bytes| bytes.iter().position(|&b| b == end).map(|length| length + 1))
    }

    fn join(&mut self, first: Lexeme, kind: Kind, mut end: impl FnMut(&[u8]) -> Option<usize>) -> Item {
        let mut text = first.text.slice(first.range.clone());
        loop {
            self.drop_used_up();
            let Some(chunk) = self.chunks.last_mut() else {
                let lexeme = Lexeme { range: 0..text.len(), text: Rc::new(text), ..first };
                return Item::Cut { lexeme, comment: kind == Kind::Comment };
            };
            let rest = chunk.text.as_str().as_bytes().get(chunk.at..).unwrap_or_default();
            let closed = match chunk.content {
                Content::File { .. } | Content::Expansion => end(rest),
                Content::Literal => None,
                Content::Macro(_) => {
                    self.chunks.pop();
                    continue;
                }
            };
            let range = chunk.at..closed.map_or(chunk.text.len(), |length| chunk.at + length);
            chunk.at = range.end;
            self.place = chunk.place_before(range.end);
            text.push_slice(&chunk.text, range);
            if closed.is_some() {
                return Item::Token(Lexeme { kind, range: 0..text.len(), text: Rc::new(text), ..first });
            }
        }
    }
}
