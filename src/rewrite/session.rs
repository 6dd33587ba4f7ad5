//! State that changes while rules run: macros, classes, and memories of maps.

use std::borrow::Cow;

use super::{
    maps::{Change, Context, Found, Maps, Tables, stripped},
    observer::TraceObserver,
    program::{Program, add_member},
    recorder::Recorder,
    resolve::{NoResolver, Resolver},
    scan::{Refusal, Scanner, Source, Units},
    text::{MacroId, Unit},
    token::{MARK, Token, join},
};
use crate::source::FileSystem;

/// What a session needs from its environment.
#[derive(Clone, Copy)]
pub struct Services<'s> {
    /// Files of maps, `/etc/hosts` and `/etc/passwd`.
    pub files: &'s dyn FileSystem,
    /// DNS.
    pub resolver: &'s dyn Resolver,
}

/// A running program. Evaluations follow one another and share macros and classes, as in sendmail.
pub struct Session<'s> {
    /// The program with this session's changes.
    pub(crate) program: Program,
    pub(crate) services: Services<'s>,
    pub(crate) maps: Maps,
    pub(crate) tables: Tables,
    /// Messages of sendmail, while there is no observer.
    pub(crate) messages: Vec<Vec<u8>>,
    /// Characters of tokens.
    base: usize,
    pub(crate) buffers: Vec<Vec<Token>>,
    pub(crate) parts: Vec<Vec<super::matcher::Part>>,
    /// Number of rules tried in the current evaluation.
    pub(crate) tried: u64,
    /// Maximum number of rules tried in one evaluation.
    pub(crate) limit: u64,
    /// Whether reaching the limit has been reported.
    pub(crate) gave_up: bool,
    /// Records lookups, if set.
    pub(crate) recorder: Option<Recorder>,
    /// Number of changes of classes.
    extended: u64,
    /// Buffers for keys, reused.
    pub(crate) texts: Vec<Vec<u8>>,
    /// Buffers for defaults, reused.
    pub(crate) units: Vec<Unit>,
}

/// Default of [`Session::set_limit`]. Rulesets that call themselves twice would run for years, as they do in sendmail.
const DEFAULT_RULE_LIMIT: u64 = 20_000_000;

/// Result of a ruleset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The workspace in the notation of test mode: tokens separated by blanks.
    pub workspace: Vec<u8>,
    /// sendmail's exit status: 0, or the kind of failure, such as 75 for a temporary one.
    pub status: u8,
    /// The mailer, host and user, if the workspace starts with `$#`.
    pub resolved: Option<Resolved>,
}

/// `$#agent $@ host $: user`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolved {
    /// The mailer; `error` and `discard` are verdicts.
    pub agent: Vec<u8>,
    /// The host, or the code of an error.
    pub host: Option<Vec<u8>>,
    /// The user, or the text of an error.
    pub user: Option<Vec<u8>>,
}

