//! The TOML language (TOML 1.1): parses bytes to a tree in which every key and value has its place.
//!
//! Tokens and scalars are parsed by the `toml_parser` crate. The tree is our own, for two reasons that a deserializer cannot
//! serve: all errors of a file are reported at once, and a duplicate key is reported with both places. The meaning of the keys of
//! a `site.toml` is not known here.

mod build;
mod words;

use std::collections::HashMap;

use toml_parser::{
    ParseError,
    parser::{RecursionGuard, ValidateWhitespace, parse_document},
};

use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Sources, Span, Spanned},
};

/// Maximum nesting depth of arrays and inline tables, and maximum number of parts of a key. Trees are traversed and freed
/// recursively.
const MAX_DEPTH: u32 = 32;

/// A table: keys and values in the order of the file.
#[derive(Debug, Clone)]
pub struct Table {
    /// Place of the header or the braces, or the whole text for the root table.
    pub span: Span,
    entries: Vec<Entry>,
    index: HashMap<String, usize>,
    origin: Origin,
}

/// How a table was defined, which determines what may be added to it (TOML, "Table" and "Inline Table").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// By its own `[header]`, or the root table.
    Header,
    /// As a part of a longer header.
    Implicit,
    /// As a part of a dotted key.
    Dotted,
    /// In braces.
    Inline,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The decoded key; of a dotted key, the part that leads here.
    pub key: Spanned<String>,
    /// The value.
    pub value: Value,
}

/// A value with its place.
#[derive(Debug, Clone)]
pub struct Value {
    /// The value itself.
    pub kind: Kind,
    /// Place, including delimiters.
    pub span: Span,
}

/// Kinds of values.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Text, with escapes resolved.
    String(String),
    /// A whole number.
    Integer(Integer),
    /// A number with a fraction or an exponent, as written.
    Float(String),
    /// A boolean.
    Boolean(bool),
    /// A date, a time or both, as written.
    Datetime(String),
    /// A list, including `[[name]]` tables.
    Array(Array),
    /// A table.
    Table(Table),
}

/// A whole number, with its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Integer {
    /// The number.
    pub value: i64,
    /// 2, 8, 10 or 16.
    pub radix: u32,
}

/// A list of values.
#[derive(Debug, Clone)]
pub struct Array {
    /// The values in order.
    pub items: Vec<Value>,
    /// Whether it was defined by `[[name]]` headers, so that another header may add to it.
    of_tables: bool,
}

impl Table {
    fn new(span: Span, origin: Origin) -> Self {
        Self { span, entries: Vec::new(), index: HashMap::new(), origin }
    }

    /// Keys and values in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(*self.index.get(key)?)
    }

    /// Whether the table is a part of a dotted key (`a` in `a.b = 1`).
    pub fn is_dotted(&self) -> bool {
        self.origin == Origin::Dotted
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.get_mut(*self.index.get(key)?)
    }

    /// Adds an entry whose key is new.
    fn push(&mut self, entry: Entry) {
        self.index.insert(entry.key.value.clone(), self.entries.len());
        self.entries.push(entry);
    }
}

