#![doc = include_str!("../findings/dead_dns_list.md")]

use super::{Rule, Surroundings, raw_lines::raw_lines};
use crate::{
    catalog::dead_list::{self, Answer, DeadList},
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "dead_dns_list",
    summary: "a DNS list is asked that has ended",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let lists = site.blocklists.iter().filter_map(|list| {
        let dead = dead_list::by_zone(&list.value.server)?;
        Some(finding(&list.value.server, dead, Some(list.span)))
    });
    let raw = raw_lines(site).filter(|line| line.text.starts_with(['R', 'K'])).filter_map(|line| {
        // What a client is told may name any host; only zones that are asked count, which stand outside of quotes.
        let asked = line.text.split_once("$#").map_or(line.text, |(asked, _)| asked);
        let outside = asked.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        let is_between = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        // Digits before it are what is left of `$1` and `$2`.
        let words =
            outside.split(is_between).map(|word| word.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()));
        let zone = words.map(|word| word.trim_matches('.')).find_map(|word| Some((word, dead_list::by_zone(word)?)));
        zone.map(|(zone, dead)| finding(zone, dead, line.place))
    });
    lists.chain(raw).collect()
}

fn finding(zone: &str, dead: &DeadList, place: Option<Span>) -> Diagnostic {
    let found = Diagnostic::warning(RULE.code, format!("the DNS list {zone} ended in {}", dead.year))
        .why(match dead.answer {
            Answer::Nothing => "nobody is found in it, and each client waits for an answer that does not come",
            Answer::Everybody => "it has listed every address: all mail is refused while its servers answer like that",
        })
        .help("remove the list");
    place.into_iter().fold(found, |found, place| found.at(place, "asked here"))
}
