use proptest::prelude::*;

use super::*;
use crate::{
    catalog::table::TableKind,
    front::{self, Input, Syntax},
    site::{
        AccessMap, Class, ClassFile, DelayChecks, DnsBlocklist, ListKind, Listener as Daemon, Mailer, MapSpec, Nouucp,
        RawSection, RawText, Setting, TableEntry,
    },
    source::{MemoryFiles, Sources, Spanned},
};

fn id() -> SourceId {
    Sources::default().add("relay.toml", "")
}

fn at<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Span::new(id(), 0, 0))
}

fn set(value: &str) -> Setting<String> {
    Setting::set(value.to_owned(), Span::new(id(), 3, 7))
}

/// The relay host of arkum.ch, as far as a relay is concerned.
fn arkum() -> Site {
    let mut site = Site { domain_name: Some(set("ux-mail1.arkum.ch")), ..Site::default() };
    let names = |names: &[&str]| names.iter().map(|name| at((*name).to_owned())).collect::<Vec<_>>();
    site.classes.members.insert(Class::Local, names(&["arkum.ch", "localhost.$m"]));
    site.classes.members.insert(
        Class::Relay,
        names(&["arkum.com", "192.168.138", "IPv6:2001:db8:1", "[192.0.2.7]", "[UNIX:localhost]"]),
    );
    site.classes
        .files
        .insert(Class::Relay, vec![Setting::default_of(ClassFile { text: "-o /etc/mail/relay-domains".into() })]);
    site.classes.members.insert(Class::Exposed, names(&["root"]));
    site.masquerade.name = Some(at("arkum.ch".into()));
    site.masquerade.envelope = Some(at(()));
    site.routing.mail_hub = Some(at("paragon.arkum.ch.".into()));
    site.routing.luser_relay = Some(at("error:5.1.1:\"550 No such user here\"".into()));
    site.routing.mailertable = Some(at(MapSpec::new("hash -o /etc/mail/mailertable")));
    site.relay.hosts_only = Some(at(()));
    site.nouucp = Some(at(Nouucp::Reject));
    site.delay_checks = Some(DelayChecks { declared: at(()), spam: None, compatible_8_10: false });
    site.blocklists = vec![at(DnsBlocklist {
        kind: ListKind::Enhanced,
        server: "bl.example.net".into(),
        message: String::new(),
        temporary: "t".into(),
        matches: vec!["127.0.0.2.".into()],
        tag: String::new(),
    })];
    let entries = [
        ("Connect:192.168.138", "RELAY"),
        ("cyberspammer.com", "550 We don't accept mail from spammers"),
        ("From:friend@example.org", "OK"),
        ("To:abuse@", "ERROR:5.1.1:\"550 Write to postmaster\""),
        ("TLS_Srv:secure.example.com", "PERM+ENCR:112"),
    ];
    site.access = Some(AccessMap {
        declared: at(()),
        spec: MapSpec::new("hash -T<TMPF> /etc/mail/access"),
        skip: false,
        lookup_dot_domain: false,
        relay_to_full_address: false,
        blocklist_recipients: true,
    });
    let entry = |(key, value): (&str, &str)| TableEntry { key: at(key.into()), value: at(value.into()) };
    site.entries.insert(TableKind::Access, entries.map(entry).into());
    site.listeners.daemons = vec![at(Daemon { text: "Port=smtp, Addr=192.0.2.1, Name=MTA, M=fE".into() })];
    site.options.extend([
        ("MaxMessageSize", set("20000000")),
        ("MaxRecipientsPerMessage", set("100")),
        ("MaxHopCount", set("30")),
        ("Timeout.queuereturn", set("3d")),
        ("Timeout.queuewarn.urgent", set("1")),
        ("PrivacyOptions", set("goaway,restrictqrun")),
        ("ServerCertFile", set("/etc/mail/tls/cert.pem")),
        ("ServerKeyFile", set("/etc/mail/tls/key.pem")),
        ("SmtpGreetingMessage", set("$j Sendmail $v/$Z; $b")),
        ("PidFile", set("/run/sendmail.pid")),
    ]);
    site.mailers = vec![local_mailer()];
    site
}

fn local_mailer() -> Mailer {
    Mailer {
        name: "local".into(),
        path: "/usr/bin/procmail".into(),
        flags: "lsDFMAw5:/|@qSPfhn9".into(),
        sender: String::new(),
        recipient: String::new(),
        eol: None,
        line_limit: None,
        max_size: None,
        max_messages: None,
        max_recipients: None,
        charset: None,
        dsn: String::new(),
        queue_group: None,
        directory: None,
        user: None,
        argv: "procmail -Y -a $h -d $u".into(),
        argv_span: None,
        span: None,
    }
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../../../snapshots/relay", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn a_site_becomes_a_configuration_that_needs_no_sendmail_cf() {
    let config = relay_config(&arkum()).unwrap();
    let text = config.to_toml().unwrap();
    assert_eq!(RelayConfig::from_toml(&text, id()), Ok(config));
    snapshot("arkum", &text);
}

