//! The names that addresses are sent under: rulesets 93 and 94, and those that mailers name in `S=` and `R=`.

use super::{
    generics,
    ruleset::Rules,
    uses::{class_may_be_used, sets_macro},
};
use crate::site::{AddDomain, Class, Site};

/// Rulesets `MasqHdr` (93) and `MasqEnv` (94).
pub(super) fn rules(site: &Site, r: &mut Rules) {
    header(site, r);
    r.ruleset("MasqEnv=94", "MasqEnv: the name that an envelope address leaves under");
    match &site.masquerade.envelope {
        Some(envelope) => r.because(envelope.span).rule("$+", "$@ $>MasqHdr $1", "the same as in headers"),
        None => r.rule("$* < @ *LOCAL* > $*", "$: $1 < @ $j . > $2", "this host's own"),
    };
}

fn header(site: &Site, r: &mut Rules) {
    let masquerade = &site.masquerade;
    r.ruleset("MasqHdr=93", "MasqHdr: the name that a header address leaves under");
    generics::rewrite(site, r);
    if class_may_be_used(site, Class::MasqueradeException) {
        r.rule("$* < @ $* $=N . >", "$@ $1 < @ $2 $3 . >", "a domain that keeps its name");
    }
    let Some(name) = &masquerade.name else {
        r.rule("$* < @ *LOCAL* >", "$@ $1 < @ $j . >", "this host's own");
        return;
    };
    r.because(name.span);
    let (entire, limited) = (masquerade.entire_domain.is_some(), masquerade.limited.is_some());
    let domains = class_may_be_used(site, Class::Masquerade) || entire;
    if class_may_be_used(site, Class::Exposed) {
        r.rule("$=E < @ *LOCAL* >", "$@ $1 < @ $j . >", "an exposed user here");
        match (domains, entire) {
            (true, true) => r.rule("$=E < @ $* $=M . >", "$@ $1 < @ $2 $3 . >", "an exposed user there"),
            (true, false) => r.rule("$=E < @ $=M . >", "$@ $1 < @ $2 . >", "an exposed user there"),
            (false, _) => r,
        };
        if !limited {
            r.rule("$=E < @ $=w . >", "$@ $1 < @ $2 . >", "an exposed user under another of our names");
        }
    }
    match (domains, entire) {
        (true, true) => r.rule("$* < @ $* $=M . > $*", "$: $1 < @ $2 $3 . @ $M > $4", "a masqueraded domain"),
        (true, false) => r.rule("$* < @ $=M . > $*", "$: $1 < @ $2 . @ $M > $3", "a masqueraded domain"),
        (false, _) => r,
    };
    if !limited {
        r.rule("$* < @ $=w . > $*", "$: $1 < @ $2 . @ $M > $3", "a name of this host");
    }
    r.rule("$* < @ *LOCAL* > $*", "$: $1 < @ $j . @ $M > $2", "this host")
        .rule("$* < @ $+ @ > $*", "$: $1 < @ $2 > $3", "masquerading as nothing: the name stays")
        .rule("$* < @ $+ @ $+ > $*", "$: $1 < @ $3 . > $4", "the masquerade's name");
}

/// The rewriting of the local mailers: `EnvFromL`, `EnvToL`, `HdrFromL`, `HdrToL`, `AddDomain`.
pub(super) fn local_mailers(site: &Site, r: &mut Rules) {
    let masquerade = &site.masquerade;
    for (name, purpose, masq) in [
        ("EnvFromL", "EnvFromL: envelope senders in local mail", "MasqEnv"),
        ("HdrFromL", "HdrFromL: header senders in local mail", "MasqHdr"),
    ] {
        r.ruleset(name, purpose).rule("<@>", "$n", "the null sender is the mailer itself").rule(
            "@ <@ $*>",
            "$n",
            "so is a broken form of it",
        );
        add_domain(site, r);
        if masquerade.local_no_masquerade.is_none() {
            r.rule("$*", format!("$: $>{masq} $1"), "under its public name");
        }
    }
    r.ruleset("EnvToL", "EnvToL: envelope recipients in local mail").rule("$+ < @ $* >", "$: $1", "the user alone");
    if !site.user_database {
        r.rule("$+ + $*", "$: < $&{addr_type} > $1 + $2", "with a detail:")
            .rule("<e s> $+ + $*", "$: $1", "a sender goes without it")
            .rule("< $* > $+", "$: $2", "a recipient keeps it");
    }
    r.ruleset("HdrToL", "HdrToL: header recipients in local mail");
    add_domain(site, r);
    match (&masquerade.all, &masquerade.local_no_masquerade) {
        (Some(_), Some(_)) => &mut *r,
        (Some(all), None) => r.because(all.span).rule("$*", "$: $>MasqHdr $1", "under the public name"),
        (None, _) => r.rule("$* < @ *LOCAL* > $*", "$: $1 < @ $j . > $2", "this host"),
    };
    if let Some(add) = &masquerade.always_add_domain {
        let domain = match &add.value {
            AddDomain::Local => "*LOCAL*",
            AddDomain::Named(name) => name,
        };
        r.ruleset("AddDomain", "AddDomain: a user without domain gets one")
            .because(add.span)
            .rule("$* < @ $* > $*", "$@ $1 < @ $2 > $3", "has one")
            .rule("$+", format!("$@ $1 < @ {domain} >"), "has none");
    }
}

