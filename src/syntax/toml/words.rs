//! Diagnostics for TOML: what is wrong, why, and what to do.

use toml_parser::{Expected, ParseError, decoder::Encoding, parser::Event};

use super::MAX_DEPTH;
use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Span, Spanned},
};

/// Code for text that is not TOML.
const SYNTAX: &str = "toml_syntax";

/// Whether errors behind this one are consequences of it.
pub(super) fn hides_the_rest(diagnostic: &Diagnostic) -> bool {
    diagnostic.message == UNCLOSED_LIST || diagnostic.message == MACRO_CALL
}

const UNCLOSED_LIST: &str = "unclosed list";
const MACRO_CALL: &str = "m4 macro call in a TOML file";

/// A key that its table already has.
pub(super) fn duplicate(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("duplicate key `{}`", key.value))
        .at(key.span, "again here")
        .at(first, "first defined here")
        .why("it is unclear which of the two values is meant")
        .help("remove one of them; to give several values, write a list")
}

/// A table header that occurred before.
pub(super) fn duplicate_table(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("duplicate table `{}`", key.value))
        .at(key.span, "again here")
        .at(first, "first defined here")
        .why("TOML allows each table header only once")
        .help("put all its keys under one header")
}

/// `[x]` and `[[x]]`, or `x = […]` and `[[x]]`.
pub(super) fn table_and_list(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("`{}` is both a table and a list of tables", key.value))
        .at(key.span, "again here")
        .at(first, "first defined here")
        .why("in TOML, a key is either a table or a list of tables")
        .help("write `[[…]]` for each table of a list, or a single `[…]`")
}

/// A complete table, to which no keys may be added.
pub(super) fn closed(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("cannot add keys to table `{}`", key.value))
        .at(key.span, "added to here")
        .at(first, "given here")
        .why("a table in braces, or under its own header, contains all of its keys")
        .help("write the key inside that table")
}

/// `a = 1` followed by `a.b = 2` or `[a]`.
pub(super) fn not_a_table(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::error("duplicate_key", format!("`{}` has a value, so it cannot contain keys", key.value))
        .at(key.span, "used as a table here")
        .at(first, "has a value here")
        .why("a key has either a value or keys below it")
        .help("remove one of the two")
}

/// A key with too many parts, which would make the tree too deep. `part` is the first that exceeds the limit.
pub(super) fn too_many_parts(part: &Spanned<String>) -> Diagnostic {
    Diagnostic::error(SYNTAX, format!("key with more than {MAX_DEPTH} parts"))
        .at(part.span, "one too many")
        .why("each part is a table inside the previous one")
        .help("quote the key if its dots are part of it; keys of site.toml have at most four parts")
}

/// A whole number that does not fit into 64 bits. `digits` excludes underscores and the base.
pub(super) fn number(id: SourceId, text: &str, event: &Event, digits: &str) -> Diagnostic {
    let span = Span::new(id, event.span().start(), event.span().end());
    if !digits.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_hexdigit()) || digits.len() < 16 {
        return unquoted(text, span);
    }
    Diagnostic::error(SYNTAX, "number too large")
        .at(span, "beyond 64 bits")
        .why("whole numbers in TOML have 64 bits")
        .help("write a smaller number, or quote the value if it is text")
}

/// An error within a key.
pub(super) fn key(id: SourceId, text: &str, event: &Event, error: &ParseError) -> Diagnostic {
    let span = Span::new(id, event.span().start(), event.span().end());
    // The user probably meant everything up to a blank or `=` as one key: `Connect:192.168.138`.
    let rest = text.get(span.start as usize..).unwrap_or("");
    let raw = rest.split(|c: char| c.is_whitespace() || c == '=').next().unwrap_or("");
    let line = rest.lines().next().unwrap_or("");
    if event.encoding().is_none()
        && let Some(diagnostic) =
            foreign_comment(id, line, span.start as usize).or_else(|| colon(id, line, span.start as usize))
    {
        return diagnostic;
    }
    match event.encoding() {
        Some(encoding) => quoted(id, text, span, encoding, error),
        None if raw.contains('(') => Diagnostic::error(SYNTAX, MACRO_CALL)
            .at(first_line(text, span), "a macro call")
            .why("a line is a `[table]` header or `key = value`; macro calls belong in .mc files")
            .help("write `key = value` with the name of the macro in lower case; to compile a .mc file, name it `.mc` or use `--syntax mc`"),
        None if raw.is_empty() => Diagnostic::error(SYNTAX, "missing key")
            .at(widen(text, span), "before this")
            .help("write `key = value`"),
        None => Diagnostic::error(SYNTAX, format!("key `{raw}` must be quoted"))
            .at(Span::new(id, span.start as usize, span.start as usize + raw.len()), "not a bare key")
            .why("a bare key consists of letters, digits, `_` and `-`")
            .help(format!("write `\"{raw}\" = …`")),
    }
}

