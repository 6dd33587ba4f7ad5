//! DNS messages: encodes queries and decodes replies.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    net::{Ipv4Addr, Ipv6Addr},
};

use simple_dns::{
    CLASS, Name, Packet, PacketFlag, QTYPE, Question, RCODE, ResourceRecord, TYPE,
    rdata::{RData, TXT},
};

use crate::{
    rewrite::{Answer, RecordType},
    source::{SourceId, Span, Spanned},
    syntax::zone::Data,
};

/// Contents of a reply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// An answer.
    Said(Answer),
    /// A truncated reply; the query must be repeated over TCP.
    Truncated,
    /// A failure: the server does not answer, now or ever.
    Unwilling,
}

fn kind_of(kind: RecordType) -> TYPE {
    match kind {
        RecordType::A => TYPE::A,
        RecordType::Aaaa => TYPE::AAAA,
        RecordType::Cname => TYPE::CNAME,
        RecordType::Mx => TYPE::MX,
        RecordType::Ns => TYPE::NS,
        RecordType::Ptr => TYPE::PTR,
        RecordType::Txt => TYPE::TXT,
        RecordType::Srv => TYPE::SRV,
        RecordType::Afsdb => TYPE::AFSDB,
    }
}

/// Encodes a query and returns its id; `None` if the name is not valid in DNS.
pub(super) fn query(name: &str, kind: RecordType) -> Option<(Vec<u8>, u16)> {
    if name.split('.').any(str::is_empty) {
        return None;
    }
    // The id must be unpredictable, like the port, so that nobody else can forge a reply.
    let [first, second, ..] = RandomState::new().build_hasher().finish().to_ne_bytes();
    let id = u16::from_ne_bytes([first, second]);
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet.questions.push(Question::new(Name::new(name).ok()?, QTYPE::TYPE(kind_of(kind)), CLASS::IN.into(), false));
    Some((packet.build_bytes_vec().ok()?, id))
}

/// Decodes the reply to a query; `None` if it is not a reply to it.
pub(super) fn reply(bytes: &[u8], id: u16, name: &str, kind: RecordType, source: SourceId) -> Option<Reply> {
    let packet = Packet::parse(bytes).ok()?;
    let asked = packet.questions.first()?;
    let is_reply = packet.id() == id
        && packet.has_flags(PacketFlag::RESPONSE)
        && asked.qname == Name::new(name).ok()?
        && asked.qtype == QTYPE::TYPE(kind_of(kind));
    if !is_reply {
        return None;
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Some(Reply::Truncated);
    }
    match packet.rcode() {
        RCODE::NoError => {}
        RCODE::NameError => return Some(Reply::Said(Answer::NoName)),
        _ => return Some(Reply::Unwilling),
    }
    // A server that is neither authoritative nor recursive sends a referral, which is not an answer.
    let is_referral = packet.answers.is_empty()
        && packet.additional_records.is_empty()
        && !packet.has_flags(PacketFlag::AUTHORITATIVE_ANSWER)
        && !packet.has_flags(PacketFlag::RECURSION_AVAILABLE);
    if is_referral {
        return Some(Reply::Unwilling);
    }
    let records = packet.answers.iter().filter(|record| record.class == CLASS::IN);
    // Aliases come before their targets; signatures and other types are ignored.
    let data = records.filter_map(|record| data(&record.rdata, source));
    let data = data.filter(|data| kind.is_of(data) || matches!(data, Data::Cname(_))).collect::<Vec<_>>();
    Some(Reply::Said(if data.is_empty() { Answer::NoData } else { Answer::Records(data) }))
}

fn data(record: &RData<'_>, source: SourceId) -> Option<Data> {
    let name = |name: &Name<'_>| Spanned::new(name.to_string(), Span::new(source, 0, 0));
    Some(match record {
        RData::A(a) => Data::A(Ipv4Addr::from(a.address)),
        RData::AAAA(aaaa) => Data::Aaaa(Ipv6Addr::from(aaaa.address)),
        RData::CNAME(target) => Data::Cname(name(&target.0)),
        RData::NS(server) => Data::Ns(name(&server.0)),
        RData::PTR(host) => Data::Ptr(name(&host.0)),
        RData::MX(mx) => Data::Mx { preference: mx.preference, host: name(&mx.exchange) },
        RData::TXT(text) => Data::Txt(strings(text)?),
        RData::SRV(srv) => {
            let text = format!("{} {} {} {}.", srv.priority, srv.weight, srv.port, srv.target);
            Data::Other { kind: "SRV".to_owned(), text }
        }
        RData::AFSDB(afs) => {
            Data::Other { kind: "AFSDB".to_owned(), text: format!("{} {}.", afs.subtype, afs.hostname) }
        }
        _ => return None,
    })
}

