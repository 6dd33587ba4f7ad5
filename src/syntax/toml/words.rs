//! What the parser finds, in this project's words: what is wrong, why, and what to do.

use toml_parser::{Expected, ParseError, decoder::Encoding, parser::Event};

use super::MAX_DEPTH;
use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Span, Spanned},
};

/// Any text that is not TOML.
const SYNTAX: &str = "toml_syntax";

/// A key that its table has already.
pub(super) fn duplicate(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("`{}` is given twice", key.value))
        .at(key.span, "again here")
        .at(first, "first given here")
        .why("which of the two is meant cannot be known")
        .help("remove one of them; where several values are wanted, give one list")
}

/// A header that was there before.
pub(super) fn duplicate_table(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("table `{}` is given twice", key.value))
        .at(key.span, "again here")
        .at(first, "first given here")
        .why("TOML opens a table once")
        .help("put all its keys under one header")
}

/// `[x]` and `[[x]]`, or `x = […]` and `[[x]]`.
pub(super) fn table_and_list(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("`{}` is both one table and a list of tables", key.value))
        .at(key.span, "again here")
        .at(first, "first given here")
        .why("TOML lets a key be one or the other")
        .help("use `[[…]]` for each of them, or `[…]` once")
}

/// A table that is complete and may not be added to.
pub(super) fn closed(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("`{}` is complete, nothing can be added to it", key.value))
        .at(key.span, "added to here")
        .at(first, "given here")
        .why("a table in braces, or under its own header, holds all of its keys")
        .help("write the key inside that table")
}

/// `a = 1` and then `a.b = 2` or `[a]`.
pub(super) fn not_a_table(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("`{}` has a value, so it cannot hold keys", key.value))
        .at(key.span, "used as a table here")
        .at(first, "given a value here")
        .why("a key is a value or a table, not both")
        .help("remove one of the two")
}

/// A dotted key that would make a tree too deep to be walked. `part`: the first that is too many.
pub(super) fn too_many_parts(part: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(SYNTAX, format!("the key has more than {MAX_DEPTH} parts"))
        .at(part.span, "one too many")
        .why("each part is a table inside the one before it")
        .help("no key of site.toml needs more than four parts; put the key in quotes if its dots are part of it")
}

/// What looks like a whole number and is none of 64 bits. `digits`: without underscores and base.
pub(super) fn number(id: SourceId, text: &str, event: &Event, digits: &str) -> Diagnostic {
    let span = Span::new(id, event.span().start(), event.span().end());
    if !digits.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_hexdigit()) || digits.len() < 16 {
        return unquoted(text, span);
    }
    Diagnostic::error(SYNTAX, "the number is too large")
        .at(span, "beyond 64 bits")
        .why("TOML's whole numbers have 64 bits")
        .help("write a smaller number, or text in quotes if it is not a number")
}

/// Something wrong inside a key.
pub(super) fn key(id: SourceId, text: &str, event: &Event, error: &ParseError) -> Diagnostic {
    let span = Span::new(id, event.span().start(), event.span().end());
    // Up to a blank or `=` it is one key for whoever wrote it: `Connect:192.168.138`.
    let rest = text.get(span.start as usize..).unwrap_or("");
    let raw = rest.split(|c: char| c.is_whitespace() || c == '=').next().unwrap_or("");
    match event.encoding() {
        Some(encoding) => quoted(id, text, span, encoding, error),
        None if raw.contains('(') => Diagnostic::error(SYNTAX, "this is no line of TOML")
            .at(first_line(text, span), "a macro call")
            .why("a line is a `[table]` header or `key = value`; calls are the language of .mc files")
            .help("write `key = value`, the macro's name in lower case as the key; a .mc is compiled under a name in `.mc`, or with `--syntax mc`"),
        None if raw.is_empty() => Diagnostic::error(SYNTAX, "a key is missing")
            .at(widen(text, span), "before this")
            .help("write `key = value`"),
        None => Diagnostic::error(SYNTAX, format!("key `{raw}` must be quoted"))
            .at(Span::new(id, span.start as usize, span.start as usize + raw.len()), "not a bare key")
            .why("a bare key has letters, digits, `_` and `-` only")
            .help(format!("write `\"{raw}\" = …`")),
    }
}

