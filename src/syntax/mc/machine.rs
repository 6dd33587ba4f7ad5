//! The machine that runs a `.mc`: its state, and what a dialect may ask of it.
//!
//! How calls are executed is in [`super::run`], what m4's own macros do in [`super::builtins`].

use std::{collections::BTreeMap, fmt};

use super::{
    Dialect, Text,
    input::{Input, Place},
    lexer::Syntax,
    run::Frame,
    symbols::{Definition, DefinitionRecord, Origin, Read, SuspiciousCall, Symbols},
};
use crate::{
    diagnostic::Diagnostic,
    source::{FileSystem, SourceId, Sources, Span, Spanned},
};

/// What bounds a run, so that a program that never ends is refused and not waited for. m4 itself has no bounds but memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many calls may be executed in all. sendmail's own tree makes some 10,000 for a site.
    pub calls: u64,
    /// How many bytes all expansions may have together, files that are included among them. The places of a text take thirty times its own
    /// memory at worst.
    pub bytes: u64,
    /// How deep calls may stand in each other's arguments, and files in each other.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls: 500_000, bytes: 16 << 20, depth: 1000 }
    }
}

/// Executes `.mc` text in order.
///
/// One machine is one run of m4. [`Machine::run`] executes a file; what it leaves behind are definitions, the texts of the
/// diversions and diagnostics. The dialect is handed in with each step and not kept, so that its own code may run text too.
pub struct Machine<'a> {
    pub(super) sources: &'a mut Sources,
    pub(super) files: &'a dyn FileSystem,
    pub(super) limits: Limits,
    pub(super) symbols: Symbols,
    pub(super) syntax: Syntax,
    pub(super) input: Input,
    pub(super) frames: Vec<Frame>,
    /// Where text goes instead of the diversions, while a single text is being expanded.
    pub(super) sink: Option<Text>,
    pub(super) diversion: i32,
    pub(super) diversions: BTreeMap<i32, Text>,
    /// What was thrown away since the output was last turned off, and the call that turned it off.
    discarded: Option<(Span, Text)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) suspicious: Vec<SuspiciousCall>,
    /// The outermost call that is being executed.
    pub(super) here: Span,
    pub(super) calls: u64,
    pub(super) bytes: u64,
    /// How many expansions asked for by dialect code are under way.
    pub(super) nested: usize,
    pub(super) stopped: bool,
}

/// The run ended before the end of its input. Why is among the diagnostics, as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run was broken off")]
pub struct Stopped;

impl fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("diversion", &self.diversion)
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

impl<'a> Machine<'a> {
    /// A machine as m4 starts: its own macros, comments from `#`, output to diversion 0. Included files are read from
    /// `files` and added to `sources`. `start` is the text that things count as written in until something is run.
    pub fn new(sources: &'a mut Sources, files: &'a dyn FileSystem, start: SourceId) -> Self {
        Self {
            sources,
            files,
            limits: Limits::default(),
            symbols: Symbols::new(),
            syntax: Syntax::INITIAL,
            input: Input::new(Place { source: start, byte: 0 }),
            frames: Vec::new(),
            sink: None,
            diversion: 0,
            diversions: BTreeMap::new(),
            discarded: None,
            diagnostics: Vec::new(),
            suspicious: Vec::new(),
            here: Span::new(start, 0, 0),
            calls: 0,
            bytes: 0,
            nested: 0,
            stopped: false,
        }
    }

    /// Sets other bounds.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The texts of the run.
    pub fn sources(&self) -> &Sources {
        self.sources
    }

    /// Adds a text to those of the run, for instance a fragment that the dialect itself supplies.
    pub fn sources_mut(&mut self) -> &mut Sources {
        self.sources
    }

    /// The place of the outermost call that is being executed.
    pub fn here(&self) -> Span {
        self.here
    }

    /// Whether the run was broken off.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    // ---- definitions ------------------------------------------------------------------------------------------------

    /// What `name` stands for now. Does not count as reading it.
    pub fn lookup(&self, dialect: &dyn Dialect, name: &str) -> Option<Definition> {
        self.symbols.get(name, dialect)
    }

    /// Whether `name` stands for anything now, as `ifdef` sees it. Counts as reading it.
    pub fn is_defined(&mut self, dialect: &dyn Dialect, name: &str) -> bool {
        self.read(dialect, name).is_some()
    }

    /// The text that `name` was defined to, unexpanded. `None` if it is not defined, or is not a text. Counts as reading it.
    pub fn definition(&mut self, dialect: &dyn Dialect, name: &str) -> Option<Text> {
        match self.read(dialect, name)? {
            Definition::Text(body) => Some(body.text.as_ref().clone()),
            Definition::Builtin(_) | Definition::Dialect(_) => None,
        }
    }

    /// What `name` stands for, noted as read.
    pub(super) fn read(&mut self, dialect: &dyn Dialect, name: &str) -> Option<Definition> {
        let definition = self.lookup(dialect, name);
        match &definition {
            Some(Definition::Text(body)) => self.symbols.read(body, self.here),
            Some(_) => {}
            None => self.symbols.read_undefined(name, self.here),
        }
        definition
    }

    /// The path of a file of the site's own tree, if there is one and its name is text.
    pub fn find_file(&self, relative: &str) -> Option<String> {
        self.files.find(std::path::Path::new(relative))?.into_os_string().into_string().ok()
    }

    /// Defines `name`, as ``define(`name', `value')`` does.
    pub fn define(&mut self, dialect: &dyn Dialect, name: &str, value: Text) {
        let name = Spanned::new(name.to_owned(), self.here);
        self.define_text(dialect, name, value, Origin::Supplied);
    }

