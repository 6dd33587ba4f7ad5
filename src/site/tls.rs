//! What features ask of encryption and authentication, besides the access map's entries.

use super::{MapSpec, Setting};
use crate::source::Spanned;

/// Encryption and authentication.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsPolicy {
    /// `authinfo`: map of the credentials for servers that ask for them, in place of the access map.
    pub credentials: Option<Spanned<MapSpec>>,
    /// `tls_session_features`: options of single sessions are looked up in the access map.
    pub session_features: Option<Spanned<()>>,
    /// `check_cert_altnames`: a certificate may name its host among its alternative names.
    pub alternative_names: Option<Spanned<()>>,
    /// `sts`: policies of MTA-STS (RFC 8461) are honoured.
    pub strict_transport: Option<Spanned<StrictTransport>>,
    /// `_CERT_REGEX_ISSUER_`: the regular expression, with its options, that takes out what is looked up of an issuer.
    pub issuer_part: Option<Setting<String>>,
    /// `_CERT_REGEX_SUBJECT_`: the same of a subject.
    pub subject_part: Option<Setting<String>>,
}

/// `sts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrictTransport {
    /// The map that is asked for the policy of a domain.
    pub map: MapSpec,
    /// A certificate must name the server among its alternative names.
    pub names: bool,
}
