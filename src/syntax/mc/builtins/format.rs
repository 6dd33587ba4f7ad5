//! `format`, C's `printf` for whole numbers and strings.

use crate::syntax::mc::{Dialect, Machine, Text, diagnostics, run::Invocation};

/// A conversion such as `%-5.3d`.
struct Conversion {
    left: bool,
    zeros: bool,
    plus: bool,
    space: bool,
    alternative: bool,
    width: usize,
    precision: Option<usize>,
}

pub(super) fn format(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let template = call.str(0).to_owned();
    let mut out = String::new();
    let mut next = 1;
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let mut characters = after.char_indices().peekable();
        let mut conversion = Conversion {
            left: false,
            zeros: false,
            plus: false,
            space: false,
            alternative: false,
            width: 0,
            precision: None,
        };
        while let Some((_, flag)) = characters.next_if(|(_, c)| matches!(c, '-' | '0' | '+' | ' ' | '#')) {
            match flag {
                '-' => conversion.left = true,
                '0' => conversion.zeros = true,
                '+' => conversion.plus = true,
                ' ' => conversion.space = true,
                _ => conversion.alternative = true,
            }
        }
        let digits = |characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
            let mut value = 0_usize;
            while let Some(digit) = characters.peek().and_then(|(_, c)| c.to_digit(10)) {
                value = value.saturating_mul(10).saturating_add(digit as usize);
                characters.next();
            }
            value
        };
        conversion.width = digits(&mut characters);
        if characters.next_if(|(_, c)| *c == '.').is_some() {
            conversion.precision = Some(digits(&mut characters));
        }
        let Some((at, letter)) = characters.next().filter(|(_, c)| "diouxXs".contains(*c)) else {
            m4.report(diagnostics::format(call));
            return Text::empty(call.span);
        };
        if (conversion.width.max(conversion.precision.unwrap_or(0))) as u64 > m4.limits.bytes {
            m4.stop(diagnostics::too_much_text(call.span, m4.limits.bytes));
            return Text::empty(call.span);
        }
        let argument = call.str(next);
        if letter != 's' && next < call.args.len() && argument.is_empty() {
            let reference = m4.reference("empty string treated as 0");
            m4.report(diagnostics::number(call, next).reference(reference));
        }
        let converted = match letter {
            's' => Some(conversion.string(argument)),
            _ => conversion.number(letter, argument),
        };
        let Some(converted) = converted else {
            m4.report(diagnostics::format(call));
            return Text::empty(call.span);
        };
        out.push_str(&converted);
        next += 1;
        rest = after.get(at + letter.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
    Text::computed(out, call.span)
}

impl Conversion {
    fn string(&self, text: &str) -> String {
        let end = self.precision.map_or(text.len(), |p| text.floor_char_boundary(p));
        self.padded(text.get(..end).unwrap_or_default(), "", false)
    }

    /// `None` if the argument is not a plain whole number.
    fn number(&self, letter: char, text: &str) -> Option<String> {
        let value: i32 = if text.is_empty() { 0 } else { text.parse().ok()? };
        let unsigned = value.cast_unsigned();
        let mut digits = match letter {
            'd' | 'i' => value.unsigned_abs().to_string(),
            'u' => unsigned.to_string(),
            'o' => format!("{unsigned:o}"),
            'x' => format!("{unsigned:x}"),
            _ => format!("{unsigned:X}"),
        };
        let sign = match letter {
            'd' | 'i' if value < 0 => "-",
            'd' | 'i' if self.plus => "+",
            'd' | 'i' if self.space => " ",
            'x' if self.alternative && value != 0 => "0x",
            'X' if self.alternative && value != 0 => "0X",
            _ => "",
        };
        if let Some(precision) = self.precision {
            digits = if precision == 0 && value == 0 { String::new() } else { format!("{digits:0>precision$}") };
        }
        if letter == 'o' && self.alternative && !digits.starts_with('0') {
            digits.insert(0, '0');
        }
        Some(self.padded(&digits, sign, self.zeros && self.precision.is_none()))
    }

    fn padded(&self, text: &str, sign: &str, zeros: bool) -> String {
        let missing = self.width.saturating_sub(text.len() + sign.len());
        if self.left {
            format!("{sign}{text}{}", " ".repeat(missing))
        } else if zeros {
            format!("{sign}{}{text}", "0".repeat(missing))
        } else {
            format!("{}{sign}{text}", " ".repeat(missing))
        }
    }
}
