//! `ldap_routing`: mail hosts and routing addresses by LDAP, or by any other maps (cf/README, "LDAP ROUTING").

use super::{access::TEMPORARY, ruleset::Rules, uses::class_may_be_used};
use crate::site::{Class, LdapRouting, MissingMailbox, RoutedDetail, Site};

/// At the start of `Parse1`: addresses in routed domains.
pub(super) fn call(site: &Site, r: &mut Rules) {
    let Some(routing) = &site.tables.ldap_routing else { return };
    r.because(routing.span);
    if class_may_be_used(site, Class::LdapRoute) {
        let expanded = "$: $>LDAPExpand <$1 < @ $2 . >> <$1 @ $2> <>";
        r.rule("$+ < @ $={LDAPRoute} . >", expanded, "a routed domain");
    }
    if class_may_be_used(site, Class::LdapRouteEquivalent) {
        let expanded = "$: $>LDAPExpand <$1 < @ $2 . >> <$1 @ $M> <>";
        r.rule("$+ < @ $={LDAPRouteEquiv} . >", expanded, "a host that counts as the masquerade name");
    }
    r.because(None);
}

/// Rulesets `LDAPExpand` and `LDAPMailertable`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let Some(routing) = &site.tables.ldap_routing else { return };
    r.ruleset("LDAPExpand", "LDAPExpand: <address> <key> <+detail>, to where its mailbox is")
        .because(routing.span)
        .rule(
            "<$+> <$+> <$*>",
            "$: <$(ldapmra $2 $: $)> <$(ldapmh $2 $: $)> <$1> <$2> <$3>",
            "<routing address> <mail host> before it",
        );
    unreadable(&routing.value, r);
    found(site, &routing.value, r);
    missing(&routing.value, r);
    if let Some(table) = &site.routing.mailertable {
        let relay = &site.mailer_names.relay;
        r.ruleset("LDAPMailertable", "LDAPMailertable: <mail host> address, by the mailer table if it has the host")
            .because(table.span)
            .rule("< $+ > $*", "$: < $(mailertable $1 $) > $2", "the host itself ...")
            .rule("< $~[ : $* > $*", "$>MailerToTriple < $1 : $2 > $3", "... is there")
            .rule("< $+ > $*", "$: < $1 > $>Mailertable <$1> $2", "its domains ...")
            .rule("< $+ > $#$*", "$#$2", "... are there")
            .rule("< $+ > $*", format!("$#{relay} $@ $1 $: $2"), "straight to the host");
    }
}

/// Rules for the case that a map cannot be read.
fn unreadable(routing: &LdapRouting, r: &mut Rules) {
    let either = ["<$* <TMPF>> <$*> <$+> <$+> <$*>", "<$*> <$* <TMPF>> <$+> <$+> <$*>"];
    if routing.refuse_for_now {
        for map in either {
            r.rule(map, "$: <TMPF> <$&{opMode} $&{addr_type}> $3", "a map cannot be read ...");
        }
        r.rule(
            "<TMPF> <$={SMTPOpModes} e r> $+",
            format!("$#error $@ 4.3.0 $: {TEMPORARY}"),
            "... a recipient over SMTP may try again",
        )
        .rule("<TMPF> <$*> $+", "$@ $2", "... anything else waits in the queue");
    } else {
        for map in either {
            r.rule(map, "$@ $3", "a map cannot be read: it waits in the queue");
        }
    }
}

/// Rules for the values found.
fn found(site: &Site, routing: &LdapRouting, r: &mut Rules) {
    r.rule("<> <$=w> <$+> <$+> <$*>", "$@ $2", "the mailbox is here").rule(
        "<$+> <$=w> <$+> <$+> <$*>",
        "$: <$1> <> <$3> <$4> <$5>",
        "it is here under another address",
    );
    if routing.detail == Some(RoutedDetail::Preserve) {
        r.rule("<$+ @ $+> <$*> <$+> <$+> <$+>", "$: <$1 $6 @ $2> <$3> <$4> <$5> <>", "with the detail");
    }
    r.rule("<$+> <> <$+> <$+> <$*>", "$@ $>Parse0 $>canonify $1", "an address: as if it had been given");
    if site.routing.mailertable.is_some() {
        r.rule("<$+> <$+> <$+> <$+> <$*>", "$>LDAPMailertable <$2> $>canonify $1", "an address at a mail host").rule(
            "<> <$+> <$+> <$+> <$*>",
            "$>LDAPMailertable <$1> $2",
            "a mail host",
        );
    } else {
        let relay = &site.mailer_names.relay;
        r.rule("<$+> <$+> <$+> <$+> <$*>", format!("$#{relay} $@ $2 $: $>canonify $1"), "an address at a mail host")
            .rule("<> <$+> <$+> <$+> <$*>", format!("$#{relay} $@ $1 $: $2"), "a mail host");
    }
}

/// Rules for addresses that are in neither map.
fn missing(routing: &LdapRouting, r: &mut Rules) {
    if routing.detail.is_some() {
        let without = "$@ $>LDAPExpand <$1> <$2 @ $4> <+$3>";
        r.rule("<> <> <$+> <$+ + $* @ $+> <>", without, "not there: without detail");
    }
    if routing.by_domain {
        r.rule("<> <> <$+> <$+ @ $+> <$*>", "$@ $>LDAPExpand <$1> <@ $3> <$4>", "not there: @domain");
    } else {
        r.rule("<> <> <$+> <$+ @ $+> <$*>", "$: <> <> <$1> <@ $3> <$4>", "not there, and @domain is not asked");
    }
    if routing.missing == MissingMailbox::Pass {
        r.rule("<> <> <$+> <@ $+> <$*>", "$@ $1", "nowhere: as given");
        return;
    }
    let unknown = "$#error $@ nouser $: \"550 User unknown\"";
    r.rule("<> <> <$+> <@ $+> <$*>", "$: <?> < $&{addr_type} > < $1 >", "nowhere").rule(
        "<?> <e r> <$+>",
        unknown,
        "a recipient",
    );
    if routing.missing == MissingMailbox::RefuseBoth {
        r.rule("<?> <e s> <$+>", unknown, "a sender");
    }
    r.rule("<?> <$*> <$+>", "$@ $2", "an address in a header: as given");
}
