//! What a workspace must have for a rule to match it, so that most rules are passed over unread.

use super::{classes::Classes, matcher::Element, text::MacroId, token::Token};

/// A word's bit among those of a workspace. Words may share one.
#[inline]
pub(crate) fn bit(word: u32) -> u64 {
    1 << (word % 64)
}

/// What a rule asks of a workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct RulePrefilter {
    /// Bits of its words.
    words: u64,
    /// Fewest tokens.
    least: u32,
    /// Most tokens.
    most: u32,
    /// The word that it begins with; 0 if it begins with something else.
    first: u32,
    /// The word that it ends with.
    last: u32,
    /// A class of which something must be there.
    class: Option<MacroId>,
}

/// What a workspace has.
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

    /// Whether the rule may match. Nothing that it does match is refused.
    #[inline]
    pub(crate) fn met_by(&self, has: &WorkspaceSummary, classes: &Classes) -> bool {
        self.words & !has.words == 0
            && (self.least..=self.most).contains(&has.length)
            && (self.first == 0 || self.first == has.first)
            && (self.last == 0 || self.last == has.last)
            && self.class.is_none_or(|class| classes.bits(class) & has.words != 0)
    }
}
