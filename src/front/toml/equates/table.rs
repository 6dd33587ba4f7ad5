//! What sendmail knows: one entry each, for the reader, for what people are told, and for the schema.

/// What a value of one equate is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum EquateKind {
    /// A name of letters, digits, `-`, `_` and `.`.
    Name,
    /// A port: 1 to 65535, or the name of a service.
    Port,
    /// An address, a host name or a path.
    Address,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any of these letters.
    Letters(&'static [(char, &'static str)]),
    /// A whole number, not negative.
    Count,
    /// Names, one or a list.
    Names,
    /// A duration.
    Duration,
    /// `inet:PORT@HOST`, `inet6:PORT@HOST` or `local:PATH`.
    Socket,
    /// Durations by letter: `C:5m;S:10s`.
    Timeouts,
    /// A path.
    Path,
}

/// One `Key=value`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Equate {
    /// Its key in site.toml.
    pub key: &'static str,
    /// Its key in sendmail.cf.
    pub name: &'static str,
    /// What its value is.
    pub kind: EquateKind,
    /// One line for people, without a full stop.
    pub help: &'static str,
}

const fn equate(key: &'static str, name: &'static str, kind: EquateKind, help: &'static str) -> Equate {
    Equate { key, name, kind, help }
}

const FAMILY: Equate = equate(
    "family",
    "Family",
    EquateKind::Word(&["inet", "inet6", "local", "unix"]),
    "Address family; `inet` if not given",
);
const PORT: Equate = equate("port", "Port", EquateKind::Port, "Port, by number or by the name of a service");
const ADDR: Equate = equate("addr", "Addr", EquateKind::Address, "Address or host name; all addresses if not given");
const SEND: Equate = equate("snd_buf_size", "SndBufSize", EquateKind::Count, "Size of the TCP send buffer in bytes");
const RECEIVE: Equate =
    equate("rcv_buf_size", "RcvBufSize", EquateKind::Count, "Size of the TCP receive buffer in bytes");

/// Of a listener, in the order that they are written.
pub(crate) static DAEMON: &[Equate] = &[
    FAMILY,
    PORT,
    ADDR,
    equate("name", "Name", EquateKind::Name, "Name that logs and `${daemon_name}` know the listener by"),
    equate(
        "modifier",
        "M",
        EquateKind::Letters(&[
            ('a', "always requires authentication"),
            ('b', "sends from the address that the mail came in by"),
            ('c', "looks up the full names of hosts"),
            ('f', "requires fully qualified host names"),
            ('r', "requires recipients with a domain, where `require_qual_rcpt` is set"),
            ('s', "speaks TLS from the start"),
            ('u', "allows addresses without a domain"),
            ('A', "does not offer AUTH"),
            ('C', "does not look up the full names of hosts"),
            ('E', "does not allow ETRN"),
            ('O', "is optional: sendmail goes on if it cannot be opened"),
            ('S', "does not offer STARTTLS"),
        ]),
        "What is different for this listener, one letter each",
    ),
    equate(
        "input_mail_filters",
        "InputMailFilters",
        EquateKind::Names,
        "Milters that are asked, instead of the usual ones",
    ),
    equate("listen", "Listen", EquateKind::Count, "Connections that may wait to be accepted"),
    SEND,
    RECEIVE,
    equate("children", "children", EquateKind::Count, "Connections that may be open at a time"),
    equate(
        "delivery_mode",
        "DeliveryMode",
        EquateKind::Word(&["background", "interactive", "queueonly", "deferred"]),
        "When mail that comes in here is delivered",
    ),
    equate("refuse_la", "refuseLA", EquateKind::Count, "Load average from which connections are refused"),
    equate("delay_la", "delayLA", EquateKind::Count, "Load average from which answers are delayed"),
    equate("queue_la", "queueLA", EquateKind::Count, "Load average from which mail is only queued"),
];

/// Of a way to connect.
pub(crate) static CLIENT: &[Equate] = &[
    FAMILY,
    PORT,
    ADDR,
    equate(
        "modifier",
        "M",
        EquateKind::Letters(&[
            ('h', "greets with the name of the interface"),
            ('A', "does not authenticate"),
            ('S', "does not use STARTTLS"),
        ]),
        "What is different for these connections, one letter each",
    ),
    SEND,
    RECEIVE,
];

/// Of a milter, besides its name.
pub(crate) static MILTER: &[Equate] = &[
    equate(
        "socket",
        "S",
        EquateKind::Socket,
        "Where the milter listens: `inet:PORT@HOST`, `inet6:PORT@HOST`, `local:PATH`",
    ),
    equate(
        "flags",
        "F",
        EquateKind::Letters(&[('R', "connections are refused"), ('T', "connections fail for the time being")]),
        "What happens while the milter does not answer; if not given, mail passes unfiltered",
    ),
    equate(
        "timeouts",
        "T",
        EquateKind::Timeouts,
        "Timeouts for connecting, sending, reading and the end: `C:5m;S:10s;R:10s;E:5m`",
    ),
];

/// Of a queue group, besides its name.
pub(crate) static QUEUE: &[Equate] = &[
    equate("path", "P", EquateKind::Path, "Directory of the queue; an asterisk at its end for several"),
    equate("flags", "F", EquateKind::Letters(&[('f', "several runners at a time")]), "Flags, one letter each"),
    equate("nice", "N", EquateKind::Count, "How nice queue runners are to other processes"),
    equate("interval", "I", EquateKind::Duration, "Time between two queue runs"),
    equate("runners", "R", EquateKind::Count, "Queue runners that work at a time"),
    equate("jobs", "J", EquateKind::Count, "Messages in one queue run"),
    equate("recipients", "r", EquateKind::Count, "Recipients in one envelope; 0 for no limit"),
];
