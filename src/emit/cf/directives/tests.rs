//! The lines for a site, one kind at a time. Equality with the reference is tested on whole site files elsewhere.

use std::collections::BTreeSet;

use super::*;
use crate::{
    site::{
        AccessMap, BlocklistMap, Class, ClassFile, DelayChecks, DnsBlocklist, ListKind, Listener, Mailer, MapSpec,
        Nouucp, PercentHack, RawText, Setting,
    },
    source::{Sources, Span, Spanned},
};

fn at(start: usize) -> Span {
    let id = Sources::default().add("site.mc", "");
    Span::new(id, start, start + 1)
}

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned::new(value, at(7))
}

fn set(value: &str) -> Setting<String> {
    Setting::set(value.to_owned(), at(9))
}

fn text(site: &Site) -> String {
    let mut cf = Document::default();
    before_rules(&mut cf, site);
    after_rules(&mut cf, site);
    cf.into_text()
}

fn lines(site: &Site) -> BTreeSet<String> {
    text(site).lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// Lines that `change` adds to and removes from those of an empty site.
fn difference(change: impl FnOnce(&mut Site)) -> (Vec<String>, Vec<String>) {
    let plain = lines(&Site::default());
    let mut site = Site::default();
    change(&mut site);
    let changed = lines(&site);
    (changed.difference(&plain).cloned().collect(), plain.difference(&changed).cloned().collect())
}

fn added(change: impl FnOnce(&mut Site)) -> Vec<String> {
    let (added, removed) = difference(change);
    assert_eq!(removed, Vec::<String>::new());
    added
}

fn access() -> AccessMap {
    AccessMap {
        declared: spanned(()),
        spec: MapSpec::new("hash -T<TMPF> /etc/mail/access"),
        skip: false,
        lookup_dot_domain: false,
        relay_to_full_address: false,
        blocklist_recipients: false,
    }
}

fn list(server: &str, enhanced: bool) -> Spanned<DnsBlocklist> {
    spanned(DnsBlocklist {
        kind: if enhanced { ListKind::Enhanced } else { ListKind::Plain },
        server: server.to_owned(),
        message: String::new(),
        temporary: String::new(),
        matches: Vec::new(),
        tag: String::new(),
    })
}

#[test]
fn a_site_that_says_nothing_has_what_every_site_has() {
    let lines = lines(&Site { vendor: Some("Berkeley".into()), ..Site::default() });
    for line in
        ["V10/Berkeley", "Cwlocalhost", "CO @ % !", "DS", "Karith arith", "O DaemonPortOptions=Name=MTA", "Tuucp"]
    {
        assert!(lines.contains(line), "{line}");
    }
    assert!(!lines.iter().any(|line| line.starts_with("Kaccess") || line.starts_with("DM") || line.starts_with('X')));
}

#[test]
fn an_option_that_is_set_to_nothing_keeps_its_name_only() {
    let options = added(|site| {
        site.options.insert("ForwardPath", set(""));
        site.options.insert("HelpFile", set(""));
        site.options.insert("TimeZoneSpec", set(""));
        site.options.insert("LogLevel", set("9"));
    });
    assert_eq!(options, ["O ForwardPath", "O HelpFile=", "O LogLevel=9", "O TimeZoneSpec="]);
}

#[test]
fn file_safety_comes_before_every_file_and_option_order_is_the_catalog_s() {
    let mut site = Site::default();
    for (name, value) in [("Timeout.ident", "0"), ("DontBlameSendmail", "Safe"), ("AliasFile", "/a"), ("LogLevel", "9")]
    {
        site.options.insert(name, set(value));
    }
    site.classes.files.entry(Class::Relay).or_default().push(Setting::set(ClassFile { text: "/r".into() }, at(1)));
    let text = text(&site);
    let place = |what: &str| text.find(what).unwrap();
    assert!(place("O DontBlameSendmail=Safe\n") < place("FR/r\n"));
    assert!(place("FR/r\n") < place("O LogLevel=9\n"));
    assert!(place("O LogLevel=9\n") < place("O Timeout.ident=0\n"));
}

#[test]
fn options_of_milters_need_a_milter() {
    let with_macros = |site: &mut Site| {
        site.options.insert("Milter.macros.eom", set("{msg_id}"));
    };
    assert_eq!(added(with_macros), Vec::<String>::new());
    let milters = added(|site| {
        with_macros(site);
        site.milters.push(set("filter, S=local:/run/filter"));
    });
    assert_eq!(milters, ["O Milter.macros.eom={msg_id}", "Xfilter, S=local:/run/filter"]);
}

#[test]
fn listeners_default_by_address_family() {
    let (added, removed) = difference(|site| site.listeners.inet6 = true);
    assert_eq!(
        added,
        ["O DaemonPortOptions=Name=MTA-v4, Family=inet", "O DaemonPortOptions=Name=MTA-v6, Family=inet6"]
    );
    assert_eq!(removed, ["O DaemonPortOptions=Name=MTA"]);
    let (added, removed) = difference(|site| {
        site.listeners.daemons.push(spanned(Listener { text: "Port=25, Name=IN".into() }));
        site.listeners.no_default_msa = Some(Setting::set((), at(3)));
    });
    assert_eq!(added, ["O DaemonPortOptions=Port=25, Name=IN"]);
    assert_eq!(removed, ["O DaemonPortOptions=Name=MTA", "O DaemonPortOptions=Port=587, Name=MSA, M=E"]);
}

#[test]
fn the_access_map_brings_the_classes_that_its_rules_need() {
    let expected =
        ["C{Accept}OK RELAY", "C{Src}E F D U", "C{TlsVerified}OK TRUSTED", "C{Tls}VERIFY ENCR", "Kmacro macro"];
    let found = added(|site| site.access = Some(access()));
    for line in expected {
        assert!(found.contains(&line.to_owned()), "{line}");
    }
    assert!(found.contains(&"Kaccess hash -T<TMPF> /etc/mail/access".to_owned()));
    assert_eq!(found.len(), expected.len() + 1);
}

#[test]
fn old_words_for_spam_need_recipients_and_delayed_checks() {
    let checks = DelayChecks { declared: spanned(()), spam: None, compatible_8_10: true };
    let has = |blocklist_recipients, delay_checks: Option<DelayChecks>| {
        added(|site| {
            site.access = Some(AccessMap { blocklist_recipients, ..access() });
            site.delay_checks = delay_checks;
        })
        .contains(&"C{SpamTag}SPAMFRIEND SPAMHATER".to_owned())
    };
    assert!(has(true, Some(checks.clone())));
    assert!(!has(false, Some(checks.clone())));
    assert!(!has(true, None));
    assert!(!has(true, Some(DelayChecks { compatible_8_10: false, ..checks })));
}

#[test]
fn special_characters_are_operators_unless_they_are_not() {
    let (added, removed) = difference(|site| {
        site.nouucp = Some(spanned(Nouucp::Reject));
        site.percent_hack = Some(spanned(PercentHack::Nospecial));
    });
    assert_eq!(added, ["CO @"]);
    assert_eq!(removed, ["CO @ % !", "Tuucp"]);
}

#[test]
fn each_kind_of_dns_list_has_one_map() {
    let lists = |site: &mut Site| site.blocklists = vec![list("a", false), list("b", true), list("c", false)];
    assert_eq!(added(lists), ["Kdnsbl dns -R A -T<TMP>", "Kednsbl dns -R A -a. -T<TMP> -r5"]);
    let changed = added(|site| {
        lists(site);
        site.blocklist_map = BlocklistMap {
            class: Some(set("host")),
            options: Some(set("-D")),
            enhanced_timeout: Some(set("9")),
            mark_timeout: None,
        };
    });
    assert_eq!(changed, ["Kdnsbl host -T<TMP> -D", "Kednsbl dns -R A -a. -T<TMP> -r9"]);
}

#[test]
fn pseudo_domains_are_canonical_where_they_have_a_relay() {
    let relays = added(|site| {
        site.routing.uucp_relay = Some(spanned("uucp.example".into()));
        site.routing.fax_relay = Some(spanned("fax.example".into()));
    });
    assert_eq!(relays, ["CPFAX", "CPUUCP", "DFfax.example", "DYuucp.example"]);
}

#[test]
fn an_empty_masquerade_is_not_none() {
    assert_eq!(added(|site| site.masquerade.name = Some(spanned(String::new()))), ["DM"]);
}

#[test]
fn each_member_of_a_class_stands_on_its_own_line_with_its_place() {
    let mut site = Site::default();
    let members = site.classes.members.entry(Class::VirtualHost).or_default();
    members.extend([("a", 10), ("b", 13), ("c", 60)].map(|(word, start)| Spanned::new(word.to_owned(), at(start))));
    site.routing.virtual_hosts_relay = true;
    let mut cf = Document::default();
    before_rules(&mut cf, &site);
    let origins: Vec<_> = cf
        .lines()
        .filter(|line| line.text.contains("VirtHost"))
        .map(|line| (line.text, line.origin.map(|span| (span.start, span.end))))
        .collect();
    assert_eq!(
        origins,
        [
            ("C{VirtHost}a", Some((10, 11))),
            ("C{VirtHost}b", Some((13, 14))),
            ("C{VirtHost}c", Some((60, 61))),
            ("CR$={VirtHost}", Some((10, 11)))
        ]
    );
}

#[test]
fn raw_text_goes_where_its_section_is() {
    let mut site = Site::default();
    for (section, line) in [
        (RawSection::Head, "D{Head}x\n"),
        (RawSection::Classes, "C{Classes}x\n"),
        (RawSection::LocalConfig, "Kconfig hash /x\n"),
        (RawSection::MailerDefinitions, "Mown, P=[IPC], A=TCP $h\n"),
    ] {
        site.raw.entry(section).or_default().push(RawText { text: line.into(), span: Some(at(1)) });
    }
    site.milters.push(set("filter, S=inet:1@localhost"));
    let text = text(&site);
    let places: Vec<_> = ["D{Head}x", "V10", "C{Classes}x", "Kconfig", "DZ8", "H?D?Date", "Xfilter", "Mown"]
        .iter()
        .map(|what| text.find(what).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_map_made_of_others_comes_after_them() {
    let access = AccessMap { spec: MapSpec::new("sequence access1 access2"), ..access() };
    let mut site = Site { access: Some(access), ..Site::default() };
    site.routing.mailertable = Some(spanned(MapSpec::new("hash /m")));
    let members = RawText { text: "Kaccess1 hash /a\nKaccess2 hash /b\n".into(), span: None };
    site.raw.insert(RawSection::LocalConfig, vec![members]);
    let text = text(&site);
    let place = |what: &str| text.find(what).unwrap();
    assert!(place("Kmailertable hash /m\n") < place("Kaccess1 hash /a\n"));
    assert!(place("Kaccess2 hash /b\n") < place("Kaccess sequence access1 access2\n"));
}

#[test]
fn delivery_agents_are_one_line_with_their_arguments_last() {
    let mailers = added(|site| {
        site.mailers.push(Mailer {
            name: "esmtp".into(),
            path: "[IPC]".into(),
            flags: "mDFMuXa".into(),
            sender: "EnvFromSMTP/HdrFromSMTP".into(),
            recipient: "EnvToSMTP".into(),
            eol: Some("\\r\\n".into()),
            line_limit: Some("990".into()),
            max_size: Some("100000".into()),
            max_messages: None,
            max_recipients: None,
            charset: None,
            dsn: "DNS/RFC822/SMTP".into(),
            queue_group: Some("slow".into()),
            directory: None,
            user: None,
            argv: "TCP $h".into(),
            argv_span: None,
            span: None,
        });
    });
    let expected = "Mesmtp, P=[IPC], F=mDFMuXa, S=EnvFromSMTP/HdrFromSMTP, R=EnvToSMTP, E=\\r\\n, L=990, M=100000, \
                    T=DNS/RFC822/SMTP, Q=slow, A=TCP $h";
    assert_eq!(mailers, [expected]);
}
