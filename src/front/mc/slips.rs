//! What m4 takes without a word and nobody means: names that nothing reads, definitions that come too late, misspelt
//! macros.

use crate::{
    catalog::{
        internal::{self, Instead},
        macros::MACROS,
        option::OPTIONS,
        setting::SETTINGS,
    },
    diagnostic::{Diagnostic, nearest},
    front::environment::Environment,
    source::{Source, SourceId, Span, Spanned},
    syntax::mc::{DefinitionRecord, Machine, Origin, looks_quoted},
};

/// Looks through the record of a run.
pub(super) fn find(environment: &mut Environment, m4: &Machine<'_>) {
    for record in m4.definitions() {
        if record.origin == Origin::Supplied || record.first_read.is_some() || record.removed.is_some() {
            continue;
        }
        let next = record.replaced_by.and_then(|n| m4.definitions().get(n));
        let said = match next {
            // A feature that is refused takes no place.
            Some(next) if is_refused(m4, next.call) => None,
            Some(next) => replaced(record, next),
            None => unread(m4, record),
        };
        said.into_iter().for_each(|diagnostic| environment.report(diagnostic));
    }
    for name in m4.undefined_in_vain() {
        undefined_unread(m4, name).into_iter().for_each(|diagnostic| environment.report(diagnostic));
    }
    for call in m4.suspicious_calls() {
        let name = &call.name.value;
        if MACROS.iter().any(|known| known.name == name) {
            let place = call.name.span;
            let begins_line =
                m4.sources().get(place.source).is_none_or(|text| text.line_before(place.start).trim().is_empty());
            // In what is thrown away anyhow, a name in the midst of a line is part of a remark.
            if begins_line || !call.discarded {
                environment.report(before_tree(name, place, call.discarded));
            }
            continue;
        }
        let near = nearest(name, MACROS.iter().map(|m| m.name).chain(["define", "divert", "undefine", "include"]));
        if call.discarded && near.is_none() {
            continue;
        }
        let mut diagnostic = Diagnostic::error("unknown_macro", format!("unknown macro `{name}`"))
            .at(call.name.span, "copied as it is")
            .why("m4 copies unknown names to the output, so the statement has no effect");
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else {
            diagnostic = diagnostic.help("the macros of a `.mc` are in cf/README");
        }
        environment.report(diagnostic);
    }
}

/// An `undefine` of a name that neither sendmail's tree nor the file knows.
fn undefined_unread(m4: &Machine<'_>, name: &Spanned<String>) -> Option<Diagnostic> {
    let text = name.value.as_str();
    let names = || OPTIONS.iter().map(|option| option.name).chain(SETTINGS.iter().map(|setting| setting.name));
    let is_known = names().any(|known| known == text) || MACROS.iter().any(|known| known.name == text);
    let is_own = m4.definitions().iter().any(|record| record.name.value == text);
    if text.starts_with('_') || is_known || is_own || m4.first_undefined_read(text).is_some() {
        return None;
    }
    let diagnostic = Diagnostic::warning("unknown_define", format!("nothing reads `{text}`, defined or not"))
        .at(name.span, "undefined here")
        .why("m4 accepts any name, and sendmail's tree never asks for this one");
    Some(match nearest(text, names()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("remove the statement, or check the spelling of the name in cf/README"),
    })
}

/// A statement that stands where there are none yet.
fn before_tree(name: &str, place: Span, is_discarded: bool) -> Diagnostic {
    let message = format!("`{name}` has no effect before the file includes `cf.m4`");
    let found = match is_discarded {
        true => Diagnostic::warning("statement_before_tree", message),
        false => Diagnostic::error("statement_before_tree", message),
    };
    found
        .at(place, "not defined yet")
        .why("`cf.m4` defines the statements of a `.mc`; to m4 this is text like any other")
        .help(format!("move it below the `include`, or begin the line with `dnl` if {name} is part of a remark"))
}

