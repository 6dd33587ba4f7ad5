//! DNS answers recorded in a zone file, with comments that list the questions.
//!
//! A zone alone cannot distinguish a name that does not exist from one that was never queried.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::Question;
use crate::{
    rewrite::{Answer, RecordType, compressed},
    source::SourceId,
    syntax::zone::{self, Data, Zones},
};

/// First line of the file.
const HEAD: &str =
    "; Answers of name servers, recorded by `relaycc --dns-record`. What is not asked here is not known.";

/// Prefix of a line with a question, followed by its name, type and answer.
const QUESTION: &str = "; asked ";

/// Maximum CNAME chain length.
const MAX_CNAME_CHAIN: usize = 16;

/// Recorded questions and answers.
#[derive(Debug, Default)]
pub(in crate::cli) struct Recorded {
    answers: BTreeMap<Question, Answer>,
}

impl Recorded {
    /// Adds the contents of a file; `None` if it is not a recording.
    pub(in crate::cli) fn add(&mut self, text: &str, source: SourceId) -> Option<()> {
        text.starts_with(HEAD).then_some(())?;
        let (zones, _) = zone::parse(text, source, "");
        for line in text.lines().filter_map(|line| line.strip_prefix(QUESTION)) {
            let mut words = line.splitn(3, ' ');
            let (Some(name), Some(kind), Some(outcome)) = (words.next(), words.next(), words.next()) else { continue };
            let Some(kind) = RecordType::named(kind) else { continue };
            let answer = match outcome {
                "no such name" => Answer::NoName,
                "nothing" => Answer::NoData,
                "no answer" => Answer::TryAgain,
                _ => Answer::Records(follow(&zones, name, kind)),
            };
            self.answers.insert((name.to_owned(), kind), answer);
        }
        Some(())
    }

    /// The recorded answer to a question. Names have the case that servers would return.
    pub(in crate::cli) fn answer(&self, name: &str, kind: RecordType) -> Option<Answer> {
        let name = name.trim_end_matches('.');
        Some(match self.answers.get(&(name.to_ascii_lowercase(), kind))? {
            Answer::Records(records) => Answer::Records(records.iter().map(|data| compressed(data, name)).collect()),
            answer => answer.clone(),
        })
    }

    /// All recorded questions and answers.
    pub(in crate::cli) fn answers(&self) -> &BTreeMap<Question, Answer> {
        &self.answers
    }
}

/// The records of a name after following its aliases.
fn follow(zones: &Zones, name: &str, kind: RecordType) -> Vec<Data> {
    let mut found = Vec::new();
    let mut name = name.to_owned();
    for _ in 0..MAX_CNAME_CHAIN {
        let before = found.len();
        found.extend(zones.of(&name).map(|record| &record.data).filter(|data| kind.is_of(data)).cloned());
        let alias = zones.of(&name).find_map(|record| match &record.data {
            Data::Cname(target) => Some((record.data.clone(), target.value.clone())),
            _ => None,
        });
        let Some((data, target)) = alias.filter(|_| found.len() == before) else { break };
        found.push(data);
        name = target;
    }
    found
}

/// Formats the answers as a file. Names that a zone file cannot represent are left out, so their answers are unknown afterwards.
pub(in crate::cli) fn written(answers: &BTreeMap<Question, Answer>) -> String {
    let mut out = format!("{HEAD}\n");
    let mut there = BTreeSet::new();
    for ((name, kind), answer) in answers.iter().filter(|((name, _), _)| is_plain(name)) {
        let outcome = match answer {
            Answer::Records(_) => "answered",
            Answer::NoName => "no such name",
            Answer::NoData => "nothing",
            Answer::TryAgain => "no answer",
        };
        let _ = writeln!(out, "{QUESTION}{name} {} {outcome}", kind.name());
        let Answer::Records(records) = answer else { continue };
        let mut owner = name.clone();
        for data in records {
            let Some((kind, text)) = text(data) else { continue };
            let line = format!("{owner}. 0 IN {kind} {text}");
            if there.insert(line.clone()) {
                let _ = writeln!(out, "{line}");
            }
            if let Data::Cname(target) = data {
                owner = target.value.to_ascii_lowercase();
            }
        }
    }
    out
}

/// Whether a name has the same meaning in a zone file.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_graphic() && !b";()\"\\@$".contains(&byte))
}

