//! Values in lines: quotes and backslashes, words, equates.

use crate::rewrite::text::Unit;

/// Removes quotes and backslashes, as in values of macros.
pub(super) fn unquoted(units: &[Unit]) -> Vec<Unit> {
    let mut out = Vec::with_capacity(units.len());
    let mut at = units.iter().copied();
    while let Some(unit) = at.next() {
        match unit {
            Unit::Byte(b'\\') => {
                let Some(next) = at.next() else { break };
                out.push(match next {
                    Unit::Byte(b'n') => Unit::Byte(b'\n'),
                    Unit::Byte(b'r') => Unit::Byte(b'\r'),
                    Unit::Byte(b't') => Unit::Byte(b'\t'),
                    Unit::Byte(b'f') => Unit::Byte(0x0c),
                    Unit::Byte(b'b') => Unit::Byte(0x08),
                    other => other,
                });
            }
            Unit::Byte(b'"') => {}
            unit => out.push(unit),
        }
    }
    out
}

/// Only the characters.
pub(super) fn bytes(units: &[Unit]) -> Vec<u8> {
    units
        .iter()
        .filter_map(|unit| match unit {
            Unit::Byte(byte) => Some(*byte),
            _ => None,
        })
        .collect()
}

/// Text without leading and trailing blanks.
pub(super) fn trim(units: &[Unit]) -> &[Unit] {
    let blank = |unit: &Unit| matches!(unit, Unit::Byte(byte) if byte.is_ascii_whitespace());
    let start = units.iter().position(|unit| !blank(unit)).unwrap_or(units.len());
    let end = units.iter().rposition(|unit| !blank(unit)).map_or(start, |end| end + 1);
    units.get(start..end).unwrap_or_default()
}

/// Words between blanks.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// Text split at commas, with backslashes and quotes kept.
pub(super) fn fields(units: &[Unit]) -> Vec<&[Unit]> {
    let mut fields = Vec::new();
    let (mut start, mut escaped, mut quoted) = (0, false, false);
    for (at, unit) in units.iter().enumerate() {
        match unit {
            _ if escaped => escaped = false,
            Unit::Byte(b'\\') => escaped = true,
            Unit::Byte(b'"') => quoted = !quoted,
            Unit::Byte(b',') if !quoted => {
                fields.push(units.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(units.get(start..).unwrap_or_default());
    fields
}
