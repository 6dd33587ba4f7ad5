//! Diagnostics of the machine.

use super::{
    Text,
    input::Lexeme,
    lexer::Syntax,
    run::{Frame, Invocation},
};
use crate::{diagnostic::Diagnostic, source::Span};

/// Adds the place of the call, and of its name if that was written elsewhere.
fn at_call(diagnostic: Diagnostic, call: &Invocation, label: &str) -> Diagnostic {
    let diagnostic = diagnostic.at(call.span, label);
    if is_within(call.name_span, call.span) {
        diagnostic
    } else {
        diagnostic.at(call.name_span, format!("`{}` is called in this text", call.name))
    }
}

fn is_within(inner: Span, outer: Span) -> bool {
    inner.source == outer.source && outer.start <= inner.start && inner.end <= outer.end
}

// ---- errors that end the run ----------------------------------------------------------------------------------------

/// A quoted string that extends to the end of the input.
pub(super) fn open_quote(cut: &Lexeme, syntax: Syntax) -> Diagnostic {
    let (open, close) = syntax.quotes().map_or(('`', '\''), |(o, c)| (char::from(o), char::from(c)));
    let outermost = cut.text.origin(cut.range.start..cut.range.start + 1);
    let text = cut.as_str();
    let likely = culprit(text, open, close)
        .map(|at| cut.range.start + at)
        .map_or(outermost, |at| cut.text.origin(at..at + open.len_utf8()));
    let mut diagnostic = Diagnostic::error("mc_unclosed_quote", format!("unclosed quote: missing `{close}`"))
        .at(likely, "this quote is probably the unclosed one");
    if likely != outermost {
        diagnostic = diagnostic.at(outermost, "m4 treats everything from here to the end of the file as one string");
    }
    diagnostic
        .why("quotes nest, so an unclosed one extends to the end of the file, and m4 stops without writing the rest")
        .help(format!("a string starts with {open} and ends with {close}; add the missing `{close}`"))
}

/// Finds the quote in `text` that was probably meant to end on its line. The text starts with a quote that is not closed.
fn culprit(text: &str, open: char, close: char) -> Option<usize> {
    let mut openings: Vec<(usize, Option<usize>)> = Vec::new();
    let mut stack = Vec::new();
    for (at, c) in text.char_indices() {
        if c == close && open != close {
            if let Some(top) = stack.pop().and_then(|n: usize| openings.get_mut(n)) {
                top.1 = Some(at);
            }
        } else if c == open {
            stack.push(openings.len());
            openings.push((at, None));
        }
    }
    let suspect = |&&(at, end): &&(usize, Option<usize>)| {
        let rest = text.get(at + open.len_utf8()..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        if end.is_some_and(|end| end < at + open.len_utf8() + line.len()) {
            return false;
        }
        let unquoted = line.split([open, close]).next().unwrap_or_default();
        let name = unquoted.trim_end_matches(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        let is_name = !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
        let after_name = unquoted.get(name.len()..).unwrap_or_default();
        let ends_a_call = unquoted.len() == line.len() && closes_more_than_it_opens(unquoted);
        let ends_a_name = is_name && after_name.starts_with(',');
        let wrong_quote = is_name && after_name.is_empty() && unquoted.len() < line.len();
        ends_a_call || ends_a_name || wrong_quote
    };
    openings.iter().find(suspect).map(|&(at, _)| at)
}

fn closes_more_than_it_opens(text: &str) -> bool {
    let mut depth = 0;
    text.bytes().any(|b| {
        match b {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        depth < 0
    })
}

/// A comment that extends to the end of the input.
pub(super) fn open_comment(cut: &Lexeme) -> Diagnostic {
    Diagnostic::error("mc_unclosed_comment", "unclosed comment")
        .at(cut.home, "the comment extends to the end of the file")
        .why("m4 stops here without writing the rest")
        .help("end the last line with a newline")
}

/// A call whose arguments extend to the end of the input.
pub(super) fn open_call(frame: &Frame) -> Diagnostic {
    let name = frame.name.as_str();
    let mut diagnostic = Diagnostic::error("mc_unclosed_call", format!("unclosed call of `{name}`: missing `)`"))
        .at(frame.name.home.to(frame.open), "the arguments start here");
    if let Some(&inner) = frame.nesting.last() {
        diagnostic = diagnostic.at(inner, "this parenthesis in an argument is not closed either");
    }
    diagnostic.why("the arguments extend to the end of the file, and m4 stops without writing the rest").help(format!(
        "add `)` at the end of the arguments of `{name}`; unquoted parentheses in arguments count as well"
    ))
}

/// Too many nested calls.
pub(super) fn too_deep(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("mc_too_deep", format!("more than {limit} nested calls"))
        .at(at, "the limit was exceeded here")
        .why("real configurations do not nest this deeply; a macro probably calls itself in its own arguments")
        .help("look for a macro whose definition contains its own name")
}

/// An endless expansion.
pub(super) fn too_many_calls(call: &Invocation, limit: u64) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_endless", format!("endless expansion of `{}`", call.name));
    at_call(diagnostic, call, &format!("still expanding after {limit} calls"))
        .why("a definition probably contains the macro's own name, so that it is expanded again and again; m4 would never end")
        .help("quote the name in the definition, so that it stays plain text")
}

/// Too much expanded text.
pub(super) fn too_much_text(at: Span, limit: u64) -> Diagnostic {
    Diagnostic::error("mc_too_much_text", format!("more than {} MiB of expanded text", limit >> 20))
        .at(at, "the limit was exceeded here")
        .why("a definition probably contains the macro's own name; m4 would run until memory is exhausted")
        .help("look for a macro that doubles its arguments or calls itself")
}

/// Files that include each other.
pub(super) fn include_loop(call: &Invocation, path: &Text) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_include_loop", format!("endless inclusion of `{path}`"));
    at_call(diagnostic, call, "included again here")
        .why("m4 would continue until it cannot open more files")
        .help("remove the include; a file must not include itself, directly or indirectly")
}

/// Unsupported quotes or comments.
pub(super) fn delimiters(call: &Invocation, what: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("mc_delimiters", format!("`{}` with these characters is not supported", call.name));
    at_call(diagnostic, call, &format!("{what} would be changed to this"))
        .why("delimiters must be single ASCII characters other than letters, digits, blanks, parentheses and commas")
        .help("sendmail's own files use ` and '; use these, or single characters such as [ and ]")
}

// ---- refused calls ----------------------------------------------------------------------------------------------------

/// An unsupported macro.
pub(super) fn refused(call: &Invocation, name: &str, why: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_refused_macro", format!("`{name}` is not supported"));
    at_call(diagnostic, call, "called here")
        .why(why)
        .help("write its result into the file; if the word is meant as text, quote it")
}

/// `include` of a file that cannot be read.
pub(super) fn cannot_open(call: &Invocation, path: &Text, reason: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_cannot_open", format!("cannot open `{path}`: {reason}"));
    let diagnostic = at_call(diagnostic, call, "included here")
        .why("m4 continues without the file and exits with status 1, leaving an incomplete sendmail.cf");
    if path.as_str().starts_with('/') {
        diagnostic.help("check the path; if the file may be missing, use `sinclude`")
    } else {
        diagnostic
            .help("a relative path is relative to the current directory; if the file may be missing, use `sinclude`")
    }
}

/// `undivert` of a file.
pub(super) fn undivert_file(call: &Invocation, n: usize) -> Diagnostic {
    Diagnostic::error("mc_undivert_file", format!("`{}` of a file is not supported", call.name))
        .at(call.arg_span(n), "not the number of a diversion")
        .why("m4 would copy the file to the output without reading it as m4")
        .help("write the number of a diversion, or `include` the file")
}

/// A string macro that would split a character.
pub(super) fn cut_character(call: &Invocation) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_cut_character", format!("`{}` would split a character", call.name));
    at_call(diagnostic, call, "in this call")
        .why("m4 counts bytes, and characters outside of ASCII have several")
        .help("use only ASCII characters here")
}

