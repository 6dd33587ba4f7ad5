//! The language of `sendmail.cf`: parses text to directives with their places.
//!
//! Every line is read; an unknown one becomes [`Kind::Unknown`]. The effects of directives, and the location of files, are not
//! this module's business.

pub mod equates;
mod parse;
mod text;

pub use parse::parse;
pub use text::{Code, Metasymbol, Name, Problem, Reading, read};
pub(crate) use text::{legal, name};

use crate::source::{SourceId, Span, Spanned};

/// The class that a `C` or `F` line fills, and what follows (op guide section 5.3).
pub fn class_line(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix(['C', 'F'])?;
    match rest.strip_prefix('{') {
        Some(rest) => rest.split_once('}'),
        None => rest.split_at_checked(rest.chars().next()?.len_utf8()),
    }
}

/// A file, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cf<'s> {
    /// The text that it was read from.
    pub source: SourceId,
    /// Its lines in order, without empty lines and lines with only comments.
    pub directives: Vec<Directive<'s>>,
}

/// A line with its continuation lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive<'s> {
    /// Its place, without its comment.
    pub span: Span,
    /// Number of its last line, counted from 1, as in sendmail's messages.
    pub line: usize,
    /// What it says.
    pub kind: Kind<'s>,
    /// The trailing comment, including `#`.
    pub comment: Option<Spanned<&'s str>>,
}

/// The content of a line. All text is as written: macros are not expanded, continuations not joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'s> {
    /// `V10/Berkeley`: level and vendor of the configuration.
    Version(Spanned<&'s str>),
    /// `DMexample.com`: a macro's name and value.
    Macro(Named<'s>),
    /// `Cwlocalhost`: a class and additional members.
    Class(Named<'s>),
    /// `Fw-o /etc/mail/local-host-names`: a class, and a file with members.
    ClassFile(Named<'s>),
    /// `Kaccess hash /etc/mail/access`: a map.
    Map(Spanned<&'s str>),
    /// `O AliasFile=/etc/mail/aliases`: an option's name and value.
    Option {
        /// Its long name, or its letter.
        name: Spanned<&'s str>,
        /// Whether it is given by its letter.
        short: bool,
        /// Its value.
        value: Spanned<&'s str>,
    },
    /// `Pfirst-class=0`: a precedence.
    Precedence(Spanned<&'s str>),
    /// `Troot daemon`: trusted users.
    Trusted(Spanned<&'s str>),
    /// `H?P?Return-Path: <$g>`: a header.
    Header {
        /// The text between question marks: flags of mailers, or a macro.
        condition: Option<Spanned<&'s str>>,
        /// The header's name.
        name: Option<Spanned<&'s str>>,
        /// The rest, including the colon.
        value: Spanned<&'s str>,
    },
    /// `Mlocal, P=/usr/bin/procmail, …`: a mailer.
    Mailer(Spanned<&'s str>),
    /// `Qmqueue, P=…`: a queue group.
    Queue(Spanned<&'s str>),
    /// `Xmilter, S=…`: a milter.
    Filter(Spanned<&'s str>),
    /// `EPATH=/bin`: the environment of programs.
    Environment(Spanned<&'s str>),
    /// `L`: reserved.
    Load(Spanned<&'s str>),
    /// `Scanonify=3`: starts a ruleset.
    Ruleset(Spanned<&'s str>),
    /// `R$*<tab>$: $1`: a rule.
    Rule {
        /// Left side.
        lhs: Spanned<&'s str>,
        /// Right side; `None` if there is no tab.
        rhs: Option<Spanned<&'s str>>,
    },
    /// An unknown directive.
    Unknown(Spanned<&'s str>),
}

/// A name and the text after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'s> {
    /// One character, or several including braces; `None` at the end of a line.
    pub name: Option<Spanned<&'s str>>,
    /// The rest.
    pub value: Spanned<&'s str>,
}

#[cfg(test)]
mod tests;
