//! Macros for arithmetic, and m4's syntax of numbers.

use crate::syntax::mc::{
    Dialect, Machine, Text, diagnostics,
    eval::{self, Fault},
    run::Invocation,
};

pub(super) fn incr(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    match argument(m4, call, 0) {
        Some(n) => Text::computed(n.wrapping_add(1).to_string(), call.span),
        None => Text::empty(call.span),
    }
}

pub(super) fn decr(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    match argument(m4, call, 0) {
        Some(n) => Text::computed(n.wrapping_sub(1).to_string(), call.span),
        None => Text::empty(call.span),
    }
}

/// Argument `n` as a number. Problems are reported; `None` if m4 ignores the call.
pub(super) fn argument(m4: &mut Machine<'_>, call: &Invocation, n: usize) -> Option<i32> {
    let text = call.str(n);
    let complaint = |m4: &mut Machine<'_>, what: &str| {
        let reference = m4.reference(&format!("{what} builtin `{}'", call.name));
        m4.report(diagnostics::number(call, n).reference(reference));
    };
    if text.is_empty() {
        complaint(m4, "empty string treated as 0 in");
        return Some(0);
    }
    let unspaced = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}');
    let digits = unspaced.strip_prefix(['-', '+']).unwrap_or(unspaced);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        complaint(m4, "non-numeric argument to");
        return None;
    }
    let limit = if unspaced.starts_with('-') { i64::MIN } else { i64::MAX };
    let (value, fits) = unspaced.parse::<i64>().map_or((limit, false), |value| (value, true));
    if unspaced.len() < text.len() {
        complaint(m4, "leading whitespace ignored in");
    } else if !fits {
        complaint(m4, "numeric overflow detected in");
    }
    // Only the lower 32 bits are kept.
    let [a, b, c, d, ..] = value.to_le_bytes();
    Some(i32::from_le_bytes([a, b, c, d]))
}

pub(super) fn eval(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let nothing = Text::empty(call.span);
    let refuse = |m4: &mut Machine<'_>, what: String| {
        let reference = m4.reference(&what);
        m4.report(diagnostics::eval(call, &what).reference(reference));
        Text::empty(call.span)
    };
    let mut radix = 10;
    if !call.str(1).is_empty() {
        let Some(n) = argument(m4, call, 1) else { return nothing };
        radix = n;
    }
    let Some(radix) = u32::try_from(radix).ok().filter(|r| (1..=36).contains(r)) else {
        return refuse(m4, format!("radix {radix} in builtin `{}' out of range", call.name));
    };
    let mut width = 1;
    if call.args.len() > 2 {
        let Some(n) = argument(m4, call, 2) else { return nothing };
        width = n;
    }
    let Ok(width) = usize::try_from(width) else {
        return refuse(m4, format!("negative width to builtin `{}'", call.name));
    };
    let mut value = 0;
    let expression = call.text(0);
    if expression.is_empty() {
        let reference = m4.reference(&format!("empty string treated as 0 in builtin `{}'", call.name));
        m4.report(diagnostics::number(call, 0).reference(reference));
    } else {
        let (result, assignments) = eval::evaluate(expression.as_str());
        for _ in 0..assignments {
            let what = "Warning: recommend ==, not =, for equality operator";
            let reference = m4.reference(what);
            m4.report(diagnostics::assignment(call).reference(reference));
        }
        match result {
            Ok(n) => value = n,
            Err(fault) => return refuse(m4, format!("{}: {expression}", fault_text(fault))),
        }
    }
    let digits = if radix == 1 {
        let length = value.unsigned_abs() as usize;
        if length as u64 > m4.limits.bytes {
            m4.stop(diagnostics::too_much_text(call.span, m4.limits.bytes));
            return nothing;
        }
        "1".repeat(length)
    } else {
        in_radix(value.unsigned_abs(), radix)
    };
    if width as u64 > m4.limits.bytes {
        m4.stop(diagnostics::too_much_text(call.span, m4.limits.bytes));
        return nothing;
    }
    Text::computed(format!("{}{digits:0>width$}", if value < 0 { "-" } else { "" }), call.span)
}

fn in_radix(mut value: u32, radix: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit(value % radix, radix));
        value /= radix;
        if value == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn fault_text(fault: Fault) -> &'static str {
    match fault {
        Fault::DivideByZero => "divide by zero in eval",
        Fault::ModuloByZero => "modulo by zero in eval",
        Fault::NegativeExponent => "negative exponent in eval",
        Fault::Syntax => "bad expression in eval",
        Fault::MissingParenthesis => "bad expression in eval (missing right parenthesis)",
        Fault::UnknownInput => "bad expression in eval (bad input)",
        Fault::ExcessInput => "bad expression in eval (excess input)",
        Fault::InvalidOperator => "invalid operator in eval",
        Fault::TooDeep => "expression in eval nested too deep",
    }
}
