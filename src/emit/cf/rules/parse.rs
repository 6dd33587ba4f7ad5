//! Selects the mailer and the host for an address: ruleset 0 and the rulesets that it calls.
//!
//! The order is the policy: errors, what is local, the site's own rules, address literals, virtual users, local users,
//! the mailer table, pseudo-domains, the smart host, the Internet.

use super::{
    best_mx, copies, domain_map, ldap_routing,
    ruleset::Rules,
    uses::{class_may_be_used, sets_macro, uucp_class_may_be_used},
    vnet,
};
use crate::{
    site::{Class, RawSection, Site},
    source::{Span, Spanned},
};

/// Rulesets `parse` (0), `Parse0`, `Parse1`, `ParseLocal` (98) and `Recurse` (97).
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let local = &site.mailer_names.local;
    r.ruleset("Recurse=97", "Recurse: resolve an address that replaces the one given")
        .rule("$*", "$: $>canonify $1", "in canonical form")
        .rule("$*", "$@ $>parse $1", "resolved as any other");
    r.ruleset("parse=0", "parse: choose the mailer, the host and the user")
        .rule("$*", "$: $>Parse0 $1", "refuse what is no address, find what is ours")
        .rule("<@>", format!("$#{local} $: <@>"), "the null address")
        .rule("$*", "$: $>ParseLocal $1", "the site's own rules")
        .rule("$*", "$: $>Parse1 $1", "the site's policy");
    syntax(site, r);
    copies::call(site, r);
    prefix(site, r);
    host_syntax(r);
    policy(site, r);
    r.ruleset("ParseLocal=98", "ParseLocal: the site's own rules for ruleset 0");
    if let Some(redirect) = &site.redirect {
        r.because(redirect.span)
            .rule("$* < @ $+ .REDIRECT. >", "$: $1 < @ $2 . REDIRECT . > < ${opMode} >", "a user who has moved ...")
            .rule("$* < @ $+ .REDIRECT. > <i>", "$: $1 < @ $2 . REDIRECT. >", "... may stand in the aliases")
            .rule(
                "$* < @ $+ .REDIRECT. > < $- >",
                "$#error $@ 5.1.1 $: \"551 User has moved; please try \" <$1@$2>",
                "... otherwise say where to",
            );
    }
    let decnet = site.mailers.iter().find(|mailer| mailer.name == "mail11").and_then(|mailer| mailer.span);
    domain_map::call(site, r);
    r.raw_before_mailer(site, RawSection::LocalRule0);
    if site.has_mailer("mail11") {
        let local = &site.mailer_names.local;
        r.because(decnet)
            .rule("$* < @ $=w .DECNET. >", format!("$#{local} $: $1"), "a user of this DECnet node")
            .rule("$+ < @ $+ .DECNET. >", "$#mail11 $@ $2 $: $1", "a user of another")
            .because(None);
    }
    r.raw_after_mailer(site, RawSection::LocalRule0);
}

/// `prefixmod`: removes a prefix and sets flags for the recipient.
fn prefix(site: &Site, r: &mut Rules) {
    let Some(asked) = site.commands.prefix.as_ref().filter(|asked| !asked.value.prefix.is_empty()) else { return };
    let (prefix, flags) = (&asked.value.prefix, &asked.value.flags);
    r.because(asked.span)
        .rule(
            format!(" {prefix} $+"),
            format!("$: $1 $(macro {{rcpt_flags}} $@ {flags} $)"),
            "an address with the prefix",
        )
        .because(None);
}

