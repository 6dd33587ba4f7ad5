//! What findings mean: for each code what is told, why it matters, an example, and what to write instead.
//!
//! One file per code; the rules of [`crate::lint`] have it as their documentation, `relaycc lint --explain` prints it, and
//! the tests compile both of its examples. Codes whose message says it all have no file.

/// What there is to say about the findings of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The code.
    pub code: &'static str,
    /// Markdown: a line that names it, what and why, `# Example`, `# Instead`, and where it is documented.
    pub text: &'static str,
}

/// The entry of a code, from the file of that name.
macro_rules! finding {
    ($code:literal) => {
        Finding { code: $code, text: include_str!(concat!($code, ".md")) }
    };
}

/// Every finding that is explained, in the order of their codes.
pub static FINDINGS: &[Finding] = &[
    finding!("access_never_matches"),
    finding!("access_pointless"),
    finding!("access_untagged_relay"),
    finding!("access_user_relay"),
    finding!("access_value"),
    finding!("alias_error_value"),
    finding!("alias_loop"),
    finding!("alias_relative_path"),
    finding!("alias_unbalanced"),
    finding!("alias_words"),
    finding!("auth_without_tls"),
    finding!("authinfo_entry"),
    finding!("bcc_entry"),
    finding!("cipher_list"),
    finding!("class_file_member"),
    finding!("client_port_465"),
    finding!("dead_dns_list"),
    finding!("deferred_open_relay"),
    finding!("define_overridden"),
    finding!("define_too_late"),
    finding!("define_twice"),
    finding!("deprecated_feature"),
    finding!("discarded_lines"),
    finding!("domaintable_entry"),
    finding!("empty_system_type"),
    finding!("feature_after_mailer"),
    finding!("feature_without_domain"),
    finding!("file_not_read"),
    finding!("genericstable_entry"),
    finding!("host_value"),
    finding!("internal_define"),
    finding!("listener_collision"),
    finding!("listener_tls"),
    finding!("listener_value"),
    finding!("local_check_relays"),
    finding!("local_domain_elsewhere"),
    finding!("loopback_listeners"),
    finding!("mailertable_entry"),
    finding!("map_class"),
    finding!("mc_blank_before_parenthesis"),
    finding!("mc_commented_call"),
    finding!("mc_wrong_quotes"),
    finding!("milter_list"),
    finding!("milter_value"),
    finding!("mx_points_back"),
    finding!("no_smtp_mailer"),
    finding!("nouucp_mismatch"),
    finding!("obsolete_option"),
    finding!("option_value"),
    finding!("overridden_option"),
    finding!("promiscuous_relay"),
    finding!("relay_domain_never_matches"),
    finding!("relay_host_dns"),
    finding!("relay_local_from"),
    finding!("relay_mail_from"),
    finding!("repeated_key"),
    finding!("rule_without_tab"),
    finding!("stale_map"),
    finding!("statement_after_dnl"),
    finding!("straight_quotes"),
    finding!("text_map"),
    finding!("too_many"),
    finding!("top_level_domain"),
    finding!("trusted_anonymous"),
    finding!("undefined_macro"),
    finding!("undefined_map"),
    finding!("undefined_ruleset"),
    finding!("unknown_define"),
    finding!("unknown_feature"),
    finding!("unknown_macro"),
    finding!("unknown_mailer"),
    finding!("unknown_option"),
    finding!("unknown_system_type"),
    finding!("virtusertable_entry"),
];

/// The finding of this code.
pub fn by_code(code: &str) -> Option<&'static Finding> {
    FINDINGS.iter().find(|finding| finding.code == code)
}
