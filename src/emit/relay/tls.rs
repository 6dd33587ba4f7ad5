//! TLS.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, reader::Reader};

/// TLS. STARTTLS is offered if there is a server certificate with its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// File of the server certificate (PEM), shown to clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_certificate: Option<String>,
    /// File of the private key of the server certificate (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_key: Option<String>,
    /// File of the client certificate (PEM), shown to servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// File of the private key of the client certificate (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// File of trusted certificate authorities (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorities_file: Option<String>,
    /// Directory of trusted certificate authorities, one file each, named by hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorities_directory: Option<String>,
    /// File with certificate revocation lists (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocations_file: Option<String>,
    /// Directory with certificate revocation lists, named by hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocations_directory: Option<String>,
    /// Diffie-Hellman parameters: a file (PEM), or a keyword as in sendmail's DHParameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dh_parameters: Option<String>,
    /// Ciphers up to TLS 1.2, in the syntax of OpenSSL's `ciphers(1)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ciphers: Option<String>,
    /// OpenSSL options for sessions with clients, such as `SSL_OP_NO_TLSv1`; a leading `-` removes an option.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub server_options: Vec<String>,
    /// OpenSSL options for sessions with servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub client_options: Vec<String>,
    /// Do not request certificates from clients.
    #[serde(skip_serializing_if = "is_default")]
    pub no_client_verification: bool,
    /// After a failed handshake, retry the server at once without encryption.
    #[serde(skip_serializing_if = "is_default")]
    pub fall_back_to_clear: bool,
    /// Verify certificates of servers with TLSA records (RFC 7672).
    #[serde(skip_serializing_if = "is_default")]
    pub dane: bool,
    /// Reject sessions that do not meet a requirement of the access map permanently (5xx) instead of temporarily (4xx).
    #[serde(skip_serializing_if = "is_default")]
    pub failures_are_permanent: bool,
    /// AUTH mechanisms that are offered. Empty: AUTH is not offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub auth_mechanisms: Vec<String>,
    /// Authentication realm. Default: the name of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_realm: Option<String>,
    /// Offer AUTH mechanisms with plain-text passwords only in encrypted sessions.
    #[serde(skip_serializing_if = "is_default")]
    pub no_plain_auth_in_clear: bool,
    /// Do not offer anonymous AUTH mechanisms.
    #[serde(skip_serializing_if = "is_default")]
    pub no_anonymous_auth: bool,
}

impl Tls {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let words = |reader: &mut Reader<'_>, name| reader.words(name).into_iter().map(str::to_owned).collect();
        let mut tls = Self {
            server_certificate: reader.text("ServerCertFile"),
            server_key: reader.text("ServerKeyFile"),
            client_certificate: reader.text("ClientCertFile"),
            client_key: reader.text("ClientKeyFile"),
            authorities_file: reader.text("CACertFile"),
            authorities_directory: reader.text("CACertPath"),
            revocations_file: reader.text("CRLFile"),
            revocations_directory: reader.text("CRLPath"),
            dh_parameters: reader.text("DHParameters"),
            ciphers: reader.text("CipherList"),
            server_options: words(reader, "ServerSSLOptions"),
            client_options: words(reader, "ClientSSLOptions"),
            fall_back_to_clear: reader.flag("TLSFallbacktoClear").unwrap_or(false),
            dane: reader.flag("DANE").unwrap_or(false),
            failures_are_permanent: reader.site.messages.tls_permanent,
            auth_mechanisms: words(reader, "AuthMechanisms"),
            auth_realm: reader.text("AuthRealm"),
            ..Self::default()
        };
        tls.letters(reader, "TLSSrvOptions");
        tls.letters(reader, "AuthOptions");
        tls
    }

    /// Options that are lists of letters.
    fn letters(&mut self, reader: &mut Reader<'_>, name: &'static str) {
        let Some((text, span)) = reader.spanned(name) else { return };
        for letter in text.chars().filter(|c| !matches!(c, ' ' | '\t' | ',')) {
            match (name, letter) {
                ("TLSSrvOptions", 'V') => self.no_client_verification = true,
                ("AuthOptions", 'p') => self.no_plain_auth_in_clear = true,
                ("AuthOptions", 'y') => self.no_anonymous_auth = true,
                // Only for sendmail as a client: the AUTH= parameter of MAIL.
                ("AuthOptions", 'A') => {}
                _ => reader.refuse(
                    format!("letter `{letter}` of option {name}={text}"),
                    span,
                    "relay.toml has no counterpart of the letter",
                ),
            }
        }
    }
}
