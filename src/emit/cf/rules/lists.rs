//! DNS lists: of clients by address, of senders by domain, and of mail servers.

use super::ruleset::Rules;
use crate::site::{DnsBlocklist, ListKind, Site};

/// Calls all lists of a site in order, among the checks of the connection. The result does not depend on the workspace.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    for list in &site.blocklists {
        r.because(list.span);
        match list.value.kind {
            ListKind::Plain | ListKind::Enhanced => of_clients(&list.value, r),
            ListKind::ByAccess => by_access(&list.value, r),
            ListKind::SenderDomain => of_senders(site, &list.value, r),
            ListKind::MailServers => of_mail_servers(&list.value, r),
        }
    }
    r.because(None);
}

/// `dnsbl` and `enhdnsbl`: looks up the client's reversed address in the zone of the list.
fn of_clients(list: &DnsBlocklist, r: &mut Rules) {
    let enhanced = list.kind == ListKind::Enhanced;
    let (map, server) = (if enhanced { "ednsbl" } else { "dnsbl" }, &list.server);
    r.rule("$*", "$: $&{client_addr}", "the client's address")
        .rule("$-.$-.$-.$-", format!("$: <?> $({map} $4.$3.$2.$1.{server}. $: OK $)"), "is it listed?")
        .rule("<?>OK", "$: OKSOFAR", "no");
    no_answer(list, r, "4.4.3", &format!("\"451 Temporary lookup failure of \" $&{{client_addr}} \" at {server}\""));
    let refusal = match list.message.as_str() {
        "" => format!("$#error $@ 5.7.1 $: \"550 Rejected: \" $&{{client_addr}} \" listed at {server}\""),
        "quarantine" => format!("$#error $@ quarantine $: {server}"),
        "discard" if enhanced => "$#discard $: discard".into(),
        "discard" => format!("$#discard $: {server}"),
        text => format!("$#error $@ 5.7.1 $: {text}"),
    };
    if list.matches.is_empty() {
        r.rule("<?>$+", &refusal, "yes");
    }
    for pattern in &list.matches {
        r.rule(format!("<?>{pattern}"), &refusal, "yes, with this answer");
    }
}

/// `dnsblaccess`: looks up the client's reversed address in the zone of the list; the access map decides by the whole answer, by
/// its prefixes, or for any answer. Its values may refer to the client as `%1` and the list as `%2`.
fn by_access(list: &DnsBlocklist, r: &mut Rules) {
    let DnsBlocklist { server, tag, .. } = list;
    r.rule("$*", "$: $&{client_addr}", "the client's address")
        .rule("$-.$-.$-.$-", format!("$: <?> $(ednsbl $4.$3.$2.$1.{server}. $: OK $) <> $1.$2.$3.$4"), "is it listed?")
        .rule("<?> OK <> $*", "$: OKSOFAR", "no")
        .rule("<?> $+ <TMP> <> $*", "$: <<TMPF>>", "the list does not answer")
        .rule(
            "<?> $* $- . <> $*",
            format!("<$(access {tag}:$1$2 $@ $3 $@ {server} $: ? $)> $1 <> $3"),
            "what is said of this answer? Then of all that begin so",
        )
        .rule("<?> <> $*", format!("$: <$(access {tag}: $@ $1 $@ {server} $: ? $)>"), "what is said of any answer?");
    let again = |text: &str| format!("$#error $@ 4.4.3 $: {text}");
    match list.temporary.as_str() {
        "" => r.rule("<$* <TMPF>> $*", "$: TMPOK", "not known now: no"),
        "t" => r.rule(
            "<$* <TMPF>> $*",
            again(&format!("\"451 Temporary lookup failure of \" $&{{client_addr}} \" at {server}\"")),
            "not known now: try again",
        ),
        text => r.rule("<$* <TMPF>> $*", again(text), "not known now: try again"),
    };
    let refusal = match list.message.as_str() {
        "" => format!("\"550 Rejected: \" $&{{client_addr}} \" listed at {server}\""),
        text => text.to_owned(),
    };
    r.rule("<$={Accept}> $*", "$: OKSOFAR", "welcome all the same")
        .rule("<ERROR:$-.$-.$-:$+> $*", "$#error $@ $1.$2.$3 $: $4", "refused with this status code and text")
        .rule("<ERROR:$+> $*", "$#error $: $1", "refused with this text")
        .rule("<DISCARD> $*", "$#discard $: discard", "accepted and thrown away")
        .rule("<$*> $*", format!("$#error $@ 5.7.1 $: {refusal}"), "anything else, or nothing: refused");
}

/// `rhsbl`: looks up the sender's domain in the zone of the list, unless the access map accepts the sender.
fn of_senders(site: &Site, list: &DnsBlocklist, r: &mut Rules) {
    let server = &list.server;
    // Without an access map there is no `SearchList`; the front end warns about the consequence for senders.
    r.rule("$+", "$: <@> $>CanonAddr $&f", "the sender").rule(
        "<@> $* < @ $+ . >",
        "$: <@> $2 $| $>SearchList <+ rhs> $| <F:$1@$2> <D:$2> <>",
        "what the access map says",
    );
    if site.access.is_some() {
        r.rule("<@> $* $| <$={Accept}>", "$: OKSOFAR", "welcome");
    }
    r.rule(
        "<@> $+ $| $*",
        format!("$: <?> $(dnsbl $1.{server}. $: OK $) $(macro {{RHS}} $@ $1 $)"),
        "is the domain listed?",
    )
    .rule("<@> $*", "$: OKSOFAR", "there is none")
    .rule("<?> OK", "$: OKSOFAR", "no");
    no_answer(list, r, "4.7.1", &format!("\"451 Temporary lookup failure of \" $&{{RHS}} \" at {server}\""));
    let refusal = match list.message.as_str() {
        "" => format!("\"550 Mail from \" $&{{RHS}} \" refused by blackhole site {server}\""),
        text => text.to_owned(),
    };
    r.rule("<?>$+", format!("$#error $@ 5.7.1 $: {refusal}"), "yes");
}

/// `mtamark`: looks up the client's address below the name of the mark.
fn of_mail_servers(list: &DnsBlocklist, r: &mut Rules) {
    let mark = &list.server;
    let refusal = match list.message.as_str() {
        "" => "\"550 Rejected: \" $&{client_addr} \" not listed as MTA\"",
        text => text,
    };
    r.rule("$*", "$: $&{client_addr}", "the client's address")
        .rule(
            "$-.$-.$-.$-",
            format!("$: <?> $(mtamark {mark}.$4.$3.$2.$1.in-addr.arpa. $: OK $)"),
            "is it marked as a mail server?",
        )
        .rule("<?>1.", "$: OKSOFAR", "yes")
        .rule("<?>0.", format!("$#error $@ 5.7.1 $: {refusal}"), "it is marked as none");
    no_answer(list, r, "4.4.3", &format!("\"451 Temporary lookup failure of \" {mark}.$&{{client_addr}}"));
}

/// The list does not answer: `standard` is the text if the site does not set one.
fn no_answer(list: &DnsBlocklist, r: &mut Rules, status: &str, standard: &str) {
    match list.temporary.as_str() {
        "" => r.rule("<?>$+<TMP>", "$: TMPOK", "the list does not answer: no"),
        "t" => r.rule("<?>$+<TMP>", format!("$#error $@ {status} $: {standard}"), "it does not answer: try again"),
        text => r.rule("<?>$+<TMP>", format!("$#error $@ {status} $: {text}"), "it does not answer: try again"),
    };
}
