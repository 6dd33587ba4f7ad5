//! Who may relay: the checks of the recipient, then of the client, in `check_rcpt`.

use super::{
    access::TEMPORARY,
    best_mx,
    client::greeting_name,
    ruleset::Rules,
    uses::{defines_ruleset, raw_mentions},
};
use crate::site::{MailFromRelay, Nouucp, PercentHack, Site};

/// Rulesets `CanonAddr`, `ParseRecipient`, `Rcpt_ok` and `Relay_ok`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    r.ruleset("CanonAddr", "CanonAddr: an address with its host made canonical, our own names stripped").rule(
        "$*",
        "$: $>Parse0 $>canonify $1",
        "host canonical, our own names stripped",
    );
    if site.relay.loose.is_none() {
        parse_recipient(site, r);
    }
    recipient(site, r);
    if site.relay.promiscuous.is_none() {
        client(site, r);
    }
    if site.delay_checks.is_none() {
        greeting_name(site, r);
    }
}

/// Whether the check of the recipient can fail temporarily.
pub(super) fn recipient_may_fail(site: &Site) -> bool {
    site.access.is_some() || site.relay.based_on_mx.is_some()
}

/// Removes hosts that we relay to, so that the remaining route is checked as well.
fn parse_recipient(site: &Site, r: &mut Rules) {
    let relay = &site.relay;
    r.ruleset("ParseRecipient", "ParseRecipient: the recipient behind all hosts that we relay to")
        .rule("$*", "$: <?> $>CanonAddr $1", "made canonical")
        .rule("<?> $* < @ $* . >", "<?> $1 < @ $2 >", "hosts without their final dot")
        .rule("<?> $- < @ $* >", "$: <?> $(dequote $1 $) < @ $2 >", "users without quotes")
        .rule("<?> $* $=O $* < @ $* >", "$: <NO> $1 $2 $3 < @ $4>", "the user may be an address itself")
        .rule("<?> $*", "$@ $1", "it is not");
    if let Some(entire) = &relay.entire_domain {
        r.because(entire.span)
            .rule("<NO> $* < @ $* $=m >", "$: <RELAY> $1 < @ $2 $3 >", "through our domain")
            .because(None);
    }
    match &relay.hosts_only {
        Some(hosts) => {
            r.because(hosts.span).rule("<NO> $* < @ $=R >", "$: <RELAY> $1 < @ $2 >", "through a relay host")
        }
        None => r.rule("<NO> $* < @ $* $=R >", "$: <RELAY> $1 < @ $2 $3 >", "through a relay domain"),
    }
    .because(None);
    if let Some(access) = &site.access {
        let search = if relay.hosts_only.is_some() { "E" } else { "D" };
        r.because(access.declared.span)
            .rule(
                "<NO> $* < @ $+ >",
                format!("$: $>{search} <$2> <NO> <+ To> <$1 < @ $2 >>"),
                "through what the access map says",
            )
            .rule("<$+> <$+>", "$: <$1> $2", "its value decides")
            .because(None);
    }
    if let Some(mx) = &relay.based_on_mx {
        r.because(mx.span)
            .rule("<NO> $* < @ $+ >", "$: <MX> < : $(mxserved $2 $) : > < $1 < @$2 > >", "through what we are MX for")
            .rule("<MX> < : $* <TEMP> : > $*", mx_unknown(), "DNS does not say")
            .rule("<MX> < $* : $=w. : $* > < $+ >", "$: <RELAY> $4", "we are")
            .rule("<MX> < : $* : > < $+ >", "$: <NO> $2", "we are not")
            .because(None);
    }
    r.rule("<RELAY> $* < @ $* >", "$@ $>ParseRecipient $1", "then look at the rest").rule(
        "<$+> $*",
        "$@ $2",
        "not through us",
    );
}

fn mx_unknown() -> &'static str {
    "$#TEMP $@ 4.4.0 $: \"450 Can not check MX records for recipient host \" $1"
}

