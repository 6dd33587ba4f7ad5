//! What sendmail's own m4 tree prints, to the byte.

use crate::diagnostic::Diagnostic;

/// The reference texts in order; findings that the reference does not have print nothing.
pub(super) fn render(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().filter_map(|d| d.reference.as_deref()).collect()
}
