//! `badmx`: rejects senders that could not receive an answer, because the mail exchangers of their domain are unusable.

use super::ruleset::Rules;
use crate::site::Site;

/// `BadMX`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.senders.useless_mx else { return };
    let illegal = "$#error $@ 5.1.2 $:\"550 Illegal MX record for host \"$1";
    let invalid = "$#error $@ 5.1.2 $:\"550 Invalid MX record for host \"$1";
    r.ruleset("BadMX", "BadMX: can mail be sent to this domain?")
        .because(asked.span)
        .rule("$+", "$: <$1> <$(mxlist $1 $):> <> <>", "its mail exchangers")
        .rule("<$+> <$* <TEMP>:> <> <>", "$#error $@ 4.1.2 $: \"450 MX lookup failure for \"$1", "not known now")
        .rule("<$+> <$+:$*> <$*> <$*>", "<$1> <$3> <$4 $(badmx $2 $)> <$5 $(dnsA $2 $):>", "each: name and address")
        .rule("<$+> <$*> <$* <BADMX> $*> <$*>", illegal, "one has no name, or an address for a name")
        .rule("<$+> <$*> <$*> <$*>", "$: <$1> <> <$4>", "then their addresses")
        .rule("<$+> <$*> <$+:$*>", "<$1> <$2 $(BadMXIP $3 $)> <$4>", "each")
        .rule("<$+> <$* <BADMXIP> $*> <$*>", invalid, "one is such as no mail server has");
}

/// Calls `BadMX` at the end of the sender's checks, with the workspace `@ sender`.
pub(super) fn ask(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.senders.useless_mx else { return };
    r.because(asked.span)
        .rule("@ $* < @ $+ > $*", "$: $1 < @ $2 > $3 $| $>BadMX $2", "can it be answered?")
        .rule("$* $| $#$*", "$#$2", "no")
        .rule("$* $| $*", "$: $1", "yes")
        .because(None);
}
