//! Has the finished configuration of a site audited, by `build` and `lint`.

use super::target_host::LoadedConfig;
use crate::{
    audit::{Audited, audit},
    diagnostic::Diagnostic,
    dialogue::simulate_smtp,
    site::Site,
};

/// What strangers could do with the configuration that is made of a site, if that is more than the site says.
pub(super) fn of_site(site: &Site, running: &LoadedConfig<'_>) -> Vec<Diagnostic> {
    let Some(document) = &running.document else { return Vec::new() };
    let audited = Audited { site, document, program: &running.program };
    audit(&audited, &mut |question| simulate_smtp(&mut running.session(), question))
}
