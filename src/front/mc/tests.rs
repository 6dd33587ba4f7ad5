//! What each statement of a `.mc` makes of a site.

use crate::{
    front::{Compiled, Input, Syntax, compile},
    site::{AddDomain, Class, MailFromRelay, Nouucp, PercentHack, RawSection, Site, SpamRecipients},
    source::{NoFiles, Sources, Span},
};

fn compiled(text: &str) -> Compiled {
    compile(&Input { name: "site.mc", bytes: text.as_bytes(), syntax: Syntax::Mc }, &NoFiles)
}

/// The site of these statements on Linux.
fn made(statements: &str) -> (Site, Sources) {
    let Compiled { site, diagnostics, sources, .. } =
        compiled(&format!("OSTYPE(`linux')\n{statements}\nMAILER(`smtp')\n"));
    (site.unwrap_or_else(|| panic!("refused: {diagnostics:#?}")), sources)
}

fn site(statements: &str) -> Site {
    made(statements).0
}

fn codes(text: &str) -> Vec<&'static str> {
    compiled(text).diagnostics.iter().map(|d| d.code).collect()
}

fn snippet(sources: &Sources, span: Option<Span>) -> &str {
    span.map_or("", |span| sources.snippet(span))
}

#[test]
fn an_undefine_of_a_name_that_nothing_reads_is_told() {
    let told = |statements: &str| codes(&format!("OSTYPE(`linux')\n{statements}\nMAILER(`smtp')\n"));
    for statement in ["undefine(`confCHECK_ALIASE')", "undefine(`confTO_IDENT', `NOTHING')"] {
        assert_eq!(told(statement), ["unknown_define"], "{statement}");
    }
    for statement in [
        "undefine(`confCHECK_ALIASES', `ALIAS_FILE')",
        "undefine(`_INTERNAL_')",
        "define(`OWN', `x')undefine(`OWN')",
        "ifdef(`OWN', `define(`confTO_IDENT', `0s')')undefine(`OWN')",
    ] {
        assert!(!told(statement).contains(&"unknown_define"), "{statement}");
    }
}

#[test]
fn a_feature_is_known_by_the_place_of_its_statement() {
    let (site, sources) = made("FEATURE(`relay_hosts_only')FEATURE(`loose_relay_check')");
    assert_eq!(sources.snippet(site.relay.hosts_only.unwrap().span), "FEATURE(`relay_hosts_only')");
    assert_eq!(sources.snippet(site.relay.loose.unwrap().span), "FEATURE(`loose_relay_check')");
    assert!(site.relay.promiscuous.is_none());
}

#[test]
fn members_of_classes_have_places_of_their_own() {
    let (site, sources) = made("RELAY_DOMAIN(`arkum.ch 192.168.138')\nRELAY_DOMAIN(arkum.com)\nEXPOSED_USER(`root')");
    let relay = site.classes.members(Class::Relay);
    assert_eq!(relay.iter().map(|m| m.value.as_str()).collect::<Vec<_>>(), ["arkum.ch", "192.168.138", "arkum.com"]);
    assert_eq!(
        relay.iter().map(|m| sources.snippet(m.span)).collect::<Vec<_>>(),
        ["arkum.ch", "192.168.138", "arkum.com"]
    );
    assert_eq!(site.classes.members(Class::Exposed).len(), 1);
}

#[test]
fn class_statements_take_the_rest_of_their_line_with_them() {
    let site = site("RELAY_DOMAIN(`a.test')RELAY_DOMAIN(`b.test')\nRELAY_DOMAIN(`c.test')dnl\nCwd.test");
    let relay = site.classes.members(Class::Relay);
    assert_eq!(relay.iter().map(|m| m.value.as_str()).collect::<Vec<_>>(), ["a.test", "c.test"]);
    assert_eq!(site.raw_section(RawSection::Head)[0].text, "Cwd.test\n");
}

#[test]
fn class_files_keep_switches_and_follow_the_settings_directory() {
    let site = site(
        "RELAY_DOMAIN_FILE(`-o MAIL_SETTINGS_DIR`'relays')\nFEATURE(`use_cw_file')\ndefine(`MAIL_SETTINGS_DIR', `/opt/mail/')",
    );
    let files: Vec<_> = site.classes.files(Class::Relay).iter().map(|f| f.value.text.as_str()).collect();
    // An argument is expanded where it stands, a default at the end.
    assert_eq!(files, ["-o /opt/mail/relay-domains", "-o /etc/mail/relays"]);
    assert_eq!(site.classes.files(Class::Local)[0].value.path(), "/opt/mail/local-host-names");
}

