//! What the names that a configuration knows suggest.

use std::collections::BTreeSet;

use super::{Client, Known, tries};
use crate::probe::Probe;

/// Probes about what the configuration itself names, and about the neighbours of these.
pub fn derived(known: &Known) -> Vec<Probe> {
    let (mut members, mut keys) = (Named::default(), Named::default());
    let mut probes = BTreeSet::new();
    for (class, names) in &known.classes {
        for name in names {
            if matches!(*class, "U" | "V" | "W" | "X" | "Y" | "Z") {
                about_neighbour(name, &mut probes);
            } else if matches!(*class, "E" | "L") {
                members.users.insert(name.clone());
            } else {
                members.add(name);
            }
        }
    }
    for key in known.keys.values().flatten() {
        keys.add(without_tag(key));
    }

    for agent in &known.agents {
        about_agent(agent, &mut probes);
    }
    let outside = Client::outside();
    about_hacks(known, &outside, &mut probes);
    for domain in members.domains.iter().chain(&keys.domains) {
        about_domain(domain, &mut probes);
    }
    for domain in &members.domains {
        for (flags, mailer) in [("HS", "esmtp"), ("ES", "relay"), ("HR", "esmtp"), ("HS", "local")] {
            probes.insert(tries(flags, mailer, &format!("user@{domain}")));
            probes.insert(tries(flags, mailer, &format!("user@x.{domain}")));
        }
    }
    for client in members.networks.iter().chain(&keys.networks).flat_map(|network| in_and_beside(network)) {
        about_client(&client, &mut probes);
        probes.insert(client.asks_for("user@nomx.test", "check_mail <user@nomx.test>"));
    }
    for user in members.users.iter().chain(&keys.users) {
        for address in
            [format!("{user}@relay.example.com"), format!("{user}@outside.test"), format!("{user}x@outside.test")]
        {
            about_address(&outside, &address, &mut probes);
        }
        about_address(&outside, user, &mut probes);
    }
    for user in &members.users {
        for (flags, mailer) in [("HS", "esmtp"), ("ES", "relay"), ("HS", "local")] {
            probes.insert(tries(flags, mailer, user));
        }
    }
    for address in members.addresses.iter().chain(&keys.addresses) {
        let (user, domain) = address.split_once('@').unwrap_or((address, ""));
        let user = user.trim_end_matches("+*");
        for address in [
            format!("{user}@{domain}"),
            format!("{user}+more@{domain}"),
            format!("x{user}@{domain}"),
            format!("{user}@x.{domain}"),
        ] {
            about_address(&outside, &address, &mut probes);
        }
    }
    for key in known.keys.get("generics").into_iter().flatten() {
        about_sender(key, &mut probes);
    }
    for key in known.keys.get("ldapmh").into_iter().chain(known.keys.get("ldapmra")).flatten() {
        about_routed(&outside, key, &mut probes);
    }
    let copied = |key: &str| key.get(..4).is_some_and(|tag| tag.eq_ignore_ascii_case("bcc:"));
    let listed = known.keys.get("access").is_some_and(|keys| keys.iter().any(|key| copied(key)));
    if known.keys.contains_key("bcctable") || listed {
        for address in
            ["user@outside.test", "<user@www.outside.test>", "user@a.b.outside.test", "user@example.net", "user"]
        {
            probes.insert(outside.asks(format!("bcc {address}")));
            probes.insert(outside.asks(format!("3,0 {address}")).with("addr_type", "e b"));
        }
    }
    for key in known.keys.get("access").into_iter().flatten().filter(|key| copied(key)) {
        let domain = without_tag(key).trim_start_matches('.');
        for address in [format!("user@{domain}"), format!("<user@{domain}>"), format!("user@www.sub.{domain}")] {
            probes.insert(outside.asks(format!("bcc {address}")));
        }
    }
    for domain in known.classes.get("MappedDomain").into_iter().flatten() {
        for user in ["jsmith", "jsmith+x", "jdoe", "jdoe+x+y", "local", "later", "a.b", "user%outside.test"] {
            for addr_type in ["e r", "e s"] {
                probes.insert(outside.asks(format!("3,0 {user}@{domain}")).with("addr_type", addr_type));
            }
        }
    }
    for network in ["bitdomain", "uudomain"] {
        for host in known.keys.get(network).into_iter().flatten() {
            for address in [format!("user@{host}.BITNET"), format!("user@{host}.UUCP"), format!("{host}!user")] {
                about_address(&outside, &address, &mut probes);
                probes.insert(tries("HS", "esmtp", &address));
            }
        }
    }
    probes.into_iter().collect()
}

