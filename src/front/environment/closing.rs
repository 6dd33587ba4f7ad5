//! What is found at the end of the run: the checks of the reference's last step, in its order.

use super::Environment;
use crate::{
    catalog::{option, table::TableKind},
    diagnostic::Diagnostic,
    front::{features::open_relay, macros::Macros},
    site::{Class, HackKind, ListKind, network},
    source::Span,
    syntax::mc::Text,
};

impl Environment {
    /// A system type that is there and empty, as in the configuration of a mail submission program, which needs none.
    fn empty_system_type(&mut self, macros: &mut Macros<'_, '_>) {
        let Some(system) = macros.expanded("__OSTYPE__").filter(|text| text.is_empty()) else { return };
        let place = system.span();
        let within = |by: &Span| by.source == place.source && by.start <= place.start && place.end <= by.end;
        // An OSTYPE that names nothing has been told of.
        if self.submission.is_some() || self.brought.iter().any(within) {
            return;
        }
        self.report(
            Diagnostic::warning("empty_system_type", "this site has no system type")
                .at(place, "declared as none")
                .why("paths and mailer flags then have sendmail's own defaults, which suit no current system")
                .help(
                    "name the system, as in OSTYPE(`linux'); only a mail submission program (`msp`) does not need one",
                ),
        );
    }

    /// Ends the run: declares what a site has without saying so, and checks the whole. `end` is the end of the source.
    pub fn close(&mut self, macros: &mut Macros<'_, '_>, end: Span) {
        if !macros.is_defined("_MAILER_local_") {
            self.default_mailer(macros);
        }
        if !macros.is_defined("__OSTYPE__") {
            self.report(
                Diagnostic::error("no_system_type", "no system type is declared")
                    .at(end, "the file ends without OSTYPE")
                    .why("paths and mailer flags depend on the system, and sendmail's own defaults suit no current one")
                    .help("write OSTYPE(`linux'), or the name of your system, above the first FEATURE")
                    .reference("*** ERROR: No system type defined (use OSTYPE macro)\n"),
            );
        }
        self.empty_system_type(macros);
        self.message_timeout(macros);
        for name in OUT_OF_DATE {
            if name == "confAUTO_REBUILD" {
                self.ldap_server(macros);
            }
            self.out_of_date(macros, name);
        }
        self.old_port_options(macros);
        self.deferred_delivery(macros);
        self.relaying_by_hand(macros);
        self.sender_domains(macros);
        self.friends_and_haters(macros);
        self.sender_lists(macros);
        self.hack_needs(macros);
        self.relay_file(macros);
        self.networks();
    }

    /// LDAP routing by its usual maps, which say nothing of the server.
    fn ldap_server(&mut self, macros: &mut Macros<'_, '_>) {
        if macros.is_defined("confLDAP_DEFAULT_SPEC") || !macros.is_defined("_LDAP_ROUTING_WARN_") {
            return;
        }
        let place = macros.definition("_LDAP_ROUTING_WARN_").map(|text| text.span());
        let diagnostic = Diagnostic::warning("ldap_server", "`ldap_routing` without an LDAP server")
            .why("its default maps name neither a server nor a base, so sendmail uses the defaults of its LDAP library")
            .help("define `confLDAP_DEFAULT_SPEC`, such as `-h ldap.example.net -b dc=example,dc=net`")
            .reference(
                "\nWARNING: Using default FEATURE(ldap_routing) map definition(s)\nwithout setting \
                 confLDAP_DEFAULT_SPEC option.\n",
            );
        let diagnostic = self.also_at(diagnostic, place, "asked for here");
        self.report(diagnostic);
    }

    /// `confMESSAGE_TIMEOUT`, `return/warn`, stands for two of today's options.
    fn message_timeout(&mut self, macros: &mut Macros<'_, '_>) {
        let Some(value) = macros.expanded("confMESSAGE_TIMEOUT") else { return };
        let set = |macros: &mut Macros<'_, '_>, name: &str, text: &str| {
            macros.define(name, Text::computed(text, value.span()));
        };
        match value.as_str().split_once('/') {
            Some((bounce, warn)) => {
                set(macros, "confTO_QUEUERETURN", bounce);
                set(macros, "confTO_QUEUEWARN", warn);
            }
            None => set(macros, "confTO_QUEUERETURN", value.as_str()),
        }
    }

    /// Says what the reference says of an option that a site should not set.
    fn out_of_date(&mut self, macros: &mut Macros<'_, '_>, name: &str) {
        let Some(spec) = option::by_name(name) else { return };
        let Some(value) = macros.expanded(name) else { return };
        let Some(text) = spec.notice.text(Some(value.as_str())) else { return };
        let diagnostic = Diagnostic::warning("obsolete_option", format!("`{name}` is out of date"))
            .why(format!("sendmail no longer has this option. {}", spec.help))
            .help(instead(name))
            .reference(text);
        let diagnostic = self.also_at(diagnostic, Some(value.span()), "set here");
        self.report(diagnostic);
    }