fn recipient(site: &Site, r: &mut Rules) {
    r.ruleset("Rcpt_ok", "Rcpt_ok: RELAY if mail for this recipient is accepted from anybody");
    match &site.relay.loose {
        Some(loose) => r.because(loose.span).rule("$*", "$: $>CanonAddr $1", "only the last host counts").rule(
            "$* < @ $* . >",
            "$1 < @ $2 >",
            "without its final dot",
        ),
        None => r.rule("$*", "$: $>ParseRecipient $1", "whoever gets it in the end"),
    }
    .because(None);
    best_mx::recipient(site, r);
    blocked_recipient(site, r);
    if site.relay.promiscuous.is_some() {
        return;
    }
    authenticated(site, r);
    if let Some(nouucp) = site.nouucp.as_ref().filter(|n| n.value == Nouucp::Reject) {
        r.because(nouucp.span)
            .rule("$* ! $* < @ $* >", "$: path < @ BANG_PATH >", "a path is never ours")
            .rule("$* ! $*", "$: path < @ BANG_PATH >", "nor is one without a host")
            .because(None);
    }
    if let Some(percent) = site.percent_hack.as_ref().filter(|p| p.value == PercentHack::Reject) {
        r.because(percent.span)
            .rule("$* % $* < @ $* >", "$: path < @ PERCENT_HACK >", "a routed address is never ours")
            .rule("$* % $*", "$: path < @ PERCENT_HACK >", "nor is one without a host")
            .because(None);
    }
    if let Some(entire) = &site.relay.entire_domain {
        r.because(entire.span).rule("$+ < @ $* $=m >", "$@ RELAY", "to our domain").because(None);
    }
    r.rule("$+ < @ $=w >", "$@ RELAY", "to this host");
    match &site.relay.hosts_only {
        Some(hosts) => r.because(hosts.span).rule("$+ < @ $=R >", "$@ RELAY", "to a relay host"),
        None => r.rule("$+ < @ $* $=R >", "$@ RELAY", "to a relay domain"),
    }
    .because(None);
    allowed_recipient(site, r);
    if let Some(mx) = &site.relay.based_on_mx {
        r.because(mx.span)
            .rule("$+ < @ $+ >", "$: < : $(mxserved $2 $) : > $1 < @ $2 >", "are we its MX?")
            .rule("< : $* <TEMP> : > $*", mx_unknown(), "DNS does not say")
            .rule("<$* : $=w . : $*> $*", "$@ RELAY", "we are")
            .rule("< : $* : > $*", "$: $2", "we are not")
            .because(None);
    }
    r.rule("$* < @ $+ >", "$@ $1 < @ $2 >", "to somebody else: the client decides");
    if let Some(qualified) = &site.switches.qualified_recipients {
        r.because(qualified.span)
            .rule("postmaster", "$@ OK", "needs no domain")
            .rule("$+", "$: <@> $&{daemon_flags} $| $1", "does the listener want a domain?")
            .rule("<@> $* r $* $| $+", "$: <? $&{client_name}> $3", "yes, of clients elsewhere")
            .rule("<@> $* $| $+", "$@ RELAY", "no: to a user of this host")
            .rule("<?> $+", "$@ RELAY", "submitted here")
            .rule("<? $=w> $+", "$@ RELAY", "this host")
            .rule("<? $+> $+", "$#error $@ 5.5.4 $: \"553 Domain name required\"", "somebody else")
            .because(None);
        return;
    }
    r.rule("$+", "$@ RELAY", "to a user of this host");
}

/// `blocklist_recipients`: recipients that the access map rejects, whoever sends.
fn blocked_recipient(site: &Site, r: &mut Rules) {
    let Some(access) = site.access.as_ref().filter(|a| a.blocklist_recipients) else { return };
    r.because(access.declared.span)
        .rule("$*", "$: <?> $1", "not looked up yet")
        .rule("<?> $+ < @ $=w >", "$: <> <$1 < @ $2 >> $| <F:$1@$2> <U:$1@> <D:$2>", "keys for a user of ours")
        .rule("<?> $+ < @ $* >", "$: <> <$1 < @ $2 >> $| <F:$1@$2> <D:$2>", "keys for a user elsewhere")
        .rule("<?> $+", "$: <> <$1> $| <U:$1@>", "the key for a user without host")
        .rule("<> <$*> $| <$+>", "$: <@> <$1> $| $>SearchList <+ To> $| <$2> <>", "the first that is there")
        .rule("<@> <$*> $| <$*>", "$: <$2> <$1>", "the value first")
        .rule("<?> <$*>", "$: @ $1", "none is")
        .rule("<$={Accept}> <$*>", "$: @ $2", "nothing against it");
    if access.skip {
        r.rule("<SKIP> <$*>", "$: @ $1", "nothing said of it");
    }
    if site.delay_checks.as_ref().is_some_and(|d| d.compatible_8_10) {
        r.rule("<$={SpamTag}> <$*>", "$: @ $2", "said of unwanted mail only");
    }
    let refusal = site.messages.recipient_reject.as_ref();
    let refusal = refusal.map_or("\"550 Mailbox disabled for this recipient\"", |m| &m.value);
    r.rule("<REJECT> $*", format!("$#error $@ 5.2.1 $: {refusal}"), "refused")
        .rule("<<TMPF>> $*", "$@ $>Verdict <<TMPF>>", "the map cannot be read")
        .rule("<$+> $*", "$@ $>Verdict <$1>", "whatever else it says")
        .rule("@ $*", "$1", "nothing against it")
        .because(None);
}

