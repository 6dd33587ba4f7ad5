use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use proptest::prelude::*;

use super::*;
use crate::{
    catalog::table::{TABLES, TableSpec},
    diagnostic::Suggestion,
    front::{self, Input, Syntax, class_text},
    map::{self, Duplicates, Format},
    site::{Class, ClassFile, TableEntry},
    source::{MemoryFiles, Spanned},
    syntax::zone,
};

/// A site with what belongs to it.
#[derive(Debug, Default, Clone)]
struct Case {
    name: String,
    text: String,
    zone: Option<String>,
    /// Texts of tables, each by the name of its file.
    tables: Vec<(&'static str, String)>,
    /// Texts of class files, each with its class.
    class_files: Vec<(Class, String)>,
    /// The same of what map files that are there hold.
    map_files: Vec<(TableKind, String)>,
    /// Keys of tables whose texts every user can read, one a line.
    readable: Option<String>,
}

impl Case {
    /// `NAME.mc` or `NAME.toml` of a rule's fixtures, with `NAME.zone`, `NAME.access`, … beside it; `NAME.access.db` is the
    /// text of what a map file holds.
    fn fixture(code: &str, name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lint").join(code);
        let read = |ending: &str| fs::read_to_string(folder.join(format!("{name}.{ending}"))).ok();
        let (ending, text) = ["mc", "toml"]
            .iter()
            .find_map(|ending| Some((ending, read(ending)?)))
            .unwrap_or_else(|| panic!("no fixture {code}/{name}.mc"));
        let tables = TABLES.iter().filter_map(|table| Some((table.file(), read(table.key)?))).collect();
        let map_file = |table: &TableSpec| Some((table.kind, read(&format!("{}.db", table.key))?));
        let map_files = TABLES.iter().filter_map(map_file).collect();
        let class_file = |(name, class)| Some((class, read(name)?));
        let class_files = [("relay-domains", Class::Relay), ("local-host-names", Class::Local)];
        let class_files = class_files.into_iter().filter_map(class_file).collect();
        Self {
            name: format!("{name}.{ending}"),
            text,
            zone: read("zone"),
            tables,
            class_files,
            map_files,
            readable: read("readable"),
        }
    }

    fn compile(&self) -> (Site, Surroundings, Sources) {
        let syntax = Syntax::of(&self.name).unwrap();
        let input = Input { name: &self.name, bytes: self.text.as_bytes(), syntax };
        let files = self.tables.iter().map(|(name, text)| (PathBuf::from(name), text.clone().into_bytes()));
        let compiled = front::compile(&input, &MemoryFiles(files.collect()));
        let mut sources = compiled.sources;
        let site = compiled.site.unwrap_or_else(|| panic!("{}: {:?}", self.name, compiled.diagnostics));
        let mut around = Surroundings { syntax, ..Surroundings::default() };
        if let Some(text) = &self.zone {
            let (read, problems) = zone::parse(text, sources.add("zone", text), "");
            assert_eq!(problems, Vec::new());
            around.zones = read;
        }
        for (class, text) in &self.class_files {
            let id = sources.add(format!("class {}", class.name()), text.as_str());
            let file = ClassFile { text: "/x %[^\\#]".into() };
            let members = class_text::members(&file, text, id);
            around.class_files.push(ClassText {
                class: *class,
                path: PathBuf::new(),
                members,
                has_crlf: text.contains("\r\n"),
            });
        }
        for table in
            TABLES.iter().filter(|table| self.readable.iter().flat_map(|text| text.lines()).any(|key| key == table.key))
        {
            around.readable_tables.push((table.kind, table.file().into()));
        }
        for (kind, text) in &self.map_files {
            let path = format!("{}.db", kind.spec().key);
            around.map_files.insert(*kind, (path.into(), map_file(text)));
        }
        (site, around, sources)
    }

