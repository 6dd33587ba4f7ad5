//! Splits text into tokens.
//!
//! `grammar/mc.pest` documents the tokens. The grammar also splits each file, once, into quoted text, comments and the text
//! between ([`stretches`]). The text between is tokenised by [`next`], one token at a time as the program runs, and so are
//! expansions (mostly a few bytes), and files whose quotes or comment characters the program has changed. Tests compare both with
//! the grammar's own tokens.

use pest::Parser;
use pest_derive::Parser;

/// The parser that pest generates from the grammar.
#[derive(Parser)]
#[grammar = "../grammar/mc.pest"]
struct Grammar;

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word: a name, or text that looks like one.
    Word,
    /// Quoted text, including its quotes.
    Quoted,
    /// A comment, including its end.
    Comment,
    /// `(`
    Open,
    /// `,`
    Comma,
    /// `)`
    Close,
    /// Blanks, tabs, newlines.
    Blank,
    /// Any other characters.
    Other,
    /// The word `dnl` with the rest of its line, newline included. Not returned by [`next`].
    Remark,
    /// An unclosed quote.
    UnclosedQuote,
    /// A comment that does not end in this text.
    UnclosedComment,
}

/// A token: its kind and its bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The quote and comment characters. All are ASCII; `changequote` and `changecom` check theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    /// Opening and closing quote. Without an opening quote, macros that quote their result still write the closing one, as in m4.
    pub(super) quotes: (Option<u8>, Option<u8>),
    /// Start and end of a comment, if there are comments.
    pub(super) comment: Option<(u8, u8)>,
}

impl Syntax {
    /// The syntax when m4 starts.
    pub(super) const INITIAL: Syntax = Syntax { quotes: (Some(b'`'), Some(b'\'')), comment: Some((b'#', b'\n')) };

    /// The syntax after sendmail's cf.m4.
    pub(super) const WITHOUT_COMMENTS: Syntax = Syntax { comment: None, ..Self::INITIAL };

    /// Whether `byte` starts a comment.
    pub(super) fn begins_comment(self, byte: u8) -> bool {
        self.comment.is_some_and(|(begin, _)| begin == byte)
    }

    /// The quotes, if text can be quoted.
    pub(super) fn quotes(self) -> Option<(u8, u8)> {
        let (open, close) = self.quotes;
        open.zip(close)
    }

    /// Whether `byte` opens a quote.
    pub(super) fn opens_quote(self, byte: u8) -> bool {
        self.quotes().is_some_and(|(open, _)| open == byte)
    }
}

/// Whether a word may start with the byte.
pub(super) fn begins_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether a word may continue with the byte.
pub(super) fn continues_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// White space, as in C.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The quoted texts and comments of a text, found by the grammar, if it has rules for this syntax.
///
/// They are tokens only if a token starts at the same position; in `xdnl` there is none.
pub(super) fn stretches(text: &str, syntax: Syntax) -> Option<Vec<Token>> {
    let rule = match syntax {
        Syntax::INITIAL => Rule::file_with_comments,
        Syntax::WITHOUT_COMMENTS => Rule::file,
        _ => return None,
    };
    parse(rule, text)
}

/// Tokens that match a rule of the grammar. `None` if the rule does not match, or quotes are nested too deeply for the stack.
fn parse(rule: Rule, text: &str) -> Option<Vec<Token>> {
    let whole = Grammar::parse(rule, text).ok()?.next()?;
    let tokens = whole.into_inner().filter_map(|pair| {
        let kind = match pair.as_rule() {
            Rule::word => Kind::Word,
            Rule::quoted => Kind::Quoted,
            Rule::comment => Kind::Comment,
            Rule::open => Kind::Open,
            Rule::comma => Kind::Comma,
            Rule::close => Kind::Close,
            Rule::blank => Kind::Blank,
            Rule::other => Kind::Other,
            Rule::remark => Kind::Remark,
            Rule::open_comment => Kind::UnclosedComment,
            Rule::open_quote => Kind::UnclosedQuote,
            Rule::EOI
            | Rule::file
            | Rule::file_with_comments
            | Rule::tokens
            | Rule::tokens_with_comments
            | Rule::token
            | Rule::text
            | Rule::text_with_comments
            | Rule::word_start
            | Rule::word_char
            | Rule::plain => return None,
        };
        let span = pair.as_span();
        Some(Token { kind, start: span.start(), end: span.end() })
    });
    Some(tokens.collect())
}

/// The token at `start`; `None` at the end of the text.
pub(super) fn next(text: &str, start: usize, syntax: Syntax) -> Option<Token> {
    let bytes = text.as_bytes();
    let rest = bytes.get(start..)?;
    let first = *rest.first()?;
    let run = |while_: &dyn Fn(u8) -> bool| start + rest.iter().position(|&b| !while_(b)).unwrap_or(rest.len());
    let (kind, end) = if let Some((_, close)) = syntax.comment.filter(|_| syntax.begins_comment(first)) {
        match rest.iter().skip(1).position(|&b| b == close) {
            Some(length) => (Kind::Comment, start + length + 2),
            None => (Kind::UnclosedComment, bytes.len()),
        }
    } else if begins_word(first) {
        (Kind::Word, run(&continues_word))
    } else if let Some((open, close)) = syntax.quotes().filter(|_| syntax.opens_quote(first)) {
        match quote_end(rest.get(1..).unwrap_or_default(), open, close, &mut 1) {
            Some(length) => (Kind::Quoted, start + 1 + length),
            None => (Kind::UnclosedQuote, bytes.len()),
        }
    } else {
        match first {
            b'(' => (Kind::Open, start + 1),
            b',' => (Kind::Comma, start + 1),
            b')' => (Kind::Close, start + 1),
            _ if is_blank(first) => (Kind::Blank, run(&|b| is_blank(b) && !special(b, syntax))),
            _ if special(first, syntax) => (Kind::Other, start + 1),
            _ => (Kind::Other, run(&|b| !begins_word(b) && !is_blank(b) && !special(b, syntax))),
        }
    };
    Some(Token { kind, start, end })
}

