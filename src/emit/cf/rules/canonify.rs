//! Converts addresses to the form that all other rules read, `user < @ host . >`, and back.
//!
//! RFC 5321 section 4.1.2 and RFC 5322 section 3.4 define the syntax; obsolete forms (source routes, `%`, `!`) are parsed here,
//! once, so that later rules need not know them.

use super::{generics, ruleset::Rules, uses::class_may_be_used, vnet};
use crate::{
    site::{Class, MapSpec, RawSection, Site},
    source::Spanned,
};

/// Rulesets `canonify` (3), `Canonify2` (96) and `final` (4).
pub(super) fn rules(site: &Site, r: &mut Rules) {
    canonify(site, r);
    group_name(r);
    canonify_host(site, r);
    finish(site, r);
}

fn canonify(site: &Site, r: &mut Rules) {
    r.ruleset("canonify=3", "canonify: find the address in what was given and put its host in angle brackets")
        .rule("$@", "$@ <@>", "nothing at all")
        .rule("$*", "$: $>GroupName $1", "without the name of a group")
        .rule("$* ;", "$1", "nor its end")
        .rule("$* < $+ :; > $*", "$@ $2 :; <@>", "a group without members")
        .rule("$* < $* ; >", "$1 < $2 >", "a stray end of group")
        .rule("$@", "$@ :; <@>", "only a group's name")
        .rule("$* < $*", "$2", "what the innermost brackets hold")
        .rule("$* > $*", "$1", "and nothing after them")
        .rule("$@", "$@ < @ >", "the null sender <>")
        .rule("@ $+ , $+", "$2", "source route: only its end counts");
    if site.switches.no_inet6.is_none() {
        r.rule("@ [ $* ] : $+", "$2", "the same through an address literal");
    }
    r.rule("@ $+ : $+", "$2", "the same through a host")
        .rule("$+ : $* ; @ $+", "$@ $>Canonify2 $1 : $2 ; < @ $3 >", "a group at a host")
        .rule("$+ : $* ;", "$@ $1 : $2;", "a group")
        .rule("$+ @ $+", "$: $1 < @ $2 >", "the host is what follows an @ ...")
        .rule("$+ < $+ @ $+ >", "$1 $2 < @ $3 >", "... the last one")
        .rule("$+ < @ $+ >", "$@ $>Canonify2 $1 < @ $2 >", "user@host");
    if site.nouucp.is_none() {
        r.rule("$- ! $+", "$@ $>Canonify2 $2 < @ $1 .UUCP >", "host!user")
            .rule("$+ . $- ! $+", "$@ $>Canonify2 $3 < @ $1 . $2 >", "host.domain!user")
            .rule("$+ ! $+", "$@ $>Canonify2 $2 < @ $1 .UUCP >", "any other path");
    }
    if let Some(decnet) = &site.routing.decnet_syntax {
        r.because(decnet.span)
            .rule("$- :: $+", "$@ $>Canonify2 $2 < @ $1 .DECNET >", "node::user")
            .rule("$- . $- :: $+", "$@ $>Canonify2 $3 < @ $1.$2 .DECNET >", "area.node::user")
            .because(None);
    }
    if site.percent_hack.is_none() {
        r.rule("$* % $*", "$1 @ $2", "user%host: the last % is the @ ...").rule(
            "$* @ $* @ $*",
            "$1 % $2 @ $3",
            "... the others stay",
        );
    }
    r.rule("$* @ $*", "$@ $>Canonify2 $1 < @ $2 >", "user%host, and hosts or users that are empty").rule(
        "$*",
        "$@ $>Canonify2 $1",
        "a user of this host",
    );
}

