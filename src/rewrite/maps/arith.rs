//! `arith`: arithmetic.

use super::{Context, Found, Map, Maps};

/// The key is the operation, the arguments are the operands.
pub(super) struct Arith;

impl Map for Arith {
    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        let [first, second, ..] = arguments else { return Found::nothing(78) };
        let (first, second) = (number(first), number(second));
        let truth = |truth: bool| if truth { "TRUE".to_owned() } else { "FALSE".to_owned() };
        let value = match key.first() {
            Some(b'+') => first.wrapping_add(second).to_string(),
            Some(b'-') => first.wrapping_sub(second).to_string(),
            Some(b'*') => first.wrapping_mul(second).to_string(),
            Some(b'/') if second != 0 => first.wrapping_div(second).to_string(),
            Some(b'%') if second != 0 => first.wrapping_rem(second).to_string(),
            Some(b'|') => (first | second).to_string(),
            Some(b'&') => (first & second).to_string(),
            Some(b'l') => truth(first < second),
            Some(b'=') => truth(first == second),
            // sendmail returns a random number in this range; here it is always the same.
            Some(b'r') if second > first => first.to_string(),
            _ => return Found::default(),
        };
        Found::value(value.into_bytes())
    }
}

/// The number at the start of a text, as in C: decimal, octal after 0, hexadecimal after 0x.
fn number(text: &[u8]) -> i32 {
    let text = text.trim_ascii_start();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let (base, digits) = match digits {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        [b'0', ..] => (8, digits),
        digits => (10, digits),
    };
    let mut value: i64 = 0;
    for digit in digits {
        let Some(digit) = char::from(*digit).to_digit(base) else { break };
        value = value.saturating_mul(i64::from(base)).saturating_add(i64::from(digit));
    }
    // As in the conversion of a long to an int.
    let value = if negative { value.wrapping_neg() } else { value };
    let [a, b, c, d, ..] = value.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}