/// Whether the byte is always a token by itself.
fn special(byte: u8, syntax: Syntax) -> bool {
    matches!(byte, b'(' | b',' | b')' | b'\'' | b'#' | b'`') || syntax.opens_quote(byte) || syntax.begins_comment(byte)
}

/// End of a quote with this depth: the position after the closing byte. If there is none, `depth` is the number of quotes that
/// are open at the end.
pub(super) fn quote_end(bytes: &[u8], open: u8, close: u8, depth: &mut usize) -> Option<usize> {
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == close {
            *depth -= 1;
            if *depth == 0 {
                return Some(at + 1);
            }
        } else if byte == open {
            *depth += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_hand(text: &str, syntax: Syntax) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(token) = next(text, at, syntax) {
            at = token.end;
            let is_dnl = token.kind == Kind::Word && &text[token.start..token.end] == "dnl";
            if is_dnl && !text[token.end..].starts_with('(') {
                at = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
                tokens.push(Token { kind: Kind::Remark, start: token.start, end: at });
            } else {
                tokens.push(token);
            }
        }
        tokens
    }

    fn by_grammar(text: &str, syntax: Syntax) -> Vec<Token> {
        parse(if syntax.comment.is_some() { Rule::tokens_with_comments } else { Rule::tokens }, text).unwrap()
    }

    fn show(text: &str, syntax: Syntax) -> Vec<String> {
        let tokens = by_grammar(text, syntax);
        tokens.iter().map(|t| format!("{:?} {}", t.kind, &text[t.start..t.end])).collect()
    }

    #[test]
    fn a_call_is_a_word_and_punctuation() {
        assert_eq!(
            show("define(`A', 3com)dnl don't\n", Syntax::WITHOUT_COMMENTS),
            [
                "Word define",
                "Open (",
                "Quoted `A'",
                "Comma ,",
                "Blank  ",
                "Other 3",
                "Word com",
                "Close )",
                "Remark dnl don't\n"
            ]
        );
    }

    #[test]
    fn a_hash_is_a_comment_or_not() {
        assert_eq!(show("a #`b\n", Syntax::INITIAL), ["Word a", "Blank  ", "Comment #`b\n"]);
        assert_eq!(show("a #`b", Syntax::INITIAL), ["Word a", "Blank  ", "UnclosedComment #`b"]);
        assert_eq!(show("#`b'", Syntax::WITHOUT_COMMENTS), ["Other #", "Quoted `b'"]);
    }

    #[test]
    fn quotes_nest_and_the_outermost_one_stays_open() {
        assert_eq!(show("`a`b'c'd'", Syntax::INITIAL), ["Quoted `a`b'c'", "Word d", "Other '"]);
        assert_eq!(show("x`a`b'", Syntax::INITIAL), ["Word x", "UnclosedQuote `a`b'"]);
    }

    #[test]
    fn other_quotes_are_not_the_grammars_business() {
        let syntax = Syntax { quotes: (Some(b'['), Some(b']')), comment: None };
        assert_eq!(stretches("[a]", syntax), None);
        assert_eq!(next("[a`]b", 0, syntax), Some(Token { kind: Kind::Quoted, start: 0, end: 4 }));
        assert_eq!(next("`", 0, syntax), Some(Token { kind: Kind::Other, start: 0, end: 1 }));
    }

    #[test]
    fn a_file_is_cut_at_quotes_and_remarks() {
        let text = "define(`A', `b`c'')dnl don't\nxdnl `y'\n`open";
        let found: Vec<_> = stretches(text, Syntax::WITHOUT_COMMENTS)
            .unwrap()
            .iter()
            .map(|t| (t.kind, &text[t.start..t.end]))
            .collect();
        assert_eq!(
            found,
            [
                (Kind::Quoted, "`A'"),
                (Kind::Quoted, "`b`c''"),
                (Kind::Remark, "dnl don't\n"),
                (Kind::Remark, "dnl `y'\n"),
                (Kind::UnclosedQuote, "`open")
            ]
        );
    }

    #[test]
    fn quotes_nested_beyond_the_stack_are_left_to_the_other_lexer() {
        let text = "`".repeat(2_000_000);
        assert_eq!(stretches(&text, Syntax::WITHOUT_COMMENTS), None);
        assert_eq!(next(&text, 0, Syntax::WITHOUT_COMMENTS).unwrap().kind, Kind::UnclosedQuote);
    }

    proptest! {
        #[test]
        fn the_grammar_and_the_hand_written_lexer_agree(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec!["`", "'", "(", ")", ",", "#", "\n", " ", "dnl", "dnl ", "define", "_x", "12", "$1"]),
                    prop::sample::select(vec!["ö", "\r", "\u{b}", "\u{1}", "\u{7f}", "~", "{", "[", "]", "^", "\\", "@", ";", "\"", "!", "&", "-"]),
                ],
                0..40,
            ),
            any in "[^\0]{0,40}",
        ) {
            for text in [parts.concat(), any] {
                for syntax in [Syntax::INITIAL, Syntax::WITHOUT_COMMENTS] {
                    let tokens = by_hand(&text, syntax);
                    prop_assert_eq!(&by_grammar(&text, syntax), &tokens);
                    for stretch in stretches(&text, syntax).unwrap() {
                        let begins_here = tokens.iter().find(|token| token.start == stretch.start);
                        prop_assert!(begins_here.is_none_or(|token| *token == stretch));
                    }
                }
            }
        }
    }
}
