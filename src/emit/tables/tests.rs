use super::*;
use crate::{
    catalog::table::TableKind,
    site::MapSpec,
    source::{Sources, Span, Spanned},
};

/// A table that owns its parts.
struct Owned {
    map: MapSpec,
    entries: Vec<TableEntry>,
    span: Span,
}

impl Owned {
    fn table(&self) -> DeclaredTable<'_> {
        DeclaredTable { kind: TableKind::Access, declared: self.span, map: &self.map, entries: &self.entries }
    }
}

fn map(spec: &str, entries: &[(&str, &str)]) -> Owned {
    let span = Span::new(Sources::default().add("site.toml", ""), 0, 0);
    let entry = |(key, value): &(&str, &str)| TableEntry {
        key: Spanned::new((*key).into(), span),
        value: Spanned::new((*value).into(), span),
    };
    Owned { map: MapSpec::new(spec), entries: entries.iter().map(entry).collect(), span }
}

fn codes(result: Result<String, Vec<Diagnostic>>) -> Vec<&'static str> {
    result.err().unwrap_or_default().iter().map(|d| d.code).collect()
}

#[test]
fn text_is_commented_and_aligned() {
    let map = map(
        "hash -T<TMPF> /etc/mail/access",
        &[("Connect:192.168.138", "RELAY"), ("cyberspammer.com", "550 We don't accept mail from spammers")],
    );
    insta::with_settings!({ snapshot_path => "../../../snapshots/access", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("text", text(&map.table()).unwrap());
    });
}

#[test]
fn keys_are_stored_in_lower_case_and_values_as_they_are() {
    let map = map("hash /etc/mail/access", &[("Connect:Example.COM", "Ünicode \"quoted\" \t")]);
    let pair = (b"connect:example.com".to_vec(), "Ünicode \"quoted\" \t".as_bytes().to_vec());
    assert_eq!(pairs(&map.table()), Ok(vec![pair]));
}

#[test]
fn options_of_the_map_decide_case_and_zero_byte() {
    let map = map("hash -f -N /etc/mail/access", &[("A", "OK"), ("a", "OK")]);
    let stored: Vec<_> = pairs(&map.table()).unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(stored, [b"A\0".to_vec(), b"a\0".to_vec()]);
    assert!(text(&map.table()).unwrap().contains("makemap -f -N hash /etc/mail/access"));
}

#[test]
fn what_a_line_cannot_hold_is_refused() {
    for (key, value) in [
        ("", "OK"),
        ("#a", "OK"),
        ("a b", "OK"),
        ("a\u{b}b", "OK"),
        ("a\0", "OK"),
        ("a", ""),
        ("a", " OK"),
        ("a", "OK\nb OK"),
        ("a", &"x".repeat(MAX_LINE - 1)),
    ] {
        assert_eq!(codes(text(&map("hash f", &[(key, value)]).table())), ["entry_not_text"], "{key:?} {value:.20?}");
    }
    assert!(text(&map("hash f", &[("a", &"x".repeat(MAX_LINE - 2))]).table()).is_ok());
    assert_eq!(codes(text(&map("hash f", &[("a", "OK"), ("A", "OK")]).table())), ["repeated_key"]);
}

#[test]
fn a_long_line_keeps_within_the_limit_in_spite_of_alignment() {
    let map = map("hash f", &[("Connect:a-name-that-is-rather-long", "OK"), ("a", &"x".repeat(MAX_LINE - 4))]);
    assert!(text(&map.table()).unwrap().lines().all(|line| line.len() <= MAX_LINE));
}