/// Type and data of a record; `None` if it contains a name that a zone file cannot represent.
fn text(data: &Data) -> Option<(&str, String)> {
    let name = |name: &str| is_plain(name).then(|| format!("{}.", name.to_ascii_lowercase()));
    Some(match data {
        Data::A(address) => ("A", address.to_string()),
        Data::Aaaa(address) => ("AAAA", address.to_string()),
        Data::Mx { preference, host } => ("MX", format!("{preference} {}", name(&host.value)?)),
        Data::Ptr(host) => ("PTR", name(&host.value)?),
        Data::Cname(target) => ("CNAME", name(&target.value)?),
        Data::Ns(server) => ("NS", name(&server.value)?),
        Data::Txt(texts) => ("TXT", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(" ")),
        Data::Other { kind, text } => (kind, text.clone()),
        Data::Soa { .. } => return None,
    })
}

/// Quotes a text, split into strings of at most 255 bytes (RFC 1035 section 3.3).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (at, byte) in text.bytes().enumerate() {
        if at > 0 && at % 255 == 0 {
            out.push_str("\" \"");
        }
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\{byte:03}");
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;
    use crate::source::{Sources, Span, Spanned};

    #[test]
    fn what_was_answered_is_read_again() {
        let source = Sources::default().add("", "");
        let name = |name: &str| Spanned::new(name.to_owned(), Span::new(source, 0, 0));
        let answers = [
            ("example.com", RecordType::A, Answer::Records(vec![Data::A(Ipv4Addr::new(192, 0, 2, 1))])),
            (
                "example.com",
                RecordType::Mx,
                Answer::Records(vec![
                    Data::Mx { preference: 10, host: name("a.example.com") },
                    Data::Mx { preference: 5, host: name("b.example.com") },
                ]),
            ),
            ("example.com", RecordType::Aaaa, Answer::NoData),
            ("null.example.com", RecordType::Mx, Answer::Records(vec![Data::Mx { preference: 0, host: name("") }])),
            (
                "www.example.com",
                RecordType::A,
                Answer::Records(vec![Data::Cname(name("example.com")), Data::A(Ipv4Addr::new(192, 0, 2, 1))]),
            ),
            ("dangling.example.com", RecordType::A, Answer::Records(vec![Data::Cname(name("gone.example.com"))])),
            ("gone.example.com", RecordType::A, Answer::NoName),
            ("lame.example.com", RecordType::Aaaa, Answer::TryAgain),
            ("six.example.com", RecordType::Aaaa, Answer::Records(vec![Data::Aaaa(Ipv6Addr::LOCALHOST)])),
            ("example.com", RecordType::Ns, Answer::Records(vec![Data::Ns(name("ns.example.com"))])),
            ("1.2.0.192.in-addr.arpa", RecordType::Ptr, Answer::Records(vec![Data::Ptr(name("example.com"))])),
            (
                "text.example.com",
                RecordType::Txt,
                Answer::Records(vec![Data::Txt(vec!["a \"quoted\" \\ text; grüße".to_owned()])]),
            ),
            (
                "_x._tcp.example.com",
                RecordType::Srv,
                Answer::Records(vec![Data::Other { kind: "SRV".into(), text: "0 5 25 a.example.com.".into() }]),
            ),
        ];
        let answers = answers
            .into_iter()
            .map(|(name, kind, answer)| ((name.to_owned(), kind), answer))
            .collect::<BTreeMap<_, _>>();
        let text = written(&answers);
        let mut recorded = Recorded::default();
        recorded.add(&text, source).unwrap();
        assert_eq!(recorded.answers(), &answers, "{text}");
        assert_eq!(recorded.answer("EXAMPLE.com.", RecordType::Aaaa), Some(Answer::NoData));
        assert_eq!(recorded.answer("other.example.com", RecordType::A), None);
        assert_eq!(recorded.add("example.com. A 192.0.2.1\n", source), None);
    }

    #[test]
    fn long_texts_are_cut_into_pieces() {
        let source = Sources::default().add("", "");
        let long = "x".repeat(600);
        let question = ("a".to_owned(), RecordType::Txt);
        let text = written(&BTreeMap::from([(question.clone(), Answer::Records(vec![Data::Txt(vec![long.clone()])]))]));
        let mut recorded = Recorded::default();
        recorded.add(&text, source).unwrap();
        let Some(Answer::Records(records)) = recorded.answer("a", RecordType::Txt) else { panic!("{text}") };
        assert!(matches!(&records[..], [Data::Txt(texts)] if texts.len() == 3 && texts.concat() == long));
    }

    #[test]
    fn names_that_no_zone_file_can_have_are_left_out() {
        let answers = ["a b", "a;b", "a\"b", "ü"].map(|name| ((name.to_owned(), RecordType::A), Answer::NoName));
        assert_eq!(written(&BTreeMap::from(answers)).lines().count(), 1);
    }
}
