//! Decisions, read from the definitions that statements left.

use super::Table;
use crate::{
    site::{
        AccessMap, AddDomain, Canonify, ClientChecks, ClientLimit, DelayChecks, MailFromRelay, MapSpec, Masquerade,
        Messages, Nouucp, PercentHack, RelayPolicy, Routing, SenderChecks, Site, SpamRecipients, Switches, Tables,
        TlsPolicy,
    },
    source::Spanned,
};

/// Fills in everything that decides about mail.
pub(super) fn fill(site: &mut Site, table: &mut Table<'_, '_, '_>) {
    site.relay = relay(table);
    site.access = access(table);
    site.entries = std::mem::take(&mut table.environment.entries);
    site.senders = SenderChecks {
        accept_unresolvable: table.flag("_ACCEPT_UNRESOLVABLE_DOMAINS_"),
        accept_unqualified: table.flag("_ACCEPT_UNQUALIFIED_SENDERS_"),
        useless_mx: table.environment.useless_mx.take(),
    };
    site.clients = clients(table);
    site.tls = tls(table);
    site.commands = std::mem::take(&mut table.environment.command_checks);
    site.delay_checks = table.flag("_DELAY_CHECKS_").map(|declared| DelayChecks {
        declared,
        spam: match (table.is_defined("_SPAM_FRIEND_"), table.is_defined("_SPAM_HATER_")) {
            (true, _) => Some(SpamRecipients::Friend),
            (false, true) => Some(SpamRecipients::Hater),
            (false, false) => None,
        },
        compatible_8_10: table.is_defined("_DELAY_COMPAT_8_10_"),
    });
    site.blocklist_map = std::mem::take(&mut table.environment.blocklist_map);
    site.switches = switches(table);
    site.masquerade = masquerade(table);
    site.routing = routing(table);
    site.tables = tables(table);
    site.canonify = Canonify { disabled: table.flag("_NO_CANONIFY_"), hosts: table.is_defined("_CANONIFY_HOSTS_") };
    site.nouucp = table.spanned("_NO_UUCP_").and_then(|value| match value.value.as_str() {
        "r" => Some(value.map(|_| Nouucp::Reject)),
        "e" => None,
        _ => Some(value.map(|_| Nouucp::Nospecial)),
    });
    site.percent_hack = table.spanned("_NO_PERCENTHACK_").and_then(|value| match value.value.as_str() {
        "r" => Some(value.map(|_| PercentHack::Reject)),
        "e" => None,
        _ => Some(value.map(|_| PercentHack::Nospecial)),
    });
    site.redirect = table.environment.features.get("redirect").map(|span| Spanned::new((), *span));
    site.messages = Messages {
        relay: table.set("confRELAY_MSG"),
        reject: table.set("confREJECT_MSG"),
        recipient_reject: table.set("confRCPTREJ_MSG"),
        tls_permanent: table.is_defined("TLS_PERM_ERR"),
    };
}

fn relay(table: &mut Table<'_, '_, '_>) -> RelayPolicy {
    RelayPolicy {
        promiscuous: table.flag("_PROMISCUOUS_RELAY_"),
        based_on_mx: table.flag("_RELAY_MX_SERVED_"),
        entire_domain: table.flag("_RELAY_ENTIRE_DOMAIN_"),
        hosts_only: table.flag("_RELAY_HOSTS_ONLY_"),
        local_from: table.flag("_RELAY_LOCAL_FROM_"),
        mail_from: table.flag("_RELAY_DB_FROM_").map(|asked| {
            let domain = table.is_defined("_RELAY_DB_FROM_DOMAIN_");
            asked.map(|()| if domain { MailFromRelay::Domain } else { MailFromRelay::Address })
        }),
        loose: table.flag("_LOOSE_RELAY_CHECK_"),
    }
}

fn tls(table: &mut Table<'_, '_, '_>) -> TlsPolicy {
    TlsPolicy {
        credentials: map(table, "_AUTHINFO_TABLE_", "authinfo"),
        session_features: table.flag("_TLS_SESSION_FEATURES_"),
        alternative_names: table.flag("_FFR_TLS_ALTNAMES"),
        strict_transport: table.environment.strict_transport.take(),
        issuer_part: table.setting("_CERT_REGEX_ISSUER_"),
        subject_part: table.setting("_CERT_REGEX_SUBJECT_"),
    }
}

fn clients(table: &mut Table<'_, '_, '_>) -> ClientChecks {
    let settled = std::mem::take(&mut table.environment.client_checks);
    ClientChecks {
        rate: limit(table, ["_RATE_CONTROL_", "_RATE_CONTROL_IMMEDIATE_", "_RATE_CONTROL_REPLY"]),
        connections: limit(table, ["_CONN_CONTROL_", "_CONN_CONTROL_IMMEDIATE_", "_CONN_CONTROL_REPLY"]),
        reverse_name: table.flag("_REQUIRE_RDNS_"),
        greeting_name: table.flag("_BLOCK_BAD_HELO_"),
        by_pointer: table.flag("_USE_CLIENT_PTR_"),
        recent_logins: map(table, "_DRAC_", "drac"),
        ..settled
    }
}

