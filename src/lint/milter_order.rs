#![doc = include_str!("../findings/milter_order.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "milter_order",
    summary: "a milter for DMARC comes before those whose results it needs",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let order = order(site);
    let position = |kind: &str| order.iter().position(|name| name.to_ascii_lowercase().contains(kind));
    let Some(dmarc) = position("dmarc") else { return Vec::new() };
    let mut found = Vec::new();
    for kind in ["dkim", "spf"] {
        let Some(other) = position(kind).filter(|other| *other > dmarc) else { continue };
        let (dmarc_name, other_name) =
            (order.get(dmarc).cloned().unwrap_or_default(), order.get(other).cloned().unwrap_or_default());
        let place =
            |name: &str| site.milters.iter().find(|milter| milter.value.split(',').next().map(str::trim) == Some(name));
        let diagnostic = Diagnostic::warning(
            RULE.code,
            format!("the milter `{dmarc_name}` is asked before `{other_name}`"),
        )
        .why("DMARC judges by the results of DKIM and SPF, which are not there yet: it finds every message wanting")
        .help(format!("put `{other_name}` before `{dmarc_name}`"));
        found.push(match place(&dmarc_name).and_then(|milter| milter.span) {
            Some(span) => diagnostic.at(span, "asked first"),
            None => diagnostic,
        });
    }
    found
}

/// Names of milters in the order in which they are asked.
fn order(site: &Site) -> Vec<String> {
    let names = |text: &str| {
        text.split([',', ' ', ';']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    match site.options.get("InputMailFilters") {
        Some(filters) if !filters.value.trim().is_empty() => names(&filters.value),
        _ => site.milters.iter().filter_map(|milter| Some(milter.value.split(',').next()?.trim().to_owned())).collect(),
    }
}
