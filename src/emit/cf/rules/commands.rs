//! Checks of commands, of pairs of addresses, and of recipients before they are queued.

use super::ruleset::Rules;
use crate::site::Site;

/// `check_other`, `check_compat` and `queuegroup`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    bad_command(site, r);
    if site.access.is_some() {
        pairs(site, r);
        queue_group(site, r);
    }
}

fn bad_command(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.commands.bad_command else { return };
    r.ruleset("check_other", "check_other: may the session go on? Given: an odd command $| first digit of its reply")
        .because(asked.span)
        .rule("$* $| 2", "$@ ok", "the command is known")
        .rule("$+ $| 5", "$: $(badcmd $1 $)", "unknown: does it look like an attack?")
        .rule("$*<BADCMD>", "$#error $@ 4.7.0 $: 421 bad command", "it does: hang up");
}

fn pairs(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.commands.pairs else { return };
    let (discarded, refused) = ("\" - discarded by check_compat\"", "\" error from check_compat");
    r.ruleset("check_compat", "check_compat: may this sender's mail go to this recipient? Given: one $| the other")
        .because(asked.span)
        .rule("<$+> $| $+", "$: $1 $| $2", "the sender without brackets")
        .rule("$+ $| <$+>", "$: $1 $| $2", "the recipient without brackets")
        .rule("$+ $| $+", "$: <$(access Compat:$1<@>$2 $: OK $)>", "what the access map says of the pair")
        .rule("$* $| $*", "$@ ok", "one of them is nobody")
        .rule("<DISCARD:$*>", format!("$#discard $: $1 {discarded}"), "thrown away")
        .rule("<DISCARD $*>", format!("$#discard $: $1 {discarded}"), "thrown away")
        .rule("<TEMP:$*>", format!("$#error $@ TEMPFAIL $: $1 {refused}. Try again later\""), "refused for now")
        .rule("<ERROR:$*>", format!("$#error $@ UNAVAILABLE $: $1 {refused}\""), "refused");
}

fn queue_group(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.commands.queue_group else { return };
    let default = asked.value.as_ref().map_or("$@".to_owned(), |group| format!("$# {group}"));
    r.ruleset("queuegroup", "queuegroup: in which queue group does mail for this recipient wait?")
        .because(asked.span)
        .rule("<$+>", "$1", "the address without brackets")
        .rule("$+@$+", "$: $>SearchList <! qgrp> $| <F:$1@$2> <D:$2> <>", "what the access map says of it")
        .rule("<?>", default, "nothing")
        .rule("<$+>", "$# $1", "this one");
}
