//! Which questions a configuration is asked: a fixed list, and what its own classes and map keys suggest.

use std::collections::{BTreeMap, BTreeSet};

use crate::probe::Probe;

/// What a configuration names, as far as probes are drawn from it.
#[derive(Debug, Default)]
pub struct Known {
    /// Members of the classes that hold names: `w`, `R`, `M`, … without the host's own addresses.
    pub classes: BTreeMap<&'static str, BTreeSet<String>>,
    /// Keys of the maps that it reads, by map name.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The delivery agents that it declares, besides those that every site of a relay has.
    pub agents: Vec<String>,
    /// Trusted users besides those of every site.
    pub trusted: Vec<String>,
    /// Rulesets that check headers.
    pub header_checks: Vec<String>,
    /// Domains that rules take away behind local names.
    pub suffixes: BTreeSet<String>,
}

/// The classes that are read for [`Known`].
pub const CLASSES: [&str; 15] =
    ["w", "R", "M", "N", "E", "L", "m", "{VirtHost}", "{Canonify}", "U", "V", "W", "X", "Y", "Z"];

/// Further classes of domains, of which only those members are asked about that the configuration itself lists.
pub const LISTED_CLASSES: [&str; 5] = ["G", "B", "LDAPRoute", "LDAPRouteEquiv", "MappedDomain"];

/// Probes that print the members of [`CLASSES`].
pub fn of_classes() -> Vec<Probe> {
    CLASSES.iter().map(|class| Probe { envelope: Vec::new(), command: format!("$={class}") }).collect()
}

/// A client as `sendmail` describes it in macros.
#[derive(Clone)]
struct Client {
    name: String,
    address: String,
    resolve: &'static str,
}

impl Client {
    fn new(name: &str, address: &str, resolve: &'static str) -> Client {
        Client { name: name.to_owned(), address: address.to_owned(), resolve }
    }

    fn outside() -> Client {
        Client::new("host.outside.test", "203.0.113.5", "OK")
    }

    fn local() -> Client {
        Client::new("localhost", "127.0.0.1", "OK")
    }

    /// A client without a name, at `address`.
    fn nameless(address: &str) -> Client {
        Client { name: format!("[{address}]"), address: address.to_owned(), resolve: "FAIL" }
    }

    fn envelope(&self) -> Vec<(&'static str, String)> {
        vec![
            ("client_addr", self.address.clone()),
            ("client_name", self.name.clone()),
            ("client_resolve", self.resolve.to_owned()),
        ]
    }

    /// One probe from this client.
    fn asks(&self, command: impl Into<String>) -> Probe {
        Probe { envelope: self.envelope(), command: command.into() }
    }

    /// One probe from this client in a transaction of `sender`.
    fn asks_for(&self, sender: &str, command: impl Into<String>) -> Probe {
        self.asks(command).with("f", sender)
    }
}

impl Probe {
    fn with(mut self, name: &'static str, value: &str) -> Probe {
        self.envelope.push((name, value.to_owned()));
        self
    }
}

/// An address in every shape that is routed through `domain`, `other` being a domain elsewhere.
fn shapes(domain: &str, other: &str) -> Vec<String> {
    vec![
        format!("user@{domain}"),
        format!("<user@{domain}>"),
        format!("user@{domain}."),
        format!("USER@{}", domain.to_uppercase()),
        format!("user+detail@{domain}"),
        format!("user@x.{domain}"),
        format!("user%{other}@{domain}"),
        format!("user%{domain}@{other}"),
        format!("user%{other}%{domain}@{domain}"),
        format!("<@{domain}:user@{other}>"),
        format!("<@{domain},@{other}:user@nomx.test>"),
        format!("{other}!user@{domain}"),
        format!("{domain}!user"),
        format!("{domain}!{other}!user"),
        format!("\"user\"@{domain}"),
        format!("\"some user\"@{domain}"),
        format!("\"user@{other}\"@{domain}"),
        format!("\"user%{other}\"@{domain}"),
        format!("\"{other}!user\"@{domain}"),
        format!("user@{other}@{domain}"),
        format!("user@{domain}.UUCP"),
        format!("user@{domain}.REDIRECT"),
        format!("user.{domain}@BITNET"),
        format!("user:{other}@{domain}"),
        format!("@{domain}"),
    ]
}

