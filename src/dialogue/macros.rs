//! Values of macros during the dialogue (op guide section 5.2), as observed in a running daemon.

use std::net::IpAddr;

use super::{
    listener::{DeliveryMode, Listener},
    question::{Question, address_of},
};
use crate::rewrite::{Resolved, Session};

/// Port of the client.
pub const CLIENT_PORT: &str = "50000";

/// Queue identifier of the message.
pub const QUEUE_ID: &str = "000000000000001";

fn set(session: &mut Session<'_>, values: &[(&str, &str)]) {
    for (name, value) in values {
        session.set_macro(name.as_bytes(), Some(value.as_bytes()));
    }
}

fn unset(session: &mut Session<'_>, names: &[&str]) {
    for name in names {
        session.set_macro(name.as_bytes(), None);
    }
}

/// Sets the macros for a new connection.
pub(super) fn set_connection_macros(session: &mut Session<'_>, question: &Question, listener: &Listener) {
    let (name, address) = (question.client_name(), question.address());
    let ptr = question.name.as_ref().unwrap_or(&name);
    let resolve = match question.name {
        Some(_) if question.is_forged => "FORGED",
        Some(_) => "OK",
        None => "FAIL",
    };
    let whole = match &question.name {
        Some(ptr) if question.is_forged => format!("{ptr} [{address}] (may be forged)"),
        Some(ptr) => format!("{ptr} [{address}]"),
        None => name.clone(),
    };
    set(
        session,
        &[
            // The listener's own mode takes effect only after check_relay.
            ("deliveryMode", DeliveryMode::of_program(session.program()).letter()),
            ("opMode", "d"),
            ("client_name", &name),
            ("client_addr", &address),
            ("client_ptr", ptr),
            ("client_resolve", resolve),
            ("client_port", CLIENT_PORT),
            ("client_rate", "1"),
            ("client_connections", "1"),
            ("total_rate", "1"),
            ("load_avg", "0"),
            ("_", &whole),
            ("daemon_name", &listener.name),
            ("daemon_family", &listener.family),
            ("daemon_addr", &listener.address),
            ("daemon_port", &listener.port),
            ("daemon_flags", &listener.flags()),
        ],
    );
    interface(session, question.client, listener);
    unset(session, &["addr_type", "verify", "auth_type", "auth_authen", "auth_author", "auth_ssf"]);
}

/// The interface of the connection: the address of the listener, or the first address of the host.
fn interface(session: &mut Session<'_>, client: IpAddr, listener: &Listener) {
    let host = session.program().host.clone();
    let is_ipv6 = client.to_canonical().is_ipv6();
    let mut others = host.addresses.iter().filter(|address| !address.is_loopback() && address.is_ipv6() == is_ipv6);
    let address = match listener.bound() {
        _ if client.to_canonical().is_loopback() => None,
        Some(bound) => Some(bound).filter(|bound| !bound.is_loopback()),
        None => others.next().copied(),
    };
    set(session, &[("if_family", if is_ipv6 { "10" } else { "2" })]);
    match address {
        Some(address) => set(session, &[("if_name", &host.name), ("if_addr", &address_of(address))]),
        // The loopback interface has a name but no address.
        None => {
            set(session, &[("if_name", "localhost")]);
            unset(session, &["if_addr"]);
        }
    }
}

/// Sets the macros for EHLO, STARTTLS and AUTH, as far as the client uses them.
pub(super) fn set_session_macros(session: &mut Session<'_>, question: &Question, listener: &Listener) {
    let name = question.client_name();
    let mut protocol = "ESMTP".to_owned();
    if let Some(tls) = &question.tls {
        protocol.push('S');
        set(
            session,
            &[
                ("verify", tls.verify.as_str()),
                ("tls_version", "TLSv1.3"),
                ("cipher", "TLS_AES_256_GCM_SHA384"),
                ("cipher_bits", "256"),
                ("alg_bits", "256"),
                ("cert_subject", &tls.subject),
                ("cert_issuer", &tls.issuer),
                ("cn_subject", common_name(&tls.subject)),
                ("cn_issuer", common_name(&tls.issuer)),
            ],
        );
    }
    if let Some(login) = &question.user {
        protocol.push('A');
        set(session, &[("auth_type", &login.mechanism), ("auth_authen", &login.name), ("auth_ssf", "0")]);
    }
    set(
        session,
        &[
            ("s", question.helo.as_deref().unwrap_or(&name)),
            ("r", &protocol),
            ("deliveryMode", listener.delivery_mode.letter()),
        ],
    );
}

/// The last `CN` of a distinguished name.
fn common_name(name: &str) -> &str {
    name.rsplit('/').find_map(|part| part.strip_prefix("CN=")).unwrap_or_default()
}

/// Sets the macros for MAIL.
pub(super) fn sender(session: &mut Session<'_>, sender: &str, parsed: &Resolved) {
    set(
        session,
        &[
            ("mail_from", &format!("<{sender}>")),
            ("f", sender),
            ("i", QUEUE_ID),
            ("nrcpts", "0"),
            ("nbadrcpts", "0"),
            ("ntries", "0"),
        ],
    );
    address(session, "mail", parsed);
}

/// Sets the macros for RCPT.
pub(super) fn recipient(session: &mut Session<'_>, parsed: &Resolved) {
    address(session, "rcpt", parsed);
}

/// Sets the macros for DATA, after the recipient has been accepted.
pub(super) fn data(session: &mut Session<'_>, recipient: &Resolved) {
    set(session, &[("nrcpts", "1")]);
    unset(session, &["rcpt_mailer", "rcpt_host", "rcpt_addr"]);
    // It stays set while aliases of the recipient are looked up.
    if !session.program().mailer(&recipient.agent).is_some_and(|mailer| mailer.has(b'A')) {
        unset(session, &["addr_type"]);
    }
}

/// Sets mailer, host and user of an address; `$h` and `$u` are not yet those of the envelope.
fn address(session: &mut Session<'_>, prefix: &str, parsed: &Resolved) {
    let parts = [("mailer", Some(&parsed.agent)), ("host", parsed.host.as_ref()), ("addr", parsed.user.as_ref())];
    for (name, value) in parts {
        let value = value.map(Vec::as_slice).unwrap_or_default();
        session.set_macro(format!("{prefix}_{name}").as_bytes(), Some(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_name_is_a_part_of_the_distinguished_name() {
        assert_eq!(common_name("/O=Client/CN=client.example.net"), "client.example.net");
        assert_eq!(common_name("/O=Client"), "");
    }
}
