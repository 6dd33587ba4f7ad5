//! A `sendmail.cf` ready to run.

mod class;
mod load;
mod machine;
mod mailer;
mod rule;
mod value;

pub(crate) use class::add_member;
pub(in crate::rewrite) use load::Loader;
pub use load::{Host, Loaded, load};
pub(crate) use machine::groups;
pub use mailer::Mailer;

use std::{collections, rc::Rc};

use super::{
    HashMap,
    classes::Classes,
    maps::Declaration,
    matcher::Element,
    prefilter::RulePrefilter,
    scan::Operators,
    text::{MacroId, Macros, Names},
    token::{Arena, Kind, Token, Words, show},
};
use crate::{source::Span, syntax::cf::Metasymbol};

/// Whether the value of a boolean option is true: it begins as `True` or `Yes` does, or is empty.
pub(crate) fn is_true(value: &[u8]) -> bool {
    matches!(value.first(), None | Some(b't' | b'T' | b'y' | b'Y'))
}

/// Limit of ruleset numbers; rulesets with only a name are numbered from the top down.
pub(crate) const MAX_RULESETS: usize = 200;

/// What happens after a rule has been applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// The same rule is tried again.
    Again,
    /// `$:`: the next rule is tried.
    Once,
    /// `$@`: the ruleset ends.
    Return,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Place of the rule.
    pub span: Span,
    /// Line number, as sendmail counts.
    pub line: usize,
    pub(crate) elements: Vec<Element>,
    pub(crate) lhs: Vec<Token>,
    pub(crate) rhs: Vec<Token>,
    pub(crate) prefix: Prefix,
}

impl Rule {
    /// Whether its right side itself names a mailer, as in `$#error`, rather than passing on the result of another rule.
    pub fn names_agent(&self) -> bool {
        self.rhs.windows(2).any(|pair| match pair {
            [first, second] => first.is(Metasymbol::Agent) && matches!(second.kind, Kind::Word | Kind::Quoted),
            _ => false,
        })
    }
}

/// A list of rules.
#[derive(Debug, Clone, Default)]
pub struct Ruleset {
    /// Its name, if it has one.
    pub name: Option<Box<[u8]>>,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Prefilter of each rule: scanning these is faster than scanning the rules.
    pub(crate) needs: Vec<RulePrefilter>,
    /// Name or number in traces.
    pub(crate) title: Box<[u8]>,
}

/// A declared header.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name, without the colon; `*` for any header without a line of its own.
    pub name: Box<[u8]>,
    /// The ruleset that checks its value.
    pub check: Option<usize>,
    /// Whether the ruleset gets comments in the value: `$>+`.
    pub keep_comments: bool,
    /// Place of the declaration.
    pub span: Span,
}

/// A configuration, loaded once, that any number of sessions can run.
#[derive(Debug, Clone)]
pub struct Program {
    /// Configuration level.
    pub level: u32,
    /// Name of the host.
    pub host: Host,
    pub(crate) names: Names,
    pub(crate) words: Words,
    pub(crate) arena: Arena,
    pub(crate) operators: Operators,
    pub(crate) macros: Macros,
    pub(crate) classes: Classes,
    pub(crate) rulesets: Vec<Rc<Ruleset>>,
    pub(crate) ruleset_numbers: HashMap<Box<[u8]>, usize>,
    pub(crate) maps: Vec<Declaration>,
    pub(crate) map_numbers: HashMap<Box<[u8]>, usize>,
    /// Mailers in the order of test mode.
    pub mailers: Vec<Mailer>,
    /// Declared headers.
    pub headers: Vec<Header>,
    /// Options by their long names; the last value of each.
    pub options: collections::HashMap<String, Vec<u8>>,
    /// Values of `DaemonPortOptions`, one per listener, in order.
    pub listeners: Vec<Vec<u8>>,
    /// Separator of two words that are joined, option BlankSub.
    pub(crate) blank: u8,
}

impl Ruleset {
    /// Name or number of a ruleset in traces.
    pub fn title(&self) -> &[u8] {
        &self.title
    }
}

impl Program {
    /// Number of the ruleset with this name or number.
    pub fn ruleset(&self, name: &[u8]) -> Option<usize> {
        match self.ruleset_numbers.get(name) {
            Some(number) => Some(*number),
            None => std::str::from_utf8(name).ok()?.parse().ok().filter(|number| *number < MAX_RULESETS),
        }
    }

    /// A ruleset by its number.
    pub fn rules(&self, number: usize) -> Option<&Ruleset> {
        self.rulesets.get(number).map(Rc::as_ref)
    }

    /// All rulesets that have rules, with their numbers.
    pub fn rulesets(&self) -> impl Iterator<Item = (usize, &Ruleset)> {
        let rulesets = self.rulesets.iter().map(Rc::as_ref).enumerate();
        rulesets.filter(|(_, ruleset)| !ruleset.rules.is_empty())
    }

    /// The mailer with this name.
    pub fn mailer(&self, name: &[u8]) -> Option<&Mailer> {
        self.mailers.iter().find(|mailer| mailer.name.eq_ignore_ascii_case(name))
    }

    /// The macro or class with this name, without braces; `None` if the configuration does not use it.
    pub fn macro_id(&self, name: &[u8]) -> Option<MacroId> {
        self.names.get(name)
    }

    /// Members of a class, named without braces.
    pub fn members(&self, class: &[u8]) -> Vec<Vec<u8>> {
        self.names.get(class).map(|id| self.classes.members(id).map(<[u8]>::to_vec).collect()).unwrap_or_default()
    }

    /// A ruleset, for changes.
    pub(crate) fn ruleset_mut(&mut self, number: usize) -> Option<&mut Ruleset> {
        self.rulesets.get_mut(number).map(Rc::make_mut)
    }

    /// Renumbers the words of right sides after rules or classes were added.
    pub(crate) fn number_right_sides(&mut self) {
        let Self { rulesets, arena, words, .. } = self;
        let rules = rulesets.iter_mut().filter(|ruleset| !ruleset.rules.is_empty());
        for token in rules.flat_map(|ruleset| &mut Rc::make_mut(ruleset).rules).flat_map(|rule| &mut rule.rhs) {
            if matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Operator) {
                token.word = words.get(arena.text(*token));
            }
        }
    }

    /// Maps in the order of their lines.
    pub fn map_declarations(&self) -> &[Declaration] {
        &self.maps
    }

    /// Value of an option.
    pub fn option(&self, name: &str) -> Option<&[u8]> {
        self.options.get(name).map(Vec::as_slice)
    }

    /// The left side of a rule in the notation of test mode, with a blank before each token.
    pub fn left(&self, rule: &Rule) -> Vec<u8> {
        let mut out = Vec::new();
        show(&rule.lhs, &self.arena, &self.names, &mut out);
        out
    }

    /// The right side.
    pub fn right(&self, rule: &Rule) -> Vec<u8> {
        let mut out = Vec::new();
        show(&rule.rhs, &self.arena, &self.names, &mut out);
        out
    }
}