/// Addresses that need no domain, or that are odd by themselves.
const ODD: [&str; 68] = [
    "user",
    "alice",
    "root",
    "postmaster",
    "MAILER-DAEMON",
    "alice+detail",
    "user+",
    "exposed",
    "<>",
    "@",
    "user@",
    "user%",
    "%user",
    "user@.",
    "user@localhost",
    "user@localhost.localdomain",
    "user@[127.0.0.1]",
    "user@[192.0.2.25]",
    "user@[192.0.2.31]",
    "user@[203.0.113.5]",
    "user@[IPv6:2001:db8::1]",
    "user@127.0.0.1",
    "user@[nonsense]",
    "user@host",
    "user@hub",
    "user%hub",
    "hub!user",
    "nohost!nohost2!user",
    "host::user",
    "group: user@outside.test;",
    "Some One <user@outside.test>",
    "user@outside.test (Some One)",
    "user@@outside.test",
    "user@does.not.exist.test",
    "user@tempfail.test",
    "\"|/bin/cat\"",
    "/tmp/file",
    "\\user",
    "user@www.outside.test",
    "user@alias.example.com",
    "list:;",
    "<list:;>",
    "group:user;@outside.test",
    ":include:/etc/list",
    "user<other@outside.test;>",
    "<@[192.0.2.31]:user@outside.test>",
    "<@nomx.test:@example.net:user@outside.test>",
    "<@relay.example.com:>",
    "user%localhost@localhost",
    "user@localhost.UUCP",
    "user@localhost.example.com",
    "user@[192.0.2.31]x",
    "user@[192.0.2.31]:hub.example.com",
    "user@outside.test:hub.example.com",
    "user@outside..test",
    "user@.outside.test",
    "user@outside.test..",
    ".user@outside.test",
    "some user@outside.test",
    "\"\"@outside.test",
    "a.b.c!d.e!user",
    "user@nomx.test@",
    "<a,b@relay.example.com>",
    "\"a,b\"@outside.test",
    "<@relay.example.com:user>",
    "<@relay.example.com>",
    "user@[192.0.2.31]:[192.0.2.30]",
    "@@outside.test",
];

/// The senders that `check_mail` is asked about in every configuration.
const SENDERS: [&str; 33] = [
    "<>",
    "<user>",
    "<user@>",
    "<user@outside.test>",
    "user@outside.test",
    "<USER@OUTSIDE.TEST>",
    "<user@www.outside.test>",
    "<user@nomx.test>",
    "<user@sixonly.test>",
    "<user@txtonly.test>",
    "<user@nullmx.test>",
    "<user@does.not.exist.test>",
    "<user@tempfail.test>",
    "<user@host>",
    "<user@localhost>",
    "<user@localhost.example.com>",
    "<user@localhost.UUCP>",
    "<user@[127.0.0.1]>",
    "<user@[IPv6:::1]>",
    "<user@[IPv6:0:0:0:0:0:0:0:1]>",
    "<user@hub>",
    "<user@[203.0.113.5]>",
    "<user@[203.0.113.200]>",
    "<user@[198.51.100.66]>",
    "<user@relay.example.com>",
    "<user@example.com>",
    "<host!user>",
    "<user%outside.test>",
    "<user%host.test@outside.test>",
    "<@outside.test:user@nomx.test>",
    "<user@host.BITNET>",
    "<user@host.UUCP>",
    "<\"some user\"@outside.test>",
];

