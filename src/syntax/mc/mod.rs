//! The `.mc` language: m4 as sendmail's tree uses it.
//!
//! A `.mc` is a program that is executed from top to bottom by a macro processor. This module is that processor: a [`Machine`]
//! reads tokens (`grammar/mc.pest`), expands what is defined, and behaves in every detail that it supports as GNU m4 1.4.19
//! does, down to the messages. What it does not support (shell commands, temporary files, tracing, …) it refuses.
//!
//! Every byte remembers where it was written ([`Text`]), every definition is recorded ([`DefinitionRecord`]), and what is
//! likely to be a slip is reported, although m4 would say nothing.
//!
//! Not its business: what `FEATURE`, `MAILER` or a `conf…` name means. Those are macros that a [`Dialect`] supplies.
//!
//! ```
//! use relaycc::{
//!     source::{NoFiles, Sources},
//!     syntax::mc::{Machine, NoDialect},
//! };
//!
//! let mut sources = Sources::default();
//! let id = sources.add("site.mc", "define(`DOMAIN', `example.com')dnl\nDw`'DOMAIN\n");
//! let mut m4 = Machine::new(&mut sources, &NoFiles, id);
//! m4.run(&mut NoDialect, id)?;
//! assert_eq!(m4.take_diversion(0).unwrap().as_str(), "Dwexample.com\n");
//! # Ok::<(), relaycc::syntax::mc::Stopped>(())
//! ```

mod builtins;
mod diagnostics;
mod eval;
mod input;
mod lexer;
mod load;
mod machine;
mod run;
mod slips;
mod symbols;
mod text;

pub use builtins::Builtin;
pub use load::load;
pub use machine::{Limits, Machine, Stopped};
pub use slips::looks_quoted;
pub use symbols::{Body, Definition, DefinitionRecord, Origin, Read, SuspiciousCall};
pub use text::Text;

use crate::{diagnostic::Diagnostic, source::Span};

/// The call of a macro.
#[derive(Debug, Clone)]
pub struct Call {
    /// The name it was called by.
    pub name: String,
    /// The arguments, expanded. Empty for a call without parentheses; `NAME()` has one empty argument.
    pub args: Vec<Text>,
    /// The outermost call that this one is part of, as written in a file, from the name to the closing parenthesis.
    pub span: Span,
    /// Where the name itself was typed; for a call that another macro's text makes, that is inside its definition.
    pub name_span: Span,
    /// Whether there were parentheses.
    pub parens: bool,
    /// For a call without parentheses: the blanks and the parenthesis that follow it, if they do. m4 takes `NAME (x)` as a
    /// call without arguments and leaves ` (x)` in the text.
    pub detached: Option<Span>,
}

impl Call {
    /// Argument `n`, counted from 0, if the call has it.
    pub fn arg(&self, n: usize) -> Option<&Text> {
        self.args.get(n)
    }

    /// The bytes of argument `n`; empty if there is none, as `$1` is in m4.
    pub fn str(&self, n: usize) -> &str {
        self.args.get(n).map_or("", Text::as_str)
    }

    /// Argument `n` if it is there and not empty.
    pub fn non_empty(&self, n: usize) -> Option<&Text> {
        self.args.get(n).filter(|text| !text.is_empty())
    }
}

/// The macros that the language does not have of itself.
///
/// Names that [`Dialect::is_macro`] knows are defined from the start; a program may redefine, cover (`pushdef`) or undefine
/// them like any other, and pass them on with `defn`. They are recognised with and without parentheses, as macros that are
/// defined in the language are.
pub trait Dialect {
    /// Whether the dialect supplies a macro of this name. Asked often; the answer must not change during a run.
    fn is_macro(&self, name: &str) -> bool;

    /// Executes a call of one of its macros. The text that it returns takes the place of the call and is read as language;
    /// [`Text::into_literal`] keeps it from that.
    fn call(&mut self, m4: &mut Machine<'_>, call: Call) -> Text;

    /// What `include` or `sinclude` of `path` is to mean, if not the file of that name: text that is read in its place.
    fn include(&mut self, _m4: &mut Machine<'_>, _path: &Text) -> Option<Text> {
        None
    }

    /// What to make of text that the program itself writes to standard error with `errprint`. The bytes go to
    /// [`Diagnostic::reference`], where they are added if the dialect left that empty.
    fn errprint(&mut self, _m4: &mut Machine<'_>, text: &Text) -> Diagnostic {
        Diagnostic::advice("mc_errprint", format!("the configuration says: {}", text.as_str().trim()))
            .at(text.span(), "printed by this `errprint`")
    }
}

/// A dialect without macros: plain m4.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDialect;

impl Dialect for NoDialect {
    fn is_macro(&self, _name: &str) -> bool {
        false
    }

    fn call(&mut self, _m4: &mut Machine<'_>, call: Call) -> Text {
        Text::empty(call.span)
    }
}
