//! What is said in the dialogues: by whom, from where, to whom.

use std::net::Ipv4Addr;

use super::client::Session;
use crate::fixture::Place;

/// Name and address of each server that takes mail.
pub fn servers(place: Place) -> Vec<(&'static str, Ipv4Addr)> {
    match place {
        Place::Arkum => vec![
            ("paragon.arkum.ch", Ipv4Addr::new(192, 168, 138, 30)),
            ("nt-mail1.plenaxx.ch", Ipv4Addr::new(203, 0, 113, 111)),
        ],
        Place::Example => vec![
            ("hub.example.com", Ipv4Addr::new(192, 0, 2, 30)),
            ("mx.example.net", Ipv4Addr::new(192, 0, 2, 91)),
            ("mx.outside.test", Ipv4Addr::new(203, 0, 113, 25)),
        ],
    }
}

/// All connections, in order.
pub fn sessions(place: Place) -> Vec<Session> {
    match place {
        Place::Arkum => arkum(),
        Place::Example => example(),
    }
}

fn session(from: [u8; 4], what: &'static str, says: &[&str]) -> Session {
    let mut all = vec!["EHLO client.test".to_owned()];
    all.extend(says.iter().map(|&line| line.to_owned()));
    all.push("QUIT".to_owned());
    Session { from: from.into(), what, says: all }
}

