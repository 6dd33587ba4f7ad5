//! `SITECONFIG` and `SITE`: the UUCP neighbours of this host and of others.

use super::Environment;
use crate::{
    catalog::siteconfig,
    diagnostic::{Diagnostic, nearest},
    front::macros::Macros,
    site::UucpLink,
    source::{Span, Spanned},
    syntax::mc::Text,
};

impl Environment {
    /// `SITECONFIG(file, name, class)`: the neighbours that the file lists, if one is named, are in the class.
    pub fn site_config(
        &mut self,
        macros: &mut Macros<'_, '_>,
        file: Option<&Text>,
        host: &Text,
        class: &Text,
        span: Span,
    ) {
        let (host, class) = (macros.expand(host).as_str().to_owned(), macros.expand(class).as_str().to_owned());
        let letter = class.len() == 1 && class.bytes().all(|b| b.is_ascii_alphabetic());
        if host.is_empty() || !letter {
            self.report(
                Diagnostic::error("missing_argument", "SITECONFIG needs a file, a name and a class")
                    .at(span, "not all of them are given")
                    .why("without a one-letter class, the neighbors become lines that sendmail rejects")
                    .help(
                        "write SITECONFIG(`uucp.neighbours', `thishost', `U'); see cf/README, \"SITE CONFIGURATION\"",
                    ),
            );
            return;
        }
        self.uucp.push(Spanned::new(UucpLink { class, host, neighbours: Vec::new() }, span));
        let Some(file) = file else { return };
        let wanted = macros.expand(file).as_str().to_owned();
        match siteconfig::by_name(&wanted) {
            Some(known) => {
                for (names, kind) in known.sites {
                    self.neighbours(names, kind);
                }
            }
            None => {
                let known = siteconfig::FILES.iter().map(|file| file.name);
                let help = match nearest(&wanted, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name the neighbours with SITE after it".into(),
                };
                self.report(
                    Diagnostic::warning("unknown_siteconfig", format!("unknown file of neighbors `{wanted}`"))
                        .at(file.span(), "not known to sendmail")
                        .why("sendmail's tree silently continues without it")
                        .help(help),
                );
            }
        }
    }

    /// `SITE(names, kind)`: neighbours on the link that was declared last. Of kind `S` they take several recipients at a
    /// time.
    pub fn site_names(&mut self, macros: &mut Macros<'_, '_>, names: &Text, kind: &Text, span: Span) {
        if self.uucp.is_empty() {
            self.report(
                Diagnostic::error("site_without_siteconfig", "SITE comes before any SITECONFIG")
                    .at(span, "neighbours on no link")
                    .why("SITECONFIG defines their link; without it, sendmail reads the line as a ruleset")
                    .help("write SITECONFIG(`uucp.neighbours', `thishost', `U') above it"),
            );
            return;
        }
        let (names, kind) = (macros.expand(names), macros.expand(kind));
        self.neighbours(names.as_str(), kind.as_str());
    }

    fn neighbours(&mut self, names: &str, kind: &str) {
        if let Some(link) = self.uucp.last_mut() {
            let class = if kind == "S" && link.value.class == "U" { "Y" } else { &link.value.class };
            link.value.neighbours.push((class.to_owned(), names.to_owned()));
        }
    }
}

/// `UUCPSMTP(host, domain)`: the rule, for ruleset 3, that makes a domain of a UUCP host.
pub fn uucp_rule(host: &str, domain: &str) -> String {
    format!("R$* < @ {host} .UUCP > $*\t$1 < @ {domain} > $2")
}
