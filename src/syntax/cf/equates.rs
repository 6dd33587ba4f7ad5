//! `Key=value, Key=value`: values of options that hold several, as `DaemonPortOptions` does (op guide section 5.6).

/// `(key, value)` pairs in order; keys as written.
pub fn equates(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        Some((key.trim(), value.trim()))
    })
}

/// The value of the key that starts with this letter, which is all of a key that sendmail reads; the last one counts.
pub fn equate(text: &str, letter: char) -> Option<&str> {
    let starts = |key: &str| key.chars().next().is_some_and(|first| first.eq_ignore_ascii_case(&letter));
    equates(text).filter(|(key, _)| starts(key)).last().map(|(_, value)| value)
}