/// Removes `name:` before an address, unless the colon has another meaning.
fn group_name(r: &mut Rules) {
    r.ruleset("GroupName", "GroupName: the address without the group name before it")
        .rule("$* <@>", "$: $1", "a null address adds nothing")
        .rule("$* : $* [ $* ]", "$@ $2 [ $3 ]", "a name before an address literal")
        .rule("$* [ IPv6 : $+ ]", "$@ $1 [ IPv6 : $2 ]", "colons of an IPv6 literal")
        .rule("$* < $* > $*", "$@ $1 < $2 > $3", "a phrase: the brackets tell")
        .rule("@ $*", "$@ @ $1", "a source route")
        .rule("$* :: $*", "$@ $1 :: $2", "node::user")
        .rule(":include: $*", "$@ :include: $1", "a mailing list's file")
        .rule("$* : $*", "$@ $2", "a name");
}

fn canonify_host(site: &Site, r: &mut Rules) {
    r.ruleset("Canonify2=96", "Canonify2: make the host in brackets canonical, ended by a dot")
        .rule("$* < @ localhost > $*", "$: $1 < @ $j . > $2", "this host by its loopback name")
        .rule("$* < @ localhost . $m > $*", "$: $1 < @ $j . > $2", "the same in our domain");
    if site.nouucp.is_none() {
        r.rule("$* < @ localhost . UUCP > $*", "$: $1 < @ $j . > $2", "the same in .UUCP");
    }
    r.rule("$* < @ [ $+ ] > $*", "$: $1 < @@ [ $2 ] > $3", "an address literal ...")
        .rule("$* < @@ $=w > $*", "$: $1 < @ $j . > $3", "... of this host")
        .rule("$* < @@ $+ > $*", "$@ $1 < @ $2 > $3", "... of another stays as it is");
    if let Some(table) = &site.tables.domains {
        let renamed = "$: $1 < @ $(domaintable $2 $) > $3";
        r.because(table.span).rule("$* < @ $+ > $*", renamed, "a domain that stands for another").because(None);
    }
    vnet::names(site, r);
    super::hacks::rules(site, r, RawSection::LocalRule3);
    internet_name(r, &site.tables.bitnet_hosts, "bitdomain", "BITNET");
    internet_name(r, &site.tables.uucp_hosts, "uudomain", "UUCP");
    uucp_host(site, r);
    r.rule("$* < @ $* $=P > $*", "$: $1 < @ $2 $3 . > $4", "names that are canonical as they are");
    lookup(site, r);
    r.rule("$* < @ $=w > $*", "$: $1 < @ $2 . > $3", "a name of this host");
    masqueraded(site, r);
    if let Some(virtusertable) =
        site.routing.virtusertable.as_ref().filter(|_| class_may_be_used(site, Class::VirtualHost))
    {
        r.because(virtusertable.span);
        match &site.tables.virtuser_entire_domain {
            Some(_) => r.rule("$* < @ $* $={VirtHost} > $*", "$: $1 < @ $2 $3 . > $4", "a host of a virtual domain"),
            None => r.rule("$* < @ $={VirtHost} > $*", "$: $1 < @ $2 . > $3", "a virtual host"),
        }
        .because(None);
    }
    generics::canonical(site, r);
    r.rule("$* < @ $* . . > $*", "$1 < @ $2 . > $3", "one dot is enough");
}

/// Hosts of another network that have an Internet name in a map.
fn internet_name(r: &mut Rules, table: &Option<Spanned<MapSpec>>, map: &str, network: &str) {
    let Some(table) = table else { return };
    let named = format!("$: $1 < @ $({map} $2 $: $2.{network} $) > $3");
    r.because(table.span).rule(format!("$* < @ $+ .{network} > $*"), named, "has it an Internet name?").because(None);
}

fn uucp_host(site: &Site, r: &mut Rules) {
    if site.nouucp.is_some() {
        return;
    }
    if let Some(relay) = &site.routing.uucp_relay {
        r.because(relay.span)
            .rule("$* < @ $+ . UUCP > $*", "$@ $1 < @ $2 . UUCP . > $3", "left to the UUCP relay")
            .because(None);
        return;
    }
    for class in ["U", "V", "W", "X", "Y"] {
        if let Some(link) = site.uucp.iter().find(|link| link.value.class == class) {
            r.because(link.span)
                .rule(
                    format!("$* < @ $={class} . UUCP > $*"),
                    "$@ $1 < @ $2 . UUCP . > $3",
                    "a neighbour is no name for DNS",
                )
                .because(None);
        }
    }
    if site.canonify.disabled.is_none() {
        r.rule("$* < @ $+ . UUCP > $*", "$: $1 < @ $[ $2 $] . UUCP . > $3", "is a UUCP name known to DNS?").rule(
            "$* < @ $+ . . UUCP . > $*",
            "$@ $1 < @ $2 . > $3",
            "then it is a domain",
        );
    }
}

