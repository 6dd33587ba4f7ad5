//! `Key=value, Key=value`: option values with several fields, as in `DaemonPortOptions` (op guide section 5.6).

/// `(key, value)` pairs in order; keys as written.
pub fn equates(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        Some((key.trim(), value.trim()))
    })
}

/// The value of the key that starts with this letter; sendmail looks only at the first letter. The last one counts, and case
/// matters only for
/// `D` and `R`.
pub fn equate(text: &str, letter: char) -> Option<&str> {
    equates(text).filter(|(key, _)| is_key(key, letter)).last().map(|(_, value)| value)
}

/// Whether a key starts with this letter.
fn is_key(key: &str, letter: char) -> bool {
    key.chars().next().is_some_and(|first| match letter {
        'D' | 'd' | 'R' | 'r' => first == letter,
        _ => first.eq_ignore_ascii_case(&letter),
    })
}