/// Names of sendmail's tree that the file defines itself, where that would do something that is not built in.
pub(super) fn internal(environment: &mut Environment, m4: &Machine<'_>) {
    let mut told = Vec::new();
    for record in m4.definitions() {
        let (name, span) = (record.name.value.as_str(), record.name.span);
        let Some(internal) = internal::by_name(name) else { continue };
        // Statements define some of these, in a text of their own.
        let written = m4.sources().snippet(span).trim_matches(['`', '\'']) == name;
        let counts = match internal.instead {
            Instead::Feature(feature) if internal.with_feature => environment.features.contains_key(feature),
            _ => true,
        };
        if record.origin == Origin::Supplied || record.removed.is_some() || !written || !counts || told.contains(&name)
        {
            continue;
        }
        told.push(name);
        let diagnostic = Diagnostic::error("internal_define", format!("`{name}` is a name of sendmail's own tree"))
            .at(span, "defined here")
            .why("the output of the tree depends on it, and a manual definition has no effect here");
        environment.report(match internal.instead {
            Instead::Feature(feature) => diagnostic.help(format!("write FEATURE(`{feature}') for what it belongs to")),
            Instead::Statement(statement) => diagnostic.help(format!("write {statement} for what it belongs to")),
            Instead::LeaveOut => diagnostic.help("leave it out: what it is about is declared where something needs it"),
            Instead::Nothing => diagnostic.help("leave it out, or write what it is to do as raw lines"),
        });
    }
}

/// Statements behind the `dnl` of another one on the same line, which m4 throws away.
pub(super) fn behind_dnl(environment: &mut Environment, m4: &Machine<'_>, file: SourceId) {
    let Some(text) = m4.sources().get(file).map(Source::text) else { return };
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.extend(lost_call(line).map(|(from, to)| Span::new(file, start + from, start + to)));
        start += line.len();
    }
    for span in found {
        let lost = m4.sources().snippet(span).to_owned();
        environment.report(
            Diagnostic::warning("statement_after_dnl", "statement after `dnl` is ignored")
                .at(span, "has no effect")
                .why("`dnl` discards the rest of its line")
                .help(format!("write it on a line of its own: {lost}")),
        );
    }
}

/// Where a whole call stands right behind the `dnl` that ends another statement.
fn lost_call(line: &str) -> Option<(usize, usize)> {
    let is_call = |text: &str| {
        let name = text.split('(').next().filter(|name| name.len() < text.len())?;
        let is_name =
            MACROS.iter().any(|known| known.name == name) || ["define", "undefine", "include"].contains(&name);
        let arguments = text.get(name.len()..)?;
        let end = arguments.find("')")? + 2;
        is_name.then_some(name.len() + end)
    };
    let head = line.trim_start();
    let first = head.split('(').next().unwrap_or_default();
    // A remark, or a line that is no statement.
    if head.starts_with("dnl") || head.starts_with('#') || !(is_call(head).is_some() || first == "divert") {
        return None;
    }
    let at = line.match_indices("dnl").map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).unwrap_or_default().trim_end();
        before.ends_with(')') && before.matches('`').count() == before.matches('\'').count()
    })?;
    let rest = line.get(at + 3..)?;
    let from = at + 3 + (rest.len() - rest.trim_start().len());
    if rest.trim_start().len() == rest.len() {
        return None;
    }
    let length = is_call(line.get(from..)?)?;
    Some((from, from + length))
}

/// Raw lines after a `divert(-1)` that nothing ends.
pub(super) fn discarded(environment: &mut Environment, m4: &Machine<'_>, file: SourceId) {
    let Some((by, text)) = m4.discarded() else { return };
    let lost = text.lines().into_iter().filter(|line| line.span().source == file && is_raw(line.as_str())).count();
    if lost > 0 {
        let lines = if lost == 1 { "1 raw line is" } else { &format!("{lost} raw lines are") };
        environment.report(
            Diagnostic::warning("discarded_lines", format!("{lines} thrown away"))
                .at(by, "everything from here to the end of the file")
                .why("text in a diversion below 0 is discarded, and no later `divert` turns the output on again; macros still take effect")
                .help("write `divert(0)dnl` where the remarks end"),
        );
    }
}