/// Authenticated clients.
fn authenticated(site: &Site, r: &mut Rules) {
    if let Some(access) = &site.access {
        r.because(access.declared.span)
            .rule("$*", "$: $1 $| $>RelayTLS", "by a certificate that the access map trusts?")
            .rule("$* $| $# $+", "$# $2", "yes")
            .rule("$* $| $*", "$: $1", "no")
            .because(None);
    }
    let hook = defines_ruleset(site, "Local_Relay_Auth");
    let mechanisms = site.trusts_authentication || raw_mentions(site, "{TrustAuthMech}");
    if hook {
        r.rule("$*", "$: $1 $| $>\"Local_Relay_Auth\" $&{auth_type}", "what the site's own rules say")
            .rule("$* $| $# $*", "$# $2", "decided")
            .rule("$* $| NO", "$: $1", "not by authentication");
    }
    match (hook, mechanisms) {
        (true, true) => r.rule("$* $| $*", "$: $1 $| $&{auth_type}", "by a mechanism that is trusted?"),
        (false, true) => r.rule("$*", "$: $1 $| $&{auth_type}", "by a mechanism that is trusted?"),
        (true, false) => r.rule("$* $| $*", "$: $1", "they say nothing"),
        (false, false) => r,
    };
    if mechanisms {
        r.rule("$* $|", "$: $1", "by none")
            .rule("$* $| $={TrustAuthMech}", "$# RELAY", "yes")
            .rule("$* $| $*", "$: $1", "no");
    }
}

