//! Cheap tests that rule out most rules without matching them.

use super::{classes::Classes, matcher::Element, text::MacroId, token::Token};

/// Bit of a word. Several words may share a bit.
#[inline]
pub(crate) fn bit(word: u32) -> u64 {
    1 << (word % 64)
}

/// What a workspace needs for a rule to match.
#[derive(Debug, Clone, Default)]
pub(crate) struct RulePrefilter {
    /// Bits of the rule's words.
    words: u64,
    /// Minimum number of tokens.
    least: u32,
    /// Maximum number of tokens.
    most: u32,
    /// First word; 0 if the left side starts with something else.
    first: u32,
    /// Last word; 0 if the left side ends with something else.
    last: u32,
    /// A class of which the workspace must contain a member.
    class: Option<MacroId>,
}

/// Properties of a workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkspaceSummary {
    words: u64,
    length: u32,
    first: u32,
    last: u32,
}

impl WorkspaceSummary {
    pub(crate) fn of(tokens: &[Token]) -> Self {
        let words = tokens.iter().fold(0, |words, token| words | bit(token.word));
        let word = |token: Option<&Token>| token.map_or(0, |token| token.word);
        let length = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        Self { words, length, first: word(tokens.first()), last: word(tokens.last()) }
    }
}

impl RulePrefilter {
    pub(crate) fn of(elements: &[Element]) -> Self {
        let mut needs = Self::default();
        let mut open = false;
        for element in elements {
            match element {
                Element::Word(word) => needs.words |= bit(*word),
                Element::Class(class) if needs.class.is_none() => needs.class = Some(*class),
                _ => {}
            }
            match element {
                Element::Any | Element::Macro(_) => open = true,
                Element::Some | Element::Class(_) => {
                    open = true;
                    needs.least += 1;
                }
                Element::Nothing => {}
                Element::Word(_) | Element::One | Element::NotClass(_) => needs.least += 1,
            }
        }
        needs.most = if open { u32::MAX } else { needs.least };
        let word = |element: Option<&Element>| match element {
            Some(Element::Word(word)) => *word,
            _ => 0,
        };
        needs.first = word(elements.first());
        needs.last = word(elements.last());
        needs
    }

    /// Whether the rule may match. A rule that matches is never ruled out.
    #[inline]
    pub(crate) fn met_by(&self, has: &WorkspaceSummary, classes: &Classes) -> bool {
        self.words & !has.words == 0
            && (self.least..=self.most).contains(&has.length)
            && (self.first == 0 || self.first == has.first)
            && (self.last == 0 || self.last == has.last)
            && self.class.is_none_or(|class| classes.bits(class) & has.words != 0)
    }
}
