//! Execution: from tokens to calls to expansions.
//!
//! There is no recursion over the input. Calls whose arguments are being collected are on a stack of frames, so that a file with
//! nothing but `a(a(a(…` takes memory instead of stack, and reaches a limit.

use std::rc::Rc;

use super::{
    Call, Dialect, Machine, Stopped, Text,
    builtins::Builtin,
    diagnostics,
    input::{Input, Item, Lexeme, Place},
    lexer::Kind,
    slips,
    symbols::{Body, Definition, SuspiciousCall},
};
use crate::source::{SourceId, Span};

/// A collected argument.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Text.
    Text(Text),
    /// A builtin, inserted by `defn`.
    Macro(Definition),
}

/// A call with its arguments, as builtins see it.
#[derive(Debug)]
pub(super) struct Invocation {
    pub(super) name: String,
    pub(super) args: Vec<Value>,
    /// Place of the outermost call in a file.
    pub(super) span: Span,
    /// Place where the name was written.
    pub(super) name_span: Span,
    pub(super) parens: bool,
    pub(super) detached: Option<Span>,
}

impl Invocation {
    /// Argument `n`, counted from 0; empty if it does not exist or is not text.
    pub(super) fn text(&self, n: usize) -> Text {
        match self.args.get(n) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Macro(_)) | None => Text::empty(self.span),
        }
    }

    /// The text of argument `n`; empty if it does not exist or is not text.
    pub(super) fn str(&self, n: usize) -> &str {
        match self.args.get(n) {
            Some(Value::Text(text)) => text.as_str(),
            Some(Value::Macro(_)) | None => "",
        }
    }

    /// Place of argument `n`, or of the call if it does not exist.
    pub(super) fn arg_span(&self, n: usize) -> Span {
        match self.args.get(n) {
            Some(Value::Text(text)) => text.span(),
            Some(Value::Macro(_)) | None => self.span,
        }
    }
}

/// A call whose arguments are being collected.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) name: Lexeme,
    definition: Definition,
    args: Vec<Value>,
    current: Text,
    /// Set if the current argument starts with a builtin: the argument is that builtin.
    current_macro: Option<Definition>,
    /// Whether the current argument has started, after leading blanks.
    begun: bool,
    /// Number of open parentheses in the current argument.
    pub(super) nesting: Vec<Span>,
    /// Where m4 reports errors in this call.
    place: Place,
    /// Where m4 reports that the current argument does not end.
    pub(super) arg_place: Place,
    /// Position of the opening parenthesis.
    pub(super) open: Span,
}

