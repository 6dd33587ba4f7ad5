//! Diagnostics as text, one module per `--format`.
//!
//! Everything here returns a string: what is printed, and where to, is the caller's decision.

mod clipped;
mod human;
mod json;
mod printable;
mod sendmail;
mod short;

use clap::ValueEnum;
pub(super) use printable::{printable, printable_line};

use crate::{
    diagnostic::{Diagnostic, Severity},
    source::Sources,
};

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Reports with the source line under them, and a summary
    #[default]
    Human,
    /// One line each: `file:line:column: error[code]: message`
    Short,
    /// What sendmail's m4 prints on the same file, to the byte; and errors that it does not see, one line each
    Sendmail,
    /// One JSON object a line
    Json,
}

/// What is known of the place that the text goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Whether escape sequences for colour are wanted.
    pub color: bool,
    /// Columns, if it is a terminal that says so.
    pub width: Option<usize>,
}

/// All diagnostics of a run, for `sendmail` in the order in which they were found, otherwise in the order of their places;
/// those that have none come last.
pub fn render(format: Format, diagnostics: &[Diagnostic], sources: &Sources, terminal: Terminal) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let mut by_place: Vec<_> = diagnostics.iter().collect();
    by_place.sort_by_key(|diagnostic| {
        let span = diagnostic.span();
        (span.is_none(), span.map(|span| (span.source, span.start)))
    });
    match format {
        Format::Human => human::render(&by_place, sources, terminal),
        Format::Short => short::render(&by_place, sources),
        Format::Sendmail => sendmail::render(diagnostics, sources),
        Format::Json => json::render(&by_place, sources),
    }
}

/// The word for a severity that every format but `sendmail` uses.
fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Advice => "advice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    /// Two errors, a warning and a piece of advice over two texts, one of them hostile to terminals.
    fn findings() -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::default();
        let site =
            sources.add("site.mc", "OSTYPE(`linux')dnl\nFEATUER(`acess_db')dnl\n\tdefine(`SMART_HSOT', `mail')\n");
        let other = sources.add("über/relay-domains", "grüße.example\u{1b}[31m\n");
        let diagnostics = vec![
            Diagnostic::error("unknown_macro", "there is no macro `FEATUER`")
                .at(Span::new(site, 19, 26), "did you mean `FEATURE`?")
                .why("m4 would copy the line into sendmail.cf, which sendmail then refuses to read")
                .help("write FEATURE(`acess_db')"),
            Diagnostic::warning("hostile", "a name with \u{1b}[2J in it")
                .at(Span::new(other, 0, 15), "\u{202e}here")
                .at(Span::new(site, 43, 49), "used here")
                .reference("*** WARNING: hostile\n"),
            Diagnostic::error("no_place", "the whole site is wrong").reference("*** ERROR: wrong\n"),
            Diagnostic::advice("past_the_end", "nothing follows").at(Span::new(site, 5000, 6000), ""),
        ];
        (diagnostics, sources)
    }

    fn rendered(format: Format, color: bool) -> String {
        let (diagnostics, sources) = findings();
        render(format, &diagnostics, &sources, Terminal { color, width: Some(80) })
    }

    #[test]
    fn every_format_shows_all_of_it() {
        insta::with_settings!({ snapshot_path => "../../../snapshots/cli/render", prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("human", rendered(Format::Human, false));
            insta::assert_snapshot!("short", rendered(Format::Short, false));
            insta::assert_snapshot!("sendmail", rendered(Format::Sendmail, false));
            insta::assert_snapshot!("json", rendered(Format::Json, false));
        });
    }

    #[test]
    fn no_escape_sequence_of_the_input_reaches_the_terminal() {
        for format in [Format::Human, Format::Short, Format::Json] {
            assert!(!rendered(format, false).contains('\u{1b}'), "{format:?}");
        }
        assert!(!rendered(Format::Human, true).contains("\u{1b}[2J"));
    }

    #[test]
    fn sendmail_format_is_the_reference_texts_or_why_it_would_have_taken_what_is_refused() {
        assert_eq!(rendered(Format::Sendmail, true), "*** WARNING: hostile\n*** ERROR: wrong\n");
        let (mut diagnostics, sources) = findings();
        diagnostics.retain(|diagnostic| diagnostic.code != "no_place");
        let plain = Terminal { color: false, width: Some(80) };
        assert_eq!(
            render(Format::Sendmail, &diagnostics, &sources, plain),
            "site.mc:2:1: error[unknown_macro]: there is no macro `FEATUER`\n*** WARNING: hostile\n"
        );
    }

    #[test]
    fn people_are_shown_twenty_alike_and_told_of_the_rest() {
        let of = |code, count| std::iter::repeat_n(Diagnostic::warning(code, "m"), count);
        let diagnostics: Vec<_> = of("many", 23).chain(of("few", 20)).collect();
        let rendered = |format| {
            let plain = Terminal { color: false, width: Some(80) };
            render(format, &diagnostics, &Sources::default(), plain)
        };
        let human = rendered(Format::Human);
        assert_eq!(human.matches("warning[many]").count(), 20);
        assert_eq!(human.matches("warning[few]").count(), 20);
        assert!(human.ends_with("\n\n3 more of [many]: all of them with --format short\n"), "{human}");
        assert_eq!(rendered(Format::Short).lines().count(), 43);
        assert_eq!(rendered(Format::Json).lines().count(), 43);
    }

    #[test]
    fn json_is_one_object_a_line_with_every_field() {
        let text = rendered(Format::Json, false);
        let objects = text.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()).collect::<Vec<_>>();
        assert_eq!(objects.len(), 4);
        for object in &objects {
            let fields = object.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
            assert_eq!(
                fields,
                ["code", "severity", "message", "file", "span", "labels", "why", "help", "suggestion", "reference"]
                    .into_iter()
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect::<Vec<_>>()
            );
        }
        assert_eq!(objects[0]["span"]["start"]["line"], 2);
        assert_eq!(objects[0]["span"]["end"]["column"], 8);
        // What has no place comes last.
        assert!(objects[2]["span"].is_object() && objects[3]["span"].is_null());
    }

    proptest::proptest! {
        #[test]
        fn no_text_and_no_span_is_too_strange(text in "[a\u{e9}\u{4e16}\r\n\t\u{1b}]{0,40}", from in 0usize..60, length in 0usize..60) {
            let mut sources = Sources::default();
            let id = sources.add("x", text);
            let diagnostic = Diagnostic::error("x", "x")
                .at(Span::new(id, from, from + length), "first")
                .at(Span::new(id, from / 2, from), "second");
            for format in [Format::Human, Format::Short, Format::Json] {
                let shown = render(format, std::slice::from_ref(&diagnostic), &sources, Terminal { color: false, width: Some(40) });
                proptest::prop_assert!(shown.contains("error"));
                proptest::prop_assert!(!shown.contains("Failed to read"), "{}", shown);
            }
        }
    }
}
