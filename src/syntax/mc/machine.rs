//! The machine that executes a `.mc`: its state, and the interface for a dialect.
//!
//! Calls are executed in [`super::run`], builtins in [`super::builtins`].

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

/// Limits of a run, so that an endless program is rejected. m4 itself is limited only by memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Maximum number of calls. sendmail's own tree makes about 10,000 for a site.
    pub calls: u64,
    /// Maximum size of all expansions in bytes, including included files. The places of a text take up to thirty times its size.
    pub bytes: u64,
    /// Maximum nesting depth of calls in arguments, and of included files.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls: 500_000, bytes: 16 << 20, depth: 1000 }
    }
}

/// Executes `.mc` text in order.
///
/// One machine is one run of m4. [`Machine::run`] executes a file, which adds definitions, texts in diversions and diagnostics.
/// The dialect is passed to each step instead of being stored, so that its own code may run text as well.
pub struct Machine<'a> {
    pub(super) sources: &'a mut Sources,
    pub(super) files: &'a dyn FileSystem,
    pub(super) limits: Limits,
    pub(super) symbols: Symbols,
    pub(super) syntax: Syntax,
    pub(super) input: Input,
    pub(super) frames: Vec<Frame>,
    /// Receives text instead of the diversions while a single text is expanded.
    pub(super) sink: Option<Text>,
    pub(super) diversion: i32,
    pub(super) diversions: BTreeMap<i32, Text>,
    /// Text discarded since the output was last turned off, and the call that turned it off.
    discarded: Option<(Span, Text)>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) suspicious: Vec<SuspiciousCall>,
    /// The outermost call being executed.
    pub(super) here: Span,
    pub(super) calls: u64,
    pub(super) bytes: u64,
    /// Number of active expansions that dialect code has requested.
    pub(super) nested: usize,
    pub(super) stopped: bool,
}

