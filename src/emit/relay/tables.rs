//! Tables that a relay does not read: what they replace would go on unreplaced.

use super::reader::Reader;

/// Records every such table, and what only goes with one.
pub(super) fn refuse(reader: &mut Reader<'_>) {
    let (tables, routing) = (&reader.site.tables, &reader.site.routing);
    let maps = [
        ("genericstable", &tables.generics, "a relay has no table of generic addresses"),
        ("domaintable", &tables.domains, "a relay takes domains as they are"),
        ("bitdomain", &tables.bitnet_hosts, "a relay takes domains as they are"),
        ("uucpdomain", &tables.uucp_hosts, "a relay takes domains as they are"),
    ];
    for (feature, map, why) in maps {
        if let Some(map) = map {
            reader.refuse(format!("FEATURE {feature}"), Some(map.span), why);
        }
    }
    if let Some(routing) = &tables.ldap_routing {
        reader.refuse("FEATURE ldap_routing", Some(routing.span), "a relay reads no LDAP directory");
    }
    if let Some(mx) = &tables.best_mx {
        reader.refuse("FEATURE bestmx_is_local", Some(mx.span), "a relay's local domains are those that it names");
    }
    if let Some(copies) = &tables.copies {
        reader.refuse("FEATURE bcc", Some(copies.span), "a relay adds no recipients");
    }
    for map in &tables.domain_maps {
        reader.refuse(
            format!("FEATURE domainmap for {}", map.value.domain),
            Some(map.span),
            "a relay has one table of virtual users",
        );
    }
    let flags = [
        ("virtuser_entire_domain", &tables.virtuser_entire_domain, "its virtual users are of the domains named"),
        ("vnet", &tables.vnet, "a relay knows names of DNS alone"),
        ("preserve_luser_host", &routing.preserve_luser_host, "unknown users go to the relay under its own host"),
        ("preserve_local_plus_detail", &routing.preserve_plus_detail, "the local mailer gets users without detail"),
    ];
    for (feature, flag, why) in flags {
        if let Some(flag) = flag {
            reader.refuse(format!("FEATURE {feature}"), Some(flag.span), why);
        }
    }
}
