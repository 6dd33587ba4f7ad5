//! Macros of sendmail.cf with long names.

/// Macros that sendmail sets, and those that rulesets of the tree set (operations guide section 5.2, and sendmail 8.17).
pub const MACRO_NAMES: [&str; 78] = [
    "Host",
    "LocalAddrHost",
    "MTAHost",
    "PoisonRecipient",
    "RecipientAddress",
    "TLS_Name",
    "addr_type",
    "alg_bits",
    "auth_authen",
    "auth_author",
    "auth_ssf",
    "auth_type",
    "bodytype",
    "cert_altnames",
    "cert_fp",
    "cert_issuer",
    "cert_md5",
    "cert_subject",
    "checkMIMEFieldHeaders",
    "checkMIMEHeaders",
    "checkMIMETextHeaders",
    "cipher",
    "cipher_bits",
    "client_addr",
    "client_connections",
    "client_flags",
    "client_name",
    "client_port",
    "client_ptr",
    "client_rate",
    "client_resolve",
    "cn_issuer",
    "cn_subject",
    "currHeader",
    "daemon_addr",
    "daemon_family",
    "daemon_flags",
    "daemon_info",
    "daemon_name",
    "daemon_port",
    "deliveryMode",
    "dsn_envid",
    "dsn_notify",
    "dsn_ret",
    "envid",
    "hdr_name",
    "hdrlen",
    "if_addr",
    "if_addr_out",
    "if_family",
    "if_family_out",
    "if_name",
    "if_name_out",
    "load_avg",
    "mail_addr",
    "mail_from",
    "mail_host",
    "mail_mailer",
    "msg_id",
    "msg_size",
    "nbadrcpts",
    "nrcpts",
    "ntries",
    "opMode",
    "persistentMacros",
    "quarantine",
    "queue_interval",
    "rcpt_addr",
    "rcpt_host",
    "rcpt_mailer",
    "sendmailMTACluster",
    "server_addr",
    "server_name",
    "sts_sni",
    "time",
    "tls_version",
    "total_rate",
    "verify",
];

/// Whether a macro with this name exists; case matters.
pub fn is_known(name: &str) -> bool {
    MACRO_NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{MACRO_NAMES, is_known};

    #[test]
    fn names_are_in_order_and_differ_by_case() {
        assert!(MACRO_NAMES.is_sorted());
        assert!(is_known("client_addr") && !is_known("clientaddr") && !is_known("Client_addr"));
    }
}
