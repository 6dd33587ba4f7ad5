//! `MAILER`: delivery agents.

use std::cell::RefCell;

use super::Environment;
use crate::{
    catalog::{
        Support,
        mailer::{self, FlagChanges, MAILERS, MailerNotice, MailerNoticeWhen, MailerSpec},
    },
    diagnostic::{Diagnostic, nearest},
    front::{
        agent::{Settings, agent},
        macros::Macros,
    },
    source::{SourceId, Span},
    syntax::mc::Text,
};

impl Environment {
    /// `MAILER(name, alias)`: declares the delivery agents of that name, with what their settings say now.
    pub fn mailer(&mut self, macros: &mut Macros<'_, '_>, name: &Text, args: &[Text], span: Span) {
        let wanted = macros.expand(name).as_str().to_owned();
        let alias = args.first().map(|alias| macros.expand(alias).as_str().to_owned());
        let known_as = alias.filter(|alias| !alias.is_empty()).unwrap_or_else(|| wanted.clone());
        if !macros.is_defined("_MAILER_DEFINED_") {
            macros.set("_MAILER_DEFINED_", "1", span);
        }
        let mark = format!("_MAILER_{known_as}_");
        if let Some(first) = macros.definition(&mark) {
            let diagnostic = Diagnostic::error("mailer_twice", format!("mailer `{known_as}` is declared twice"))
                .at(span, "declared again here")
                .why("the second MAILER is ignored, together with its settings")
                .help("remove this line")
                .reference(format!("*** ERROR: MAILER({known_as}) already included\n"));
            let diagnostic = self.also_at(diagnostic, Some(first.span()), "first declared here");
            self.report(diagnostic);
            return;
        }
        macros.set(&mark, "", span);
        Self::define_arguments(macros, args, span);
        match mailer::by_name(&wanted) {
            Some(spec) if spec.support == Support::Full => self.declare(macros, spec, Some(span)),
            Some(_) => self.unsupported("mailer", &wanted, name.span()),
            None => {
                let help = match nearest(&wanted, MAILERS.iter().map(|mailer| mailer.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "MAILER takes the name of a mailer, such as `local` or `smtp`".into(),
                };
                self.unknown(macros, "mailer", "mailer", &wanted, name.span(), help);
            }
        }
    }

    /// `MAILER(local)` for a site that does not say so itself.
    pub(super) fn default_mailer(&mut self, macros: &mut Macros<'_, '_>) {
        let nowhere = self.nowhere();
        macros.set("_MAILER_local_", "", nowhere);
        if let Some(spec) = mailer::by_name("local") {
            self.declare(macros, spec, None);
        }
    }

    /// `MODIFY_MAILER_FLAGS`: `+x` adds flags, `-x` takes them away, anything else replaces them all.
    pub fn modify_mailer_flags(&mut self, mailer: &str, change: &str) {
        self.flag_changes.entry(mailer.to_owned()).or_default().note(change);
    }

    /// Flags of a mailer with what `MODIFY_MAILER_FLAGS` has changed in them so far.
    pub fn changed_flags(&self, mailer: &str, flags: &str) -> String {
        self.flag_changes.get(mailer).map_or_else(|| flags.to_owned(), |changes| changes.apply(flags))
    }

    fn declare(&mut self, macros: &mut Macros<'_, '_>, spec: &MailerSpec, span: Option<Span>) {
        for notice in spec.notices {
            self.mailer_notice(macros, spec, notice, span);
        }
        if spec.name == "local" {
            self.user_database = macros.is_defined("confUSERDB_SPEC");
        }
        let by = span.unwrap_or_else(|| self.nowhere());
        self.apply(macros, spec.effects, &[], by);
        let there = |needed: &str, macros: &mut Macros<'_, '_>| macros.is_defined(&format!("_MAILER_{needed}_"));
        let agents: Vec<_> = spec.agents.iter().filter(|a| a.needs.is_none_or(|n| there(n, macros))).collect();
        let now = Now { macros: RefCell::new(macros), changes: &self.flag_changes, builtin: self.builtin };
        self.mailers.extend(agents.into_iter().map(|a| agent(a, &now, span)));
    }
}

impl Environment {
    /// Says what the reference says of a mailer that lacks something.
    fn mailer_notice(
        &mut self,
        macros: &mut Macros<'_, '_>,
        spec: &MailerSpec,
        notice: &MailerNotice,
        span: Option<Span>,
    ) {
        let name = spec.name;
        let diagnostic = match notice.when {
            MailerNoticeWhen::Unset(setting) => {
                if macros.is_defined(setting) {
                    return;
                }
                Diagnostic::warning("mailer_lacks_setting", format!("mailer `{name}` needs `{setting}`"))
                    .why("the setting has no default, and its name would be written in place of the value")
                    .help(format!("write define(`{setting}', `…') above MAILER(`{name}')"))
            }
            MailerNoticeWhen::Without(other) => {
                if macros.is_defined(&format!("_MAILER_{other}_")) {
                    return;
                }
                let missing: Vec<&str> =
                    spec.agents.iter().filter(|a| a.needs == Some(other)).map(|a| a.name).collect();
                Diagnostic::warning(
                    "mailer_without_other",
                    format!("without `{other}`, `{}` are left out", missing.join("` and `")),
                )
                .why(format!("it uses the rewriting of MAILER(`{other}'), which is not above this"))
                .help(format!("write MAILER(`{other}') above MAILER(`{name}'), or leave it so if none is wanted"))
            }
        };
        let diagnostic = self.also_at(diagnostic, span, "declared here");
        self.report(diagnostic.reference(notice.text));
    }
}

/// The settings as they are when a mailer is declared.
struct Now<'a, 'v, 'm> {
    macros: RefCell<&'a mut Macros<'v, 'm>>,
    changes: &'a std::collections::BTreeMap<String, FlagChanges>,
    /// The text of defaults.
    builtin: SourceId,
}

impl Settings for Now<'_, '_, '_> {
    fn value(&self, name: &str) -> Option<String> {
        self.macros.borrow_mut().value(name)
    }

    fn place(&self, name: &str) -> Option<Span> {
        self.macros.borrow().peek(name).map(|text| text.span()).filter(|span| span.source != self.builtin)
    }

    fn flag_changes(&self, name: &str) -> Option<&FlagChanges> {
        self.changes.get(name)
    }
}
