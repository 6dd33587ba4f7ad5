//! `HACK`: what comes with sendmail's tree, and is not supported there either.

use super::Environment;
use crate::{
    catalog::{
        feature::When,
        hack::{self, HACKS, HackSpec, NULL_CLIENT_HOST, NULL_CLIENT_REST},
    },
    diagnostic::{Diagnostic, nearest},
    front::{features::splits, macros::Macros},
    site::{DnsBlocklist, Hack, HackKind, ListKind},
    source::{Span, Spanned},
    syntax::mc::Text,
};

impl Environment {
    /// `HACK(name, args…)`.
    pub fn hack(&mut self, macros: &mut Macros<'_, '_>, name: &Text, args: &[Text], span: Span) {
        let wanted = macros.expand(name).as_str().to_owned();
        let Some(spec) = hack::by_name(&wanted) else {
            let help = match nearest(&wanted, HACKS.iter().map(|hack| hack.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write what the hack file holds into this file, in place of HACK".into(),
            };
            self.unknown(macros, "hack", "hack", &wanted, name.span(), help);
            return;
        };
        Self::define_arguments(macros, args, span);
        self.brought.push(span);
        self.hacks_asked.entry(spec.name).or_insert(span);
        self.hack_notice(macros, spec, args, span);
        self.apply(macros, spec.effects, args, span);
        if let Some((setting, word)) = spec.extends {
            let mut text = macros.definition(setting).unwrap_or_else(|| Text::empty(span));
            if macros.is_defined(setting) {
                text.push_computed(",", span);
            }
            text.push_computed(word, span);
            macros.define(setting, text);
        }
        match spec.name {
            "cssubdomain" => self.hack_rules(HackKind::Subdomains, span),
            "debian_auth" => {
                let logged = macros.is_defined("DEBIAN_DEBUG");
                self.hack_rules(HackKind::TrustedUsers { logged }, span);
            }
            "dnsblaccess" => self.list_by_access(macros, args, span),
            "msp_nullclient" => {
                self.local_listener(span);
                self.apply(macros, NULL_CLIENT_HOST, args, span);
                self.submission_status_file(macros, "/var/run/sm-client.st", span);
                self.submission_queue(macros, span);
                self.submission_pid_file(macros, span);
                self.apply(macros, NULL_CLIENT_REST, args, span);
            }
            "spamtrap" => self.hack_rules(HackKind::SpamTrap, span),
            "xconnect" => self.hack_rules(HackKind::Connect, span),
            _ => {}
        }
        self.excess_hack_arguments(spec, args);
    }

    /// Notes a hack that is rules. A second time it adds nothing.
    fn hack_rules(&mut self, kind: HackKind, span: Span) {
        if !self.hacks.iter().any(|hack| hack.value.kind.name() == kind.name()) {
            self.hacks.push(Spanned::new(Hack { kind, raw_before: 0 }, span));
        }
    }

    /// Says what the reference says of a hack that lacks something.
    fn hack_notice(&mut self, macros: &mut Macros<'_, '_>, spec: &HackSpec, args: &[Text], span: Span) {
        let Some(notice) = spec.notice else { return };
        let name = spec.name;
        let diagnostic = match notice.when {
            When::Without(mark) if !macros.is_defined(mark) => {
                Diagnostic::error("requires_feature", format!("`{name}` needs `access_db` before it"))
                    .at(span, "asked for here")
                    .why("it uses the access map, which `access_db` declares")
                    .help("write FEATURE(`access_db') above it")
            }
            When::Missing if args.first().is_none_or(Text::is_empty) => {
                Diagnostic::error("missing_argument", format!("`{name}` without a host"))
                    .at(span, "expected a second argument")
                    .why("all mail goes to that host")
                    .help(format!("write HACK(`{name}', `mailhub.example.com')"))
            }
            _ => return,
        };
        self.report(diagnostic.reference(notice.text));
    }

    /// `dnsblaccess`: the list, and what its answers are looked up under.
    fn list_by_access(&mut self, macros: &mut Macros<'_, '_>, args: &[Text], span: Span) {
        self.settle_lists(macros, ListKind::ByAccess);
        let mut given = |index: usize| args.get(index).map(|arg| macros.expand(arg).as_str().to_owned());
        let server = given(0).filter(|server| !server.is_empty());
        let (message, temporary) = (given(1).unwrap_or_default(), given(2).unwrap_or_default());
        let tag = given(3).filter(|tag| !tag.is_empty()).unwrap_or_else(|| hack::DEFAULT_TAG.into());
        if server.is_none() {
            self.report(
                Diagnostic::warning("missing_argument", "`dnsblaccess` without a DNS list")
                    .at(span, "expected a second argument")
                    .why(format!("it then queries `{}`, which has not answered for years", hack::DEFAULT_LIST))
                    .help("write HACK(`dnsblaccess', `list.example.net')"),
            );
        }
        for arg in args.iter().skip(1).take(2).filter(|arg| splits(arg)) {
            self.report(
                Diagnostic::error("unprotected_comma", "a comma ends the message early")
                    .at(arg.span(), "holds a comma that quotes do not protect")
                    .why("sendmail's tree passes it on as two arguments and writes a different message")
                    .help("put a second pair of quotes around the message: ``\"550 …, …\"''"),
            );
        }
        let list = DnsBlocklist {
            kind: ListKind::ByAccess,
            server: server.unwrap_or_else(|| hack::DEFAULT_LIST.into()),
            message,
            temporary,
            matches: Vec::new(),
            tag,
        };
        self.blocklists.push(Spanned::new(list, span));
    }

    /// Arguments that the hack does not look at. A lone `dnl` is what distributions have in their files.
    fn excess_hack_arguments(&mut self, spec: &HackSpec, args: &[Text]) {
        let known = spec.arguments.len();
        let mut rest = args.iter().skip(known);
        let Some(extra) = rest.find(|arg| !matches!(arg.as_str(), "" | "dnl")) else { return };
        let takes = match known {
            0 => "no argument".to_owned(),
            1 => "one argument".to_owned(),
            n => format!("{n} arguments"),
        };
        self.report(
            Diagnostic::warning("excess_argument", format!("`{}` takes {takes}", spec.name))
                .at(extra.span(), "has no effect")
                .why("sendmail's tree ignores arguments that a hack does not take")
                .help("remove it"),
        );
    }
}