    /// Findings as a person reads them.
    fn findings(&self) -> String {
        let (site, around, sources) = self.compile();
        render(&check(&site, &around), &sources)
    }
}

/// The map file of a text.
fn map_file(text: &str) -> Vec<u8> {
    let parsed = map::text::parse(text.as_bytes(), Sources::default().add("", ""));
    let pairs = parsed.entries.iter().map(|entry| (&entry.key.value, &entry.value.value)).collect::<Vec<_>>();
    let mut bytes = Vec::new();
    map::write(Format::Hash, &pairs, Duplicates::Refuse, &mut bytes).unwrap();
    bytes
}

fn render(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for finding in findings {
        writeln!(out, "{:?}[{}]: {}", finding.severity, finding.code, finding.message).unwrap();
        for label in &finding.labels {
            let source = sources.get(label.span.source).unwrap();
            let (line, column) = source.line_column(label.span.start);
            let snippet = sources.snippet(label.span).lines().next().unwrap_or("");
            writeln!(out, "  {}:{line}:{column}: {snippet:?} {}", source.name(), label.text).unwrap();
        }
        writeln!(out, "  why: {}", finding.why.as_deref().unwrap_or("")).unwrap();
        writeln!(out, "  help: {}", finding.help.as_deref().unwrap_or("")).unwrap();
        if let Some(Suggestion { span, text }) = &finding.suggestion {
            writeln!(out, "  suggestion: {:?} -> {text:?}", sources.snippet(*span)).unwrap();
        }
    }
    out
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../../snapshots/lint", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

fn code(rule: &Rule) -> String {
    format!("[{}]", rule.code)
}

#[test]
fn every_rule_fires_on_its_bad_fixture_and_is_silent_on_the_good_one() {
    for rule in &RULES {
        let bad = Case::fixture(rule.code, "bad");
        let found = bad.findings();
        assert!(found.contains(&code(rule)), "{}: {found}", rule.code);
        let mut shown = bad.text.clone();
        let zone = bad.zone.iter().map(|text| ("zone".to_owned(), text));
        let tables = bad.tables.iter().map(|(name, text)| ((*name).to_owned(), text));
        let class_files = bad.class_files.iter().map(|(class, text)| (format!("class {}", class.name()), text));
        let map_files = bad.map_files.iter().map(|(kind, text)| (format!("{}.db", kind.spec().key), text));
        for (name, text) in tables.chain(class_files).chain(map_files).chain(zone) {
            write!(shown, "--- {name}\n{text}").unwrap();
        }
        write!(shown, "---\n{found}").unwrap();
        snapshot(rule.code, &shown);
        let good = Case::fixture(rule.code, "ok").findings();
        assert!(!good.contains(&code(rule)), "{}: {good}", rule.code);
    }
}

/// Carries a suggestion out, in the site or in one of its tables.
fn carried_out(case: &Case, suggestion: &Suggestion, sources: &Sources) -> Case {
    let mut case = case.clone();
    let name = sources.get(suggestion.span.source).unwrap().name().to_owned();
    let range = suggestion.span.start as usize..suggestion.span.end as usize;
    if name == case.name {
        case.text.replace_range(range, &suggestion.text);
    } else {
        let table = case.tables.iter_mut().find(|(table, _)| *table == name);
        table.unwrap_or_else(|| panic!("no text {name}")).1.replace_range(range, &suggestion.text);
    }
    case
}

#[test]
fn what_is_suggested_lints_clean() {
    for rule in &RULES {
        for name in ["bad", "ok"] {
            let case = Case::fixture(rule.code, name);
            let (site, around, sources) = case.compile();
            let found = check(&site, &around);
            for finding in &found {
                let Some(suggestion) = &finding.suggestion else { continue };
                let changed = carried_out(&case, suggestion, &sources);
                let (site, around, _) = changed.compile();
                let left = check(&site, &around);
                let count = |findings: &[Diagnostic]| findings.iter().filter(|one| one.code == finding.code).count();
                assert!(count(&left) < count(&found), "{}/{name}: {:?} {suggestion:?}", rule.code, finding.message);
                let is_new = |one: &&Diagnostic| !found.iter().any(|other| other.code == one.code);
                assert_eq!(left.iter().find(is_new), None, "{}/{name}: {suggestion:?}", rule.code);
            }
        }
    }
}

#[test]
fn the_registry_is_in_order_and_every_rule_has_its_file() {
    assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
    for rule in &RULES {
        assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{}", rule.code);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .filter(|name| {
            ![
                "mod",
                "tests",
                "access_key",
                "listeners",
                "milters",
                "raw_classes",
                "raw_lines",
                "raw_rules",
                "table_value",
                "target",
                "target_host",
            ]
            .contains(&name.as_str())
        })
        .collect();
    files.sort();
    assert_eq!(files, RULES.map(|rule| rule.code));
}

#[test]
fn compressed_addresses_are_right_where_sendmail_compresses_them() {
    let text =
        "OSTYPE(`linux')\nRELAY_DOMAIN(`IPv6:2001:db8::1 IPv6:2001:db8:0:0:0:0:0:2 IPv6:2001:db8')\nMAILER(`smtp')\n";
    let found = |text: String| Case { name: "site.mc".into(), text, ..Case::default() }.findings();
    let in_full = found(text.to_owned());
    assert!(in_full.contains("help: write `IPv6:2001:db8:0:0:0:0:0:1`") && in_full.matches("help:").count() == 1);
    let short = found(format!("define(`confUSE_COMPRESSED_IPV6_ADDRESSES', `True')\n{text}"));
    assert!(short.contains("help: write `IPv6:2001:db8::2`") && short.matches("help:").count() == 1, "{short}");
}

#[test]
fn virtual_domains_without_their_table_are_told() {
    let found = |feature: &str| {
        let text = format!("OSTYPE(`linux')\nVIRTUSER_DOMAIN(`example.org')\n{feature}MAILER(`smtp')\n");
        Case { name: "site.mc".into(), text, ..Case::default() }.findings()
    };
    assert!(found("").contains("VIRTUSER_DOMAIN without virtusertable"));
    assert_eq!(found("FEATURE(`virtusertable')\n"), "");
}

#[test]
fn names_of_rulesets_are_compared_with_their_case() {
    let found = |name: &str| {
        let rules = format!("LOCAL_RULESETS\nS{name}\nR$*\t$#OK\n");
        let text = format!("OSTYPE(`linux')\nMAILER(`local')\nMAILER(`smtp')\n{rules}");
        Case { name: "site.mc".into(), text, ..Case::default() }.findings()
    };
    assert!(found("Local_check_rcpt").contains("[local_check_relays]"));
    assert_eq!(found("local_check_rcpt"), "");
}

#[test]
fn help_for_a_toml_site_is_in_toml() {
    let text = r#"
ostype = "linux"
mailer = ["local", "smtp"]
smart_host = "[smtp.example.net]:587"
mail_hub = "smtp://hub.example.net"
masquerade_domain = ["example.com"]
relay_domain = ["192.0.2"]
local_rulesets = """
SLocal_check_rcpt
R$*\t$#OK
"""
[conf]
auth_options = "A p"
auth_mechanisms = "PLAIN LOGIN"
fallback_mx = "relay.example.com 587"
input_mail_filters = "dmarc, dkim, none"
[feature]
no_default_msa = true
[[daemon]]
name = "MTA6"
port = 465
addr = "::"
delivery_mode = "deferred"
[[client]]
addr = "[192.0.2.1]"
[[mail_filter]]
name = "dmarc"
socket = "inet:8893@127.0.0.1"
[[mail_filter]]
name = "dkim"
socket = "inet6:8891@127.0.0.1"
[[mail_filter]]
name = "spam"
socket = "local:run/spam"
"#;
    let found = Case { name: "site.toml".into(), text: text.into(), ..Case::default() }.findings();
    for line in found.lines().filter(|line| line.starts_with("  help: ")) {
        assert!(!["define(", "FEATURE(", "`S=", "Addr=", "M="].iter().any(|mc| line.contains(mc)), "{line}");
    }
    snapshot("in_toml", &found);
}

#[test]
fn a_hub_without_nouucp_is_found_beside_the_workstation() {
    let workstation = Case::fixture("nouucp_mismatch", "bad").compile();
    let judge = |hub: &str| {
        let case = Case::fixture("nouucp_mismatch", hub);
        let hub = case.compile();
        let linted = |name, compiled: &(Site, Surroundings, Sources)| Linted {
            name,
            site: Box::leak(Box::new(compiled.0.clone())),
            sources: Box::leak(Box::new(compiled.2.clone())),
        };
        check_together(&[linted("workstation.mc", &workstation), linted("hub.mc", &hub)])
    };
    let found = judge("hub");
    assert!(found.iter().all(|(index, _)| *index == 0));
    let findings: Vec<_> = found.into_iter().map(|(_, finding)| finding).collect();
    snapshot("nouucp_mismatch_together", &render(&findings, &workstation.2));
    assert_eq!(judge("hub_ok"), Vec::new());
}

#[test]
fn the_zone_of_arkum_ch_points_back_for_one_host() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/arkum");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let case = Case {
        name: "site.mc".into(),
        text: read("site.mc"),
        tables: vec![("access", read("access"))],
        ..Case::default()
    };
    let (site, _, mut sources) = case.compile();
    let mut zones = Zones::default();
    for name in ["arkum.ch.zone", "192.168.138.zone", "192.168.139.zone"] {
        let text = read(name);
        let (zone, problems) = zone::parse(&text, sources.add(name, text.as_str()), &zone::of_file_name(name));
        assert_eq!(problems, Vec::new());
        zones.extend(zone);
    }
    // The host, its address and its name fit together; mail for rabbit comes here and loops.
    let around = Surroundings { zones, ..Surroundings::default() };
    snapshot("arkum", &render(&check(&site, &around), &sources));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_access_entry_panics(
        entries in prop::collection::vec((
            "(Connect|From|To|Spam|Conect|TLS_Srv|):?(IPv6:)?[0-9a-f:.@*/<>\\[\\]é-]{0,12}",
            "(OK|RELAY|ERROR:|ERROR:5.7.1:|\"|550 |SKIP)?[ -~é]{0,12}",
        ), 0..6),
        flags in any::<[bool; 4]>(),
    ) {
        let case = Case::fixture("access_value", "ok");
        thread_local!(static SITE: std::cell::RefCell<Option<(Site, Sources)>> = const { std::cell::RefCell::new(None) });
        let (mut site, mut sources) = SITE.with_borrow_mut(|site| {
            site.get_or_insert_with(|| {
                let (site, _, sources) = case.compile();
                (site, sources)
            })
            .clone()
        });
        let id = sources.add("access", "");
        let span = crate::source::Span::new(id, 0, 0);
        let map = site.access.as_mut().unwrap();
        [map.skip, map.lookup_dot_domain, map.relay_to_full_address, map.blocklist_recipients] = flags;
        let entry = |(key, value)| TableEntry { key: Spanned::new(key, span), value: Spanned::new(value, span) };
        site.entries.insert(TableKind::Access, entries.into_iter().map(entry).collect());
        for finding in check(&site, &Surroundings::default()) {
            prop_assert!(finding.help.is_some() && finding.why.is_some() && finding.span().is_some());
        }
    }
}
