//! Configurations that are open relays although they look closed, and similar ones that are closed.

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use relaycc::{
        audit::{Audited, audit},
        catalog::table::TableKind,
        diagnostic::Severity,
        dialogue::simulate_smtp,
        emit::{cf, tables},
        explain::Assumed,
        front::{self, Input, Syntax},
        map::Format,
        rewrite::{Host, Services, Session, load},
        source::{MemoryFiles, NoFiles, Sources},
    };

    /// Codes of the findings, with severity and the text of their place.
    fn found(name: &str, text: &str, files: &[(&str, &str)]) -> Vec<(&'static str, Severity, String)> {
        let input = Input { name, bytes: text.as_bytes(), syntax: Syntax::of(name).unwrap() };
        let compiled = front::compile(&input, &NoFiles);
        let site = compiled.site.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
        let given = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let access = site
            .declared_tables()
            .filter(|table| table.kind == TableKind::Access)
            .map(|table| (PathBuf::from("/etc/mail/access.db"), tables::map_file(&table, Format::Hash).unwrap()));
        let files = MemoryFiles(given.chain(access).collect());
        let document = cf::emit(&site);
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", document.to_string());
        let host = Host { name: "relay.example.com".into(), addresses: vec!["192.0.2.25".parse().unwrap()] };
        let program = load(&sources, source, &host, &files).program;
        let services = Services { files: &files, resolver: &Assumed };
        let mut ask = |question: &_| simulate_smtp(&mut Session::new(&program, services), question);
        let found = audit(&Audited { site: &site, document: &document, program: &program }, &mut ask);
        let place = |span| compiled.sources.snippet(span).lines().next().unwrap_or_default().to_owned();
        found.iter().map(|one| (one.code, one.severity, one.span().map_or(String::new(), place))).collect()
    }

    fn mc(statements: &str, raw: &str) -> String {
        format!("OSTYPE(`linux')\n{statements}\nLOCAL_DOMAIN(`example.com')\nMAILER(`local')\nMAILER(`smtp')\n{raw}\n")
    }

    /// The only finding in a site.
    fn only(statements: &str, raw: &str) -> (&'static str, Severity, String) {
        let mut found = found("site.mc", &mc(statements, raw), &[]);
        assert_eq!(found.len(), 1, "{statements}{raw}: {found:?}");
        found.remove(0)
    }

    fn nothing(statements: &str, raw: &str) {
        assert_eq!(found("site.mc", &mc(statements, raw), &[]), [], "{statements}{raw}");
    }

    fn hook(rules: &str) -> String {
        format!("LOCAL_RULESETS\nSLocal_check_rcpt\n{rules}")
    }

    /// Sendmail puts the first label of the host's name into class w, and `mx` is a country, too.
    #[test]
    fn a_host_named_like_a_top_level_domain_is_no_finding() {
        let named = |name: &str| format!("define(`confDOMAIN_NAME', `{name}.example.com')");
        for name in ["mx", "pm", "com"] {
            nothing(&named(name), "");
        }
        let (code, _, place) = only(&named("mx"), "LOCAL_CONFIG\nCwmx");
        assert_eq!((code, place.as_str()), ("top_level_domain", "Cwmx"));
    }

    #[test]
    fn hooks_that_accept_what_strangers_choose_are_open_relays() {
        for rules in [
            "R$*\t$#OK",
            "R$*\t$: $&s\nR$+ . example . org\t$#OK",
            "R$*\t$: $&s\nRfriend\t$#OK",
            "R$*\t$: $&f\nR$+ @ partner . example\t$#OK",
            "R$*\t$: $&f\nR$*\t$: $1\nRsales @ $+\t$#OK",
            "R$*\t$: $&{mail_from}\nR<>\t$#OK",
            "R$*\t$: $&{client_resolve}\nROK\t$#OK",
            "R$*\t$: $&{client_resolve}\nRFORGED\t$#OK",
            "R$*\t$: $&{client_ptr}\nR$+ . partner . example\t$#OK",
            "R$*\t$: $&{client_name}\nR$+ . com\t$#OK",
            "R$*\t$: $&{client_addr}\nR10 . $+\t$#OK",
            "R$*\t$: $&{client_addr}\nR203 . 0 . $+\t$#OK",
            "R$*\t$: $&{client_addr}\nRIPv6 : $+\t$#OK",
            "R$*\t$: $&{daemon_name}\nRMTA\t$#OK",
            "R$*\t$: $1 $| $&s\nR$* $| friend\t$#OK",
            "R$*\t$: $>CanonAddr $&f\nR$* < @ partner . example . > $*\t$#OK",
            "R$*\t$: $&{client_addr}\nR192.168.$+\t$#RELAY",
            "R$*\t$: $>Mine $1\nSMine\nR$*\t$#OK",
        ] {
            let (code, severity, place) = only("", &hook(rules));
            let accepting = rules.lines().last().unwrap();
            assert_eq!((code, severity, place.as_str()), ("open_relay", Severity::Error, accepting), "{rules}");
        }
    }

    #[test]
    fn hooks_that_ask_for_what_strangers_cannot_choose_are_none() {
        for rules in [
            "R$*\t$: $1 $| $&{auth_type}\nR$* $| $+\t$#OK",
            "R$*\t$: $&{verify}\nROK\t$#OK",
            "R$*\t$: $&{client_name}\nR$+ . example . com\t$#OK",
            "R$*\t$#error $@ 5.7.1 $: \"550 closed\"",
            "R< $+ @ partner . example >\t$#error $@ 5.7.1 $: \"550 closed\"",
            "R$*\t$: $&s\nRfriend\t$#error $@ 5.7.1 $: \"550 closed\"",
            "R$*\t$: $1\nR$*\t$@ $1",
            // The null sender is empty in this macro.
            "R$*\t$: $&f\nR<>\t$#OK",
        ] {
            nothing("", &hook(rules));
        }
    }

    #[test]
    fn hooks_that_accept_hosts_of_another_domain_are_mentioned() {
        let (code, severity, place) = only("", &hook("R$*\t$: $&{client_name}\nR$+ . partner . example\t$#OK"));
        assert_eq!((code, severity), ("local_check_relays", Severity::Advice));
        assert_eq!(place, "R$+ . partner . example\t$#OK");
    }

    /// Nobody else can have the address of one host, so it is no open relay, unlike a network.
    #[test]
    fn hosts_that_a_rule_names_by_their_address_are_mentioned() {
        for (map, rules) in [
            ("", "R$*\t$: $&{client_addr}\nR10.1.2.3\t$#OK"),
            ("LOCAL_CONFIG\nC{Ours}198.51.100.7\n", "R$*\t$: $&{client_addr}\nR$={Ours}\t$#OK"),
        ] {
            let (code, severity, place) = only("", &format!("{map}{}", hook(rules)));
            let accepting = rules.lines().last().unwrap();
            assert_eq!(
                (code, severity, place.as_str()),
                ("local_check_relays", Severity::Advice, accepting),
                "{rules}"
            );
        }
    }

    #[test]
    fn expressions_that_strangers_can_fit_are_open_relays() {
        for (expression, value) in
            [("^friend", "$&s"), ("trusted\\.example$", "$&f"), ("partner\\.test$", "$&{client_ptr}")]
        {
            let map = format!("LOCAL_CONFIG\nKfits regex -a@MATCH {expression}\n");
            let rules = format!("R$*\t$: $(fits {value} $)\nR$* @MATCH\t$#OK");
            let (code, severity, place) = only("", &format!("{map}{}", hook(&rules)));
            assert_eq!((code, severity, place.as_str()), ("open_relay", Severity::Error, "R$* @MATCH\t$#OK"), "{map}");
        }
        let map = "LOCAL_CONFIG\nKfits regex -a@MATCH ^friend\n";
        nothing("", &format!("{map}{}", hook("R$*\t$: $(fits $&s $)\nR$* @MATCH\t$#error $@ 5.7.1 $: \"550 no\"")));
        nothing("", &format!("{map}{}", hook("R$*\t$: $(fits $&{auth_authen} $)\nR$* @MATCH\t$#OK")));
    }

    #[test]
    fn the_rule_that_accepts_is_shown_where_checks_are_delayed() {
        let statements = "FEATURE(`access_db')\nFEATURE(`delay_checks')";
        assert_eq!(only(statements, &hook("R$*\t$#OK")), ("open_relay", Severity::Error, "R$*\t$#OK".to_owned()));
    }

    #[test]
    fn networks_that_are_larger_than_a_site_are_told() {
        let access = |key: &str| {
            let head = "ostype = \"linux\"\nmailer = [\"local\", \"smtp\"]\n[feature]\naccess_db = true\n";
            let found = found("site.toml", &format!("{head}[access]\n\"{key}\" = \"RELAY\"\n"), &[]);
            found.into_iter().map(|(code, severity, _)| (code, severity)).collect::<Vec<_>>()
        };
        for key in ["Connect:IPv6", "connect:IPv6:", "IPv6"] {
            assert_eq!(access(key), [("open_relay", Severity::Error)], "{key}");
        }
        for key in ["Connect:2", "198", "Connect:IPv6:2001"] {
            assert_eq!(access(key), [("wide_network", Severity::Warning)], "{key}");
        }
        for key in ["Connect:10", "127", "Connect:192.0", "To:2", "Connect:IPv6:2001:db8", "Connect:IPv6:fd00"] {
            assert_eq!(access(key), [], "{key}");
        }
        assert_eq!(only("RELAY_DOMAIN(`2')", ""), ("wide_network", Severity::Warning, "2".to_owned()));
        nothing("RELAY_DOMAIN(`10 192.168')", "");
    }

    #[test]
    fn classes_that_let_strangers_in_are_told_whatever_fills_them() {
        for (statements, raw, code, place) in [
            ("VIRTUSER_DOMAIN(`org')", "", "top_level_domain", "org"),
            ("", "LOCAL_CONFIG\nCR com", "top_level_domain", "CR com"),
            ("", "LOCAL_CONFIG\nC{R}example.org com", "top_level_domain", "C{R}example.org com"),
            ("", "LOCAL_CONFIG\nD{X}com\nCR ${X}", "top_level_domain", "CR ${X}"),
            ("", "LOCAL_CONFIG\nC{X}com\nCR $={X}", "top_level_domain", "CR $={X}"),
            ("", "LOCAL_CONFIG\nC{X}org\nC{Y}$={X}\nCR $={Y}", "top_level_domain", "CR $={Y}"),
            ("", "LOCAL_CONFIG\nC{Long}com\nC{R}$={Long}", "top_level_domain", "C{R}$={Long}"),
            ("", "LOCAL_CONFIG\nD{X}com\nD{Y}${X}\nCR ${Y}", "top_level_domain", "CR ${Y}"),
            ("MASQUERADE_AS(`com')", "LOCAL_CONFIG\nCR $M", "top_level_domain", "CR $M"),
            ("FEATURE(`relay_entire_domain')", "LOCAL_CONFIG\nD{X}net\nCm${X}", "top_level_domain", "Cm${X}"),
            ("FEATURE(`virtusertable')", "LOCAL_CONFIG\nC{VirtHost} com", "top_level_domain", "C{VirtHost} com"),
            ("", "LOCAL_CONFIG\nCR 8", "wide_network", "CR 8"),
            ("", "LOCAL_CONFIG\nCR IPv6", "open_relay", "CR IPv6"),
            ("", "LOCAL_CONFIG\nCR example.org\n com", "top_level_domain", "CR example.org"),
            ("", "LOCAL_CONFIG\nCw com", "top_level_domain", "Cw com"),
            ("FEATURE(`relay_entire_domain')", "LOCAL_CONFIG\nCm org", "top_level_domain", "Cm org"),
            ("RELAY_DOMAIN(`IPv6: 2001:db8')", "", "open_relay", "IPv6:"),
        ] {
            let all = found("site.mc", &mc(statements, raw), &[]);
            let is_told = |(found, _, at): &(&str, _, String)| *found == code && at.trim_matches(['`', '\'']) == place;
            assert!(all.iter().any(is_told), "{statements}{raw}: {all:?}");
        }
        nothing(
            "RELAY_DOMAIN(`IPv6:2001:db8')\nTRUST_AUTH_MECH(`PLAIN LOGIN')",
            "LOCAL_CONFIG\nCR example.org\nCm com",
        );
    }

    #[test]
    fn hubs_that_take_addresses_apart_are_told() {
        for statements in [
            "RELAY_DOMAIN(`example.org')\nFEATURE(`nopercenthack', `nospecial')",
            "RELAY_DOMAIN(`example.org')\nFEATURE(`nouucp', `nospecial')",
            "RELAY_DOMAIN(`example.org')\nFEATURE(`loose_relay_check')",
            "define(`MAIL_HUB', `hub.example.net')\nFEATURE(`nopercenthack', `nospecial')",
        ] {
            let (code, severity, _) = only(statements, "");
            assert_eq!((code, severity), ("relayed_by_hub", Severity::Warning), "{statements}");
        }
        // What names the domain does not matter.
        let toml = "ostype = \"linux\"\nmailer = [\"local\", \"smtp\"]\n[feature]\naccess_db = true\n\
                    nopercenthack = \"nospecial\"\n[access]\n\"To:example.org\" = \"RELAY\"\n";
        let all = found("site.toml", toml, &[]);
        assert!(all.iter().any(|(code, ..)| *code == "relayed_by_hub"), "{all:?}");
        nothing("RELAY_DOMAIN(`example.org')\nFEATURE(`nopercenthack', `reject')\nFEATURE(`nouucp', `reject')", "");
        nothing("FEATURE(`nopercenthack', `nospecial')\nFEATURE(`nouucp', `nospecial')", "");
    }

    #[test]
    fn rules_above_the_operators_are_refused() {
        let all = found("site.mc", &mc("", "LOCAL_CONFIG\nSMine\nR$*\t$1"), &[]);
        assert!(all.iter().any(|one| *one == ("operators_too_late", Severity::Error, "R$*\t$1".to_owned())), "{all:?}");
        nothing("", "LOCAL_RULESETS\nSMine\nR$*\t$@ $1");
    }
}
