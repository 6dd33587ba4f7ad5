//! Classes: sets of words and phrases.

use std::rc::Rc;

use super::{
    HashMap, HashSet,
    prefilter::bit,
    text::MacroId,
    token::{Arena, Kind, Token, Words},
};

/// The members of one class.
#[derive(Debug, Clone, Default)]
struct Class {
    /// Members in their original spelling, in insertion order.
    members: Vec<Box<[u8]>>,
    /// Members in lower case.
    folded: HashSet<Box<[u8]>>,
    /// A bit per word number for members of one word.
    words: Vec<u64>,
    /// First words of members with several tokens, with the maximum number of tokens.
    beginnings: HashMap<u32, usize>,
    /// Bits of the first words of members, as computed by [`bit`].
    bits: u64,
}

impl Class {
    fn has_word(&self, word: u32) -> bool {
        word != 0 && self.words.get(word as usize / 64).is_some_and(|bits| bits >> (word % 64) & 1 == 1)
    }
}

/// All classes. Sessions share them until one of them adds a member, as a site may have any number of names.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    classes: Vec<Rc<Class>>,
}

impl Classes {
    /// Adds a member, given as `tokens` whose words are already numbered; returns whether it is new.
    pub(crate) fn add(&mut self, class: MacroId, member: &[u8], tokens: &[Token]) -> bool {
        if self.classes.len() <= class.index() {
            self.classes.resize_with(class.index() + 1, Rc::default);
        }
        let Some(class) = self.classes.get_mut(class.index()).map(Rc::make_mut) else { return false };
        if !class.folded.insert(member.to_ascii_lowercase().into()) {
            return false;
        }
        class.members.push(member.into());
        match tokens {
            [] => {}
            [one] => {
                let slot = one.word as usize / 64;
                if class.words.len() <= slot {
                    class.words.resize(slot + 1, 0);
                }
                if let Some(bits) = class.words.get_mut(slot) {
                    *bits |= 1 << (one.word % 64);
                }
                class.bits |= bit(one.word);
            }
            [first, ..] => {
                class.bits |= bit(first.word);
                let longest = class.beginnings.entry(first.word).or_default();
                *longest = tokens.len().max(*longest);
            }
        }
        true
    }

    /// Removes and returns all members of all classes, in insertion order.
    pub(crate) fn take(&mut self) -> Vec<(MacroId, Vec<Box<[u8]>>)> {
        let classes = std::mem::take(&mut self.classes).into_iter().enumerate();
        let members = |(number, class): (usize, Rc<Class>)| {
            Some((MacroId(u16::try_from(number).ok()?), Rc::unwrap_or_clone(class).members))
        };
        classes.filter_map(members).collect()
    }

    fn class(&self, class: MacroId) -> Option<&Class> {
        self.classes.get(class.index()).map(Rc::as_ref)
    }

    /// Whether a single token is a member.
    pub(crate) fn has_token(&self, class: MacroId, token: Token) -> bool {
        self.class(class).is_some_and(|class| class.has_word(token.word))
    }

    /// Bits of the first words of members; a workspace without any of these bits has no member.
    pub(crate) fn bits(&self, class: MacroId) -> u64 {
        self.class(class).map_or(0, |class| class.bits)
    }

    /// The shortest phrase at the start of `tokens` that is a member and has more than `longer_than` tokens.
    pub(crate) fn phrase(&self, class: MacroId, tokens: &[Token], longer_than: usize, arena: &Arena) -> Option<usize> {
        let class = self.class(class)?;
        let first = tokens.first()?;
        if longer_than == 0 && class.has_word(first.word) {
            return Some(1);
        }
        if class.bits & bit(first.word) == 0 {
            return None;
        }
        let longest = (*class.beginnings.get(&first.word)?).min(tokens.len());
        let mut phrase = Vec::new();
        let mut after_word = false;
        for (at, token) in tokens.iter().take(longest).enumerate() {
            let word = token.kind == Kind::Word;
            if word && after_word {
                // No member contains a blank.
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

    /// Members in their original spelling, in insertion order.
    pub fn members(&self, class: MacroId) -> impl Iterator<Item = &[u8]> {
        self.class(class).into_iter().flat_map(|class| class.members.iter().map(|member| &**member))
    }

    /// Members in the order of test mode: that of sendmail's symbol table, which has 2003 rows.
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

/// Splits a member into tokens and numbers its words.
pub(crate) fn number_words(tokens: &mut [Token], arena: &Arena, words: &mut Words) {
    for token in tokens {
        token.word = words.add(arena.text(*token));
    }
}
