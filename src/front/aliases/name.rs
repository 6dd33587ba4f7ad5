//! The name of an alias: from what is written to the key of the database, and what may be wrong with it.

use std::ops::Range;

use super::{
    message::{about, begins, is_eight_bit_control, quoted, shown, without_controls, without_eight_bit_controls},
    target::{IsOwn, Refusal, Target, target},
};
use crate::{
    diagnostic::Diagnostic,
    source::Span,
    syntax::{
        address::{MAX_TOKEN, Slip, TooLong, scan, trimmed},
        aliases::Entry,
    },
};

/// Longest name, with comments and whatever else is written before the colon, that sendmail takes.
pub const MAX_NAME: usize = 255;

/// A name that an entry can be stored under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// As it is stored: in lower case, with question marks for control characters.
    pub(super) key: Vec<u8>,
    /// As it is written, up to the colon, with question marks too.
    pub(super) written: Vec<u8>,
    /// Where it is in the line.
    pub(super) part: Range<usize>,
    /// It consists of words that sendmail joined with dots.
    pub(super) joined: bool,
}

/// Reads the name of an entry. What is wrong with it is reported with its place in the line; if that is an error, there is
/// no name.
pub(super) fn read(
    entry: &Entry,
    is_own: IsOwn<'_>,
    report: &mut dyn FnMut(NameProblem, Range<usize>),
) -> Option<Name> {
    let line = entry.line.bytes.as_slice();
    let (scanned, slips) = match scan(line, Some(b':')) {
        Ok(scanned) => (Ok((scanned.tokens, scanned.end)), scanned.slips),
        Err(refused) => (Err(refused.reason), refused.slips),
    };
    for Slip { character, at } in slips {
        report(NameProblem::Unbalanced { character: char::from(character), address: line.to_vec() }, at..at + 1);
    }
    let too_long = |limit, address: &[u8], text, eight_bit| {
        let address = address.to_vec();
        NameProblem::NameTooLong { limit, address, text, eight_bit }
    };
    let (tokens, end) = match scanned {
        Ok(scanned) => scanned,
        Err(reason) => {
            report(too_long(Limit::Scan(reason), line, line.to_vec(), false), 0..entry.name_end);
            return None;
        }
    };
    let part = trimmed(line, 0..end);
    let name = line.get(..end).unwrap_or_default();
    if tokens.is_empty() {
        report(NameProblem::NoName { text: line.to_vec() }, 0..entry.name_end + 1);
        return None;
    }
    let longest = name.get(..MAX_NAME).unwrap_or(name);
    let eight_bit = longest.iter().copied().any(is_eight_bit_control);
    if name.len() > MAX_NAME {
        let address = without_eight_bit_controls(longest);
        let text = [&address, line.get(MAX_NAME..).unwrap_or_default()].concat();
        report(too_long(Limit::Name, &address, text, eight_bit), part);
        return None;
    }
    if eight_bit {
        report(NameProblem::EightBit { name: name.to_vec(), text: line.to_vec() }, part);
        return None;
    }
    // What stands there is what is complained of from now on, and changed if anything was.
    let mut checked = |text: &[u8]| {
        let changed = without_controls(text);
        if changed == text {
            return (changed, name.to_vec());
        }
        report(NameProblem::Control { name: changed.clone() }, part.clone());
        (changed, without_controls(name))
    };
    let problem = match target(&tokens, is_own) {
        Target::User { name, joined } => {
            let (key, written) = checked(&name.to_ascii_lowercase());
            return Some(Name { key, written, part, joined });
        }
        Target::Special(kind, text) => NameProblem::NotLocal { name: checked(&text).1, special: Some(kind) },
        Target::Elsewhere(text) => NameProblem::NotLocal { name: checked(&text).1, special: None },
        Target::Refused(refusal) => NameProblem::Refused { refusal, name: name.to_vec() },
        Target::Endless => NameProblem::Endless { name: name.to_vec() },
    };
    report(problem, part);
    None
}

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameProblem {
    /// Something is opened in a name and not closed, or closed without being opened.
    Unbalanced {
        /// The character: one of `"`, `(`, `)`, `<` and `>`.
        character: char,
        /// What sendmail calls the address: the name, or all of the line.
        address: Vec<u8>,
    },
    /// There is nothing before the colon that could be a name.
    NoName {
        /// The line.
        text: Vec<u8>,
    },
    /// A name is longer than sendmail takes.
    NameTooLong {
        /// What is too long.
        limit: Limit,
        /// What sendmail calls the address.
        address: Vec<u8>,
        /// The line.
        text: Vec<u8>,
        /// It also has bytes that are control characters.
        eight_bit: bool,
    },
    /// A name has bytes from 128 to 159, control characters.
    EightBit {
        /// The name, as it is written.
        name: Vec<u8>,
        /// The line.
        text: Vec<u8>,
    },
    /// A name has control characters, for which sendmail puts question marks.
    Control {
        /// The name with question marks.
        name: Vec<u8>,
    },
    /// sendmail refuses the address.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The name as it is written.
        name: Vec<u8>,
    },
    /// The address makes sendmail's rulesets go round in circles.
    Endless {
        /// The name as it is written.
        name: Vec<u8>,
    },
    /// The name is not one that this host delivers to a user.
    NotLocal {
        /// The name as it is written.
        name: Vec<u8>,
        /// It is a program (`|`), a file (`/`) or a list (`:`), not an address elsewhere.
        special: Option<u8>,
    },
}

/// What of a name is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Cutting it into tokens.
    Scan(TooLong),
    /// The whole: [`MAX_NAME`].
    Name,
}

