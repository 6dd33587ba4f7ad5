//! Questions of clients that no site knows. Some are derived from the site's own rules: the names, addresses and domains that
//! these compare with are what somebody would pretend to be.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Audited, at};
use crate::{
    catalog::table::TableKind,
    diagnostic::Diagnostic,
    dialogue::{Command, Dialogue, Event, Question, Verdict},
    site::{AccessAction, Class, Site, TableEntry, is_public_suffix},
};

/// A client that no site knows (RFC 5737).
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 254));

/// One with an IPv6 address (RFC 3849).
const IPV6_STRANGER: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0xfe));

/// Addresses that no client on the Internet has: networks that filters for forged addresses name (RFC 6890).
const BOGONS: [[u8; 4]; 11] = [
    [0, 1, 2, 3],
    [10, 99, 98, 97],
    [100, 64, 98, 97],
    [127, 99, 98, 97],
    [169, 254, 98, 97],
    [172, 31, 98, 97],
    [192, 0, 2, 97],
    [192, 168, 98, 97],
    [198, 18, 98, 97],
    [198, 51, 100, 97],
    [240, 1, 2, 3],
];

/// Domains that no site knows; one of them is not in the access map either.
const ELSEWHERE: [&str; 3] = ["stranger.example.edu", "stranger.invalid.test", "stranger.invalid.example"];

/// Most names and networks that are taken from rules.
const MAX_LITERALS: usize = 40;

/// Most domains of the site that addresses are disguised with.
const MAX_OWN_DOMAINS: usize = 6;

pub(super) fn check(audited: &Audited<'_>, ask: &mut dyn FnMut(&Question) -> Dialogue) -> Vec<Diagnostic> {
    let elsewhere = ELSEWHERE.into_iter().find(|domain| !is_granted(&ask(&question(STRANGER, domain))));
    let Some(elsewhere) = elsewhere else { return Vec::new() };
    for (question, what) in questions(audited.site, elsewhere) {
        let dialogue = ask(&question);
        if is_relayed(&dialogue, elsewhere) && !dialogue.is_deferred() && !is_granted(&dialogue) {
            return vec![open_relay(audited, &question, &dialogue, &what)];
        }
    }
    let mut found = Vec::from_iter(named_hosts(audited, elsewhere, ask));
    for (question, form) in disguises(audited.site, elsewhere) {
        let dialogue = ask(&question);
        if dialogue.is_deferred() || !reached_recipient(&dialogue) {
            continue;
        }
        if is_relayed(&dialogue, elsewhere) {
            found.push(open_relay(audited, &question, &dialogue, "everybody"));
            break;
        }
        if let Some(diagnostic) = rerouted(audited, &question, &dialogue, elsewhere, form) {
            found.push(diagnostic);
            break;
        }
    }
    found
}

fn question(client: IpAddr, elsewhere: &str) -> Question {
    Question {
        sender: Some(format!("somebody@{elsewhere}")),
        recipient: Some(format!("victim@{elsewhere}")),
        ..Question::of(client)
    }
}

/// Questions for mail to somewhere else, each with who it is that may relay.
fn questions(site: &Site, elsewhere: &str) -> Vec<(Question, String)> {
    let base = question(STRANGER, elsewhere);
    let named = |name: &str| Question { name: Some(name.to_owned()), ..base.clone() };
    let mut all = vec![
        (base.clone(), "everybody".to_owned()),
        (question(IPV6_STRANGER, elsewhere), "every client with an IPv6 address".to_owned()),
        (named("host.stranger.example.edu"), "every client that has a name in DNS".to_owned()),
        (
            Question { is_forged: true, ..named("host.stranger.example.edu") },
            "every client whose name in DNS is forged".to_owned(),
        ),
        (Question { sender: Some(String::new()), ..base.clone() }, "everybody with the null sender".to_owned()),
    ];
    for octets in BOGONS {
        let who = format!("clients in the network of {}", Ipv4Addr::from(octets));
        all.push((question(IpAddr::from(octets), elsewhere), who));
    }
    for literal in literals(site) {
        match literal {
            Literal::Network(address) => {
                all.push((question(IpAddr::V4(address), elsewhere), format!("clients such as {address}")));
            }
            Literal::Host(_) => {}
            Literal::Name(name) => {
                for host in [name.clone(), format!("host.{name}")] {
                    let helo = Question { helo: Some(host.clone()), ..base.clone() };
                    all.push((helo, format!("everybody who says HELO {host}")));
                    let sender = Question { sender: Some(format!("somebody@{host}")), ..base.clone() };
                    all.push((sender, format!("everybody who names a sender in `{host}`")));
                    // Who owns an address can give it any name; only the other way round it is true.
                    let forged = Question { is_forged: true, ..named(&host) };
                    all.push((forged, format!("everybody whose address claims the name `{host}`")));
                    if is_public_suffix(&name) {
                        all.push((named(&host), format!("every client whose name ends in `{name}`")));
                    }
                }
            }
            Literal::Mailbox(user) => {
                let sender = Question { sender: Some(format!("{user}@{elsewhere}")), ..base.clone() };
                all.push((sender, format!("everybody who calls himself `{user}`")));
            }
        }
    }
    if site.relay.local_from.is_none() && site.relay.mail_from.is_none() {
        for domain in own_domains(site) {
            let sender = Question { sender: Some(format!("somebody@{domain}")), ..base.clone() };
            all.push((sender, format!("everybody who names a sender in `{domain}`")));
            let helo = Question { helo: Some(domain.clone()), ..base.clone() };
            all.push((helo, format!("everybody who says HELO {domain}")));
        }
    }
    all
}

