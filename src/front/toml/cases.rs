//! `[[test]]`: what a client asks of the site, and what it should be told.

use std::net::IpAddr;

use super::value::{Expected, Refusals, quoted_list};
use crate::{
    diagnostic::Diagnostic,
    site::{Case, Expected as Expectation, VerdictKind},
    source::Spanned,
    syntax::toml::{Entry, Kind, Table},
};

/// The keys of a case, with what they take and an example.
pub(super) const KEYS: [(&str, &str, &str); 19] = [
    ("about", "what the case shows", "\"outsiders may not relay\""),
    ("client", "the client's address", "\"192.0.2.1\""),
    ("name", "the client's name", "\"mail.example.net\""),
    ("helo", "what the client calls itself", "\"mail.example.net\""),
    ("from", "the sender, empty for `<>`", "\"a@example.net\""),
    ("to", "a recipient, or a list of them", "\"joe@example.com\""),
    ("auth", "the user that the client has authenticated as", "\"joe\""),
    ("tls", "what STARTTLS has found of its certificate", "\"OK\""),
    ("cert_subject", "the distinguished name of its certificate", "\"/CN=mail.example.net\""),
    ("cert_issuer", "the distinguished name of the certificate's issuer", "\"/CN=ca.example.net\""),
    ("listener", "the listener that the client connects to", "\"MTA\""),
    ("verdict", "what is decided", "\"refused\""),
    ("code", "the code of the reply", "550"),
    ("status", "the enhanced status code of the reply", "\"5.7.1\""),
    ("text", "a piece of the reply", "\"Relaying denied\""),
    ("mailer", "the delivery agent", "\"esmtp\""),
    ("host", "the host that the agent hands the message to", "\"mail.example.com\""),
    ("recipient", "the recipient as the agent is told", "\"joe@example.com\""),
    ("sender", "the sender as the agent is told", "\"joe@example.com\""),
];

/// Reads the cases under a key, in their order.
pub(super) fn read(refusals: &mut Refusals, entry: &Entry) -> Vec<Case> {
    let expected =
        Expected { key: "test".into(), what: "cases, each a table of its own".into(), example: "[[test]]".into() };
    let mut cases = Vec::new();
    for value in refusals.one_or_more(&entry.value) {
        match &value.kind {
            Kind::Table(table) => cases.extend(case(refusals, table)),
            _ => refusals.wrong_type(value, &expected),
        }
    }
    cases
}

fn case(refusals: &mut Refusals, table: &Table) -> Option<Case> {
    let expected = |key: &str| {
        let (_, what, example) = KEYS.iter().find(|(known, ..)| *known == key).copied().unwrap_or_default();
        Expected::new(format!("test.{key}"), what, example)
    };
    for entry in table.entries() {
        if !KEYS.iter().any(|(known, ..)| *known == entry.key.value) {
            refusals.unknown_key(entry, "in a test", KEYS.iter().map(|(known, ..)| *known));
        }
    }
    let mut text = |key: &str| refusals.text(&table.get(key)?.value, &expected(key));
    let [about, name, helo, auth, tls, cert_subject, cert_issuer, listener] =
        ["about", "name", "helo", "auth", "tls", "cert_subject", "cert_issuer", "listener"]
            .map(|key| text(key).map(|text| text.value));
    let (client, verdict, code, from) = (text("client"), text("verdict"), text("code"), text("from"));
    let (status, piece, mailer, host) = (text("status"), text("text"), text("mailer"), text("host"));
    let (recipient, sender) = (text("recipient"), text("sender"));
    let to = table.get("to").map(|entry| refusals.texts(&entry.value, &expected("to"))).unwrap_or_default();
    // What is there and not right has been refused.
    let missing = |refusals: &mut Refusals, key: &str| {
        if table.get(key).is_some() {
            return;
        }
        let expected = expected(key);
        refusals.push(
            Diagnostic::error("missing_key", format!("test without `{key}`: {}", expected.what))
                .at(table.span, "this test")
                .why("without it, the test has nothing to ask or to compare")
                .help(format!("write `{}`", expected.example)),
        );
    };
    let Some(client) = client else {
        missing(refusals, "client");
        return None;
    };
    let Some(verdict) = verdict else {
        missing(refusals, "verdict");
        return None;
    };
    if from.is_none() && !to.is_empty() {
        missing(refusals, "from");
        return None;
    }
    let Ok(address) = client.value.parse::<IpAddr>() else {
        refusals.wrong_value(
            &client,
            &expected("client"),
            "an address of IPv4 or IPv6 is asked for, not a name or a network",
        );
        return None;
    };
    let Some((_, wanted)) = VerdictKind::ALL.iter().find(|(name, _)| *name == verdict.value) else {
        let names = quoted_list(VerdictKind::ALL.iter().map(|(name, _)| *name));
        refusals.wrong_value(&verdict, &expected("verdict"), &format!("it is one of {names}"));
        return None;
    };
    let code = match code {
        None => None,
        Some(code) => match code.value.parse::<u16>() {
            Ok(number) if (400..600).contains(&number) => Some(code.map(|_| number)),
            _ => {
                refusals.wrong_value(&code, &expected("code"), "codes of refusals have three digits, 4 or 5 first");
                return None;
            }
        },
    };
    let expected = Expectation {
        verdict: Spanned::new(*wanted, verdict.span),
        code,
        status,
        text: piece,
        mailer,
        host,
        recipient,
        sender,
    };
    let (from, to) = (from.map(|from| from.value), to.into_iter().map(|to| to.value).collect());
    let span = table.span;
    Some(Case {
        span,
        about,
        client: address,
        name,
        helo,
        from,
        to,
        auth,
        tls,
        cert_subject,
        cert_issuer,
        listener,
        expected,
    })
}