    /// Defines `name` to text that is not language: wherever it ends up, it stays as it is, whatever quotes, commas or names
    /// are in it. For values that come from elsewhere than a `.mc`.
    pub fn define_literal(&mut self, dialect: &dyn Dialect, name: Spanned<String>, value: Text) {
        self.define_text(dialect, name, value.into_literal(), Origin::Supplied);
    }

    pub(super) fn define_text(&mut self, dialect: &dyn Dialect, name: Spanned<String>, value: Text, origin: Origin) {
        let key = name.value.clone();
        let call = if origin == Origin::Supplied { value.span() } else { self.here };
        let body = self.symbols.record(name, value, call, origin);
        self.symbols.set(&key, Definition::Text(body), origin == Origin::Pushdef, dialect);
    }

    pub(super) fn define_macro(&mut self, dialect: &dyn Dialect, name: &str, definition: Definition, push: bool) {
        self.symbols.set(name, definition, push, dialect);
    }

    /// Makes `name` plain text, as ``undefine(`name')`` does.
    pub fn undefine(&mut self, dialect: &dyn Dialect, name: &str) {
        self.symbols.remove(name, true, dialect, self.here);
    }

    /// Uncovers the definition below the current one, as ``popdef(`name')`` does.
    pub fn popdef(&mut self, dialect: &dyn Dialect, name: &str) {
        self.symbols.remove(name, false, dialect, self.here);
    }

    /// Every definition to a text that was made in this run, in order.
    pub fn definitions(&self) -> &[DefinitionRecord] {
        self.symbols.records()
    }

    /// The first time that `name` was tested or fetched when it was not defined.
    pub fn first_undefined_read(&self, name: &str) -> Option<Read> {
        self.symbols.first_undefined_read(name)
    }

    /// The words that look like calls and are none.
    pub fn suspicious_calls(&self) -> &[SuspiciousCall] {
        &self.suspicious
    }

    // ---- syntax -----------------------------------------------------------------------------------------------------

    /// Makes `#` an ordinary character, as `changecom` without arguments does.
    pub fn disable_comments(&mut self) {
        self.syntax.comment = None;
    }

    /// Whether there are comments at the moment.
    pub fn has_comments(&self) -> bool {
        self.syntax.comment.is_some()
    }

    // ---- output -----------------------------------------------------------------------------------------------------

    /// Sends text to diversion `number` from now on; a negative one discards it.
    pub fn divert(&mut self, number: i32) {
        if number >= 0 {
            self.discarded = None;
        } else if self.discarded.is_none() {
            self.discarded = Some((self.here, Text::empty(self.here)));
        }
        self.diversion = number;
    }

    /// If the output is turned off: the call that turned it off, and the text that was thrown away since then.
    pub fn discarded(&self) -> Option<(Span, &Text)> {
        self.discarded.as_ref().map(|(by, text)| (*by, text))
    }

    /// The diversion that text goes to.
    pub fn diversion(&self) -> i32 {
        self.diversion
    }

    /// Adds text to the current diversion, as it is.
    pub fn write(&mut self, text: &Text) {
        self.write_slice(text, 0..text.len());
    }

    /// Ends the last line of diversion `number`, if one is begun there.
    pub fn end_line(&mut self, number: i32) {
        let here = self.here;
        if let Some(text) = self.diversions.get_mut(&number).filter(|text| !text.as_str().ends_with('\n')) {
            text.push_computed("\n", here);
        }
    }

    /// Moves the text of diversion `number` to the current one.
    pub fn undivert(&mut self, number: i32) {
        if number != self.diversion
            && number > 0
            && let Some(text) = self.diversions.remove(&number)
        {
            self.write(&text);
        }
    }

    /// Takes the text of diversion `number` away. Diversion 0 is the output itself.
    pub fn take_diversion(&mut self, number: i32) -> Option<Text> {
        self.diversions.remove(&number)
    }

    /// The diversions that hold text, in order. Number 0 is the output; at the end of a run m4 appends the others to it.
    pub fn diversions(&self) -> &BTreeMap<i32, Text> {
        &self.diversions
    }

    /// Whether a single text is being expanded, and not a file executed.
    pub(super) fn is_expanding(&self) -> bool {
        self.sink.is_some()
    }

    pub(super) fn write_slice(&mut self, text: &Text, range: std::ops::Range<usize>) {
        if let Some(sink) = &mut self.sink {
            sink.push_slice(text, range);
        } else if self.diversion >= 0 {
            let to = self.diversions.entry(self.diversion).or_insert_with(|| Text::empty(text.origin(range.clone())));
            to.push_slice(text, range);
        } else if let Some((_, discarded)) = &mut self.discarded {
            discarded.push_slice(text, range);
        }
    }

    // ---- diagnostics ------------------------------------------------------------------------------------------------

    /// Adds a diagnostic.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The diagnostics up to now. The [`Diagnostic::reference`]s, one after the other, are what m4 writes to standard error.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Takes the diagnostics away.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.diagnostics)
    }

    /// `message` as m4 writes it to standard error at this moment: with `m4:FILE:LINE: ` before it and a newline after it.
    pub fn reference(&self, message: &str) -> String {
        self.reference_at(self.input.place, message)
    }

    pub(super) fn reference_at(&self, place: Place, message: &str) -> String {
        format!("m4:{}:{}: {message}\n", self.file_name(place), self.line(place))
    }

    pub(super) fn file_name(&self, place: Place) -> &str {
        self.sources.get(place.source).map_or("", |s| s.name())
    }

    pub(super) fn line(&self, place: Place) -> usize {
        self.sources.get(place.source).map_or(0, |s| s.line_column(place.byte).0)
    }
}
