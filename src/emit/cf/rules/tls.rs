//! Authentication and TLS: requirements for a connection, and what is offered on it (cf/README, "STARTTLS" and "SMTP
//! AUTHENTICATION").

use super::{access::TEMPORARY, ruleset::Rules, sts};
use crate::{
    site::{AccessMap, RawSection, Setting, Site},
    source::Span,
};

/// `trust_auth`, the feature and TLS checks that sendmail calls, `authinfo`, and the rulesets that these call.
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
    sts::rules(site, r);
    recipient(site, r);
    client(site, r);
    server(site, r);
    requirement(site, r);
    if let Some(origin) = full_check(site) {
        additional(site, origin, r);
    }
    session_features(site, r);
    if let Some(access) = &site.access {
        certificate(site, access, r);
    }
    authinfo(site, r);
}

/// The sources of requirements beyond TLS without an error: the access map, or MTA-STS policies.
pub(super) fn full_check(site: &Site) -> Option<Span> {
    let access = site.access.as_ref().map(|access| access.declared.span);
    access.or_else(|| site.tls.strict_transport.as_ref().map(|sts| sts.span))
}

/// Calls the site's own ruleset of a section, if it exists, and returns the mailer that it selects, if any.
fn own(site: &Site, r: &mut Rules, hook: RawSection) {
    let (Some(first), Some(ruleset)) = (site.raw_section(hook).first(), hook.ruleset()) else { return };
    // The argument of `tls_client` contains the usual separator, and is needed whole afterwards.
    let mark = if hook == RawSection::LocalTlsClient { "<?>" } else { "$|" };
    r.because(first.span)
        .rule("$*", format!("$: $1 {mark} $>\"{ruleset}\" $1"), "what the site's own rules say")
        .rule(format!("$* {mark} $#$*"), "$#$2", "decided")
        .rule(format!("$* {mark} $*"), "$: $1", "they say nothing")
        .because(None);
}

/// Calls a ruleset of MTA-STS, if policies are honoured.
fn policy(site: &Site, r: &mut Rules, ruleset: &str) {
    let Some(sts) = &site.tls.strict_transport else { return };
    r.because(sts.span)
        .rule("$*", format!("$: $1 $| $>\"{ruleset}\" $1"), "what the recipient's domain asks")
        .return_if_mailer()
        .rule("$* $| $*", "$: $1", "nothing, or it is met")
        .because(None);
}

fn trust_auth(site: &Site, r: &mut Rules) {
    r.ruleset("trust_auth", "trust_auth: may this user send as another? Given: the AUTH= parameter of MAIL")
        .rule("$*", "$: $&{auth_type} $| $1", "how has the user shown who it is?")
        .rule("$@ $| $*", "$#error $@ 5.7.1 $: \"550 not authenticated\"", "nobody (RFC 4954 section 5)")
        .rule("$* $| $&{auth_authen}", "$@ identical", "as oneself")
        .rule("$* $| <$&{auth_authen}>", "$@ identical", "as oneself");
    if super::uses::defines_ruleset(site, "Local_trust_auth") {
        r.rule("$* $| $*", "$: $1 $| $>\"Local_trust_auth\" $2", "what the site's own rules say").return_if_mailer();
    }
    r.rule(
        "$*",
        "$#error $@ 5.7.1 $: \"550 \" $&{auth_authen} \" not allowed to act as \" $&{auth_author}",
        "as somebody else",
    );
}

/// Looks up a host by name, then by address, then the tag alone; the result is `<value> …`, or `<?> …` if there is no entry.
fn search(access: &AccessMap, r: &mut Rules, tag: &str, side: &str) {
    r.because(access.declared.span)
        .rule("$*", format!("$: $>D <$&{{{side}_name}}> <?> <! {tag}> <>"), "by name")
        .rule("<?>$*", format!("$: $>A <$&{{{side}_addr}}> <?> <! {tag}> <>"), "by address")
        .rule("<?>$*", format!("$: <$(access {tag}: $: ? $)>"), "for all");
}

