//! Macros that affect reading: quotes, comments, the rest of a line, the current position.

use crate::syntax::mc::{
    Dialect, Machine, Text, diagnostics,
    lexer::{Syntax, begins_word, is_blank},
    run::Invocation,
};

pub(super) fn dnl(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let place = m4.input.place;
    if !m4.input.skip_line() {
        let reference = m4.reference_at(place, "Warning: end of file treated as newline");
        let diagnostic = diagnostics::dnl_at_the_end(call, m4.is_expanding());
        m4.report(diagnostic.reference(reference));
    }
    Text::empty(call.span)
}

pub(super) fn changequote(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let initial = Syntax::INITIAL.quotes;
    let (open, close) = (call.str(0), call.str(1));
    let quotes = match call.args.len() {
        0 => Some(initial),
        count => {
            let default_close = count == 1 || (close.is_empty() && !open.is_empty());
            let close = if default_close { Some(initial.1) } else { optional_delimiter(close) };
            optional_delimiter(open).zip(close)
        }
    };
    let Some(quotes) = quotes else {
        m4.stop(diagnostics::delimiters(call, "quotes"));
        return Text::empty(call.span);
    };
    m4.syntax.quotes = quotes;
    Text::empty(call.span)
}

pub(super) fn changecom(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let comment = match (call.args.len(), call.str(0), call.str(1)) {
        (0, _, _) | (_, "", _) => None,
        (_, begin, end) => {
            let begin = delimiter(begin);
            let end = if matches!(end, "" | "\n") { Some(b'\n') } else { delimiter(end) };
            let Some(comment) = begin.zip(end) else {
                m4.stop(diagnostics::delimiters(call, "comments"));
                return Text::empty(call.span);
            };
            Some(comment)
        }
    };
    m4.syntax.comment = comment;
    Text::empty(call.span)
}

/// The delimiter as a character, or nothing if it is empty. `None` if it is not supported.
fn optional_delimiter(text: &str) -> Option<Option<u8>> {
    if text.is_empty() { Some(None) } else { delimiter(text).map(Some) }
}

/// The single character of a delimiter, if it is supported.
fn delimiter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        &[byte] if byte.is_ascii() && !begins_word(byte) && !is_blank(byte) && !matches!(byte, b'(' | b')' | b',') => {
            Some(byte)
        }
        _ => None,
    }
}

pub(super) fn file(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    let name = m4.file_name(m4.input.place).to_owned();
    let name = Text::computed(name, call.span);
    let mut out = Text::empty(call.span);
    m4.push_arguments(&mut out, &[crate::syntax::mc::run::Value::Text(name)], m4.syntax.quotes, call.span);
    out
}

pub(super) fn line(m4: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    Text::computed(m4.line(m4.input.place).to_string(), call.span)
}

pub(super) fn program(_: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    Text::computed("`m4'", call.span)
}

pub(super) fn nothing(_: &mut Machine<'_>, _: &mut dyn Dialect, call: &Invocation) -> Text {
    Text::empty(call.span)
}