#[test]
fn the_site_of_arkum_ch_says_the_same_in_both_languages() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/arkum");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let files = MemoryFiles([("access".into(), read("access"))].into());
    let [from_mc, from_toml] = ["site.mc", "site.toml"].map(|name| {
        let input = Input { name, bytes: &read(name), syntax: Syntax::of(name).unwrap() };
        relay_config(&front::compile(&input, &files).site.unwrap()).unwrap()
    });
    snapshot("site_of_arkum_ch", &from_toml.to_toml().unwrap());
    assert_eq!(from_mc, from_toml);
}

#[test]
fn the_schema_describes_every_key() {
    let schema = serde_json::to_value(schema()).unwrap();
    let mut without = Vec::new();
    undescribed("", &schema, &mut without);
    assert_eq!(without, Vec::<String>::new());
    snapshot("schema", &serde_json::to_string_pretty(&schema).unwrap());
}

/// Keys of the schema without a description.
fn undescribed(path: &str, value: &serde_json::Value, without: &mut Vec<String>) {
    let Some(object) = value.as_object() else { return };
    for (name, property) in object.get("properties").and_then(|p| p.as_object()).into_iter().flatten() {
        if property.get("description").is_none() && object.get("description").is_none() {
            without.push(format!("{path}/{name}"));
        }
        undescribed(&format!("{path}/{name}"), property, without);
    }
    for (name, definition) in object.get("$defs").and_then(|d| d.as_object()).into_iter().flatten() {
        undescribed(name, definition, without);
    }
}

#[test]
fn an_empty_site_has_what_sendmail_has_by_default() {
    let config = relay_config(&Site::default()).unwrap();
    assert_eq!(
        config.listen.iter().map(|l| (l.name.as_str(), l.port)).collect::<Vec<_>>(),
        [("MTA", 25), ("MSA", 587)]
    );
    assert_eq!(config.timeouts, Timeouts::default());
    assert_eq!(RelayConfig::from_toml("format = 1", id()).unwrap().timeouts, config.timeouts);
}

#[test]
fn every_statement_without_a_counterpart_is_named() {
    let mut site = arkum();
    let raw = RawText { text: "# note\nR$*\t$#error\n".into(), span: Some(Span::new(id(), 1, 2)) };
    site.raw.insert(RawSection::LocalRule0, vec![raw]);
    site.raw.insert(RawSection::Head, vec![RawText { text: "# only a comment\n".into(), span: None }]);
    site.mailers.push(Mailer { name: "cyrus".into(), ..local_mailer() });
    site.routing.smart_host = Some(at("uucp-dom:host".into()));
    site.routing.virtusertable = Some(at(MapSpec::new("ldap -k x")));
    site.options.insert("FallbackMXhost", set("$s"));
    site.options.insert("NoSuchOption", set("1"));
    site.options.insert("MaxHopCount", set("many"));
    site.listeners.daemons.push(at(Daemon { text: "Port=nosuch, M=X".into() }));
    site.milters.push(set("filter, S=unix:/run/x"));
    let access = site.entries.entry(TableKind::Access).or_default();
    access.push(TableEntry { key: at("QGRP:a".into()), value: at("main".into()) });
    access.push(TableEntry { key: at("Connect:a@b".into()), value: at("OK".into()) });
    let refused = relay_config(&site).unwrap_err();
    let text: Vec<_> = refused.iter().map(|u| format!("{}\n    {}\n", u.statement, u.why)).collect();
    snapshot("unsupported", &text.concat());
    assert!(refused.iter().all(|u| !u.warning().is_error() && u.error().is_error()));
}

/// Options that a site may set and that relay.toml neither supports nor can ignore.
const REFUSED: [&str; 16] = [
    "AuthMaxBits",
    "DirectSubmissionModifiers",
    "InputMailFilters",
    "LDAPDefaultSpec",
    "Milter.LogLevel",
    "Milter.macros.connect",
    "Milter.macros.data",
    "Milter.macros.envfrom",
    "Milter.macros.envrcpt",
    "Milter.macros.eoh",
    "Milter.macros.eom",
    "Milter.macros.helo",
    "SSLEngine",
    "SSLEnginePath",
    "UseErrorsTo",
    "UserDatabaseSpec",
];

#[test]
fn every_option_of_the_catalog_is_said_or_known_to_matter_not() {
    let options: Vec<_> = crate::catalog::option::OPTIONS.iter().filter_map(|o| o.emits.option()).collect();
    let mut site = Site::default();
    site.options.extend(options.iter().map(|name| (*name, set("1"))));
    let refused: Vec<_> = relay_config(&site)
        .unwrap_err()
        .into_iter()
        .filter(|u| u.why.starts_with("relay.toml has no counterpart of the option"))
        .map(|u| u.statement)
        .collect();
    assert_eq!(refused, REFUSED.map(|name| format!("option {name}=1")));
}

