//! Single questions: what a client reads at MAIL, RCPT and DATA from the reference's daemon, on many sites, beside what
//! [`relaycc::dialogue`] says that it reads. What the daemon said is recorded, so that nothing needs to be installed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs::{self, File},
    io,
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    os::fd::AsFd,
    path::PathBuf,
    thread,
};

use relaycc::dialogue::{Command, Question, listeners};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::{
    fixture::{Place, folder},
    m4, recording,
    smtp::{Daemon, client},
    spoken::Machine,
    world::World,
};

/// Clients: address, the name that DNS has of it, and whether that name is true.
const CLIENTS: [([u8; 4], Option<&str>, bool); 6] = [
    ([203, 0, 113, 5], Some("host.outside.test"), true),
    ([203, 0, 113, 66], Some("spammer.test"), true),
    ([203, 0, 113, 99], Some("forged.outside.test"), false),
    ([203, 0, 113, 70], Some("friend.test"), true),
    ([192, 168, 138, 7], None, true),
    ([203, 0, 113, 7], None, true),
];

/// Senders and recipients of the first client.
const ENVELOPES: [(&str, &str); 24] = [
    ("zahn@outside.test", "root"),
    ("zahn@outside.test", "root@relay.example.com"),
    ("zahn@outside.test", "user@outside.test"),
    ("zahn@outside.test", "User@Host.Outside.Test"),
    ("zahn@outside.test", "user%outside.test@relay.example.com"),
    ("zahn@outside.test", "@relay.example.com:user@outside.test"),
    ("zahn@outside.test", "outside.test!user@relay.example.com"),
    ("zahn@outside.test", "\"user@outside.test\"@relay.example.com"),
    ("zahn@outside.test", "user@friend.test"),
    ("zahn@outside.test", "blocked@relay.example.com"),
    ("zahn@outside.test", "a\"b@outside.test"),
    ("zahn@outside.test", "user@a@b"),
    ("", "root"),
    ("", "user@outside.test"),
    ("", "user@friend.test"),
    ("x@spammer.test", "root"),
    ("okay@spammer.test", "root"),
    ("x@unresolvable.invalid", "root"),
    ("a@tempfail.test", "root"),
    ("ann", "root"),
    ("root@relay.example.com", "root"),
    ("root@relay.example.com", "user@outside.test"),
    ("boss@friend.test", "user@outside.test"),
    ("a\"b@outside.test", "root"),
];

/// Those of the others.
const OTHERS: [(&str, &str); 4] = [
    ("zahn@outside.test", "root"),
    ("zahn@outside.test", "user@outside.test"),
    ("", "user@outside.test"),
    ("ann", "root"),
];

/// Sites among the fixtures of features that are asked, too.
const FEATURES: [&str; 24] = [
    "accept_unqualified_senders",
    "accept_unresolvable_domains",
    "access_db",
    "access_db_skip",
    "blocklist_recipients",
    "block_bad_helo",
    "delay_checks",
    "delay_checks_friend",
    "delay_checks_friend_letter",
    "delay_checks_hater",
    "delay_checks_plain",
    "debian_default",
    "dnsbl",
    "enhdnsbl",
    "local_check_mail",
    "local_check_rcpt",
    "local_check_relay",
    "plain",
    "relay_entire_domain",
    "relay_local_from",
    "relay_mail_from",
    "require_rdns",
    "site_delayed",
    "site_hub",
];

/// A question, and what was said.
struct Exchange {
    client: ([u8; 4], Option<&'static str>, bool),
    port: u16,
    sender: &'static str,
    recipient: &'static str,
}

impl Exchange {
    fn title(&self) -> String {
        let [a, b, c, d] = self.client.0;
        format!("{a}.{b}.{c}.{d} port {} from <{}> to <{}>", self.port, self.sender, self.recipient)
    }

    fn question(&self) -> Question {
        let (address, name, is_true) = self.client;
        Question {
            name: name.map(str::to_owned),
            is_forged: !is_true,
            helo: Some("client.test".to_owned()),
            sender: Some(self.sender.to_owned()),
            recipient: Some(self.recipient.to_owned()),
            ..Question::of(IpAddr::from(address))
        }
    }
}

/// All questions for a site that listens on these ports.
fn exchanges(ports: &BTreeSet<u16>) -> Vec<Exchange> {
    let mut all = Vec::new();
    for port in ports.iter().copied() {
        for (client, (address, ..)) in CLIENTS.iter().map(|client| (*client, client)) {
            let is_first = *address == CLIENTS[0].0;
            let envelopes = if is_first && port == 25 { &ENVELOPES[..] } else { &OTHERS[..] };
            let exchange =
                |(sender, recipient): &(&'static str, &'static str)| Exchange { client, port, sender, recipient };
            all.extend(envelopes.iter().map(exchange));
        }
    }
    all
}

/// Names of the sites, and their `.mc`.
fn sites() -> BTreeMap<String, PathBuf> {
    let own = fs::read_dir(folder("dialogue")).unwrap().map(|entry| entry.unwrap().path());
    let own = own.filter(|path| path.extension().is_some_and(|ending| ending == "mc"));
    let features = FEATURES.iter().map(|name| folder("features").join(format!("{name}.mc")));
    own.chain(features).map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), path)).collect()
}