fn features(site: &Site, r: &mut Rules, name: &str, tag: &str, purpose: &str) {
    r.ruleset(name, &format!("{name}: {purpose}"));
    own(site, r, if name == "srv_features" { RawSection::LocalSrvFeatures } else { RawSection::LocalCltFeatures });
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
    own(site, r, RawSection::LocalTryTls);
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
    own(site, r, RawSection::LocalTlsRcpt);
    policy(site, r, "STS_Check");
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
    own(site, r, RawSection::LocalTlsClient);
    if let Some(access) = &site.access {
        peer(access, r, "client", "TLS_Clt", "$* $| $*");
        r.rule("$*", "$@ $>\"TLS_connection\" $1", "is it met?");
    } else {
        r.rule("$* $| $*", "$@ $>\"TLS_connection\" $1", "a failed handshake is not");
    }
}

fn server(site: &Site, r: &mut Rules) {
    r.ruleset("tls_server", "tls_server: is the server's connection good enough? Given: ${verify}");
    own(site, r, RawSection::LocalTlsServer);
    policy(site, r, "STS_secure");
    if let Some(access) = &site.access {
        peer(access, r, "server", "TLS_Srv", "$*");
    }
    r.because(None).rule("$*", "$@ $>\"TLS_connection\" $1", "is what is asked of it met?");
}

/// Adds the requirements of the access map: `${verify} $| <value> …`.
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
    let Some(origin) = full_check(site) else {
        for (verify, text) in failures {
            r.rule(verify, format!("$#error $@ {status} $: \"{reply} {text}\""), "no");
        }
        return;
    };
    r.because(origin)
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

/// `TLS_req`: `<requirement> … $| <reply:status>`, all of which must be met; and `max`.
fn additional(site: &Site, origin: Span, r: &mut Rules) {
    r.ruleset("TLS_req", "TLS_req: does the certificate say what is asked?")
        .because(origin)
        .rule(" $| $+", "$@ OK", "all of it")
        .rule("<CN> $* $| <$+>", "$: <CN:$&{TLS_Name}> $1 $| <$2>", "its name is the host's");
    if let Some(names) = &site.tls.alternative_names {
        // As in the reference, a requirement for all hosts of a domain says nothing else about the certificate.
        r.because(names.span)
            .rule("<CN:$={cert_altnames}> $* $| <$+>", "$@ $>\"TLS_req\" $2 $| <$3>", "one of its names is this: yes")
            .rule("<CN:$-.$+> $* $| <$+>", "$: <CN:*.$2> $3 $| <$4>", "all hosts of the domain?")
            .rule("<CN:$={cert_altnames}> $* $| <$+>", "$@ $>\"TLS_req\" $3 $| <$3>", "yes")
            .rule("<CN:$*> $* $| <$+>", "$: <CN:$&{TLS_Name}> $2 $| <$3>", "no: its name is the host's");
    }
    r.because(origin)
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
        );
    if site.access.is_some() {
        r.rule("<CITag:$-> $* $| <$+>", "$: <$(access $1:$&{cert_issuer} $: ? $)> $2 $| <$3>", "its issuer is listed")
            .rule(
                "<?> $* $| <$-:$+>",
                "$#error $@ $3 $: $2 \" Cert Issuer \" $&{cert_issuer} \" not acceptable\"",
                "no",
            )
            .rule("<OK> $* $| <$+>", "$@ $>\"TLS_req\" $1 $| <$2>", "yes");
    }
    r.rule("OK", "$@ OK", "the rest holds too");
    r.ruleset("max", "max: the larger of two numbers, n:m; an empty one is nothing")
        .because(origin)
        .rule(":", "$: 0", "neither")
        .rule(":$-", "$: $1", "the second alone")
        .rule("$-:", "$: $1", "the first alone")
        .rule("$-:$-", "$: $(arith l $@ $1 $@ $2 $) : $1 : $2", "is the first the smaller?")
        .rule("TRUE:$-:$-", "$: $2", "yes")
        .rule("$-:$-:$-", "$: $2", "no");
}

