//! What the machine has to say, in words.

use super::{
    Text,
    input::Lexeme,
    lexer::Syntax,
    run::{Frame, Invocation},
};
use crate::{diagnostic::Diagnostic, source::Span};

/// The call as written in the file, with a second label where its name was typed if that is elsewhere.
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

// ---- what breaks the run off ----------------------------------------------------------------------------------------

/// A quoted string that the end of the input cuts off.
pub(super) fn open_quote(cut: &Lexeme, syntax: Syntax) -> Diagnostic {
    let (open, close) = syntax.quotes().map_or(('`', '\''), |(o, c)| (char::from(o), char::from(c)));
    let outermost = cut.text.origin(cut.range.start..cut.range.start + 1);
    let text = cut.as_str();
    let likely = culprit(text, open, close)
        .map(|at| cut.range.start + at)
        .map_or(outermost, |at| cut.text.origin(at..at + open.len_utf8()));
    let mut diagnostic =
        Diagnostic::error("mc_unclosed_quote", format!("this quote is never closed: a `{close}` is missing"))
            .at(likely, "the quote that opens here most likely lacks its end");
    if likely != outermost {
        diagnostic = diagnostic.at(outermost, "m4 takes everything from here to the end of the file for one string");
    }
    diagnostic
        .why("quotes nest, so one that is not closed takes in all that follows, and m4 stops without writing the rest")
        .help(format!("a string begins with {open} and ends with {close}; write `{close}` where it is to end"))
}

/// Of the quotes in `text`, which begins with one and leaves it open, the one that was most likely meant to end on its line.
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

/// A comment that the end of the input cuts off.
pub(super) fn open_comment(cut: &Lexeme) -> Diagnostic {
    Diagnostic::error("mc_unclosed_comment", "the file ends within a comment")
        .at(cut.home, "this comment has no end")
        .why("m4 stops here without writing the rest")
        .help("end the last line with a newline")
}

/// A call whose arguments the end of the input cuts off.
pub(super) fn open_call(frame: &Frame) -> Diagnostic {
    let name = frame.name.as_str();
    let mut diagnostic =
        Diagnostic::error("mc_unclosed_call", format!("the arguments of `{name}` never end: a `)` is missing"))
            .at(frame.name.home.to(frame.open), "the call that begins here is not closed");
    if let Some(&inner) = frame.nesting.last() {
        diagnostic = diagnostic.at(inner, "this parenthesis inside an argument is still open at the end of the file");
    }
    diagnostic
        .why("everything up to the end of the file became part of an argument, and m4 stops without writing the rest")
        .help(format!(
            "write `)` where the arguments of `{name}` end; the parentheses inside an unquoted argument count"
        ))
}

/// Calls in calls in calls.
pub(super) fn too_deep(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("mc_too_deep", format!("calls are nested more than {limit} deep"))
        .at(at, "while this was being read")
        .why("a configuration that is meant does not nest like this; most likely a macro calls itself in its own arguments")
        .help("look for a macro whose text mentions its own name")
}

/// A run without an end.
pub(super) fn too_many_calls(call: &Invocation, limit: u64) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("mc_endless", format!("the expansion of `{}` does not come to an end", call.name));
    at_call(diagnostic, call, &format!("after {limit} calls the run was still within this"))
        .why("most likely a macro's text contains the macro's own name, so that it is expanded again and again; m4 would run for ever")
        .help("quote the name where it is to stay plain text, or undefine it there")
}

/// An expansion without bounds.
pub(super) fn too_much_text(at: Span, limit: u64) -> Diagnostic {
    Diagnostic::error("mc_too_much_text", format!("the expansions are larger than {} MiB together", limit >> 20))
        .at(at, "the limit was passed here")
        .why("most likely a macro's text contains its own name; m4 would go on until memory is used up")
        .help("look for a macro that doubles its arguments or calls itself")
}

/// Files that include each other.
pub(super) fn include_loop(call: &Invocation, path: &Text) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_include_loop", format!("files include each other without an end: `{path}`"));
    at_call(diagnostic, call, "included once more here")
        .why("m4 would go on until it has no files left to open")
        .help("a file must not include itself, nor one that includes it")
}

