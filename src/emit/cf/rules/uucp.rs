//! Rewriting for the UUCP mailers and `mail11`: addresses as paths, `host!user` and `node::user`.

use super::ruleset::Rules;
use crate::site::Site;

/// `FromU`, `EnvToU`, `HdrToU`; also `EnvFromUD` and `EnvFromUUD` if the SMTP rewriting exists.
pub(super) fn uucp_mailers(site: &Site, r: &mut Rules) {
    let Some(uucp) = site.mailers.iter().find(|mailer| mailer.name == "uucp") else { return };
    r.ruleset("EnvToU", "EnvToU: envelope recipients over UUCP: paths")
        .because(uucp.span)
        .rule(":; <@>", "$@", "an empty group is nobody")
        .rule("$* < @ $* . > $*", "$1 < @ $2 > $3", "no final dot")
        .rule("$* < @ $=w >", "$1", "nor a name of this host");
    path(r, "");
    r.ruleset("HdrToU", "HdrToU: header recipients over UUCP: paths that the next host can reply to")
        .because(uucp.span)
        .rule("$*", "$: $>EnvToU $1", "as a path")
        .rule("$&h ! $+ ! $+", "$@ $1 ! $2", "the next host is left out of a longer path ...")
        .rule("$&h ! $+", "$@ $&h ! $1", "... and stays in its users' own")
        .rule("$+", "$: $U ! $1", "through us, by our UUCP name ...")
        .rule("! $+", "$: $k ! $1", "... or by the system's, if we have none");
    r.ruleset("FromU", "FromU: senders over UUCP")
        .because(uucp.span)
        .rule("<@>", "$n", "the null sender is the mailer itself")
        .rule("$*", "$@ $>HdrToU $1", "otherwise as header recipients");
    if !site.has_mailer("uucp-dom") {
        return;
    }
    r.ruleset("EnvFromUD", "EnvFromUD: envelope senders over UUCP to hosts that know domains")
        .because(uucp.span)
        .rule("<@>", "$n", "the null sender is the mailer itself")
        .rule("$*", "$@ $>EnvFromSMTP $1", "as over SMTP");
    r.ruleset("EnvFromUUD", "EnvFromUUD: the same, as paths")
        .because(uucp.span)
        .rule("<@>", "$n", "the null sender is the mailer itself")
        .rule("$*", "$: $>EnvFromSMTP $1", "as over SMTP")
        .rule("$* < @ $* . > $*", "$1 < @ $2 > $3", "no final dot");
    path(r, "$@ ");
}

/// Converts an address to a path. `end` precedes each right side.
fn path(r: &mut Rules, end: &str) {
    let path = |sides: &str| format!("{end}{sides}");
    r.rule("<@ $- . UUCP > : $+", path("$1 ! $2"), "a source route through a UUCP host")
        .rule("<@ $+ > : $+", path("$1 ! $2"), "or through a domain")
        .rule("$* < @ $- . UUCP >", path("$2 ! $1"), "a user of a UUCP host")
        .rule("$* < @ $+ >", path("$2 ! $1"), "or of a domain");
}

/// `Mail11To` and `Mail11From`.
pub(super) fn mail11(site: &Site, r: &mut Rules) {
    let Some(mail11) = site.mailers.iter().find(|mailer| mailer.name == "mail11") else { return };
    r.ruleset("Mail11To", "Mail11To: recipients over DECnet: node::user")
        .because(mail11.span)
        .rule("$+ < @ $- .UUCP >", "$: $2 ! $1", "a UUCP user, as a path")
        .rule("$+ < @ $- .DECNET >", "$: $2 :: $1", "a DECnet user")
        .rule("$+ < @ $- .LOCAL >", "$: $2 :: $1", "a user of a node on this network")
        .rule("$+ < @ $=w. >", "$: $2 :: $1", "a user here")
        .rule("$=w :: $+", "$2", "our own names are left out")
        .rule("$+ :: $+", "$@ $1 :: $2", "has a node");
    r.ruleset("Mail11From", "Mail11From: senders over DECnet")
        .because(mail11.span)
        .rule("$+", "$: $>Mail11To $1", "as recipients")
        .rule("$w :: $+", "$@ $w :: $1", "has our node");
}