/// Something wrong inside a value.
pub(super) fn scalar(id: SourceId, text: &str, event: &Event, error: &ParseError) -> Diagnostic {
    let span = Span::new(id, event.span().start(), event.span().end());
    match event.encoding() {
        Some(encoding) => quoted(id, text, span, encoding, error),
        None => unquoted(text, span),
    }
}

/// Characters that people take for quotes, or that their editor makes of quotes.
const OTHER_QUOTES: [char; 6] = ['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '`', '\''];

/// A value that is no number, no boolean, and not in quotes.
fn unquoted(text: &str, span: Span) -> Diagnostic {
    let raw = snippet(text, span);
    if raw.is_empty() {
        return Diagnostic::error(SYNTAX, "the value is missing")
            .at(widen(text, span), "a value belongs here")
            .help("write `key = \"text\"`, `key = 1`, `key = true` or `key = [\"one\", \"two\"]`");
    }
    Diagnostic::error(SYNTAX, format!("`{raw}` is neither a number, nor true or false, nor quoted text"))
        .at(span, "needs quotes")
        .why("text stands between straight double quotes")
        .help(format!("write `\"{}\"`", raw.trim_matches(OTHER_QUOTES)))
}

/// Something wrong inside quotes.
fn quoted(id: SourceId, text: &str, span: Span, encoding: Encoding, error: &ParseError) -> Diagnostic {
    let (quote, multiline) = match encoding {
        Encoding::BasicString => ("\"", false),
        Encoding::LiteralString => ("'", false),
        Encoding::MlBasicString => ("\"\"\"", true),
        Encoding::MlLiteralString => ("'''", true),
    };
    if error.description().starts_with("keys cannot be multi-line") {
        return Diagnostic::error(SYNTAX, "a key cannot span lines")
            .at(first_line(text, span), "three quotes")
            .why("only values may be written between three quotes")
            .help("write the key between single or double quotes");
    }
    let raw = snippet(text, span);
    let closed = raw.len() >= 2 * quote.len() && raw.ends_with(quote);
    if !closed {
        let end = if multiline { "the end of the file" } else { "the end of the line" };
        return Diagnostic::error(SYNTAX, "the text's closing quote is missing")
            .at(first_line(text, span), format!("opened here, still open at {end}"))
            .why(if multiline {
                "everything up to the end of the file would belong to the text"
            } else {
                "text in quotes ends on the line it starts on; text of several lines stands between three quotes"
            })
            .help(format!("close it with `{quote}`"));
    }
    let place = place(id, text, error).filter(|p| p.start >= span.start && p.end <= span.end).unwrap_or(span);
    let found = snippet(text, place).chars().next();
    match found {
        Some(c) if c.is_control() => Diagnostic::error(SYNTAX, "a control character stands in quoted text")
            .at(place, format!("U+{:04X}", u32::from(c)))
            .why("TOML allows no control characters but tab in text")
            .help("remove it"),
        _ => Diagnostic::error(SYNTAX, "the backslash begins no known escape")
            .at(place, "")
            .why("in double quotes a backslash begins an escape: `\\\\`, `\\\"`, `\\n`, `\\t`, `\\uXXXX`")
            .help("double the backslash, or write the text between single quotes, where it means itself"),
    }
}

