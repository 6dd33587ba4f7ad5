//! What a `.mc` comes down to, for whoever writes it anew in another language: its statements with their arguments expanded.
//!
//! Only what the file itself says is recorded, not what a system type or a feature does on its behalf.

use std::collections::BTreeMap;

use crate::{
    catalog::{
        defined_name, feature, hack,
        macros::{MacroRole, MacroSpec},
        mailer, siteconfig,
    },
    front::{environment::Environment, macros::Macros, statement::Statement},
    site::Class,
    source::{Span, Spanned},
    syntax::mc::{Call, Origin},
};

/// Statements, in the order in which they take effect.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub statements: Vec<Statement>,
}

impl Record {
    /// Notes a statement; raw sections and definitions come at the end.
    pub fn statement(&mut self, macros: &mut Macros<'_, '_>, spec: &MacroSpec, call: &Call) {
        let mut text = |n: usize| {
            let argument = call.arg(n).map(|text| macros.expand(text).as_str().to_owned()).unwrap_or_default();
            Spanned::new(argument, call.span)
        };
        let statement = match spec.role {
            MacroRole::Version => Statement::VersionId(Spanned::new(call.str(0).to_owned(), call.span)),
            MacroRole::System => Statement::System(text(0)),
            MacroRole::Domain => Statement::Domain(text(0)),
            MacroRole::Mailer => Statement::Mailer(text(0)),
            MacroRole::Setting(_) => Statement::MasqueradeAs(text(0)),
            MacroRole::Daemon => Statement::Daemon(text(0)),
            MacroRole::Client => Statement::Client(text(0)),
            MacroRole::Milter => Statement::MailFilter { name: text(0), equates: text(1) },
            MacroRole::InputMilter => Statement::InputMailFilter { name: text(0), equates: text(1) },
            MacroRole::QueueGroup => Statement::QueueGroup { name: text(0), equates: text(1) },
            MacroRole::Feature => {
                let Some(feature) = feature::by_name(&text(0).value) else { return };
                let arguments = (1..call.args.len()).map(text).collect();
                Statement::Feature { feature, arguments, order: 0, span: call.span }
            }
            MacroRole::Hack => {
                let Some(hack) = hack::by_name(&text(0).value) else { return };
                let arguments = (1..call.args.len()).map(text).collect();
                // What it adds to is no definition that counts at the end, and yet the site's own.
                if let Some((name, _)) = hack.extends
                    && let Some(value) = macros.expanded(name)
                    && let Some(name) = defined_name(name)
                {
                    let value = Spanned::new(value.as_str().to_owned(), value.span());
                    self.statements.push(Statement::Define(name, value));
                }
                Statement::Hack { hack, arguments, span: call.span }
            }
            MacroRole::MailerFlags => {
                let Some(mailer) = mailer::flag_names().find(|name| *name == call.str(0)) else { return };
                Statement::MailerFlags { mailer, change: text(1) }
            }
            MacroRole::ClassMembers(class) => {
                let Some(class) = Class::by_name(class) else { return };
                let words = call.arg(0).map(|words| macros.expand(words).words()).unwrap_or_default();
                let member = |word: Spanned<String>| {
                    let word = Spanned::new(word.value, call.span);
                    Statement::Members { class, word, name: spec.name }
                };
                self.statements.extend(words.into_iter().map(member));
                return;
            }
            MacroRole::ClassFile(class) => {
                let Some(class) = Class::by_name(class) else { return };
                Statement::File { class, file: text(0), name: spec.name }
            }
            MacroRole::SiteConfig => {
                let file = Some(text(0)).filter(|file| siteconfig::by_name(&file.value).is_some());
                let (host, class) = (text(1), text(2));
                let (sites, smart_sites) = (Vec::new(), Vec::new());
                Statement::SiteConfig { file, host, class, sites, smart_sites, span: call.span }
            }
            MacroRole::Site => {
                let (names, smart) = (text(0), text(1).value == "S");
                if let Some(Statement::SiteConfig { class, sites, smart_sites, .. }) =
                    self.statements.iter_mut().rfind(|last| matches!(last, Statement::SiteConfig { .. }))
                {
                    let list = if smart && class.value == "U" { smart_sites } else { sites };
                    list.push(names);
                }
                return;
            }
            // The rule is among the raw lines.
            MacroRole::Raw | MacroRole::UucpSmtp => return,
        };
        self.statements.push(statement);
    }

    /// Notes the definitions of options and settings that count at the end of the file.
    pub fn definitions(&mut self, macros: &mut Macros<'_, '_>) {
        let records = macros.machine().definitions().iter();
        let counting = records
            .filter(|record| {
                record.origin != Origin::Supplied && record.removed.is_none() && record.replaced_by.is_none()
            })
            .filter_map(|record| Some((defined_name(&record.name.value)?, record.call)))
            .collect::<BTreeMap<&'static str, Span>>();
        let mut undefined = BTreeMap::new();
        for record in macros.machine().definitions() {
            if let (Some(name), Some(span)) = (defined_name(&record.name.value), record.removed) {
                undefined.insert(name, span);
            }
        }
        // No system type on purpose, as in the submit.mc that comes with sendmail. Beside a system type it means nothing.
        let nameless = macros.machine().definitions().iter().find(|record| {
            record.name.value == "__OSTYPE__" && record.origin != Origin::Supplied && record.removed.is_none()
        });
        if !self.statements.iter().any(|statement| matches!(statement, Statement::System(_)))
            && let Some(span) = nameless.map(|record| record.call)
            && macros.expanded("__OSTYPE__").is_some_and(|text| text.is_empty())
        {
            self.statements.push(Statement::System(Spanned::new(String::new(), span)));
        }
        for (name, span) in undefined {
            if !macros.exists(name) {
                self.statements.push(Statement::Undefine(name, span));
            }
        }
        for (name, span) in counting {
            if let Some(value) = macros.expanded(name) {
                self.statements.push(Statement::Define(name, Spanned::new(value.as_str().to_owned(), span)));
            }
        }
    }

    /// Notes the raw lines.
    pub fn raw(&mut self, environment: &Environment) {
        for (section, pieces) in &environment.raw {
            // The name of a ruleset that is a section is said by the section.
            let named = usize::from(section.ruleset().is_some());
            let written = || pieces.iter().skip(named).filter(|piece| !environment.is_brought(piece.span));
            let Some(span) = written().find_map(|piece| piece.span) else { continue };
            let text = Spanned::new(written().map(|piece| piece.text.as_str()).collect::<String>(), span);
            self.statements.push(Statement::Raw {
                section: *section,
                text,
                name: section.statement().unwrap_or_default(),
            });
        }
    }
}
