#![doc = include_str!("../findings/dead_dns_list.md")]

use super::{Rule, Surroundings};
use crate::{
    catalog::dns_list::{DEAD_LISTS, DeadList},
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "dead_dns_list",
    summary: "a DNS list is asked that no longer exists",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for list in &site.blocklists {
        let server = list.value.server.trim_end_matches('.').to_ascii_lowercase();
        let is_it = |dead: &&DeadList| server == dead.zone || server.ends_with(&format!(".{}", dead.zone));
        if let Some(dead) = DEAD_LISTS.iter().find(is_it) {
            found.push(
                Diagnostic::warning(RULE.code, format!("the DNS list `{server}` ended in {}", dead.year))
                    .at(list.span, "asked here")
                    .why("its name servers answer nobody, which delays each connection, or everybody, which refuses all mail")
                    .help(around.syntax.pick("remove this FEATURE", "remove this entry")),
            );
        }
    }
    found
}