/// Quotes or comments that are beyond what is supported.
pub(super) fn delimiters(call: &Invocation, what: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("mc_delimiters", format!("`{}` with these characters is not supported", call.name));
    at_call(diagnostic, call, &format!("{what} would be changed to this"))
        .why("relaycc reads files whose delimiters are one ASCII character each, and neither letter, digit, blank nor punctuation of calls")
        .help("sendmail's own files use ` and '; use these, or single characters such as [ and ]")
}

// ---- what is refused --------------------------------------------------------------------------------------------------

/// A macro that is not executed.
pub(super) fn refused(call: &Invocation, name: &str, why: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_refused_macro", format!("`{name}` is not supported"));
    at_call(diagnostic, call, "called here")
        .why(why)
        .help("write what it would yield into the file itself; if the word is meant as text, put it in quotes")
}

/// `include` of a file that cannot be read.
pub(super) fn cannot_open(call: &Invocation, path: &Text, reason: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_cannot_open", format!("cannot open `{path}`: {reason}"));
    let diagnostic = at_call(diagnostic, call, "included here")
        .why("m4 goes on without the file and ends with status 1, leaving an incomplete sendmail.cf");
    if path.as_str().starts_with('/') {
        diagnostic.help("check the path; if the file may be missing, use `sinclude`")
    } else {
        diagnostic.help("a relative path counts from the directory that the command runs in; if the file may be missing, use `sinclude`")
    }
}

/// `undivert` of a file.
pub(super) fn undivert_file(call: &Invocation, n: usize) -> Diagnostic {
    Diagnostic::error("mc_undivert_file", format!("`{}` of a file is not supported", call.name))
        .at(call.arg_span(n), "not the number of a diversion")
        .why("m4 would copy the file of this name to the output, unread")
        .help("give the number of a diversion, or `include` the file")
}

/// A string macro that would leave a part of a character.
pub(super) fn cut_character(call: &Invocation) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_cut_character", format!("`{}` would cut a character in two", call.name));
    at_call(diagnostic, call, "in this call")
        .why("m4 counts bytes, and a character beyond ASCII has several")
        .help("use ASCII here")
}

/// `format` beyond what is supported.
pub(super) fn format(call: &Invocation) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_format", format!("`{}` with these arguments is not supported", call.name));
    at_call(diagnostic, call, "in this call")
        .why("relaycc knows %d, %i, %o, %u, %x, %X, %s and %%, and whole numbers for them")
        .help("write what it would yield into the file itself")
}

/// `indir` or `builtin` of what is not there.
pub(super) fn undefined(call: &Invocation, name: &Text, what: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("mc_undefined", format!("there is no {what} `{name}`"));
    at_call(diagnostic, call, "called here").why("m4 goes on as if the call were not there").help("check the name")
}

/// `eval` of what has no value.
pub(super) fn eval(call: &Invocation, what: &str) -> Diagnostic {
    Diagnostic::error("mc_eval", what.to_owned())
        .at(call.arg_span(0), "this has no value")
        .why("m4 goes on as if nothing had been written here")
        .help("eval takes whole numbers, parentheses, and the operators of C and **")
}

// ---- what m4 warns of ---------------------------------------------------------------------------------------------------

/// More or fewer arguments than a macro of m4 takes.
pub(super) fn argument_count(call: &Invocation, few: bool, least: usize, most: usize) -> Diagnostic {
    let given = call.args.len();
    let message = format!("too {} arguments for `{}`: {given}", if few { "few" } else { "many" }, call.name);
    let diagnostic = at_call(Diagnostic::warning("mc_argument_count", message), call, "in this call");
    let diagnostic = diagnostic.why(if few {
        "m4 does nothing for a call that lacks arguments"
    } else {
        "m4 ignores the arguments beyond those that the macro takes"
    });
    diagnostic.help(if few {
        format!("it needs at least {least}")
    } else if most == usize::MAX {
        "give three arguments for each comparison, and one more for when none holds".to_owned()
    } else {
        format!("it takes at most {most}; a comma in an argument has to stand in quotes")
    })
}

