//! Quotes and backslashes taken off what they need not protect, as sendmail does.

use crate::syntax::address::scan;

/// Takes the quotes off a user that is one quoted text, if it needs none: it holds no blanks, and what it opens it closes.
pub(super) fn dequote(user: &mut Vec<Vec<u8>>) {
    let [token] = user.as_slice() else { return };
    let Some(bare) = unquoted(token) else { return };
    if bare.is_empty() {
        user.clear();
    } else if let Ok(scanned) = scan(&bare, None)
        && !scanned.tokens.is_empty()
    {
        *user = scanned.tokens;
    }
}

fn unquoted(token: &[u8]) -> Option<Vec<u8>> {
    if !token.starts_with(b"\"") {
        return None;
    }
    let (mut comments, mut brackets, mut escaped, mut quoted) = (0_usize, 0_usize, false, false);
    let mut bare = Vec::new();
    for byte in token.iter().copied() {
        if std::mem::take(&mut escaped) {
            bare.push(byte);
            continue;
        }
        match byte {
            b' ' | b'\t' => return None,
            b'\\' => escaped = true,
            b'(' => comments += 1,
            b')' => comments = comments.checked_sub(1)?,
            _ if comments > 0 => {}
            b'"' => {
                quoted = !quoted;
                continue;
            }
            b'<' => brackets += 1,
            b'>' => brackets = brackets.checked_sub(1)?,
            _ => {}
        }
        bare.push(byte);
    }
    (comments == 0 && brackets == 0 && !escaped && !quoted).then_some(bare)
}

/// A text without quotes and backslashes; what a backslash was before stays.
pub(super) fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => {}
            b'\\' => bytes.extend(rest.next()),
            _ => bytes.push(*byte),
        }
    }
    bytes
}
