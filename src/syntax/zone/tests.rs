use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::source::Sources;

const ZONE: &str = "\
$TTL 1h ; default
@ IN SOA ns.example.org. post\\.master ( 1 ; serial
   2 3
   4 5 )
\tIN NS ns
  3600 IN MX 10 Mail
  IN 3600 MX ( 20 backup.example.net. )
mail A 192.0.2.1
     AAAA 2001:db8::1
     TXT \"a ; b\" \"c \\\" d\" \"\\195\\188 \\\\ \\25\"
alias CNAME mail
$ORIGIN 2.0.192.in-addr.arpa.
1 PTR mail.example.org.
sub.example.org. NS elsewhere.example.
_sip._tcp SRV 0 0 5060 mail
";

fn read(text: &str) -> (Zones, Vec<String>) {
    let id = Sources::default().add("zone", text);
    let (zones, diagnostics) = parse(text, id, "example.org");
    (zones, diagnostics.into_iter().map(|d| d.message).collect())
}

#[test]
fn owners_origins_classes_and_parentheses() {
    let (zones, problems) = read(ZONE);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(zones.origins, ["example.org".to_owned()].into());
    let hosts: Vec<_> = zones
        .of("example.org")
        .filter_map(|r| match &r.data {
            Data::Mx { preference, host } => Some((*preference, host.value.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(hosts, [(10, "mail.example.org"), (20, "backup.example.net")]);
    let mail: Vec<_> = zones.of("mail.example.org").map(|r| r.data.clone()).collect();
    assert_eq!(mail.first(), Some(&Data::A(Ipv4Addr::new(192, 0, 2, 1))));
    assert_eq!(mail.get(2), Some(&Data::Txt(vec!["a ; b".into(), "c \" d".into(), "ü \\ 25".into()])));
    assert!(matches!(&zones.of(&reverse([192, 0, 2, 1].into())).next().unwrap().data,
        Data::Ptr(name) if name.value == "mail.example.org"));
}

#[test]
fn a_delegated_name_is_not_covered() {
    let (zones, _) = read(ZONE);
    assert!(zones.covers("nosuch.example.org"));
    assert!(!zones.covers("a.sub.example.org"));
    assert!(!zones.covers("notexample.org"));
}

#[test]
fn places_are_those_of_the_words() {
    let (zones, _) = read(ZONE);
    let record = zones.of("alias.example.org").next().unwrap();
    assert_eq!(&ZONE[record.span.start as usize..record.span.end as usize], "CNAME mail");
    assert_eq!(&ZONE[record.owner.span.start as usize..record.owner.span.end as usize], "alias");
}

#[test]
fn what_cannot_be_read_is_told() {
    for (text, problem) in [
        ("a A", "a record of type A needs one IPv4 address"),
        ("a A 1.2.3", "invalid IPv4 address `1.2.3`"),
        ("a MX mail", "a record of type MX needs a preference and a host"),
        ("a MX x mail", "invalid preference `x`: expected a number below 65536"),
        ("  A 192.0.2.1", "record without an owner: the first line starts with a blank"),
        ("a IN 60", "record without a type"),
        ("a SOA (", "unclosed parenthesis"),
        ("a A )", "unexpected closing parenthesis"),
        ("a TXT \"x", "missing closing quote"),
        ("$INCLUDE other", "`$INCLUDE` is not supported"),
        ("$ORIGIN", "$ORIGIN without a name"),
        ("$NOSUCH x", "unknown directive `$NOSUCH`"),
    ] {
        assert_eq!(read(text).1, [problem], "{text:?}");
    }
}

#[test]
fn the_name_of_a_file_is_the_name_of_its_zone() {
    assert_eq!(of_file_name("/etc/nsd/arkum.ch.zone"), "arkum.ch");
    assert_eq!(of_file_name("db.arkum.ch"), "arkum.ch");
    assert_eq!(reverse("2001:db8::1".parse().unwrap()).len(), 72);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "([a-z@.$ \t();\"\\\\\r]|IN|MX|A|\n|1|é|SOA){0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn no_mutation_of_a_zone_panics(at in 0..ZONE.len(), cut in 0..20usize, put in "[ -~\n\t\r\u{0}é]{0,6}") {
        let head = &ZONE[..at];
        let tail = ZONE.get((at + cut).min(ZONE.len())..).unwrap_or("");
        let _ = read(&format!("{head}{put}{tail}"));
    }
}
