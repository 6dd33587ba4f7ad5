//! What sendmail's own m4 tree prints, to the byte.

use super::short;
use crate::{diagnostic::Diagnostic, source::Sources};

/// The reference texts in order. Where the reference would not refuse the input, errors of our own are told in the short form:
/// nobody should wonder why nothing was written.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let refuses = diagnostics.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.reference.is_some());
    let own = |diagnostic: &Diagnostic| match diagnostic.is_error() && !refuses {
        true => short::render(&[diagnostic], sources),
        false => String::new(),
    };
    diagnostics.iter().map(|diagnostic| diagnostic.reference.clone().unwrap_or_else(|| own(diagnostic))).collect()
}
