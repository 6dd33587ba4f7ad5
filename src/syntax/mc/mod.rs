//! The `.mc` language: m4 as sendmail's tree uses it.
//!
//! A `.mc` is a program that a macro processor executes from top to bottom. This module is that processor: a [`Machine`] reads
//! tokens (`grammar/mc.pest`), expands macros, and behaves in every supported detail like GNU m4 1.4.19, including the messages.
//! Unsupported macros (shell commands, temporary files, tracing, …) are refused.
//!
//! The origin of every byte is kept ([`Text`]), every definition is recorded ([`DefinitionRecord`]), and probable mistakes are
//! reported even if m4 would accept them silently.
//!
//! The meaning of `FEATURE`, `MAILER` or a `conf…` name is not its business: those macros come from a [`Dialect`].
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
    /// Name of the macro.
    pub name: String,
    /// Expanded arguments. Empty for a call without parentheses; `NAME()` has one empty argument.
    pub args: Vec<Text>,
    /// Place of the outermost call that this one is part of, from its name to the closing parenthesis.
    pub span: Span,
    /// Place where the name itself was written; if another macro makes the call, that is in its definition.
    pub name_span: Span,
    /// Whether there were parentheses.
    pub parens: bool,
    /// For a call without parentheses: blanks and a parenthesis that follow it, if any. m4 treats `NAME (x)` as a call without
    /// arguments and leaves ` (x)` in the text.
    pub detached: Option<Span>,
}

impl Call {
    /// Argument `n`, counted from 0.
    pub fn arg(&self, n: usize) -> Option<&Text> {
        self.args.get(n)
    }

    /// The text of argument `n`; empty if there is none, like `$1` in m4.
    pub fn str(&self, n: usize) -> &str {
        self.args.get(n).map_or("", Text::as_str)
    }

    /// Argument `n` if it exists and is not empty.
    pub fn non_empty(&self, n: usize) -> Option<&Text> {
        self.args.get(n).filter(|text| !text.is_empty())
    }
}

/// Macros in addition to the builtins.
///
/// Names that [`Dialect::is_macro`] accepts are defined from the start; a program may redefine, cover (`pushdef`) or undefine
/// them like any other, and copy them with `defn`. They are recognised with and without parentheses, like user-defined macros.
pub trait Dialect {
    /// Whether the dialect has a macro of this name. Called often; the result must not change during a run.
    fn is_macro(&self, name: &str) -> bool;

    /// Executes a call of one of its macros. The returned text replaces the call and is read as input, unless it is literal
    /// ([`Text::into_literal`]).
    fn call(&mut self, m4: &mut Machine<'_>, call: Call) -> Text;

    /// Text to read instead of the file `path` for `include` or `sinclude`, if any.
    fn include(&mut self, _m4: &mut Machine<'_>, _path: &Text) -> Option<Text> {
        None
    }

    /// The diagnostic for text that the program writes to standard error with `errprint`. The bytes go to
    /// [`Diagnostic::reference`], unless the dialect has set it.
    fn errprint(&mut self, _m4: &mut Machine<'_>, text: &Text) -> Diagnostic {
        Diagnostic::advice("mc_errprint", format!("message of the configuration: {}", text.as_str().trim()))
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