/// Something wrong between keys, values and brackets.
pub(super) fn syntax(id: SourceId, text: &str, error: &ParseError) -> Diagnostic {
    let span = place(id, text, error).unwrap_or_else(|| Span::new(id, 0, 0));
    let found = |message: &str, label: &str, help: &str| {
        Diagnostic::error(SYNTAX, message).at(span, label).help(help.to_owned())
    };
    let description = error.description();
    match description {
        "key with no value" | "missing value for key" => Diagnostic::error(SYNTAX, "the key has no value")
            .at(span, "`= value` is missing")
            .why("every line is a `[table]` header or `key = value`")
            .help("write `= ` and a value after the key; a feature that is only switched on is `name = true`"),
        "missing value" => found(
            "the value is missing",
            "a value belongs here",
            "write `key = \"text\"`, `key = 1`, `key = true` or `key = [\"one\", \"two\"]`",
        ),
        "extra `=`" | "extra assignment between key-value pairs" => {
            found("there is one `=` too many", "this one", "write `key = value`")
        }
        "missing assignment between key-value pairs" => {
            found("`=` is missing between key and value", "before this", "write `key = value`")
        }
        "unclosed table" | "unclosed array table" => found(
            "the table's header is not closed",
            "the bracket belongs here",
            "write `[name]`, or `[[name]]` for one of several; nothing but a comment may follow",
        ),
        "missing table open" => {
            found("a bracket closes what was never opened", "this one", "write `[name]`, or remove the bracket")
        }
        "unclosed array" => unclosed(id, text, error, span, "list", "]"),
        "unclosed inline table" => unclosed(id, text, error, span, "table", "}"),
        "missing array opening" => found("`]` closes no list", "this one", "remove it, or open the list with `[`"),
        "missing inline table opening" => {
            found("`}` closes no table", "this one", "remove it, or open the table with `{`")
        }
        "extra comma in array" | "extra comma in inline table" => {
            found("there is a comma too many", "this one", "put one comma between two values")
        }
        "missing comma between array elements" | "missing comma between key-value pairs" => found(
            "a comma is missing",
            "before this",
            "put a comma between two values; if they are one text, see that its quotes enclose all of it",
        ),
        "unexpected `=` in array" => found(
            "`=` stands in a list",
            "a list has no keys",
            "use braces for keys: `{ key = value }`; or close the list before this line with `]`",
        ),
        "missing key for inline table element" | "invalid inline table element" => {
            found("a key is missing", "before this", "write `{ key = value }`")
        }
        "unexpected key or value" => Diagnostic::error(SYNTAX, "something follows the value")
            .at(span, "the line should end here")
            .why("a line holds one `key = value`")
            .help("start a new line; if this belongs to the value, put all of it in one pair of quotes"),
        "cannot recurse further; max recursion depth met" => {
            found("lists and tables are nested too deeply", "here", "no key of site.toml needs more than four levels")
        }
        "carriage return must be followed by newline" => found(
            "a carriage return stands alone",
            "here",
            "end lines with a newline, or with carriage return and newline",
        ),
        "invalid comment character" => {
            found("a control character stands in the comment", "here", "remove it; comments may hold any other text")
        }
        _ if expects_key(error) => Diagnostic::error(SYNTAX, "a key is missing")
            .at(span, "a key belongs here")
            .why("every line is a `[table]` header or `key = value`")
            .help("write `key = value`; comments begin with `#`, not with `dnl`"),
        _ => Diagnostic::error(SYNTAX, format!("this is not TOML: {description}"))
            .at(span, "here")
            .help("write `[table]` headers, and `key = value` lines under them"),
    }
}

fn unclosed(id: SourceId, text: &str, error: &ParseError, span: Span, what: &str, close: &str) -> Diagnostic {
    let opened = context(id, error).map_or(span, |whole| Span { end: (whole.start + 1).min(whole.end), ..whole });
    Diagnostic::error(SYNTAX, format!("the {what} is not closed"))
        .at(widen(text, opened), "opened here")
        .help(format!("close it with `{close}`"))
}

fn expects_key(error: &ParseError) -> bool {
    error.expected().is_some_and(|all| all.iter().any(|one| matches!(one, Expected::Description("key"))))
}

fn context(id: SourceId, error: &ParseError) -> Option<Span> {
    error.context().map(|span| Span::new(id, span.start(), span.end()))
}

/// Where an error is, at least one character wide where the text has one.
fn place(id: SourceId, text: &str, error: &ParseError) -> Option<Span> {
    let span = error.unexpected().or(error.context())?;
    Some(widen(text, Span::new(id, span.start(), span.end())))
}

/// An empty span grows to the character that follows it, or at the end of a line to the one before.
fn widen(text: &str, span: Span) -> Span {
    if !span.is_empty() {
        return span;
    }
    let at = span.start as usize;
    let next = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| !matches!(c, '\n' | '\r'));
    if let Some(c) = next {
        return Span::new(span.source, at, at + c.len_utf8());
    }
    match text.get(..at).and_then(|before| before.chars().next_back()).filter(|&c| c != '\n') {
        Some(c) => Span::new(span.source, at - c.len_utf8(), at),
        None => span,
    }
}

fn first_line(text: &str, span: Span) -> Span {
    let length = snippet(text, span).lines().next().map_or(0, str::len);
    Span::new(span.source, span.start as usize, span.start as usize + length)
}

fn snippet(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or("")
}
