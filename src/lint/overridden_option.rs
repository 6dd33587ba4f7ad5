#![doc = include_str!("../findings/overridden_option.md")]

use super::{
    Rule, Surroundings,
    raw_lines::{RawOption, raw_options},
};
use crate::{
    catalog::option,
    diagnostic::{Diagnostic, Severity},
    site::{RawSection, Setting, Site},
    source::Syntax,
};

pub(super) const RULE: Rule = Rule {
    code: "overridden_option",
    summary: "a raw line sets an option that sendmail.cf sets again behind it",
    severity: Severity::Warning,
    check,
    together: None,
};

/// Options of which each line adds to those before it.
const ADDING: [&str; 8] = [
    "AliasFile",
    "ClientPortOptions",
    "ClientSSLOptions",
    "DaemonPortOptions",
    "DontBlameSendmail",
    "PrivacyOptions",
    "ResolverOptions",
    "ServerSSLOptions",
];

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    // The lines of the options stand behind those of LOCAL_CONFIG.
    let before = raw_options(site).filter(|raw| raw.section <= RawSection::LocalConfig && !ADDING.contains(&raw.name));
    let overridden = before.filter_map(|raw| {
        let setting = site.options.get(raw.name).filter(|setting| setting.value != raw.value.trim_end())?;
        Some(finding(&raw, setting, around.syntax))
    });
    overridden.collect()
}

fn finding(raw: &RawOption<'_>, setting: &Setting<String>, syntax: Syntax) -> Diagnostic {
    let RawOption { name, place, .. } = raw;
    let value = raw.value.trim_end();
    let found = Diagnostic::warning(RULE.code, format!("this line does not set {name} to `{value}`"));
    let found = place.iter().fold(found, |found, place| found.at(*place, "overridden"));
    let found = setting.span.iter().fold(found, |found, place| found.at(*place, "set here as well"));
    let origin = if setting.span.is_some() { "the site" } else { "sendmail's tree" };
    let found = found.why(format!(
        "options are written behind LOCAL_CONFIG, and {origin} sets this one to `{}` there: the last line counts",
        setting.value
    ));
    found.help(match option::by_option(name) {
        Some(spec) => syntax.pick(
            format!("write define(`{}', `{value}') instead of the line", spec.name),
            format!("write `{} = \"{value}\"` in [conf] instead of the line", spec.key),
        ),
        None => "set it where the other one is set".to_owned(),
    })
}