/// Whether a line looks like one of sendmail.cf and not like a remark.
fn is_raw(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    match line.as_bytes() {
        [b'R', ..] => line.contains('$') && line.contains('\t'),
        [b'O', b' ', ..] => line.contains('='),
        [b'C' | b'F', b'{' | b'w' | b'R' | b'M' | b'E' | b'G' | b'L' | b'N' | b'P' | b't' | b'm', ..]
        | [b'D', b'{' | b'j' | b'M' | b'H' | b'R' | b'S' | b'C' | b'w' | b'm', ..] => {
            second.is_none() && !first.ends_with(['.', ':', ','])
        }
        [b'K', ..] => {
            second.is_some_and(|class| ["hash", "btree", "dbm", "regex", "dns", "macro", "cdb"].contains(&class))
        }
        [b'H', ..] => first.ends_with(':') && line.contains('$'),
        _ => false,
    }
}

/// Whether the statement of this place was refused because it comes after `MAILER`.
fn is_refused(m4: &Machine<'_>, place: Span) -> bool {
    m4.diagnostics().iter().any(|found| found.code == "feature_after_mailer" && found.span() == Some(place))
}

/// A definition that another one took the place of before anything read it.
fn replaced(record: &DefinitionRecord, next: &DefinitionRecord) -> Option<Diagnostic> {
    let name = record.name.value.as_str();
    if name.starts_with('_') || record.value == next.value {
        return None;
    }
    let diagnostic = match next.origin {
        Origin::Supplied => {
            Diagnostic::warning("define_overridden", format!("this definition of `{name}` has no effect"))
                .at(record.name.span, "defined here")
                .at(next.call, "set to something else here")
                .why("a system type, domain or feature overrides earlier definitions")
                .help("move the definition below")
        }
        Origin::Define | Origin::Pushdef => {
            Diagnostic::advice("define_twice", format!("`{name}` is defined again before anything reads it"))
                .at(record.name.span, "this definition has no effect")
                .at(next.name.span, "the later one counts")
                .help("keep one of them")
        }
    };
    Some(diagnostic)
}

/// A definition that nothing read.
fn unread(m4: &Machine<'_>, record: &DefinitionRecord) -> Option<Diagnostic> {
    let name = record.name.value.as_str();
    if name.starts_with('_') || looks_quoted(name).is_some() {
        return None;
    }
    let known = OPTIONS.iter().any(|o| o.name == name) || SETTINGS.iter().any(|s| s.name == name);
    if known {
        let read = m4
            .definitions()
            .iter()
            .filter(|earlier| earlier.name.value == name && earlier.order < record.order)
            .filter_map(|earlier| earlier.first_read)
            .chain(m4.first_undefined_read(name))
            .filter(|read| read.order < record.order)
            .min_by_key(|read| read.order)?;
        return Some(
            Diagnostic::warning("define_too_late", format!("this definition of `{name}` has no effect"))
                .at(record.name.span, "defined here, after it was read")
                .at(read.span, "read here")
                .why("features and mailers use the value that is defined above them")
                .help("move the definition above what reads it"),
        );
    }
    let names = OPTIONS.iter().map(|o| o.name).chain(SETTINGS.iter().map(|s| s.name));
    let diagnostic = Diagnostic::warning("unknown_define", format!("unused definition of `{name}`"))
        .at(record.name.span, "not known to sendmail, and not used in this file")
        .why("m4 accepts any name, and sendmail's tree does not use this one");
    Some(match nearest(name, names) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("remove it, or check its spelling in cf/README"),
    })
}
