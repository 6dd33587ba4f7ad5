//! `dnsbl`, `enhdnsbl` and `rhsbl`: DNS lists of clients and of senders.

use super::Run;
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::{DnsBlocklist, ListKind},
    source::Spanned,
};

impl Run<'_, '_, '_> {
    /// Adds the list that the statement names.
    pub(super) fn add_blocklist(&mut self) {
        if self.spec.name == "mtamark" {
            self.add_marks();
            return;
        }
        let kind = match self.spec.name {
            "enhdnsbl" => ListKind::Enhanced,
            "rhsbl" => ListKind::SenderDomain,
            _ => ListKind::Plain,
        };
        if kind == ListKind::Plain && !self.macros.is_defined("DNSBL_MAP") {
            let default = crate::catalog::setting::by_name("DNSBL_MAP").and_then(|s| s.default.m4());
            self.macros.set("DNSBL_MAP", &default.unwrap_or_default(), self.span);
        }
        self.environment.settle_lists(self.macros, kind);
        let server = self.value(0);
        if server.is_empty() && !self.environment.diagnostics.last().is_some_and(Diagnostic::is_error) {
            let mut diagnostic = self.missing_server();
            if kind == ListKind::SenderDomain {
                // The reference has nothing against it, and then looks up names that nobody has.
                diagnostic.severity = Severity::Warning;
            }
            self.environment.report(diagnostic);
        }
        let list = DnsBlocklist {
            kind,
            server,
            message: self.message(1),
            temporary: self.message(2),
            matches: if kind == ListKind::Enhanced { self.matches() } else { Vec::new() },
            tag: String::new(),
        };
        self.environment.blocklists.push(Spanned::new(list, self.span));
    }

    /// `mtamark`, whose answers come first and whose record has a usual name.
    fn add_marks(&mut self) {
        self.environment.settle_lists(self.macros, ListKind::MailServers);
        let record = Some(self.value(2)).filter(|record| !record.is_empty());
        let marks = DnsBlocklist {
            kind: ListKind::MailServers,
            server: record.unwrap_or_else(|| "_perm._smtp._srv".into()),
            message: self.message(0),
            temporary: self.message(1),
            matches: Vec::new(),
            tag: String::new(),
        };
        self.environment.blocklists.push(Spanned::new(marks, self.span));
    }

    /// A list that is not named.
    pub(super) fn missing_server(&self) -> Diagnostic {
        let feature = self.spec.name;
        Diagnostic::error("missing_argument", format!("`{feature}` without a DNS list"))
            .at(self.span, "expected a second argument")
            .why("there is no default list, so nothing would be looked up")
            .help(format!("write FEATURE(`{feature}', `list.example.net')"))
    }

    /// Patterns of answers that count. None given, or an empty one before others, is any answer.
    fn matches(&mut self) -> Vec<String> {
        let mut matches: Vec<String> = (3..9).map(|index| self.value(index)).collect();
        let others = matches.iter().skip(1).any(|pattern| !pattern.is_empty());
        if let Some(first) = matches.first_mut().filter(|first| first.is_empty() && others) {
            "$+".clone_into(first);
        }
        matches.retain(|pattern| !pattern.is_empty());
        matches
    }

    /// A message, which the reference passes on as an argument: its commas need quotes of their own.
    fn message(&mut self, index: usize) -> String {
        if self.is_split(index) {
            let diagnostic = Diagnostic::error("unprotected_comma", "a comma ends the message early")
                .at(self.place(index), "holds a comma that quotes do not protect")
                .why("sendmail's tree then omits the rule that rejects, and listed clients are accepted")
                .help("put a second pair of quotes around the message: ``\"550 …, …\"''");
            self.environment.report(diagnostic);
        }
        self.value(index)
    }
}
