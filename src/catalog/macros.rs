//! The macros of site files (cf/README).

use super::Support;

/// The role of a macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacroRole {
    /// `OSTYPE`: selects the system type.
    System,
    /// `DOMAIN`: includes a shared site policy.
    Domain,
    /// `FEATURE`.
    Feature,
    /// `HACK`: enables an unsupported part of sendmail's tree.
    Hack,
    /// `MAILER`.
    Mailer,
    /// `MODIFY_MAILER_FLAGS`.
    MailerFlags,
    /// `VERSIONID`: a comment.
    Version,
    /// Adds words to the class with this name.
    ClassMembers(&'static str),
    /// Reads members of the class with this name from a file.
    ClassFile(&'static str),
    /// Sets the setting with this name.
    Setting(&'static str),
    /// `DAEMON_OPTIONS`: adds a listener.
    Daemon,
    /// `CLIENT_OPTIONS`: adds options for outgoing connections.
    Client,
    /// `MAIL_FILTER`: declares a milter.
    Milter,
    /// `INPUT_MAIL_FILTER`: declares a milter and uses it for every message.
    InputMilter,
    /// `QUEUE_GROUP`.
    QueueGroup,
    /// The text after it is raw sendmail.cf text for the section with this name.
    Raw,
    /// `SITECONFIG`: declares a UUCP link.
    SiteConfig,
    /// `SITE`: adds UUCP neighbours to the preceding link.
    Site,
    /// `UUCPSMTP`: a rule that maps a UUCP host to its Internet name.
    UucpSmtp,
}

/// One macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacroSpec {
    /// Its name.
    pub name: &'static str,
    /// Its key at the top level of site.toml; empty if it has none.
    pub key: &'static str,
    /// Whether it is supported.
    pub support: Support,
    /// Its role.
    pub role: MacroRole,
    /// Names of its arguments. The first is required; the last may be repeated if it ends in `…`.
    pub arguments: &'static [&'static str],
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

/// The macro of this name.
pub fn by_name(name: &str) -> Option<&'static MacroSpec> {
    MACROS.iter().find(|entry| entry.name == name)
}

/// The macro with this key in site.toml.
pub fn by_key(key: &str) -> Option<&'static MacroSpec> {
    MACROS.iter().find(|entry| !entry.key.is_empty() && entry.key == key)
}

const fn entry(
    name: &'static str,
    key: &'static str,
    role: MacroRole,
    arguments: &'static [&'static str],
    help: &'static str,
) -> MacroSpec {
    MacroSpec { name, key, support: Support::Full, role, arguments, help }
}

const fn members(name: &'static str, key: &'static str, class: &'static str, help: &'static str) -> MacroSpec {
    entry(name, key, MacroRole::ClassMembers(class), &["names"], help)
}

const fn file(name: &'static str, key: &'static str, class: &'static str, help: &'static str) -> MacroSpec {
    entry(name, key, MacroRole::ClassFile(class), &["file"], help)
}

const fn raw(name: &'static str, key: &'static str, help: &'static str) -> MacroSpec {
    entry(name, key, MacroRole::Raw, &[], help)
}

