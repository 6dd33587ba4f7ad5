//! Runs the audit on a site's finished configuration, for `build` and `lint`.

use super::target_host::LoadedConfig;
use crate::{
    audit::{Audited, audit},
    diagnostic::Diagnostic,
    dialogue::simulate_smtp,
    site::Site,
};

/// Reports what strangers can do with the generated configuration beyond what the site allows.
pub(super) fn of_site(site: &Site, running: &LoadedConfig<'_>) -> Vec<Diagnostic> {
    let Some(document) = &running.document else { return Vec::new() };
    let audited = Audited { site, document, program: &running.program };
    audit(&audited, &mut |question| simulate_smtp(&mut running.session(), question))
}
