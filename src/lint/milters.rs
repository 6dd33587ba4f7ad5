//! The milters of a site, and which of them are asked.

use super::raw_lines::{last_value, raw_lines, raw_options};
use crate::{site::Site, source::Span};

/// A milter, by a statement or an `X` line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Milter<'a> {
    pub(super) name: &'a str,
    /// `S=…, F=…, T=…`.
    pub(super) equates: &'a str,
    pub(super) place: Option<Span>,
}

/// Every milter that is defined.
pub(super) fn defined(site: &Site) -> impl Iterator<Item = Milter<'_>> {
    let own = site.milters.iter().map(|setting| (setting.value.as_str(), setting.span));
    let raw = raw_lines(site).filter_map(|line| Some((line.text.strip_prefix('X')?, line.place)));
    own.chain(raw).map(|(text, place)| {
        let (name, equates) = text.split_once(',').unwrap_or((text, ""));
        Milter { name: name.trim(), equates, place }
    })
}

/// A list of milters that are asked in this order.
pub(super) struct MilterList<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) place: Option<Span>,
}

/// The list of all listeners, then those that single listeners have instead.
pub(super) fn asked(site: &Site) -> Vec<MilterList<'_>> {
    let common = last_value(site, "InputMailFilters");
    let common = common.map(|(value, place)| MilterList { names: names(value), place });
    let daemons = site.listeners.daemons.iter().map(|one| (one.value.text.as_str(), Some(one.span)));
    let raw = raw_options(site).filter(|option| option.name == "DaemonPortOptions");
    let own = daemons.chain(raw.map(|option| (option.value, option.place))).filter_map(|(text, place)| {
        let mut listed = text.split(',').filter_map(|part| part.split_once('='));
        let value = listed.rfind(|(key, _)| key.trim_start().starts_with(['I', 'i']))?.1;
        Some(MilterList { names: names(value), place })
    });
    common.into_iter().chain(own).collect()
}

/// The names of a list, none for an empty list.
fn names(list: &str) -> Vec<&str> {
    if list.trim().is_empty() { Vec::new() } else { list.split([',', ';']).map(str::trim).collect() }
}