    /// `confDAEMON_OPTIONS` and `confCLIENT_OPTIONS` still count, after the statements that replaced them.
    fn old_port_options(&mut self, macros: &mut Macros<'_, '_>) {
        if let Some(text) = macros.definition("confDAEMON_OPTIONS").filter(|text| !text.is_empty()) {
            self.daemon_options(&text);
        }
        if let Some(text) = macros.definition("confCLIENT_OPTIONS").filter(|text| !text.is_empty()) {
            self.client_options(&text);
        }
    }

    fn deferred_delivery(&mut self, macros: &mut Macros<'_, '_>) {
        let Some(mode) = macros.expanded("confDELIVERY_MODE").filter(|mode| mode.as_str().starts_with('d')) else {
            return;
        };
        let diagnostic = Diagnostic::warning("deferred_delivery", "mail is accepted unchecked in deferred mode")
            .why("in deferred mode, sendmail looks nothing up, so the rules against unwanted mail cannot decide")
            .help("use `background` or `queueonly` on a host that receives mail from other hosts")
            .reference("WARNING: Antispam rules not available in deferred delivery mode.\n");
        let diagnostic = self.also_at(diagnostic, Some(mode.span()), "deferred delivery is chosen here");
        self.report(diagnostic);
    }

    /// What features define that let strangers relay, defined by hand: said as of the feature.
    fn relaying_by_hand(&mut self, macros: &mut Macros<'_, '_>) {
        for (mark, feature) in
            [("_PROMISCUOUS_RELAY_", "promiscuous_relay"), ("_RELAY_LOCAL_FROM_", "relay_local_from")]
        {
            if let Some(asked) = macros.definition(mark)
                && !self.features.contains_key(feature)
            {
                self.report(open_relay(feature, asked.span()));
            }
        }
    }

    fn sender_domains(&mut self, macros: &mut Macros<'_, '_>) {
        if !macros.is_defined("_RELAY_LOCAL_FROM_") || macros.is_defined("_RELAY_DB_FROM_") {
            return;
        }
        let Some(asked) = macros.definition("_RELAY_DB_FROM_DOMAIN_") else { return };
        let diagnostic =
            Diagnostic::error("relay_mail_from_domain", "sender domains are looked up only with `relay_mail_from`")
                .why("without that feature, the definition has no effect")
                .help("write FEATURE(`relay_mail_from', `domain') instead of the definition")
                .reference("*** ERROR: _RELAY_DB_FROM_DOMAIN_ requires _RELAY_DB_FROM_\n");
        let diagnostic = self.also_at(diagnostic, Some(asked.span()), "defined here");
        self.report(diagnostic);
    }

    fn friends_and_haters(&mut self, macros: &mut Macros<'_, '_>) {
        let Some(asked) = macros.definition("_DELAY_CHECKS_") else { return };
        let place = macros.definition("_SPAM_FH_").map_or(asked.span(), |text| text.span());
        if macros.is_defined("_SPAM_FH_") && !macros.is_defined("_ACCESS_TABLE_") {
            let diagnostic = Diagnostic::error("requires_feature", "`delay_checks` with an argument needs `access_db`")
                .why("friends and haters are entries of the access map with the tag `Spam:`")
                .help("write FEATURE(`access_db'), or leave out the argument")
                .reference("*** ERROR: FEATURE(`delay_checks', `argument') requires FEATURE(`access_db')\n");
            let diagnostic = self.also_at(diagnostic, Some(place), "asked for here");
            self.report(diagnostic);
        }
        if macros.is_defined("_SPAM_FRIEND_") && macros.is_defined("_SPAM_HATER_") {
            let diagnostic = Diagnostic::error("friend_and_hater", "`delay_checks` is given both `friend` and `hater`")
                .why("`friend` exempts listed recipients, `hater` all others")
                .help("choose one of them")
                .reference("*** ERROR: define either Hater or Friend -- not both.\n");
            let diagnostic = self.also_at(diagnostic, Some(place), "asked for here");
            self.report(diagnostic);
        }
    }

    /// `rhsbl`, whose rules search the access map.
    fn sender_lists(&mut self, macros: &mut Macros<'_, '_>) {
        let list = self.blocklists.iter().find(|list| list.value.kind == ListKind::SenderDomain);
        let Some(place) = list.map(|list| list.span).filter(|_| !macros.is_defined("_ACCESS_TABLE_")) else { return };
        self.report(
            Diagnostic::warning("rhsbl_without_access", "`rhsbl` needs `access_db`")
                .at(place, "searches the access map first")
                .why("sendmail does not find the ruleset that searches the access map, and rejects every sender with a domain")
                .help("write FEATURE(`access_db') above it"),
        );
    }