/// The few whose answers are kept in recordings: for each decision that a configuration makes, a question about it.
pub fn recorded(host: &str, domain: &str) -> Vec<Probe> {
    let outside = Client::outside();
    let mut probes = of_classes();
    for address in [
        "user",
        "root",
        "user+detail",
        "<>",
        &format!("user@{host}"),
        &format!("user@inside.{domain}"),
        &format!("user%outside.test@{host}"),
        &format!("<@{host}:user@outside.test>"),
        &format!("outside.test!user@{host}"),
        &format!("\"user@outside.test\"@{host}"),
        "user@outside.test",
        "user@hub",
        "user@www.outside.test",
        "user@example.net",
        "user@host.example.net",
        "user@sub.routed.test",
        "info@virtual.test",
        "user@friend.test",
        "user@served.test",
        "user@[192.0.2.31]",
        &format!("user@{host}.REDIRECT"),
    ] {
        probes.push(outside.asks(format!("3,0 {address}")));
        probes.push(outside.asks_for("someone@outside.test", format!("check_rcpt {address}")));
    }
    for sender in [
        "<>",
        "<user>",
        "<user@outside.test>",
        "<user@does.not.exist.test>",
        "<user@tempfail.test>",
        "<user@localhost>",
        "<user@spammer.test>",
        "<user@code.test>",
    ] {
        probes.push(outside.asks_for(sender.trim_matches(['<', '>']), format!("check_mail {sender}")));
    }
    for client in [
        Client::local(),
        Client::outside(),
        Client::nameless("192.168.138.7"),
        Client::nameless("203.0.113.6"),
        Client::new("forged.outside.test", "203.0.113.99", "FORGED"),
        Client::new(&format!("inside.{domain}"), "192.0.2.31", "OK"),
        Client::new("host.example.net", "192.0.2.92", "OK"),
        Client::new("spammer.test", "203.0.113.66", "OK"),
        Client::new("friend.test", "203.0.113.70", "OK"),
    ] {
        probes.push(client.asks(format!("Start,check_relay {} $| {}", client.name, client.address)));
        probes.push(client.asks_for("someone@outside.test", "check_rcpt user@nomx.test"));
    }
    for (flags, mailer) in [("HS", "esmtp"), ("HR", "esmtp"), ("ES", "relay"), ("HS", "local")] {
        for address in ["user", "root", &format!("user@{host}"), &format!("user@inside.{domain}"), "user@masq.test"] {
            probes.push(tries(flags, mailer, address));
        }
    }
    probes
}

/// The list that every configuration on the host `host` in the domain `domain` is asked.
pub fn fixed(host: &str, domain: &str) -> Vec<Probe> {
    let outside = Client::outside();
    let local = Client::local();
    let mut probes = recorded(host, domain);

    let mut addresses: Vec<String> = ODD.iter().map(|&address| address.to_owned()).collect();
    addresses.extend(shapes(host, "outside.test"));
    addresses.extend(shapes("outside.test", "example.net"));
    for address in &addresses {
        probes.push(outside.asks(format!("3,0 {address}")));
        probes.push(outside.asks_for("someone@outside.test", format!("check_rcpt {address}")));
    }
    for address in ["user", "user@nomx.test", "root", "alice+x", "a.b@example.net", "<>"] {
        for ruleset in ["3", "4", "5", "0"] {
            probes.push(outside.asks(format!("{ruleset} {address}")));
        }
        probes.push(outside.asks(format!("/parse {address}")));
    }
    for sender in SENDERS {
        probes.push(outside.asks_for(sender.trim_matches(['<', '>']), format!("check_mail {sender}")));
    }
    probes.extend(clients(domain));
    probes.extend(daemons(&outside, &local));
    probes.extend(mailers(host, domain));
    probes.extend(sessions(&outside, host));
    probes.extend(checks(&outside, host));
    probes.extend(policies());
    probes
}

