//! Text from outside, made safe to show on a terminal.

use std::borrow::Cow;

/// `text` with every character that steers a terminal or reorders a line replaced by a visible one of as many bytes, so
/// that spans still fit. Line ends and tabs stay.
pub(in crate::cli) fn printable(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    if text.as_bytes().iter().all(is_plain) || !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let ends_line = c == '\r' && rest.peek() == Some(&'\n');
        match (steers(c) && !ends_line).then_some(c.len_utf8()) {
            None => out.push(c),
            Some(1) => out.push('?'),
            Some(2) => out.push('\u{b7}'),
            Some(_) => out.push('\u{fffd}'),
        }
    }
    Cow::Owned(out)
}

/// The same for what is to stay on one line.
pub(in crate::cli) fn printable_line(text: &str) -> String {
    printable(text).replace('\n', "?")
}

/// Control characters, and the marks and overrides of writing direction (Unicode Annex 9). None is longer than 3 bytes.
fn steers(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn steering_characters_become_visible_and_lengths_stay() {
        for (text, shown) in [
            ("plain\ttext\r\nnext", "plain\ttext\r\nnext"),
            ("over\rwritten", "over?written"),
            ("\u{1b}[31mred", "?[31mred"),
            ("c1 \u{9b}31m", "c1 \u{b7}31m"),
            ("bidi \u{202e}gpj.exe", "bidi \u{fffd}gpj.exe"),
        ] {
            assert_eq!(printable(text), shown);
            assert_eq!(printable(text).len(), text.len());
        }
    }
}
