//! The definitions of a run, as statements see them.
//!
//! sendmail's tree keeps a site's state in m4 definitions: a feature defines `_RELAY_HOSTS_ONLY_`, an option is the
//! definition `confMAX_MESSAGE_SIZE`, and the end of the run reads them. So does the environment, so that `ifdef` and
//! `undefine` in a `.mc` see what a feature did. In `site.toml` a value is what it says: its texts are
//! [literal](Text::into_literal).

use crate::{
    source::{SourceId, Span},
    syntax::mc::{Call, Definition, Dialect, Machine, Text},
};

/// A name that stands for another statement's words, such as `CONCAT`; and every statement, so that they are known as such.
///
/// Text that is expanded on behalf of a statement is expanded with this dialect: it may use words, but it cannot contain
/// statements of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words;

impl Words {
    /// Whether the name is one that only yields text.
    pub fn has(name: &str) -> bool {
        matches!(name, "CONCAT" | "DOL" | "lower" | "strcasecmp" | "_OPTINS" | "_DEFIFNOT")
    }

    /// What a call of one of them yields.
    pub fn expand(m4: &mut Machine<'_>, call: &Call) -> Text {
        let mut out = Text::empty(call.span);
        match call.name.as_str() {
            "CONCAT" => call.args.iter().take(7).for_each(|arg| out.push(arg)),
            "DOL" => {
                out.push_computed("$", call.span);
                out = out.into_literal();
                if let Some(arg) = call.arg(0) {
                    out.push(arg);
                }
            }
            "lower" => out = Text::computed(call.str(0).to_ascii_lowercase(), call.span).into_literal(),
            "strcasecmp" => {
                let same = call.str(0).eq_ignore_ascii_case(call.str(1));
                out.push_computed(if same { "1" } else { "0" }, call.span);
            }
            // Whether the name is defined by then is found out where the text is read.
            "_DEFIFNOT" => {
                let parts = ["ifdef(`", "', `', `define(`", "', `", "')')"];
                let arguments = [call.arg(0), call.arg(0), call.arg(1), None];
                for (part, argument) in parts.into_iter().zip(arguments) {
                    out.push_computed(part, call.span);
                    if let Some(argument) = argument {
                        out.push(argument);
                    }
                }
            }
            "_OPTINS" if m4.is_defined(&Words, call.str(0)) => {
                for part in [1, 0, 2].into_iter().filter_map(|n| call.arg(n)) {
                    out.push(part);
                }
            }
            _ => {}
        }
        out
    }
}

impl Dialect for Words {
    fn is_macro(&self, name: &str) -> bool {
        Self::has(name)
    }

    fn call(&mut self, m4: &mut Machine<'_>, call: Call) -> Text {
        Self::expand(m4, &call)
    }
}

/// The definitions of a run.
#[derive(Debug)]
pub struct Macros<'v, 'm> {
    m4: &'v mut Machine<'m>,
}

impl<'v, 'm> Macros<'v, 'm> {
    /// The definitions of this machine.
    pub fn new(m4: &'v mut Machine<'m>) -> Self {
        Self { m4 }
    }

    /// What a name is defined to be, not expanded; `None` if it is not defined. The text's place is that of the statement
    /// that made the definition. Counts as reading it.
    pub fn definition(&mut self, name: &str) -> Option<Text> {
        self.m4.definition(&Words, name)
    }

    /// The same without counting.
    pub fn peek(&self, name: &str) -> Option<Text> {
        match self.m4.lookup(&Words, name)? {
            Definition::Text(body) => Some(body.text.as_ref().clone()),
            Definition::Builtin(_) | Definition::Dialect(_) => None,
        }
    }

    /// Whether a name is defined, be it as nothing. Counts as reading it.
    pub fn is_defined(&mut self, name: &str) -> bool {
        self.m4.is_defined(&Words, name)
    }

    /// Whether a name is defined, without counting.
    pub fn exists(&self, name: &str) -> bool {
        self.m4.lookup(&Words, name).is_some()
    }

    /// What a name means now, as text with its places; `None` if it is not defined. The place of the whole is that of the
    /// definition. That a name is not defined is not counted as reading it.
    pub fn expanded(&mut self, name: &str) -> Option<Text> {
        if !self.exists(name) {
            return None;
        }
        let text = self.definition(name)?;
        if text.is_literal() {
            return Some(text);
        }
        let place = text.span();
        self.m4.expand_macro(&mut Words, name).map(|text| text.with_span(place))
    }

    /// What a name means now; `None` if it is not defined.
    pub fn value(&mut self, name: &str) -> Option<String> {
        self.m4.expand_macro(&mut Words, name).map(|text| text.as_str().to_owned())
    }

    /// Makes a name stand for a text.
    pub fn define(&mut self, name: &str, text: Text) {
        self.m4.define(&Words, name, text);
    }

    /// Makes a name stand for computed text, on behalf of the statement at `by`.
    pub fn set(&mut self, name: &str, text: &str, by: Span) {
        self.define(name, Text::computed(text, by));
    }

    /// Takes a definition away.
    pub fn undefine(&mut self, name: &str) {
        self.m4.undefine(&Words, name);
    }

    /// What a text means now: names replaced, quotes gone.
    pub fn expand(&mut self, text: &Text) -> Text {
        if text.is_literal() { text.clone() } else { self.m4.expand(&mut Words, text) }
    }

    /// `message` as m4 would print it at this moment.
    pub fn reference(&self, message: &str) -> String {
        self.m4.reference(message)
    }

    /// Adds a source of texts that nobody wrote: what holds for every site.
    pub fn add_source(&mut self, name: &str) -> SourceId {
        self.m4.sources_mut().add(name, "")
    }

    /// The machine itself.
    pub fn machine(&mut self) -> &mut Machine<'m> {
        self.m4
    }
}