/// Connections to servers for recipients whose domain may have a policy about them.
fn policies() -> Vec<Probe> {
    let mut probes = Vec::new();
    for server in
        ["mx.policy.test", "a.listed.test", "x.y.listed.test", "mx.soft.test", "other.dots.test", "mx.secure.test"]
    {
        let asks = |command: String, recipient: &str| {
            let envelope = vec![("server_name", server.to_owned()), ("server_addr", "203.0.113.9".to_owned())];
            Probe { envelope, command }.with("rcpt_addr", recipient).with("cipher_bits", "128")
        };
        for recipient in
            ["user@policy.test", "user@soft.test.", "user@dots.test", "user@nomatch.test", "user@plain.test", ""]
        {
            probes.push(asks("tls_rcpt user@policy.test".to_owned(), recipient).with("verify", "OK"));
            probes.push(asks(format!("tls_rcpt <{recipient}>"), recipient).with("verify", "NO"));
            for verify in ["OK", "NO", "NONE", "SOFTWARE"] {
                probes.push(asks(format!("tls_server {verify}"), recipient).with("verify", verify));
            }
            for flags in ["", "MM", "DD"] {
                let features = format!("Start,tls_clt_features {server} $| 203.0.113.9");
                probes.push(asks(features, recipient).with("client_flags", flags));
            }
        }
        for subject in [server, "other.test"] {
            let command = "tls_server OK".to_owned();
            let probe = asks(command, "").with("verify", "OK").with("cn_subject", subject);
            probes.push(probe.clone().with("cert_issuer", "/C=US/CN=ca.test"));
            probes.push(probe);
        }
    }
    for (name, address) in [("hub.example.com", "192.0.2.30"), ("x.test", "192.0.2.31"), ("x.test", "203.0.113.9")] {
        let server = vec![("server_name", name.to_owned()), ("server_addr", address.to_owned())];
        probes.push(Probe { envelope: server, command: format!("Start,authinfo {name} $| {address}") });
    }
    for address in ["vip user@outside.test", "vip+user@outside.test", "vip+alice", "vipuser", "vip + user"] {
        probes.push(Client::outside().asks(format!("3,0 {address}")));
        probes.push(Client::outside().asks_for("someone@outside.test", format!("check_rcpt {address}")));
    }
    probes
}

