//! What an evaluation asks maps, so that one for another word is known to go the same way.
//!
//! Rules compare words by their numbers, and all words that no rule and no class has are one to them. So an evaluation
//! depends on such a word only through look-ups with it in the key: where these say the same for another word, the whole
//! evaluation is the same with that word in its place. A mark, a word that is nowhere else, finds these places.

use std::cell::Cell;

use super::{
    maps::{Change, Found},
    session::Session,
    token::Token,
};

/// Most characters of a word that another may stand for.
pub(crate) const WORD: usize = 32;
/// Most characters of a text that is read again, each token as long as it may be.
const TEXT: usize = 1000;

/// A look-up and what it said.
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

/// Notes what is asked during an evaluation.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// The start of words that stand for others; `None` while an evaluation is noted as it is.
    mark: Option<Vec<u8>>,
    /// What maps said that are not asked without need: during the evaluation with marks they are not asked again.
    elsewhere: Vec<RecordedLookup>,
    /// What must be asked before the evaluation is taken to be the same.
    asked: Vec<RecordedLookup>,
    /// Whether something happened that may be otherwise for other words.
    differs: Cell<bool>,
}

impl Recorder {
    /// Goes on to an evaluation of the same with words that begin with `mark`.
    pub(crate) fn marked(self, mark: Vec<u8>) -> Self {
        Self { mark: Some(mark), ..self }
    }

    /// Says that the evaluation may be another for other words.
    pub(crate) fn differs(&self) {
        self.differs.set(true);
    }

    /// What must be asked, unless the evaluation is of no use for other words.
    pub(crate) fn into_asked(self) -> Option<Vec<RecordedLookup>> {
        (!self.differs.get()).then_some(self.asked)
    }
}

impl Session<'_> {
    /// Asks a map, and notes it.
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

    /// Notes that a token names a ruleset or map; which one it is must not depend on the input.
    pub(super) fn note_name(&self, token: Option<&Token>) {
        if token.is_none_or(|token| !self.is_written(*token)) {
            self.may_differ();
        }
    }

    /// Notes that a text of so many characters was read, and was so many tokens.
    pub(super) fn note_text(&self, characters: usize, tokens: usize) {
        if characters + tokens * WORD > TEXT {
            self.may_differ();
        }
    }

    /// Notes what may be otherwise for other words.
    pub(super) fn may_differ(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.differs();
        }
    }
}
