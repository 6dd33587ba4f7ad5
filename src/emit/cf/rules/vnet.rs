//! `vnet`: hosts of IBM's network VNET, under any of its names.

use super::ruleset::Rules;
use crate::site::Site;

/// In `Canonify2`: converts routed and other names of VNET hosts to `host.vnet`.
pub(super) fn names(site: &Site, r: &mut Rules) {
    let Some(vnet) = &site.tables.vnet else { return };
    r.because(vnet.span);
    for country in ["us", "ca", "uk"] {
        let routed = format!("$* % ibm{country}.rscs < @ $+> $*");
        r.rule(routed, format!("$: $1 < @ {country}.ibm.com > $3"), "a route through a gateway: its domain");
    }
    r.rule("$* % $-.rscs < @ $+> $*", "$: $1 < @ $2.rscs > $4", "a route through a gateway: the host itself")
        .rule("$* < @ $-.$=A > $*", "$: $1 < @ $2.vnet . >", "a VNET host by any name")
        .because(None);
}

/// Before the smart host: VNET hosts go through the gateway `$A`, other hosts of IBM directly.
pub(super) fn routes(site: &Site, r: &mut Rules) {
    let Some(vnet) = &site.tables.vnet else { return };
    r.because(vnet.span)
        .rule("$* < @ $=w . > $*", "$@ $1 < @ $2 . > $3", "a name of this host is not sent on")
        .rule("$* < @ $=w > $*", "$@ $1 < @ $2 . > $3", "the same without its dot")
        .rule("$* < @ $- . vnet . > $*", "$#relay $@ $A $: $1 < @$2.VNET. > $3", "a VNET host")
        .rule("$* < @ $+.ibm.com > $*", "$#relay $@ $2.ibm.com $: $1 < @$2.ibm.com > $3", "a host of IBM")
        .rule("$* < @ $+.ibm.com. > $*", "$#relay $@ $2.ibm.com $: $1 < @$2.ibm.com > $3", "the same with its dot")
        .because(None);
}
