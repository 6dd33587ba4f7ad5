//! Asking name servers, as the resolver of the C library does for sendmail: one server after the other, with its times.
//!
//! What servers said is kept for the run, so that the same question has the same answer in all of it, and can be written down.

mod recorded;
mod wire;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use crate::{
    diagnostic::Diagnostic,
    rewrite::{Answer, Program, RecordType, Resolver},
    source::SourceId,
};
pub(super) use recorded::{Recorded, written};
use wire::Reply;

/// The port that name servers listen on.
const PORT: u16 = 53;

/// Most servers that are asked, as resolv.conf(5) has it.
const SERVERS: usize = 3;

/// Maximum number of unanswered names listed in the report.
const MAX_NAMES_LISTED: usize = 5;

/// A question: a name without the final dot, and a type.
pub(super) type Question = (String, RecordType);

/// Where name servers are and how long they are waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    servers: Vec<SocketAddr>,
    /// How long the first try waits for a server.
    wait: Duration,
    /// How often all servers are tried.
    tries: u32,
}

impl Settings {
    /// What a resolv.conf says.
    pub(super) fn of(resolv_conf: &str) -> Self {
        let mut settings = Self { servers: Vec::new(), wait: Duration::from_secs(5), tries: 2 };
        for line in resolv_conf.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") if settings.servers.len() < SERVERS => {
                    settings.servers.extend(words.next().and_then(server));
                }
                Some("options") => {
                    for option in words {
                        let number = |most: u32| option.split(':').nth(1)?.parse::<u32>().ok().map(|n| n.min(most));
                        match option.split(':').next() {
                            Some("timeout") => {
                                let wait = number(30).map(|seconds| Duration::from_secs(seconds.into()));
                                settings.wait = wait.unwrap_or(settings.wait);
                            }
                            Some("attempts") => settings.tries = number(5).unwrap_or(settings.tries),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        if settings.servers.is_empty() {
            settings.servers.push(SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)));
        }
        settings
    }

    /// The same, each server being asked once and waited for two seconds: for questions that are worth no more.
    pub(super) fn hurried(self) -> Self {
        Self { wait: Duration::from_secs(2), tries: 1, ..self }
    }

    /// The same with these servers, if there are any.
    pub(super) fn asking(mut self, servers: &[SocketAddr]) -> Self {
        if !servers.is_empty() {
            self.servers = servers.to_vec();
        }
        self
    }
}

/// A server as it is written: an address, perhaps with a port.
pub(super) fn server(text: &str) -> Option<SocketAddr> {
    let address = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT)).ok();
    address.or_else(|| text.parse().ok())
}

/// Name servers, and what they have said.
#[derive(Debug)]
pub(super) struct Live {
    settings: Settings,
    /// What a configuration says of times: that of the first try, and how often all are tried.
    times: Cell<(Option<Duration>, Option<u32>)>,
    source: SourceId,
    answers: RefCell<BTreeMap<Question, Answer>>,
}

impl Live {
    /// These servers. Names in answers have their places in `source`.
    pub(super) fn new(settings: Settings, source: SourceId) -> Self {
        Self { settings, times: Cell::default(), source, answers: RefCell::default() }
    }

    /// Waits as a configuration says.
    pub(super) fn apply_resolver_options(&self, program: &Program) {
        let option = |name: &str| {
            let said = [format!("timeout.resolver.{name}.normal"), format!("timeout.resolver.{name}")];
            said.iter().find_map(|name| program.option(name)).map(|value| String::from_utf8_lossy(value).into_owned())
        };
        let tries = option("retry").and_then(|tries| tries.trim().parse().ok());
        self.times.set((option("retrans").as_deref().and_then(seconds), tries));
    }

    /// What was said so far.
    pub(super) fn answers(&self) -> BTreeMap<Question, Answer> {
        let answers = self.answers.borrow();
        answers.iter().map(|((name, kind), answer)| ((name.to_ascii_lowercase(), *kind), answer.clone())).collect()
    }

    /// That servers were asked in vain, if they were.
    pub(super) fn silence(&self) -> Option<Diagnostic> {
        let answers = self.answers.borrow();
        let failed = answers.iter().filter(|(_, answer)| **answer == Answer::TryAgain);
        let names = failed.map(|((name, _), _)| format!("`{}`", name.to_ascii_lowercase())).collect::<BTreeSet<_>>();
        let told = names.iter().map(String::as_str).take(MAX_NAMES_LISTED).collect::<Vec<_>>();
        let more = names.len() - told.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!told.is_empty()).then(|| {
            Diagnostic::warning("names_not_answered", format!("no name server answered for {}{more}", told.join(", ")))
                .why("who asks is told to try again later, as sendmail would tell; another time the answer may be another")
                .help("try again, or name servers that answer with `--dns-server`")
        })
    }

    /// Asks the servers in turn, and again.
    fn ask(&self, name: &str, kind: RecordType) -> Answer {
        let Some((query, id)) = wire::query(name, kind) else { return Answer::NoName };
        let Settings { servers, wait, tries } = &self.settings;
        let (wait, tries) = (self.times.get().0.unwrap_or(*wait), self.times.get().1.unwrap_or(*tries));
        for _ in 0..tries {
            for (place, server) in servers.iter().enumerate() {
                let patience = patience(wait, place, servers.len());
                // A server that cannot be reached, or says what cannot be read, is as one that does not answer.
                let reply =
                    over_udp(*server, &query, patience, |bytes| wire::reply(bytes, id, name, kind, self.source));
                let reply = match reply {
                    Ok(Some(Reply::Truncated)) => over_tcp(*server, &query, patience)
                        .map(|bytes| wire::reply(&bytes, id, name, kind, self.source)),
                    reply => reply,
                };
                if let Ok(Some(Reply::Said(answer))) = reply {
                    return answer;
                }
            }
        }
        Answer::TryAgain
    }
}