/// A comment as other languages have it. `line` begins at `start` in the text.
fn foreign_comment(id: SourceId, line: &str, start: usize) -> Option<Diagnostic> {
    let mark = ["//", "/*", "--", ";", "dnl "].into_iter().find(|mark| line.starts_with(mark))?;
    let remark = line.get(mark.len()..).unwrap_or("").trim();
    Some(
        Diagnostic::error(SYNTAX, format!("`{}` does not begin a comment", mark.trim()))
            .at(Span::new(id, start, start + line.trim_end().len()), "a comment")
            .why("comments in TOML begin with `#`")
            .help(format!("write `# {remark}`")),
    )
}

/// `key: value`, as YAML has it.
fn colon(id: SourceId, line: &str, start: usize) -> Option<Diagnostic> {
    let (key, value) = line.split_once(':')?;
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let begins_value = value.starts_with([' ', '\t', '"', '\'', '[', '{']) && !value.contains('=');
    if key.trim().is_empty() || !key.trim_end().chars().all(is_bare) || !begins_value {
        return None;
    }
    Some(
        Diagnostic::error(SYNTAX, "expected `=` after the key, found `:`")
            .at(Span::new(id, start + key.len(), start + key.len() + 1), "this colon")
            .why("every line is a `[table]` header or `key = value`")
            .help(format!("write `{} = {}`", key.trim(), value.trim())),
    )
}

/// An error within a value.
pub(super) fn scalar(id: SourceId, text: &str, event: &Event, error: &ParseError) -> Diagnostic {
    let span = Span::new(id, event.span().start(), event.span().end());
    match event.encoding() {
        Some(encoding) => quoted(id, text, span, encoding, error),
        None => unquoted(text, span),
    }
}

/// Characters that people or their editors use as quotes.
const OTHER_QUOTES: [char; 6] = ['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '`', '\''];

/// A value that is not a number, a boolean or quoted text.
fn unquoted(text: &str, span: Span) -> Diagnostic {
    let raw = snippet(text, span);
    if raw.is_empty() {
        return Diagnostic::error(SYNTAX, "missing value")
            .at(widen(text, span), "expected a value")
            .help("write `key = \"text\"`, `key = 1`, `key = true` or `key = [\"one\", \"two\"]`");
    }
    let start = span.start as usize;
    if raw.starts_with('>') && text.get(..start).is_some_and(|before| before.ends_with('=')) {
        let line = text.get(start + 1..).and_then(|rest| rest.lines().next()).unwrap_or("").trim();
        return Diagnostic::error(SYNTAX, "expected `=` after the key, found `=>`")
            .at(Span::new(span.source, start - 1, start + 1), "this arrow")
            .why("every line is a `[table]` header or `key = value`")
            .help(format!("write `= {line}`"));
    }
    Diagnostic::error(SYNTAX, format!("invalid value `{raw}`: expected a number, true, false or quoted text"))
        .at(span, "needs quotes")
        .why("text must be enclosed in straight double quotes")
        .help(format!("write `\"{}\"`", raw.trim_matches(OTHER_QUOTES)))
}

/// An error within quotes.
fn quoted(id: SourceId, text: &str, span: Span, encoding: Encoding, error: &ParseError) -> Diagnostic {
    let (quote, multiline) = match encoding {
        Encoding::BasicString => ("\"", false),
        Encoding::LiteralString => ("'", false),
        Encoding::MlBasicString => ("\"\"\"", true),
        Encoding::MlLiteralString => ("'''", true),
    };
    if error.description().starts_with("keys cannot be multi-line") {
        return Diagnostic::error(SYNTAX, "key with several lines")
            .at(first_line(text, span), "three quotes")
            .why("only values may be enclosed in three quotes")
            .help("enclose the key in single or double quotes");
    }
    let raw = snippet(text, span);
    let closed = raw.len() >= 2 * quote.len() && raw.ends_with(quote);
    if !closed {
        let end = if multiline { "the end of the file" } else { "the end of the line" };
        return Diagnostic::error(SYNTAX, "missing closing quote")
            .at(first_line(text, span), format!("opened here, still open at {end}"))
            .why(if multiline {
                "otherwise the text extends to the end of the file"
            } else {
                "quoted text ends on the line where it starts; use three quotes for text with several lines"
            })
            .help(format!("close it with `{quote}`"));
    }
    let place = place(id, text, error).filter(|p| p.start >= span.start && p.end <= span.end).unwrap_or(span);
    let found = snippet(text, place).chars().next();
    match found {
        Some(c) if c.is_control() => Diagnostic::error(SYNTAX, "control character in quoted text")
            .at(place, format!("U+{:04X}", u32::from(c)))
            .why("the only control character that TOML allows in text is the tab")
            .help("remove it"),
        _ => Diagnostic::error(SYNTAX, "unknown escape sequence")
            .at(place, "")
            .why("in double quotes a backslash begins an escape: `\\\\`, `\\\"`, `\\n`, `\\t`, `\\uXXXX`")
            .help(
                "double the backslash, or enclose the text in single quotes, where backslashes have no special meaning",
            ),
    }
}

