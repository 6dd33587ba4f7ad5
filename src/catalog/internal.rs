//! Internal names of sendmail's tree whose definition in a `.mc` changes the output of the tree.
//!
//! Only names without built-in support are listed, so that none is silently ignored. Names with the same meaning here
//! (`_NO_MSA_`, the marks of most features) are not in the list.

/// The replacement for an internal name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// `FEATURE` with this name, which does more than define it.
    Feature(&'static str),
    /// This statement.
    Statement(&'static str),
    /// None: the need for it is detected automatically.
    LeaveOut,
    /// None: there is no other way to express it.
    Nothing,
}

/// One name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Internal {
    /// The name.
    pub name: &'static str,
    /// What to write instead.
    pub instead: Instead,
    /// Whether it matters only with the feature that replaces it, whose map it then suppresses.
    pub with_feature: bool,
}

/// The entry for this name.
pub fn by_name(name: &str) -> Option<&'static Internal> {
    INTERNAL.iter().find(|internal| internal.name == name)
}

const fn feature(name: &'static str, feature: &'static str) -> Internal {
    Internal { name, instead: Instead::Feature(feature), with_feature: false }
}

const fn map(name: &'static str, feature: &'static str) -> Internal {
    Internal { name, instead: Instead::Feature(feature), with_feature: true }
}

const fn statement(name: &'static str, statement: &'static str) -> Internal {
    Internal { name, instead: Instead::Statement(statement), with_feature: false }
}

const fn needless(name: &'static str) -> Internal {
    Internal { name, instead: Instead::LeaveOut, with_feature: false }
}

const fn alone(name: &'static str) -> Internal {
    Internal { name, instead: Instead::Nothing, with_feature: false }
}