/// `ratecontrol` or `conncontrol`, by the names that it defines.
fn limit(table: &mut Table<'_, '_, '_>, [asked, immediate, reply]: [&str; 3]) -> Option<Spanned<ClientLimit>> {
    let asked = table.flag(asked)?;
    let immediate = table.is_defined(immediate);
    let reply = table.value(reply).unwrap_or_else(|| "452".into());
    Some(asked.map(|()| ClientLimit { immediate, reply }))
}

fn access(table: &mut Table<'_, '_, '_>) -> Option<AccessMap> {
    let declared = table.flag("_ACCESS_TABLE_")?;
    let spec = table.environment.maps.get("access_db").map(|spec| spec.value.clone())?;
    Some(AccessMap {
        declared,
        spec,
        skip: table.is_defined("_ACCESS_SKIP_"),
        lookup_dot_domain: table.is_defined("_LOOKUPDOTDOMAIN_"),
        relay_to_full_address: table.is_defined("_RELAY_FULL_ADDR_"),
        blocklist_recipients: table.is_defined("_BLOCKLIST_RCPT_"),
    })
}

fn switches(table: &mut Table<'_, '_, '_>) -> Switches {
    Switches {
        no_inet6: table.flag("NO_NETINET6"),
        strict_users: table.flag("_STRICT_RFC821_"),
        qualified_recipients: table.flag("_REQUIRE_QUAL_RCPT_"),
        virtual_users_once: table.flag("_NO_VIRTUSER_RECURSION_"),
        refused_addresses: table.flag("_FFR_REJECT_IP_IN_CHECK_RCPT_"),
    }
}

fn masquerade(table: &mut Table<'_, '_, '_>) -> Masquerade {
    Masquerade {
        name: table.spanned("MASQUERADE_NAME"),
        envelope: table.flag("_MASQUERADE_ENVELOPE_"),
        entire_domain: table.flag("_MASQUERADE_ENTIRE_DOMAIN_"),
        limited: table.flag("_LIMITED_MASQUERADE_"),
        all: table.flag("_ALL_MASQUERADE_"),
        local_no_masquerade: table.flag("_LOCAL_NO_MASQUERADE_"),
        always_add_domain: table
            .spanned("_ALWAYS_ADD_DOMAIN_")
            .map(|domain| domain.map(|name| if name.is_empty() { AddDomain::Local } else { AddDomain::Named(name) })),
    }
}

/// The map that a feature declared, if what it defined is still there.
fn map(table: &mut Table<'_, '_, '_>, mark: &str, feature: &str) -> Option<Spanned<MapSpec>> {
    table.flag(mark)?;
    table.environment.maps.get(feature).cloned()
}

fn tables(table: &mut Table<'_, '_, '_>) -> Tables {
    Tables {
        domain_maps_without_regex: table.is_defined("DOMAINMAP_NO_REGEX"),
        vnet: table.environment.features.get("vnet").map(|span| Spanned::new((), *span)),
        generics: map(table, "_GENERICS_TABLE_", "genericstable"),
        generics_entire_domain: table.flag("_GENERICS_ENTIRE_DOMAIN_"),
        virtuser_entire_domain: table.flag("_VIRTUSER_ENTIRE_DOMAIN_"),
        domains: map(table, "_DOMAIN_TABLE_", "domaintable"),
        bitnet_hosts: map(table, "_BITDOMAIN_TABLE_", "bitdomain"),
        uucp_hosts: map(table, "_UUDOMAIN_TABLE_", "uucpdomain"),
        ..std::mem::take(&mut table.environment.tables)
    }
}

fn routing(table: &mut Table<'_, '_, '_>) -> Routing {
    Routing {
        smart_host: table.spanned("SMART_HOST"),
        local_relay: table.spanned("LOCAL_RELAY"),
        mail_hub: table.spanned("MAIL_HUB"),
        sticky_hosts: table.flag("_STICKY_LOCAL_DOMAIN_"),
        luser_relay: table.spanned("LUSER_RELAY"),
        preserve_luser_host: table.flag("_PRESERVE_LUSER_HOST_"),
        preserve_plus_detail: table.flag("_PRESERVE_LOCAL_PLUS_DETAIL_"),
        mailertable: map(table, "_MAILER_TABLE_", "mailertable"),
        virtusertable: map(table, "_VIRTUSER_TABLE_", "virtusertable"),
        virtual_hosts_relay: table.is_defined("_VIRTHOSTS_"),
        uucp_relay: table.spanned("UUCP_RELAY"),
        bitnet_relay: table.spanned("BITNET_RELAY"),
        decnet_relay: table.spanned("DECNET_RELAY"),
        decnet_syntax: table.flag("DECNET_RELAY").or_else(|| table.flag("_USE_DECNET_SYNTAX_")),
        fax_relay: table.spanned("FAX_RELAY"),
    }
}