#[test]
fn options_that_a_relay_would_decide_otherwise_without_are_refused() {
    let refused = |name: &'static str, value: &str| {
        let site = Site { options: [(name, set(value))].into(), ..Site::default() };
        relay_config(&site).err().into_iter().flatten().map(|u| u.why).collect::<Vec<_>>()
    };
    assert_eq!(
        refused("DefaultAuthInfo", "/etc/mail/auth"),
        ["the relay does not support credentials in a separate file"]
    );
    assert_eq!(refused("HostsFile", "/etc/mail/hosts"), ["the relay looks up hosts only in DNS"]);
    assert_eq!(refused("ServiceSwitchFile", "/etc/mail/service.switch"), ["the relay looks up hosts only in DNS"]);
    assert_eq!(refused("OperatorChars", ".:@"), ["the relay parses addresses as in RFC 5321"]);
    assert_eq!(refused("EightBitMode", "strict"), ["the relay never rejects a message for 8-bit data"]);
    assert_eq!(refused("EightBitMode", "pass8"), [""; 0]);
}

#[test]
fn what_is_not_the_format_is_refused_with_its_place() {
    let problem = |text: &str| {
        let diagnostic = RelayConfig::from_toml(text, id()).unwrap_err();
        (diagnostic.code, diagnostic.span().map(|s| (s.start, s.end)).unwrap())
    };
    assert_eq!(problem("format = 2"), ("relay_format", (0, 6)));
    assert_eq!(problem("format = 1\nnosuch = 2"), ("relay_toml", (11, 17)));
    assert_eq!(problem("format = 1\n[timeouts]\nmail = 5"), ("relay_toml", (29, 30)));
    assert_eq!(problem("format = 1\n[limits]\nhops = \"x\"").0, "relay_toml");
    assert_eq!(problem("format =").0, "relay_toml");
}

/// Any configuration. Sections are boxed: together they would be too large for a test's stack.
fn any_config() -> impl Strategy<Value = RelayConfig> {
    let sessions = (
        any::<Names>().boxed(),
        prop::collection::vec(any::<Listener>().boxed(), 0..3),
        any::<ClientSide>().boxed(),
        any::<Smtp>().boxed(),
        any::<Replies>().boxed(),
        any::<Limits>().boxed(),
        any::<Timeouts>().boxed(),
        any::<Tls>().boxed(),
    );
    let policy = (
        any::<LocalDomains>().boxed(),
        any::<Relaying>().boxed(),
        prop::option::of(any::<Access>().boxed()),
        any::<Checks>().boxed(),
        any::<Routes>().boxed(),
        any::<Masquerade>().boxed(),
    );
    (sessions.boxed(), policy.boxed()).prop_map(
        |(
            (names, listen, connect, smtp, replies, limits, timeouts, tls),
            (local, relaying, access, checks, routes, masquerade),
        )| RelayConfig {
            format: FORMAT,
            names,
            listen,
            connect,
            smtp,
            replies,
            local,
            relaying,
            access,
            checks,
            routes,
            masquerade,
            limits,
            timeouts,
            tls,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_default_size_range: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_configuration_reads_back_equal(config in any_config()) {
        let text = config.to_toml().unwrap();
        prop_assert_eq!(RelayConfig::from_toml(&text, id()), Ok(config));
    }

    #[test]
    fn no_text_panics(text in "(format = 1\n)?[\\[\\]a-z_\"={}. 0-9\n]{0,60}") {
        let _ = RelayConfig::from_toml(&text, id());
    }

    #[test]
    fn no_value_of_a_site_panics(key in "[ -~]{0,20}", value in "\\PC{0,20}", route in "[$\\[\\]:@a-z0-9. ]{0,20}") {
        let mut site = arkum();
        site.routing.smart_host = Some(at(route.clone()));
        site.classes.members.insert(Class::Relay, vec![at(key.clone()), at(route.clone())]);
        site.options.insert("SmtpGreetingMessage", set(&value));
        site.options.insert("Timeout.mail", set(&value));
        site.messages.relay = Some(set(&value));
        site.listeners.daemons.push(at(Daemon { text: format!("{key}={value},Addr={route}") }));
        let access = site.entries.entry(TableKind::Access).or_default();
        access.push(TableEntry { key: at(key), value: at(value) });
        access.push(TableEntry { key: at(format!("TLS_Srv:{route}")), value: at(route) });
        let _ = relay_config(&site);
    }
}

#[test]
fn checks_without_counterpart_are_refused_by_the_name_of_their_feature() {
    let mut site = Site::default();
    site.clients.reverse_name = Some(at(()));
    site.senders.useless_mx = Some(at("^127".into()));
    site.tls.session_features = Some(at(()));
    let refused = relay_config(&site).unwrap_err();
    let named: Vec<_> = refused.iter().map(|u| u.statement.as_str()).collect();
    assert_eq!(named, ["FEATURE require_rdns", "FEATURE badmx", "FEATURE tls_session_features"]);
}

#[test]
fn a_key_of_any_length_is_refused_and_ends_nothing() {
    for text in [format!("a{} = 1\n", ".a".repeat(100_000)), format!("[a{}]\n", ".a".repeat(100_000))] {
        assert!(RelayConfig::from_toml(&text, id()).is_err());
    }
}
