//! Maps: `K` lines, each only where a rule of this site uses it.

use super::Document;
use crate::{
    site::{MapSpec, Site},
    source::Span,
};

/// All maps of a site but those that it declares itself in raw text, and those that are made of others.
pub fn maps(cf: &mut Document, site: &Site) {
    if site.senders.accept_unresolvable.is_none() {
        cf.line("Kresolve host -a<OKR> -T<TEMP>");
    }
    cf.line("Karith arith");
    match &site.dequote_options {
        Some(options) => cf.line_from(format!("Kdequote dequote {}", options.value), options.span),
        None => cf.line("Kdequote dequote"),
    }
    if let Some(relay) = &site.routing.luser_relay {
        cf.line_from("Kuser user -m -a<>", relay.span);
    }
    if let Some(mx) = &site.relay.based_on_mx {
        cf.line_from("Kmxserved bestmx -z: -T<TEMP>", mx.span);
    }
    if let Some(access) = &site.access {
        cf.line_from("Kmacro macro", access.declared.span);
    }
    for (name, spec, origin) in named(site).filter(|(_, spec, _)| !is_sequence(spec)) {
        cf.line_from(format!("K{name} {}", spec.text), origin);
    }
    blocklists(cf, site);
}

/// Maps that are made of others, which sendmail must know by then: they may be declared in raw text.
pub fn sequences(cf: &mut Document, site: &Site) {
    for (name, spec, origin) in named(site).filter(|(_, spec, _)| is_sequence(spec)) {
        cf.line_from(format!("K{name} {}", spec.text), origin);
    }
}

/// Maps that the site defines, by the names that rules know them by.
fn named(site: &Site) -> impl Iterator<Item = (&'static str, &MapSpec, Span)> {
    let access = site.access.as_ref().map(|access| ("access", &access.spec, access.declared.span));
    let routing = [("mailertable", &site.routing.mailertable), ("virtuser", &site.routing.virtusertable)];
    access
        .into_iter()
        .chain(routing.into_iter().filter_map(|(name, map)| map.as_ref().map(|map| (name, &map.value, map.span))))
}

fn is_sequence(spec: &MapSpec) -> bool {
    spec.class() == "sequence"
}

/// The maps that DNS lists are asked through: one for plain lists, one for enhanced ones.
fn blocklists(cf: &mut Document, site: &Site) {
    let first = |enhanced: bool| site.blocklists.iter().find(|list| list.value.enhanced == enhanced);
    let how = &site.blocklist_map;
    if let Some(list) = first(false) {
        let class = how.class.as_ref().map_or("dns -R A", |class| &class.value);
        let options = how.options.as_ref().map_or(String::new(), |options| format!(" {}", options.value));
        cf.line_from(format!("Kdnsbl {class} -T<TMP>{options}"), list.span);
    }
    if let Some(list) = first(true) {
        let seconds = how.enhanced_timeout.as_ref().map_or("5", |seconds| &seconds.value);
        cf.line_from(format!("Kednsbl dns -R A -a. -T<TMP> -r{seconds}"), list.span);
    }
}
