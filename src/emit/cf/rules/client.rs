//! Checks of clients besides names and addresses: greeting delay, connection limits, reverse DNS, HELO name.

use super::{access::TEMPORARY, ruleset::Rules, uses::defines_ruleset};
use crate::{
    site::{AccessMap, ClientLimit, Site},
    source::Spanned,
};

/// `greet_pause`, `RateControl` and `ConnControl`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    greet_pause(site, r);
    for limit in limits(site).into_iter().flatten() {
        limit.ruleset(r);
    }
}

/// Looks up a client in the access map: `name $| address` becomes `<value> <address or nothing>`.
pub(super) fn look_up(access: &AccessMap, r: &mut Rules, mark: &str) {
    r.because(access.declared.span)
        .rule("$+ $| $+", format!("$: $>D < $1 > <?> <{mark}> < $2 >"), "its name and the domains above it")
        .rule(" $| $+", format!("$: $>A < $1 > <?> <{mark}> <>"), "it has no name: its address")
        .rule("<?> <$+>", format!("$: $>A < $1 > <?> <{mark}> <>"), "its address and the networks around it");
}

fn greet_pause(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.clients.greet_pause else { return };
    let pause = &asked.value;
    r.ruleset(
        "greet_pause",
        "greet_pause: how long must this client wait for the greeting? Given: its name $| address",
    )
    .because(asked.span);
    if defines_ruleset(site, "Local_greet_pause") {
        r.rule("$*", "$: <$1> $| $>\"Local_greet_pause\" $1", "what the site's own rules say")
            .rule("<$*> $| $#$*", "$#$2", "so long")
            .rule("<$*> $| $*", "$: $1", "they say nothing");
    }
    let default = pause.milliseconds.as_ref().map(|ms| format!("$# {ms}"));
    match site.access.as_ref().filter(|_| pause.by_access) {
        Some(access) => {
            look_up(access, r, "! GreetPause");
            r.rule("<?> <$*>", default.as_deref().unwrap_or("$@"), "not in the access map")
                .rule("<$* <TMPF>> <$*>", "$@", "the map cannot be read: not at all")
                .rule("<$+> <$*>", "$# $1", "as the map says");
        }
        None => {
            r.rule("$*", default.as_deref().unwrap_or("$@"), "all the same");
        }
    }
}

/// A limit that the access map sets per client.
struct Limit<'a> {
    ruleset: &'static str,
    tag: &'static str,
    counted: &'static str,
    exceeded: &'static str,
    /// Whether it is checked before the delayed checks.
    immediate: bool,
    asked: &'a Spanned<ClientLimit>,
}

/// The limits of a site: connection rate, then number of connections. Without an access map there are none.
fn limits(site: &Site) -> [Option<Limit<'_>>; 2] {
    if site.access.is_none() {
        return [None, None];
    }
    let put_off = site.delay_checks.is_some();
    let rate = site.clients.rate.as_ref().map(|asked| Limit {
        ruleset: "RateControl",
        tag: "ClientRate",
        counted: "{client_rate}",
        exceeded: "Connection rate limit exceeded.",
        immediate: asked.value.immediate && put_off,
        asked,
    });
    let connections = site.clients.connections.as_ref().map(|asked| Limit {
        ruleset: "ConnControl",
        tag: "ClientConn",
        counted: "{client_connections}",
        exceeded: "Too many open connections.",
        immediate: asked.value.immediate && put_off,
        asked,
    });
    [rate, connections]
}

impl Limit<'_> {
    fn ruleset(&self, r: &mut Rules) {
        let Limit { ruleset, tag, counted, exceeded, asked, .. } = self;
        r.ruleset(ruleset, &format!("{ruleset}: is the client within its limit? Given: nothing that counts"))
            .because(asked.span)
            .rule(
                "$*",
                format!("$: $>SearchList <! {tag}> $| <A:$&{{client_addr}}> <E:> <>"),
                "its limit, or that of all",
            )
            .rule("<?>", "$@ OK", "none")
            .rule("<$* <TMPF>>", format!("$#error $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read")
            .rule("<0>", "$@ OK", "none")
            .rule("<$+>", format!("$: <$1> $| $(arith l $@ $1 $@ $&{counted} $)"), "is it above?")
            .rule("<$+> $| TRUE", format!("$#error $@ 4.3.2 $: {} {exceeded}", asked.value.reply), "it is");
    }
}

/// Calls the limits that apply at this point: at once, or with the other checks of the connection.
pub(super) fn ask_limits(site: &Site, r: &mut Rules, immediate: bool) {
    for limit in limits(site).into_iter().flatten().filter(|limit| limit.immediate == immediate) {
        let what = if limit.tag == "ClientRate" { "does it connect too often?" } else { "is it connected too often?" };
        r.because(limit.asked.span).rule("$*", format!("$: $>\"{}\" dummy", limit.ruleset), what).because(None);
    }
}

/// Whether any limit is checked first although the other checks are delayed.
pub(super) fn any_immediate(site: &Site) -> bool {
    limits(site).into_iter().flatten().any(|limit| limit.immediate)
}

/// `require_rdns`: the last check of the connection.
pub(super) fn reverse_name(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.clients.reverse_name else { return };
    r.because(asked.span)
        .rule("$*", "$: $&{client_addr} $| $&{client_resolve}", "does its address have a name?")
        .rule("$=R $*", "$@ RELAY", "it may relay: never mind")
        .rule("$* $| OK", "$@ OK", "it has one that leads back to it")
        .rule("$* $| FAIL", "$#error $@ 5.7.1 $: 550 Fix reverse DNS for $1", "it has none")
        .rule("$* $| TEMP", "$#error $@ 4.1.8 $: 451 Client IP address $1 does not resolve", "DNS cannot say now")
        .rule("$* $| FORGED", "$#error $@ 4.1.8 $: 451 Possibly forged hostname for $1", "it leads elsewhere")
        .because(None);
}

/// `block_bad_helo`: checks the name in EHLO or HELO when the recipient is known. The workspace is unchanged.
pub(super) fn greeting_name(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.clients.greeting_name else { return };
    let bogus = "$#error $@ 5.7.1 $:\"550 bogus HELO name used: \" $&s";
    r.because(asked.span)
        .rule("$*", "$: $1 $| <$&{auth_authen}>", "has the client shown who it is?")
        .rule("$* $| <$+>", "$: $1", "it has: it may call itself anything")
        .rule("$* $| <$*>", "$: $1 $| <$&{client_addr}> [$&s]", "as what did it greet us?")
        .rule("$* $| <$=R $*> [$*]", "$: $1", "a client that may relay: anything")
        .rule("$* $| <0> [$*]", "$: $1", "no client at all: anything")
        .rule("$* $| <$*> $=w", bogus, "our address")
        .rule("$* $| <$*> [$=w]", bogus, "our name")
        .rule("$* $| <$*> [$+.$+]", "$: $1", "a name with its domain")
        .rule("$* $| <$*> [IPv6:$+]", "$: $1", "an address")
        .rule("$* $| <$*> [$*]", bogus, "a name without domain, or none")
        .rule("$* $| $*", "$: $1", "not to be asked")
        .because(None);
}
