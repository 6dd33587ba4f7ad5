//! Internal rulesets of sendmail's tree, with their replacements for sites.
//!
//! A site may define rulesets that sendmail calls and that the tree leaves to it, and the hooks that cf/README documents
//! (`Local_check_mail`, LOCAL_RULE_0, …). Rules that extend or call any other ruleset of the tree depend on how that tree is
//! written: in an equivalent configuration they have another effect, or none.

/// An internal ruleset of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Internal {
    /// Its name.
    pub name: &'static str,
    /// The hook to use instead; empty if there is none.
    pub instead: &'static str,
}

const fn internal(name: &'static str, instead: &'static str) -> Internal {
    Internal { name, instead }
}

/// The internal ruleset with this name.
pub fn internal_by_name(name: &str) -> Option<&'static Internal> {
    INTERNAL.iter().find(|ruleset| ruleset.name == name)
}

/// The hook to use instead of adding rules to a ruleset with this name, if the tree defines it.
pub fn hook_for(name: &str) -> &'static str {
    if let Some(internal) = internal_by_name(name) {
        return internal.instead;
    }
    HOOKS.iter().find(|(of, _)| *of == name).map_or("", |(_, hook)| hook)
}

/// Rulesets that sendmail calls, or that have a number, with the hook for a site's own rules (cf/README, "ANTI-SPAM CONFIGURATION
/// CONTROL", "STARTTLS", "ADDING NEW MAILERS OR RULESETS").
const HOOKS: [(&str, &str); 24] = [
    ("0", "LOCAL_RULE_0"),
    ("1", "LOCAL_RULE_1"),
    ("2", "LOCAL_RULE_2"),
    ("3", "LOCAL_RULE_3"),
    ("5", "Local_localaddr"),
    ("canonify", "LOCAL_RULE_3"),
    ("check_mail", "Local_check_mail"),
    ("check_rcpt", "Local_check_rcpt"),
    ("check_relay", "Local_check_relay"),
    ("clt_features", "LOCAL_CLT_FEATURES"),
    ("greet_pause", "Local_greet_pause"),
    ("localaddr", "Local_localaddr"),
    ("parse", "LOCAL_RULE_0"),
    ("recipient", "LOCAL_RULE_2"),
    ("sender", "LOCAL_RULE_1"),
    ("srv_features", "LOCAL_SRV_FEATURES"),
    ("tls_client", "LOCAL_TLS_CLIENT"),
    ("tls_rcpt", "LOCAL_TLS_RCPT"),
    ("tls_server", "LOCAL_TLS_SERVER"),
    ("trust_auth", "Local_trust_auth"),
    ("try_tls", "LOCAL_TRY_TLS"),
    ("80", "LOCAL_RULE_0"),
    ("93", "LOCAL_RULE_3"),
    ("96", "LOCAL_RULE_3"),
];

/// All internal rulesets, sorted by name.
pub static INTERNAL: &[Internal] = &[
    internal("A", ""),
    internal("AddDomain", ""),
    internal("BCC", ""),
    internal("BadMX", "Local_check_mail"),
    internal("Basic_check_mail", "Local_check_mail"),
    internal("Basic_check_rcpt", "Local_check_rcpt"),
    internal("Basic_check_relay", "Local_check_relay"),
    internal("CanonAddr", ""),
    internal("CanonLocal", "LOCAL_RULE_3"),
    internal("Canonify2", "LOCAL_RULE_3"),
    internal("CheckSpam", "Local_check_rcpt"),
    internal("ConnControl", "Local_check_relay"),
    internal("D", ""),
    internal("Delay_TLS_Clt", "LOCAL_TLS_CLIENT"),
    internal("Delay_TLS_Clt2", "LOCAL_TLS_CLIENT"),
    internal("DomainMapLookup", ""),
    internal("E", ""),
    internal("F", ""),
    internal("FullAddr", "Local_check_rcpt"),
    internal("LDAPExpand", ""),
    internal("LDAPMailertable", ""),
    internal("MailerToTriple", ""),
    internal("Mailertable", "LOCAL_RULE_0"),
    internal("MasqEnv", ""),
    internal("MasqHdr", ""),
    internal("Parse0", "LOCAL_RULE_0"),
    internal("Parse1", "LOCAL_RULE_0"),
    internal("ParseBcc", ""),
    internal("ParseLocal", "LOCAL_RULE_0"),
    internal("ParseRecipient", "Local_check_rcpt"),
    internal("PseudoToReal", ""),
    internal("RateControl", "Local_check_relay"),
    internal("Rcpt_ok", "Local_check_rcpt"),
    internal("Recurse", "LOCAL_RULE_0"),
    internal("RelayTLS", "Local_Relay_Auth"),
    internal("Relay_ok", "Local_check_rcpt"),
    internal("STS_SAN", ""),
    internal("STS_secure", ""),
    internal("SearchList", ""),
    internal("TLS_NameInList", "LOCAL_TLS_SERVER"),
    internal("TLS_connection", "LOCAL_TLS_SERVER"),
    internal("TLS_req", "LOCAL_TLS_SERVER"),
    internal("U", ""),
    internal("checkmail", "Local_check_mail"),
    internal("checkrcpt", "Local_check_rcpt"),
    internal("checkrelay", "Local_check_relay"),
    internal("max", ""),
    internal("tls_clt_feat_acc", "LOCAL_CLT_FEATURES"),
    internal("x_connect", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_hooks_are_found() {
        assert!(INTERNAL.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(hook_for("Rcpt_ok"), "Local_check_rcpt");
        assert_eq!((hook_for("check_mail"), hook_for("mine")), ("Local_check_mail", ""));
    }
}
