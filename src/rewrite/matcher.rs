//! Matches the left side of a rule against a workspace.
//!
//! Wildcards of variable length match as few tokens as possible, and the last of them is extended first.

use super::{
    classes::Classes,
    text::MacroId,
    token::{Arena, Token},
};

/// One element of a left side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    /// A word, or a literal metasymbol, by its number.
    Word(u32),
    /// `$*`
    Any,
    /// `$+`
    Some,
    /// `$-`
    One,
    /// `$@`
    Nothing,
    /// `$=x`
    Class(MacroId),
    /// `$~x`
    NotClass(MacroId),
    /// `$&x`: the current value of the macro.
    Macro(MacroId),
}

/// The part of the workspace that an element matched: tokens `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Part {
    /// Index of the element.
    pub(crate) element: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Number of steps after which failed states are memoized, so that no rule takes longer than tokens times elements.
pub(crate) const MEMO_THRESHOLD: usize = 8192;
/// The same while every comparison is traced, as sendmail traces them.
pub(crate) const TRACED_MEMO_THRESHOLD: usize = 1 << 20;

/// What matching needs of the session.
#[derive(Clone, Copy)]
pub(crate) struct Matcher<'a> {
    pub(crate) classes: &'a Classes,
    pub(crate) arena: &'a Arena,
    /// Current values of macros that left sides use, in the notation of test mode.
    pub(crate) macros: &'a dyn Fn(MacroId) -> Vec<u8>,
    /// [`MEMO_THRESHOLD`], or [`TRACED_MEMO_THRESHOLD`].
    pub(crate) patience: usize,
}

/// How one element matches at a position.
enum Step {
    /// It matches this one token, or none; nothing is bound.
    To(usize),
    /// It matches the tokens up to this position.
    Bind(usize),
    /// It does not match.
    Fails,
}

/// Next position of a word.
fn word_from(tokens: &[Token], at: usize, word: u32) -> Option<usize> {
    let place = tokens.get(at..)?.iter().position(|token| token.word == word)?;
    Some(at + place)
}

impl Matcher<'_> {
    /// Whether `elements` match all of `tokens`; `parts` receives the matches of the wildcards, in order.
    pub(crate) fn matches(self, elements: &[Element], tokens: &[Token], parts: &mut Vec<Part>) -> bool {
        parts.clear();
        let (mut element, mut at) = (0, 0);
        let mut steps = 0;
        // For each element and position: the rest cannot be matched from there.
        let mut dead: Vec<bool> = Vec::new();
        let width = tokens.len() + 1;
        loop {
            steps += 1;
            if steps == self.patience {
                dead = vec![false; (elements.len() + 1) * width];
            }
            let step = match elements.get(element) {
                None if at == tokens.len() => return true,
                None => Step::Fails,
                Some(_) if dead.get(element * width + at).copied().unwrap_or(false) => Step::Fails,
                Some(one) => self.step(*one, tokens, at, element + 1 == elements.len()),
            };
            match step {
                Step::To(next) => {
                    at = next;
                    element += 1;
                }
                Step::Bind(end) => {
                    parts.push(Part { element, start: at, end });
                    at = end;
                    element += 1;
                }
                Step::Fails => {
                    // The last extensible part is extended.
                    loop {
                        let Some(part) = parts.last_mut() else { return false };
                        if let Some(slot) = dead.get_mut((part.element + 1) * width + part.end) {
                            *slot = true;
                        }
                        let grown = match elements.get(part.element) {
                            Some(Element::Any | Element::Some) if part.end < tokens.len() => {
                                // The word that must follow does not occur before this position.
                                match elements.get(part.element + 1) {
                                    Some(Element::Word(word)) => word_from(tokens, part.end + 1, *word),
                                    _ => Some(part.end + 1),
                                }
                            }
                            Some(Element::Class(class)) => {
                                let rest = tokens.get(part.start..).unwrap_or_default();
                                let length = part.end - part.start;
                                self.classes.phrase(*class, rest, length, self.arena).map(|length| part.start + length)
                            }
                            _ => None,
                        };
                        match grown {
                            Some(end) => {
                                part.end = end;
                                at = end;
                                element = part.element + 1;
                                break;
                            }
                            None => drop(parts.pop()),
                        }
                    }
                }
            }
        }
    }

    #[inline]
    fn step(self, element: Element, tokens: &[Token], at: usize, last: bool) -> Step {
        let token = tokens.get(at);
        match (element, token) {
            (Element::Word(word), Some(token)) if token.word == word => Step::To(at + 1),
            (Element::Any, _) => Step::Bind(if last { tokens.len() } else { at }),
            (Element::Some, Some(_)) => Step::Bind(if last { tokens.len() } else { at + 1 }),
            (Element::One, Some(_)) => Step::Bind(at + 1),
            (Element::Nothing, _) => Step::To(at),
            (Element::Class(class), Some(_)) => {
                let rest = tokens.get(at..).unwrap_or_default();
                match self.classes.phrase(class, rest, 0, self.arena) {
                    Some(length) => Step::Bind(at + length),
                    None => Step::Fails,
                }
            }
            (Element::NotClass(class), Some(token)) if !self.classes.has_token(class, *token) => Step::Bind(at + 1),
            (Element::Macro(id), Some(_)) => {
                let value = (self.macros)(id);
                let (mut rest, mut at) = (value.as_slice(), at);
                while !rest.is_empty() {
                    let text = tokens.get(at).map_or(&b""[..], |token| self.arena.text(*token));
                    match rest.split_at_checked(text.len()) {
                        Some((first, behind)) if !text.is_empty() && first.eq_ignore_ascii_case(text) => {
                            rest = behind;
                            at += 1;
                        }
                        _ => return Step::Fails,
                    }
                }
                Step::To(at)
            }
            _ => Step::Fails,
        }
    }
}
