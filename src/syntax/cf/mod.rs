//! The language of `sendmail.cf`: text to directives, each with its place.
//!
//! Every line is read, whatever is on it; one that sendmail does not know is [`Kind::Unknown`]. What a directive does is not
//! this module's business, and neither is where its files are.

pub mod equates;
mod parse;
mod text;

pub use parse::parse;
pub use text::{Code, Metasymbol, Name, Problem, Reading, read};
pub(crate) use text::{legal, name};

use crate::source::{SourceId, Span, Spanned};

/// A file, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cf<'s> {
    /// The text that it was read from.
    pub source: SourceId,
    /// What its lines say, in their order; lines that are empty or only comments are left out.
    pub directives: Vec<Directive<'s>>,
}

/// One line with those that continue it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive<'s> {
    /// Where it stands, without its comment.
    pub span: Span,
    /// Number of its last line, counted from 1: what sendmail says of it.
    pub line: usize,
    /// What it says.
    pub kind: Kind<'s>,
    /// The comment behind it, with its `#`.
    pub comment: Option<Spanned<&'s str>>,
}

/// What a line says. All text is as written: macros in it are not replaced, continuations not joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'s> {
    /// `V10/Berkeley`: level of the language, and whose dialect.
    Version(Spanned<&'s str>),
    /// `DMexample.com`: a macro's name and value.
    Macro(Named<'s>),
    /// `Cwlocalhost`: a class and further members.
    Class(Named<'s>),
    /// `Fw-o /etc/mail/local-host-names`: a class, and where members of it are.
    ClassFile(Named<'s>),
    /// `Kaccess hash /etc/mail/access`: a map.
    Map(Spanned<&'s str>),
    /// `O AliasFile=/etc/mail/aliases`: an option's name and value.
    Option {
        /// Its long name, or the one letter.
        name: Spanned<&'s str>,
        /// Whether it is named by one letter.
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
        /// What is between question marks: flags of mailers, or a macro.
        condition: Option<Spanned<&'s str>>,
        /// The header's name.
        name: Option<Spanned<&'s str>>,
        /// What follows, with the colon.
        value: Spanned<&'s str>,
    },
    /// `Mlocal, P=/usr/bin/procmail, …`: a delivery agent.
    Mailer(Spanned<&'s str>),
    /// `Qmqueue, P=…`: a queue group.
    Queue(Spanned<&'s str>),
    /// `Xmilter, S=…`: a filter.
    Filter(Spanned<&'s str>),
    /// `EPATH=/bin`: the environment of programs.
    Environment(Spanned<&'s str>),
    /// `L`: reserved.
    Load(Spanned<&'s str>),
    /// `Scanonify=3`: the rules that follow belong to this set.
    Ruleset(Spanned<&'s str>),
    /// `R$*<tab>$: $1`: a rule.
    Rule {
        /// What it is applied to.
        lhs: Spanned<&'s str>,
        /// What that becomes; `None` if there is no tab.
        rhs: Option<Spanned<&'s str>>,
    },
    /// No directive begins so.
    Unknown(Spanned<&'s str>),
}

/// A name and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<'s> {
    /// One character, or several with their braces; `None` at the end of a line.
    pub name: Option<Spanned<&'s str>>,
    /// The rest.
    pub value: Spanned<&'s str>,
}

#[cfg(test)]
mod tests;