fn add_domain(site: &Site, r: &mut Rules) {
    if let Some(add) = &site.masquerade.always_add_domain {
        r.because(add.span).rule("$+", "$: $>AddDomain $1", "with a domain").because(None);
    }
}

/// The rewriting of the SMTP mailers: `EnvFromSMTP`, `EnvToSMTP`, `HdrFromSMTP`, `MasqSMTP`, `MasqRelay`, `PseudoToReal`.
pub(super) fn smtp_mailers(site: &Site, r: &mut Rules) {
    if !site.has_mailer("smtp") {
        return;
    }
    let pseudo = site.nouucp.is_none() || site.routing.bitnet_relay.is_some();
    let real = |r: &mut Rules| {
        if pseudo {
            r.rule("$+", "$: $>PseudoToReal $1", "pseudo-domains mean nothing outside");
        }
    };
    r.ruleset("MasqSMTP", "MasqSMTP: every address that leaves has a host")
        .rule("$* < @ $* > $*", "$@ $1 < @ $2 > $3", "has one")
        .rule("$+", "$@ $1 < @ *LOCAL* >", "is of this host");
    r.ruleset("EnvFromSMTP", "EnvFromSMTP: envelope senders over SMTP");
    real(r);
    r.rule("$* :; <@>", "$@", "a group sends nothing: the null sender")
        .rule("$*", "$: $>MasqSMTP $1", "with a host")
        .rule("$+", "$: $>MasqEnv $1", "under its public name");
    r.ruleset("EnvToSMTP", "EnvToSMTP: envelope recipients over SMTP");
    real(r);
    r.rule("$+", "$: $>MasqSMTP $1", "with a host").rule("$* < @ *LOCAL* > $*", "$: $1 < @ $j . > $2", "this host");
    r.ruleset("HdrFromSMTP", "HdrFromSMTP: header senders over SMTP, and recipients if those are masqueraded");
    real(r);
    r.rule(":; <@>", "$@", "an empty group")
        .rule("$* <@> $*", "$@ $1 <@> $2", "the null sender stays")
        .rule("< @ $* > $*", "$@ < @ $1 > $2", "a source route stays")
        .rule("$*", "$: $>MasqSMTP $1", "with a host")
        .rule("$+", "$: $>MasqHdr $1", "under its public name");
    r.ruleset("MasqRelay", "MasqRelay: header recipients through a relay, if those are masqueraded")
        .rule("$+", "$: $>MasqSMTP $1", "with a host")
        .rule("$+", "$: $>MasqHdr $1", "under its public name");
    if pseudo {
        pseudo_to_real(site, r);
    }
}

fn pseudo_to_real(site: &Site, r: &mut Rules) {
    r.ruleset("PseudoToReal", "PseudoToReal: addresses in pseudo-domains, in a form that others can reply to").rule(
        "< @ $+ > $*",
        "$@ < @ $1 > $2",
        "a source route stays",
    );
    if let Some(relay) = &site.routing.bitnet_relay {
        r.because(relay.span)
            .rule("$+ <@ $+ .BITNET. >", "$: $1 % $2 .BITNET < @ $B >", "user%host.BITNET at the relay")
            .rule("$+.BITNET <@ $~[ $*:$+ >", "$: $1 .BITNET < @ $4 >", "whose mailer is not shown")
            .because(None);
    }
    if site.nouucp.is_some() {
        return;
    }
    r.rule("$+ < @ $+ .UUCP. >", "$: < $2 ! > $1", "host!user again")
        .rule("$+ < @ $* > $*", "$@ $1 < @ $2 > $3", "not a UUCP address")
        .rule("< $&h ! > $- ! $+", "$@ $2 < @ $1 .UUCP. >", "the next host knows the way on: a UUCP host")
        .rule("< $&h ! > $-.$+ ! $+", "$@ $3 < @ $1.$2 >", "a domain")
        .rule("< $&h ! > $+", "$@ $1 < @ $&h .UUCP. >", "the next host itself");
    if site.routing.uucp_relay.is_some() || sets_macro(site, 'Y') {
        r.rule("< $+ ! > $+", "$: $1 ! $2 < @ $Y >", "reached through the UUCP relay")
            .rule("$+ < @ $~[ $* : $+ >", "$@ $1 < @ $4 >", "whose mailer is not shown")
            .rule("$+ < @ >", "$: $1 < @ *LOCAL* >", "there is none: through us");
    } else {
        r.rule("< $+ ! > $+", "$: $1 ! $2 < @ *LOCAL* >", "reached through us");
    }
}
