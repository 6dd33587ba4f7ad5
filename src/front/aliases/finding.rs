//! What sendmail does not mind when it builds the database, and yet is not what was meant: explained in
//! [`crate::findings`].

use crate::{diagnostic::Diagnostic, source::Span};

/// What is to be said about an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A name or a recipient consists of several words, which sendmail joins with dots.
    Words {
        /// What they become.
        name: String,
        /// It is a recipient.
        value: bool,
    },
    /// Something in a recipient has no counterpart.
    Unbalanced {
        /// The character: one of `"`, `(`, `)`, `<`, `>` and `[`.
        character: char,
    },
    /// A recipient begins with `error:`.
    Error,
    /// A path does not begin at the root.
    RelativePath {
        /// What it is the path of.
        kind: Path,
        /// The path.
        path: String,
    },
    /// Mail for the alias comes back to it.
    Loop {
        /// The names on the way, from the first alias on.
        names: Vec<String>,
        /// Where each of them names the next.
        places: Vec<Span>,
    },
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// A list of recipients, `:include:path`.
    List,
    /// A program, `|path`.
    Program,
    /// A file that mail is appended to.
    File,
}

impl Finding {
    /// The code that it is explained under.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Words { .. } => "alias_words",
            Self::Unbalanced { .. } => "alias_unbalanced",
            Self::Error => "alias_error_value",
            Self::RelativePath { .. } => "alias_relative_path",
            Self::Loop { .. } => "alias_loop",
        }
    }

    pub(super) fn diagnostic(&self, span: Span) -> Diagnostic {
        let warning = |message: String| Diagnostic::warning(self.code(), message);
        match self {
            Self::Words { name, value } => {
                let (what, help) = match value {
                    true => ("a recipient", "put commas between recipients; a `#` later in a line begins no comment"),
                    false => ("the name of an alias", "write the name as it is in addresses"),
                };
                warning(format!("{what} consists of several words"))
                    .at(span, format!("becomes `{name}`"))
                    .why("blanks and comments between words become dots")
                    .help(help)
            }
            Self::Unbalanced { character } => {
                let why = match character {
                    '[' => "it is part of a host name then, and no address",
                    ')' | '>' => "sendmail complains whenever mail arrives for the alias, and drops it",
                    _ => "sendmail complains whenever mail arrives for the alias, and closes it at the end of the recipient",
                };
                warning(format!("a `{character}` has no counterpart"))
                    .at(span, "")
                    .why(why)
                    .help("add what is missing, or remove it")
            }
            Self::Error => warning("an alias cannot refuse mail".to_owned())
                .at(span, "a recipient like any other")
                .why("`error:` means something in the virtusertable and the mailertable; here it is part of a user's name")
                .help("leave the alias out: mail for unknown users is refused; with a text of one's own, in the virtusertable"),
            Self::RelativePath { kind, path } => {
                let (message, why) = match kind {
                    Path::List => (
                        format!("the list `{path}` is not named from the root on"),
                        "sendmail looks for it in the directory that it happens to be in",
                    ),
                    Path::Program => (
                        format!("the program `{path}` is not named from the root on"),
                        "it is the shell that looks for it; only smrsh does so in a directory of its own, whatever path is given",
                    ),
                    Path::File => {
                        (format!("`{path}` is a user, not a file"), "only what begins with `/` is a file that mail is appended to")
                    }
                };
                warning(message).at(span, "").why(why).help("write the path from the root on, `/…`")
            }
            Self::Loop { names, places } => {
                let way = names.iter().chain(names.first()).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
                let next = names.iter().skip(1).chain(names.first());
                let diagnostic = warning(format!("mail goes round in circles: {way}"));
                places
                    .iter()
                    .zip(next)
                    .take(8)
                    .fold(diagnostic, |diagnostic, (place, name)| diagnostic.at(*place, format!("goes to `{name}`")))
                    .why("sendmail breaks the circle: it delivers to a user of one of these names if there is one, otherwise mail comes back, \"aliasing/forwarding loop broken\"")
                    .help("let one of them end it: a `\\` before a name keeps it from being looked for among the aliases")
            }
        }
    }
}