fn syntax(site: &Site, r: &mut Rules) {
    let name = "$#error $@ 5.1.2 $: \"553 Invalid host name\"";
    let route = "$#error $@ 5.1.3 $: \"553 Invalid route address\"";
    let user = "$#error $@ 5.1.3 $: \"553 User address required\"";
    r.ruleset("Parse0", "Parse0: refuse what is no address, and strip the names of this host")
        .rule("<@>", "$@ <@>", "the null address is left to the caller")
        .rule(
            "$* : $* ; <@>",
            "$#error $@ 5.1.3 $: \"553 List:; syntax illegal for recipient addresses\"",
            "a group is no recipient",
        )
        .rule("@ <@ $* >", "< @ $1 >", "@@host")
        .rule("<@ $+>", user, "a host without a user")
        .rule("$+ <@>", "$#error $@ 5.1.3 $: \"553 Hostname required\"", "a user at no host")
        .rule("$*", "$: $>HostSyntax $1", "literals and colons")
        .rule("$* < @ . $* > $*", name, "an empty label in front")
        .rule("$* < @ $* .. $* > $*", name, "an empty label inside")
        .rule("$* < @ $* @ > $*", "$#error $@ 5.1.2 $: \"553 Invalid route address\"", "user@host@")
        .rule("$* @ $* < @ $* > $*", route, "user@host@host")
        .rule("$* , $~O $*", route, "a comma in the user's name");
    if let Some(strict) = &site.switches.strict_users {
        let dot = |place: &str| format!("$#error $@ 5.1.2 $: \"553 Local part must not {place} with a dot\"");
        r.because(strict.span)
            .rule("$* . < @ $* > $*", dot("end"), "a dot before the @")
            .rule(". $* < @ $* > $*", dot("begin"), "a dot in front")
            .because(None);
    }
    r.rule("$* < @ > $*", "$@ $>Parse0 $>canonify $1", "user@ is user")
        .rule("< @ $=w . > : $*", "$@ $>Parse0 $>canonify $2", "a source route through us")
        .rule("$- < @ $=w . >", "$: $(dequote $1 $) < @ $2 . >", "quotes around one of our users")
        .rule("< @ $+ >", user, "a host without a user")
        .rule("$* $=O $* < @ $=w . >", "$@ $>Parse0 $>canonify $1 $2 $3", "our name after a routed address")
        .rule("$-", "$: $(dequote $1 $) < @ *LOCAL* >", "quotes around a user")
        .rule("< @ *LOCAL* >", user, "nothing within them")
        .rule("$* $=O $* < @ *LOCAL* >", "$@ $>Parse0 $>canonify $1 $2 $3", "a routed address within them")
        .rule("$* < @ *LOCAL* >", "$: $1", "a user");
}

/// Ruleset `HostSyntax`.
fn host_syntax(r: &mut Rules) {
    r.ruleset("HostSyntax", "HostSyntax: refuse a host that is neither a name nor an address literal")
        .rule("<> $*", "$1", "an empty phrase")
        .rule("$* < @ [ $* ] : $+ > $*", "$@ $1 < @ [ $2 ] : $3 > $4", "[host]:[host], tried in turn")
        .rule("$* < @ [ $* ] , $+ > $*", "$@ $1 < @ [ $2 ] , $3 > $4", "the same with a comma")
        .rule("$* < @ [ $* ] $+ > $*", "$#error $@ 5.1.2 $: \"553 Invalid address\"", "text after a literal")
        .rule("$* < @ [ $+ ] > $*", "$@ $1 < @ [ $2 ] > $3", "a literal")
        .rule("$* < $* : $* > $*", "$#error $@ 5.1.3 $: \"553 Colon illegal in host name part\"", "host:port");
}

fn policy(site: &Site, r: &mut Rules) {
    let local = &site.mailer_names.local;
    r.ruleset("Parse1", "Parse1: the site's policy, from the most particular to the most general");
    ldap_routing::call(site, r);
    address_literal(site, r);
    virtual_users(site, r);
    users_at_our_names(site, r);
    mailer_table(site, r);
    uucp_links(site, r);
    pseudo_domains(site, r);
    vnet::routes(site, r);
    best_mx::route(site, r);
    r.raw(site, RawSection::LocalNetConfig);
    if has_smart_host(site) {
        r.because(smart_host_origin(site))
            .rule("$* < @ $* > $*", "$: $>MailerToTriple < $S > $1 < @ $2 > $3", "the smart host takes the rest")
            .because(None);
    }
    if site.has_mailer("smtp") {
        let smtp = &site.mailer_names.smtp;
        r.rule("$* < @$* > $*", format!("$#{smtp} $@ $2 $: $1 < @ $2 > $3"), "any other host, by its MX");
    } else {
        let unknown = "$#error $@ 5.1.2 $: \"553 Unrecognized host name \" $2";
        r.rule("$* < @$* > $*", unknown, "nothing takes mail for other hosts");
    }
    if class_may_be_used(site, Class::LocalUser) {
        r.rule("$=L", format!("$#{local} $: @ $1"), "a user who is always local");
    }
    r.rule("$+", format!("$#{local} $: $1"), "a user without a host");
}

