//! Maps: `K` lines, each only where a rule of this site uses it.

use super::Document;
use crate::site::Site;

/// All maps of a site but those that it declares itself in raw text.
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
        cf.line_from(format!("Kaccess {}", access.spec.text), access.declared.span);
    }
    for (name, map) in [("mailertable", &site.routing.mailertable), ("virtuser", &site.routing.virtusertable)] {
        if let Some(map) = map {
            cf.line_from(format!("K{name} {}", map.value.text), map.span);
        }
    }
    blocklists(cf, site);
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
