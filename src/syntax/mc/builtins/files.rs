//! Macros that read other files.

use std::{io, path::Path};

use crate::syntax::mc::{Dialect, Machine, Text, diagnostics, load, run::Invocation};

pub(super) fn include(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    read(m4, dialect, call, false)
}

pub(super) fn sinclude(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation) -> Text {
    read(m4, dialect, call, true)
}

fn read(m4: &mut Machine<'_>, dialect: &mut dyn Dialect, call: &Invocation, may_lack: bool) -> Text {
    let nothing = Text::empty(call.span);
    let path = call.text(0);
    if let Some(text) = dialect.include(m4, &path) {
        return text;
    }
    let bytes =
        if path.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { m4.files.read(Path::new(path.as_str())) };
    match bytes {
        Err(_) if may_lack => nothing,
        Err(error) => {
            let reason = system_message(&error);
            let reference = m4.reference(&format!("cannot open `{path}': {reason}"));
            m4.report(diagnostics::cannot_open(call, &path, &reason).reference(reference));
            nothing
        }
        Ok(_) if m4.input.files() >= m4.limits.depth.min(MAX_INCLUDE_DEPTH) => {
            m4.stop(diagnostics::include_loop(call, &path));
            nothing
        }
        Ok(bytes) => {
            let (id, said) = load(m4.sources_mut(), path.as_str(), &bytes);
            let refused = said.iter().any(crate::diagnostic::Diagnostic::is_error);
            m4.diagnostics.extend(said);
            if refused {
                m4.stopped = true;
                return nothing;
            }
            let text = m4.sources.get(id).map(|s| s.text().to_owned()).unwrap_or_default();
            m4.bytes += text.len() as u64;
            m4.input.push_file(id, &text);
            nothing
        }
    }
}

/// Maximum nesting depth of included files.
const MAX_INCLUDE_DEPTH: usize = 100;

/// The C library's text for an error, which m4 prints.
fn system_message(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "No such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "Is a directory".to_owned(),
        io::ErrorKind::NotADirectory => "Not a directory".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_owned()
        }
    }
}