/// Users at a name of this host. With `stickyhost` they go to the mail hub unchanged, or stay here; otherwise ruleset 5 decides.
fn users_at_our_names(site: &Site, r: &mut Rules) {
    let local = &site.mailer_names.local;
    let usenet = site.mailers.iter().find(|mailer| mailer.name == "usenet");
    if let Some(usenet) = usenet {
        r.because(usenet.span)
            .rule("$+ . USENET < @ $=w . >", "$#usenet $@ usenet $: $1", "a newsgroup, at this host")
            .because(None);
    }
    let Some(sticky) = &site.routing.sticky_hosts else {
        if class_may_be_used(site, Class::LocalUser) {
            r.rule("$=L < @ $=w . >", format!("$#{local} $: @ $1"), "a user who is always local");
        }
        r.rule("$+ < @ $=w . >", format!("$#{local} $: $1"), "a user of this host");
        return;
    };
    r.because(sticky.span);
    let hub = site.routing.mail_hub.is_some() || sets_macro(site, 'H');
    let ours = if hub {
        r.rule("$+ < @ $=w . >", "$: < $H > $1 < @ $2 . >", "a user of this host: is there a hub?").rule(
            "< $+ > $+ < @ $+ >",
            "$: $>MailerToTriple < $1 > $2 < @ $3 >",
            "it takes the whole address",
        );
        "< > $+ < @ $+ >"
    } else {
        "$+ < @ $=w . >"
    };
    r.rule(ours.replacen("$+", "$+ + $*", 1), format!("$#{local} $: $1 + $2"), "a user with detail stays here ...")
        .rule(ours, format!("$#{local} $: @ $1"), "... and so does any other, without ruleset 5")
        .because(None);
}

fn address_literal(site: &Site, r: &mut Rules) {
    if !site.has_mailer("smtp") {
        return;
    }
    let smtp = &site.mailer_names.smtp;
    r.rule("$* < @ [ $+ ] > $*", "$: $>ParseLocal $1 < @ [ $2 ] > $3", "a literal: the site's own rules again");
    match has_smart_host(site) {
        false => {
            r.rule("$* < @ [ $+ ] > $*", format!("$#{smtp} $@ [$2] $: $1 < @ [$2] > $3"), "straight to the address");
        }
        true => {
            r.because(smart_host_origin(site))
                .rule("$* < @ [ $+ ] > $*", "$: $1 < @ [ $2 ] : $S > $3", "literals too go through the smart host")
                .rule("$* < @ [ $+ ] : > $*", format!("$#{smtp} $@ [$2] $: $1 < @ [$2] > $3"), "an empty one is none")
                .rule("$* < @ [ $+ ] : $- : $*> $*", "$#$3 $@ $4 $: $1 < @ [$2] > $5", "by the mailer it names")
                .rule("$* < @ [ $+ ] : $+ > $*", format!("$#{smtp} $@ $3 $: $1 < @ [$2] > $4"), "or by SMTP")
                .because(None);
        }
    }
}

/// Whether `SMART_HOST`, or a raw `DS` line, names a smart host.
fn has_smart_host(site: &Site) -> bool {
    site.routing.smart_host.is_some() || sets_macro(site, 'S')
}

fn smart_host_origin(site: &Site) -> Option<Span> {
    site.routing.smart_host.as_ref().map(|host| host.span)
}

