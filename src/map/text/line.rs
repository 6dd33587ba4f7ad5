//! Parses one line: a key and a value, or an error.

use std::{borrow::Cow, ops::Range};

use super::{MAX_LINE, ProblemKind, lossy};

/// How lines are read: the switches of `makemap` (see "Flags" in its manual page).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Keys are converted to lower case, as sendmail converts them before a lookup; `-f` turns this off.
    pub fold_keys: bool,
    /// First byte of comment lines: `-D`.
    pub comment: u8,
    /// Separator between key and value, instead of blanks: `-t`. It may be repeated; a line may start with a blank then.
    pub delimiter: Option<u8>,
    /// Keys without a value are allowed: `-e`.
    pub empty_values: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { fold_keys: true, comment: b'#', delimiter: None, empty_values: false }
    }
}

/// End of the key and start of the value, which extends to the end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) key_end: usize,
    pub(super) value_start: usize,
}

/// An error in a line, and the part of the line that shows it.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) kind: ProblemKind,
    pub(super) part: Range<usize>,
}

impl Reading {
    /// Parses a line without its newline; `None` if it is empty or a comment.
    pub(super) fn split(self, line: &[u8]) -> Result<Option<Split>, Complaint> {
        let end = line.len();
        let wrong = |kind, part| Err(Complaint { kind, part });
        if end > MAX_LINE {
            return wrong(ProblemKind::TooLong, 0..end);
        }
        if let Some(at) = line.iter().position(|byte| *byte == 0) {
            return wrong(ProblemKind::Nul, at..at + 1);
        }
        match line.first() {
            None => return Ok(None),
            Some(first) if *first == self.comment => return Ok(None),
            Some(first) if self.delimiter.is_none() && is_blank(first) => {
                let blanks = line.iter().position(|byte| !is_blank(byte)).unwrap_or(end);
                return wrong(ProblemKind::LeadingBlank, 0..blanks);
            }
            Some(_) => {}
        }
        let key_end = line.iter().position(|byte| self.separates(byte)).unwrap_or(end);
        let rest = line.get(key_end..).unwrap_or_default();
        match rest.iter().position(|byte| !self.separates(byte)) {
            Some(separators) => Ok(Some(Split { key_end, value_start: key_end + separators })),
            None if self.empty_values => Ok(Some(Split { key_end, value_start: end })),
            None => {
                let key = lossy(&self.key(line.get(..key_end).unwrap_or_default()));
                wrong(ProblemKind::NoValue { key }, 0..key_end)
            }
        }
    }

    /// A key as it is stored.
    pub(super) fn key(self, key: &[u8]) -> Cow<'_, [u8]> {
        if self.fold_keys && key.iter().any(u8::is_ascii_uppercase) {
            key.to_ascii_lowercase().into()
        } else {
            key.into()
        }
    }

    fn separates(self, byte: &u8) -> bool {
        match self.delimiter {
            Some(delimiter) => *byte == delimiter,
            None => is_blank(byte),
        }
    }
}

/// C's `isspace` for ASCII; unlike [`u8::is_ascii_whitespace`], vertical tabs are blanks.
fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}