/// What only hacks and rules of a site's own ask about.
fn about_hacks(known: &Known, outside: &Client, probes: &mut BTreeSet<Probe>) {
    let access = known.keys.get("access").map_or(&[][..], Vec::as_slice);
    for name in access.iter().filter_map(|key| key.strip_prefix("XConnect:")) {
        let network = name.starts_with("IPv6:") || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let clients = match network {
            true => in_and_beside(name),
            false => vec![
                Client::new(name, "203.0.113.90", "OK"),
                Client::new(&format!("x.{name}"), "203.0.113.90", "OK"),
                Client::new(&format!("x{name}"), "203.0.113.90", "OK"),
            ],
        };
        for Client { name, address, .. } in clients {
            probes.insert(outside.asks(format!("Start,x_connect {name} $| {address}")));
            probes.insert(outside.asks(format!("Start,x_connect $| {address}")));
        }
    }
    for address in access.iter().filter_map(|key| key.strip_prefix("To:")) {
        for ruleset in &known.header_checks {
            for value in [address.to_owned(), format!("<{address}>"), format!("Some One <{address}>")] {
                probes.insert(outside.asks(format!("{ruleset} {value}")));
            }
            probes.insert(outside.asks(format!("Start,{ruleset} {address} $c user@outside.test")));
            // The second asks what the first has left behind.
            for recipient in [format!("<{address}>"), address.to_owned(), format!("<x{address}>"), "<>".to_owned()] {
                for second in ["Start,check_eoh 10 $| 1000", "check_rcpt <user@relay.example.com>"] {
                    let asked = outside.asks_for("user@outside.test", format!("check_rcpt {recipient}\n{second}"));
                    probes.insert(asked.with("PoisonRecipient", ""));
                }
            }
        }
    }
    if !known.trusted.is_empty() {
        for user in known.trusted.iter().map(String::as_str).chain(["root", "alice", "uucp.x"]) {
            for other in ["alice", "<bob@outside.test>", "root", "<>"] {
                let asked = outside.asks(format!("trust_auth {other}")).with("auth_type", "PLAIN");
                probes.insert(asked.with("auth_authen", user).with("auth_author", other));
            }
        }
    }
    for suffix in &known.suffixes {
        for name in known.classes.get("w").into_iter().flatten().map(String::as_str).chain(["nohost", "outside.test"]) {
            about_address(outside, &format!("user@{name}.{suffix}"), probes);
            probes.insert(tries("HS", "esmtp", &format!("user@{name}.{suffix}")));
        }
    }
}

/// Where mail for an address of LDAP routing goes, with and without detail, and what it is refused with.
fn about_routed(client: &Client, key: &str, probes: &mut BTreeSet<Probe>) {
    let (user, host) = key.split_once('@').unwrap_or((key, ""));
    let user = if user.is_empty() { "anybody" } else { user };
    for user in
        [user.to_owned(), format!("{user}+x"), format!("{user}+x+y"), format!("no{user}"), format!("no{user}+x")]
    {
        for addr_type in ["e r", "e s", "h r"] {
            for mode in ["s", "v"] {
                let probe = client.asks(format!("3,0 {user}@{host}")).with("addr_type", addr_type);
                probes.insert(probe.with("opMode", mode));
            }
        }
        probes.insert(client.asks_for("someone@outside.test", format!("check_rcpt {user}@{host}")));
    }
}