/// Hosts that may relay because a rule of the site names their address or a domain that is not the site's. Nobody else can have
/// such a name or address, but whoever reads the site's own statements does not find the permission.
fn named_hosts(
    audited: &Audited<'_>,
    elsewhere: &str,
    ask: &mut dyn FnMut(&Question) -> Dialogue,
) -> Option<Diagnostic> {
    let own = own_domains(audited.site);
    let is_own = |name: &String| own.iter().any(|own| own == name || name.ends_with(&format!(".{own}")));
    let clients = literals(audited.site).into_iter().filter_map(|literal| match literal {
        Literal::Name(name) if name.contains('.') && !is_own(&name) => {
            let host = Question { name: Some(format!("host.{name}")), ..question(STRANGER, elsewhere) };
            Some((host, format!("hosts in `{name}`"), name))
        }
        Literal::Host(address) => {
            Some((question(IpAddr::V4(address), elsewhere), format!("the client {address}"), address.to_string()))
        }
        _ => None,
    });
    for (question, who, key) in clients {
        let dialogue = ask(&question);
        if is_relayed(&dialogue, elsewhere) && !dialogue.is_deferred() && !is_granted(&dialogue) {
            let place = dialogue.steps.iter().rev().find_map(|step| audited.deciding(step));
            let found = Diagnostic::advice("local_check_relays", format!("{who} may relay by a rule of the site"))
                .why("relay domains and the access map do not show this permission")
                .help(format!("write `Connect:{key} RELAY` in the access map, and let the rule answer `$@`"));
            return Some(at(found, place, "decided here"));
        }
    }
    None
}

/// Recipients elsewhere that look like ones of the site's own domains, each with what hides them.
fn disguises(site: &Site, elsewhere: &str) -> Vec<(Question, &'static str)> {
    let mut all = Vec::new();
    for own in own_domains(site) {
        for (recipient, form) in [
            (format!("victim%{elsewhere}@{own}"), "%"),
            (format!("{elsewhere}!victim@{own}"), "!"),
            (format!("@{own}:victim@{elsewhere}"), ":"),
            (format!("victim@{elsewhere}@{own}"), "@"),
            (format!("\"victim@{elsewhere}\"@{own}"), "\""),
        ] {
            all.push((Question { recipient: Some(recipient), ..question(STRANGER, elsewhere) }, form));
        }
    }
    all
}

/// Domains whose mail the site takes.
fn own_domains(site: &Site) -> Vec<String> {
    let classes = [Class::Local, Class::Relay, Class::VirtualHost].into_iter();
    let members = classes.flat_map(|class| site.classes.members(class)).map(|member| member.value.as_str());
    let relayed = site.entries_of(TableKind::Access).iter().filter(|entry| entry.action() == AccessAction::Relay);
    let relayed = relayed.filter(|entry| matches!(entry.tag(), None | Some("To"))).map(TableEntry::subject);
    // This host's own name, where nothing else is local.
    let host = site.domain_name.iter().map(|name| name.value.as_str());
    let mut all: Vec<String> = Vec::new();
    for domain in members.chain(relayed).chain(host) {
        let domain = domain.to_ascii_lowercase();
        let is_domain = domain.contains('.') && domain.bytes().any(|byte| byte.is_ascii_alphabetic());
        if is_domain && !domain.contains([':', '$', '[', '*', '@']) && !all.contains(&domain) {
            all.push(domain);
        }
    }
    all.truncate(MAX_OWN_DOMAINS);
    all
}

/// Something that a rule of the site compares with.
enum Literal {
    /// Some address of a network that is named by its first octets.
    Network(Ipv4Addr),
    /// The whole address of one host.
    Host(Ipv4Addr),
    Name(String),
    Mailbox(String),
}

