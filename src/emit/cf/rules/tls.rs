//! Authentication and TLS: what is asked of a connection, and what is offered on it (cf/README, "STARTTLS" and
//! "SMTP AUTHENTICATION").

use super::{access::TEMPORARY, ruleset::Rules};
use crate::site::{AccessMap, Site};

/// `trust_auth`, the feature and TLS checks that sendmail calls, `authinfo`, and what they call.
pub(super) fn rules(site: &Site, r: &mut Rules) {
    trust_auth(site, r);
    features(site, r, "srv_features", "Srv_Features", "what to offer this client");
    features(
        site,
        r,
        "clt_features",
        "Clt_Features",
        "what to use with this server; looked up by the client, as in the reference",
    );
    try_tls(site, r);
    recipient(site, r);
    client(site, r);
    server(site, r);
    requirement(site, r);
    if let Some(access) = &site.access {
        additional(access, r);
        certificate(access, r);
    }
    authinfo(site, r);
}

fn trust_auth(site: &Site, r: &mut Rules) {
    r.ruleset("trust_auth", "trust_auth: may this user send as another? Given: the AUTH= parameter of MAIL")
        .rule("$*", "$: $&{auth_type} $| $1", "how has the user shown who it is?")
        .rule("$@ $| $*", "$#error $@ 5.7.1 $: \"550 not authenticated\"", "nobody (RFC 4954 section 5)")
        .rule("$* $| $&{auth_authen}", "$@ identical", "as oneself")
        .rule("$* $| <$&{auth_authen}>", "$@ identical", "as oneself");
    if super::uses::defines_ruleset(site, "Local_trust_auth") {
        r.rule("$* $| $*", "$: $1 $| $>\"Local_trust_auth\" $2", "what the site's own rules say").obey();
    }
    r.rule(
        "$*",
        "$#error $@ 5.7.1 $: \"550 \" $&{auth_authen} \" not allowed to act as \" $&{auth_author}",
        "as somebody else",
    );
}

/// A host by name, then by address, then the tag alone; leaves `<value> …`, or `<?> …` if none is in the access map.
fn search(access: &AccessMap, r: &mut Rules, tag: &str, side: &str) {
    r.because(access.declared.span)
        .rule("$*", format!("$: $>D <$&{{{side}_name}}> <?> <! {tag}> <>"), "by name")
        .rule("<?>$*", format!("$: $>A <$&{{{side}_addr}}> <?> <! {tag}> <>"), "by address")
        .rule("<?>$*", format!("$: <$(access {tag}: $: ? $)>"), "for all");
}

fn features(site: &Site, r: &mut Rules, name: &str, tag: &str, purpose: &str) {
    r.ruleset(name, &format!("{name}: {purpose}"));
    if let Some(access) = &site.access {
        search(access, r, &quoted(tag), "client");
        r.rule("<?>$*", "$@ OK", "nothing in particular")
            .rule("<$* <TMPF>>$*", "$#temp", "the map cannot be read")
            .rule("<$+>$*", "$# $1", "these");
    }
}

/// A tag with an underscore, in quotes so that it stays one token whatever the operators are.
fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

