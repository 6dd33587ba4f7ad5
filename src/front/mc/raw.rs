//! Text outside calls: raw sendmail.cf, by the diversion that it went to.

use crate::{
    catalog::macros::MACROS,
    diagnostic::{Diagnostic, nearest},
    front::environment::Environment,
    site::RawSection,
    source::Span,
    syntax::mc::{Machine, Text},
};

/// The sections by the number of their diversion; the reference writes those beyond after everything else.
const SECTIONS: [RawSection; 10] = [
    RawSection::Head,
    RawSection::LocalNetConfig,
    RawSection::LocalRule3,
    RawSection::LocalRule0,
    RawSection::LocalUucp,
    RawSection::Classes,
    RawSection::LocalConfig,
    RawSection::MailerDefinitions,
    RawSection::LocalDnsbl,
    RawSection::LocalRulesets,
];

/// The diversion of the first of [`RawSection::HOOKS`], of our own: the reference puts them among `LOCAL_RULESETS`.
pub(super) const FIRST_HOOK: i32 = 9000;

/// Takes the text of all diversions.
pub(super) fn collect(environment: &mut Environment, m4: &mut Machine<'_>) {
    let explained = explained(m4);
    let numbers: Vec<i32> = m4.diversions().keys().copied().collect();
    for number in numbers {
        let Some(text) = m4.take_diversion(number) else { continue };
        let known = usize::try_from(number).ok().and_then(|n| SECTIONS.get(n).copied());
        let hook = usize::try_from(number - FIRST_HOOK).ok().and_then(|n| RawSection::HOOKS.get(n).copied());
        let section = known.or(hook).unwrap_or(RawSection::MailerDefinitions);
        let before = if number == 0 { Before::Comment } else { Before::Blank };
        check_after(m4, &text, before, &explained);
        environment.raw_text(section, &text);
    }
}

/// Places that are already explained: what is left of a call there is not looked at again.
fn explained(m4: &Machine<'_>) -> Places {
    let reported = m4.diagnostics().iter().filter(|d| d.is_error() || d.code == "mc_blank_before_parenthesis");
    let calls = m4.suspicious_calls().iter().map(|call| call.name.span);
    Places::new(reported.filter_map(Diagnostic::span).chain(calls).collect())
}

/// Places, found by binary search: there may be one for each line of a long file.
#[derive(Default)]
struct Places {
    /// In the order of their texts and starts.
    spans: Vec<Span>,
    /// For each of them, where the furthest that begins no later in the same text ends.
    furthest: Vec<u32>,
}

impl Places {
    fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut last = None;
        let furthest = spans.iter().map(|span| {
            let end = last.filter(|(source, _)| *source == span.source).map_or(span.end, |(_, end)| span.end.max(end));
            last = Some((span.source, end));
            end
        });
        let furthest = furthest.collect();
        Self { spans, furthest }
    }

    /// Whether one of them shares a byte with `line`.
    fn overlap(&self, line: Span) -> bool {
        let before = self.spans.partition_point(|span| (span.source, span.start) < (line.source, line.end));
        before.checked_sub(1).is_some_and(|last| {
            let is_same_text = self.spans.get(last).is_some_and(|span| span.source == line.source);
            is_same_text && self.furthest.get(last).is_some_and(|end| *end > line.start)
        })
    }
}

/// What the line before was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Blank,
    Comment,
    Directive,
}

/// Finds lines that sendmail would refuse, such as what is left of a misspelt macro.
pub(in crate::front) fn check(m4: &mut Machine<'_>, text: &Text) {
    check_after(m4, text, Before::Blank, &Places::default());
}

/// The same where the reference writes something before the text.
fn check_after(m4: &mut Machine<'_>, text: &Text, mut before: Before, explained: &Places) {
    let mut unknown: Vec<Text> = Vec::new();
    for line in text.lines() {
        let bytes = line.as_str();
        if bytes.trim().is_empty() {
            if bytes.is_empty() {
                before = Before::Blank;
            }
            continue;
        }
        let continues = bytes.starts_with([' ', '\t']) && before != Before::Blank;
        let known = explained.overlap(line.span());
        if !continues {
            before = if bytes.starts_with('#') { Before::Comment } else { Before::Directive };
        }
        if continues || known {
            continue;
        }
        if let Some((word, near)) = misspelt(bytes) {
            let place = line.slice(0..word.len()).span();
            m4.report(
                Diagnostic::error("unknown_macro", format!("unknown macro `{word}`"))
                    .at(place, "copied to sendmail.cf as it is")
                    .why("m4 copies unknown names to the output, so the statement has no effect")
                    .help(format!("did you mean `{near}`?")),
            );
        } else if bytes.bytes().next().is_some_and(|first| !DIRECTIVES.contains(&first)) {
            unknown.push(line);
            continue;
        }
        report_unknown(m4, &mut unknown);
    }
    report_unknown(m4, &mut unknown);
}

/// Reports lines that follow each other as one.
fn report_unknown(m4: &mut Machine<'_>, lines: &mut Vec<Text>) {
    let Some(first) = lines.first() else { return };
    let shown: String = first.as_str().chars().take(40).collect();
    let message = match lines.len() {
        1 => format!("`{shown}` is no line of sendmail.cf"),
        n => format!("`{shown}` and {} more are no lines of sendmail.cf", n - 1),
    };
    m4.report(
        Diagnostic::error("unknown_line", message)
            .at(first.span(), "copied to sendmail.cf as it is")
            .why("text outside macros is raw sendmail.cf, and sendmail knows no line that begins like this")
            .help("begin a remark with `dnl`; if this is a macro, check its name, and the quotes before it"),
    );
    lines.clear();
}

/// Letters that lines of sendmail.cf begin with (op guide section 5).
const DIRECTIVES: &[u8] = b"#RSDHCFXKMOPTVEQ";

/// The first word of a line and the macro that it looks like, if it looks like one and is written without parentheses.
fn misspelt(line: &str) -> Option<(&str, &'static str)> {
    let end = line.bytes().position(|b| !(b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'));
    let (word, rest) = line.split_at_checked(end.unwrap_or(line.len()))?;
    if !word.contains('_') || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    nearest(word, MACROS.iter().map(|known| known.name)).map(|near| (word, near))
}
