//! What every configuration is asked.

use super::{Client, of_classes, tries};
use crate::probe::Probe;

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