#[test]
fn relays_and_masquerading_are_read_at_the_end() {
    let site = site(
        "MASQUERADE_AS(`old.test')\nMASQUERADE_AS(`arkum.ch')\ndefine(`MAIL_HUB', `smtp:'HUB)\ndefine(`HUB', `paragon.arkum.ch')",
    );
    assert_eq!(site.masquerade.name.unwrap().value, "arkum.ch");
    assert_eq!(site.routing.mail_hub.unwrap().value, "smtp:paragon.arkum.ch");
}

#[test]
fn arguments_of_features_become_typed_values() {
    let made = site(
        "FEATURE(`access_db', `', `skip', `lookupdotdomain')\nFEATURE(`delay_checks', `Friend', `n')\n\
         FEATURE(`nouucp', `reject')FEATURE(`nopercenthack', `n')\nFEATURE(`relay_mail_from', `domain')\n\
         FEATURE(`always_add_domain', `arkum.ch')FEATURE(`nocanonify', `CANONIFY_HOSTS')",
    );
    let access = made.access.unwrap();
    assert!(access.skip && access.lookup_dot_domain && !access.relay_to_full_address && !access.blocklist_recipients);
    assert_eq!(access.spec.text, "hash -T<TMPF> /etc/mail/access");
    let delay = made.delay_checks.unwrap();
    assert_eq!((delay.spam, delay.compatible_8_10), (Some(SpamRecipients::Friend), false));
    assert_eq!(made.nouucp.unwrap().value, Nouucp::Reject);
    assert_eq!(made.percent_hack.unwrap().value, PercentHack::Nospecial);
    assert_eq!(made.relay.mail_from.unwrap().value, MailFromRelay::Domain);
    assert_eq!(made.masquerade.always_add_domain.unwrap().value, AddDomain::Named("arkum.ch".into()));
    assert!(made.canonify.hosts);
}

#[test]
fn a_map_without_tempfail_gets_it_after_its_class() {
    let spec = |argument: &str| site(&format!("FEATURE(`access_db', `{argument}')")).access.unwrap().spec.text;
    assert_eq!(spec("hash -T<TMPF> /a"), "hash -T<TMPF> /a");
    assert_eq!(spec("hash -o /a"), "hash -T<TMPF>  -o /a");
    assert_eq!(spec("sequence a b"), "sequence a b");
}

#[test]
fn dns_lists_add_up() {
    let site = site(
        "FEATURE(`dnsbl', `one.test')\nFEATURE(`dnsbl', `two.test', `\"550 no\"', `t')\n\
         FEATURE(`enhdnsbl', `three.test', `discard', `', `127.0.0.2.', `127.0.0.3.')",
    );
    let lists: Vec<_> = site.blocklists.iter().map(|list| &list.value).collect();
    assert_eq!(lists.iter().map(|l| l.server.as_str()).collect::<Vec<_>>(), ["one.test", "two.test", "three.test"]);
    assert_eq!((lists[1].message.as_str(), lists[1].temporary.as_str()), ("\"550 no\"", "t"));
    assert_eq!(lists[2].matches, ["127.0.0.2.", "127.0.0.3."]);
}

#[test]
fn a_mailer_takes_what_is_set_when_it_is_declared() {
    let Compiled { site, .. } = compiled(
        "OSTYPE(`debian')\nMODIFY_MAILER_FLAGS(`LOCAL', `+d')\ndefine(`LOCAL_MAILER_MAX', `1000')\nMAILER(`local')\n\
         define(`LOCAL_MAILER_PATH', `/too/late')\n",
    );
    let site = site.unwrap();
    let local = &site.mailers[0];
    assert_eq!(
        (&*local.name, &*local.path, local.max_size.as_deref()),
        ("local", "/usr/sbin/sensible-mda", Some("1000"))
    );
    assert_eq!(local.flags, "lsDFMAw5:/|@qPn9Sd");
    assert_eq!(site.mailer_names.relay, "unknown");
}

#[test]
fn the_local_mailer_is_there_without_a_word() {
    let site = site("");
    let last = site.mailers.iter().find(|m| m.name == "local").unwrap();
    assert_eq!((last.span, &*last.path), (None, "/usr/bin/procmail"));
    assert_eq!(site.mailer_names.relay, "relay");
}

