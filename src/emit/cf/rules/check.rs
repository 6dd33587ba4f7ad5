//! The checks at each step of an SMTP dialogue: `check_relay`, `check_mail`, `check_rcpt`.

use super::{access::TEMPORARY, bad_mx, client, lists, relay::recipient_may_fail, ruleset::Rules};
use crate::site::{RawSection, Site, SpamRecipients};

/// The three checks, and `Verdict`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    verdict(site, r);
    connection(site, r);
    sender(site, r);
    recipient(site, r);
    if site.delay_checks.is_some() {
        delayed(site, r);
    }
}

/// With `delay_checks`, sendmail finds only `check_rcpt`; the other two get names that only it calls.
fn name(site: &Site, check: &'static str, delayed: &'static str) -> &'static str {
    if site.delay_checks.is_some() { delayed } else { check }
}

/// Messages that are only queued are not checked, because their client is gone by then.
fn unless_deferred(r: &mut Rules) {
    r.rule("$*", "$: < $&{deliveryMode} > $1", "how is mail delivered?")
        .rule("< d > $*", "$@ deferred", "later: nothing can be asked now")
        .rule("< $* > $*", "$: $2", "at once");
}

/// The meaning of a value of the access map other than OK, RELAY and REJECT.
fn verdict(site: &Site, r: &mut Rules) {
    let Some(access) = &site.access else { return };
    r.ruleset("Verdict", "Verdict: <value of the access map>, to what becomes of the message")
        .because(access.declared.span)
        .rule("<DISCARD>", "$#discard $: discard", "accepted and thrown away")
        .rule("<QUARANTINE:$+>", "$#error $@ quarantine $: $1", "accepted and held")
        .rule("<ERROR:$-.$-.$-:$+>", "$#error $@ $1.$2.$3 $: $4", "refused with this status code and text")
        .rule("<ERROR:$+>", "$#error $: $1", "refused with this text")
        .rule("<<TMPF>>", format!("$#error $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read: try again")
        .rule("<$+>", "$#error $: $1", "refused with this text");
}

fn access_denied(site: &Site) -> String {
    match &site.messages.reject {
        Some(message) => format!("$#error $: {}", message.value),
        None => "$#error $@ 5.7.1 $: \"550 Access denied\"".into(),
    }
}

fn connection(site: &Site, r: &mut Rules) {
    let name = name(site, "check_relay", "checkrelay");
    if client::any_immediate(site) {
        r.ruleset("check_relay", "check_relay: the limits that nothing puts off");
        client::ask_limits(site, r, true);
    }
    r.ruleset("Local_check_relay", "Local_check_relay: the site's own rules, if it has any, are LOCAL_RULESETS below");
    r.ruleset(name, &format!("{name}: may this client connect? Given: its name $| its address"));
    if let Some(pointer) = &site.clients.by_pointer {
        r.because(pointer.span).rule("$* $| $*", "$: $&{client_ptr} $| $2", "the name that DNS gives").because(None);
    }
    r.rule("$*", "$: $1 $| $>\"Local_check_relay\" $1", "what the site's own rules say")
        .rule("$* $| $* $| $#$*", "$#$3", "decided")
        .rule("$* $| $* $| $*", "$@ $>\"Basic_check_relay\" $1 $| $2", "they say nothing");
    r.ruleset("Basic_check_relay", "Basic_check_relay: what the site's policy says");
    unless_deferred(r);
    if let Some(access) = &site.access {
        client::look_up(access, r, "+ Connect");
        r.rule("<?> <$*>", "$: OK", "nothing said of it")
            .rule("<$={Accept}> <$*>", "$@ $1", "welcome")
            .rule("<REJECT> <$*>", access_denied(site), "refused")
            .rule("<$+> <$*>", "$@ $>Verdict <$1>", "whatever else it says")
            .because(None);
    }
    client::ask_limits(site, r, false);
    lists::rules(site, r);
    r.raw(site, RawSection::LocalDnsbl);
    client::reverse_name(site, r);
}

fn sender(site: &Site, r: &mut Rules) {
    let name = name(site, "check_mail", "checkmail");
    r.ruleset(name, &format!("{name}: is this sender acceptable? Given: the argument of MAIL FROM"))
        .hook(site, "Local_check_mail");
    unless_deferred(r);
    r.rule("$*", "$: $1 $| $>\"tls_client\" $&{verify} $| MAIL", "is the connection good enough?")
        .rule("$* $| $#$+", "$#$2", "no")
        .rule("$* $| $*", "$: $1", "yes")
        .rule("<>", "$@ <OK>", "bounces are always welcome (RFC 5321 section 6.1)");
    if site.senders.accept_unqualified.is_none() {
        loopback_sender(site, r);
    }
    r.rule("$*", "$: <?> $>CanonAddr $1", "the address ...")
        .rule("<?> $* < @ $+ . >", "<?> $1 < @ $2 >", "... without a final dot")
        .rule("<?> $* < @ $* $=P >", "$: <OKR> $1 < @ $2 $3 >", "pseudo-domains need not resolve")
        .rule("<?> $* < @ $j >", "$: <OKR> $1 < @ $j >", "we exist");
    match &site.senders.accept_unresolvable {
        Some(accept) => r.because(accept.span).rule("<?> $* < @ $+ >", "$: <OKR> $1 < @ $2 >", "any domain will do"),
        None => r
            .rule("<?> $* < @ $+ >", "$: <? $(resolve $2 $: $2 <PERM> $) > $1 < @ $2 >", "does its domain exist?")
            .rule("<? $* <$->> $* < @ $+ >", "$: <$2> $3 < @ $4 >", "yes, no, or not known now"),
    }
    .because(None);
    if let Some(access) = &site.access {
        r.because(access.declared.span)
            .rule("<$+> $+ < @ $* >", "$: @<$1> <$2 < @ $3 >> $| <F:$2@$3> <U:$2@> <D:$3>", "address, user, domains")
            .rule("<$+> $+", "$: @<$1> <$2> $| <U:$2@>", "user")
            .rule("@ <$+> <$*> $| <$+>", "$: <@> <$1> <$2> $| $>SearchList <+ From> $| <$3> <>", "the first found")
            .rule("<@> <$+> <$*> $| <$*>", "$: <$3> <$1> <$2>", "the value first")
            .rule("<?> <$+> <$*>", "$: <$1> $2", "none: what is known of the domain decides")
            .rule("<$+> <$+> <$*>", "$: <$1> $3", "its value decides")
            .because(None);
    }
    if site.senders.accept_unqualified.is_none() {
        unqualified_sender(r);
    }
    r.rule("<?> $*", "$: @ $1", "nothing against it")
        .rule("<$={ResOk}> $*", "$: @ $2", "the domain exists")
        .rule(
            "<TEMP> $*",
            "$#error $@ 4.1.8 $: \"451 Domain of sender address \" $&f \" does not resolve\"",
            "DNS cannot say now",
        )
        .rule(
            "<PERM> $*",
            "$#error $@ 5.1.8 $: \"553 Domain of sender address \" $&f \" does not exist\"",
            "nobody could answer",
        );
    if let Some(access) = &site.access {
        r.because(access.declared.span)
            .rule("<$={Accept}> $*", "$# $1", "welcome")
            .rule("<REJECT> $*", access_denied(site), "refused")
            .rule("<<TMPF>> $*", "$@ $>Verdict <<TMPF>>", "the map cannot be read")
            .rule("<$+> $*", "$@ $>Verdict <$1>", "whatever else it says")
            .because(None);
    }
    bad_mx::ask(site, r);
}

/// Senders at this host, or without a domain, from a client elsewhere.
fn loopback_sender(site: &Site, r: &mut Rules) {
    r.rule("$+", "$: <$1>", "in brackets ...")
        .rule("<<$+>>", "$: <$1>", "... one pair")
        .rule("$*", "$: $&{daemon_flags} $| $1", "what this port asks for")
        .rule("$* f $* $| < $* @ $- >", "$: < ? $&{client_name} > < $3 @ $4 >", "modifier f: a domain, from strangers")
        .rule("$* u $* $| < $* >", "$: <?> < $3 >", "modifier u: nothing")
        .rule("$* $| $*", "$: <@> $2", "no modifier: nobody is at localhost but we");
    let mut hosts = vec!["localhost", "[127.0.0.1]", "[IPv6:0:0:0:0:0:0:0:1]", "[IPv6:::1]", "localhost.$m"];
    if site.nouucp.is_none() {
        hosts.push("localhost.UUCP");
    }
    for host in hosts {
        r.rule(format!("<@> < $* @ {host} >"), format!("$: < ? $&{{client_name}} > < $1 @ {host} >"), "who says so?");
    }
    r.rule("<@> $*", "$: $1", "somewhere else")
        .rule("<? $=w> $*", "$: $2", "we do")
        .rule("<? $+> <$+>", "$#error $@ 5.5.4 $: \"553 Real domain name required for sender address\"", "a stranger")
        .rule("<?> $*", "$: $1", "not to be asked");
}

fn unqualified_sender(r: &mut Rules) {
    r.rule("<?> $*", "$: $&{daemon_flags} $| <?> $1", "a sender without domain: what this port asks for")
        .rule("$* u $* $| <?> $*", "$: <OKR> $3", "modifier u: welcome")
        .rule("$* $| $*", "$: $2", "forget the flags")
        .rule("<?> $*", "$: < ? $&{client_addr} > $1", "who says so?")
        .rule("<?> $*", "$@ <OKR>", "somebody on this host")
        .rule("<? $+> $*", "$#error $@ 5.5.4 $: \"553 Domain name required for sender address \" $&f", "a stranger");
}

fn recipient(site: &Site, r: &mut Rules) {
    let name = name(site, "check_rcpt", "checkrcpt");
    let nobody = "$#error $@ nouser $: \"553 User address required\"";
    r.ruleset(name, &format!("{name}: may this client send to this recipient? Given: the argument of RCPT TO"))
        .hook(site, "Local_check_rcpt")
        .rule("<>", nobody, "nobody")
        .rule("$@", nobody, "nobody");
    unless_deferred(r);
    qualified(site, r);
    let may_fail = recipient_may_fail(site);
    r.rule("$*", "$: $1 $| @ $>\"Rcpt_ok\" $1", "is the recipient ours?");
    if may_fail {
        r.rule("$* $| @ $#TEMP $+", "$: $1 $| T $2", "cannot say now");
    }
    r.rule("$* $| @ $#$*", "$#$2", "decided");
    if let Some(open) = &site.relay.promiscuous {
        r.because(open.span);
        return;
    }
    r.rule("$* $| @ RELAY", "$@ RELAY", "yes").rule("$* $| @ $*", "$: O $| $>\"Relay_ok\" $1", "no: may the client?");
    if may_fail {
        r.rule("$* $| T $+", "$: T $2 $| $>\"Relay_ok\" $1", "not known: may the client?");
    }
    r.rule("$* $| $#TEMP $+", "$#error $2", "cannot say now").rule("$* $| $#$*", "$#$2", "decided").rule(
        "$* $| RELAY",
        "$@ RELAY",
        "yes",
    );
    if may_fail {
        r.rule("T $+ $| $*", "$#error $1", "the recipient may be ours: try again");
    }
    let denied = match (&site.messages.relay, site.trusts_authentication) {
        (Some(message), _) => message.value.as_str(),
        (None, true) => "\"550 Relaying denied. Proper authentication required.\"",
        (None, false) => "\"550 Relaying denied\"",
    };
    r.because(site.messages.relay.as_ref().and_then(|m| m.span))
        .rule("$*", format!("$#error $@ 5.7.1 $: {denied}"), "everybody else")
        .because(None);
}

/// A listener with modifier `r` accepts recipients without a domain only from this host. A client on this host is then treated as
/// if the recipient were its own name, a user of this host.
fn qualified(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.switches.qualified_recipients else { return };
    let required = "$#error $@ 5.5.4 $: \"553 Fully qualified domain name required\"";
    r.because(asked.span)
        .rule("$*", "$: <@> $&{daemon_flags} $| $1", "does the listener want a domain?")
        .rule("<@> $* $| < $* >", "<@> $1 $| $2", "the address without brackets")
        .rule("<@> $* $| postmaster", "$: postmaster", "needs none")
        .rule("<@> $* $| $* @ $+ . $+", "$: < $2 @ $3 . $4 >", "has one")
        .rule("<@> $* r $* $| $+ @ $+", "$: < $3 @ $4 >", "a host will do")
        .rule("<@> $* r $* $| $*", "$: <? $&{client_name}> $3", "neither: who sends it?")
        .rule("<@> $* $| $*", "$: < $2 >", "no domain is wanted")
        .rule("<?> $*", "$: < $1 >", "no client: submitted here")
        .rule("<? $=w> $*", "$: < $1 >", "this host")
        .rule("<? $+> $*", required, "somebody else")
        .because(None);
}

/// `delay_checks`: `check_rcpt` runs all three checks.
fn delayed(site: &Site, r: &mut Rules) {
    let Some(delay) = &site.delay_checks else { return };
    r.ruleset("FullAddr", "FullAddr: an address with a host, without its final dot")
        .rule("$* <@ $+ . >", "$1 <@ $2 >", "without the dot")
        .rule("$* <@ $* >", "$@ $1 <@ $2 >", "has a host")
        .rule("$+", "$@ $1 <@ $j >", "a user of this host");
    r.ruleset("check_rcpt", "check_rcpt: recipient, then sender, then client")
        .because(delay.declared.span)
        .rule("$+", "$: $1 $| $>checkrcpt $1", "the recipient")
        .rule("$+ $| $#error $*", "$#error $2", "refused")
        .rule("$+ $| $#discard $*", "$#discard $2", "thrown away")
        .rule("$+ $| $#$*", "$: <TLS> $2 $| $>\"tls_client\" $&{verify} $| MAIL", "accepted, if the connection is good")
        .rule("<TLS> $* $| $#$+", "$#$2", "it is not")
        .rule("<TLS> $* $| $*", "$# $1", "it is")
        .rule("$+ $| $*", "$: <?> $>FullAddr $>CanonAddr $1", "nothing against it");
    if let Some(spam) = delay.spam.filter(|_| site.access.is_some()) {
        r.rule("<?> $+ < @ $=w >", "$: <> $1 < @ $2 > $| <F: $1@$2 > <D: $2 > <U: $1@>", "keys for a user of ours")
            .rule("<?> $+ < @ $* >", "$: <> $1 < @ $2 > $| <F: $1@$2 > <D: $2 >", "keys for a user elsewhere")
            .rule("<> $* $| <$+>", "$: <@> $1 $| $>SearchList <! Spam> $| <$2> <>", "what it wants of unwanted mail")
            .rule("<@> $* $| $*", "$: $2 $1", "the value first");
        let accept = |r: &mut Rules, word: &str| {
            r.rule("<TLS> $* $| $#$+", "$#$2", "the connection is not good enough").rule(
                "<TLS> $* $| $*",
                format!("$@ {word}"),
                "the other checks are left out",
            );
        };
        let tls = |word: &str| format!("$: <TLS> {word} $| $>\"tls_client\" $&{{verify}} $| MAIL");
        match spam {
            SpamRecipients::Friend => {
                r.rule("<FRIEND> $+", tls("SPAMFRIEND"), "everything");
                accept(r, "SPAMFRIEND");
                r.rule("<$*> $+", "$: $2", "nothing in particular");
            }
            SpamRecipients::Hater => {
                r.rule("<HATER> $+", "$: $1", "to be checked").rule("<$*> $+", tls("NOSPAMHATER"), "nothing");
                accept(r, "NOSPAMHATER");
            }
        }
    }
    let from = if site.has_mail_from_macro { "$&{mail_from}" } else { "<$&f>" };
    r.rule("$*", format!("$: $1 $| $>checkmail {from}"), "the sender")
        .return_if_mailer()
        .rule("$* $| $*", "$: $1 $| $>checkrelay $&{client_name} $| $&{client_addr}", "the client")
        .return_if_mailer()
        .rule("$* $| $*", "$: $1", "nothing against them")
        .because(None);
    client::greeting_name(site, r);
}
