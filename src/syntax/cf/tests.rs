use proptest::prelude::*;

use super::*;
use crate::source::Sources;

fn source() -> SourceId {
    Sources::default().add("a.cf", "")
}

fn kinds(text: &str) -> Vec<Kind<'_>> {
    parse(text, source()).directives.into_iter().map(|directive| directive.kind).collect()
}

#[test]
fn every_kind_of_line_is_told_apart() {
    let text = "V10/Berkeley\nDMexample.com\nD{Long}x\nCwa b\nF{VirtHost} -o /x\nKaccess hash /x\nO AliasFile=/x\nOA/x\n\
                Pbulk=-60\nTroot\nH?P?Return-Path: <$g>\nHSubject: $>Check\nMlocal, P=/bin/x\nQq, P=/x\nXm, S=x\nEA=b\n\
                L\nSa=3\nR$*\t$: $1\tremark\nRnone\nZ\n";
    let letters = text.lines().map(|line| line.chars().next().unwrap()).collect::<String>();
    let found = parse(text, source());
    assert_eq!(letters.len(), found.directives.len());
    let kinds = found.directives.iter().map(|directive| &directive.kind).collect::<Vec<_>>();
    let text_of = |text: &'static str| Spanned::new(text, found.directives[0].span);
    assert_eq!(kinds[0], &Kind::Version(text_of("10/Berkeley")));
    assert_eq!(kinds[2], &Kind::Macro(Named { name: Some(text_of("{Long}")), value: text_of("x") }));
    let option = |name, short| Kind::Option { name: text_of(name), short, value: text_of("/x") };
    assert_eq!(kinds[6..8], [&option("AliasFile", false), &option("A", true)]);
    let header = |condition, name, value| Kind::Header { condition, name: Some(text_of(name)), value: text_of(value) };
    assert_eq!(kinds[10], &header(Some(text_of("?P?")), "Return-Path", ": <$g>"));
    assert_eq!(kinds[11], &header(None, "Subject", ": $>Check"));
    assert_eq!(kinds[18], &Kind::Rule { lhs: text_of("$*"), rhs: Some(text_of("$: $1")) });
    assert_eq!(kinds[19], &Kind::Rule { lhs: text_of("none"), rhs: None });
    assert_eq!(kinds[20], &Kind::Unknown(text_of("Z")));
}

#[test]
fn lines_are_continued_and_comments_end_with_their_line() {
    let found = parse("# a\n\tDZ\nDA a # b\n\tc\nDB x\\#y $# z#\n\n\tlost\nR$*\n\t\tx\n", source());
    let text_of = |text: &'static str| Spanned::new(text, found.directives[0].span);
    assert_eq!(
        found.directives[0].kind,
        Kind::Macro(Named { name: Some(text_of("A")), value: text_of(" a # b\n\tc") })
    );
    assert_eq!(found.directives[0].line, 4);
    assert_eq!(found.directives[1].comment, Some(text_of("#")));
    assert_eq!(found.directives[2].kind, Kind::Unknown(text_of("\n\tlost")));
    assert_eq!(found.directives[2].line, 7);
    assert_eq!(found.directives[3].kind, Kind::Rule { lhs: text_of("$*\n"), rhs: Some(text_of("x")) });
    assert_eq!(kinds(""), []);
    assert_eq!(kinds("\n\n"), []);
}

#[test]
fn text_is_taken_apart() {
    let (codes, problems) = read(b"a$$$1$&x${Long}$={C}$|\\# # c\n d", Reading { comments: true });
    assert_eq!(
        codes,
        [
            Code::Byte(b'a'),
            Code::Byte(b'$'),
            Code::Meta(Metasymbol::Digit(1)),
            Code::Named(Name::Deferred, b"x"),
            Code::Named(Name::Macro, b"Long"),
            Code::Named(Name::Class, b"C"),
            Code::Meta(Metasymbol::Else),
            Code::Byte(b'#'),
            Code::Byte(b'\n'),
            Code::Byte(b' '),
            Code::Byte(b'd'),
        ]
    );
    assert_eq!(problems, []);
    let (codes, problems) = read(b"a$= b${c$& d", Reading { comments: true });
    assert_eq!(problems, [Problem::Unbalanced(b"c$& d")]);
    assert_eq!(codes, b"a$= b$".map(Code::Byte));
    let (codes, problems) = read(b"a$={}b", Reading { comments: true });
    assert_eq!(problems, [Problem::NoName]);
    assert_eq!(codes, b"a$=".map(Code::Byte));
}

proptest! {
    #[test]
    fn any_text_is_read_and_nothing_is_lost(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn any_lines_are_read_and_nothing_is_lost(text in "([VDCFKOPTHMQXELSRZ#][ a-z$={}?:|#\\\\\t]{0,12}\r?\n){0,12}") {
        check(text.as_bytes());
    }
}

/// Every character of the text is in a directive, in a comment, or an end of line.
fn check(bytes: &[u8]) {
    let mut sources = Sources::default();
    let id = sources.add_bytes("a.cf", bytes);
    let text = sources.get(id).unwrap().text();
    let found = parse(text, id);
    let mut rest = text.to_owned().into_bytes();
    for directive in &found.directives {
        rest[directive.span.start as usize..directive.span.end as usize].fill(b'\n');
        if let Some(comment) = &directive.comment {
            rest[comment.span.start as usize..comment.span.end as usize].fill(b'\n');
        }
    }
    let rest = String::from_utf8(rest).unwrap();
    assert!(
        rest.replace("\n\t", "").replace("\n ", "").lines().all(|line| line.is_empty() || line.starts_with('#')),
        "{text:?} leaves {rest:?}"
    );
}
