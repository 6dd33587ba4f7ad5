//! `OSTYPE`, `DOMAIN`: what comes with the system and what several hosts share.

use super::{Environment, TREE};
use crate::{
    catalog::{
        domain::{self, DOMAINS},
        system::{self, SYSTEMS},
    },
    diagnostic::{Diagnostic, nearest},
    front::macros::Macros,
    source::{Span, Spanned},
    syntax::mc::Text,
};

impl Environment {
    /// `OSTYPE(name)`.
    pub fn ostype(&mut self, macros: &mut Macros<'_, '_>, name: &Text, span: Span) {
        let wanted = macros.expand(name).as_str().to_owned();
        if let Some(first) = macros.definition("__OSTYPE__") {
            let diagnostic = Diagnostic::warning("system_type_twice", "second system type")
                .at(span, "declared again here")
                .why("both take effect in order, and the later one wins where they differ")
                .help("keep the one of this host")
                .reference(format!("duplicate OSTYPE({wanted})\n"));
            let diagnostic = self.also_at(diagnostic, Some(first.span()), "first declared here");
            self.report(diagnostic);
        }
        macros.define("__OSTYPE__", Text::computed(wanted.clone(), name.span()).into_literal());
        self.system = Some(Spanned::new(wanted.clone(), name.span()));
        self.brought.push(span);
        Self::define_argument(macros, &[], span);
        match system::by_name(&wanted) {
            Some(system) => self.apply(macros, system.effects, &[], span),
            None => {
                let known = SYSTEMS.iter().map(|system| system.name);
                let help = match nearest(&wanted, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "see the OSTYPE names in cf/README, \"OSTYPE\"; `linux` or `debian` on Linux".into(),
                };
                self.unknown(macros, "system type", "ostype", &wanted, name.span(), help);
            }
        }
    }

    /// `DOMAIN(name)`.
    pub fn domain(&mut self, macros: &mut Macros<'_, '_>, name: &Text, span: Span) {
        let wanted = macros.expand(name).as_str().to_owned();
        self.domains.push(Spanned::new(wanted.clone(), name.span()));
        self.brought.push(span);
        Self::define_argument(macros, &[], span);
        match domain::by_name(&wanted) {
            Some(domain) => self.apply(macros, domain.effects, &[], span),
            None => {
                let help = match nearest(&wanted, DOMAINS.iter().map(|domain| domain.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write what the domain file holds into this file, in place of DOMAIN".into(),
                };
                self.unknown(macros, "domain", "domain", &wanted, name.span(), help);
            }
        }
    }

    /// Refuses something that sendmail knows and that is not supported yet.
    pub(in crate::front) fn unsupported(&mut self, kind: &str, name: &str, place: Span) {
        self.report(
            Diagnostic::error("unsupported", format!("{kind} `{name}` is not supported yet"))
                .at(place, "not supported")
                .why("its effect would be missing from the output")
                .help("leave it out, or build this site with sendmail's own tree until it is supported"),
        );
    }

    /// Refuses a name that sendmail does not know, as m4 does not find its file.
    pub(in crate::front) fn unknown(
        &mut self,
        macros: &mut Macros<'_, '_>,
        kind: &str,
        folder: &str,
        name: &str,
        place: Span,
        help: String,
    ) {
        let reference = macros.reference(&format!("cannot open `{TREE}{folder}/{name}.m4': No such file or directory"));
        let diagnostic = if name.is_empty() {
            Diagnostic::error("missing_argument", format!("missing name of the {kind}")).at(place, "expected a name")
        } else if name.contains(['\'', '"', '’', '‘', '“', '”']) {
            let bare = name.trim_matches(['\'', '"', '’', '‘', '“', '”', '`']);
            self.report(
                Diagnostic::error("straight_quotes", format!("{name} is not quoted as m4 requires"))
                    .at(place, "these quotes are part of the name")
                    .why(format!("m4 quotes are ` and ', so this asks for a {kind} whose name has quotes in it"))
                    .help(format!("write {}(`{bare}')", folder_macro(folder)))
                    .reference(reference),
            );
            return;
        } else {
            Diagnostic::error(unknown_code(folder), format!("there is no {kind} `{name}`"))
                .at(place, "not known to sendmail")
        };
        self.report(
            diagnostic
                .why("m4 reports that it cannot open the file and continues, so its effect is missing")
                .help(help)
                .reference(reference),
        );
    }
}

/// The macro that brings in the files of a folder.
fn folder_macro(folder: &str) -> String {
    folder.to_ascii_uppercase()
}

fn unknown_code(folder: &str) -> &'static str {
    match folder {
        "feature" => "unknown_feature",
        "mailer" => "unknown_mailer",
        "ostype" => "unknown_system_type",
        "domain" => "unknown_domain",
        _ => "unknown_hack",
    }
}