/// All entries, sorted by name.
pub static INTERNAL: &[Internal] = &[
    feature("_ACCESS_TABLE_", "access_db"),
    feature("_ADD_BCC_", "bcc"),
    alone("_AP_"),
    needless("_ARITH_MAP_"),
    alone("_ATMPF_"),
    feature("_AUTHINFO_TABLE_", "authinfo"),
    feature("_BADMX_CHK_", "badmx"),
    feature("_BCC_ACCESS_", "bcc"),
    feature("_BESTMX_IS_LOCAL_", "bestmx_is_local"),
    feature("_BITDOMAIN_TABLE_", "bitdomain"),
    feature("_CANONIFY_BCC_", "bcc"),
    statement("_CLASS_U_", "SITECONFIG"),
    statement("_CLASS_V_", "SITECONFIG"),
    statement("_CLASS_W_", "SITECONFIG"),
    statement("_CLASS_X_", "SITECONFIG"),
    statement("_CLASS_Y_", "SITECONFIG"),
    feature("_CONN_CONTROL_", "conncontrol"),
    alone("_CONTROL_IMMEDIATE_"),
    statement("_CPO_", "CLIENT_OPTIONS"),
    alone("_DEFIFNOT"),
    map("_DNSBL_R_", "dnsbl"),
    feature("_DOMAIN_MAP_", "domainmap"),
    feature("_DOMAIN_TABLE_", "domaintable"),
    statement("_DPO_", "DAEMON_OPTIONS"),
    feature("_DRAC_", "drac"),
    map("_EDNSBL_R_", "enhdnsbl"),
    alone("_FFR_5_"),
    alone("_FFR_LOOKUPTAG_"),
    alone("_FFR_NOCANONIFY_HEADERS"),
    alone("_FFR_SRCHLIST_A"),
    feature("_FFR_TLS_ALTNAMES", "check_cert_altnames"),
    alone("_FULL_TLS_CONNECTION_CHECK_"),
    feature("_GENERICS_TABLE_", "genericstable"),
    feature("_GREET_PAUSE_", "greet_pause"),
    feature("_LDAP_ROUTE_DETAIL_", "ldap_routing"),
    feature("_LDAP_ROUTE_MAPTEMP_", "ldap_routing"),
    feature("_LDAP_ROUTE_NODOMAIN_", "ldap_routing"),
    feature("_LDAP_ROUTING_", "ldap_routing"),
    feature("_LDAP_ROUTING_WARN_", "ldap_routing"),
    feature("_LDAP_SENDER_MUST_EXIST_", "ldap_routing"),
    statement("_LOCAL_CLT_FEATURES_", "LOCAL_CLT_FEATURES"),
    statement("_LOCAL_RULES_", "LOCAL_NET_CONFIG"),
    statement("_LOCAL_SRV_FEATURES_", "LOCAL_SRV_FEATURES"),
    statement("_LOCAL_TLS_CLIENT_", "LOCAL_TLS_CLIENT"),
    statement("_LOCAL_TLS_RCPT_", "LOCAL_TLS_RCPT"),
    statement("_LOCAL_TLS_SERVER_", "LOCAL_TLS_SERVER"),
    statement("_LOCAL_TRY_TLS_", "LOCAL_TRY_TLS"),
    needless("_MACRO_MAP_"),
    alone("_MAILER_"),
    statement("_MAILER_DEFINED_", "MAILER"),
    feature("_MAILER_TABLE_", "mailertable"),
    statement("_MAILER_fax_", "MAILER"),
    statement("_MAILER_pop_", "MAILER"),
    statement("_MAILER_usenet_", "MAILER"),
    statement("_MAILER_uucp_", "MAILER"),
    statement("_MAIL_FILTERS_", "MAIL_FILTER"),
    statement("_MAIL_FILTERS_DEF", "INPUT_MAIL_FILTER"),
    alone("_MODMF_"),
    map("_MTAMARK_R", "mtamark"),
    feature("_MTA_STS_", "sts"),
    needless("_NEED_MACRO_MAP_"),
    needless("_NEED_SMTPOPMODES_"),
    needless("_NEED_TLS_CLT_FEATURES"),
    alone("_OPTINS"),
    feature("_PREFIX_MOD_", "prefixmod"),
    feature("_PRESERVE_LUSER_HOST_", "preserve_luser_host"),
    feature("_QUEUE_GROUP_", "queuegroup"),
    feature("_RATE_CONTROL_", "ratecontrol"),
    feature("_RBL_", "dnsbl"),
    feature("_RELAY_DB_FROM_", "relay_mail_from"),
    feature("_RELAY_DB_FROM_DOMAIN_", "relay_mail_from"),
    feature("_RELAY_MAIL_FROM_", "relay_mail_from"),
    feature("_RELAY_MX_SERVED_", "relay_based_on_MX"),
    map("_RHSBL_R_", "rhsbl"),
    feature("_SPAM_FH_", "delay_checks"),
    feature("_STS_SAN", "sts"),
    alone("_TAG_DELIM_"),
    feature("_TLS_FAILURES_", "tls_failures"),
    alone("_TMPFMSG_"),
    alone("_USE_DEPRECATED_ROUTE_ADDR_"),
    feature("_UUDOMAIN_TABLE_", "uucpdomain"),
    alone("_VIRTUSER_STOP_ONE_LEVEL_RECURSION_"),
    feature("_VIRTUSER_TABLE_", "virtusertable"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{feature, macros, setting};

    #[test]
    fn names_are_in_order_and_what_to_write_instead_is_there() {
        assert!(INTERNAL.is_sorted_by(|a, b| a.name < b.name));
        for internal in INTERNAL {
            assert!(setting::by_name(internal.name).is_none(), "{internal:?}");
            match internal.instead {
                Instead::Feature(name) => assert!(feature::by_name(name).is_some(), "{internal:?}"),
                Instead::Statement(name) => assert!(macros::by_name(name).is_some(), "{internal:?}"),
                Instead::LeaveOut | Instead::Nothing => {}
            }
        }
    }
}
