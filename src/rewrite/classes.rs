//! Classes: sets of words and phrases.

use std::collections::{HashMap, HashSet};

use super::{
    text::MacroId,
    token::{Arena, Kind, Token, Words},
};

/// The members of one class.
#[derive(Debug, Clone, Default)]
struct Class {
    /// Members as they were written first, in the order in which they came.
    members: Vec<Box<[u8]>>,
    /// The same in lower case.
    folded: HashSet<Box<[u8]>>,
    /// Numbers of members that are one word.
    words: HashSet<u32>,
    /// Numbers of the words that members of several tokens begin with, and how many tokens these have at most.
    beginnings: HashMap<u32, usize>,
}

/// All classes.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    classes: Vec<Class>,
}

impl Classes {
    /// Adds a member, whose `tokens` are given; whether it is new. All words of it are numbered by now.
    pub(crate) fn add(&mut self, class: MacroId, member: &[u8], tokens: &[Token]) -> bool {
        if self.classes.len() <= class.index() {
            self.classes.resize_with(class.index() + 1, Class::default);
        }
        let Some(class) = self.classes.get_mut(class.index()) else { return false };
        if !class.folded.insert(member.to_ascii_lowercase().into()) {
            return false;
        }
        class.members.push(member.into());
        match tokens {
            [] => {}
            [one] => drop(class.words.insert(one.word)),
            [first, ..] => {
                let longest = class.beginnings.entry(first.word).or_default();
                *longest = tokens.len().max(*longest);
            }
        }
        true
    }

    fn class(&self, class: MacroId) -> Option<&Class> {
        self.classes.get(class.index())
    }

    /// Whether a token by itself is a member.
    pub(crate) fn has_token(&self, class: MacroId, token: Token) -> bool {
        token.word != 0 && self.class(class).is_some_and(|class| class.words.contains(&token.word))
    }

    /// The shortest phrase at the start of `tokens` that is a member and has more than `longer_than` tokens.
    pub(crate) fn phrase(&self, class: MacroId, tokens: &[Token], longer_than: usize, arena: &Arena) -> Option<usize> {
        let class = self.class(class)?;
        let first = tokens.first()?;
        if longer_than == 0 && class.words.contains(&first.word) {
            return Some(1);
        }
        let longest = (*class.beginnings.get(&first.word)?).min(tokens.len());
        let mut phrase = Vec::new();
        let mut after_word = false;
        for (at, token) in tokens.iter().take(longest).enumerate() {
            let word = token.kind == Kind::Word;
            if word && after_word {
                // No member has a blank.
                return None;
            }
            after_word = word;
            phrase.extend(arena.text(*token).iter().map(u8::to_ascii_lowercase));
            if at + 1 > longer_than.max(1) && class.folded.contains(phrase.as_slice()) {
                return Some(at + 1);
            }
        }
        None
    }

    /// Members as they were written first, in the order in which they came.
    pub fn members(&self, class: MacroId) -> impl Iterator<Item = &[u8]> {
        self.class(class).into_iter().flat_map(|class| class.members.iter().map(|member| &**member))
    }

    /// Members in the order in which test mode shows them: that of sendmail's table of symbols, which has 2003 rows.
    pub fn shown(&self, class: MacroId) -> Vec<&[u8]> {
        let mut members = self.members(class).collect::<Vec<_>>();
        members.sort_by_key(|member| row(member));
        members
    }
}

/// The row of sendmail's table of symbols that a member of a class is in.
fn row(member: &[u8]) -> u32 {
    /// What kind of symbol it is.
    const CLASS: u32 = 1;
    member.iter().fold(CLASS, |row, byte| ((row << 1) ^ u32::from(byte.to_ascii_lowercase())) % 2003)
}

/// Numbers the words of a member and takes it apart.
pub(crate) fn number_words(tokens: &mut [Token], arena: &Arena, words: &mut Words) {
    for token in tokens {
        token.word = words.add(arena.text(*token));
    }
}