/// `virtusertable`: the keys for `user+detail@domain`, from the most specific to `@domain`.
fn virtual_users(site: &Site, r: &mut Rules) {
    let Some(table) = &site.routing.virtusertable else { return };
    r.because(table.span).rule("$+", "$: <!> $1", "not looked up yet");
    let hosts = class_may_be_used(site, Class::VirtualHost).then_some(match site.tables.virtuser_entire_domain {
        Some(_) => ("$* $={VirtHost}", "$2 $3"),
        None => ("$={VirtHost}", "$2"),
    });
    for (hosts, host) in hosts.into_iter().chain([("$=w", "$2")]) {
        r.rule(
            format!("<!> $+ < @ {hosts} . >"),
            format!("$: < $(virtuser $1 @ {host} $@ $1 $: @ $) > $1 < @ {host} . >"),
            "the whole address",
        );
    }
    let with_detail = "$@ $1 $@ $2 $@ +$2 $:";
    for (lhs, key, decides) in [
        ("$+ + $+ < @ $* . >", "$1 + + @ $3", "user++@domain: any detail"),
        ("$+ + $* < @ $* . >", "$1 + * @ $3", "user+*@domain: any or none"),
        ("$+ + $* < @ $* . >", "$1 @ $3", "user@domain"),
        ("$+ + $+ < @ $+ . >", "+ + @ $3", "++@domain"),
        ("$+ + $* < @ $+ . >", "+ * @ $3", "+*@domain"),
    ] {
        r.rule(format!("<@> {lhs}"), format!("$: < $(virtuser {key} {with_detail} @ $) > $1 + $2 < @ $3 . >"), decides);
    }
    r.rule(
        "<@> $+ + $* < @ $+ . >",
        format!("$: < $(virtuser @ $3 {with_detail} ! $) > $1 + $2 < @ $3 . >"),
        "@domain, and that was the last key",
    )
    .rule("<@> $+ < @ $+ . >", "$: < $(virtuser @ $2 $@ $1 $: @ $) > $1 < @ $2 . >", "@domain of a user without detail")
    .rule("<@> $+", "$: $1", "no virtual user")
    .rule("<!> $+", "$: $1", "no virtual host")
    .rule("< error : $-.$-.$- : $+ > $*", "$#error $@ $1.$2.$3 $: $4", "error:D.S.N:text")
    .rule("< error : $- $+ > $*", "$#error $@ $(dequote $1 $) $: $2", "error:keyword text");
    let address = match site.switches.virtual_users_once {
        Some(_) => "$: $>ParseLocal $>Parse0 $>canonify $1",
        None => "$: $>Recurse $1",
    };
    r.rule("< $+ > $+ < @ $+ >", address, "the address that it stands for").because(None);
}

fn mailer_table(site: &Site, r: &mut Rules) {
    let Some(table) = &site.routing.mailertable else { return };
    r.because(table.span)
        .rule("$* <@ $+ > $*", "$: < $2 > $1 < @ $2 > $3", "the host ...")
        .rule("< $+ . > $*", "$: < $1 > $2", "... without its dot ...")
        .rule("< $+ > $*", "$: < $(mailertable $1 $) > $2", "... may have a mailer of its own")
        .rule("< $~[ : $* > $*", "$>MailerToTriple < $1 : $2 > $3", "it has")
        .rule("< $+ > $*", "$: $>Mailertable <$1> $2", "its domains may")
        .because(None);
}

/// UUCP neighbours: those of this host through the mailer that fits, and others through these. The site's own rules come between
/// the two, or before both if they precede `MAILER(uucp)`.
fn uucp_links(site: &Site, r: &mut Rules) {
    let uucp = site.mailers.iter().find(|mailer| mailer.name == "uucp");
    let declared = uucp.and_then(|mailer| mailer.span);
    r.raw_before_mailer(site, RawSection::LocalUucp);
    if uucp.is_some() {
        r.because(declared);
        for (class, mailer) in [("Z", "uucp-uudom"), ("Y", "uucp-new"), ("U", "uucp-old")] {
            if uucp_class_may_be_used(site, class) {
                r.rule(
                    format!("$* < @ $={class} . UUCP. > $*"),
                    format!("$#{mailer} $@ $2 $: $1 < @ $2 .UUCP. > $3"),
                    "a neighbour of this host",
                );
            }
        }
        r.because(None);
    }
    r.raw_after_mailer(site, RawSection::LocalUucp);
    if site.nouucp.is_some() {
        return;
    }
    for class in ["V", "W", "X"] {
        if let Some(link) = site.uucp.iter().find(|link| link.value.class == class) {
            r.because(link.span)
                .rule(
                    format!("$* < @ $={class} . UUCP . > $*"),
                    format!("$: $>MailerToTriple < ${class} > $1 <@$2.UUCP.> $3"),
                    "a neighbour of another host, which passes it on",
                )
                .because(None);
        }
    }
}