/// What is asked of clients, senders and commands by features that a site may do without.
fn checks(outside: &Client, host: &str) -> Vec<Probe> {
    let mut probes = Vec::new();
    let forged = Client::new("forged.outside.test", "203.0.113.99", "FORGED");
    let unknown = Client::new("[203.0.113.7]", "203.0.113.7", "TEMP");
    let nameless = Client::nameless("203.0.113.6");
    let inside = Client::nameless("192.168.138.7");
    let six = Client::new("host.outside.test", "IPv6:2001:db8:9:0:0:0:0:5", "OK");
    let elsewhere = Client::new("mx.example.net", "192.0.2.91", "OK");
    for client in [outside, &nameless, &inside, &six, &elsewhere] {
        for (rate, connections) in [("1", "1"), ("3", "2"), ("4", "3"), ("13", "5"), ("21", "11"), ("", "")] {
            for command in [
                format!("Start,check_relay {} $| {}", client.name, client.address),
                "check_rcpt user@nomx.test".to_owned(),
            ] {
                let probe = client.asks_for("user@outside.test", command).with("client_rate", rate);
                probes.push(probe.with("client_connections", connections));
            }
        }
    }
    for client in [outside, &forged, &unknown, &nameless, &inside, &six, &Client::local()] {
        for pointer in ["", "friend.test", "spammer.test", "host.outside.test"] {
            let relay = format!("Start,check_relay {} $| {}", client.name, client.address);
            probes.push(client.asks_for("user@outside.test", relay).with("client_ptr", pointer));
        }
        probes.push(client.asks(format!("Start,greet_pause {} $| {}", client.name, client.address)));
    }
    for client in [outside, &inside, &Client::new("friend.test", "203.0.113.70", "OK")] {
        for name in
            [host, "localhost", "[127.0.0.1]", "[203.0.113.5]", "host.outside.test", "host", ".", "x.", "[IPv6:::1]"]
        {
            for recipient in ["user@nomx.test", "user@relay.example.com"] {
                let probe = client.asks_for("user@outside.test", format!("check_rcpt {recipient}")).with("s", name);
                probes.push(probe.clone());
                probes.push(probe.with("auth_type", "PLAIN").with("auth_authen", "alice"));
            }
        }
    }
    for sender in [
        "user@listed.test",
        "user@www.outside.test",
        "user@welcome.test",
        "user@spammer.test",
        "user@friend.test",
        "user@loopmx.test",
        "user@privatemx.test",
        "user@addressmx.test",
        "user@nowheremx.test",
        "user@nullmx.test",
        "user@tempfail.test",
        "user@nomx.test",
        "user@example.net",
        "user",
        "",
    ] {
        let relay = format!("Start,check_relay {} $| {}", outside.name, outside.address);
        probes.push(outside.asks_for(sender, relay));
        probes.push(outside.asks_for(sender, format!("check_mail <{sender}>")));
        probes.push(outside.asks_for(sender, "check_rcpt user@relay.example.com"));
    }
    let spammer = Client::new("spammer.test", "203.0.113.66", "OK");
    for client in [&spammer, &nameless, &Client::new("friend.test", "203.0.113.70", "OK")] {
        for sender in ["user@spammer.test", "user@does.not.exist.test", "user@friend.test"] {
            for user in ["friendly", "friendly+x", "hated", "oldfriend", "rejected"] {
                for domain in ["relay.example.com", "friend.test", "nomx.test"] {
                    probes.push(client.asks_for(sender, format!("check_rcpt <{user}@{domain}>")));
                }
            }
        }
    }
    for command in ["EHLO x $| 2", "Subject: x $| 5", "GET / HTTP/1.0 $| 5", "XYZZY $| 5", "Host : x $| 4"] {
        probes.push(outside.asks(format!("Start,check_other {command}")));
    }
    for pair in [
        "user@outside.test $| user@relay.example.com",
        "<user@outside.test> $| <user@nomx.test>",
        "user@outside.test $| hated@friend.test",
        "user@outside.test $| alice",
        "<> $| alice",
        " $| alice",
    ] {
        probes.push(outside.asks(format!("Start,check_compat {pair}")));
    }
    for recipient in ["alice@outside.test", "<alice+x@outside.test>", "bob@sub.friend.test", "user@nomx.test", "alice"]
    {
        probes.push(outside.asks(format!("queuegroup {recipient}")));
    }
    probes
}

/// Where the client is, and what the resolver says of it.
fn clients(domain: &str) -> Vec<Probe> {
    let all = [
        Client::new("", "", "OK"),
        Client::local(),
        Client::new("localhost", "IPv6:0:0:0:0:0:0:0:1", "OK"),
        Client::new("localhost", "IPv6:::1", "OK"),
        Client::new("localhost", "0", "OK"),
        Client::outside(),
        Client::nameless("203.0.113.6"),
        Client::new("[203.0.113.7]", "203.0.113.7", "TEMP"),
        Client::new("forged.outside.test", "203.0.113.99", "FORGED"),
        Client::new("host.outside.test", "IPv6:2001:db8:9:0:0:0:0:5", "OK"),
        Client::new(&format!("inside.{domain}"), "192.0.2.31", "OK"),
        Client::new(&format!("inside.{domain}"), "203.0.113.31", "FORGED"),
        Client::nameless("192.168.138.7"),
        Client::new("friend.test", "203.0.113.70", "OK"),
        Client::new("sub.friend.test", "203.0.113.71", "OK"),
        Client::new("spammer.test", "203.0.113.66", "OK"),
        Client::new("mx.spammer.test", "203.0.113.67", "OK"),
        Client::new("www.outside.test", "203.0.113.5", "OK"),
    ];
    let mut probes = Vec::new();
    for client in &all {
        probes.push(client.asks(format!("Start,check_relay {} $| {}", client.name, client.address)));
        for recipient in ["user@nomx.test", "user@relay.example.com", "user@served.test", "user@backup.test", "alice"] {
            probes.push(client.asks_for("someone@outside.test", format!("check_rcpt {recipient}")));
        }
        for sender in ["user@outside.test", "user", "user@localhost"] {
            probes.push(client.asks_for(sender, format!("check_mail <{sender}>")));
        }
    }
    for sender in ["user@relay.example.com", "user@example.com", "user@friend.test", "boss@friend.test", "user", ""] {
        probes.push(Client::outside().asks_for(sender, "check_rcpt user@nomx.test"));
        probes.push(Client::nameless("203.0.113.6").asks_for(sender, "check_rcpt user@nomx.test"));
    }
    probes
}