/// Recipients with RELAY in the access map.
fn allowed_recipient(site: &Site, r: &mut Rules) {
    let Some(access) = &site.access else { return };
    r.because(access.declared.span);
    match (site.relay.hosts_only.is_some(), access.relay_to_full_address) {
        (true, true) => r.rule("$+ < @ $+ >", "$: $>E <$1@$2> <?> <! To> <$1 < @ $2 >>", "the address").rule(
            "<?> <$+ < @ $+ >>",
            "$: $>E <$2> <?> <+ To> <$1 < @ $2 >>",
            "the host",
        ),
        (true, false) => r.rule("$+ < @ $+ >", "$: $>E <$2> <?> <+ To> <$1 < @ $2 >>", "the host"),
        (false, true) => r
            .rule(
                "$+ < @ $+ >",
                "$: $1 < @ $2 > $| $>SearchList <+ To> $| <F:$1@$2> <D:$2> <E:$1@> <>",
                "the address, the domains, the user",
            )
            .rule("$+ < @ $+ > $| <$*>", "$: <$3> <$1 <@ $2>>", "the value found")
            .rule("$+ < @ $+ > $| $*", "$: <$3> <$1 <@ $2>>", "the same without brackets"),
        (false, false) => r.rule("$+ < @ $+ >", "$: $>D <$2> <?> <+ To> <$1 < @ $2 >>", "the host and its domains"),
    };
    r.rule("<RELAY> $*", "$@ RELAY", "in the access map")
        .rule("<$* <TMPF>> $*", format!("$#TEMP $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read")
        .rule("<$*> <$*>", "$: $2", "not there")
        .because(None);
}

fn client(site: &Site, r: &mut Rules) {
    r.ruleset("Relay_ok", "Relay_ok: RELAY if this client may send to anybody")
        .rule("$*", "$: $&{client_addr}", "its address")
        .rule("$@", "$@ RELAY", "no client: submitted here")
        .rule("0", "$@ RELAY", "the same")
        .rule("127.0.0.1", "$@ RELAY", "this host")
        .rule("IPv6:0:0:0:0:0:0:0:1", "$@ RELAY", "this host")
        .rule("IPv6:::1", "$@ RELAY", "this host")
        .rule("$=R $*", "$@ RELAY", "an address or network that may relay");
    recent_login(site, r);
    if let Some(access) = &site.access {
        r.because(access.declared.span).rule("$*", "$: $>A <$1> <?> <+ Connect> <$1>", "what the access map says");
        if let Some(refused) = &site.switches.refused_addresses {
            r.because(refused.span).rule("<REJECT> $*", "$@ REJECT", "it may not, whatever its name");
            r.because(access.declared.span);
        }
        relay_verdict(r);
    }
    r.rule("$*", "$: [ $1 ]", "as an address literal").rule("$=w", "$@ RELAY", "it is this host");
    sender(site, r);
    r.rule("$*", "$: < $&{client_resolve} >", "does its name hold?")
        .rule(
            "<TEMP>",
            "$#TEMP $@ 4.4.0 $: \"450 Relaying temporarily denied. Cannot resolve PTR record for \" $&{client_addr}",
            "cannot say now",
        )
        .rule(
            "<FORGED>",
            "$#error $@ 5.7.1 $: \"550 Relaying denied. IP name possibly forged \" $&{client_name}",
            "the name has another address",
        )
        .rule(
            "<FAIL>",
            "$#error $@ 5.7.1 $: \"550 Relaying denied. IP name lookup failed \" $&{client_name}",
            "it has no name",
        )
        .rule("$*", "$: <@> $&{client_name}", "its name")
        .rule("<@> $* $=P", "$:<?>  $1 $2", "canonical as it is")
        .rule("<@> $+", "$:<?>  $[ $1 $]", "made canonical")
        .rule("$* .", "$1", "without its final dot");
    if let Some(entire) = &site.relay.entire_domain {
        r.because(entire.span).rule("<?> $* $=m", "$@ RELAY", "a host of our domain").because(None);
    }
    r.rule("<?> $=w", "$@ RELAY", "this host");
    match &site.relay.hosts_only {
        Some(hosts) => r.because(hosts.span).rule("<?> $=R", "$@ RELAY", "a host that may relay"),
        None => r.rule("<?> $* $=R", "$@ RELAY", "a host of a domain that may relay"),
    }
    .because(None);
    if let Some(access) = &site.access {
        let search = if site.relay.hosts_only.is_some() { "E" } else { "D" };
        r.because(access.declared.span).rule(
            "<?> $*",
            format!("$: $>{search} <$1> <?> <+ Connect> <$1>"),
            "what the access map says",
        );
        relay_verdict(r);
    }
}

/// `drac`: addresses that have recently fetched mail.
fn recent_login(site: &Site, r: &mut Rules) {
    let Some(map) = &site.clients.recent_logins else { return };
    r.because(map.span)
        .rule("$*", "$: <> $(drac $1 $: <?> $1 $)", "has it just fetched mail?")
        .rule("<> <?> $+", "$: $1", "no")
        .rule("<> $+", "$@ RELAY", "yes")
        .rule("IPv6:$*", "$: <> $(drac $1 $: <?> IPv6:$1 $)", "the same without the tag of IPv6")
        .rule("<> <?> $+", "$: $1", "no")
        .rule("<> $+", "$@ RELAY", "yes")
        .because(None);
}

/// After the lookup of a client in the access map: `<value> <client>`.
fn relay_verdict(r: &mut Rules) {
    r.rule("<RELAY> $*", "$@ RELAY", "it may relay")
        .rule("<$* <TMPF>> $*", format!("$#TEMP $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read")
        .rule("<$*> <$*>", "$: $2", "anything else does not matter here")
        .because(None);
}

/// `relay_local_from` and `relay_mail_from`: relaying by envelope sender, which anybody can forge.
fn sender(site: &Site, r: &mut Rules) {
    let local_from = site.relay.local_from.as_ref();
    let mail_from = site.relay.mail_from.as_ref().filter(|_| site.access.is_some());
    let Some(origin) = local_from.map(|l| l.span).or(mail_from.map(|m| m.span)) else { return };
    r.because(origin).rule("$*", "$: <?> $>CanonAddr $&f", "the sender ...").rule(
        "<?> $+ < @ $+ . >",
        "<?> $1 < @ $2 >",
        "... without a final dot",
    );
    if let Some(local) = local_from {
        r.because(local.span).rule("<?> $+ < @ $=w >", "$@ RELAY", "says it is from this host");
    }
    if let Some(from) = mail_from {
        let domain = match (from.value, site.relay.hosts_only.is_some()) {
            (MailFromRelay::Address, _) => "",
            (MailFromRelay::Domain, true) => " <E:$2>",
            (MailFromRelay::Domain, false) => " <D:$2>",
        };
        r.because(from.span)
            .rule(
                "<?> $+ < @ $+ >",
                format!("$: <@> $>SearchList <! From> $| <F:$1@$2>{domain} <>"),
                "is said to be from somebody who may relay?",
            )
            .rule("<@> <RELAY>", "$@ RELAY", "yes")
            .rule("<@> <<TMPF>>", format!("$#TEMP $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read");
    }
    r.because(None);
}
