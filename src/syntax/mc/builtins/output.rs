//! Macros that direct output.

use crate::syntax::mc::{Dialect, Machine, Text, diagnostics, run::Invocation};

pub(super) fn divert(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let number = if call.args.is_empty() { Some(0) } else { super::numbers::argument(m4, call, 0) };
    if let Some(number) = number {
        m4.divert(number);
    }
    Text::empty(call.span)
}

pub(super) fn divnum(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    Text::computed(m4.diversion().to_string(), call.span)
}

pub(super) fn undivert(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    if call.args.is_empty() {
        let all: Vec<i32> = m4.diversions().keys().copied().collect();
        for number in all {
            m4.undivert(number);
        }
    }
    for n in 0..call.args.len() {
        let text = call.str(n);
        if text.is_empty() {
            continue;
        }
        match text.parse::<i64>().map(i32::try_from) {
            Ok(Ok(number)) => m4.undivert(number),
            Ok(Err(_)) => {}
            Err(_) => m4.report(diagnostics::undivert_file(call, n)),
        }
    }
    Text::empty(call.span)
}

pub(super) fn errprint(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    let mut text = Text::empty(call.arg_span(0));
    for n in 0..call.args.len() {
        if n > 0 {
            text.push_computed(" ", call.span);
        }
        text.push(&call.text(n));
    }
    let mut diagnostic = dialect.errprint(m4, &text);
    if diagnostic.reference.is_none() {
        diagnostic.reference = Some(text.as_str().to_owned());
    }
    m4.report(diagnostic);
    Text::empty(call.span)
}
