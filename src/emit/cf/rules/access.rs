//! Lookups in the access map.
//!
//! Every search is a series of exact lookups, so one ruleset does those ([`exact`]), with and without tag, and the others only
//! produce the next key. All take `<key> <default> <mark tag> <more>`, where mark `+` means "with the tag, then without" and `!`
//! "only with the tag", and return `<value> <more>`.

use super::ruleset::Rules;
use crate::site::{AccessMap, Site};

/// Text of a refusal when a map cannot be read.
pub(super) const TEMPORARY: &str = "\"451 Temporary system failure. Please try again later.\"";

/// Rulesets `E`, `D`, `A`, `F`, `U` and `SearchList`.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    let Some(access) = &site.access else { return };
    exact(access, r);
    let inet6 = site.switches.no_inet6.is_none();
    domain(access, inet6, r);
    address(access, inet6, r);
    full(access, r);
    list(access, r);
}

/// `E`: one key.
fn exact(access: &AccessMap, r: &mut Rules) {
    r.ruleset("E", "E: one key of the access map")
        .because(access.declared.span)
        .rule("<$*> <$+> <$- $-> <$*>", "$: <$(access $4:$1 $: ? $)> <$1> <$2> <$3 $4> <$5>", "with its tag")
        .rule("<?> <$+> <$+> <+ $-> <$*>", "$: <$(access $1 $: ? $)> <$1> <$2> <+ $3> <$4>", "without")
        .rule("<?> <$*> <$+> <$- $-> <$*>", "$@ <$2> <$5>", "not there: the default")
        .rule("<$* <TMPF>> <$*> <$+> <$- $-> <$*>", "$@ <<TMPF>> <$6>", "the map cannot be read")
        .rule("<$*> <$*> <$+> <$- $-> <$*>", "$@ <$1> <$6>", "there");
}

/// `D`: a host, then each domain above it; an address literal, then each network around it.
fn domain(access: &AccessMap, inet6: bool, r: &mut Rules) {
    let all = "<$+> <$+> <$- $-> <$*>";
    r.ruleset("D", "D: a host or [address], then the domains or networks around it").because(access.declared.span);
    r.rule("<$*> <$+> <$- $-> <$*>", "$: $>E <$1> <?> <$3 $4> <<$1> <$2> <$3 $4> <$5>>", "the name itself");
    if access.lookup_dot_domain {
        r.rule(
            "<?> <<$+.$+> <$+> <$- $-> <$*>>",
            "$: $>E <.$2> <?> <$4 $5> <<$1.$2> <$3> <$4 $5> <$6>>",
            "what holds for hosts within the domain only",
        );
    }
    if access.skip {
        r.rule(format!("<SKIP> <{all}>"), "$@ <$2> <$5>", "SKIP: look no further");
    }
    r.rule("<?> <<[$+.$-]> <$+> <$- $-> <$*>>", "$@ $>D <[$1]> <$3> <$4 $5> <$6>", "IPv4: the network around it");
    if inet6 {
        r.rule("<?> <<[$+::$-]> <$+> <$- $-> <$*>>", "$@ $>D <[$1]> <$3> <$4 $5> <$6>", "IPv6: the same").rule(
            "<?> <<[$+:$-]> <$+> <$- $-> <$*>>",
            "$@ $>D <[$1]> <$3> <$4 $5> <$6>",
            "IPv6: the same",
        );
    }
    r.rule("<?> <<$+.$+> <$+> <$- $-> <$*>>", "$@ $>D <$2> <$3> <$4 $5> <$6>", "the domain above it")
        .rule("<?> <<$*> <$+> <$- $-> <$*>>", "$@ <$2> <$5>", "nothing is left: the default")
        .rule("<$+> <<$*> <$+> <$- $-> <$*>>", "$@ <$1> <$6>", "found");
}

/// `A`: an address, then each network around it.
fn address(access: &AccessMap, inet6: bool, r: &mut Rules) {
    r.ruleset("A", "A: a network address, then the networks around it").because(access.declared.span).rule(
        "<$+> <$+> <$- $-> <$*>",
        "$: $>E <$1> <?> <$3 $4> <<$1> <$2> <$3 $4> <$5>>",
        "the address itself",
    );
    if access.skip {
        r.rule("<SKIP> <<$+> <$+> <$- $-> <$*>>", "$@ <$2> <$5>", "SKIP: look no further");
    }
    if inet6 {
        r.rule("<?> <<$+::$-> <$+> <$- $-> <$*>>", "$@ $>A <$1> <$3> <$4 $5> <$6>", "IPv6: the network around it")
            .rule("<?> <<$+:$-> <$+> <$- $-> <$*>>", "$@ $>A <$1> <$3> <$4 $5> <$6>", "IPv6: the same");
    }
    r.rule("<?> <<$+.$-> <$+> <$- $-> <$*>>", "$@ $>A <$1> <$3> <$4 $5> <$6>", "IPv4: the same")
        .rule("<?> <<$+> <$+> <$- $-> <$*>>", "$@ <$2> <$5>", "nothing is left: the default")
        .rule("<$+> <<$*> <$+> <$- $-> <$*>>", "$@ <$1> <$6>", "found");
}

/// `F`: an address or `user@`, with its detail, with any detail, without.
fn full(access: &AccessMap, r: &mut Rules) {
    let detail = "<?> <<$+ + $* @ $*> <$+> <$- $-> <$*>>";
    let more = "<<$1+$2@$3> <$4> <$5 $6> <$7>>";
    r.ruleset("F", "F: user+detail@host or user+detail@, then with any detail, then without")
        .because(access.declared.span)
        .rule("<$+> <$+> <$- $-> <$*>", "$: $>E <$1> <?> <$3 $4> <<$1> <$2> <$3 $4> <$5>>", "as given")
        .rule(detail, format!("$: $>E <$1+*@$3> <?> <$5 $6> {more}"), "user+*")
        .rule(detail, format!("$: $>E <$1@$3> <?> <$5 $6> {more}"), "user")
        .rule("<?> <<$+> <$+> <$- $-> <$*>>", "$@ <$2> <$5>", "not there: the default")
        .rule("<$+> <<$*> <$+> <$- $-> <$*>>", "$@ <$1> <$6>", "there");
    r.ruleset("U", "U: user@").because(access.declared.span).rule("$*", "$@ $>F $1", "searched as addresses are");
}

/// `SearchList`: `<mark tag> $| <kind:key> … <>`, the first that is found; `<?>` if none is.
fn list(access: &AccessMap, r: &mut Rules) {
    r.ruleset("SearchList", "SearchList: keys in turn; D:host with its domains, F:address, U:user@, E:only this")
        .because(access.declared.span)
        .rule("<$+> $| <$={Src}:$*> <$*>", "$: <$1> $| <$4> $| $>$2 <$3> <?> <$1> <>", "the first, by its ruleset")
        .rule("<$+> $| <> $| <?> <>", "$@ <?>", "none is left")
        .rule("<$+> $| <$+> $| <?> <>", "$@ $>SearchList <$1> $| <$2>", "the next")
        .rule("<$+> $| <$*> $| <$+> <>", "$@ <$3>", "found")
        .rule("<$+> $| <$+>", "$@ <$2>", "by an earlier step");
}