impl NameProblem {
    /// What sendmail says about it.
    pub(super) fn said(&self) -> Vec<Vec<u8>> {
        const ILLEGAL: &str = "illegal alias name";
        let not_local = |name: &[u8]| [name, b"... cannot alias non-local names"].concat();
        match self {
            Self::Unbalanced { character, address } => vec![about(address, &format!("Unbalanced '{character}'"))],
            Self::NoName { text } => vec![begins(text, ILLEGAL)],
            Self::NameTooLong { limit, address, text, .. } => {
                let what = match limit {
                    Limit::Scan(TooLong::Token) => about(address, "prescan: token too long"),
                    Limit::Scan(TooLong::Address) => about(address, "Address too long"),
                    Limit::Name => {
                        let told = quoted("Address ", address, &format!(" too long ({MAX_NAME} bytes max)"));
                        [about(address, ""), told].concat()
                    }
                };
                vec![what, begins(text, ILLEGAL)]
            }
            Self::EightBit { name, text } => {
                let marked = without_eight_bit_controls(name);
                let changed = [&marked, text.get(name.len()..).unwrap_or_default()].concat();
                vec![quoted("8-bit character in mailbox address ", &marked, ""), begins(&changed, ILLEGAL)]
            }
            Self::Control { name } => {
                vec![quoted("Syntax error in mailbox address ", name, " (non-printable character)")]
            }
            Self::Refused { refusal, name } => {
                vec![about(name, refusal.message()), not_local(&without_controls(name))]
            }
            Self::Endless { name } => {
                let circle = b"rewrite: excessive recursion (max 50), ruleset Canonify2".to_vec();
                let no_mailer = b"buildaddr: no mailer in parsed address".to_vec();
                vec![circle.clone(), circle, no_mailer, not_local(&without_controls(name))]
            }
            Self::NotLocal { name, .. } => vec![not_local(name)],
        }
    }

    /// The exit status that it leads to.
    pub(super) fn status(&self) -> Option<u8> {
        match self {
            Self::Unbalanced { .. } | Self::Control { .. } => None,
            Self::NoName { .. } | Self::Endless { .. } | Self::NotLocal { .. } => Some(70),
            Self::NameTooLong { eight_bit, .. } => Some(if *eight_bit { 64 } else { 70 }),
            Self::EightBit { .. } => Some(64),
            Self::Refused { refusal, .. } => Some(refusal.status()),
        }
    }

    /// The problem as it is told to people.
    pub(super) fn diagnostic(&self, span: Span) -> Diagnostic {
        let error = |code, message: String| Diagnostic::error(code, message).at(span, "");
        match self {
            Self::Unbalanced { character, .. } => {
                let why = match character {
                    ')' | '>' => "newaliases drops it",
                    _ => "newaliases closes it at the end of the line, so the value becomes part of the name",
                };
                let message = format!("a `{character}` in the name of an alias has no counterpart");
                Diagnostic::warning("alias_name_unbalanced", message)
                    .at(span, "")
                    .why(why)
                    .help("remove it, or add what is missing before the colon; names need no quotes")
            }
            Self::NoName { .. } => error("alias_no_name", "alias without a name".to_owned())
                .why("a line ends its name at the first colon, also within what looks like `:include:`")
                .help("write the name before the colon"),
            Self::NameTooLong { limit, .. } => {
                let message = match limit {
                    Limit::Scan(TooLong::Token) => format!("a word of a name is longer than {MAX_TOKEN} bytes"),
                    Limit::Scan(TooLong::Address) => "a name has more words than sendmail has room for".to_owned(),
                    Limit::Name => format!("a name is longer than {MAX_NAME} bytes"),
                };
                error("alias_name_too_long", message)
                    .why("newaliases leaves the entry out")
                    .help("shorten the name; a colon may be missing after it")
            }
            Self::EightBit { .. } => error("alias_name_eight_bit", "alias name with bytes from 128 to 159".to_owned())
                .why(
                    "they are control characters, also as a part of a letter in UTF-8; newaliases leaves the entry out",
                )
                .help("use ASCII letters: mail to other names does not arrive here without SMTPUTF8"),
            Self::Control { name } => Diagnostic::warning("alias_name_control", "alias name with control characters")
                .at(span, "")
                .why(format!("newaliases stores the alias `{}`", shown(name)))
                .help("remove them"),
            Self::Refused { refusal, name } => error(
                "alias_name_refused",
                format!("`{}` is no address: {}", shown(name), refusal.message()),
            )
            .why("the name of an alias is an address, and sendmail refuses this one; newaliases leaves the entry out")
            .help("write the user's name alone"),
            Self::Endless { name } => error("alias_name_refused", format!("`{}` is not an address", shown(name)))
                .why("sendmail looks for a host before a lone `!` until it gives up; newaliases leaves the entry out")
                .help("write the user's name alone"),
            Self::NotLocal { name, special } => {
                let (message, help) = match special {
                    Some(b'|') => (
                        "is a program, not the name of a user",
                        "programs stand on the right: `name: \"|/path/program\"`",
                    ),
                    Some(b'/') => ("is a file, not the name of a user", "files stand on the right: `name: /path/file`"),
                    Some(_) => {
                        ("is a list, not the name of a user", "lists stand on the right: `name: :include:/path/list`")
                    }
                    None => (
                        "is not an address of this host",
                        "write the user's name alone, or say that the host is this one; what other hosts' addresses become is said in the virtusertable",
                    ),
                };
                error("alias_not_local", format!("`{}` {message}", shown(name)))
                    .why("only names of this host's users have aliases; newaliases leaves the entry out")
                    .help(help)
            }
        }
    }
}