/// What left sides of the site's rules, its class lines and the expressions of its regex maps name.
fn literals(site: &Site) -> Vec<Literal> {
    let mut all = Vec::new();
    let mut seen = Vec::new();
    for raw in site.raw.values().flatten() {
        let text = match raw.text.chars().next() {
            Some('R') => raw.text.split('\t').next().unwrap_or_default().get(1..).unwrap_or_default(),
            Some('C') => raw.text.get(1..).unwrap_or_default(),
            // The expression of a regex map is what it finds.
            Some('K') => match raw.text.split_once(" regex ") {
                Some((_, expression)) => expression,
                None => continue,
            },
            _ => continue,
        };
        // Blanks between the words of an address mean nothing.
        let joined = text.replace(" . ", ".").replace(". ", ".").replace(" .", ".").replace("\\.", ".");
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        for word in joined.split(|c: char| !is_part(c)) {
            let word = word.trim_matches('.').to_ascii_lowercase();
            if word.is_empty() || seen.contains(&word) || all.len() >= MAX_LITERALS {
                continue;
            }
            seen.push(word.clone());
            if word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
                let octets = word.split('.').map(str::parse).collect::<Result<Vec<u8>, _>>();
                if let Ok(octets) = octets
                    && octets.len() <= 4
                    && word.contains('.')
                {
                    let mut address = [97; 4];
                    address.iter_mut().zip(&octets).for_each(|(to, from)| *to = *from);
                    all.push(match octets.len() {
                        4 => Literal::Host(address.into()),
                        _ => Literal::Network(address.into()),
                    });
                }
            } else if word.contains('.') {
                all.push(Literal::Name(word));
            } else if word.len() > 2 {
                all.push(Literal::Name(word.clone()));
                all.push(Literal::Mailbox(word));
            }
        }
    }
    all
}

/// Whether the site itself says so: the access map, or a class of who may relay.
fn is_granted(dialogue: &Dialogue) -> bool {
    dialogue.events().any(|event| match event {
        Event::LookedUp { map, value: Some(_), .. } => map == "access",
        Event::Member { class, .. } => class == "R",
        _ => false,
    })
}

fn reached_recipient(dialogue: &Dialogue) -> bool {
    let is_accepted = matches!(dialogue.verdict(), Verdict::Accepted | Verdict::Quarantined(_));
    is_accepted && dialogue.steps.iter().any(|step| step.command == Command::Rcpt)
}

/// Whether mail is accepted that then goes elsewhere.
fn is_relayed(dialogue: &Dialogue, elsewhere: &str) -> bool {
    let goes = |delivery: &crate::dialogue::Delivery| {
        let host = delivery.host.as_deref().unwrap_or_default().trim_end_matches('.');
        let (_, domain) = delivery.recipient.rsplit_once('@').unwrap_or_default();
        !delivery.is_local && (host == elsewhere || domain.trim_matches(['<', '>', '.']) == elsewhere)
    };
    reached_recipient(dialogue) && dialogue.delivery.as_ref().is_some_and(goes)
}

fn open_relay(audited: &Audited<'_>, question: &Question, dialogue: &Dialogue, who: &str) -> Diagnostic {
    let recipient = question.recipient.as_deref().unwrap_or_default();
    let place = dialogue.steps.iter().rev().find_map(|step| audited.deciding(step));
    let found = Diagnostic::error("open_relay", format!("{who} may relay to <{recipient}>"))
        .why("the site does not say so, but its rules accept this mail; such hosts are found and listed within hours")
        .help("let the rule ask for something that a stranger cannot choose: a relay domain, AUTH, or a certificate");
    at(found, place, "decided here")
}

/// Mail for an own domain that goes on to a host inside with the other recipient still in it.
fn rerouted(
    audited: &Audited<'_>,
    question: &Question,
    dialogue: &Dialogue,
    elsewhere: &str,
    form: &str,
) -> Option<Diagnostic> {
    let delivery = dialogue.delivery.as_ref().filter(|delivery| !delivery.is_local)?;
    if !matches!(form, "%" | "!") || !delivery.recipient.contains(elsewhere) {
        return None;
    }
    let site = audited.site;
    let place = match form {
        "%" => site.percent_hack.as_ref().map(|asked| asked.span),
        _ => site.nouucp.as_ref().map(|asked| asked.span),
    };
    let place = place.or_else(|| site.relay.loose.as_ref().map(|asked| asked.span));
    let place = place.or_else(|| dialogue.steps.iter().rev().find_map(|step| audited.deciding(step)));
    let host = delivery.host.as_deref().unwrap_or_default().trim_end_matches('.');
    let recipient = question.recipient.as_deref().unwrap_or_default();
    let found = Diagnostic::warning(
        "relayed_by_hub",
        format!("mail for <{recipient}> is accepted from everybody and handed to `{host}`"),
    )
    .why(format!("a host that takes `{form}` in an address apart sends it on to {elsewhere}, for it trusts this one"))
    .help(format!(
        "refuse such recipients here, with `reject` in place of `nospecial`, unless `{host}` takes `{form}` literally"
    ));
    Some(at(found, place, "lets it pass"))
}