/// Modifiers of the daemon that took the connection, and how the message is delivered.
fn daemons(outside: &Client, local: &Client) -> Vec<Probe> {
    let mut probes = Vec::new();
    for flags in ["f", "u", "r", "CC f", "a u"] {
        for sender in ["user", "user@hub", "user@outside.test", "user@localhost", "user@does.not.exist.test", ""] {
            for client in [outside, local] {
                let probe = client.asks_for(sender, format!("check_mail <{sender}>"));
                probes.push(probe.with("daemon_flags", flags));
            }
        }
        probes.push(outside.asks("check_rcpt user@nomx.test").with("daemon_flags", flags));
        probes.push(outside.asks("check_rcpt user").with("daemon_flags", flags));
        for address in ["user@outside.test", "user@hub", "user@www.outside.test"] {
            for addr_type in ["e s", "h s"] {
                probes.push(
                    outside.asks(format!("3 {address}")).with("daemon_flags", flags).with("addr_type", addr_type),
                );
            }
        }
    }
    for command in [
        "check_mail <user@spammer.test>",
        "check_rcpt user@nomx.test",
        "Start,check_relay spammer.test $| 203.0.113.66",
    ] {
        probes.push(outside.asks(command).with("deliveryMode", "d"));
    }
    for address in ["user@[192.0.2.31]", "user@outside.test", "user@[203.0.113.5]", "user@hub"] {
        for addr_type in ["e s", "h s", "e r", "h r"] {
            probes.push(outside.asks(format!("3 {address}")).with("addr_type", addr_type));
        }
    }
    probes
}