/// Whether the message itself is asked about, which leaves it in the queue.
fn asks_data(name: &str) -> bool {
    name.contains("data")
}

/// What the daemon of a configuration says.
fn said(world: &World, name: &str, cf: &str, exchanges: &[Exchange]) -> io::Result<String> {
    let address = Place::Example.setting().address;
    let network = File::open(world.network())?;
    thread::scope(|scope| {
        let held = scope.spawn(|| {
            move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network))?;
            let _daemon = Daemon::start(world, address, &format!("asked-{name}"), cf)?;
            let mut text = String::new();
            for exchange in exchanges {
                let mut says = vec![
                    "EHLO client.test".to_owned(),
                    format!("MAIL FROM:<{}>", exchange.sender),
                    format!("RCPT TO:<{}>", exchange.recipient),
                ];
                says.extend(asks_data(name).then(|| "DATA".to_owned()));
                let (from, to) = (Ipv4Addr::from(exchange.client.0), SocketAddrV4::new(address, exchange.port));
                let replies = client::replies(from, to, &says)?;
                let _ = writeln!(text, "{}", exchange.title());
                for (command, reply) in replies.iter().filter(|(command, _)| !command.starts_with("EHLO")) {
                    let _ = writeln!(text, "  {} {reply}", command.split(' ').next().unwrap_or_default());
                }
            }
            Ok(text)
        });
        held.join().unwrap_or_else(|_| Err(io::Error::other("the dialogue broke off")))
    })
}

/// The ports that the daemon of a site listens on.
fn ports(machine: &Machine) -> BTreeSet<u16> {
    let all = listeners(&machine.program, IpAddr::from([203, 0, 113, 5]));
    all.iter().filter_map(|listener| listener.port.parse().ok()).collect()
}

#[test]
fn the_daemon_s_answers_are_recorded() {
    if !m4::installed() {
        assert!(std::env::var_os("RELAYCC_REQUIRE_REFERENCE").is_none(), "no reference to ask");
        println!("NOT COMPARED WITH A RUNNING SENDMAIL");
        return;
    }
    let world = World::open(&Place::Example.setting()).unwrap();
    for (name, mc) in sites() {
        let machine = Machine::of_file(&mc, Place::Example);
        let compiled = m4::compile(&mc).unwrap();
        let text = said(&world, &name, &compiled.cf, &exchanges(&ports(&machine)))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        recording::text(&format!("dialogue/{name}"), &text).unwrap();
    }
}

#[test]
fn what_is_explained_is_what_the_daemon_said() {
    let (mut compared, mut server, mut differences) = (0, 0, Vec::new());
    let sites = sites();
    for (name, mc) in &sites {
        let text = fs::read_to_string(folder("reference/recorded/dialogue").join(format!("{name}.txt"))).unwrap();
        let machine = Machine::of_file(mc, Place::Example);
        let mut lines = text.lines().peekable();
        for exchange in exchanges(&ports(&machine)) {
            assert_eq!(lines.next(), Some(exchange.title().as_str()), "{name}");
            let all = listeners(&machine.program, IpAddr::from(exchange.client.0));
            let listener = all.iter().find(|listener| listener.port == exchange.port.to_string()).unwrap();
            let question = Question { listener: Some(listener.name.clone()), ..exchange.question() };
            let dialogue = machine.ask(&question);
            while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
                let (command, reply) = line.trim_start().split_once(' ').unwrap();
                // Users are looked for by the local mailer, which nobody asks here.
                if reply.starts_with("550 5.1.1") && reply.ends_with("... User unknown") {
                    server += 1;
                    break;
                }
                let upto = match command {
                    "MAIL" => Command::Mail,
                    "RCPT" => Command::Rcpt,
                    _ => Command::Data,
                };
                let refused = dialogue.steps.iter().filter(|step| step.command <= upto);
                let refused = refused.filter_map(|step| step.reply.as_ref()).map(ToString::to_string).next();
                let queued = reply.ends_with("(will queue)");
                let same = match &refused {
                    // The record has no blanks at the ends of its lines, where a reply without a text has one.
                    Some(refused) => refused.trim_end() == reply,
                    None => reply.starts_with(if upto == Command::Data { "354 " } else { "250 " }),
                };
                compared += 1;
                if !same || queued && upto == Command::Rcpt && !dialogue.is_deferred() && !reply.contains("tempfail") {
                    differences.push(format!("{name}: {} {command}: {reply:?}, not {refused:?}", exchange.title()));
                }
            }
        }
    }
    println!("{} sites, {compared} replies compared, {} differ; {server} of users", sites.len(), differences.len());
    assert!(sites.len() >= 40 && compared > 2_000, "{} {compared}", sites.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