/// Pseudo-domains, each by the mailer that serves it or through its own relay.
fn pseudo_domains(site: &Site, r: &mut Rules) {
    let routing = &site.routing;
    let mailer = |name: &str| site.mailers.iter().find(|mailer| mailer.name == name);
    let relayed = |r: &mut Rules, relay: &Option<Spanned<String>>, domain: &str, letter: char| {
        let Some(relay) = relay else { return };
        let written = domain.replace("$+", "$2").replace("$*", "$2");
        r.because(relay.span).rule(
            format!("$*<@{domain}.>$*"),
            format!("$: $>MailerToTriple < ${letter} > $1 <@{written}.> $3"),
            "a pseudo-domain's own relay",
        );
    };
    relayed(r, &routing.bitnet_relay, "$+.BITNET", 'B');
    relayed(r, &routing.decnet_relay, "$+.DECNET", 'C');
    if let Some(pop) = mailer("pop") {
        r.because(pop.span).rule("$+ < @ POP. >", "$#pop $: $1", "a mailbox of the POP server here");
    }
    match mailer("fax") {
        Some(fax) => {
            r.because(fax.span).rule("$+ < @ $+ .FAX. >", "$#fax $@ $2 $: $1", "a fax");
        }
        None => relayed(r, &routing.fax_relay, "$+.FAX", 'F'),
    }
    match (&routing.uucp_relay, mailer("uucp")) {
        (None, Some(uucp)) => {
            let chosen = &site.mailer_names.uucp;
            r.because(uucp.span).rule(
                "$* < @ $+ .UUCP. > $*",
                format!("$#{chosen} $@ $2 $: $1 < @ $2 .UUCP. > $3"),
                "any other UUCP host",
            );
        }
        (relay, _) => relayed(r, relay, "$*.UUCP", 'Y'),
    }
    if let Some(usenet) = mailer("usenet") {
        r.because(usenet.span).rule("$+ . USENET", "$#usenet $@ usenet $: $1", "a newsgroup");
    }
    r.because(None);
}

/// Rulesets `Mailertable` (90), `MailerToTriple` (95) and `CanonLocal`.
pub(super) fn destinations(site: &Site, r: &mut Rules) {
    let (local, relay) = (&site.mailer_names.local, &site.mailer_names.relay);
    if let Some(table) = &site.routing.mailertable {
        r.ruleset("Mailertable=90", "Mailertable: the mailer of the nearest domain above a host")
            .because(table.span)
            .rule("$* <$- . $+ > $*", "$: $1$2 < $(mailertable .$3 $@ $1$2 $@ $2 $) > $4", "one label less")
            .rule("$* <$~[ : $* > $*", "$>MailerToTriple < $2 : $3 > $4", "found")
            .rule("$* < . $+ > $*", "$@ $>Mailertable $1 . <$2> $3", "not yet")
            .rule("$* < $* > $*", "$: < $(mailertable . $@ $1$2 $) > $3", "the entry for everything")
            .rule("< $~[ : $* > $*", "$>MailerToTriple < $1 : $2 > $3", "found")
            .rule("< $* > $*", "$@ $2", "none");
    }
    r.ruleset("MailerToTriple=95", "MailerToTriple: <[mailer:][user@]host> address, to mailer, host and user")
        .rule("< > $*", "$@ $1", "nothing said")
        .rule("< error : $-.$-.$- : $+ > $*", "$#error $@ $1.$2.$3 $: $4", "error:D.S.N:text")
        .rule("< error : $- : $+ > $*", "$#error $@ $(dequote $1 $) $: $2", "error:keyword:text")
        .rule("< error : $+ > $*", "$#error $: $1", "error:text")
        .rule("< local : $* > $*", "$>CanonLocal < $1 > $2", "a user here")
        .rule("< $~[ : $+ @ $+ > $*<$*>$*", "$# $1 $@ $3 $: $2<@$3>", "mailer:user@host")
        .rule("< $~[ : $+ > $*", "$# $1 $@ $2 $: $3", "mailer:host")
        .rule("< $=w > $*", "$@ $2", "this host: nothing to relay")
        .rule("< $+ > $*", format!("$#{relay} $@ $1 $: $2"), "host");
    r.ruleset("CanonLocal", "CanonLocal: <[user][@host]> address, delivered here")
        .rule("< $* > < @ $+ > : $+", "$@ $>Recurse $3", "a source route: its end")
        .rule("< $* > $+ $=O $+ < @ $+ >", "$@ $>Recurse $2 $3 $4", "a routed address: its next step")
        .rule("< $* > $* < @ $* . >", "$: < $1 > $2 < @ $3 >", "hosts are shown without a dot")
        .rule("< > $* < @ $* > $*", format!("$#{local} $@ $1@$2 $: $1"), "the user of the address")
        .rule("< > $+", format!("$#{local} $@ $1    $: $1"), "the same, without a host")
        .rule("< $+ @ $+ > $* < @ $* >", "$: < $1 > $3 < @ $4 >", "a host makes no difference")
        .rule("< $+ > $* <@ $* > $*", format!("$#{local} $@ $2@$3 $: $1"), "this user")
        .rule("< $+ > $*", format!("$#{local} $@ $2    $: $1"), "the same, without a host");
}
