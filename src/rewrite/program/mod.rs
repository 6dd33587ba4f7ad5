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

/// Rulesets are numbered below this; those with names only from the top down.
pub(crate) const RULESETS: usize = 200;

/// What a rule does once its right side is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// It is tried again.
    Again,
    /// `$:`: the next rule is tried.
    Once,
    /// `$@`: the ruleset ends.
    Return,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where it stands.
    pub span: Span,
    /// The line that it stands on, as sendmail counts.
    pub line: usize,
    pub(crate) elements: Vec<Element>,
    pub(crate) lhs: Vec<Token>,
    pub(crate) rhs: Vec<Token>,
    pub(crate) prefix: Prefix,
}

impl Rule {
    /// Whether its right side itself names an agent, `$#error`: a rule that only hands on what another has decided does not.
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
    /// What each rule asks of a workspace: they are gone through faster than rules.
    pub(crate) needs: Vec<RulePrefilter>,
    /// What it is called in traces: its name or number.
    pub(crate) title: Box<[u8]>,
}

/// A header that a line declares.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name, without the colon; `*` for any header without a line of its own.
    pub name: Box<[u8]>,
    /// The ruleset that its value is given to.
    pub check: Option<usize>,
    /// Whether comments in its value are kept for the ruleset: `$>+`.
    pub keep_comments: bool,
    /// Where it stands.
    pub span: Span,
}

/// A configuration, read once, that any number of sessions may run.
#[derive(Debug, Clone)]
pub struct Program {
    /// Level of the language.
    pub level: u32,
    /// The name that the host has.
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
    /// Delivery agents, in the order in which test mode shows them.
    pub mailers: Vec<Mailer>,
    /// Headers that lines declare.
    pub headers: Vec<Header>,
    /// Options as they were set, long names only; the last value of each.
    pub options: collections::HashMap<String, Vec<u8>>,
    /// Values of `DaemonPortOptions`, one for each listener, in their order.
    pub listeners: Vec<Vec<u8>>,
    /// What stands between two words that are put together, option BlankSub.
    pub(crate) blank: u8,
}

impl Ruleset {
    /// What it is called in traces: its name or number.
    pub fn title(&self) -> &[u8] {
        &self.title
    }
}

impl Program {
    /// The number of a ruleset that is called by its name or number.
    pub fn ruleset(&self, name: &[u8]) -> Option<usize> {
        match self.ruleset_numbers.get(name) {
            Some(number) => Some(*number),
            None => std::str::from_utf8(name).ok()?.parse().ok().filter(|number| *number < RULESETS),
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

    /// A delivery agent by its name.
    pub fn mailer(&self, name: &[u8]) -> Option<&Mailer> {
        self.mailers.iter().find(|mailer| mailer.name.eq_ignore_ascii_case(name))
    }

    /// A macro or class by its name, without braces; `None` if nothing in the configuration has it.
    pub fn macro_id(&self, name: &[u8]) -> Option<MacroId> {
        self.names.get(name)
    }

    /// Members of a class, named without braces.
    pub fn members(&self, class: &[u8]) -> Vec<Vec<u8>> {
        self.names.get(class).map(|id| self.classes.members(id).map(<[u8]>::to_vec).collect()).unwrap_or_default()
    }

    /// A ruleset, to change it.
    pub(crate) fn ruleset_mut(&mut self, number: usize) -> Option<&mut Ruleset> {
        self.rulesets.get_mut(number).map(Rc::make_mut)
    }

    /// Numbers words of right sides again, after rules or classes have got new ones.
    pub(crate) fn number_right_sides(&mut self) {
        let Self { rulesets, arena, words, .. } = self;
        let rules = rulesets.iter_mut().filter(|ruleset| !ruleset.rules.is_empty());
        for token in rules.flat_map(|ruleset| &mut Rc::make_mut(ruleset).rules).flat_map(|rule| &mut rule.rhs) {
            if matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Operator) {
                token.word = words.get(arena.text(*token));
            }
        }
    }

    /// Maps, in the order in which their lines stand.
    pub fn map_declarations(&self) -> &[Declaration] {
        &self.maps
    }

    /// An option's value.
    pub fn option(&self, name: &str) -> Option<&[u8]> {
        self.options.get(name).map(Vec::as_slice)
    }

    /// The left side of a rule, as test mode shows it, with a blank before each token.
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