impl Resolver for Live {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        // Servers answer with names in the case in which they were asked.
        let question = (name.trim_end_matches('.').to_owned(), kind);
        if let Some(known) = self.answers.borrow().get(&question) {
            return known.clone();
        }
        let answer = self.ask(&question.0, kind);
        self.answers.borrow_mut().insert(question, answer.clone());
        answer
    }
}

/// How long the server in this place of so many is waited for, as the GNU C library does it: longer for those behind the first,
/// who share what is added; in whole seconds, and one at least.
fn patience(wait: Duration, place: usize, servers: usize) -> Duration {
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    let servers = u64::try_from(servers).unwrap_or(u64::MAX);
    let wait = wait.as_secs().saturating_mul(1_u64.checked_shl(place).unwrap_or(u64::MAX));
    Duration::from_secs(if place > 0 { wait / servers.max(1) } else { wait }.max(1))
}

/// A time as options have it: seconds, or with a unit.
fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()?.saturating_mul(factor)))
}

/// Sends a query and waits for what `read` takes for its reply; `None` if the server says that it will not answer.
fn over_udp(
    server: SocketAddr,
    query: &[u8],
    patience: Duration,
    read: impl Fn(&[u8]) -> Option<Reply>,
) -> io::Result<Option<Reply>> {
    let any = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any)?;
    // Only what comes from the server is read from now on.
    socket.connect(server)?;
    socket.send(query)?;
    let until = Instant::now() + patience;
    let mut bytes = vec![0; usize::from(u16::MAX)];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        let length = socket.recv(&mut bytes)?;
        match read(bytes.get(..length).unwrap_or_default()) {
            // Whatever it is, it is no reply to this query.
            None => {}
            Some(Reply::Unwilling) => return Ok(None),
            reply => return Ok(reply),
        }
    }
}

/// The same over a connection, for a reply that a datagram is too short for.
fn over_tcp(server: SocketAddr, query: &[u8], patience: Duration) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let length = u16::try_from(query.len()).map_err(io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], query].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolv_conf_says_whom_to_ask_and_how_long() {
        let text = "# of the house\nnameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver nonsense\nnameserver 192.0.2.2\n\
                    nameserver 192.0.2.3\noptions timeout:2 attempts:9 rotate\n";
        let settings = Settings::of(text);
        let servers = settings.servers.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(servers, ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"]);
        assert_eq!((settings.wait, settings.tries), (Duration::from_secs(2), 5));
        let settings = Settings::of("");
        assert_eq!(settings.servers, [SocketAddr::from(([127, 0, 0, 1], 53))]);
        assert_eq!((settings.wait, settings.tries), (Duration::from_secs(5), 2));
        let own = server("192.0.2.9:5353").unwrap();
        assert_eq!(settings.asking(&[own]).servers, [own]);
    }

    #[test]
    fn servers_are_addresses_with_or_without_ports() {
        let read = |text| server(text).map(|server| server.to_string());
        assert_eq!(read("192.0.2.1"), Some("192.0.2.1:53".to_owned()));
        assert_eq!(read("2001:db8::1"), Some("[2001:db8::1]:53".to_owned()));
        assert_eq!(read("[2001:db8::1]:5353"), Some("[2001:db8::1]:5353".to_owned()));
        assert_eq!(read("ns.example.com"), None);
    }

    #[test]
    fn servers_are_waited_for_as_the_c_library_does() {
        let waits = |wait, servers| {
            let all = (0..servers).map(|place| patience(Duration::from_secs(wait), place, servers).as_secs());
            all.collect::<Vec<_>>()
        };
        assert_eq!((waits(5, 1), waits(2, 2), waits(5, 3), waits(0, 1)), (vec![5], vec![2, 2], vec![5, 3, 6], vec![1]));
    }

    #[test]
    fn times_have_units() {
        for (text, expected) in [("5", Some(5)), ("5s", Some(5)), ("2m", Some(120)), ("1h", Some(3600)), ("x", None)] {
            assert_eq!(seconds(text), expected.map(Duration::from_secs), "{text}");
        }
    }
}
