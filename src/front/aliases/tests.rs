use proptest::prelude::*;

use super::*;

fn is_own(host: &[u8]) -> bool {
    host == b"mail.example.com"
}

fn reading(text: &[u8]) -> (Sources, Aliases) {
    let mut sources = Sources::default();
    let id = sources.add_bytes("aliases", text);
    let aliases = read(&sources, id, &is_own);
    (sources, aliases)
}

/// The keys, in the order of the text.
fn keys(text: &str) -> Vec<String> {
    reading(text.as_bytes()).1.entries.iter().map(|alias| message::shown(&alias.key.value)).collect()
}

/// Codes and first places of what is said.
fn told(text: &str) -> Vec<String> {
    let (sources, aliases) = reading(text.as_bytes());
    let told = aliases.problems.iter().map(|problem| {
        let diagnostic = problem.diagnostic();
        format!("{} {}", diagnostic.code, sources.snippet(diagnostic.span().unwrap()))
    });
    told.collect()
}

#[test]
fn names_become_keys() {
    assert_eq!(
        keys("Root: a\n\"A B\": a\n\"c\": a\nJoe User <joe>: a\nd (e): a\n"),
        ["root", "\"a b\"", "c", "joe", "d"]
    );
    assert_eq!(keys("a@localhost: x\nb@MAIL.example.com.: x\nc%localhost: x\nlocalhost!d: x\n"), ["a", "b", "c", "d"]);
    assert_eq!(keys("a@example.org: x\n|b: x\n/c: x\na!b: x\na,b: x\n@localhost: x\n"), Vec::<String>::new());
    assert_eq!(keys("a: 1\nb: 2\nA: 3\n"), ["b", "a"]);
}

#[test]
fn the_database_has_an_end_of_its_own() {
    let (_, aliases) = reading(b"a: b\nc: d, e\na: f\n");
    let pair = |key: &[u8], value: &[u8]| (key.to_vec(), value.to_vec());
    let expected = [pair(b"@\0", b"@\0"), pair(b"c\0", b"d, e\0"), pair(b"a\0", b"f\0")];
    assert_eq!(aliases.database(), expected);
    assert_eq!(aliases.summary("/etc/mail/aliases"), "/etc/mail/aliases: 3 aliases, longest 4 bytes, 9 bytes total\n");
    assert_eq!(aliases.exit_status(), 0);
    assert_eq!(reading(b"").1.database(), expected[..1]);
}

#[test]
fn what_sendmail_says_is_said_with_its_places() {
    assert_eq!(told("a b\n c: d\n"), ["alias_words a b\n c"]);
    assert_eq!(
        told("a\n: b\n x\nc:\nd: e\n\n f\nD: g\n"),
        ["alias_no_colon a", "alias_no_name :", "alias_no_value c:", "alias_leading_blank  ", "alias_duplicate D",]
    );
    assert_eq!(
        told("x@y : b\n\"|c\": d\n@localhost: e\n!: f\n"),
        ["alias_not_local x@y", "alias_not_local \"|c\"", "alias_name_refused @localhost", "alias_name_refused !",]
    );
    assert_eq!(told("a(: b\nc\u{1}: d\n"), ["alias_name_unbalanced (", "alias_name_control c\u{1}"]);
    assert_eq!(told(&format!("{}: b\n", "x".repeat(300))), [format!("alias_name_too_long {}", "x".repeat(300))]);
    let (sources, aliases) = reading(b"a: b\n\xe4\x80x: d\n");
    assert_eq!(sources.snippet(aliases.problems[0].span), "\u{e4}\u{80}x");
    assert_eq!(
        aliases.problems[0].newaliases_message("f").unwrap(),
        "f: line 2: 8-bit character in mailbox address \"d?x\"\nf: line 2: d?x: d... illegal alias name\n"
    );
    assert_eq!(aliases.exit_status(), 64);
}

#[test]
fn recipients_are_read_too() {
    assert_eq!(
        told("a: \"b, c\nd: (e, f\ng: h>, <i, j\n"),
        ["alias_unbalanced \"", "alias_unbalanced (", "alias_unbalanced >", "alias_unbalanced <",]
    );
    assert_eq!(told("a: b@[1.2.3, c@[1.2.3.4]\n"), ["alias_unbalanced ["]);
    assert_eq!(told("a: error:nouser no such user\n"), ["alias_error_value error:nouser no such user"]);
    assert_eq!(
        told("a: b,\n  :include: list, |vacation x, \"|prog y\",\n  ./file\n"),
        [
            "alias_relative_path :include: list",
            "alias_relative_path |vacation x",
            "alias_relative_path \"|prog y\"",
            "alias_relative_path ./file",
        ]
    );
    assert_eq!(told("a: b c, d # e\n"), ["alias_words b c", "alias_words d # e"]);
    let fine = "a: Joe <b@c.d>, \"|/bin/x y, z\", :include:/l, /dev/null, \\a, \"e f\", g (h), <@i,@j:k@l>, a\n";
    assert_eq!(told(fine), Vec::<String>::new());
}

#[test]
fn circles_are_told_once_from_their_first_alias_on() {
    assert_eq!(told("x: a\na: b\nb: y,\n c\nc: a\n"), ["alias_loop b"]);
    let (_, aliases) = reading(b"x: a\na: b\nb: y,\n c\nc: A@localhost\n");
    let diagnostic = aliases.problems[0].diagnostic();
    assert_eq!(diagnostic.message, "mail goes round in circles: `a` → `b` → `c` → `a`");
    assert_eq!(diagnostic.labels.len(), 3);
    assert_eq!(told("a: b\nb: a\nc: d, a\nd: c\n"), ["alias_loop b", "alias_loop d"]);
    assert_eq!(told("a: b+x\nb: a\n"), ["alias_loop b+x"]);
    assert_eq!(told("a: a, b\nb: \\a\nc: d@example.org\nd: c\ne: f\ne: g\nf: e\n"), ["alias_duplicate e"]);
}

#[test]
fn many_aliases_take_no_long() {
    let mut text = String::new();
    for n in 0..20_000 {
        text += &format!("user{n}: user{}, user{}\n", n + 1, n / 2);
    }
    text += "user20000: user0\n";
    let (_, aliases) = reading(text.as_bytes());
    assert_eq!(aliases.entries.len(), 20_001);
    assert!(!aliases.problems.is_empty());
}

proptest! {
    #[test]
    fn any_bytes_are_read(
        text in prop::collection::vec(
            prop_oneof![prop::sample::select(b"\n\n: :,@!%<>()[]\"\\.;|/#ab\t\r".as_slice()), any::<u8>()], 0..120)
    ) {
        let (sources, aliases) = reading(&text);
        let id = sources.iter().next().unwrap();
        let held = |span: Span| id.text().get(span.start as usize..span.end as usize).is_some();
        for problem in &aliases.problems {
            prop_assert!(held(problem.span));
            let diagnostic = problem.diagnostic();
            prop_assert!(diagnostic.labels.iter().all(|label| held(label.span)));
            prop_assert!(diagnostic.why.is_some() && diagnostic.help.is_some());
            let message = problem.newaliases_message("aliases");
            prop_assert!(message.is_none_or(|message| message.starts_with("aliases: line ") && message.ends_with('\n')));
        }
        for alias in &aliases.entries {
            prop_assert!(held(alias.key.span) && held(alias.value.span));
            prop_assert!(!alias.value.value.is_empty());
        }
        prop_assert_eq!(aliases.database().len(), aliases.entries.len() + 1);
        prop_assert!(aliases.stored >= aliases.entries.len());
    }
}
