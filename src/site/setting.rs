//! A value that has a default.

use crate::source::Span;

/// A value, and where the site said it; no place when it is sendmail's default.
///
/// Equal when the values are.
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it was set; `None` for the reference's default.
    pub span: Option<Span>,
}

impl<T> Setting<T> {
    /// A value that the source sets.
    pub fn set(value: T, span: Span) -> Self {
        Self { value, span: Some(span) }
    }

    /// The reference's default.
    pub fn default_of(value: T) -> Self {
        Self { value, span: None }
    }
}

impl<T: PartialEq> PartialEq for Setting<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Setting<T> {}
