//! How sendmail writes what it complains of.

/// sendmail's output has no bytes above 127.
pub(super) fn seven_bits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(byte & 0x7f)).collect()
}

/// At most 202 bytes of a text: of a longer one its first and last hundred.
pub(super) fn short(text: &[u8]) -> Vec<u8> {
    match (text.first_chunk::<100>(), text.last_chunk::<100>()) {
        (Some(first), Some(last)) if text.len() > 202 => [first.as_slice(), b"...", last].concat(),
        _ => text.to_vec(),
    }
}

/// `text` and what is said about it.
pub(super) fn about(text: &[u8], what: &str) -> Vec<u8> {
    [short(text).as_slice(), b"... ", what.as_bytes()].concat()
}

/// How `text` begins, and what is said about it.
pub(super) fn begins(text: &[u8], what: &str) -> Vec<u8> {
    [text.get(..40).unwrap_or(text), b"... ", what.as_bytes()].concat()
}

/// Something said with `text` in quotes.
pub(super) fn quoted(before: &str, text: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), b"\"", text, b"\"", after.as_bytes()].concat()
}

/// Question marks for control characters of ASCII that are neither quoted nor escaped, and for a backslash at the end.
pub(super) fn without_controls(text: &[u8]) -> Vec<u8> {
    let (mut quoted, mut escaped) = (false, false);
    let last = text.len().saturating_sub(1);
    let shown = text.iter().enumerate().map(|(at, byte)| match byte {
        _ if std::mem::take(&mut escaped) => *byte,
        b'\\' if at == last => b'?',
        b'\\' => {
            escaped = true;
            *byte
        }
        b'"' => {
            quoted = !quoted;
            *byte
        }
        _ if byte.is_ascii_control() && !quoted => b'?',
        _ => *byte,
    });
    shown.collect()
}

/// Question marks for [`is_eight_bit_control`].
pub(super) fn without_eight_bit_controls(text: &[u8]) -> Vec<u8> {
    text.iter().map(|byte| if is_eight_bit_control(*byte) { b'?' } else { *byte }).collect()
}

/// A control character of Latin-1 that ASCII does not have.
pub(super) fn is_eight_bit_control(byte: u8) -> bool {
    (0x80..0xa0).contains(&byte)
}

/// `text` as it is told to people: bytes that are not UTF-8 as Latin-1.
pub(super) fn shown(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => text.iter().copied().map(char::from).collect(),
    }
}