/// A whole transaction that ends with a message.
fn letter(from: [u8; 4], what: &'static str, sender: &str, recipients: &[&str], header_from: &str) -> Session {
    let mut says = vec![format!("MAIL FROM:<{sender}>")];
    says.extend(recipients.iter().map(|recipient| format!("RCPT TO:<{recipient}>")));
    says.push("DATA".to_owned());
    says.push(format!(
        "From: {header_from}\nTo: Someone <{}>\nCc: root, user@localhost\nSubject: a test\n\
         Date: Sat, 4 Nov 2000 10:25:28 +0100\nMessage-Id: <1@client.test>\n\nThis is a test.\n.",
        recipients.first().copied().unwrap_or_default()
    ));
    session(from, what, &says.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Each recipient in a transaction of its own.
fn recipients(from: [u8; 4], what: &'static str, sender: &str, recipients: &[&str]) -> Session {
    let mut says = Vec::new();
    for recipient in recipients {
        says.extend([format!("MAIL FROM:<{sender}>"), format!("RCPT TO:<{recipient}>"), "RSET".to_owned()]);
    }
    session(from, what, &says.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Each sender in a transaction of its own.
fn senders(from: [u8; 4], what: &'static str, senders: &[&str], recipient: &str) -> Session {
    let mut says = Vec::new();
    for sender in senders {
        says.extend([format!("MAIL FROM:{sender}"), format!("RCPT TO:<{recipient}>"), "RSET".to_owned()]);
    }
    session(from, what, &says.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Ways to write an address elsewhere so that it looks like one of `local`.
fn disguises(local: &str, elsewhere: &str) -> Vec<String> {
    vec![
        format!("user%{elsewhere}@{local}"),
        format!("@{local}:user@{elsewhere}"),
        format!("@{local},@{elsewhere}:user@{elsewhere}"),
        format!("{elsewhere}!user@{local}"),
        format!("{local}!{elsewhere}!user"),
        format!("\"user@{elsewhere}\"@{local}"),
        format!("\"user%{elsewhere}\"@{local}"),
        format!("\"{elsewhere}!user\"@{local}"),
        format!("user@{elsewhere}@{local}"),
        format!("user%{elsewhere}%{local}@{local}"),
        format!("user%{elsewhere}"),
        format!("{elsewhere}!user"),
        format!("user%{local}@{elsewhere}"),
    ]
}

fn arkum() -> Vec<Session> {
    let hidden = disguises("arkum.ch", "plenaxx.ch");
    let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
    let outside = [203, 0, 113, 111];
    vec![
        letter(
            outside,
            "mail from the Internet for the domain",
            "zahn@plenaxx.ch",
            &["martin.zahn@arkum.ch", "info+x@arkum.ch"],
            "Martin <zahn@plenaxx.ch>",
        ),
        letter(outside, "a bounce for the domain", "", &["martin.zahn@arkum.ch"], "MAILER-DAEMON@plenaxx.ch"),
        letter(
            outside,
            "mail for a host of the domain",
            "zahn@plenaxx.ch",
            &["root@paragon.arkum.ch"],
            "zahn@plenaxx.ch",
        ),
        letter(
            [192, 168, 138, 7],
            "a host of the allowed network sends out",
            "user@desk7.arkum.ch",
            &["martin@plenaxx.ch"],
            "user@desk7.arkum.ch",
        ),
        letter(
            [192, 168, 138, 8],
            "a host without a name in the allowed network",
            "user@ux-mail1.arkum.ch",
            &["martin@plenaxx.ch"],
            "user@ux-mail1.arkum.ch",
        ),
        letter(
            [192, 168, 138, 7],
            "root is exposed",
            "root@ux-mail1.arkum.ch",
            &["martin@plenaxx.ch"],
            "root@ux-mail1.arkum.ch",
        ),
        letter(
            [192, 168, 138, 7],
            "an unqualified header sender",
            "user@arkum.ch",
            &["martin@plenaxx.ch", "martin.zahn@arkum.ch"],
            "user",
        ),
        letter(
            [192, 168, 139, 80],
            "a host of the domain outside the network",
            "user@arkum.ch",
            &["martin@plenaxx.ch"],
            "user@www.arkum.ch",
        ),
        letter(
            [128, 32, 0, 9],
            "a network that the access map lets relay",
            "user@sendmail.org",
            &["martin@plenaxx.ch"],
            "user@sendmail.org",
        ),
        recipients(
            [127, 0, 0, 1],
            "this host itself",
            "user@arkum.ch",
            &["martin@plenaxx.ch", "root", "user%plenaxx.ch@arkum.ch"],
        ),
        recipients(
            outside,
            "an outsider relays",
            "zahn@plenaxx.ch",
            &[
                "user@plenaxx.ch",
                "user@sendmail.org",
                "user@[203.0.113.111]",
                "user@arkum.com",
                "user@sub.arkum.ch",
                "user@arkum.ch.plenaxx.ch",
                "user",
            ],
        ),
        recipients(outside, "an outsider relays in disguise", "zahn@plenaxx.ch", &hidden),
        recipients([192, 168, 138, 7], "an insider in disguise", "user@arkum.ch", &hidden),
        recipients(
            [203, 0, 113, 6],
            "an outsider without a name",
            "zahn@plenaxx.ch",
            &["user@plenaxx.ch", "martin.zahn@arkum.ch"],
        ),
        recipients(
            [203, 0, 113, 99],
            "an outsider with a forged name",
            "zahn@plenaxx.ch",
            &["user@plenaxx.ch", "martin.zahn@arkum.ch"],
        ),
        recipients(
            outside,
            "an outsider under a name of ours",
            "user@arkum.ch",
            &["user@plenaxx.ch", "martin.zahn@arkum.ch"],
        ),
        recipients(
            outside,
            "recipients in the access map",
            "zahn@plenaxx.ch",
            &["nobody@arkum.ch", "lab@arkum.ch", "user@cyberspammer.com", "spammer@aol.com"],
        ),
        senders(
            outside,
            "senders in the access map, and others that are not",
            &[
                "<spammer@aol.com>",
                "<other@aol.com>",
                "<x@cyberspammer.com>",
                "<x@sub.cyberspammer.com>",
                "<x@okay.cyberspammer.com>",
                "<x@worms.test>",
                "<x@newsletter.test>",
                "<x@doubtful.test>",
                "<x@sendmail.org>",
                "<x@arkum.com>",
            ],
            "martin.zahn@arkum.ch",
        ),
        senders(
            outside,
            "senders that do not exist, are not qualified or too large",
            &[
                "<x@does.not.exist.test>",
                "<x@tempfail.test>",
                "<x>",
                "<x@localhost>",
                "<x@[203.0.113.200]>",
                "<plenaxx.ch!x>",
                "<x@plenaxx.ch> SIZE=30000000",
                "<>",
            ],
            "martin.zahn@arkum.ch",
        ),
        letter(
            outside,
            "a sender whose mail is discarded",
            "x@newsletter.test",
            &["martin.zahn@arkum.ch"],
            "x@newsletter.test",
        ),
        letter(outside, "a sender whose mail is held", "x@doubtful.test", &["martin.zahn@arkum.ch"], "x@doubtful.test"),
        recipients([192, 168, 212, 5], "a client that is rejected", "zahn@plenaxx.ch", &["martin.zahn@arkum.ch"]),
        recipients(
            [192, 168, 213, 5],
            "a client that is refused for now",
            "zahn@plenaxx.ch",
            &["martin.zahn@arkum.ch"],
        ),
        recipients([203, 0, 113, 121], "a client whose name is refused", "zahn@plenaxx.ch", &["martin.zahn@arkum.ch"]),
        recipients(
            [203, 0, 113, 122],
            "a client whose name is excepted",
            "zahn@plenaxx.ch",
            &["martin.zahn@arkum.ch", "user@plenaxx.ch"],
        ),
        session(
            outside,
            "questions about users",
            &[
                "VRFY root",
                "EXPN postmaster",
                "ETRN arkum.ch",
                "NOOP",
                "RCPT TO:<martin.zahn@arkum.ch>",
                "MAIL FROM: nobody",
                "DATA",
            ],
        ),
    ]
}

fn example() -> Vec<Session> {
    let hidden = disguises("relay.example.com", "outside.test");
    let hidden: Vec<&str> = hidden.iter().map(String::as_str).collect();
    let outside = [203, 0, 113, 5];
    vec![
        letter(
            [127, 0, 0, 1],
            "this host itself sends out",
            "user@relay.example.com",
            &["someone@outside.test"],
            "user@relay.example.com",
        ),
        letter([127, 0, 0, 1], "root sends out", "root@relay.example.com", &["someone@example.net"], "root"),
        recipients(
            outside,
            "an outsider",
            "someone@outside.test",
            &[
                "user@outside.test",
                "user@example.net",
                "user@host.example.net",
                "user@relay.example.com",
                "user@served.test",
                "root",
                "user@friend.test",
                "info@virtual.test",
                "gone@virtual.test",
            ],
        ),
        recipients(outside, "an outsider in disguise", "someone@outside.test", &hidden),
        recipients(
            [203, 0, 113, 6],
            "an outsider without a name",
            "someone@outside.test",
            &["user@outside.test", "user@relay.example.com"],
        ),
        recipients(
            [203, 0, 113, 99],
            "an outsider with a forged name",
            "someone@outside.test",
            &["user@outside.test", "user@relay.example.com"],
        ),
        recipients(
            [203, 0, 113, 66],
            "a client in blocklists",
            "someone@outside.test",
            &["user@outside.test", "user@relay.example.com", "friendly@relay.example.com"],
        ),
        recipients(
            [203, 0, 113, 70],
            "a client that the access map lets relay",
            "someone@outside.test",
            &["user@outside.test"],
        ),
        recipients(
            [192, 168, 138, 7],
            "a client of a network that the access map lets relay",
            "someone@outside.test",
            &["user@outside.test", "user@relay.example.com"],
        ),
        recipients(
            outside,
            "recipients in the access map",
            "someone@outside.test",
            &[
                "badlocaluser@relay.example.com",
                "rejected@relay.example.com",
                "blocked@relay.example.com",
                "discarded@relay.example.com",
                "quarantined@relay.example.com",
                "user@inside.example.com",
                "user@blocked.test",
                "single@outside.test",
            ],
        ),
        senders(
            outside,
            "senders",
            &[
                "<user@spammer.test>",
                "<okay@spammer.test>",
                "<user@code.test>",
                "<user@text.test>",
                "<user@discard.test>",
                "<user@quarantine.test>",
                "<user@does.not.exist.test>",
                "<user@tempfail.test>",
                "<user>",
                "<user@localhost>",
                "<user@relay.example.com>",
                "<boss@friend.test>",
                "<>",
            ],
            "user@relay.example.com",
        ),
    ]
}