/// What a sender, with and without detail, or all senders of a domain, are called by each mailer.
fn about_sender(key: &str, probes: &mut BTreeSet<Probe>) {
    let (user, host) = key.split_once('@').unwrap_or((key, ""));
    let user = if user.is_empty() { "user" } else { user.split('+').next().unwrap_or(user) };
    let at = if host.is_empty() { String::new() } else { format!("@{host}") };
    for user in [user.to_owned(), format!("{user}+x"), format!("{user}+x+y"), format!("{user}+"), format!("x{user}")] {
        for (flags, mailer) in [("HS", "esmtp"), ("ES", "esmtp"), ("HR", "relay"), ("HS", "local")] {
            probes.insert(tries(flags, mailer, &format!("{user}{at}")));
        }
        probes.insert(tries("HS", "esmtp", &format!("{user}@relay.example.com")));
        probes.insert(tries("HS", "esmtp", &format!("{user}@x.{}", if host.is_empty() { "test" } else { host })));
    }
}

/// What a delivery agent makes of addresses, and addresses that are its own.
fn about_agent(agent: &str, probes: &mut BTreeSet<Probe>) {
    for flags in ["HS", "HR", "ES", "ER"] {
        for address in [
            "user",
            "<>",
            "user@relay.example.com",
            "user@outside.test",
            "user@nohost.UUCP",
            "hub!user",
            "hub!other!user",
            "node::user",
            "user@[203.0.113.5]",
            "<@outside.test:user@nomx.test>",
            "<@hub.UUCP:user@nomx.test>",
            "list:;",
        ] {
            for host in ["hub", "outside.test"] {
                probes.insert(tries(flags, agent, address).with("h", host));
            }
        }
    }
    for address in [
        "user@POP",
        "user@host.FAX",
        "user@host.domain.FAX",
        "comp.test.USENET",
        "comp.test.USENET@relay.example.com",
        "comp.test.USENET@outside.test",
        "node::user",
        "1.2::user",
        "user@node.DECNET",
        "user@relay.DECNET",
        "node::other::user",
        "bb+list@relay.example.com",
        "nohost!user",
        "nohost!other!user",
        "user@nohost.UUCP",
        "user@outside.test.UUCP",
    ] {
        about_address(&Client::outside(), address, probes);
    }
    for workspace in
        ["user < @ node . LOCAL >", "user < @ relay . example . com . >", "relay :: user", "user < @ hub . UUCP >"]
    {
        for ruleset in ["Mail11To", "Mail11From", "EnvToU", "HdrToU", "FromU", "EnvFromUD", "EnvFromUUD"] {
            probes.insert(Probe { envelope: Vec::new(), command: format!("{ruleset} {workspace}") });
        }
    }
}

/// Ways to write the address of a UUCP neighbour.
fn about_neighbour(name: &str, probes: &mut BTreeSet<Probe>) {
    for address in
        [format!("{name}!user"), format!("user@{name}.UUCP"), format!("{name}!other!user"), format!("x{name}!user")]
    {
        about_address(&Client::outside(), &address, probes);
        for agent in ["uucp-old", "uucp-new", "esmtp"] {
            probes.insert(tries("ES", agent, &address).with("h", name));
        }
    }
}