/// An error between keys, values and brackets.
pub(super) fn syntax(id: SourceId, text: &str, error: &ParseError) -> Diagnostic {
    let span = place(id, text, error).unwrap_or_else(|| Span::new(id, 0, 0));
    let found = |message: &str, label: &str, help: &str| {
        Diagnostic::error(SYNTAX, message).at(span, label).help(help.to_owned())
    };
    let description = error.description();
    let line_start = text.get(..span.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    if let Some(diagnostic) = foreign_comment(id, line, line_start) {
        return diagnostic;
    }
    match description {
        "key with no value" | "missing value for key" => Diagnostic::error(SYNTAX, "key without a value")
            .at(span, "expected `= value`")
            .why("every line is a `[table]` header or `key = value`")
            .help("add `= ` and a value; to enable a feature, write `name = true`"),
        "missing value" => found(
            "missing value",
            "expected a value",
            "write `key = \"text\"`, `key = 1`, `key = true` or `key = [\"one\", \"two\"]`",
        ),
        "extra `=`" | "extra assignment between key-value pairs" => {
            found("extra `=`", "this one", "write `key = value`")
        }
        "missing assignment between key-value pairs" => {
            found("missing `=` between key and value", "before this", "write `key = value`")
        }
        "unclosed table" | "unclosed array table" => found(
            "unclosed table header",
            "expected a bracket",
            "write `[name]`, or `[[name]]` for one table of a list; only a comment may follow",
        ),
        "missing table open" => {
            found("unexpected closing bracket", "this one", "write `[name]`, or remove the bracket")
        }
        "unclosed array" => unclosed(id, text, error, span, UNCLOSED_LIST, "]"),
        "unclosed inline table" => unclosed(id, text, error, span, "unclosed table", "}"),
        "missing array opening" => found("unexpected `]`", "this one", "remove it, or open the list with `[`"),
        "missing inline table opening" => found("unexpected `}`", "this one", "remove it, or open the table with `{`"),
        "extra comma in array" | "extra comma in inline table" => {
            found("extra comma", "this one", "write one comma between two values")
        }
        "missing comma between array elements" | "missing comma between key-value pairs" => found(
            "missing comma",
            "before this",
            "write a comma between two values; if they are a single text, check its quotes",
        ),
        "unexpected `=` in array" => found(
            "unexpected `=` in a list",
            "a list cannot contain keys",
            "close the list before this line with `]`, or write keys in braces: `{ key = value }`",
        ),
        "missing key for inline table element" | "invalid inline table element" => {
            found("missing key", "before this", "write `{ key = value }`")
        }
        "unexpected key or value" if snippet(text, span).starts_with(';') || line.trim_end().ends_with(';') => {
            found("unexpected `;`", "the line should end before it", "remove the `;`")
        }
        "unexpected key or value" => Diagnostic::error(SYNTAX, "unexpected text after the value")
            .at(span, "the line should end here")
            .why("a line contains a single `key = value`")
            .help("start a new line; if this is part of the value, enclose the whole value in quotes"),
        "cannot recurse further; max recursion depth met" => {
            found("lists and tables nested too deeply", "here", "site.toml needs at most four levels")
        }
        "carriage return must be followed by newline" => found(
            "carriage return without newline",
            "here",
            "end lines with a newline, or with carriage return and newline",
        ),
        "invalid comment character" => {
            found("control character in a comment", "here", "remove it; any other text is allowed in comments")
        }
        _ if expects_key(error) => Diagnostic::error(SYNTAX, "missing key")
            .at(span, "expected a key")
            .why("every line is a `[table]` header or `key = value`")
            .help("write `key = value`; comments start with `#`, not with `dnl`"),
        _ => Diagnostic::error(SYNTAX, format!("invalid TOML: {description}"))
            .at(span, "here")
            .help("write `[table]` headers, and `key = value` lines under them"),
    }
}

fn unclosed(id: SourceId, text: &str, error: &ParseError, span: Span, message: &str, close: &str) -> Diagnostic {
    let opened = context(id, error).map_or(span, |whole| Span { end: (whole.start + 1).min(whole.end), ..whole });
    Diagnostic::error(SYNTAX, message).at(widen(text, opened), "opened here").help(format!("close it with `{close}`"))
}

fn expects_key(error: &ParseError) -> bool {
    error.expected().is_some_and(|all| all.iter().any(|one| matches!(one, Expected::Description("key"))))
}

fn context(id: SourceId, error: &ParseError) -> Option<Span> {
    error.context().map(|span| Span::new(id, span.start(), span.end()))
}

/// Place of an error, at least one character wide if possible.
fn place(id: SourceId, text: &str, error: &ParseError) -> Option<Span> {
    let span = error.unexpected().or(error.context())?;
    Some(widen(text, Span::new(id, span.start(), span.end())))
}

/// Extends an empty span to the next character, or at the end of a line to the previous one.
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