/// The strings of a TXT record: in the data, each is preceded by its length (RFC 1035 section 3.3.14).
fn strings(text: &TXT<'_>) -> Option<Vec<String>> {
    let mut alone = Packet::new_reply(0);
    alone.answers.push(ResourceRecord::new(Name::new("").ok()?, CLASS::IN, 0, RData::TXT(text.clone())));
    let bytes = alone.build_bytes_vec().ok()?;
    // The data is preceded by the header of the message and of the record: empty name, type, class, time to live, length.
    let mut rest = bytes.get(12 + 1 + 2 + 2 + 4 + 2..)?;
    let mut strings = Vec::new();
    while let Some((length, behind)) = rest.split_first() {
        let (string, behind) = behind.split_at_checked(usize::from(*length))?;
        strings.push(String::from_utf8_lossy(string).into_owned());
        rest = behind;
    }
    Some(strings)
}

#[cfg(test)]
mod tests {
    use simple_dns::rdata::{A, CNAME, MX};

    use super::*;
    use crate::source::Sources;

    /// What is read from the reply that `change` makes of one to a question for addresses of `Host.example.com`.
    fn read(change: impl FnOnce(&mut Packet<'_>)) -> Option<Reply> {
        let (bytes, id) = query("Host.example.com", RecordType::A).unwrap();
        let mut packet = Packet::parse(&bytes).unwrap().into_reply();
        packet.set_flags(PacketFlag::RESPONSE | PacketFlag::RECURSION_AVAILABLE);
        change(&mut packet);
        let source = Sources::default().add("", "");
        reply(&packet.build_bytes_vec_compressed().unwrap(), id, "Host.example.com", RecordType::A, source)
    }

    fn record(data: RData<'static>) -> ResourceRecord<'static> {
        ResourceRecord::new(Name::new("host.example.com").unwrap(), CLASS::IN, 60, data)
    }

    #[test]
    fn replies_say_what_they_say() {
        let address = RData::A(A { address: 0xc000_0201 });
        let alias = RData::CNAME(CNAME(Name::new("other.example.com").unwrap()));
        let mx = RData::MX(MX { preference: 1, exchange: Name::new("mx.example.com").unwrap() });
        let found = read(|packet| packet.answers = [alias, address, mx].map(record).to_vec());
        let Some(Reply::Said(Answer::Records(data))) = found else { panic!("{found:?}") };
        assert!(matches!(&data[..], [Data::Cname(name), Data::A(_)] if name.value == "other.example.com"), "{data:?}");
        assert_eq!(read(|_| ()), Some(Reply::Said(Answer::NoData)));
        assert_eq!(read(|packet| *packet.rcode_mut() = RCODE::NameError), Some(Reply::Said(Answer::NoName)));
        assert_eq!(read(|packet| *packet.rcode_mut() = RCODE::ServerFailure), Some(Reply::Unwilling));
        assert_eq!(read(|packet| packet.set_flags(PacketFlag::TRUNCATION)), Some(Reply::Truncated));
        assert_eq!(read(|packet| packet.remove_flags(PacketFlag::RECURSION_AVAILABLE)), Some(Reply::Unwilling));
        // Replies to other questions.
        assert_eq!(read(|packet| packet.set_id(packet.id().wrapping_add(1))), None);
        assert_eq!(read(|packet| packet.questions[0].qname = Name::new("else.example.com").unwrap()), None);
        assert_eq!(read(|packet| packet.questions[0].qtype = QTYPE::TYPE(TYPE::MX)), None);
        assert_eq!(read(|packet| packet.remove_flags(PacketFlag::RESPONSE)), None);
    }

    #[test]
    fn strings_of_a_text_stay_apart() {
        let expected = ["=a b", "", "key=value=x", "\"q\""];
        let text = expected.iter().fold(TXT::new(), |text, string| text.with_string(string).unwrap());
        assert_eq!(strings(&text).unwrap(), expected);
    }

    #[test]
    fn names_that_cannot_be_are_not_asked_for() {
        for name in ["", "a..b", ".a", &"a".repeat(64), &"a.".repeat(140)] {
            assert_eq!(query(name, RecordType::A), None, "{name}");
        }
        assert!(query("_x._tcp.example.com", RecordType::Srv).is_some());
    }
}