/// All macros: properties of the site, classes, connections, raw text.
pub static MACROS: &[MacroSpec] = &[
    entry("VERSIONID", "versionid", MacroRole::Version, &["text"], "Comment that names the version of this file"),
    entry("OSTYPE", "ostype", MacroRole::System, &["name"], "System type: paths and flags of this host's programs"),
    entry("DOMAIN", "domain", MacroRole::Domain, &["name"], "Site policy shared by several hosts"),
    entry("FEATURE", "feature", MacroRole::Feature, &["name", "argument…"], "Enables a feature"),
    entry("HACK", "hack", MacroRole::Hack, &["name", "argument…"], "Enables an unsupported part of sendmail's tree"),
    entry("MAILER", "mailer", MacroRole::Mailer, &["name", "argument"], "Delivery methods"),
    entry(
        "MODIFY_MAILER_FLAGS",
        "modify_mailer_flags",
        MacroRole::MailerFlags,
        &["name", "change"],
        "Changes a mailer's flags: `+` adds, `-` removes, otherwise replaces",
    ),
    entry(
        "MASQUERADE_AS",
        "masquerade_as",
        MacroRole::Setting("MASQUERADE_NAME"),
        &["domain"],
        "Domain that mail appears to come from",
    ),
    members("LOCAL_DOMAIN", "local_domain", "w", "Further names of this host"),
    members(
        "RELAY_DOMAIN",
        "relay_domain",
        "R",
        "Hosts, domains and networks that may relay, and domains that are relayed to",
    ),
    file("RELAY_DOMAIN_FILE", "relay_domain_file", "R", "File of hosts, domains and networks that may relay"),
    members("MASQUERADE_DOMAIN", "masquerade_domain", "M", "Domains to masquerade in addition to this host's names"),
    file("MASQUERADE_DOMAIN_FILE", "masquerade_domain_file", "M", "File of domains to masquerade"),
    members("MASQUERADE_EXCEPTION", "masquerade_exception", "N", "Hosts and domains that are not masqueraded"),
    file("MASQUERADE_EXCEPTION_FILE", "masquerade_exception_file", "N", "File of hosts that are not masqueraded"),
    members("EXPOSED_USER", "exposed_user", "E", "Users whose addresses are never masqueraded"),
    file("EXPOSED_USER_FILE", "exposed_user_file", "E", "File of users whose addresses are never masqueraded"),
    members("LOCAL_USER", "local_user", "L", "Users whose mail stays here even with a mail hub"),
    file("LOCAL_USER_FILE", "local_user_file", "L", "File of users whose mail stays here"),
    members("VIRTUSER_DOMAIN", "virtuser_domain", "VirtHost", "Domains that use the virtual user table"),
    file("VIRTUSER_DOMAIN_FILE", "virtuser_domain_file", "VirtHost", "File of domains of the virtual user table"),
    members("GENERICS_DOMAIN", "generics_domain", "G", "Domains that use the generics table"),
    file("GENERICS_DOMAIN_FILE", "generics_domain_file", "G", "File of domains of the generics table"),
    members("CANONIFY_DOMAIN", "canonify_domain", "Canonify", "Domains that are looked up despite `nocanonify`"),
    file(
        "CANONIFY_DOMAIN_FILE",
        "canonify_domain_file",
        "Canonify",
        "File of domains that are looked up despite `nocanonify`",
    ),
    members("TRUST_AUTH_MECH", "trust_auth_mech", "TrustAuthMech", "Authentication mechanisms whose clients may relay"),
    members("LDAPROUTE_DOMAIN", "ldaproute_domain", "LDAPRoute", "Domains that use LDAP routing"),
    file("LDAPROUTE_DOMAIN_FILE", "ldaproute_domain_file", "LDAPRoute", "File of domains of LDAP routing"),
    members(
        "LDAPROUTE_EQUIVALENT",
        "ldaproute_equivalent",
        "LDAPRouteEquiv",
        "Hosts that count as the masquerade name in LDAP routing",
    ),
    file(
        "LDAPROUTE_EQUIVALENT_FILE",
        "ldaproute_equivalent_file",
        "LDAPRouteEquiv",
        "File of hosts that count as the masquerade name in LDAP routing",
    ),
    entry("DAEMON_OPTIONS", "daemon", MacroRole::Daemon, &["equates"], "A listener of sendmail"),
    entry("CLIENT_OPTIONS", "client", MacroRole::Client, &["equates"], "Outgoing connections of sendmail"),
    entry("MAIL_FILTER", "mail_filter", MacroRole::Milter, &["name", "equates"], "A milter, not used by default"),
    entry(
        "INPUT_MAIL_FILTER",
        "input_mail_filter",
        MacroRole::InputMilter,
        &["name", "equates"],
        "A milter that is used for every message, in the given order",
    ),
    entry("QUEUE_GROUP", "queue_group", MacroRole::QueueGroup, &["name", "equates"], "Queue group"),
    raw("LOCAL_CONFIG", "local_config", "Raw lines among the classes, macros and maps"),
    raw("LOCAL_RULE_0", "local_rule_0", "Raw rules before an address is resolved to a mailer"),
    raw("LOCAL_RULE_1", "local_rule_1", "Raw rules for all sender addresses"),
    raw("LOCAL_RULE_2", "local_rule_2", "Raw rules for all recipient addresses"),
    raw("LOCAL_RULE_3", "local_rule_3", "Raw rules while addresses are made canonical"),
    raw("LOCAL_UUCP", "local_uucp", "Raw rules after the mailer table"),
    raw("LOCAL_NET_CONFIG", "local_net_config", "Raw rules before mail goes to the smart host"),
    raw("LOCAL_DNSBL", "local_dnsbl", "Raw rules among those for DNS lists"),
    raw("LOCAL_RULESETS", "local_rulesets", "Raw rulesets"),
    raw("MAILER_DEFINITIONS", "mailer_definitions", "Raw delivery agents and their rulesets"),
    raw("LOCAL_SRV_FEATURES", "local_srv_features", "Raw rules that select server features for a client"),
    raw("LOCAL_CLT_FEATURES", "local_clt_features", "Raw rules that select client features for a server"),
    raw("LOCAL_TRY_TLS", "local_try_tls", "Raw rules that decide whether STARTTLS is tried"),
    raw("LOCAL_TLS_RCPT", "local_tls_rcpt", "Raw rules that check TLS for a recipient"),
    raw("LOCAL_TLS_CLIENT", "local_tls_client", "Raw rules that check a client's TLS"),
    raw("LOCAL_TLS_SERVER", "local_tls_server", "Raw rules that check a server's TLS"),
    entry(
        "SITECONFIG",
        "siteconfig",
        MacroRole::SiteConfig,
        &["file", "name", "class"],
        "UUCP neighbours: the file that lists them, the host that they are reached through, and their class",
    ),
    entry("SITE", "", MacroRole::Site, &["names", "kind"], "UUCP neighbours on the preceding link"),
    entry("UUCPSMTP", "uucpsmtp", MacroRole::UucpSmtp, &["name", "domain"], "Internet name of a UUCP host"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::setting;

    #[test]
    fn names_and_keys_are_unique() {
        assert_eq!(MACROS.iter().map(|m| m.name).collect::<BTreeSet<_>>().len(), MACROS.len());
        let keys: Vec<_> = MACROS.iter().map(|m| m.key).filter(|key| !key.is_empty()).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        for entry in MACROS {
            assert!(!entry.help.is_empty() && !entry.help.ends_with('.'), "{entry:?}");
            assert!(setting::by_key(entry.key).is_none(), "{entry:?}");
            if let MacroRole::Setting(name) = entry.role {
                assert!(setting::by_name(name).is_some(), "{entry:?}");
            }
        }
    }

    #[test]
    fn a_class_file_goes_with_class_members() {
        for entry in MACROS {
            if let MacroRole::ClassFile(class) = entry.role {
                assert!(MACROS.iter().any(|m| m.role == MacroRole::ClassMembers(class)), "{entry:?}");
            }
        }
    }
}
