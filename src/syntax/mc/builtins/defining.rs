//! Macros that define, test and call macros.

use crate::syntax::mc::{
    Builtin, Definition, Dialect, Machine, Origin, Text, diagnostics,
    run::{Invocation, Value},
    slips,
};

pub(super) fn define(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    set(m4, dialect, call, Origin::Define)
}

pub(super) fn pushdef(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    set(m4, dialect, call, Origin::Pushdef)
}

fn set(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation, origin: Origin) -> Text {
    let Some(Value::Text(name)) = call.args.first() else { return invalid_name(m4, call) };
    match call.args.get(1) {
        Some(Value::Macro(definition)) => {
            m4.define_macro(dialect, name.as_str(), definition.clone(), origin == Origin::Pushdef);
        }
        _ => {
            slips::quoted_name(m4, call, name);
            m4.define_text(dialect, name.spanned(), call.text(1), origin);
        }
    }
    Text::empty(call.span)
}

fn invalid_name(m4: &mut Machine<'_>, call: &Invocation) -> Text {
    let reference = m4.reference(&format!("Warning: {}: invalid macro name ignored", call.name));
    m4.report(diagnostics::invalid_name(call).reference(reference));
    Text::empty(call.span)
}

pub(super) fn undefine(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    for n in 0..call.args.len() {
        m4.note_undefine(dialect, call.text(n).spanned());
        m4.undefine(dialect, call.str(n));
    }
    Text::empty(call.span)
}

pub(super) fn popdef(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    for n in 0..call.args.len() {
        m4.popdef(dialect, call.str(n));
    }
    Text::empty(call.span)
}

pub(super) fn ifdef(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    call.text(if m4.is_defined(dialect, call.str(0)) { 1 } else { 2 })
}

pub(super) fn defn(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    let mut out = Text::empty(call.span);
    for n in 0..call.args.len() {
        match m4.read(dialect, call.str(n)) {
            None => {}
            Some(Definition::Text(body)) => {
                let body = Value::Text((*body.text).clone());
                m4.push_arguments(&mut out, &[body], m4.syntax.quotes, call.span);
            }
            Some(definition) if call.args.len() == 1 => {
                let place = m4.input.place;
                m4.input.push_macro(definition, call.span, place);
            }
            Some(Definition::Builtin(_) | Definition::Dialect(_)) => {
                let reference = m4.reference(&format!("Warning: cannot concatenate builtin `{}'", call.str(n)));
                m4.report(diagnostics::no_text(call, n).reference(reference));
            }
        }
    }
    out
}

pub(super) fn indir(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    let Some(Value::Text(name)) = call.args.first() else { return invalid_name(m4, call) };
    match m4.read(dialect, name.as_str()) {
        Some(definition) => m4.yields(dialect, &definition, shifted(call)),
        None => {
            let reference = m4.reference(&format!("undefined macro `{name}'"));
            m4.report(diagnostics::undefined(call, name, "macro").reference(reference));
            Text::empty(call.span)
        }
    }
}

pub(super) fn builtin(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    let Some(Value::Text(name)) = call.args.first() else { return invalid_name(m4, call) };
    match Builtin::by_name(name.as_str()) {
        Some(builtin) => m4.yields(dialect, &Definition::Builtin(builtin), shifted(call)),
        None => {
            let reference = m4.reference(&format!("undefined builtin `{name}'"));
            m4.report(diagnostics::undefined(call, name, "builtin").reference(reference));
            Text::empty(call.span)
        }
    }
}

/// The call that a call of `indir` or `builtin` makes.
fn shifted(call: &Invocation) -> Invocation {
    Invocation {
        name: call.str(0).to_owned(),
        args: call.args.get(1..).unwrap_or_default().to_vec(),
        span: call.span,
        name_span: call.arg_span(0),
        parens: call.args.len() > 1,
        detached: None,
    }
}
