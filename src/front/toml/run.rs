//! Statements are carried out against the environment, as those of a `.mc` are, and become a site.

use super::{
    read::{Document, GivenAliases},
    table::Entries,
    value::Text as Value,
    words,
};
use crate::{
    catalog::table::TableSpec,
    diagnostic::Diagnostic,
    front::{
        alias_text,
        environment::{Environment, uucp_rule},
        lower::lower,
        macros::Macros,
        mc::raw,
        statement::{self, Statement},
        table_text,
    },
    site::{RawSection, Site, TableEntry},
    source::{FileSystem, SourceId, Sources, Span},
    syntax::mc::{Machine, Text},
};

/// Carries out a document of the file `name`. The site, unless there is none, and what is to be said of it.
pub(super) fn run(
    mut document: Document,
    name: &str,
    id: SourceId,
    sources: &mut Sources,
    files: &dyn FileSystem,
) -> (Option<Site>, Vec<Diagnostic>) {
    let mut diagnostics = std::mem::take(&mut document.warnings);
    let mut tables = Vec::new();
    let mut refused_lines = Vec::new();
    for given in document.tables.drain(..) {
        let entries = match given.entries {
            Entries::Here(entries) => entries,
            Entries::File(file) => {
                match table_text::named(sources, name, given.spec, (&file.value, file.span), files) {
                    Ok(table_text::Entries { entries, mut problems }) => {
                        refused_lines.append(&mut problems);
                        entries
                    }
                    Err(error) => {
                        diagnostics.push(*error);
                        continue;
                    }
                }
            }
        };
        tables.push((given.spec, given.span, entries));
    }
    let is_refused = diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.append(&mut refused_lines);
    if is_refused {
        return (None, diagnostics);
    }
    let text = sources.get(id).map_or(String::new(), |source| source.text().to_owned());
    let whole = Span::new(id, 0, text.len());
    statement::sort(&mut document.statements);
    let mut m4 = Machine::new(sources, files, id);
    m4.disable_comments();
    let mut macros = Macros::new(&mut m4);
    let mut environment = Environment::new(&mut macros);
    for statement in &document.statements {
        carry_out(&mut environment, &mut macros, statement, &text);
    }
    for (spec, place, entries) in tables {
        declare(&mut environment, spec, place, entries);
    }
    environment.close(&mut macros, Span::new(id, text.len(), text.len()));
    let mut site = lower(&mut environment, &mut macros);
    let said = m4.take_diagnostics().into_iter().chain(environment.diagnostics.drain(..));
    diagnostics.extend(said.map(|diagnostic| words::of_toml(diagnostic, whole)));
    for given in document.aliases {
        diagnostics.extend(match given {
            GivenAliases::Here(entries, place) => alias_text::from_entries(&mut site, &entries, place),
            GivenAliases::File(file) => {
                alias_text::from_file(&mut site, sources, name, (&file.value, Some(file.span)), files)
            }
        });
    }
    (Some(site), diagnostics)
}

/// Hands over the entries of a table; one without a map is refused.
fn declare(environment: &mut Environment, spec: &TableSpec, place: Span, entries: Vec<TableEntry>) {
    if !environment.maps.contains_key(spec.feature) {
        environment.report(
            Diagnostic::error("table_without_map", format!("entries of {} without a map", spec.title))
                .at(place, "entries for it")
                .why(format!("without `{}`, sendmail does not look them up", spec.feature))
                .help(format!("write `{} = true` under [feature]", spec.feature)),
        );
    }
    environment.table_entries(spec.kind, entries);
}