/// What each mailer makes of senders and recipients.
fn mailers(host: &str, domain: &str) -> Vec<Probe> {
    let addresses = [
        "user".to_owned(),
        "root".to_owned(),
        "exposed".to_owned(),
        "alice".to_owned(),
        "<>".to_owned(),
        "@".to_owned(),
        format!("user@{host}"),
        format!("root@{host}"),
        format!("user@{domain}"),
        format!("user@inside.{domain}"),
        "user@localhost".to_owned(),
        "user@outside.test".to_owned(),
        "user@OUTSIDE.test.".to_owned(),
        "user%nomx.test@outside.test".to_owned(),
        "<@outside.test:user@nomx.test>".to_owned(),
        "host!user".to_owned(),
        "user@[192.0.2.25]".to_owned(),
        "user@[203.0.113.5]".to_owned(),
        "\"some user\"@outside.test".to_owned(),
        "user+detail".to_owned(),
        "group: user@outside.test;".to_owned(),
        "list:;".to_owned(),
        "<list:;>".to_owned(),
        ":include:/etc/list".to_owned(),
        "<@nomx.test:@example.net:user@outside.test>".to_owned(),
        "user%localhost@localhost".to_owned(),
        format!("user%{host}@{host}"),
        "a.b!c!user".to_owned(),
    ];
    let mut probes = Vec::new();
    for (host, address) in [
        ("hub", "hub!user"),
        ("hub", "hub!other!user"),
        ("hub", "hub!other.test!user"),
        ("nohost", "nohost!user"),
        ("nohost", "nohost!other!user"),
        ("nohost", "other!user"),
    ] {
        for flags in ["ER", "HS"] {
            probes.push(tries(flags, "esmtp", address).with("h", host));
        }
    }
    for workspace in [
        "@ a . test : @ b . test : user",
        "@ a . test , @ b . test : user < @ c . test >",
        "user % localhost < @ localhost >",
        "list : ; < @ >",
        "user < @ nohost . UUCP . >",
    ] {
        probes.push(Probe { envelope: Vec::new(), command: format!("4 {workspace}") });
    }
    for ruleset in ["EnvFromL", "HdrFromL", "EnvToL", "HdrToL", "EnvFromSMTP", "HdrFromSMTP", "EnvToSMTP", "MasqSMTP"] {
        for workspace in [
            "< @ >",
            "@ < @ outside . test >",
            "user",
            "user < @ relay . example . com . >",
            "user + detail < @ relay . example . com . >",
            "user < @ outside . test . >",
            "list : ; < @ >",
        ] {
            for addr_type in ["e s", "h r"] {
                probes.push(
                    Probe { envelope: Vec::new(), command: format!("{ruleset} {workspace}") }
                        .with("addr_type", addr_type),
                );
            }
        }
    }
    for detail in ["detail", "*", "", "+detail", "host.test", "user@host.test"] {
        for address in [
            "user",
            "alice",
            "alice+detail",
            "alice+*",
            "alice+",
            "user+a+b",
            "other!user",
            "user%outside.test",
            "\"user@outside.test\"",
        ] {
            probes.push(Probe { envelope: Vec::new(), command: format!("5 {address}") }.with("h", detail));
        }
    }
    for flags in ["HS", "HR", "ES", "ER"] {
        for address in &addresses {
            probes.push(tries(flags, "esmtp", address));
            if matches!(flags, "HS" | "ER") {
                probes.push(tries(flags, "local", address));
            }
        }
        for address in addresses.iter().take(11) {
            probes.push(tries(flags, "relay", address));
        }
    }
    for mailer in ["smtp", "smtp8", "dsmtp", "prog"] {
        for flags in ["HS", "ER"] {
            for address in ["user", "user@outside.test"] {
                probes.push(tries(flags, mailer, address));
            }
        }
    }
    probes
}

fn tries(flags: &str, mailer: &str, address: &str) -> Probe {
    Probe { envelope: Vec::new(), command: format!("/tryflags {flags}\n/try {mailer} {address}") }
}