#[test]
fn options_have_a_place_where_the_site_set_them() {
    let (site, sources) =
        made("define(`confMAX_MESSAGE_SIZE', `20000000')\ndefine(`confTO_IDENT', `0s')\nundefine(`confPRIVACY_FLAGS')");
    let size = &site.options["MaxMessageSize"];
    assert_eq!((size.value.as_str(), snippet(&sources, size.span)), ("20000000", "`20000000'"));
    assert_eq!(site.options["QueueDirectory"].span, None);
    assert!(!site.options.contains_key("PrivacyOptions") && !site.options.contains_key("TimeZoneSpec"));
}

#[test]
fn listeners_and_milters_keep_their_order() {
    let site = site(
        "DAEMON_OPTIONS(`Port=25, Name=MTA')DAEMON_OPTIONS(`Port=587, Name=MSA, M=Eu')\nFEATURE(`no_default_msa')\n\
         INPUT_MAIL_FILTER(`a', `S=local:/a')\nMAIL_FILTER(`b', `S=local:/b')\nINPUT_MAIL_FILTER(`c', `S=local:/c')",
    );
    assert_eq!(site.listeners.daemons.iter().filter_map(|d| d.value.equate('N')).collect::<Vec<_>>(), ["MTA", "MSA"]);
    assert!(site.listeners.no_default_msa.is_some());
    assert_eq!(site.milters.len(), 3);
    assert_eq!(site.options["InputMailFilters"].value, "a, c");
}

#[test]
fn raw_text_goes_to_its_section_with_its_tabs() {
    let (site, sources) = made(
        "LOCAL_RULE_0\nR$* <@ x.test>\t$#error\n\t$@ 5.1.1\n\nLOCAL_CONFIG\nDXa\nLOCAL_RULE_1\nR$*\t$1\ndivert(0)",
    );
    let rule = &site.raw_section(RawSection::LocalRule0)[0];
    assert_eq!(rule.text, "R$* <@ x.test>\t$#error\n\t$@ 5.1.1\n");
    assert!(snippet(&sources, rule.span).starts_with("R$* <@ x.test>"));
    assert_eq!(site.raw_section(RawSection::LocalConfig)[0].text, "DXa\n");
    let rulesets: Vec<_> = site.raw_section(RawSection::LocalRulesets).iter().map(|r| r.text.as_str()).collect();
    assert_eq!(rulesets, ["Ssender=1\n", "R$*\t$1\n"]);
}

#[test]
fn conditions_see_what_statements_did() {
    let site = site(
        "FEATURE(`access_db')\nifdef(`_ACCESS_TABLE_', `define(`SMART_HOST', `yes.test')')\nifdef(`_NO_UUCP_', `define(`MAIL_HUB', `no.test')')",
    );
    assert_eq!(site.routing.smart_host.unwrap().value, "yes.test");
    assert!(site.routing.mail_hub.is_none());
}

#[test]
fn an_include_of_the_tree_means_the_one_that_is_built_in() {
    assert_eq!(
        codes("divert(-1)\nremarks\ninclude(`../m4/cf.m4')\nOSTYPE(`linux')\nMAILER(`smtp')\n"),
        Vec::<&str>::new()
    );
}

#[test]
fn comments_above_an_include_of_the_tree_are_those_of_m4() {
    let text = "# don't `edit this, define(`SMART_HOST', `a.test')\ndefine(`MAIL_HUB', `b.test')dnl # it's live\n\
        include(`/usr/share/sendmail-cf/m4/cf.m4')\nOSTYPE(`linux')\n#define(`LUSER_RELAY', `c.test')\nMAILER(`smtp')\n";
    let compiled = compiled(text);
    let routing = compiled.site.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics)).routing;
    assert!(routing.smart_host.is_none());
    // Behind the include `#` is a character like others.
    assert_eq!(
        (routing.mail_hub.unwrap().value, routing.luser_relay.unwrap().value),
        ("b.test".into(), "c.test".into())
    );
}

#[test]
fn diagnostics_come_in_the_order_of_the_reference() {
    assert_eq!(
        codes("FEATURE(`relay_local_from')\nMAILER(`smtp')\nFEATURE(`access_db')\n"),
        ["relay_local_from", "feature_after_mailer", "no_system_type"]
    );
}

