//! `genericstable`: looks up the external name of a sender in a map (cf/README, "FEATURES").
//!
//! The part of `MasqHdr` before masquerading: a result with a domain is final, one without is masqueraded like any user of this
//! host.

use super::{ruleset::Rules, uses::class_may_be_used};
use crate::site::{Class, Site};

/// The pattern of hosts that the table applies to, and how a right side repeats the host; `None` if there are none.
fn hosts(site: &Site) -> Option<(&'static str, &'static str)> {
    let entire = site.tables.generics_entire_domain.is_some();
    class_may_be_used(site, Class::Generics).then_some(if entire { ("$* $=G", "$2$3") } else { ("$=G", "$2") })
}

/// The rules of `Canonify2`: hosts of the table are canonical already.
pub(super) fn canonical(site: &Site, r: &mut Rules) {
    let Some(table) = &site.tables.generics else { return };
    let Some((hosts, host)) = hosts(site) else { return };
    let rest = if host == "$2" { "$3" } else { "$4" };
    r.because(table.span)
        .rule(format!("$* < @ {hosts} > $*"), format!("$: $1 < @ {host} . > {rest}"), "a host of the generics table")
        .because(None);
}

/// The rules at the start of `MasqHdr`. During the search, the workspace is `<value> <user@host> <address>`.
pub(super) fn rewrite(site: &Site, r: &mut Rules) {
    let Some(table) = &site.tables.generics else { return };
    r.because(table.span);
    if let Some((hosts, host)) = hosts(site) {
        let marked = format!("$: <> <$1@{host}> <$1 < @ {host} . >>");
        r.rule(format!("$+ < @ {hosts} . >"), marked, "a sender at a host of the generics table");
    }
    let (parts, whole) = ("<> <$+ + $* @ $+> <$+>", "<$1 + $2@$3> <$4>");
    r.rule("$+ < @ *LOCAL* >", "$: <> <$1@$j> <$1 < @ *LOCAL* >>", "a sender at this host")
        .rule("<> <$+> <$+>", "$: <$(generics $1 $: $)> <$1> <$2>", "the whole address")
        .rule(parts, format!("$: <$(generics $1+*@$3 $@ $2 $: $)> {whole}"), "user+*@host")
        .rule(parts, format!("$: <$(generics $1@$3 $: $)> {whole}"), "user@host")
        .rule(
            "<> <$+> <$+ < @ $+ . >>",
            "$: <$(generics @$3 $@ $2 $: $)> <$1> <$2 < @ $3 . >>",
            "@host: whoever else is there",
        )
        .rule("<> <$+> <$+ < @ $+ >>", "$: <$(generics $2 $: $)> <$1> <$2 < @ $3 >>", "the user at any host");
    let (parts, whole) = ("<> <$+> <$+ + $* < @ $+ >>", "<$1> <$2 + $3 < @ $4 >>");
    r.rule(parts, format!("$: <$(generics $2+* $@ $3 $: $)> {whole}"), "user+*")
        .rule(parts, format!("$: <$(generics $2 $: $)> {whole}"), "user without detail")
        .rule("<$* @ $*> <$+> <$+>", "$@ $>canonify $1 @ $2", "an address: that is the name")
        .rule("<> <$+> <$+>", "$: $2", "not in the table")
        .rule("<$+> <$+> <$+>", "$: $>canonify $1 @ *LOCAL*", "a user: of this host")
        .because(None);
}
