//! What `relaycc explain` says a client reads, beside what clients of the real sendmail have read: the recorded dialogues, command
//! by command. Nothing needs to be installed for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use relaycc::{
    dialogue::{Dialogue, Question, Verdict, simulate_smtp},
    emit::cf,
    front::{self, Input, Syntax},
    map::{Duplicates, Format, text, write},
    rewrite::{Host, Program, Services, Session, ZoneResolver, load},
    source::{FileSystem, Sources},
    syntax::zone::{self, Zones},
};

use crate::{
    fixture::{Place, folder},
    world::MAPS,
};

/// The dialogues, and where they were held.
const DIALOGUES: [(&str, Place); 6] = [
    ("arkum/site", Place::Arkum),
    ("features/site_popular", Place::Example),
    ("features/site_hub", Place::Example),
    ("features/site_all_relaying", Place::Example),
    ("features/site_gateway", Place::Example),
    ("features/site_delayed", Place::Example),
];

/// Files as the daemon saw them; map files are made of their texts.
struct Mounted {
    etc_mail: PathBuf,
    hosts: PathBuf,
}

impl FileSystem for Mounted {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == Path::new("/etc/hosts") {
            return fs::read(&self.hosts);
        }
        let name = path.strip_prefix("/etc/mail").map_err(|_| io::ErrorKind::NotFound)?;
        let Some(text) = name.to_str().and_then(|name| name.strip_suffix(".db")) else {
            return fs::read(self.etc_mail.join(name));
        };
        if !MAPS.iter().any(|map| text.starts_with(map)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let bytes = fs::read(self.etc_mail.join(text))?;
        let parsed = text::parse(&bytes, Sources::default().add("", ""));
        let entries = parsed.entries.iter().map(|entry| (&entry.key.value, &entry.value.value)).collect::<Vec<_>>();
        let mut bytes = Vec::new();
        write(Format::Hash, &entries, Duplicates::Last, &mut bytes).map_err(io::Error::other)?;
        Ok(bytes)
    }
}

pub struct Machine {
    pub program: Program,
    files: Mounted,
    resolver: ZoneResolver,
}

impl Machine {
    fn of(name: &str, place: Place) -> Self {
        Self::of_file(&folder("").join(format!("{name}.mc")), place)
    }

    pub fn of_file(mc: &Path, place: Place) -> Self {
        let bytes = fs::read(mc).unwrap();
        let input = Input { name: "site.mc", bytes: &bytes, syntax: Syntax::Mc };
        let site = front::compile(&input, &relaycc::source::NoFiles).site.unwrap();
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", cf::emit(&site).into_text());
        let setting = place.setting();
        let (mut zones, mut failing) = (Zones::default(), Vec::new());
        for (name, file) in &setting.zones {
            match fs::read_to_string(file) {
                Ok(text) => {
                    let id = sources.add(name.clone(), text.clone());
                    zones.extend(zone::parse(&text, id, if name == "." { "" } else { name }).0);
                }
                Err(_) => failing.push(name.clone()),
            }
        }
        let files = Mounted { etc_mail: setting.etc_mail, hosts: setting.hosts };
        let addresses = vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from(setting.address)];
        let host = Host { name: setting.host.to_owned(), addresses };
        let program = load(&sources, source, &host, &files).program;
        Self { program, files, resolver: ZoneResolver::new(zones, failing) }
    }

    pub fn ask(&self, question: &Question) -> Dialogue {
        let services = Services { files: &self.files, resolver: &self.resolver };
        simulate_smtp(&mut Session::new(&self.program, services), question)
    }
}

/// A command of a recorded session, and the reply.
struct Exchange<'t> {
    command: &'t str,
    reply: &'t str,
}

/// Sessions by their first lines: the client's address, and what was said.
fn sessions(text: &str) -> Vec<(IpAddr, Vec<Exchange<'_>>)> {
    let session = |part: &'_ str| -> Option<IpAddr> { part.split(':').next()?.parse().ok() };
    text.split("=== ")
        .filter_map(|part| {
            let client = session(part)?;
            let mut exchanges = Vec::new();
            let mut command = "";
            for line in part.lines() {
                if let Some(said) = line.strip_prefix("C: ") {
                    command = said;
                } else if let Some(reply) = line.strip_prefix("S: ") {
                    exchanges.push(Exchange { command, reply });
                } else if line.starts_with("---") {
                    break;
                }
            }
            Some((client, exchanges))
        })
        .collect()
}