/// Names of several kinds.
#[derive(Default)]
struct Named {
    domains: BTreeSet<String>,
    networks: BTreeSet<String>,
    users: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

impl Named {
    /// Puts a class member or a map key, without its tag, with those of its kind.
    fn add(&mut self, key: &str) {
        let address = key.strip_prefix('[').and_then(|key| key.strip_suffix(']')).unwrap_or(key);
        if key.starts_with('/') || key.trim_matches('.').is_empty() {
        } else if let Some(user) = key.strip_suffix('@') {
            self.users.insert(user.to_owned());
        } else if let Some(domain) = key.strip_prefix('@') {
            self.domains.insert(domain.to_owned());
        } else if key.contains('@') {
            self.addresses.insert(key.to_owned());
        } else if address.starts_with("IPv6:") || address.split('.').all(|part| part.parse::<u8>().is_ok()) {
            self.networks.insert(address.to_owned());
        } else {
            self.domains.insert(key.trim_matches('.').to_owned());
        }
    }
}

fn without_tag(key: &str) -> &str {
    match key.split_once(':') {
        Some((tag, rest)) if tag != "IPv6" => rest,
        _ => key,
    }
}

/// A domain as a recipient's, a sender's and a client's, with those below, above and beside it.
fn about_domain(domain: &str, probes: &mut BTreeSet<Probe>) {
    let outside = Client::outside();
    let parent = domain.split_once('.').map_or("test", |(_, parent)| parent);
    for name in [domain.to_owned(), format!("x.{domain}")] {
        about_address(&outside, &format!("user@{name}"), probes);
        about_client(&Client::new(&name, "203.0.113.5", "OK"), probes);
    }
    for name in [format!("x.y.{domain}"), parent.to_owned(), format!("x{domain}")] {
        probes.insert(outside.asks_for("someone@outside.test", format!("check_rcpt <user@{name}>")));
        probes.insert(
            Client::new(&name, "203.0.113.5", "OK").asks_for("someone@outside.test", "check_rcpt user@nomx.test"),
        );
    }
    probes.insert(outside.asks(format!("3,0 user@{domain}.")));
    for address in [
        format!("<user%outside.test@{domain}>"),
        format!("<@{domain}:user@outside.test>"),
        format!("<user%{domain}@outside.test>"),
    ] {
        probes.insert(outside.asks_for("someone@outside.test", format!("check_rcpt {address}")));
    }
}

/// A recipient, a sender, and where mail for it goes.
fn about_address(client: &Client, address: &str, probes: &mut BTreeSet<Probe>) {
    let bare = address.trim_matches(['<', '>']);
    probes.insert(client.asks(format!("3,0 {address}")));
    probes.insert(client.asks_for("someone@outside.test", format!("check_rcpt <{bare}>")));
    probes.insert(client.asks_for(bare, format!("check_mail <{bare}>")));
    probes.insert(client.asks_for(bare, "check_rcpt user@nomx.test"));
}

fn about_client(client: &Client, probes: &mut BTreeSet<Probe>) {
    probes.insert(client.asks(format!("Start,check_relay {} $| {}", client.name, client.address)));
    probes.insert(client.asks_for("someone@outside.test", "check_rcpt user@nomx.test"));
}

/// Clients in a network given by its leading numbers, and one just beside it.
fn in_and_beside(network: &str) -> Vec<Client> {
    if let Some(prefix) = network.strip_prefix("IPv6:") {
        let groups: Vec<&str> = prefix.split(':').filter(|group| !group.is_empty()).collect();
        let full = |last: &str| {
            let zeros = vec!["0"; 8_usize.saturating_sub(groups.len() + 1)];
            let all: Vec<&str> = groups.iter().copied().chain(zeros).chain([last]).take(8).collect();
            Client::nameless(&format!("IPv6:{}", all.join(":")))
        };
        return vec![Client::nameless(network), full("7"), full("66"), Client::nameless(&format!("{network}f"))];
    }
    let parts: Vec<u8> = network.split('.').filter_map(|part| part.parse().ok()).collect();
    let address = |parts: &[u8]| {
        let mut all = parts.to_vec();
        all.resize(4, 7);
        Client::nameless(&all.map_joined())
    };
    let mut beside = parts.clone();
    if let Some(last) = beside.last_mut() {
        *last = last.wrapping_add(1);
    }
    let mut clients = vec![address(&parts), address(&beside)];
    clients.push(Client { name: "host.outside.test".to_owned(), resolve: "OK", ..clients[0].clone() });
    clients
}

/// Numbers with dots between them.
trait Dotted {
    fn map_joined(&self) -> String;
}

impl Dotted for Vec<u8> {
    fn map_joined(&self) -> String {
        self.iter().map(u8::to_string).collect::<Vec<_>>().join(".")
    }
}