/// Unsupported arguments of `format`.
pub(super) fn format(call: &Invocation) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_format", format!("`{}` with these arguments is not supported", call.name));
    at_call(diagnostic, call, "in this call")
        .why("the supported conversions are %d, %i, %o, %u, %x, %X, %s and %%, with whole numbers")
        .help("write its result into the file")
}

/// `indir` or `builtin` of an unknown name.
pub(super) fn undefined(call: &Invocation, name: &Text, what: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_undefined", format!("unknown {what} `{name}`"));
    at_call(diagnostic, call, "called here").why("m4 ignores the call").help("check the name")
}

/// `eval` of an invalid expression.
pub(super) fn eval(call: &Invocation, what: &str) -> Diagnostic {
    Diagnostic::error("mc_eval", what.to_owned())
        .at(call.arg_span(0), "this expression has no value")
        .why("m4 ignores the call")
        .help("use whole numbers, parentheses, C operators and **")
}

// ---- warnings of m4 -------------------------------------------------------------------------------------------------------

/// Too many or too few arguments of a builtin.
pub(super) fn argument_count(call: &Invocation, few: bool, least: usize, most: usize) -> Diagnostic {
    let given = call.args.len();
    let message = format!("too {} arguments for `{}`: {given}", if few { "few" } else { "many" }, call.name);
    let diagnostic = at_call(Diagnostic::warning("mc_argument_count", message), call, "in this call");
    let diagnostic =
        diagnostic.why(if few { "m4 ignores a call with missing arguments" } else { "m4 ignores extra arguments" });
    diagnostic.help(if few {
        format!("write at least {least}")
    } else if most == usize::MAX {
        "write three arguments for each comparison, and one for the case that none is true".to_owned()
    } else {
        format!("write at most {most}; quote an argument that contains a comma")
    })
}

