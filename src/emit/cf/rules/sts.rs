//! MTA-STS (RFC 8461): policies of recipient domains, looked up in the map `sts`.
//!
//! The value for a domain contains the word `secure`, followed by the names that its servers may have (`match=`) and the name for
//! the handshake (`servername=`).

use super::ruleset::Rules;
use crate::site::{Site, StrictTransport};

/// `STS_policy`, `STS_secure`, `STS_Check`, `TLS_NameInList`, `STS_SAN`, `Set_SNI`, `STS_disabled` and `DANE_disabled`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.tls.strict_transport else { return };
    let origin = asked.span;
    r.ruleset("STS_policy", "STS_policy: what the policy of the domain of an address says; none if there is none")
        .because(origin)
        .rule("$*@$+", "$2", "its domain")
        .rule("$+.", "$1", "without a final dot")
        .rule("$*", "$: $(sts $1 $: none $)", "its policy")
        .rule("$* <TMPF>", "$#error $@ 4.7.0 $: 450 STS lookup temp fail", "not known now: try again");
    r.ruleset("STS_secure", "STS_secure: is the connection as the recipient's policy wants it? Given: ${verify}")
        .because(origin)
        .rule("$*", "$: $1 $| $&{rcpt_addr}", "who is it for?")
        .rule("$* $|", "$@ ok", "not said")
        .rule("$* $| $+", "$: $1 $| $>\"STS_policy\" $2", "what does its policy say?")
        .rule("$* $| $#$*", "$#$2", "not known now")
        .rule("$* $| $* secure $*", "$@ $>\"TLS_connection\" $1 $| <TEMP+VERIFY:128>", "that it be secure")
        .rule("$* $| $*", "$: $1", "nothing");
    r.ruleset("TLS_NameInList", "TLS_NameInList: ok if ${TLS_Name} is in a list with : around each name")
        .because(origin)
        .rule("$* :$&{TLS_Name}: $*", "$@ ok", "it is");
    check(asked.span, r);
    names(&asked.value, asked.span, r);
    handshake(asked.span, r);
}

/// Compares the server's name with those in the policy.
fn check(origin: crate::source::Span, r: &mut Rules) {
    let own = "$: $(macro {TLS_Name} $@ $&{server_name} $) $>TLS_NameInList :$1:";
    let domain = "$: $(macro {TLS_Name} $@ .$3 $) $>TLS_NameInList :$1";
    r.ruleset("STS_Check", "STS_Check: does the policy of this recipient list the server?")
        .because(origin)
        .rule("$*", "$: $&{rcpt_addr} $| $1", "is a recipient known?")
        .rule(" $| $*", "$@ ok", "no")
        .rule("$* $| $*", "$: <> $| $>\"STS_policy\" $2", "what does its policy say?")
        .rule("<> $| $#$*", "$#$1", "not known now")
        .rule("<> $| $* secure $*", "$: <secure> $2", "that it be secure")
        .rule("<> $| $*", "$@ ok", "nothing")
        .rule("<secure> $* servername=hostname", "$: <secure> $1", "the names before the name for the handshake")
        .rule("<secure> $+", "$: : $(stsxmatch $1 $: : $)", "the list of names")
        .rule("<secure>", "$@ $>STS_SAN", "there is none: the certificate decides")
        .rule("$*:$+.:$*", "$1:$2:$3", "names without final dots")
        .rule(":$+:", own, "is the server on it?")
        .rule("$* ok", "$@ $>STS_SAN", "it is")
        .rule("$*", "$: $1 $| $&{server_name}", "its name without the first part ...")
        .rule(":$* $| $-.$+", domain, "... as a domain?")
        .rule("$* ok", "$@ $>STS_SAN", "it is")
        .rule(":$*:", "$#error $@ 4.7.0 $: 450 $&{server_name} not found in \" \"$1", "it is not");
}

