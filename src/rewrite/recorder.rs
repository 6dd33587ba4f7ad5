//! Records the lookups of an evaluation, to determine whether another word would take the same path.
//!
//! Rules compare words by their numbers, and all words that occur in no rule and no class have the same number. So an evaluation
//! depends on such a word only through lookups with the word in the key: if these have the same results for another word, the
//! whole evaluation is the same with that word in its place. A mark, a unique word, finds these places.

use std::cell::Cell;

use super::{
    maps::{Change, Found},
    session::Session,
    token::Token,
};

/// Maximum length of a replaceable word, in characters.
pub(crate) const MAX_WORD_LENGTH: usize = 32;
/// Maximum length of a text that is scanned again, with every word at its maximum length.
const MAX_TEXT_LENGTH: usize = 1000;

/// A lookup with its result.
#[derive(Debug, Clone)]
pub(crate) struct RecordedLookup {
    pub(crate) map: usize,
    pub(crate) key: Vec<u8>,
    pub(crate) arguments: Vec<Vec<u8>>,
    pub(crate) found: Found,
}

impl RecordedLookup {
    fn is(&self, map: usize, key: &[u8], arguments: &[Vec<u8>]) -> bool {
        self.map == map && self.key == key && self.arguments == arguments
    }

    fn has(&self, mark: &[u8]) -> bool {
        self.arguments.iter().chain([&self.key]).any(|text| contains(text, mark))
    }
}

fn contains(text: &[u8], mark: &[u8]) -> bool {
    text.windows(mark.len()).any(|window| window == mark)
}

/// Records the lookups of an evaluation.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// Prefix of the marks; `None` while an evaluation is recorded as it is.
    mark: Option<Vec<u8>>,
    /// Results of lookups that should not be repeated: the evaluation with marks reuses them.
    elsewhere: Vec<RecordedLookup>,
    /// Lookups to repeat before the evaluation is assumed to be the same.
    asked: Vec<RecordedLookup>,
    /// Whether anything happened that may differ for other words.
    differs: Cell<bool>,
}

impl Recorder {
    /// Continues with an evaluation of the same line with words that start with `mark`.
    pub(crate) fn marked(self, mark: Vec<u8>) -> Self {
        Self { mark: Some(mark), ..self }
    }

    /// Notes that the evaluation may differ for other words.
    pub(crate) fn differs(&self) {
        self.differs.set(true);
    }

    /// The lookups to repeat, unless the evaluation may differ for other words.
    pub(crate) fn into_lookups(self) -> Option<Vec<RecordedLookup>> {
        (!self.differs.get()).then_some(self.asked)
    }
}

impl Session<'_> {
    /// Queries a map and records the lookup.
    pub(super) fn ask(&mut self, map: usize, key: &[u8], arguments: &[Vec<u8>]) -> Found {
        let Some(mut recorder) = self.recorder.take() else { return self.look_up(map, key, arguments) };
        let change = self.change_of(map);
        let found = match (&recorder.mark, change) {
            (Some(_), Change::Foreign | Change::Any) => {
                let known = recorder.elsewhere.iter().find(|asked| asked.is(map, key, arguments)).cloned();
                let found = known.as_ref().map(|asked| asked.found.clone());
                if found.is_none() {
                    recorder.differs();
                }
                recorder.asked.extend(known.filter(|_| change == Change::Any));
                found.unwrap_or_default()
            }
            (mark, _) => {
                let found = self.look_up(map, key, arguments);
                let asked =
                    RecordedLookup { map, key: key.to_vec(), arguments: arguments.to_vec(), found: found.clone() };
                match mark {
                    None if change == Change::None => {}
                    None => recorder.elsewhere.push(asked),
                    Some(mark) => {
                        if found.value.as_deref().is_some_and(|value| contains(value, mark)) {
                            recorder.differs();
                        }
                        if asked.has(mark) {
                            recorder.asked.push(asked);
                        }
                    }
                }
                found
            }
        };
        self.recorder = Some(recorder);
        found
    }

    /// Notes that a token names a ruleset or map, which must not depend on the input.
    pub(super) fn note_name(&self, token: Option<&Token>) {
        if token.is_none_or(|token| !self.is_written(*token)) {
            self.may_differ();
        }
    }

    /// Notes the number of characters and tokens of a text that was scanned.
    pub(super) fn note_text(&self, characters: usize, tokens: usize) {
        if characters + tokens * MAX_WORD_LENGTH > MAX_TEXT_LENGTH {
            self.may_differ();
        }
    }

    /// Notes anything that may differ for other words.
    pub(super) fn may_differ(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.differs();
        }
    }
}
