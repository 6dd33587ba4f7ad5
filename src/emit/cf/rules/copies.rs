//! `bcc`: sends copies of mail for domains that are listed in a map.
//!
//! sendmail calls ruleset `bcc` for each recipient and adds the address that it returns. Such a recipient has the address type `e
//! b`, by which [`call`] recognizes it.

use super::{access::TEMPORARY, ruleset::Rules};
use crate::site::{Copies, Site};

/// In `Parse0`: copies go to a separate host.
pub(super) fn call(site: &Site, r: &mut Rules) {
    let Some(copies) = &site.tables.copies else { return };
    r.because(copies.span).rule("$+", "$: $>ParseBcc $1", "a copy?").because(None);
}

/// Rulesets `ParseBcc`, `bcc` and `BccDomain`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let Some(copies) = &site.tables.copies else { return };
    let origin = copies.span;
    let copies = &copies.value;
    r.ruleset("ParseBcc", "ParseBcc: copies go to the host $A, if there is one")
        .because(origin)
        .rule("$+", "$: $&{addr_type} $| $&A $| $1", "what is this address?")
        .rule("e b $| $+ $| $+", "$>MailerToTriple < $1 > $2", "a copy, and there is a host")
        .rule("$* $| $* $| $+", "$@ $3", "anything else");
    let search = match copies.map {
        Some(_) => "$: $1@$2 $| $>BccDomain $2",
        None => "$: $1@$2 $| $>SearchList <! bcc> $| <D:$2> <>",
    };
    let address = if copies.address.is_empty() { "$1" } else { &copies.address };
    r.ruleset("bcc", "bcc: whom a copy of mail for this recipient goes to; nothing for no copy")
        .because(origin)
        .rule("< $+ >", "$1", "the address without brackets")
        .rule("$+ @ $+", search, "is its domain listed?")
        .rule("$* $| <?>", "$@", "no")
        .rule("$* $| $*", format!("$: {address}"), "yes");
    if copies.canonical.is_some() {
        r.rule("$+ @ $+", "$: $1@$2 $| <$(canonicalRcpt $1 @ $2 $: $)>", "rewritten ...")
            .rule("$* $| <>", "$@", "... to nothing: no copy")
            .rule("$* $| <$* <TMPF>>", format!("$#error $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read")
            .rule("$* $| <$+>", "$@ $2", "... to this");
    }
    domain(copies, r);
}

/// `BccDomain`: looks up a domain, then `.domain` for those above it, in the map of copies.
fn domain(copies: &Copies, r: &mut Rules) {
    if copies.map.is_none() {
        return;
    }
    r.ruleset("BccDomain", "BccDomain: a domain in the map of copies, then those above it")
        .rule("$+", "$: $1 < $(bcctable $1 $: ? $) >", "the domain itself")
        .rule("$- . $+ <?>", "$: $2 < $(bcctable .$2 $: ? $) >", "all hosts of the one above")
        .rule("$- . $+ <?>", "$: $>BccDomain $2", "and so on")
        .rule("$* <$*>", "$: <$2>", "what was found, or ?");
}