#[test]
fn a_domain_brings_its_features_and_users() {
    let site = site("DOMAIN(`generic')");
    assert!(site.redirect.is_some() && site.classes.is_used(Class::Exposed));
    assert_eq!(site.options["MaxHeadersLength"].value, "32768");
    assert_eq!(site.domains[0].value, "generic");
}

#[test]
fn limits_of_clients_keep_when_and_how() {
    let limits = |statements: &str| {
        let clients = site(statements).clients;
        [clients.rate, clients.connections].map(|limit| limit.map(|l| (l.value.immediate, l.value.reply)))
    };
    let own = |immediate, reply: &str| Some((immediate, reply.to_owned()));
    let both = "FEATURE(`access_db')FEATURE(`ratecontrol')FEATURE(`conncontrol', `', `terminate')";
    assert_eq!(limits(both), [own(false, "452"), own(false, "421")]);
    let at_once = "FEATURE(`access_db')FEATURE(`delay_checks')FEATURE(`ratecontrol', `NODELAY')";
    assert_eq!(limits(at_once), [own(true, "452"), None]);
    assert_eq!(codes("FEATURE(`access_db')FEATURE(`ratecontrol', `nodelay')")[..1], ["requires_feature"]);
}

#[test]
fn a_pause_looks_up_the_access_map_that_is_above_it() {
    let pause =
        |statements: &str| site(statements).clients.greet_pause.map(|p| (p.value.milliseconds, p.value.by_access));
    let five = Some("5000".to_owned());
    assert_eq!(pause("FEATURE(`access_db')FEATURE(`greet_pause', `5000')"), Some((five.clone(), true)));
    assert_eq!(pause("FEATURE(`greet_pause', `5000')FEATURE(`access_db')"), Some((five, false)));
    assert_eq!(pause("FEATURE(`access_db')FEATURE(`greet_pause')"), Some((None, true)));
}

#[test]
fn raw_rules_about_encryption_are_a_ruleset_of_their_own() {
    let site = site("LOCAL_TLS_SERVER\nRNOT\t$@ x\nLOCAL_RULESETS\nSother");
    let text = |section| site.raw_section(section).iter().map(|raw| raw.text.as_str()).collect::<String>();
    assert_eq!(text(RawSection::LocalTlsServer), "SLocal_tls_server\nRNOT\t$@ x\n");
    assert_eq!(text(RawSection::LocalRulesets), "Sother\n");
    assert!(site.raw_section(RawSection::LocalTlsClient).is_empty());
}

#[test]
fn what_stands_before_the_include_of_the_tree_is_plain_m4() {
    let before = |text: &str, rest: &str| compiled(&format!("{text}\n{rest}OSTYPE(`linux')\nMAILER(`smtp')\n"));
    let include = "include(`../m4/cf.m4')dnl\n";
    // A remark with an open quote, which hides nothing.
    assert!(before("# don't `open", include).site.is_some());
    assert!(before("# don't `open", "").site.is_none());
    assert!(before("divert(-1)\n# `", "sinclude(`/usr/lib/mail/cf/m4/cf.m4')\n").site.is_some());
    assert!(before("# `", "ifdef(`none', `', `include(_CF_DIR_`'m4/cf.m4)')\n").site.is_some());
    // `dnl` in a remark does not take the next line with it, and what is defined there is no statement yet.
    let site = before("# dnl\ndefine(`confMAX_MESSAGE_SIZE', `77')dnl", include).site.unwrap();
    assert_eq!(site.options["MaxMessageSize"].value, "77");
    // The tree's own defaults take the place of what was defined before it was read.
    let site = before("define(`confMAILER_NAME', `me')dnl", include).site.unwrap();
    assert!(!site.options.values().any(|option| option.value == "me"));
    assert_eq!(
        codes("OSTYPE(`linux')\ninclude(`../m4/cf.m4')OSTYPE(`linux')MAILER(`smtp')"),
        ["statement_before_tree"]
    );
}

#[test]
fn a_line_that_is_begun_at_the_head_ends_where_the_tree_ends_it() {
    let head = |text: &str| site(&format!("VERSIONID(`one')dnl\n{text}Dwmail")).raw_section(RawSection::Head).len();
    assert_eq!(head(""), 0);
    assert_eq!(head("FEATURE(`nocanonify')dnl\n"), 1);
    assert_eq!(head("FEATURE(`vnet')dnl\n"), 0);
}
