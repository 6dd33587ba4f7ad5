//! Files that a configuration names and that could not be read: what it decides may hang on what they hold.

use std::{io, path::Path};

use crate::{diagnostic::Diagnostic, source::Span};

/// The code of what is said of such a file.
pub const FILE_NOT_READ: &str = "file_not_read";

/// What becomes of the answers without the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// They are as if it were empty; sendmail itself would not run.
    Refused,
    /// They are as if it were empty; so are sendmail's.
    Optional,
    /// They are as if it were empty.
    Empty,
    /// Who asks is told to try again later, as sendmail would tell.
    Failing,
}

/// Says that a file could not be read, for this `cause`. `what` it is a file of: `class w`, `map access`.
pub fn file_not_read(path: &Path, what: &str, cause: &io::Error, without: Without, span: Span) -> Diagnostic {
    let path = path.display();
    let message = match cause.kind() {
        io::ErrorKind::NotFound => format!("`{path}`, a file of {what}, is not there"),
        // Which kind of file it is instead, as who reads it says.
        io::ErrorKind::InvalidInput => format!("`{path}`, a file of {what}, cannot be read: {cause}"),
        _ => format!("`{path}`, a file of {what}, cannot be read: {}", reason(cause)),
    };
    let diagnostic = match without {
        Without::Optional => Diagnostic::advice(FILE_NOT_READ, message),
        _ => Diagnostic::warning(FILE_NOT_READ, message),
    };
    let why = match without {
        Without::Refused => "what follows is as if it were empty; sendmail does not run without it",
        Without::Optional => {
            "it need not be there, so what follows is as if it were empty; a host that has it may answer otherwise"
        }
        Without::Empty => "what follows is as if it were empty; a host that has it may answer otherwise",
        Without::Failing => "what is looked up in it cannot be said now, so mail is told to come again later",
    };
    diagnostic.at(span, "").why(why).help("put the file there, or write what it holds into the configuration itself")
}

/// Why a file was not read, in the words that sendmail has for it.
pub(super) fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "No such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => "Regular files only".to_owned(),
        _ => cause.to_string(),
    }
}