impl<'s> Session<'s> {
    /// Starts a program.
    pub fn new(program: &Program, services: Services<'s>) -> Self {
        let program = program.clone();
        let base = program.arena.len();
        let maps = Maps::new(&program);
        let (messages, buffers, parts) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            program,
            services,
            maps,
            tables: Tables::default(),
            messages,
            base,
            buffers,
            parts,
            tried: 0,
            limit: DEFAULT_RULE_LIMIT,
            gave_up: false,
            recorder: None,
            extended: 0,
            texts: Vec::new(),
            units: Vec::new(),
        }
    }

    /// Sets the maximum number of rules tried in one evaluation, which then ends with status 70.
    pub fn set_limit(&mut self, rules: u64) {
        self.limit = rules;
    }

    /// Calls `run`; if `is_deferred`, every DNS lookup in it fails temporarily.
    pub fn deferring<T>(&mut self, is_deferred: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        let resolver = self.services.resolver;
        if is_deferred {
            self.services.resolver = &NoResolver;
        }
        let result = run(self);
        self.services.resolver = resolver;
        result
    }

    /// The program with this session's changes.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Sets a macro, named without braces; `None` removes it.
    pub fn set_macro(&mut self, name: &[u8], value: Option<&[u8]>) {
        let id = self.program.names.id(name);
        match value {
            Some(value) => self.program.macros.set_bytes(id, value),
            None => self.program.macros.set(id, None),
        }
    }

    /// Value of a macro as written in a configuration, without expanding macros in it.
    pub fn macro_value(&self, name: &[u8]) -> Option<Vec<u8>> {
        let value = self.program.macros.get(self.program.names.get(name)?)?;
        let mut out = Vec::new();
        self.program.names.write(value, &mut out);
        Some(out)
    }

    /// Adds a member to a class, named without braces.
    pub fn add_to_class(&mut self, class: &[u8], member: &[u8]) {
        let id = self.program.names.id(class);
        self.forget();
        self.add_members(id, [member]);
    }

    fn add_members<M: AsRef<[u8]>>(&mut self, id: MacroId, members: impl IntoIterator<Item = M>) {
        let words = self.program.words.len();
        self.extended += 1;
        for member in members {
            add_member(&mut self.program, id, member.as_ref());
        }
        if self.program.words.len() > words {
            self.program.number_right_sides();
        }
    }

    /// Adds a member as typed: `$=x` stands for the members of another class.
    pub(crate) fn extend_class(&mut self, id: MacroId, member: &[u8]) {
        let other = member.strip_prefix(b"$=").and_then(|name| crate::syntax::cf::name(name).ok());
        let members = match other {
            Some((name, _)) => {
                let other = self.program.names.id(name);
                self.program.classes.members(other).map(<[u8]>::to_vec).collect()
            }
            None => vec![member.to_vec()],
        };
        self.add_members(id, members);
    }

    /// Members of a class, in the order in which test mode shows them.
    pub fn class(&self, class: &[u8]) -> Vec<&[u8]> {
        self.program.names.get(class).map(|id| self.program.classes.shown(id)).unwrap_or_default()
    }

    /// Runs a ruleset on a text as an address, like sendmail. `$|` separates two arguments.
    ///
    /// `None` if the ruleset does not exist.
    pub fn call(&mut self, ruleset: &[u8], input: &[u8], watch: Option<&mut dyn TraceObserver>) -> Option<Outcome> {
        let number = self.program.ruleset(ruleset)?;
        self.forget();
        self.messages.clear();
        let mut tokens = self.buffers.pop().unwrap_or_default();
        tokens.clear();
        let mut refused = None;
        for (at, argument) in split_arguments(input).into_iter().enumerate() {
            if at > 0 {
                tokens.push(Token::meta(crate::syntax::cf::Metasymbol::Else));
            }
            if let Err(refusal) = self.scan(argument, Source::Typed, &mut tokens) {
                refused = Some(refusal);
            }
        }
        let status = match refused {
            Some(_) => 65,
            None => self.rewrite(number, &mut tokens, watch),
        };
        let outcome = Outcome { workspace: self.shown(&tokens), status, resolved: self.resolved(&tokens) };
        self.buffers.push(tokens);
        Some(outcome)
    }

    /// Messages of sendmail during the last call.
    pub fn messages(&self) -> &[Vec<u8>] {
        &self.messages
    }

    /// A number that changes whenever a macro or a class changes.
    pub(crate) fn state(&self) -> (u64, u64) {
        (self.program.macros.changes(), self.extended)
    }

    /// Whether a token belongs to the configuration rather than to the evaluation.
    pub(crate) fn is_written(&self, token: Token) -> bool {
        token.is_before(self.base)
    }

    /// Frees the characters of tokens that are no longer used.
    pub(crate) fn forget(&mut self) {
        self.program.arena.forget(self.base);
    }

    /// Appends the tokens of a text.
    pub(crate) fn scan<U: Units + ?Sized>(
        &mut self,
        units: &U,
        source: Source,
        tokens: &mut Vec<Token>,
    ) -> Result<(), Refusal> {
        self.scan_some(units, source, tokens).map(drop)
    }

    /// The same; returns the number of consumed units, and whether a comma ended the text.
    pub(crate) fn scan_some<U: Units + ?Sized>(
        &mut self,
        units: &U,
        source: Source,
        tokens: &mut Vec<Token>,
    ) -> Result<(usize, bool), Refusal> {
        let program = &mut self.program;
        let scanner = Scanner { operators: &program.operators, words: &program.words };
        let before = tokens.len();
        let scanned = scanner.scan(units, source, &mut program.arena, tokens, &mut self.messages);
        self.note_text(units.count(), tokens.len().saturating_sub(before));
        scanned.map(|scanned| (scanned.taken, scanned.more))
    }

    /// Tokens in the notation of test mode.
    pub(crate) fn shown(&self, tokens: &[Token]) -> Vec<u8> {
        let mut out = Vec::new();
        super::token::show(tokens, &self.program.arena, &self.program.names, &mut out);
        if !out.is_empty() {
            out.remove(0);
        }
        out
    }

    /// The mailer triple of a workspace.
    pub(crate) fn resolved(&self, tokens: &[Token]) -> Option<Resolved> {
        use crate::syntax::cf::Metasymbol::{Agent, At, Colon};
        let (first, rest) = tokens.split_first()?;
        if !first.is(Agent) {
            return None;
        }
        let end = rest.iter().position(|token| token.is(At) || token.is(Colon)).unwrap_or(rest.len());
        let (agent, rest) = rest.split_at(end);
        let end = rest.iter().position(|token| token.is(Colon)).unwrap_or(rest.len());
        let (host, user) = rest.split_at(end);
        let text = |tokens: &[Token]| {
            let mut out = Vec::new();
            join(tokens, &self.program.arena, b' ', &mut out);
            out
        };
        Some(Resolved {
            agent: text(agent),
            host: host.split_first().map(|(_, host)| text(host)),
            user: user.split_first().map(|(_, user)| text(user)),
        })
    }

    /// Current value of `$&x`. Dollar signs in it are not expanded but replaced by [`MARK`].
    pub(crate) fn current(&self, id: MacroId) -> Option<Vec<u8>> {
        let value = self.program.macros.get(id)?;
        let mut out = Vec::with_capacity(value.len());
        for unit in value.iter() {
            match unit {
                Unit::Byte(byte) => out.push(*byte),
                unit => {
                    let start = out.len();
                    self.program.names.write(&[*unit], &mut out);
                    if let Some(sign) = out.get_mut(start) {
                        *sign = MARK;
                    }
                }
            }
        }
        Some(out)
    }

    /// Queries a map by its number.
    pub(crate) fn look_up(&mut self, map: usize, key: &[u8], arguments: &[Vec<u8>]) -> Found {
        let (maps, mut context) = self.context();
        let stripped =
            context.declarations.get(map).map_or(Cow::Borrowed(key), |declaration| stripped(key, declaration));
        maps.look_up(map, &stripped, arguments, &mut context)
    }

    /// What can change the results of a map.
    pub(crate) fn change_of(&mut self, map: usize) -> Change {
        let (maps, mut context) = self.context();
        maps.change_of(map, &mut context)
    }

    /// The maps with their environment.
    pub(crate) fn context(&mut self) -> (&mut Maps, Context<'_>) {
        let Self { program, services, maps, messages, tables, .. } = self;
        let Program { macros, names, maps: declarations, map_numbers: numbers, host, options, .. } = program;
        let services = *services;
        (maps, Context { macros, names, declarations, numbers, host, options, services, messages, tables })
    }
}

/// Splits an input at `$|`.
fn split_arguments(input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(pair) = input.get(at..at + 2) {
        if pair == b"$|" {
            parts.push(input.get(start..at).unwrap_or_default());
            at += 2;
            start = at;
        } else {
            at += 1;
        }
    }
    parts.push(input.get(start..).unwrap_or_default());
    parts
}
