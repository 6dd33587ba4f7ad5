//! What sendmail's own m4 tree prints, to the byte.

use super::short;
use crate::{diagnostic::Diagnostic, source::Sources};

/// The reference texts in order. Of what the reference does not see, only errors are told, in the short form: nobody should
/// wonder why nothing was written.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let own = |diagnostic: &Diagnostic| match diagnostic.is_error() {
        true => short::render(&[diagnostic], sources),
        false => String::new(),
    };
    diagnostics.iter().map(|diagnostic| diagnostic.reference.clone().unwrap_or_else(|| own(diagnostic))).collect()
}
