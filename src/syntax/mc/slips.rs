//! Mistakes that m4 accepts silently: wrong quotes, a blank before a parenthesis, a macro after `#`.

use super::{Machine, Text, diagnostics, input::Input, run::Invocation};
use crate::source::Span;

/// Maximum number of blanks before a `#` that looks like a comment; they are counted for each call on the line.
const MAX_INDENT: usize = 200;

/// The characters around a text, if people use them as quotes: `'x'`, `"x"`, `‘x’`, `“x”`, or `` `x` `` and `´x´`. m4 only knows
/// `` `x' ``; the others are part of the text.
pub fn looks_quoted(text: &str) -> Option<(char, char)> {
    let text = text.trim();
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    let pair = matches!(
        (first, last),
        ('\'', '\'')
            | ('"', '"')
            | ('‘', '’')
            | ('“', '”')
            | ('´', '´')
            | ('’', '’')
            | ('„', '“')
            | ('`', '`')
            | ('`', '´')
    );
    (pair && text.chars().nth(1).is_some()).then_some((first, last))
}

/// Whether a word looks like a macro of a `.mc`: capitals, digits and underscores.
pub(super) fn looks_like_a_macro(word: &str) -> bool {
    word.len() > 2
        && word.bytes().any(|b| b.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Blanks and a parenthesis that follow, and whether a quote follows them.
pub(super) fn detached(input: &Input) -> Option<(Span, bool)> {
    let (rest, home) = input.rest()?;
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let blanks = rest.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let after = rest.get(blanks..)?.strip_prefix('(')?;
    let start = home.start as usize;
    let end = if home.len() == rest.len() { start + blanks + 1 } else { home.end as usize };
    Some((Span::new(home.source, start, end), after.starts_with(['`', '\'', '"'])))
}

/// Reports a definition whose name is in wrong quotes.
pub(super) fn quoted_name(m4: &mut Machine<'_>, call: &Invocation, name: &Text) {
    if let Some((open, close)) = looks_quoted(name.as_str()) {
        m4.report(diagnostics::straight_quotes(call, name, open, close));
    }
}

/// Reports a call on a line that starts with `#`, which looks like a comment but is not.
pub(super) fn commented_call(m4: &mut Machine<'_>, call: &Invocation) {
    let Some(source) = m4.sources.get(call.name_span.source) else { return };
    let line = source.line_before(call.name_span.start);
    let indent = line.bytes().take(MAX_INDENT).take_while(|byte| byte.is_ascii_whitespace()).count();
    if line.as_bytes().get(indent) == Some(&b'#') {
        let offset = call.name_span.start as usize - line.len() + indent;
        let hash = Span::new(call.name_span.source, offset, offset + 1);
        m4.report(diagnostics::commented_call(call, hash));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_in_a_pair_of_quotes_looks_quoted() {
        assert_eq!(looks_quoted("'ALIAS_FILE'"), Some(('\'', '\'')));
        assert_eq!(looks_quoted(" “smtp” "), Some(('“', '”')));
        assert_eq!(looks_quoted("''"), Some(('\'', '\'')));
        assert_eq!(looks_quoted("'"), None);
        assert_eq!(looks_quoted("don't"), None);
        assert_eq!(looks_quoted(""), None);
    }

    #[test]
    fn macros_are_written_in_capitals() {
        assert!(looks_like_a_macro("FEATUER"));
        assert!(looks_like_a_macro("LOCAL_RULE_9"));
        assert!(!looks_like_a_macro("Feature"));
        assert!(!looks_like_a_macro("__"));
        assert!(!looks_like_a_macro("A"));
    }
}