/// A number that is none, or oddly written.
pub(super) fn number(call: &Invocation, n: usize) -> Diagnostic {
    let text = call.str(n);
    let message = format!("`{text}` is not a number as `{}` takes it", call.name);
    Diagnostic::warning("mc_number", message)
        .at(call.arg_span(n), "should be a whole number")
        .why(if text.is_empty() {
            "m4 takes nothing for 0"
        } else if text.starts_with(|c: char| c.is_ascii_whitespace()) {
            "m4 reads past the blanks and takes the number"
        } else {
            "m4 does nothing for a call whose number it cannot read"
        })
        .help("write decimal digits, without blanks after them, that fit into 32 bits")
}

/// `=` for `==`.
pub(super) fn assignment(call: &Invocation) -> Diagnostic {
    Diagnostic::warning("mc_eval_assignment", "`=` in eval is taken for `==`")
        .at(call.arg_span(0), "in this expression")
        .why("m4 warns because later versions may take it for an assignment")
        .help("write ==")
}

/// `define` of what is not a name.
pub(super) fn invalid_name(call: &Invocation) -> Diagnostic {
    let diagnostic = Diagnostic::warning("mc_invalid_name", format!("`{}` is not given a name", call.name));
    at_call(diagnostic, call, "its first argument is a macro, not a name")
        .why("m4 ignores the call")
        .help("put the name in quotes, so that it is not expanded")
}

/// `defn` that would join a macro without a text to other text.
pub(super) fn no_text(call: &Invocation, n: usize) -> Diagnostic {
    Diagnostic::warning("mc_no_text", format!("`{}` has no text that could be joined to others", call.str(n)))
        .at(call.arg_span(n), "left out")
        .why("a macro of m4 itself can be copied only alone")
        .help("call `defn` for it alone")
}

/// `dnl` in a last line without a newline, or at the end of a value.
pub(super) fn dnl_at_the_end(call: &Invocation, expanding: bool) -> Diagnostic {
    let diagnostic =
        Diagnostic::warning("mc_dnl_at_end", "the text ends in a line that `dnl` discards, without a newline");
    let diagnostic = at_call(diagnostic, call, "discards up to the end");
    if expanding {
        diagnostic
            .why("where a value with `dnl` in it is used, m4 discards what follows it on the same line, whatever that is")
            .help("put the remark outside of the value")
    } else {
        diagnostic
            .why("m4 takes the end of the file for the newline and says so")
            .help("end the last line with a newline")
    }
}

// ---- what m4 does not mention --------------------------------------------------------------------------------------------

/// `define('X', …)`.
pub(super) fn straight_quotes(call: &Invocation, name: &Text, open: char, close: char) -> Diagnostic {
    let inner = name.as_str().trim().trim_start_matches(open).trim_end_matches(close);
    let diagnostic = Diagnostic::warning(
        "mc_wrong_quotes",
        format!("{open} and {close} do not quote: this defines nothing that is ever used"),
    )
    .at(name.span(), "the name defined here includes the quote characters");
    let diagnostic =
        if is_within(name.span(), call.span) { diagnostic } else { diagnostic.at(call.span, "in this call") };
    diagnostic
        .why("in a .mc a string begins with ` (backquote) and ends with ' (apostrophe); m4 takes any other characters for text, without a word")
        .help(format!("write `{inner}'"))
}

/// `define (…)` and `divert (…)`.
pub(super) fn blank_before_parenthesis(name: &Lexeme, blanks: Span, plain: bool) -> Diagnostic {
    let word = name.as_str();
    Diagnostic::warning("mc_blank_before_parenthesis", format!("a blank between `{word}` and its parenthesis"))
        .at(name.home.to(blanks), "the parenthesis has to follow directly")
        .why(if plain {
            format!("m4 does not take this for a call: `{word}` and what follows are copied to the output")
        } else {
            format!("m4 calls `{word}` without arguments and copies the parenthesis and what is in it to the output")
        })
        .help(format!("write `{word}(`"))
}

/// `#define(…)`.
pub(super) fn commented_call(call: &Invocation, hash: Span) -> Diagnostic {
    Diagnostic::warning("mc_commented_call", format!("`{}` takes effect although its line begins with #", call.name))
        .at(call.span, "executed like any other call")
        .at(hash, "not a comment to m4 here")
        .why("sendmail's cf.m4 switches m4's comments off, so # is an ordinary character in what follows it")
        .help("begin the line with `dnl` to leave it out, or take the # away if the call is meant")
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