fn names(sts: &StrictTransport, origin: crate::source::Span, r: &mut Rules) {
    r.ruleset("STS_SAN", "STS_SAN: does the server's certificate name it among its alternative names?").because(origin);
    if sts.names {
        r.rule("$*", "$: $&{server_name}", "its name")
            .rule("$={cert_altnames}", "$@ ok", "it does")
            .rule("$-.$+", "$: $2", "the domain of the name")
            .rule("*.$={cert_altnames}", "$@ ok", "it names all hosts of the domain")
            .rule("$*", "$#error $@ 4.7.0 $: 450 $&{server_name} not listed in SANs", "it does not");
    }
}

/// The name for the handshake.
fn handshake(origin: crate::source::Span, r: &mut Rules) {
    r.ruleset("Set_SNI", "Set_SNI: which name is asked for in the handshake, by the policy of ${rcpt_addr}?")
        .because(origin)
        .rule("$*", "$: <> $| $&{rcpt_addr}", "who is it for?")
        .rule("<> $|", "$@ \"\"", "not said")
        .rule("<> $| $+", "$: <> $| $>\"STS_policy\" $1", "what does its policy say?")
        .rule("<> $| $#$*", "$#$1", "not known now")
        .rule("<> $| $* secure $*", "$: $(stsxsni $2 $: : $) $| sts=secure; $(stsxsni2 $2 $: : $)", "secure: a name?")
        .rule("$+: $| $+ :", "$: $(macro {sts_sni} $@ $&{server_name} $) set $| $2", "the server's own")
        .rule("<> $| $*", "$@ \"\"", "nothing")
        .rule("$* $| $*", "$@ $2", "this");
    r.ruleset("STS_disabled", "STS_disabled: <STS> if policies count for this connection, <> if not")
        .because(origin)
        .rule("$*", "$: $&{client_flags}", "what does the way out say?")
        .rule("$* MM $*", "$@ <>", "modifier M: they do not")
        .rule("$*", "$: $&{rcpt_addr} $| $1", "who is it for?")
        .rule(" $| $*", "$@ <>", "not said")
        .rule("$*", "$@ <STS>", "they do");
    r.ruleset("DANE_disabled", "DANE_disabled: <DANE> if DANE may be used, <> if not. Given: the options found")
        .because(origin)
        .rule("$+", "$: < $(stsxnodaneflag $1 $: NOFLAGS $) >", "do they say that it may not?")
        .rule("<$* @>", "$@ <>", "they do")
        .rule("$*", "$: < $&{sts_sni} >", "is a name asked for because of a policy?")
        .rule("<>", "$@ <>", "no")
        .rule("$*", "$@ <DANE>", "it is");
}

/// The end of `tls_clt_features`, of `host $| address $| <options>`: adds options that policies require.
pub(super) fn features(site: &Site, r: &mut Rules) {
    let Some(asked) = &site.tls.strict_transport else { return };
    r.because(asked.span)
        .rule("$* $| $* $| <$*>", "$: $1 $| $2 $| <$3> $| $>\"STS_disabled\" sts", "do policies count?")
        .rule("$* $| $* $| <$*> $| <>", "$@ $3", "no: the options")
        .rule("$* $| $* $| <$*> $| $*", "$: $1 $| $2 $| <$3> $| $>\"DANE_disabled\" $3", "may DANE be used?")
        .rule("$* $| $* $| <$+> $| <DANE>", "$@ $3", "yes: the options")
        .rule("$* $| $* $| <> $| <DANE>", "$@ \"\"", "yes, and there are no options")
        .rule("$* $| $* $| <$*> $| <$*>", "$: $1 $| $2 $| <$3> $| $>\"Set_SNI\" $1", "which name is asked for?")
        .rule("$* $| $* $| <\"\"> $| $+", "$@ $3", "no options: it alone")
        .rule("$* $| $* $| <$+;> $| $+", "$@ $3 ; $4", "both")
        .rule("$* $| $* $| <$+> $| $+", "$@ $3 ; $4", "both")
        .rule("$* $| $* $| <> $| $+", "$@ $3", "it alone")
        .rule("$* $| $* $| $* $| $*", "$: $1 $| $2 $| $3", "none")
        .because(None);
}