impl Kind {
    /// Name of the kind for users, with its article.
    pub fn description(&self) -> &'static str {
        match self {
            Kind::String(_) => "text",
            Kind::Integer(_) => "a number",
            Kind::Float(_) => "a number with a fraction",
            Kind::Boolean(_) => "true or false",
            Kind::Datetime(_) => "a date or time",
            Kind::Array(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }
}

/// Parses a text.
///
/// # Errors
/// Every syntax error, at most one per line; or, in a text without any, every duplicate key.
pub fn parse(sources: &Sources, id: SourceId) -> Result<Table, Vec<Diagnostic>> {
    let text = sources.get(id).map_or("", |source| source.text());
    let source = toml_parser::Source::new(text);
    let tokens = source.lex().into_vec();
    let mut events = Vec::with_capacity(tokens.len());
    let mut errors: Vec<ParseError> = Vec::new();
    {
        let mut validated = ValidateWhitespace::new(&mut events, source);
        let mut guarded = RecursionGuard::new(&mut validated, MAX_DEPTH);
        parse_document(&tokens, &mut guarded, &mut errors);
    }
    let errors = errors.iter().map(|error| words::syntax(id, text, error)).collect::<Vec<_>>();
    let scalars = build::scalar_errors(id, source, &events);
    if errors.is_empty() && scalars.is_empty() {
        return build::build(id, source, &events);
    }
    Err(one_a_line(sources, id, [scalars, errors].concat()))
}

/// Sorts by place and keeps the first error of each line, as later ones are mostly consequences.
fn one_a_line(sources: &Sources, id: SourceId, mut all: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let line = |diagnostic: &Diagnostic| {
        let start = diagnostic.span().map_or(0, |span| span.start);
        sources.get(id).map_or(0, |source| source.line_column(start).0)
    };
    all.sort_by_key(|diagnostic| line(diagnostic));
    all.dedup_by_key(|diagnostic| line(diagnostic));
    // What follows an open bracket was read as a part of the list, and a file of macro calls is no TOML at all.
    if let Some(first) = all.iter().position(words::hides_the_rest) {
        all.truncate(first + 1);
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SITE: &str = include_str!("../../../fixtures/toml/every_form.toml");

    fn read(text: &str) -> (Sources, Result<Table, Vec<Diagnostic>>) {
        let mut sources = Sources::default();
        let id = sources.add("site.toml", text);
        let parsed = parse(&sources, id);
        (sources, parsed)
    }

    /// Message and underlined text of each diagnostic.
    fn refusals(text: &str) -> Vec<String> {
        let (sources, parsed) = read(text);
        let say = |d: &Diagnostic| {
            let places: Vec<&str> = d.labels.iter().map(|label| sources.snippet(label.span)).collect();
            format!("{}: {places:?}", d.message)
        };
        parsed.err().unwrap_or_default().iter().map(say).collect()
    }

    #[test]
    fn every_key_and_value_knows_its_place() {
        let (sources, parsed) = read("a = \"x\"\n[t]\nb.c = [1, 0o20]\n");
        let root = parsed.unwrap();
        let a = root.get("a").unwrap();
        assert_eq!((sources.snippet(a.key.span), sources.snippet(a.value.span)), ("a", "\"x\""));
        let t = root.get("t").unwrap();
        assert_eq!((sources.snippet(t.key.span), sources.snippet(t.value.span)), ("t", "[t]"));
        let Kind::Table(t) = &t.value.kind else { panic!() };
        let Kind::Table(b) = &t.get("b").unwrap().value.kind else { panic!() };
        assert!(b.is_dotted());
        let c = b.get("c").unwrap();
        assert_eq!(sources.snippet(c.value.span), "[1, 0o20]");
        let Kind::Array(items) = &c.value.kind else { panic!() };
        assert!(matches!(items.items[1].kind, Kind::Integer(Integer { value: 16, radix: 8 })));
    }

    #[test]
    fn what_is_given_twice_is_told_with_both_places() {
        for (text, expected) in [
            ("a = 1\nb.x = 2\na = 3", "duplicate key `a`: [\"a\", \"a\"]"),
            ("[a]\nx = 1\n[a]", "duplicate table `a`: [\"a\", \"a\"]"),
            ("[a]\n[[a]]", "`a` is both a table and a list of tables: [\"a\", \"a\"]"),
            ("[[a]]\n[a]", "`a` is both a table and a list of tables: [\"a\", \"a\"]"),
            ("a = []\n[[a]]", "`a` is both a table and a list of tables: [\"a\", \"a\"]"),
            ("a = 1\na.b = 2", "`a` has a value, so it cannot contain keys: [\"a\", \"a\"]"),
            ("a = 1\n[a]", "`a` has a value, so it cannot contain keys: [\"a\", \"a\"]"),
            ("a = { b = 1 }\n[a.c]", "cannot add keys to table `a`: [\"a\", \"a\"]"),
            ("[a.b]\n[a]\nb.c = 1", "cannot add keys to table `b`: [\"b\", \"b\"]"),
            ("a = { b = 1, b = 2 }", "duplicate key `b`: [\"b\", \"b\"]"),
        ] {
            assert_eq!(refusals(text), [expected], "{text}");
        }
        let (_, parsed) = read("[[d]]\nn = 1\n[[d]]\nn = 2\n");
        assert!(parsed.is_ok());
    }

    #[test]
    fn all_mistakes_are_told_one_a_line() {
        let text = "ostype = linux\nmail_hub = \"paragon\nConnect:10 = \"OK\"\nb = [1 2]\nc =\nd\n[e\n";
        insta::assert_snapshot!(refusals(text).join("\n"), @r#"
        invalid value `linux`: expected a number, true, false or quoted text: ["linux"]
        missing closing quote: ["\"paragon"]
        key `Connect:10` must be quoted: ["Connect:10"]
        invalid value `1 2`: expected a number, true, false or quoted text: ["1 2"]
        missing value: ["="]
        key without a value: ["d"]
        unclosed table header: ["e"]
        "#);
    }

    #[test]
    fn habits_of_other_languages_are_one_error_with_what_to_write() {
        let helps = |text: &str| {
            let (_, parsed) = read(text);
            let errors = parsed.err().unwrap();
            assert_eq!(errors.len(), 1, "{text}: {errors:?}");
            (errors[0].message.clone(), errors[0].help.clone().unwrap())
        };
        for (text, message, help) in [
            ("a: \"x\"\n", "expected `=` after the key, found `:`", "write `a = \"x\"`"),
            ("a:\"x\"\n", "expected `=` after the key, found `:`", "write `a = \"x\"`"),
            ("a => \"x\"\n", "expected `=` after the key, found `=>`", "write `= \"x\"`"),
            ("// remark\n", "`//` does not begin a comment", "write `# remark`"),
            ("dnl remark\n", "`dnl` does not begin a comment", "write `# remark`"),
            ("; remark\n", "`;` does not begin a comment", "write `# remark`"),
            ("a = \"x\";\n", "unexpected `;`", "remove the `;`"),
            ("a = [\"x\", \"y\"\nb = c\nd = e\n", "unclosed list", "close it with `]`"),
        ] {
            assert_eq!(helps(text), (message.to_owned(), help.to_owned()), "{text}");
        }
        // A file of macro calls is refused once.
        assert_eq!(helps("OSTYPE(`linux')\nMAILER(`smtp')\n").0, "m4 macro call in a TOML file");
        // Keys of tables keep their own error.
        assert_eq!(helps("Connect:10 = \"OK\"\n").0, "key `Connect:10` must be quoted");
    }

    /// A very deep tree would overflow the stack, because it is traversed and freed recursively.
    #[test]
    fn no_key_and_no_value_is_too_deep_to_be_refused() {
        const PARTS: usize = 100_000;
        let parts = ".a".repeat(PARTS);
        for text in [
            format!("a{parts} = 1\n"),
            format!("[a{parts}]\n"),
            format!("[[a{parts}]]\n"),
            format!("x = {{ a{parts} = 1 }}\n"),
        ] {
            assert_eq!(refusals(&text), ["key with more than 32 parts: [\"a\"]"]);
        }
        for text in ["x = ".to_owned() + &"[".repeat(PARTS), "x = ".to_owned() + &"{ a = ".repeat(PARTS)] {
            assert!(refusals(&text)[0].starts_with("lists and tables nested too deeply"));
        }
        // Keys without values are not parts of one key.
        assert_eq!(refusals(&"\"a\n".repeat(PARTS)).len(), PARTS);
        let longest = format!("a{} = 1\n", ".a".repeat(MAX_DEPTH as usize - 1));
        assert_eq!(refusals(&longest), Vec::<String>::new());
    }

    /// Whether this parser and the `toml` crate, which only shares its tokens, agree on whether a text is TOML.
    fn agrees(text: &str) {
        let (_, ours) = read(text);
        let theirs = text.parse::<toml::Table>();
        // The depth limit is lower here.
        if text.matches(['[', '{']).count() < MAX_DEPTH as usize {
            assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?}\n{ours:?}\n{theirs:?}");
        }
    }

    #[test]
    fn every_form_of_toml_is_read() {
        agrees(SITE);
        assert!(read(SITE).1.is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn mutated_text_is_read_or_refused_as_toml_does(
            cut in 0..SITE.len(), length in 0..20usize, with in "[\\[\\]{}=,.#\"'\\\\ \nab1é\u{0}]{0,4}",
        ) {
            let floor = |at: usize| (0..=at.min(SITE.len())).rev().find(|&i| SITE.is_char_boundary(i)).unwrap_or(0);
            let text = format!("{}{with}{}", &SITE[..floor(cut)], &SITE[floor(cut + length)..]);
            agrees(&text);
        }
    }
}