fn try_tls(site: &Site, r: &mut Rules) {
    r.ruleset("try_tls", "try_tls: is STARTTLS tried with this server?");
    if let Some(access) = &site.access {
        search(access, r, &quoted("Try_TLS"), "server");
        r.rule("<?>$*", "$@ OK", "it is")
            .rule("<$* <TMPF>>$*", format!("$#error $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read")
            .rule(
                "<NO>$*",
                "$#error $@ 5.7.1 $: \"550 do not try TLS with \" $&{server_name} \" [\"$&{server_addr}\"]\"",
                "it is not",
            );
    }
}

fn recipient(site: &Site, r: &mut Rules) {
    r.ruleset("tls_rcpt", "tls_rcpt: is the connection good enough for this recipient?");
    if let Some(access) = &site.access {
        r.because(access.declared.span)
            .rule("$*", "$: $(macro {TLS_Name} $@ $&{server_name} $) $1", "whom a certificate must name")
            .rule("$+", "$: <?> $>CanonAddr $1", "the address ...")
            .rule("<?> $+ < @ $+ . >", "<?> $1 <@ $2 >", "... without a final dot")
            .rule("<?> $+ < @ $+ >", "$: $1 <@ $2 > $| <F:$1@$2> <U:$1@> <D:$2> <E:>", "address, user, domains, all")
            .rule("<?> $+", "$: $1 $| <U:$1@> <E:>", "user, all")
            .rule("$* $| $+", "$: $1 $| $>SearchList <! \"TLS_Rcpt\"> $| $2 <>", "the first found")
            .rule("$* $| <?>", "$@ OK", "nothing is asked")
            .rule("$* $| <$* <TMPF>>", format!("$#error $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read")
            .rule("$* $| <$+>", "$@ $>\"TLS_connection\" $&{verify} $| <$2>", "is it met?");
    }
}

fn client(site: &Site, r: &mut Rules) {
    let purpose = "tls_client: is the client's connection good enough? Given: ${verify} $| MAIL or STARTTLS";
    r.ruleset("tls_client", purpose);
    if let Some(access) = &site.access {
        peer(access, r, "client", "TLS_Clt", "$* $| $*");
        r.rule("$*", "$@ $>\"TLS_connection\" $1", "is it met?");
    } else {
        r.rule("$* $| $*", "$@ $>\"TLS_connection\" $1", "a failed handshake is not");
    }
}

fn server(site: &Site, r: &mut Rules) {
    r.ruleset("tls_server", "tls_server: is the server's connection good enough? Given: ${verify}");
    if let Some(access) = &site.access {
        peer(access, r, "server", "TLS_Srv", "$*");
    }
    r.because(None).rule("$*", "$@ $>\"TLS_connection\" $1", "is what is asked of it met?");
}

/// Adds what the access map asks of the other side: `${verify} $| <value> …`.
fn peer(access: &AccessMap, r: &mut Rules, side: &str, tag: &str, given: &str) {
    let tag = quoted(tag);
    r.because(access.declared.span)
        .rule("$*", format!("$: $(macro {{TLS_Name}} $@ $&{{{side}_name}} $) $1"), "whom a certificate must name")
        .rule(given, format!("$: $1 $| $>D <$&{{{side}_name}}> <?> <! {tag}> <>"), "by name")
        .rule("$* $| <?>$*", format!("$: $1 $| $>A <$&{{{side}_addr}}> <?> <! {tag}> <>"), "by address")
        .rule("$* $| <?>$*", format!("$: $1 $| <$(access {tag}: $: ? $)>"), "for all")
        .rule("$* $| <$* <TMPF>>", format!("$#error $@ 4.3.0 $: {TEMPORARY}"), "the map cannot be read");
}

/// `TLS_connection`: `${verify} $| <requirement>`, where a requirement is `[PERM+|TEMP+](VERIFY[:bits]|ENCR:bits)[+more]`.
fn requirement(site: &Site, r: &mut Rules) {
    let (reply, status) = if site.messages.tls_permanent { ("554", "5.7.0") } else { ("454", "4.7.0") };
    let failures = [
        ("SOFTWARE", "TLS handshake failed."),
        ("PROTOCOL", "STARTTLS failed."),
        ("DANE_FAIL", "DANE check failed."),
        ("CONFIG", "STARTTLS temporarily not possible."),
    ];
    r.ruleset("TLS_connection", "TLS_connection: does the connection meet the requirement?");
    let Some(access) = &site.access else {
        for (verify, text) in failures {
            r.rule(verify, format!("$#error $@ {status} $: \"{reply} {text}\""), "no");
        }
        return;
    };
    r.because(access.declared.span)
        .rule("$* $| <$*>$*", "$: $1 $| <$2>", "the requirement alone")
        .rule("$* $| <PERM + $={Tls} $*>", "$: $1 $| <503:5.7.0> <$2 $3>", "failing is permanent")
        .rule("$* $| <TEMP + $={Tls} $*>", "$: $1 $| <403:4.7.0> <$2 $3>", "failing is temporary")
        .rule("$* $| <$={Tls} $*>", format!("$: $1 $| <{reply}:{status}> <$2 $3>"), "failing is as usual");
    for (verify, text) in failures {
        r.rule(format!("{verify} $| <$-:$+> $*"), format!("$#error $@ $2 $: $1 \" {text}\""), "TLS itself failed")
            .rule(format!("{verify} $| $*"), format!("$#error $@ {status} $: \"{reply} {text}\""), "TLS itself failed");
    }
    r.rule("$* $| <$*> <VERIFY>", "$: <$2> <VERIFY> <> $1", "a certificate")
        .rule("$* $| <$*> <VERIFY + $+>", "$: <$2> <VERIFY> <$3> $1", "a certificate and more")
        .rule("$* $| <$*> <$={Tls}:$->$*", "$: <$2> <$3:$4> <> $1", "encryption")
        .rule("$* $| <$*> <$={Tls}:$- + $+>$*", "$: <$2> <$3:$4> <$5> $1", "encryption and more")
        .rule("$* $| $*", "$@ OK", "nothing")
        .rule("<$*><VERIFY> <> $={TlsVerified}", "$@ OK", "verified, and that is all")
        .rule("<$*><VERIFY> <$+> $={TlsVerified}", "$: <$1> <REQ:0> <$2>", "verified")
        .rule("<$*><VERIFY:$-> <$*> $={TlsVerified}", "$: <$1> <REQ:$2> <$3>", "verified, with so many bits")
        .rule("<$*><ENCR:$-> <$*> $*", "$: <$1> <REQ:$2> <$3>", "so many bits");
    for (verify, text) in [
        ("", "authentication required"),
        (" FAIL", "authentication failed"),
        (" NO", "not authenticated"),
        (" NOT", "no authentication requested"),
        (" NONE", "other side does not support STARTTLS"),
        (" CLEAR", "STARTTLS disabled locally"),
    ] {
        r.rule(format!("<$-:$+><VERIFY $*> <$*>{verify}"), format!("$#error $@ $2 $: $1 \" {text}\""), "not verified");
    }
    r.rule("<$-:$+><VERIFY $*> <$*> $+", "$#error $@ $2 $: $1 \" authentication failure \" $4", "not verified")
        .rule(
            "<$*><REQ:$-> <$*>",
            "$: <$1> <REQ:$2> <$3> $>max $&{cipher_bits} : $&{auth_ssf}",
            "how many bits are there?",
        )
        .rule("<$*><REQ:$-> <$*> $-", "$: <$1> <$2:$4> <$3> $(arith l $@ $4 $@ $2 $)", "fewer than asked?")
        .rule(
            "<$-:$+><$-:$-> <$*> TRUE",
            "$#error $@ $2 $: $1 \" encryption too weak \" $4 \" less than \" $3",
            "fewer",
        )
        .rule("<$-:$+><$-:$-> <$*> $*", "$: <$1:$2 ++ $5>", "enough: what more is asked?")
        .rule("<$-:$+ ++ >", "$@ OK", "nothing")
        .rule("<$-:$+ ++ $+ >", "$: <$1:$2> <$3>", "these, joined by ++")
        .rule("<$-:$+> < $+ ++ $+ >", "<$1:$2> <$3> <$4>", "one by one")
        .rule("<$-:$+> $+", "$@ $>\"TLS_req\" $3 $| <$1:$2>", "are they met?");
}

/// `TLS_req`: `<requirement> … $| <reply:status>`, all of which must hold; and `max`.
fn additional(access: &AccessMap, r: &mut Rules) {
    r.ruleset("TLS_req", "TLS_req: does the certificate say what is asked?")
        .because(access.declared.span)
        .rule(" $| $+", "$@ OK", "all of it")
        .rule("<CN> $* $| <$+>", "$: <CN:$&{TLS_Name}> $1 $| <$2>", "its name is the host's")
        .rule("<CN:$&{cn_subject}> $* $| <$+>", "$@ $>\"TLS_req\" $1 $| <$2>", "its name is this: yes")
        .rule("<CN:$+> $* $| <$-:$+>", "$#error $@ $4 $: $3 \" CN \" $&{cn_subject} \" does not match \" $1", "no")
        .rule("<CS:$&{cert_subject}> $* $| <$+>", "$@ $>\"TLS_req\" $1 $| <$2>", "its subject is this: yes")
        .rule(
            "<CS:$+> $* $| <$-:$+>",
            "$#error $@ $4 $: $3 \" Cert Subject \" $&{cert_subject} \" does not match \" $1",
            "no",
        )
        .rule("<CI:$&{cert_issuer}> $* $| <$+>", "$@ $>\"TLS_req\" $1 $| <$2>", "its issuer is this: yes")
        .rule(
            "<CI:$+> $* $| <$-:$+>",
            "$#error $@ $4 $: $3 \" Cert Issuer \" $&{cert_issuer} \" does not match \" $1",
            "no",
        )
        .rule("<CITag:$-> $* $| <$+>", "$: <$(access $1:$&{cert_issuer} $: ? $)> $2 $| <$3>", "its issuer is listed")
        .rule("<?> $* $| <$-:$+>", "$#error $@ $3 $: $2 \" Cert Issuer \" $&{cert_issuer} \" not acceptable\"", "no")
        .rule("<OK> $* $| <$+>", "$@ $>\"TLS_req\" $1 $| <$2>", "yes")
        .rule("OK", "$@ OK", "the rest holds too");
    r.ruleset("max", "max: the larger of two numbers, n:m; an empty one is nothing")
        .because(access.declared.span)
        .rule(":", "$: 0", "neither")
        .rule(":$-", "$: $1", "the second alone")
        .rule("$-:", "$: $1", "the first alone")
        .rule("$-:$-", "$: $(arith l $@ $1 $@ $2 $) : $1 : $2", "is the first the smaller?")
        .rule("TRUE:$-:$-", "$: $2", "yes")
        .rule("$-:$-:$-", "$: $2", "no");
}

/// `RelayTLS`: clients whose certificate the access map trusts may relay.
fn certificate(access: &AccessMap, r: &mut Rules) {
    r.ruleset("RelayTLS", "RelayTLS: may a client relay because of its certificate?")
        .because(access.declared.span)
        .rule("$*", "$: <?> $&{verify}", "has it shown a certificate?")
        .rule("<?> $={TlsVerified}", "$: OK", "it has one that is good")
        .rule("<?> $*", "$@ NO", "it has none")
        .rule("$*", "$: $&{cert_issuer}", "who issued it?")
        .rule("$+", "$: $(access CERTISSUER:$1 $)", "what the access map says of it")
        .rule("RELAY", "$# RELAY", "whoever has one of that issuer")
        .rule("SUBJECT", "$: <@> $&{cert_subject}", "some who have")
        .rule("<@> $+", "$: <@> $(access CERTSUBJECT:$1 $)", "what the access map says of the subject")
        .rule("<@> RELAY", "$# RELAY", "this one")
        .rule("$*", "$: NO", "nobody else");
}

/// `authinfo`: who we are to a server. Defined even when empty: sendmail then has no other source.
fn authinfo(site: &Site, r: &mut Rules) {
    r.ruleset("authinfo", "authinfo: who we are when a server asks for authentication");
    if let Some(access) = &site.access {
        r.because(access.declared.span)
            .rule("$*", "$: $1 $| $>D <$&{server_name}> <?> <! AuthInfo> <>", "by name")
            .rule("$* $| <?>$*", "$: $1 $| $>A <$&{server_addr}> <?> <! AuthInfo> <>", "by address")
            .rule("$* $| <?>$*", "$: $1 $| <$(access AuthInfo: $: ? $)> <>", "for all")
            .rule("$* $| <?>$*", "$@ no", "nobody")
            .rule("$* $| <$*> <>", "$# $2", "this");
    }
}
