//! Tables that a relay does not support: without them, addresses would not be replaced.

use super::reader::Reader;

/// Records every such table, and statements that depend on one.
pub(super) fn refuse(reader: &mut Reader<'_>) {
    let (tables, routing) = (&reader.site.tables, &reader.site.routing);
    let maps = [
        ("genericstable", &tables.generics, "the relay does not support genericstable"),
        ("domaintable", &tables.domains, "the relay does not rewrite domains"),
        ("bitdomain", &tables.bitnet_hosts, "the relay does not rewrite domains"),
        ("uucpdomain", &tables.uucp_hosts, "the relay does not rewrite domains"),
    ];
    for (feature, map, why) in maps {
        if let Some(map) = map {
            reader.refuse(format!("FEATURE {feature}"), Some(map.span), why);
        }
    }
    if let Some(routing) = &tables.ldap_routing {
        reader.refuse("FEATURE ldap_routing", Some(routing.span), "the relay does not support LDAP");
    }
    if let Some(mx) = &tables.best_mx {
        reader.refuse("FEATURE bestmx_is_local", Some(mx.span), "the relay treats only listed domains as local");
    }
    if let Some(copies) = &tables.copies {
        reader.refuse("FEATURE bcc", Some(copies.span), "the relay does not add recipients");
    }
    for map in &tables.domain_maps {
        reader.refuse(
            format!("FEATURE domainmap for {}", map.value.domain),
            Some(map.span),
            "the relay has a single table of virtual users",
        );
    }
    let flags = [
        (
            "virtuser_entire_domain",
            &tables.virtuser_entire_domain,
            "the relay's virtual users belong to the listed domains only",
        ),
        ("vnet", &tables.vnet, "the relay looks up hosts only in DNS"),
        (
            "preserve_luser_host",
            &routing.preserve_luser_host,
            "relay.toml sends unknown users to the relay with its own host name",
        ),
        (
            "preserve_local_plus_detail",
            &routing.preserve_plus_detail,
            "relay.toml passes users to the local mailer without detail",
        ),
    ];
    for (feature, flag, why) in flags {
        if let Some(flag) = flag {
            reader.refuse(format!("FEATURE {feature}"), Some(flag.span), why);
        }
    }
}
