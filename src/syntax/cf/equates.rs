//! `Key=value, Key=value`: values of options that hold several, as `DaemonPortOptions` does (op guide section 5.6).

/// `(key, value)` pairs in order; keys as written.
pub fn equates(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        Some((key.trim(), value.trim()))
    })
}

/// The value of the key that starts with this letter, which is all of a key that sendmail reads: the last one counts, and only of
/// `D` and `R` does the case matter.
pub fn equate(text: &str, letter: char) -> Option<&str> {
    equates(text).filter(|(key, _)| is_key(key, letter)).last().map(|(_, value)| value)
}

/// Whether a key is the one that starts with this letter.
fn is_key(key: &str, letter: char) -> bool {
    key.chars().next().is_some_and(|first| match letter {
        'D' | 'd' | 'R' | 'r' => first == letter,
        _ => first.eq_ignore_ascii_case(&letter),
    })
}