    /// Hacks whose rules search what must be there by the end.
    fn hack_needs(&mut self, macros: &mut Macros<'_, '_>) {
        let mut found = Vec::new();
        for hack in &self.hacks {
            match hack.value.kind {
                HackKind::SpamTrap if !macros.is_defined("_ACCESS_TABLE_") => found.push(
                    Diagnostic::warning("spamtrap_without_access", "`spamtrap` needs `access_db`")
                        .at(hack.span, "searches the access map")
                        .why("sendmail does not find the ruleset that searches the access map, and reports an error for every recipient")
                        .help("write FEATURE(`access_db')"),
                ),
                HackKind::TrustedUsers { logged: true } => {
                    let declared = self.raw.values().flatten().any(|raw| raw.text.starts_with("Klog "));
                    found.extend((!declared).then(|| {
                        Diagnostic::warning("undefined_map", "unknown map `log`")
                            .at(hack.span, "asked for here, by `DEBIAN_DEBUG`")
                            .why("sendmail reports an error at each lookup, and nothing is logged")
                            .help("declare it: a line `Klog syslog` under `LOCAL_CONFIG`")
                    }));
                }
                HackKind::Subdomains
                | HackKind::TrustedUsers { logged: false }
                | HackKind::SpamTrap
                | HackKind::Connect => {}
            }
        }
        self.diagnostics.extend(found);
    }

    /// `confCR_FILE`, where the site itself sets it.
    fn relay_file(&mut self, macros: &mut Macros<'_, '_>) {
        let Some(file) = macros.definition("confCR_FILE") else { return };
        let Some(place) = self.written(file.span()).filter(|place| !self.brought.contains(place)) else { return };
        self.report(
            Diagnostic::advice("deprecated_option", "`confCR_FILE` is deprecated")
                .at(place, "set here")
                .why("it takes a single file, which replaces the default one")
                .help(format!("write RELAY_DOMAIN_FILE(`{}')", file.as_str())),
        );
    }

    /// Relay domains and access keys that look like networks and are none.
    fn networks(&mut self) {
        let mut found = Vec::new();
        for member in self.classes.members(Class::Relay) {
            found.extend(network::check(&member.value).map(|problem| {
                match problem {
                    // Class members are matched by their parts from the first on, and a dot is a part like any other.
                    network::Malformed::TrailingDot => {
                        Diagnostic::warning("malformed_network", format!("`{}` {}", member.value, problem.message()))
                            .at(member.span, "a dot too many")
                            .why("it matches here, but the same key in the access map never would")
                            .help(problem.help(&member.value))
                    }
                    _ => malformed(&member.value, member.span, problem, "a client in that network cannot relay"),
                }
            }));
        }
        for entry in self.entries.get(&TableKind::Access).into_iter().flatten() {
            if let Some(problem) = network::check(entry.subject()) {
                found.push(malformed(entry.subject(), entry.key.span, problem, "no client is ever found by this key"));
            }
        }
        self.diagnostics.extend(found);
    }
}

fn malformed(name: &str, span: Span, problem: network::Malformed, why: &str) -> Diagnostic {
    Diagnostic::error("malformed_network", format!("`{name}` {}", problem.message()))
        .at(span, "not a network that sendmail matches")
        .why(why)
        .help(problem.help(name))
}

/// Options that the reference complains about, in the order in which it comes to them.
const OUT_OF_DATE: [&str; 7] = [
    "confDEF_GROUP_ID",
    "confREAD_TIMEOUT",
    "confMIN_FREE_BLOCKS",
    "confAUTO_REBUILD",
    "confDAEMON_OPTIONS",
    "confCLIENT_OPTIONS",
    "confUNSAFE_GROUP_WRITES",
];

/// What to do instead.
fn instead(name: &str) -> &'static str {
    match name {
        "confDEF_GROUP_ID" => "use `confDEF_USER_ID` with `user:group`",
        "confREAD_TIMEOUT" => "use the `confTO_…` option of the command that you mean",
        "confMIN_FREE_BLOCKS" => "keep the first number, and set `confMAX_MESSAGE_SIZE` to the second",
        "confDAEMON_OPTIONS" => "write DAEMON_OPTIONS(`…')",
        "confCLIENT_OPTIONS" => "write CLIENT_OPTIONS(`…')",
        "confUNSAFE_GROUP_WRITES" => "use `confDONT_BLAME_SENDMAIL`, and name what is to be allowed",
        _ => "remove it",
    }
}