/// `tls_srv_features` and `tls_clt_features`: options for single sessions.
fn session_features(site: &Site, r: &mut Rules) {
    let asked = site.tls.session_features.as_ref().map(|asked| asked.span);
    if asked.is_some() {
        r.ruleset(
            "tls_srv_features",
            "tls_srv_features: options of the session with this client. Given: name $| address",
        );
        match &site.access {
            Some(access) => options(access, r, "TLS_Srv_Features"),
            None => {
                r.because(asked).rule("$*", "$@ \"\"", "none");
            }
        }
    }
    let Some(origin) = asked.or_else(|| site.tls.strict_transport.as_ref().map(|sts| sts.span)) else { return };
    if let Some(access) = &site.access {
        r.ruleset("tls_clt_feat_acc", "tls_clt_feat_acc: what the access map says of it");
        options(access, r, "TLS_Clt_Features");
    }
    let purpose = "tls_clt_features: options of the session with this server. Given: name $| address";
    r.ruleset("tls_clt_features", purpose).because(origin).rule("$*", "$: $1 $| <>", "none so far");
    if site.access.is_some() {
        r.rule("$* $| <>", "$: $1 $| $>\"tls_clt_feat_acc\" $1", "those of the access map").rule(
            "$* $| $* $| $*",
            "$: $1 $| $2 $| <$3>",
            "in brackets",
        );
    }
    sts::features(site, r);
    r.because(origin)
        .rule("$* $| $* $| <\"\">", "$@ \"\"", "none")
        .rule("$* $| $* $| <$+>", "$@ $3", "these")
        .rule("$*", "$@ \"\"", "none");
}

/// The options in the access map for `name $| address`.
fn options(access: &AccessMap, r: &mut Rules, tag: &str) {
    r.because(access.declared.span)
        .rule("$* $| $*", format!("$: $>D <$1> <?> <! {tag}> <$2>"), "by name")
        .rule("<?> <$*>", format!("$: $>A <$1> <?> <! {tag}> <$1>"), "by address")
        .rule("<?> <$*>", "$@ \"\"", "none")
        .rule("<$+> <$*>", "$@ $1", "these");
}

/// `RelayTLS`: clients whose certificate the access map trusts may relay.
fn certificate(site: &Site, access: &AccessMap, r: &mut Rules) {
    let part = |map: &str, regex: &Option<Setting<String>>, of: &str| match regex {
        Some(_) => format!("$({map} $&{{{of}}} $)"),
        None => format!("$&{{{of}}}"),
    };
    let issuer = part("CERTIssuer", &site.tls.issuer_part, "cert_issuer");
    let subject = part("CERTSubject", &site.tls.subject_part, "cert_subject");
    r.ruleset("RelayTLS", "RelayTLS: may a client relay because of its certificate?")
        .because(access.declared.span)
        .rule("$*", "$: <?> $&{verify}", "has it shown a certificate?")
        .rule("<?> $={TlsVerified}", "$: OK", "it has one that is good")
        .rule("<?> $*", "$@ NO", "it has none")
        .rule("$*", format!("$: {issuer}"), "who issued it?")
        .rule("$+", "$: $(access CERTISSUER:$1 $)", "what the access map says of it")
        .rule("RELAY", "$# RELAY", "whoever has one of that issuer")
        .rule("SUBJECT", format!("$: <@> {subject}"), "some who have")
        .rule("<@> $+", "$: <@> $(access CERTSUBJECT:$1 $)", "what the access map says of the subject")
        .rule("<@> RELAY", "$# RELAY", "this one")
        .rule("$*", "$: NO", "nobody else");
}

/// `authinfo`: the credentials for a server. Defined even if it is empty, because sendmail then uses no other source.
fn authinfo(site: &Site, r: &mut Rules) {
    r.ruleset("authinfo", "authinfo: who we are when a server asks for authentication");
    if let Some(map) = &site.tls.credentials {
        r.because(map.span)
            .rule("$*", "$: <$(authinfo AuthInfo:$&{server_name} $: ? $)>", "by name")
            .rule("<?>", "$: <$(authinfo AuthInfo:$&{server_addr} $: ? $)>", "by address")
            .rule("<?>", "$: <$(authinfo AuthInfo: $: ? $)>", "for all")
            .rule("<?>", "$@ no", "nobody")
            .rule("<$*>", "$# $1", "this");
    } else if let Some(access) = &site.access {
        r.because(access.declared.span)
            .rule("$*", "$: $1 $| $>D <$&{server_name}> <?> <! AuthInfo> <>", "by name")
            .rule("$* $| <?>$*", "$: $1 $| $>A <$&{server_addr}> <?> <! AuthInfo> <>", "by address")
            .rule("$* $| <?>$*", "$: $1 $| <$(access AuthInfo: $: ? $)> <>", "for all")
            .rule("$* $| <?>$*", "$@ no", "nobody")
            .rule("$* $| <$*> <>", "$# $2", "this");
    }
}
