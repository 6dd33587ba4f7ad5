//! `regex`: POSIX regular expressions, matched by an engine with linear time.

use ::regex::bytes::{Regex, RegexBuilder};

use super::{Change, Context, Flags, Found, Map, Maps, rewritten};
use crate::rewrite::token::ELSE;

/// A compiled expression.
pub(super) struct Pattern {
    regex: Regex,
    flags: Flags,
}

/// Maximum size of a compiled expression, in bytes.
const MAX_COMPILED_SIZE: usize = 1 << 20;

/// Compiles the expression of a `K` line.
///
/// # Errors
/// The expression is invalid.
pub(super) fn compile(flags: &Flags, pattern: &[u8]) -> Result<Pattern, String> {
    let regex = RegexBuilder::new(&translated(pattern, flags.basic))
        .case_insensitive(!flags.keep_case)
        .unicode(false)
        .dot_matches_new_line(true)
        .size_limit(MAX_COMPILED_SIZE)
        .build()
        .map_err(|cause| format!("regular expression cannot be used: {}", cause.to_string().replace('\n', " ")))?;
    Ok(Pattern { regex, flags: flags.clone() })
}

/// Maximum number of characters of a value built from groups; the rest is truncated.
const MAX_VALUE_LENGTH: usize = 255;

impl Map for Pattern {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, context: &mut Context<'_>) -> Found {
        let flags = &self.flags;
        let captures = self.regex.captures(key);
        let Some(captures) = captures else {
            return if flags.inverted { Found::value(self.value(key, b"", arguments)) } else { Found::default() };
        };
        if flags.inverted {
            return Found::default();
        }
        let Some(parts) = &flags.parts else { return Found::value(self.value(key, b"", arguments)) };
        // An argument overrides the groups of the declaration.
        let list = arguments.first().unwrap_or(parts);
        let numbers: Vec<usize> = if list.is_empty() && arguments.is_empty() {
            (0..captures.len()).collect()
        } else {
            list.split(|byte| *byte == b',').map(number).collect()
        };
        if let Some(number) = numbers.iter().find(|number| **number >= captures.len()) {
            let count = captures.len();
            let message = format!("field ({number}) out of range, only {count} substrings in pattern");
            context.messages.push(message.into_bytes());
            return Found::default();
        }
        let between = flags.between.as_deref().unwrap_or(&[ELSE]);
        let texts = numbers.iter().map(|number| captures.get(*number).map_or(&b""[..], |found| found.as_bytes()));
        let mut value = texts.collect::<Vec<_>>().join(between);
        value.truncate(MAX_VALUE_LENGTH);
        if is_whole(&value) { Found::value(self.value(key, &value, arguments)) } else { Found::default() }
    }
}

/// Whether groups of a key can be part of an address: angles and parentheses are balanced, quotes closed, blanks quoted.
fn is_whole(value: &[u8]) -> bool {
    let (mut angles, mut parentheses, mut quoted) = (0_i32, 0_i32, false);
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b' ' => return false,
            b'<' => angles += 1,
            b'>' => angles -= 1,
            b'(' => parentheses += 1,
            b')' => parentheses -= 1,
            _ => {}
        }
        if angles < 0 || parentheses < 0 {
            return false;
        }
    }
    angles == 0 && parentheses == 0 && !quoted
}

/// The number at the start of a text; 0 if there is none.
fn number(text: &[u8]) -> usize {
    let digits = text.trim_ascii_start().iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: usize, digit| number.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
}

impl Pattern {
    fn value(&self, key: &[u8], value: &[u8], _: &[Vec<u8>]) -> Vec<u8> {
        let escaped = value.iter().flat_map(|byte| if *byte == b'%' { vec![b'%', b'%'] } else { vec![*byte] });
        rewritten(&self.flags, key, &escaped.collect::<Vec<_>>(), &[])
    }
}

/// Translates a POSIX expression to the syntax of the engine.
fn translated(pattern: &[u8], basic: bool) -> String {
    let text = pattern.iter().copied().map(char::from).collect::<Vec<char>>();
    let mut out = String::new();
    let mut at = 0;
    while let Some(character) = text.get(at).copied() {
        at += 1;
        match character {
            '[' => at = bracket(&text, at, &mut out),
            '\\' => {
                let next = text.get(at).copied();
                at += 1;
                match next {
                    Some(next @ ('(' | ')' | '{' | '}' | '|' | '+' | '?')) if basic => out.push(next),
                    Some(next)
                        if next.is_ascii_alphanumeric() && !matches!(next, 'w' | 'W' | 's' | 'S' | 'b' | 'B') =>
                    {
                        literal(next, &mut out);
                    }
                    Some(next) if next.is_ascii_alphanumeric() => out.extend(['\\', next]),
                    Some(next) => literal(next, &mut out),
                    None => literal('\\', &mut out),
                }
            }
            '(' | ')' | '{' | '}' | '|' | '+' | '?' if basic => literal(character, &mut out),
            '.' | '^' | '$' | '*' | '(' | ')' | '{' | '}' | '|' | '+' | '?' => out.push(character),
            other => literal(other, &mut out),
        }
    }
    out
}

fn literal(character: char, out: &mut String) {
    match u32::from(character) {
        code if code > 0x7f => out.push_str(&format!("(?-u:\\x{code:02x})")),
        _ => out.push_str(&::regex::escape(&character.to_string())),
    }
}

/// Translates a bracket expression, in which backslashes are ordinary characters; returns its end.
fn bracket(text: &[char], mut at: usize, out: &mut String) -> usize {
    out.push('[');
    if text.get(at) == Some(&'^') {
        out.push('^');
        at += 1;
    }
    let mut first = true;
    while let Some(character) = text.get(at).copied() {
        at += 1;
        match character {
            ']' if !first => break,
            '[' if matches!(text.get(at), Some(':' | '.' | '=')) => {
                let kind = text.get(at).copied().unwrap_or(':');
                let end =
                    (at + 1..text.len()).find(|end| text.get(*end) == Some(&kind) && text.get(end + 1) == Some(&']'));
                match end {
                    Some(end) => {
                        let name = text.get(at + 1..end).unwrap_or_default().iter().collect::<String>();
                        if kind == ':' {
                            out.push_str(&format!("[:{name}:]"));
                        } else {
                            name.chars().for_each(|character| literal(character, out));
                        }
                        at = end + 2;
                    }
                    None => literal('[', out),
                }
            }
            '-' if !first && text.get(at) != Some(&']') => out.push('-'),
            other => match u32::from(other) {
                code if code > 0x7f => out.push_str(&format!("\\x{code:02x}")),
                _ => {
                    out.push('\\');
                    if other.is_ascii_alphanumeric() {
                        out.pop();
                    }
                    out.push(other);
                }
            },
        }
        first = false;
    }
    out.push(']');
    at
}