/// Sessions of one message each, by their first lines: the client's name and address, and what other servers were told.
fn letters(text: &str) -> Vec<(Question, Vec<String>, BTreeSet<String>)> {
    let letter = |part: &str| {
        let mut question = Question::of(part.split(':').next()?.parse().ok()?);
        let (mut recipients, mut command, mut taken) = (Vec::new(), "", BTreeSet::new());
        for line in part.lines() {
            if let Some(said) = line.strip_prefix("C: ") {
                command = said;
            } else if let Some((_, hello)) = line.split_once(" Hello ") {
                let name = hello.split(' ').next()?;
                question.name = (!name.starts_with('[')).then(|| name.to_owned());
            } else if line.starts_with("S: 250 ") {
                if let Some(sender) = address(command, "MAIL FROM:<") {
                    question.sender = Some(sender.to_owned());
                }
                recipients.extend(address(command, "RCPT TO:<").map(str::to_owned));
            }
            if line.starts_with("MAIL From:<") || line.starts_with("RCPT To:<") {
                taken.insert(line.split(' ').take(2).collect::<Vec<_>>().join(" "));
            }
        }
        let one = part.matches("C: MAIL FROM").count() == 1 && part.contains("Message accepted for delivery");
        one.then_some((question, recipients, taken))
    };
    text.split("=== ").filter_map(letter).collect()
}

#[test]
fn messages_go_where_sendmail_sent_them() {
    let (mut compared, mut differences) = (0, Vec::new());
    for (name, place) in DIALOGUES {
        let text = fs::read_to_string(folder("reference/recorded").join(format!("{name}.dialogue.txt"))).unwrap();
        let machine = Machine::of(name, place);
        for (mut question, recipients, taken) in letters(&text) {
            let mut expected = BTreeSet::new();
            for recipient in recipients {
                question.recipient = Some(recipient.clone());
                let dialogue = machine.ask(&question);
                // Taken, and held or thrown away.
                if dialogue.verdict() != Verdict::Accepted {
                    continue;
                }
                let Some(delivery) = dialogue.delivery else {
                    differences.push(format!("{name} {recipient}: nowhere"));
                    continue;
                };
                // What stays on the host, no server is told of.
                if delivery.host.is_some() && !delivery.is_local {
                    let sender = delivery.sender.unwrap_or_default();
                    expected.insert(format!("MAIL From:<{}>", sender.trim_matches(['<', '>'])));
                    expected.insert(format!("RCPT To:<{}>", delivery.recipient.trim_matches(['<', '>'])));
                }
            }
            compared += 1;
            if expected != taken {
                differences.push(format!("{name} {}: {taken:?}, not {expected:?}", question.client));
            }
        }
    }
    println!("{compared} messages compared, {} differ", differences.len());
    assert!(compared > 15, "{compared}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// What stands between the angle brackets of MAIL or RCPT.
fn address<'c>(command: &'c str, start: &str) -> Option<&'c str> {
    command.strip_prefix(start)?.split_once('>').map(|(address, _)| address)
}

#[test]
fn what_clients_are_told_is_what_sendmail_told_them() {
    let (mut compared, mut server, mut differences) = (0, BTreeMap::<String, usize>::new(), Vec::new());
    for (name, place) in DIALOGUES {
        let text = fs::read_to_string(folder("reference/recorded").join(format!("{name}.dialogue.txt"))).unwrap();
        let machine = Machine::of(name, place);
        for (client, exchanges) in sessions(&text) {
            let mut question = Question::of(client);
            for Exchange { command, reply } in exchanges {
                if let Some((_, hello)) = reply.split_once(" Hello ") {
                    let name = hello.split(' ').next().unwrap_or_default();
                    question.name = (!name.starts_with('[')).then(|| name.to_owned());
                    question.is_forged = hello.contains("may be forged");
                    question.helo = command.split(' ').nth(1).map(str::to_owned);
                }
                if let Some(sender) = address(command, "MAIL FROM:<") {
                    question.sender = Some(sender.to_owned());
                    question.recipient = None;
                } else if let Some(recipient) = address(command, "RCPT TO:<") {
                    question.recipient = Some(recipient.to_owned());
                } else {
                    continue;
                }
                // What the server says by itself: the order of commands, sizes, and users that it does not know.
                let own = ["503 ", "501 ", "552 ", "452 ", "421 "].iter().any(|code| reply.starts_with(code));
                if own || reply.ends_with("... User unknown") && reply.starts_with("550 5.1.1") {
                    *server.entry(reply.split('<').next().unwrap_or_default().to_owned()).or_default() += 1;
                    continue;
                }
                let dialogue = machine.ask(&question);
                compared += 1;
                let said = dialogue.reply().map(ToString::to_string);
                let same = match &said {
                    Some(said) => said == reply,
                    None => reply.starts_with("250 "),
                };
                if !same {
                    differences.push(format!("{name} {client} {command}: {reply:?}, not {said:?}"));
                }
            }
        }
    }
    println!("{compared} replies compared, {} differ; left to the server: {server:?}", differences.len());
    assert!(compared > 500, "{compared}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
