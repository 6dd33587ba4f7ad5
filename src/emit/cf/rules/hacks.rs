//! Hacks, which sendmail's tree contains but does not support.

use super::ruleset::Rules;
use crate::{
    site::{HackKind, RawSection, Site},
    source::Span,
};

/// The site's own lines of a section, with the rules of hacks among them, in source order.
pub(super) fn rules(site: &Site, r: &mut Rules, section: RawSection) {
    let mut hacks: Vec<_> = site.hacks.iter().filter(|hack| hack.value.kind.section() == section).collect();
    hacks.sort_by_key(|hack| hack.value.raw_before);
    let mut written = 0;
    for hack in hacks {
        let before = hack.value.raw_before;
        r.raw_between(site, section, written, before);
        written = before;
        match hack.value.kind {
            HackKind::Subdomains => {
                r.because(hack.span);
                for domain in ["CS.Berkeley.EDU", "Berkeley.EDU"] {
                    let lhs = format!("$* < @ $=w .{domain} > $*");
                    r.rule(lhs, "$: $1 < @ $j > $3", "a local name with a domain behind it is this host");
                }
                r.because(None);
            }
            HackKind::TrustedUsers { logged } => {
                let purpose = "Local_trust_auth: trusted users may send as anybody";
                r.ruleset("Local_trust_auth", purpose).because(hack.span).rule(
                    "$*",
                    "$: $&{auth_authen}",
                    "who has shown who it is?",
                );
                if logged {
                    for (word, name) in [("type", "auth_type"), ("authen", "auth_authen"), ("author", "auth_author")] {
                        r.rule("$*", format!("$: $(log auth{word}:$&{{{name}}} $) $1"), "for the log");
                    }
                }
                // As in the reference, the whole text is the result, because no tab precedes its comment.
                let trusted = "$@ $#ok Trusted users...    Allow trusted users to auth= as anyone";
                r.rule("$=t", trusted, "a trusted user").because(None);
            }
            HackKind::SpamTrap => spam_trap(hack.span, r),
            HackKind::Connect => {
                r.ruleset("x_connect", "x_connect: may this client speak for others? Given: its name $| its address")
                    .because(hack.span)
                    .rule("$+ $| $+", "$: $>D <$1> <?> <! XConnect> <$2>", "by name")
                    .rule("$| $+", "$: <?> <$1>", "it has none")
                    .rule("<?> <$+>", "$: $>A <$1> <?> <! XConnect> <>", "by address")
                    .rule("<?> $*", "$# no", "nothing is said of it")
                    .rule("<$+> $*", "$@ yes", "there is an entry")
                    .because(None);
            }
        }
    }
    r.raw_between(site, section, written, usize::MAX);
}

/// `spamtrap`: a message to a trap is rejected for all recipients.
fn spam_trap(origin: Span, r: &mut Rules) {
    r.ruleset("Local_check_rcpt", "Local_check_rcpt: notes whether the recipient is a trap")
        .because(origin)
        .rule("$*", "$: $1 $| $>SpamTrap $1", "is it one?")
        .rule("$* $| $*", "$: $1", "either way, that decides nothing yet");
    r.ruleset("SpamTrap", "SpamTrap: remembers a recipient that is one")
        .because(origin)
        .rule("$* <$+> $*", "$2", "what is in brackets, the innermost")
        .rule("$+", "$: $>SearchList <! To> $| <E:$1> <>", "what the access map says of it")
        .rule("<POISON>", "$(macro {PoisonRecipient} $@ POISON $)", "a trap");
    r.ruleset("check_eoh", "check_eoh: may the message go on, by what its recipients are?")
        .because(origin)
        .rule("$*", "$: $&{PoisonRecipient}", "has there been a trap?")
        .rule("POISON", "$#error $@ 5.7.1 $: 550 Mail sent to spam lists is not accepted here", "yes: refused for all");
    r.ruleset("CheckTo", "CheckTo: may a message have this `To:` header?")
        .because(origin)
        .rule("$+ , $+", "$@ $1 , $2", "several addresses: not looked at")
        .rule("$*", "$: $1 $| $>SearchList <! To> $| <E:$1> <>", "what the access map says of it")
        .rule("$* $| <POISON>", "$#error $@ 5.7.1 $: 550 Mail sent by spamware is not accepted here", "a trap")
        .rule("$* $| $*", "$: $1", "nothing against it")
        .because(None);
}