/// Other names: looked up in DNS or not, depending on the site and the daemon's modifiers.
fn lookup(site: &Site, r: &mut Rules) {
    let flags = "the daemon's flags decide whether names are looked up";
    r.rule("$* < @ $* $~P > $*", "$: $&{daemon_flags} $| $1 < @ $2 $3 > $4", flags);
    if let Some(disabled) = &site.canonify.disabled {
        r.because(disabled.span);
        if class_may_be_used(site, Class::Canonify) {
            r.rule("$* $| $* < @ $* $={Canonify} > $*", "$: $2 < @ $[ $3 $4 $] > $5", "always looked up");
        }
        r.rule("$* c $* $| $* < @ $* > $*", "$: $3 < @ $[ $4 $] > $5", "modifier c: looked up")
            .rule("$* $| $* < @ $+ . > $*", "$: $2 < @ $3 . > $4", "already ended by a dot")
            .rule("$* $| $* < @ $+.$+ > $*", "$: $2 < @ $3.$4 . > $5", "a domain is taken as it is");
        if site.canonify.hosts {
            r.rule("$* $| $* < @ $* > $*", "$: $2 < @ $[ $3 $] > $4", "a name without domain is looked up");
        }
        r.because(None);
    } else {
        r.rule("$* CC $* $| $* < @ $+.$+ > $*", "$: $3 < @ $4.$5 . > $6", "modifier C: a domain is taken as it is")
            .rule("$* CC $* $| $*", "$: $3", "modifier C: nothing is looked up")
            .rule("$* $| $* < @ $* > $*", "$: $2 < @ $[ $3 $] > $4", "DNS knows the canonical name");
    }
    r.rule("$* $| $*", "$: $2", "forget the flags");
}

fn masqueraded(site: &Site, r: &mut Rules) {
    let decides = "a masqueraded domain";
    match &site.masquerade.entire_domain {
        Some(entire) => r.because(entire.span).rule("$* < @ $* $=M > $*", "$: $1 < @ $2 $3 . > $4", decides),
        None if class_may_be_used(site, Class::Masquerade) => r.rule("$* < @ $=M > $*", "$: $1 < @ $2 . > $3", decides),
        None => r,
    }
    .because(None);
}

fn finish(site: &Site, r: &mut Rules) {
    r.ruleset("final=4", "final: back to the form that is sent")
        .rule("$+ :; <@>", "$@ $1 :", "a group without members")
        .rule("$* <@>", "$@", "the null sender")
        .rule("$* < @ $+ . > $*", "$1 < @ $2 > $3", "the final dot is ours")
        .rule("$* < @ *LOCAL* > $*", "$1 < @ $j > $2", "this host")
        .rule("$* < $+ > $*", "$1 $2 $3", "so are the brackets")
        .rule("@ $+ : @ $+ : $+", "@ $1 , @ $2 : $3", "a source route as RFC 5321 writes it")
        .rule("@ $*", "$@ @ $1", "and done");
    if site.nouucp.is_none() {
        r.rule("$+ @ $- . UUCP", "$2!$1", "UUCP addresses are sent as host!user");
    }
    if let Some(decnet) = &site.routing.decnet_syntax {
        r.because(decnet.span).rule("$+ @ $+ . DECNET", "$2 :: $1", "DECnet addresses as node::user").because(None);
    }
    r.rule("$+ % $=w @ $=w", "$1 @ $2", "user%us@us is user@us");
}