/// An invalid or unusual number.
pub(super) fn number(call: &Invocation, n: usize) -> Diagnostic {
    let text = call.str(n);
    let message = format!("invalid number `{text}` for `{}`", call.name);
    Diagnostic::warning("mc_number", message)
        .at(call.arg_span(n), "expected a whole number")
        .why(if text.is_empty() {
            "m4 treats an empty argument as 0"
        } else if text.starts_with(|c: char| c.is_ascii_whitespace()) {
            "m4 skips the blanks"
        } else {
            "m4 ignores a call with an invalid number"
        })
        .help("write a decimal number of at most 32 bits, without blanks")
}

/// `=` instead of `==`.
pub(super) fn assignment(call: &Invocation) -> Diagnostic {
    Diagnostic::warning("mc_eval_assignment", "`=` in eval means `==`")
        .at(call.arg_span(0), "in this expression")
        .why("m4 warns because later versions may treat it as an assignment")
        .help("write ==")
}

/// `define` of something other than a name.
pub(super) fn invalid_name(call: &Invocation) -> Diagnostic {
    let diagnostic = Diagnostic::warning("mc_invalid_name", format!("`{}` without a name", call.name));
    at_call(diagnostic, call, "the first argument expands to a macro instead of a name")
        .why("m4 ignores the call")
        .help("quote the name, so that it is not expanded")
}

/// `defn` of a builtin together with other text.
pub(super) fn no_text(call: &Invocation, n: usize) -> Diagnostic {
    Diagnostic::warning("mc_no_text", format!("cannot join `{}` with other text", call.str(n)))
        .at(call.arg_span(n), "left out")
        .why("a builtin macro of m4 can only be copied alone")
        .help("call `defn` with this argument alone")
}

/// `dnl` in a last line without a newline, or at the end of a value.
pub(super) fn dnl_at_the_end(call: &Invocation, expanding: bool) -> Diagnostic {
    let diagnostic = Diagnostic::warning("mc_dnl_at_end", "`dnl` on a last line without a newline");
    let diagnostic = at_call(diagnostic, call, "discards the rest of the text");
    if expanding {
        diagnostic
            .why("where a value ending in `dnl` is used, m4 discards the text that follows it on the line")
            .help("move the comment out of the value")
    } else {
        diagnostic
            .why("m4 treats the end of the file as a newline, with a warning")
            .help("end the last line with a newline")
    }
}

// ---- mistakes that m4 does not report ------------------------------------------------------------------------------------

/// `define('X', …)`.
pub(super) fn straight_quotes(call: &Invocation, name: &Text, open: char, close: char) -> Diagnostic {
    let inner = name.as_str().trim().trim_start_matches(open).trim_end_matches(close);
    let diagnostic = Diagnostic::warning(
        "mc_wrong_quotes",
        format!("{open} and {close} are not quotes in m4, so this definition is never used"),
    )
    .at(name.span(), "the defined name includes these characters");
    let diagnostic =
        if is_within(name.span(), call.span) { diagnostic } else { diagnostic.at(call.span, "in this call") };
    diagnostic
        .why("in a .mc, a string starts with ` (backquote) and ends with ' (apostrophe); m4 treats other characters as text, without a warning")
        .help(format!("write `{inner}'"))
}

/// `define (…)` and `divert (…)`.
pub(super) fn blank_before_parenthesis(name: &Lexeme, blanks: Span, plain: bool) -> Diagnostic {
    let word = name.as_str();
    Diagnostic::warning("mc_blank_before_parenthesis", format!("blank between `{word}` and its parenthesis"))
        .at(name.home.to(blanks), "the parenthesis must follow directly")
        .why(if plain {
            format!("m4 does not treat this as a call, and copies `{word}` and the rest to the output")
        } else {
            format!("m4 calls `{word}` without arguments, and copies the parentheses with their content to the output")
        })
        .help(format!("write `{word}(`"))
}

/// `#define(…)`.
pub(super) fn commented_call(call: &Invocation, hash: Span) -> Diagnostic {
    Diagnostic::warning("mc_commented_call", format!("`{}` takes effect although its line starts with #", call.name))
        .at(call.span, "executed like any other call")
        .at(hash, "does not start a comment here")
        .why("sendmail's cf.m4 turns off m4's comments, so # is an ordinary character after it")
        .help("start the line with `dnl` to disable it, or remove the # if the call is intended")
}

#[cfg(test)]
mod tests {
    use super::culprit;

    fn line_of_culprit(text: &str) -> Option<usize> {
        culprit(text, '`', '\'').map(|at| text[..at].matches('\n').count() + 1)
    }

    #[test]
    fn the_quote_that_lacks_its_end_is_told_from_those_around_it() {
        assert_eq!(line_of_culprit("`d)\ndefine(`E', `f')\n"), Some(1));
        assert_eq!(line_of_culprit("`C, `d')\ndefine(`E', `f')\n"), Some(1));
        assert_eq!(line_of_culprit("`\n define(`Y', `z)\n define(`E', `f')\n')\n"), Some(2));
        assert_eq!(line_of_culprit("`\n define(`Y, `z')\n define(`E', `f')\n')\n"), Some(2));
        assert_eq!(line_of_culprit("`A`, `b')\ndefine(`E', `f')\n"), Some(1));
        assert_eq!(line_of_culprit("`some text (in parentheses)\nand more\n"), None);
    }
}
