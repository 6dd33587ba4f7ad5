//! Macros for strings. m4 counts bytes; calls that would split a character are refused.

use crate::syntax::mc::{Dialect, Machine, Text, diagnostics, run::Invocation};

pub(super) fn ifelse(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let nothing = Text::empty(call.span);
    let mut rest = call.args.len();
    if rest == 1 {
        return nothing; // a remark
    }
    let few = rest < 3;
    if few || (rest > 4 && rest % 3 == 2) {
        let which =
            if few { "too few arguments to builtin `ifelse'" } else { "excess arguments to builtin `ifelse' ignored" };
        let reference = m4.reference(&format!("Warning: {}", which.replace("ifelse", &call.name)));
        m4.report(diagnostics::argument_count(call, few, 3, usize::MAX).reference(reference));
    }
    let mut at = 0;
    while rest >= 3 {
        if call.str(at) == call.str(at + 1) {
            return call.text(at + 2);
        }
        if rest <= 5 {
            return if rest == 3 { nothing } else { call.text(at + 3) };
        }
        at += 3;
        rest -= 3;
    }
    nothing
}

pub(super) fn len(_: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    Text::computed(call.str(0).len().to_string(), call.span)
}

pub(super) fn index(_: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let found = match call.args.len() {
        0 => return Text::empty(call.span),
        1 => Some(0),
        _ => call.str(0).find(call.str(1)),
    };
    Text::computed(found.map_or("-1".to_owned(), |at| at.to_string()), call.span)
}

pub(super) fn substr(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let whole = call.text(0);
    let nothing = Text::empty(call.span);
    if call.args.len() < 2 {
        return whole;
    }
    let Some(start) = super::numbers::argument(m4, call, 1) else { return nothing };
    let length = if call.args.len() > 2 {
        let Some(length) = super::numbers::argument(m4, call, 2) else { return nothing };
        length
    } else {
        i32::MAX
    };
    let (Ok(start), Ok(length)) = (usize::try_from(start), usize::try_from(length)) else { return nothing };
    if start >= whole.len() {
        return nothing;
    }
    let end = (start + length).min(whole.len());
    if !whole.as_str().is_char_boundary(start) || !whole.as_str().is_char_boundary(end) {
        m4.report(diagnostics::cut_character(call));
        return nothing;
    }
    whole.slice(start..end)
}

pub(super) fn shift(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let mut out = Text::empty(call.span);
    m4.push_arguments(&mut out, call.args.get(1..).unwrap_or_default(), m4.syntax.quotes, call.span);
    out
}

pub(super) fn translit(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let whole = call.text(0);
    if call.args.len() < 2 {
        return whole;
    }
    if !call.str(1).is_ascii() || !call.str(2).is_ascii() {
        m4.report(diagnostics::cut_character(call));
        return Text::empty(call.span);
    }
    let (from, to) = (with_ranges(call.str(1)), with_ranges(call.str(2)));
    let mut out = Text::empty(call.span);
    let mut copied = 0;
    for (at, byte) in whole.as_str().bytes().enumerate() {
        if let Some(n) = from.iter().position(|&b| b == byte) {
            out.push_slice(&whole, copied..at);
            copied = at + 1;
            if let Some(&b) = to.get(n) {
                out.push_computed(char::from(b).encode_utf8(&mut [0; 4]), whole.origin(at..at + 1));
            }
        }
    }
    out.push_slice(&whole, copied..whole.len());
    out
}

/// Expands `a-e`, ascending or descending. A minus sign at either end stands for itself.
fn with_ranges(set: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = set.bytes();
    let mut last = None;
    while let Some(byte) = bytes.next() {
        match (byte, last) {
            (b'-', Some(from)) => match bytes.next() {
                None => out.push(b'-'),
                Some(to) => {
                    if from < to {
                        out.extend(from + 1..=to);
                    } else {
                        out.extend((to..from).rev());
                    }
                    last = Some(to);
                }
            },
            _ => {
                out.push(byte);
                last = Some(byte);
            }
        }
    }
    out
}
