//! Runs the audit on a site's finished configuration, for `build` and `lint`.

use super::target_host::LoadedConfig;
use crate::{
    audit::{Audited, audit},
    diagnostic::Diagnostic,
    dialogue::simulate_smtp,
    site::Site,
};

/// Adds what strangers can do with the generated configuration beyond what the site allows. Findings of rules that this proves
/// are not shown a second time.
pub(super) fn add(found: &mut Vec<Diagnostic>, site: &Site, running: &LoadedConfig<'_>) {
    if let Some(document) = &running.document {
        let audited = Audited { site, document, program: &running.program };
        found.extend(audit(&audited, &mut |question| simulate_smtp(&mut running.session(), question)));
    }
    for (code, proof) in PROVEN {
        let places = found.iter().filter(|one| one.code == proof).filter_map(Diagnostic::span).collect::<Vec<_>>();
        let is_proven = |one: &&mut Diagnostic| one.code == code && one.span().is_some_and(|at| places.contains(&at));
        found.iter_mut().filter(is_proven).for_each(|one| one.is_repeated = true);
    }
}

/// Codes, each with the code that says more at the same place.
const PROVEN: [(&str, &str); 2] = [("local_check_relays", "open_relay"), ("deferred_delivery", "deferred_open_relay")];