impl Machine<'_> {
    /// Executes a file that is among the sources, like m4 for each file on its command line.
    ///
    /// # Errors
    /// The run ended early: because of an error that ends m4 as well (an unclosed quote), a limit, or an unsupported macro that
    /// the rest depends on. The reason is among the diagnostics.
    pub fn run(&mut self, dialect: &mut dyn Dialect, file: SourceId) -> Result<(), Stopped> {
        if self.stopped {
            return Err(Stopped);
        }
        let text = self.sources.get(file).map(|s| s.text().to_owned()).unwrap_or_default();
        self.here = Span::new(file, 0, 0);
        self.input = Input::new(Place { source: file, byte: 0 });
        self.input.push_file(file, &text);
        self.drain(dialect);
        if self.stopped { Err(Stopped) } else { Ok(()) }
    }

    /// Expands `text`, and returns the output instead of adding it to the diversions.
    ///
    /// Definitions and diversions remain in effect. Words at the ends do not join with adjacent text, and an unclosed quote or
    /// call is an error.
    pub fn expand(&mut self, dialect: &mut dyn Dialect, text: &Text) -> Text {
        let sink = Text::empty(text.span());
        if self.stopped {
            return sink;
        }
        if self.nested >= MAX_NESTED_EXPANSIONS {
            let diagnostic = diagnostics::too_deep(self.here, MAX_NESTED_EXPANSIONS);
            self.stop(diagnostic);
            return sink;
        }
        let place = self.input.place;
        let input = std::mem::replace(&mut self.input, Input::new(place));
        let frames = std::mem::take(&mut self.frames);
        let outer_sink = self.sink.replace(sink);
        let here = self.here;
        self.nested += 1;
        self.input.push_expansion(text.clone(), text.span(), place);
        self.drain(dialect);
        self.nested -= 1;
        self.here = here;
        self.frames = frames;
        self.input = input;
        std::mem::replace(&mut self.sink, outer_sink).unwrap_or_else(|| Text::empty(text.span()))
    }

    /// Expands a call of `name` without arguments. `None` if it is not defined.
    pub fn expand_macro(&mut self, dialect: &mut dyn Dialect, name: &str) -> Option<Text> {
        match self.read(dialect, name)? {
            Definition::Text(body) => {
                let text = if body.has_parameters { self.substitute(&body, name, &[]) } else { (*body.text).clone() };
                Some(self.expand(dialect, &text))
            }
            definition @ (Definition::Builtin(_) | Definition::Dialect(_)) => {
                let invocation = Invocation {
                    name: name.to_owned(),
                    args: Vec::new(),
                    span: self.here,
                    name_span: self.here,
                    parens: false,
                    detached: None,
                };
                let text = self.yields(dialect, &definition, invocation);
                Some(self.expand(dialect, &text))
            }
        }
    }

    /// Reports an error and ends the run.
    pub(super) fn stop(&mut self, diagnostic: crate::diagnostic::Diagnostic) {
        self.diagnostics.push(diagnostic);
        self.stopped = true;
    }

    fn drain(&mut self, dialect: &mut dyn Dialect) {
        while !self.stopped {
            match self.input.next(self.syntax) {
                Item::Token(lexeme) => self.token(dialect, lexeme),
                Item::Literal(lexeme) => self.put(&lexeme, lexeme.range.clone()),
                Item::Macro(definition) => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.begun = true;
                        if frame.current.is_empty() {
                            frame.current_macro = Some(definition);
                        }
                    }
                }
                Item::Cut { lexeme, comment } => {
                    let reference = self.reference_at(
                        lexeme.start,
                        if comment { "ERROR: end of file in comment" } else { "ERROR: end of file in string" },
                    );
                    let diagnostic = if comment {
                        diagnostics::open_comment(&lexeme)
                    } else {
                        diagnostics::open_quote(&lexeme, self.syntax)
                    };
                    self.stop(diagnostic.reference(reference));
                }
                Item::End => {
                    if let Some(frame) = self.frames.last() {
                        let reference = self.reference_at(frame.arg_place, "ERROR: end of file in argument list");
                        let diagnostic = diagnostics::open_call(frame).reference(reference);
                        self.stop(diagnostic);
                    }
                    return;
                }
            }
        }
        self.frames.clear();
    }

    fn token(&mut self, dialect: &mut dyn Dialect, lexeme: Lexeme) {
        if let Some(frame) = self.frames.last_mut() {
            match lexeme.kind {
                Kind::Blank if !frame.begun => return,
                Kind::Comma | Kind::Close if frame.nesting.is_empty() => {
                    let last = lexeme.kind == Kind::Close;
                    frame.end_argument(&lexeme, self.input.place);
                    if last && let Some(frame) = self.frames.pop() {
                        self.call_frame(dialect, frame, lexeme.home);
                    }
                    return;
                }
                Kind::Open => frame.nesting.push(lexeme.home),
                Kind::Close => {
                    frame.nesting.pop();
                }
                _ => {}
            }
            frame.cover(lexeme.home);
        }
        match lexeme.kind {
            Kind::Word => self.word(dialect, lexeme),
            Kind::Quoted => self.put(&lexeme, lexeme.range.start + 1..lexeme.range.end.saturating_sub(1)),
            _ => self.put(&lexeme, lexeme.range.clone()),
        }
    }

    /// Appends bytes to the argument being collected, or to the output.
    fn put(&mut self, lexeme: &Lexeme, range: std::ops::Range<usize>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.cover(lexeme.home);
            frame.current.push_slice(&lexeme.text, range);
        } else {
            self.write_slice(&lexeme.text, range);
        }
    }

    fn word(&mut self, dialect: &mut dyn Dialect, lexeme: Lexeme) {
        let opens = self.input.peek().is_some_and(|b| b == b'(' && !self.syntax.opens_quote(b));
        let Some(definition) = self.lookup(dialect, lexeme.as_str()) else {
            if opens && slips::looks_like_a_macro(lexeme.as_str()) {
                self.suspicious.push(SuspiciousCall {
                    name: crate::source::Spanned::new(lexeme.as_str().to_owned(), lexeme.origin()),
                    discarded: self.sink.is_none() && self.diversion < 0 && self.frames.is_empty(),
                });
            }
            return self.put(&lexeme, lexeme.range.clone());
        };
        if !opens {
            let detached = slips::detached(&self.input);
            if matches!(&definition, Definition::Builtin(builtin) if builtin.needs_parentheses()) {
                if let Some((span, quoted)) = detached
                    && quoted
                {
                    self.diagnostics.push(diagnostics::blank_before_parenthesis(&lexeme, span, true));
                }
                return self.put(&lexeme, lexeme.range.clone());
            }
            if let (Definition::Builtin(builtin), Some((span, _))) = (&definition, detached)
                && builtin.takes_arguments()
            {
                self.diagnostics.push(diagnostics::blank_before_parenthesis(&lexeme, span, false));
            }
            let invocation = Invocation {
                name: lexeme.as_str().to_owned(),
                args: Vec::new(),
                span: lexeme.home,
                name_span: lexeme.origin(),
                parens: false,
                detached: detached.map(|(span, _)| span),
            };
            let place = self.input.place;
            return self.call(dialect, &definition, invocation, place);
        }
        if self.frames.len() >= self.limits.depth {
            return self.stop(diagnostics::too_deep(lexeme.home, self.limits.depth));
        }
        let place = self.input.place;
        let Item::Token(open) = self.input.next(self.syntax) else { return };
        let after = Span { start: open.home.end, ..open.home };
        self.frames.push(Frame {
            name: lexeme,
            definition,
            args: Vec::new(),
            current: Text::empty(after),
            current_macro: None,
            begun: false,
            nesting: Vec::new(),
            place,
            arg_place: self.input.place,
            open: open.home,
        });
    }

    fn call_frame(&mut self, dialect: &mut dyn Dialect, frame: Frame, close: Span) {
        let invocation = Invocation {
            span: frame.name.home.to(close),
            name_span: frame.name.origin(),
            name: frame.name.as_str().to_owned(),
            args: frame.args,
            parens: true,
            detached: None,
        };
        let in_file = frame.name.origin() == frame.name.home;
        if in_file && !matches!(frame.definition, Definition::Text(_)) && self.syntax.comment.is_none() {
            slips::commented_call(self, &invocation);
        }
        self.call(dialect, &frame.definition, invocation, frame.place);
    }

    /// Executes a call and pushes its expansion to the input.
    fn call(&mut self, dialect: &mut dyn Dialect, definition: &Definition, invocation: Invocation, place: Place) {
        let close = std::mem::replace(&mut self.input.place, place);
        let (here, span) = (self.here, invocation.span);
        self.here = span;
        let text = self.yields(dialect, definition, invocation);
        self.bytes += text.len() as u64;
        if self.bytes > self.limits.bytes && !self.stopped {
            self.stop(diagnostics::too_much_text(span, self.limits.bytes));
        }
        self.input.push_expansion(text, span, place);
        self.here = here;
        self.input.place = close;
    }

    /// Expansion of a call, before it is read again.
    pub(super) fn yields(&mut self, dialect: &mut dyn Dialect, definition: &Definition, call: Invocation) -> Text {
        self.calls += 1;
        if self.calls > self.limits.calls {
            if !self.stopped {
                self.stop(diagnostics::too_many_calls(&call, self.limits.calls));
            }
            return Text::empty(call.span);
        }
        match definition {
            Definition::Text(body) => {
                self.symbols.read(body, call.span);
                if body.has_parameters {
                    self.substitute(body, &call.name, &call.args)
                } else {
                    body.text.as_ref().clone()
                }
            }
            Definition::Builtin(builtin) => Builtin::execute(*builtin, self, dialect, call),
            Definition::Dialect(name) => {
                let args = (0..call.args.len()).map(|n| call.text(n)).collect();
                let call = Call {
                    name: name.to_string(),
                    args,
                    span: call.span,
                    name_span: call.name_span,
                    parens: call.parens,
                    detached: call.detached,
                };
                dialect.call(self, call)
            }
        }
    }

    /// Replaces `$1`, `$#`, `$*` and `$@` in a definition by the arguments of a call.
    fn substitute(&mut self, body: &Rc<Body>, name: &str, args: &[Value]) -> Text {
        let text = body.text.as_str();
        let mut out = Text::empty(body.text.span());
        let mut at = 0;
        let limit = self.limits.bytes;
        while let Some(length) = text.get(at..).and_then(|rest| rest.find('$')) {
            out.push_slice(&body.text, at..at + length);
            let dollar = at + length;
            let rest = text.get(dollar + 1..).unwrap_or_default();
            let place = |end: usize| body.text.origin(dollar..end);
            match rest.bytes().next() {
                _ if body.text.is_literal_at(dollar) => {
                    at = dollar + 1;
                    out.push_slice(&body.text, dollar..at);
                }
                Some(b'0'..=b'9') => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    at = dollar + 1 + digits;
                    match rest.get(..digits).map(|d| d.parse::<usize>().unwrap_or(usize::MAX)) {
                        Some(0) => out.push_computed(name, place(at)),
                        Some(n) => {
                            if let Some(Value::Text(arg)) = args.get(n - 1) {
                                out.push(arg);
                            }
                        }
                        None => {}
                    }
                }
                Some(b'#') => {
                    at = dollar + 2;
                    out.push_computed(&args.len().to_string(), place(at));
                }
                Some(all @ (b'*' | b'@')) => {
                    at = dollar + 2;
                    let quotes = if all == b'@' { self.syntax.quotes } else { (None, None) };
                    self.push_arguments(&mut out, args, quotes, place(at));
                }
                _ => {
                    at = dollar + 1;
                    out.push_slice(&body.text, dollar..at);
                }
            }
            if out.len() as u64 > limit {
                break;
            }
        }
        out.push_slice(&body.text, at..body.text.len());
        out
    }

    /// Appends arguments separated by commas, each in quotes if there are any.
    pub(super) fn push_arguments(&self, out: &mut Text, args: &[Value], quotes: (Option<u8>, Option<u8>), place: Span) {
        let (open, close) = quotes;
        for (n, arg) in args.iter().enumerate() {
            if n > 0 {
                out.push_computed(",", place);
            }
            if let Some(open) = open {
                out.push_computed(char::from(open).encode_utf8(&mut [0; 4]), place);
            }
            if let Value::Text(text) = arg {
                out.push(text);
            }
            if let Some(close) = close {
                out.push_computed(char::from(close).encode_utf8(&mut [0; 4]), place);
            }
        }
    }
}

impl Frame {
    /// Extends the place of the current argument.
    fn cover(&mut self, home: Span) {
        if self.begun {
            self.current.cover(home);
        } else {
            self.begun = true;
            self.current = std::mem::replace(&mut self.current, Text::empty(home)).with_span(home);
        }
    }

    /// Ends the current argument at a comma or parenthesis.
    fn end_argument(&mut self, separator: &Lexeme, place: Place) {
        let next = Text::empty(Span { start: separator.home.end, ..separator.home });
        let text = std::mem::replace(&mut self.current, next);
        self.args.push(match self.current_macro.take() {
            Some(definition) => Value::Macro(definition),
            None => Value::Text(text),
        });
        self.begun = false;
        self.arg_place = place;
    }
}

/// Maximum nesting depth of expansions that dialect code requests during expansions.
const MAX_NESTED_EXPANSIONS: usize = 64;
