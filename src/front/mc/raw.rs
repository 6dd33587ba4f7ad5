//! Text outside calls: raw sendmail.cf, by the diversion that it went to.

use crate::{
    diagnostic::Diagnostic,
    front::environment::Environment,
    site::RawSection,
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

/// Takes the text of all diversions.
pub(super) fn collect(environment: &mut Environment, m4: &mut Machine<'_>) {
    let numbers: Vec<i32> = m4.diversions().keys().copied().collect();
    for number in numbers {
        let Some(text) = m4.take_diversion(number) else { continue };
        let known = usize::try_from(number).ok().and_then(|n| SECTIONS.get(n).copied());
        let section = known.unwrap_or(RawSection::MailerDefinitions);
        check(m4, &text);
        environment.raw_text(section, &text);
    }
}

/// Finds lines that sendmail would refuse, such as what is left of a misspelt macro.
pub(in crate::front) fn check(m4: &mut Machine<'_>, text: &Text) {
    for line in text.lines() {
        let Some(first) = line.as_str().bytes().next() else { continue };
        if first.is_ascii_whitespace() || b"#RSDHCFXKMOPTVEQL".contains(&first) {
            continue;
        }
        let shown: String = line.as_str().chars().take(40).collect();
        m4.report(
            Diagnostic::error("unknown_line", format!("`{shown}` is no line of sendmail.cf"))
                .at(line.span(), "copied to sendmail.cf as it is")
                .why("text outside macros is raw sendmail.cf, and sendmail knows no line that begins like this")
                .help("begin a comment with `dnl`; check the spelling of the macro, and its quotes"),
        );
    }
}