fn carry_out(environment: &mut Environment, macros: &mut Macros<'_, '_>, statement: &Statement, text: &str) {
    match statement {
        Statement::VersionId(text) => environment.version_id(&literal(text)),
        Statement::System(name) if name.value.is_empty() => macros.define("__OSTYPE__", literal(name)),
        Statement::System(name) => environment.ostype(macros, &literal(name), name.span),
        Statement::Domain(name) => environment.domain(macros, &literal(name), name.span),
        Statement::Define(name, value) => macros.define(name, literal(value)),
        Statement::Undefine(name, _) => macros.undefine(name),
        Statement::MasqueradeAs(name) => environment.masquerade_as(macros, &literal(name)),
        Statement::Members { class, word, name } => environment.class_members(macros, *class, &literal(word), name),
        Statement::File { class, file, name } => environment.class_file(macros, *class, &literal(file), name),
        Statement::Daemon(options) => environment.daemon_options(&literal(options)),
        Statement::Client(options) => environment.client_options(&literal(options)),
        Statement::MailFilter { name, equates } => {
            environment.mail_filter(macros, &literal(name), &literal(equates));
        }
        Statement::InputMailFilter { name, equates } => {
            environment.input_mail_filter(macros, &literal(name), &literal(equates));
        }
        Statement::QueueGroup { name, equates } => {
            environment.queue_group(macros, &literal(name), &literal(equates));
        }
        Statement::Feature { feature, arguments, span, .. } => {
            let name = Text::computed(feature.name, *span).into_literal();
            let arguments: Vec<Text> = arguments.iter().map(literal).collect();
            environment.feature(macros, &name, &arguments, *span);
        }
        Statement::NoFeature { feature, span } => {
            let brought = environment.features.get(feature.name).copied();
            not_wanted(environment, feature.name, brought, *span);
        }
        Statement::Hack { hack, arguments, span } => {
            let name = Text::computed(hack.name, *span).into_literal();
            let arguments: Vec<Text> = arguments.iter().map(literal).collect();
            environment.hack(macros, &name, &arguments, *span);
        }
        Statement::NoHack { hack, span } => {
            let brought = environment.hacks_asked.get(hack.name).copied();
            not_wanted(environment, hack.name, brought, *span);
        }
        Statement::MailerFlags { mailer, change } => environment.modify_mailer_flags(mailer, &change.value),
        Statement::Mailer(name) => environment.mailer(macros, &literal(name), &[], name.span),
        Statement::SiteConfig { file, host, class, sites, smart_sites, span } => {
            let file = file.as_ref().map(literal);
            environment.site_config(macros, file.as_ref(), &literal(host), &literal(class), *span);
            let sites = sites.iter().map(|names| (names, "")).chain(smart_sites.iter().map(|names| (names, "S")));
            for (names, kind) in sites {
                let kind = Text::computed(kind, names.span).into_literal();
                environment.site_names(macros, &literal(names), &kind, names.span);
            }
        }
        Statement::UucpSmtp { host, domain } => {
            let rule = Text::computed(uucp_rule(&host.value, &domain.value), host.span.to(domain.span));
            environment.raw_text(RawSection::LocalRule3, &rule);
        }
        Statement::Raw { section, text: lines, name } => {
            if *name == "LOCAL_NET_CONFIG" {
                macros.set("_LOCAL_RULES_", "1", lines.span);
            }
            let first = match *name {
                "LOCAL_RULE_1" => Some("Ssender=1".to_owned()),
                "LOCAL_RULE_2" => Some("Srecipient=2".to_owned()),
                _ => section.ruleset().map(|ruleset| format!("S{ruleset}")),
            };
            if let Some(first) = first {
                environment.raw_text(*section, &Text::computed(first, lines.span));
            }
            let lines = written(lines, text);
            raw::check(macros.machine(), &lines);
            calls(environment, &lines);
            environment.raw_text(*section, &lines);
        }
    }
}

/// Refuses calls of macros among raw lines: `FEATURE(…)` would be read as an `F` line.
fn calls(environment: &mut Environment, lines: &Text) {
    for line in lines.lines() {
        let text = line.as_str();
        let name = text.split(|c: char| !c.is_ascii_uppercase() && c != '_').next().unwrap_or("");
        if name.len() > 3 && text.get(name.len()..).is_some_and(|rest| rest.starts_with('(')) {
            environment.report(
                Diagnostic::error("macro_among_raw_lines", format!("macro `{name}` in raw lines"))
                    .at(line.span(), "copied to sendmail.cf as it is")
                    .why("macros are not expanded in site.toml, and sendmail would read the line by its first letter")
                    .help("use the key of this file for it"),
            );
        }
    }
}

/// Refuses `false` for a feature or hack that the system type or a shared policy turns on: nothing turns it off again.
fn not_wanted(environment: &mut Environment, name: &str, brought: Option<Span>, span: Span) {
    let Some(brought) = brought else { return };
    let diagnostic = Diagnostic::error("feature_is_on", format!("`{name}` cannot be turned off"))
        .at(span, "not wanted here")
        .at(brought, "brings it")
        .why("sendmail's tree cannot turn it off again")
        .help("remove one of the two; what else a shared policy sets can be written into this file");
    environment.report(diagnostic);
}

/// Text that means what it says.
fn literal(value: &Value) -> Text {
    Text::computed(value.value.clone(), value.span).into_literal()
}

/// The same for lines: where they stand in the document byte for byte, each line has a place of its own.
fn written(lines: &Value, text: &str) -> Text {
    let (start, end) = (lines.span.start as usize, lines.span.end as usize);
    let inside = text.get(start..end).and_then(|quoted| quoted.find(&lines.value));
    match inside {
        Some(at) => {
            let from = start + at;
            Text::source(lines.value.clone(), Span::new(lines.span.source, from, from + lines.value.len()))
        }
        None => Text::computed(lines.value.clone(), lines.span),
    }
    .into_literal()
}
