//! Ruleset `localaddr` (5): local users after alias expansion: the detail, and the hosts that receive local mail.
//!
//! sendmail calls it for every address of a mailer with flag `5` that no alias replaced; `$h` then holds the host for the mailer:
//! `+detail`, or `user@host` for a `local:` entry of a table.

use super::{ruleset::Rules, uses::defines_ruleset};
use crate::site::Site;

/// Adds the ruleset.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let routing = &site.routing;
    r.ruleset("localaddr=5", "localaddr: a local user that no alias replaced");
    if site.submission.is_some() || defines_ruleset(site, "Local_localaddr") {
        r.rule("$+", "$: $1 $| $>\"Local_localaddr\" $1", "what the site's own rules say")
            .rule("$+ $| $#ok", "$@ $1", "keep it")
            .rule("$+ $| $#$*", "$#$2", "decided")
            .rule("$+ $| $*", "$: $1", "they say nothing");
    }
    remember_host(site, r);
    if routing.preserve_plus_detail.is_none() {
        let local = &site.mailer_names.local;
        r.rule("$+ + *", format!("$#{local} $@ $&h $: $1"), "user+*: the second try, as user").rule(
            "$+ + $*",
            format!("$#{local} $@ + $2 $: $1 + *"),
            "user+detail: try user+*",
        );
    }
    r.rule("$+", "$: <> $1", "no host takes it yet");
    unknown_user(site, r);
    if let Some(hub) = &routing.mail_hub {
        r.because(hub.span).rule("< > $+", "$: < $H > $1", "the mail hub takes all");
    }
    if let Some(relay) = &routing.local_relay {
        r.because(relay.span).rule("< > $+", "$: < $R > $1", "the local relay takes it");
    }
    r.because(None);
    stays(site, r);
    if routing.luser_relay.is_some() || routing.mail_hub.is_some() || routing.local_relay.is_some() {
        leaves(site, r);
    }
}

/// `preserve_luser_host`: the host is kept in `${Host}` while `$h` is the detail.
fn remember_host(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.routing.preserve_luser_host else { return };
    r.because(asked.span)
        .rule("$+", "$: $1 $| $&h $| $&{Host}", "which host was it sent to?")
        .rule("$+ $| $|", "$: $(macro {Host} $@ $) $1", "none is known")
        .rule("$+ $| $| $+", "$: $1", "the one known before")
        .rule("$+ $| +$* $| $*", "$: $1", "this is the detail: the one known before")
        .rule("$+ $| $* @ $+ $| $*", "$: $(macro {Host} $@ @$3 $) $1", "that of the address")
        .rule("$+ $| $+ $| $*", "$: $(macro {Host} $@ @$2 $) $1", "this one")
        .because(None);
}

/// `LUSER_RELAY`: users that do not exist on this host.
fn unknown_user(site: &Site, r: &mut Rules) {
    let Some(luser) = &site.routing.luser_relay else { return };
    r.because(luser.span);
    if site.routing.preserve_plus_detail.is_some() {
        r.rule("< > $+ + $*", "$: <?> <+ $2> $(user $1 $)", "is there such a user, without the detail?")
            .rule("< > $+", "$: <?> < > $(user $1 $)", "is there such a user?")
            .rule("<?> <$*> $+ <>", "$: < > $2 $1", "yes")
            .rule("<?> <$*> $+", "$: < $L > $2 $1", "no");
    } else {
        r.rule("< > $+", "$: < $L > $(user $1 $)", "is there such a user?").rule("< $* > $+ <>", "$: < > $2", "yes");
    }
    if let Some(asked) = &site.routing.preserve_luser_host {
        r.because(asked.span).rule("< $+ > $+", "$: < $1 > $2 $&{Host}", "a user elsewhere keeps the host");
    }
}

/// Users that no host accepts.
fn stays(site: &Site, r: &mut Rules) {
    if site.routing.preserve_plus_detail.is_some() {
        r.rule("< > $+", "$@ $1", "stays here as it is");
        return;
    }
    let local = &site.mailer_names.local;
    r.rule("< > $+", "$: < > < $1 <> $&h >", "stays here: where is its detail?");
    if let Some(asked) = &site.routing.preserve_luser_host {
        r.because(asked.span)
            .rule("< > < $+ @ $+ <> + $* >", "$: < > < $1 + $3 @ $2 >", "in the host; it goes before the domain")
            .because(None);
    }
    r.rule("< > < $+ <> + $* >", "$: < > < $1 + $2 >", "in the host")
        .rule("< > < $+ <> $* >", "$: < > < $1 >", "there is none")
        .rule("< > < $+ + $* > $*", "< > < $1 > + $2 $3", "the user without it ...")
        .rule("< > < $+ > + $*", format!("$#{local} $@ $2 $: @ $1"), "... is tried with it")
        .rule("< > < $+ >", "$@ $1", "a user without detail");
}

/// Users that a host accepts, or the relay for unknown users.
fn leaves(site: &Site, r: &mut Rules) {
    let keeps_host = site.routing.preserve_luser_host.as_ref().map(|asked| asked.span);
    if site.routing.preserve_plus_detail.is_none() {
        r.rule("$+", "$: $1 <> $&h", "leaves: with its detail ...");
        if keeps_host.is_some() {
            r.because(keeps_host).rule("$+ @ $+ <> + $*", "$: $1 + $3 @ $2", "... before the domain ...").because(None);
        }
        r.rule("$+ <> + $*", "$: $1 + $2", "... from the host").rule("$+ <> $*", "$: $1", "... if any");
    }
    r.rule("< local : $* > $*", "$: $>MailerToTriple < local : $1 > $2", "to another local user").rule(
        "< error : $* > $*",
        "$: $>MailerToTriple < error : $1 > $2",
        "to nobody",
    );
    if keeps_host.is_some() {
        r.because(keeps_host)
            .rule(
                "< $~[ : $+ > $+ @ $+",
                "$: $>MailerToTriple < $1 : $2 > $3 < @ $4 >",
                "by the mailer named, as it is",
            )
            .because(None);
    }
    r.rule("< $~[ : $+ > $+", "$: $>MailerToTriple < $1 : $2 > $3 < @ $2 >", "by the mailer named");
    if keeps_host.is_some() {
        r.because(keeps_host)
            .rule("< $+ > $+ @ $+", "$@ $>MailerToTriple < $1 > $2 < @ $3 >", "to the host, as it is")
            .because(None);
    }
    r.rule("< $+ > $+", "$@ $>MailerToTriple < $1 > $2 < @ $1 >", "to the host");
}

/// `Local_localaddr` of the mail submission program: every address goes to the mail server.
pub(super) fn submission(site: &Site, r: &mut Rules) {
    let Some(submission) = &site.submission else { return };
    let ours = if submission.value.masqueraded { "$M" } else { "$j" };
    r.ruleset("Local_localaddr", "Local_localaddr: the mail server takes every address")
        .because(submission.span)
        .rule("$+", "$: $>ParseRecipient $1", "whoever gets it in the end")
        .rule("$* < @ $+ > $*", "$#relay $@ ${MTAHost} $: $1 < @ $2 > $3", "a user at a host");
    if submission.value.decnet {
        r.rule("$+ :: $+", "$#relay $@ ${MTAHost} $: $1 :: $2", "a user at a DECnet node");
    }
    r.rule("$*", format!("$#relay $@ ${{MTAHost}} $: $1 < @ {ours} >"), "a user of this host");
}