/// The run ended before the end of its input. The reason is an error among the diagnostics.
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
    /// A machine in the initial state of m4: its builtins, `#` comments, output to diversion 0. Included files are read from
    /// `files` and added to `sources`. `start` is the text that definitions are attributed to until something is run.
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

    /// Sets other limits.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The texts of the run.
    pub fn sources(&self) -> &Sources {
        self.sources
    }

    /// Adds a text, for example a fragment that the dialect supplies.
    pub fn sources_mut(&mut self) -> &mut Sources {
        self.sources
    }

    /// Place of the outermost call being executed.
    pub fn here(&self) -> Span {
        self.here
    }

    /// Whether the run ended early.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    // ---- definitions ------------------------------------------------------------------------------------------------

    /// The current definition of `name`. Does not count as reading it.
    pub fn lookup(&self, dialect: &dyn Dialect, name: &str) -> Option<Definition> {
        self.symbols.get(name, dialect)
    }

    /// Whether `name` is defined, as for `ifdef`. Counts as reading it.
    pub fn is_defined(&mut self, dialect: &dyn Dialect, name: &str) -> bool {
        self.read(dialect, name).is_some()
    }

    /// The unexpanded text of `name`. `None` if it is not defined, or is not a text. Counts as reading it.
    pub fn definition(&mut self, dialect: &dyn Dialect, name: &str) -> Option<Text> {
        match self.read(dialect, name)? {
            Definition::Text(body) => Some(body.text.as_ref().clone()),
            Definition::Builtin(_) | Definition::Dialect(_) => None,
        }
    }

    /// The current definition of `name`, recorded as read.
    pub(super) fn read(&mut self, dialect: &dyn Dialect, name: &str) -> Option<Definition> {
        let definition = self.lookup(dialect, name);
        match &definition {
            Some(Definition::Text(body)) => self.symbols.read(body, self.here),
            Some(_) => {}
            None => self.symbols.read_undefined(name, self.here),
        }
        definition
    }

    /// Path of a file of the site's own tree, if it exists and its name is text.
    pub fn find_file(&self, relative: &str) -> Option<String> {
        self.files.find(std::path::Path::new(relative))?.into_os_string().into_string().ok()
    }

    /// Defines `name`, like ``define(`name', `value')``.
    pub fn define(&mut self, dialect: &dyn Dialect, name: &str, value: Text) {
        let name = Spanned::new(name.to_owned(), self.here);
        self.define_text(dialect, name, value, Origin::Supplied);
    }

    /// Defines `name` as literal text: quotes, commas and names in it keep no special meaning, wherever it is used. For values
    /// that do not come from a `.mc`.
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

    /// Undefines `name`, like ``undefine(`name')``.
    pub fn undefine(&mut self, dialect: &dyn Dialect, name: &str) {
        self.symbols.remove(name, true, dialect, self.here);
    }

    /// Restores the previous definition, like ``popdef(`name')``.
    pub fn popdef(&mut self, dialect: &dyn Dialect, name: &str) {
        self.symbols.remove(name, false, dialect, self.here);
    }

    /// All text definitions of this run, in order.
    pub fn definitions(&self) -> &[DefinitionRecord] {
        self.symbols.records()
    }

    /// The first time that `name` was tested or read while it was not defined.
    pub fn first_undefined_read(&self, name: &str) -> Option<Read> {
        self.symbols.first_undefined_read(name)
    }

    /// Names that the file undefines although they have no definition there.
    pub fn undefined_in_vain(&self) -> &[Spanned<String>] {
        self.symbols.undefined_in_vain()
    }

    /// Notes an `undefine` in the file, before it is carried out.
    pub(super) fn note_undefine(&mut self, dialect: &dyn Dialect, name: Spanned<String>) {
        self.symbols.note_undefine(name, dialect);
    }

    /// Words that look like calls but are not.
    pub fn suspicious_calls(&self) -> &[SuspiciousCall] {
        &self.suspicious
    }

    // ---- syntax -----------------------------------------------------------------------------------------------------

    /// Makes `#` an ordinary character, like `changecom` without arguments.
    pub fn disable_comments(&mut self) {
        self.syntax.comment = None;
    }

    /// Whether there are comments at the moment.
    pub fn has_comments(&self) -> bool {
        self.syntax.comment.is_some()
    }

    // ---- output -----------------------------------------------------------------------------------------------------

    /// Sends output to diversion `number`; a negative number discards it.
    pub fn divert(&mut self, number: i32) {
        if number >= 0 {
            self.discarded = None;
        } else if self.discarded.is_none() {
            self.discarded = Some((self.here, Text::empty(self.here)));
        }
        self.diversion = number;
    }

    /// While output is turned off: the call that turned it off, and the text discarded since then.
    pub fn discarded(&self) -> Option<(Span, &Text)> {
        self.discarded.as_ref().map(|(by, text)| (*by, text))
    }

    /// The current diversion.
    pub fn diversion(&self) -> i32 {
        self.diversion
    }

    /// Appends text to the current diversion unchanged.
    pub fn write(&mut self, text: &Text) {
        self.write_slice(text, 0..text.len());
    }

    /// Ends the last line of diversion `number`, if it is incomplete.
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

    /// Removes and returns the text of diversion `number`. Diversion 0 is the output itself.
    pub fn take_diversion(&mut self, number: i32) -> Option<Text> {
        self.diversions.remove(&number)
    }

    /// The diversions that contain text, in order. Number 0 is the output; at the end of a run m4 appends the others to it.
    pub fn diversions(&self) -> &BTreeMap<i32, Text> {
        &self.diversions
    }

    /// Whether a single text is being expanded, rather than a file executed.
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

    /// The diagnostics so far. The [`Diagnostic::reference`]s, concatenated, are what m4 writes to standard error.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Removes and returns the diagnostics.
    pub fn take_diagnostics(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.diagnostics)
    }

    /// `message` as m4 would write it to standard error now: preceded by `m4:FILE:LINE: ` and followed by a newline.
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
