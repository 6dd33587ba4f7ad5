#![doc = include_str!("../findings/undefined_macro.md")]

use std::collections::HashSet;

use super::{Rule, Surroundings, raw_lines::raw_lines};
use crate::{
    catalog::macro_name::{self, MACRO_NAMES},
    diagnostic::{Diagnostic, Severity, nearest},
    site::Site,
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "undefined_macro",
    summary: "a macro is asked for that nothing sets",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let own: HashSet<&str> = site.raw.values().flatten().flat_map(|raw| named(&raw.text)).collect();
    let raw = raw_lines(site).map(|line| (line.text, line.place));
    let lists = site
        .blocklists
        .iter()
        .flat_map(|list| [&list.value.message, &list.value.temporary].map(|text| (text.as_str(), Some(list.span))));
    let messages = [&site.messages.relay, &site.messages.reject, &site.messages.recipient_reject];
    let messages = messages.into_iter().flatten().map(|setting| (setting.value.as_str(), setting.span));
    let options = site.options.values().filter(|setting| setting.span.is_some());
    let options = options.map(|setting| (setting.value.as_str(), setting.span));
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (text, place) in raw.chain(lists).chain(messages).chain(options) {
        for name in asked(text).filter(|name| !macro_name::is_known(name) && !own.contains(name)) {
            if seen.insert((place.map(|place| (place.source, place.start)), name)) {
                found.push(finding(name, place));
            }
        }
    }
    found
}

/// Names in braces behind `$` or `$&`; one that a blank parts from them comes with the blank and the braces.
fn asked(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').filter_map(|(at, _)| {
        let rest = text.get(at + 1..)?;
        let rest = rest.strip_prefix('&').unwrap_or(rest);
        let (name, after) = rest.trim_start_matches(' ').strip_prefix('{')?.split_once('}')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match rest.starts_with('{') {
            true => is_name.then_some(name),
            false => macro_name::is_known(name).then(|| rest.get(..rest.len() - after.len())).flatten(),
        }
    })
}

/// Names in braces that are set or filled: `D{name}`, and what the storage map is given.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(at, _)| {
        let before = text.get(..at)?;
        let (name, _) = text.get(at + 1..)?.split_once('}')?;
        (!before.ends_with(['$', '&', '=', '~'])).then_some(name)
    })
}

fn finding(name: &str, place: Option<Span>) -> Diagnostic {
    let shown = if name.contains('{') { format!("$&{name}") } else { format!("${{{name}}}") };
    let near = nearest(name.trim_matches([' ', '{', '}']), MACRO_NAMES);
    let message = format!("undefined macro `{shown}`");
    let found = match near {
        Some(_) => Diagnostic::warning(RULE.code, message),
        None => Diagnostic::advice(RULE.code, message),
    };
    let found = place.into_iter().fold(found, |found, place| found.at(place, "asked for here"));
    let found = found.why("sendmail treats it as empty: texts lack it, and rules that test it never match");
    found.help(match near {
        Some(near) if name.contains('{') => format!("write `$&{{{near}}}`, without the blank"),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("set it with a line `D{{{name}}}…`, or remove it"),
    })
}

#[cfg(test)]
mod tests {
    use super::{asked, named};

    #[test]
    fn what_is_asked_for_is_told_from_what_is_set() {
        let text = "R$* $| $&{client_addr}\t$: $(storage {Mine} $@ $1 $) ${Mine} $={Class} $& {client_addr} $&{";
        assert_eq!(asked(text).collect::<Vec<_>>(), ["client_addr", "Mine", " {client_addr}"]);
        assert_eq!(named("D{X}x $={C} {Y}").collect::<Vec<_>>(), ["X", "Y"]);
    }
}
