//! `bestmx_is_local`: domains whose best mail exchanger is this host are local.
//!
//! During the check, the best exchanger follows the host: `user < @ host . @@ exchanger . >`.

use super::ruleset::Rules;
use crate::site::{BestMx, Site};

/// The pattern of hosts to check, and how a right side repeats the host and the rest of the address.
fn hosts(which: &BestMx) -> (&'static str, &'static str, &'static str) {
    match which {
        BestMx::Anywhere => ("$*", "$2", "$3"),
        BestMx::Within(_) => ("$* $=B", "$2 $3", "$4"),
    }
}

/// Before the smart host: mail for such a domain is delivered here.
pub(super) fn route(site: &Site, r: &mut Rules) {
    let Some(mx) = &site.tables.best_mx else { return };
    let (hosts, host, rest) = hosts(&mx.value);
    let dot = if matches!(mx.value, BestMx::Within(_)) { " ." } else { "" };
    r.because(mx.span)
        .rule(
            format!("$* < @ {hosts}{dot} > $*"),
            format!("$: $1 < @ {host}{dot} @@ $(bestmx {host}{dot} $) > {rest}"),
            "which is its best exchanger?",
        )
        .rule("$* $=O $* < @ $* @@ $=w . > $*", "$@ $>Recurse $1 $2 $3", "this host, on a route: the next step")
        .rule("< @ $* @@ $=w . > : $*", "$@ $>Recurse $3", "the same in a source route")
        .rule("$* < @ $* @@ $=w . > $*", "$@ $>CanonLocal < $1 >", "this host: a user here")
        .rule("$* < @ $* @@ $* > $*", "$: $1 < @ $2 > $4", "another")
        .because(None);
}

/// In `Rcpt_ok`: recipients in such a domain are local as well.
pub(super) fn recipient(site: &Site, r: &mut Rules) {
    let Some(mx) = &site.tables.best_mx else { return };
    let (hosts, host, rest) = hosts(&mx.value);
    r.because(mx.span)
        .rule(
            format!("$* < @ {hosts} > $*"),
            format!("$: $1 < @ {host} @@ $(bestmx {host} $) > {rest}"),
            "which is its best exchanger?",
        )
        .rule("$* $=O $* < @ $* @@ $=w . > $*", "$@ $>\"Rcpt_ok\" $1 $2 $3", "this host, on a route: the next step")
        .rule("$* < @ $* @@ $=w . > $*", "$: $1 < @ $3 > $4", "this host")
        .rule("$* < @ $* @@ $* > $*", "$: $1 < @ $2 > $4", "another")
        .because(None);
}
