//! `domainmap`: domains whose users are looked up in maps of their own.

use std::collections::BTreeSet;

use super::ruleset::Rules;
use crate::site::Site;

/// In `ParseLocal`: addresses in such a domain.
pub(super) fn call(site: &Site, r: &mut Rules) {
    let Some(first) = site.tables.domain_maps.first() else { return };
    r.because(first.span)
        .rule("$* $=O $* < @ $={MappedDomain} . >", "$@ $>Recurse $1 $2 $3", "a route through a mapped domain")
        .rule("$+ < @ $={MappedDomain} . >", "$>DomainMapLookup $1 < @ $2 . >", "a user of a mapped domain")
        .because(None);
}

/// Ruleset `DomainMapLookup`: `user < @ domain . >` to what the domain's map says of the user.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let Some(first) = site.tables.domain_maps.first() else { return };
    r.ruleset("DomainMapLookup", "DomainMapLookup: a user of a mapped domain")
        .because(first.span)
        .rule("$=L < @ $=w . >", "$@ $1 < @ $2 . >", "a user who is always local")
        .rule("$+ < @ $+ >", "$: <$&{addr_type}> $1 < @ $2 >", "which kind of address?")
        .rule("<e s> $+ < @ $+ >", "$#smtp $@ $2 $: $1 @ $2", "a sender stays as it is")
        .rule("<$*> $+ < @ $+ >", "$: $2 < @ $3 > <> $2", "what is looked up: the user ...")
        .rule("$+ < @ $+ > <> $+ + $*", "$: $1 < @ $2 > <> $3", "... without detail");
    let mut seen = BTreeSet::new();
    for map in site.tables.domain_maps.iter().filter(|map| seen.insert(map.value.domain.to_lowercase())) {
        let (domain, name) = (&map.value.domain, map.value.map_name());
        r.because(map.span).rule(
            format!("$+ < @ {domain} . > <> $+"),
            format!("$: $1 < @ {domain} . > $({name} $2 $: <ERROR> $)"),
            "in this domain's map",
        );
    }
    r.because(first.span)
        .rule("$+ < @ $+ > <ERROR>", "$#error $@ 5.1.1 $: \"550 email address lookup in domain map failed\"", "nobody")
        .rule(
            "$+ < @ $+ > $* <TEMP> $*",
            "$#dsmtp $@ localhost $: $1 @ $2",
            "the map cannot be read: keep it in the queue",
        )
        .rule("$+ + $* < @ $+ > $+ @ $+", "$: $1 + $2 < @ $3 > $4 + $2 @ $5", "the detail goes with it")
        .rule("$+ < @ $+ > $+", "$@ $>Recurse $3", "to whom the map says");
}
