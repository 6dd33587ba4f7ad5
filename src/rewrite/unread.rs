//! Reports files of a configuration that could not be read and that its decisions may depend on.

use std::{io, path::Path};

use crate::{diagnostic::Diagnostic, source::Span};

/// Code of these diagnostics.
pub const FILE_NOT_READ: &str = "file_not_read";

/// How missing files affect the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// They count as empty; sendmail itself would not start.
    Refused,
    /// They count as empty, in sendmail as well.
    Optional,
    /// They count as empty.
    Empty,
    /// Lookups fail temporarily, as in sendmail.
    Failing,
}

/// Reports a file that could not be read because of `cause`. `what` describes its use: `class w`, `map access`.
pub fn file_not_read(path: &Path, what: &str, cause: &io::Error, without: Without, span: Span) -> Diagnostic {
    let path = path.display();
    let message = match cause.kind() {
        io::ErrorKind::NotFound => format!("`{path}`, a file of {what}, does not exist"),
        // The cause describes what kind of file it is.
        io::ErrorKind::InvalidInput => format!("`{path}`, a file of {what}, cannot be read: {cause}"),
        _ => format!("`{path}`, a file of {what}, cannot be read: {}", reason(cause)),
    };
    let diagnostic = match without {
        Without::Optional => Diagnostic::advice(FILE_NOT_READ, message),
        _ => Diagnostic::warning(FILE_NOT_READ, message),
    };
    let why = match without {
        Without::Refused => "the results assume that it is empty, but sendmail does not start without it",
        Without::Optional => {
            "the file is optional, so the results assume that it is empty; they may differ on a host that has it"
        }
        Without::Empty => "the results assume that it is empty; they may differ on a host that has it",
        Without::Failing => "lookups in it fail temporarily, so mail is deferred",
    };
    diagnostic.at(span, "").why(why).help("create the file, or write its content into the configuration")
}

/// The cause in sendmail's words.
pub(super) fn reason(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "No such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => "Regular files only".to_owned(),
        _ => cause.to_string(),
    }
}