/// Rulesets that are called about a session rather than an address: encryption, authentication, other commands.
fn sessions(outside: &Client, host: &str) -> Vec<Probe> {
    let mut probes = Vec::new();
    let tls = |client: &Client, command: &str, verify: &str, bits: &str| {
        client.asks(command).with("verify", verify).with("cipher_bits", bits)
    };
    let secure = Client::new("mail.secure.test", "203.0.113.79", "OK");
    let perm = Client::new("perm.test", "203.0.113.79", "OK");
    for client in [outside, &secure, &perm, &Client::nameless("203.0.113.77")] {
        let all = [
            ("OK", "256"),
            ("OK", "56"),
            ("TRUSTED", "256"),
            ("NO", "256"),
            ("NOT", ""),
            ("NONE", ""),
            ("FAIL", "256"),
            ("TEMP", ""),
            ("PROTOCOL", ""),
            ("SOFTWARE", ""),
            ("CONFIG", ""),
            ("DANE_FAIL", ""),
            ("CLEAR", ""),
            ("", ""),
        ];
        let some = if client.name.starts_with("perm") || client.resolve == "FAIL" { &all[..5] } else { &all[..] };
        for &(verify, bits) in some {
            probes.push(tls(client, &format!("Start,tls_client {verify} $| MAIL"), verify, bits));
            let as_server = format!("tls_server {verify}");
            probes.push(
                tls(client, &as_server, verify, bits)
                    .with("server_name", &client.name)
                    .with("server_addr", &client.address),
            );
        }
    }
    for client in [outside, &secure] {
        for (verify, bits) in [("SOFTWARE", ""), ("NO", "256"), ("OK", "256")] {
            probes.push(tls(client, "check_mail <user@outside.test>", verify, bits));
            probes.push(tls(client, "check_mail <>", verify, bits));
            probes.push(tls(client, "check_rcpt user@relay.example.com", verify, bits));
        }
    }
    for (name, address) in [
        ("mx.outside.test", "203.0.113.25"),
        ("secure.test", "203.0.113.79"),
        ("named.test", "203.0.113.79"),
        ("broken.test", "203.0.113.79"),
        ("sub.broken.test", "203.0.113.79"),
        ("other.test", "203.0.113.78"),
        ("hub.example.com", "192.0.2.30"),
        ("inside.example.com", "192.0.2.31"),
    ] {
        let server = |command: String| Probe {
            envelope: vec![("server_name", name.to_owned()), ("server_addr", address.to_owned())],
            command,
        };
        probes.push(server(format!("try_tls {name}")));
        probes.push(server("Start,clt_features x $| y".replace('x', name).replace('y', address)));
        probes.push(server(format!("authinfo {name}")));
        for recipient in
            ["user@outside.test", "secret@secure.test", "user@sub.secure.test", "clerk@outside.test", "clerk"]
        {
            let probe = server(format!("tls_rcpt {recipient}")).with("verify", "NO");
            probes.push(probe.with("cipher_bits", "112").with("cn_subject", "mx.secure.test"));
        }
        let named = server("tls_server OK".to_owned()).with("verify", "OK").with("cipher_bits", "256");
        probes.push(named.clone().with("cn_subject", name));
        probes.push(named.clone().with("cn_subject", "mx.named.test"));
        let subject = named.with("cert_subject", "/CN=subject").with("cert_issuer", "/C=US/CN=ca.test");
        probes.push(subject);
    }
    for issuer in ["/C=US/CN=ca.test", "/C=US/CN=subject.test", "/C=US/CN=unknown.test"] {
        for verify in ["OK", "FAIL"] {
            let probe = outside.asks("check_rcpt user@nomx.test").with("verify", verify).with("cipher_bits", "256");
            probes.push(probe.with("cert_issuer", issuer).with("cert_subject", "/CN=subject"));
        }
    }
    for (kind, who) in [("PLAIN", "alice"), ("DIGEST-MD5", "alice@relay.example.com"), ("", "")] {
        let authenticated = |command: &str| {
            outside.asks(command).with("auth_type", kind).with("auth_authen", who).with("auth_author", who)
        };
        probes.push(authenticated("check_rcpt user@nomx.test"));
        probes.push(authenticated("check_mail <user@outside.test>"));
        probes.push(authenticated("trust_auth alice"));
        probes.push(authenticated("trust_auth bob"));
        probes.push(authenticated("trust_auth <>"));
        probes.push(authenticated("trust_auth <alice>"));
        probes.push(authenticated("trust_auth alice@relay.example.com"));
    }
    for client in [outside, &Client::nameless("192.168.138.7"), &Client::local()] {
        probes.push(client.asks(format!("Start,srv_features {} $| {}", client.name, client.address)));
        probes.push(client.asks(format!("Start,greet_pause {} $| {}", client.name, client.address)));
        probes.push(client.asks(format!("Start,tls_srv_features {} $| {}", client.name, client.address)));
    }
    for command in [
        "check_vrfy user".to_owned(),
        "check_vrfy user@outside.test".to_owned(),
        "check_expn list".to_owned(),
        format!("check_etrn {host}"),
        "check_data 1".to_owned(),
        "Start,check_eoh 10 $| 1000".to_owned(),
        "check_eom 1000".to_owned(),
        format!("Start,check_compat user@outside.test $| user@{host}"),
        "Start,check_compat user@spammer.test $| hated@friend.test".to_owned(),
        "queuegroup user@outside.test".to_owned(),
    ] {
        probes.push(outside.asks(command));
    }
    probes
}

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
