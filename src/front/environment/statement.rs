//! Statements that add to a list: classes, listeners, filters, queue groups, names.

use super::Environment;
use crate::{
    diagnostic::Diagnostic,
    front::macros::Macros,
    site::{Class, ClassFile, RawSection, Setting},
    source::Span,
    syntax::mc::Text,
};

/// Milters beyond this are not added to the list of those that are asked, which is copied for each. sendmail asks 25 at most, so that
/// the site is refused in any case.
const MAX_LISTED_MILTERS: usize = 500;

impl Environment {
    /// Adds members to a class: `RELAY_DOMAIN` and its like. Words are separated by blanks; `statement` names the macro.
    pub fn class_members(&mut self, macros: &mut Macros<'_, '_>, class: Class, words: &Text, statement: &str) {
        let text = macros.expand(words);
        let mut lines = text.lines().into_iter().peekable();
        let mut members = lines.next().map(|line| line.words()).unwrap_or_default();
        // A line that begins with a blank goes on with the one before.
        while let Some(line) = lines.next_if(|line| line.as_str().starts_with([' ', '\t'])) {
            members.extend(line.words());
        }
        if members.is_empty() {
            self.report(
                Diagnostic::warning("missing_argument", format!("{statement} with an empty list"))
                    .at(words.span(), "expected a name")
                    .why("an empty list has no effect")
                    .help(format!("add the members of {statement}, or remove the statement")),
            );
        }
        if !members.is_empty() {
            self.classes.members.entry(class).or_default().extend(members);
        }
        if class == Class::VirtualHost {
            macros.set("_VIRTHOSTS_", "", words.span());
        }
        if class == Class::TrustAuthMech && !macros.is_defined("_USE_AUTH_") {
            macros.set("_USE_AUTH_", "1", words.span());
        }
        self.further_lines(lines);
    }

    /// Adds a file to a class: `RELAY_DOMAIN_FILE` and its like. The text may have switches before the path and a pattern
    /// after it.
    pub fn class_file(&mut self, macros: &mut Macros<'_, '_>, class: Class, file: &Text, statement: &str) {
        let text = macros.expand(file);
        let mut lines = text.lines().into_iter();
        let text = lines.next().map(|line| line.as_str().to_owned()).unwrap_or_default();
        let class_file = ClassFile { text };
        if class_file.path().is_empty() {
            self.report(
                Diagnostic::error("missing_argument", format!("{statement} without a file name"))
                    .at(file.span(), "expected a path")
                    .why("sendmail refuses to start with a class file that has no name")
                    .help(format!("write {statement}(`/etc/mail/file'), or remove it")),
            );
        }
        if class == Class::VirtualHost {
            macros.set("_VIRTHOSTS_", "", file.span());
        }
        self.classes.files.entry(class).or_default().push(Setting::set(class_file, file.span()));
        self.further_lines(lines);
    }

    /// Lines after the first of an argument that goes into a class line: raw lines, whatever was meant.
    fn further_lines(&mut self, lines: impl Iterator<Item = Text>) {
        for line in lines {
            self.raw_text(RawSection::Classes, &line);
        }
    }

    /// `MASQUERADE_AS`.
    pub fn masquerade_as(&mut self, macros: &mut Macros<'_, '_>, name: &Text) {
        let value = macros.expand(name).with_span(name.span());
        macros.define("MASQUERADE_NAME", value);
    }

    /// `DAEMON_OPTIONS`.
    pub fn daemon_options(&mut self, options: &Text) {
        self.daemons.push(options.clone());
    }

    /// `CLIENT_OPTIONS`.
    pub fn client_options(&mut self, options: &Text) {
        self.clients.push(options.clone());
    }

    /// `MAIL_FILTER`: a milter that is known, but not asked unless `confINPUT_MAIL_FILTERS` names it.
    pub fn mail_filter(&mut self, macros: &mut Macros<'_, '_>, name: &Text, equates: &Text) {
        self.milters.push((macros.expand(name), equates.clone()));
    }

    /// `INPUT_MAIL_FILTER`: a milter that is asked for every message.
    pub fn input_mail_filter(&mut self, macros: &mut Macros<'_, '_>, name: &Text, equates: &Text) {
        self.mail_filter(macros, name, equates);
        if self.milters.len() > MAX_LISTED_MILTERS {
            return;
        }
        let mut list = Text::empty(name.span());
        if let Some(so_far) = macros.definition("confINPUT_MAIL_FILTERS").filter(|text| !text.is_empty()) {
            list.push(&so_far);
            list.push_computed(", ", name.span());
        }
        list.push(name);
        macros.define("confINPUT_MAIL_FILTERS", list);
    }

    /// `QUEUE_GROUP`.
    pub fn queue_group(&mut self, macros: &mut Macros<'_, '_>, name: &Text, equates: &Text) {
        self.queue_groups.push((macros.expand(name), equates.clone()));
    }

    /// What the reference says of a raw ruleset that stands before the mailers.
    pub fn raw_hook(&mut self, macros: &mut Macros<'_, '_>, name: &str, span: Span) {
        if RawSection::of_hook(name).is_none() || macros.is_defined("_MAILER_DEFINED_") {
            return;
        }
        self.report(
            Diagnostic::warning("hook_before_mailer", format!("{name} comes before MAILER"))
                .at(span, "too early")
                .why("by convention, rulesets come after the mailers; their decisions do not depend on the order")
                .help(format!("move {name} with its rules to the end of the file"))
                .reference(format!("*** WARNING: MAILER() should be before {name}\n")),
        );
    }

    /// `VERSIONID`: a comment that says which version of the source this is.
    pub fn version_id(&mut self, text: &Text) {
        self.version_ids.push(text.spanned());
    }
}
