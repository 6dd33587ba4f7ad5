//! A DNS client that queries name servers in the same order, and with the same timeouts, as the resolver of the C library does
//! for sendmail.
//!
//! Answers are kept for the whole run, so that equal questions have equal answers, and so that they can be recorded.

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

/// Port of name servers.
const PORT: u16 = 53;

/// Maximum number of name servers, as in resolv.conf(5).
const MAX_SERVERS: usize = 3;

/// Maximum number of unanswered names listed in the report.
const MAX_NAMES_LISTED: usize = 5;

/// A question: a name without the trailing dot, and a type.
pub(super) type Question = (String, RecordType);

/// Addresses of the name servers, and timeouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    servers: Vec<SocketAddr>,
    /// Timeout of the first attempt.
    wait: Duration,
    /// Number of attempts over all servers.
    tries: u32,
}

impl Settings {
    /// Parses a resolv.conf.
    pub(super) fn of(resolv_conf: &str) -> Self {
        let mut settings = Self { servers: Vec::new(), wait: Duration::from_secs(5), tries: 2 };
        for line in resolv_conf.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") if settings.servers.len() < MAX_SERVERS => {
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

    /// Replaces the servers, if any are given.
    pub(super) fn asking(mut self, servers: &[SocketAddr]) -> Self {
        if !servers.is_empty() {
            self.servers = servers.to_vec();
        }
        self
    }
}

/// Parses a server: an address with an optional port.
pub(super) fn server(text: &str) -> Option<SocketAddr> {
    let address = text.parse::<IpAddr>().map(|address| SocketAddr::new(address, PORT)).ok();
    address.or_else(|| text.parse().ok())
}

/// A client for name servers, with the answers so far.
#[derive(Debug)]
pub(super) struct Live {
    settings: Settings,
    /// Timeouts of a configuration: of the first attempt, and the number of attempts.
    times: Cell<(Option<Duration>, Option<u32>)>,
    source: SourceId,
    answers: RefCell<BTreeMap<Question, Answer>>,
}

impl Live {
    /// A client for these servers. Names in answers get their places in `source`.
    pub(super) fn new(settings: Settings, source: SourceId) -> Self {
        Self { settings, times: Cell::default(), source, answers: RefCell::default() }
    }

    /// Applies the timeouts of a configuration.
    pub(super) fn apply_resolver_options(&self, program: &Program) {
        let option = |name: &str| {
            let said = [format!("timeout.resolver.{name}.normal"), format!("timeout.resolver.{name}")];
            said.iter().find_map(|name| program.option(name)).map(|value| String::from_utf8_lossy(value).into_owned())
        };
        let tries = option("retry").and_then(|tries| tries.trim().parse().ok());
        self.times.set((option("retrans").as_deref().and_then(seconds), tries));
    }

    /// All answers so far.
    pub(super) fn answers(&self) -> BTreeMap<Question, Answer> {
        let answers = self.answers.borrow();
        answers.iter().map(|((name, kind), answer)| ((name.to_ascii_lowercase(), *kind), answer.clone())).collect()
    }

    /// A warning if servers did not answer.
    pub(super) fn silence(&self) -> Option<Diagnostic> {
        let answers = self.answers.borrow();
        let failed = answers.iter().filter(|(_, answer)| **answer == Answer::TryAgain);
        let names = failed.map(|((name, _), _)| format!("`{}`", name.to_ascii_lowercase())).collect::<BTreeSet<_>>();
        let listed = names.iter().map(String::as_str).take(MAX_NAMES_LISTED).collect::<Vec<_>>();
        let more = names.len() - listed.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!listed.is_empty()).then(|| {
            Diagnostic::warning(
                "names_not_answered",
                format!("no name server answered the queries for {}{more}", listed.join(", ")),
            )
            .why("sendmail would answer with a temporary failure; when the servers respond, the result may differ")
            .help("try again, or query other servers with `--dns-server ADDRESS`")
        })
    }

    /// Queries the servers in turn, and repeats.
    fn ask(&self, name: &str, kind: RecordType) -> Answer {
        let Some((query, id)) = wire::query(name, kind) else { return Answer::NoName };
        let Settings { servers, wait, tries } = &self.settings;
        let (wait, tries) = (self.times.get().0.unwrap_or(*wait), self.times.get().1.unwrap_or(*tries));
        for _ in 0..tries {
            for (place, server) in servers.iter().enumerate() {
                let patience = patience(wait, place, servers.len());
                // An unreachable server and an unreadable reply count as no answer.
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
        // Servers echo the case of the name in the question.
        let question = (name.trim_end_matches('.').to_owned(), kind);
        if let Some(known) = self.answers.borrow().get(&question) {
            return known.clone();
        }
        let answer = self.ask(&question.0, kind);
        self.answers.borrow_mut().insert(question, answer.clone());
        answer
    }
}

/// Timeout for the server at this index, as in the GNU C library: later servers get a longer timeout, divided by their number, in
/// whole seconds and at least one.
fn patience(wait: Duration, place: usize, servers: usize) -> Duration {
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    let servers = u64::try_from(servers).unwrap_or(u64::MAX);
    let wait = wait.as_secs().saturating_mul(1_u64.checked_shl(place).unwrap_or(u64::MAX));
    Duration::from_secs(if place > 0 { wait / servers.max(1) } else { wait }.max(1))
}

/// Parses a time as in sendmail options: seconds, or a number with a unit.
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

/// Sends a query and waits for the reply that `read` accepts; `None` if the server answers with a failure.
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
    // From here on, only datagrams from this server are received.
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
            // Anything else is not the reply to this query.
            None => {}
            Some(Reply::Unwilling) => return Ok(None),
            reply => return Ok(reply),
        }
    }
}

/// The same over TCP, for a reply that does not fit into a datagram.
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
