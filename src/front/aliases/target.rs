//! What an address means to the host that reads its aliases: a user, a program, a file, or somebody elsewhere.
//!
//! This is what the rulesets `canonify` and `parse` decide in a configuration of sendmail that leaves routing to DNS, for
//! hosts that are known to be this one or not: no UUCP neighbours, no hub, no smart host changes what is local.

use super::quotes::{dequote, unescaped};
use crate::syntax::address::{is_word, join};

type Tokens = Vec<Vec<u8>>;

/// Whether a host is this one. It is asked for names in lower case without the final dot, and for addresses in brackets.
/// `localhost` always is.
pub type IsOwn<'a> = &'a dyn Fn(&[u8]) -> bool;

/// How often parts of an address may be taken for an address of their own.
const MAX_DEPTH: usize = 20;

/// What an address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A user of this host.
    User {
        /// The name, as sendmail writes it; the null sender is the empty name.
        name: Vec<u8>,
        /// It consists of words that sendmail joined with dots.
        joined: bool,
    },
    /// A program, a file or a list, with the character it begins with: `|`, `/` or `:`. Of a list its path alone.
    Special(u8, Vec<u8>),
    /// Somebody at another host.
    Elsewhere(Vec<u8>),
    /// Nobody: sendmail refuses such addresses.
    Refused(Refusal),
    /// sendmail's rulesets go round in circles over it: it is a lone `!`.
    Endless,
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `list:;` names no recipient.
    List,
    /// There is a host and no user.
    UserRequired,
    /// There is an `@` and no host.
    HostRequired,
    /// Something follows an address in brackets.
    Literal,
    /// A colon in the host.
    Colon,
    /// A host that begins with a dot, or has two in a row.
    HostName,
    /// A comma, or more than one `@`.
    Route,
    /// An `@` after the host.
    RouteEnd,
}

impl Refusal {
    /// What sendmail says.
    pub fn message(self) -> &'static str {
        match self {
            Self::List => "List:; syntax illegal for recipient addresses",
            Self::UserRequired => "User address required",
            Self::HostRequired => "Hostname required",
            Self::Literal => "Invalid address",
            Self::Colon => "Colon illegal in host name part",
            Self::HostName => "Invalid host name",
            Self::Route | Self::RouteEnd => "Invalid route address",
        }
    }

    /// The exit status that it leads to, of `sysexits.h`.
    pub fn status(self) -> u8 {
        match self {
            Self::Literal | Self::HostName | Self::RouteEnd => 68,
            Self::List | Self::UserRequired | Self::HostRequired | Self::Colon | Self::Route => 64,
        }
    }
}

/// What tokens mean, together, as an address.
pub(super) fn target(tokens: &[Vec<u8>], is_own: IsOwn<'_>) -> Target {
    Reading { is_own }.target(focus(tokens.to_vec()), 0)
}

/// A user and the host behind the `@`, if there is one.
struct Address {
    user: Tokens,
    host: Option<Tokens>,
}

impl Address {
    fn of(user: impl Into<Tokens>, host: impl Into<Tokens>) -> Self {
        Self { user: user.into(), host: Some(host.into()) }
    }
}

fn is(token: &[u8], text: &str) -> bool {
    token.eq_ignore_ascii_case(text.as_bytes())
}

fn position(tokens: &[Vec<u8>], text: &str) -> Option<usize> {
    tokens.iter().position(|token| is(token, text))
}

fn starts_with(tokens: &[Vec<u8>], texts: &[&str]) -> bool {
    tokens.len() >= texts.len() && tokens.iter().zip(texts).all(|(token, text)| is(token, text))
}

fn ends_with(tokens: &[Vec<u8>], texts: &[&str]) -> bool {
    tokens.len().checked_sub(texts.len()).and_then(|at| tokens.get(at..)).is_some_and(|end| starts_with(end, texts))
}

fn until(tokens: &[Vec<u8>], end: usize) -> &[Vec<u8>] {
    tokens.get(..end).unwrap_or(tokens)
}

fn from(tokens: &[Vec<u8>], start: usize) -> &[Vec<u8>] {
    tokens.get(start..).unwrap_or_default()
}

/// Finds the user and the host of an address.
fn focus(tokens: Tokens) -> Address {
    if tokens.is_empty() {
        return Address::of([], []);
    }
    let mut tokens = without_label(tokens);
    while ends_with(&tokens, &[";"]) {
        tokens.pop();
    }
    if let Some(list) = empty_list(&tokens) {
        return Address::of(list, []);
    }
    if tokens.is_empty() {
        return Address::of([b":".to_vec(), b";".to_vec()], []);
    }
    let tokens = without_route(in_brackets(&tokens).to_vec());
    if tokens.is_empty() {
        return Address::of([], []);
    }
    domain(&tokens).or_else(|| uucp(&tokens)).unwrap_or_else(|| percent(tokens))
}

/// Takes away what a colon separates from the front, unless the colon has a meaning of its own.
fn without_label(mut tokens: Tokens) -> Tokens {
    // What sendmail's rules mark an address with; written there, it is taken for the mark.
    let marked = ends_with(&tokens, &["<", "@", ">"]);
    if marked {
        tokens.truncate(tokens.len() - 3);
    }
    let Some(colon) = position(&tokens, ":") else { return tokens };
    let bracketed = !marked && position(&tokens, "<").is_some_and(|open| position(from(&tokens, open), ">").is_some());
    let meant = bracketed
        || starts_with(&tokens, &["@"])
        || tokens.windows(2).any(|pair| starts_with(pair, &[":", ":"]))
        || starts_with(&tokens, &[":", "include", ":"])
        || (ends_with(&tokens, &["]"]) && tokens.windows(3).any(|three| starts_with(three, &["[", "ipv6", ":"])));
    let literal_follows = ends_with(&tokens, &["]"]) && position(from(&tokens, colon), "[").is_some();
    if meant && !literal_follows { tokens } else { from(&tokens, colon + 1).to_vec() }
}

/// The name of a list without members in angle brackets.
fn empty_list(tokens: &[Vec<u8>]) -> Option<Tokens> {
    let open = position(tokens, "<")?;
    let rest = from(tokens, open + 1);
    let end = rest.windows(3).skip(1).position(|three| starts_with(three, &[":", ";", ">"]))?;
    Some(until(rest, end + 3).to_vec())
}

/// What stands in the last angle brackets, if there are any: the phrase before them is not part of the address.
fn in_brackets(tokens: &[Vec<u8>]) -> &[Vec<u8>] {
    let Some(open) = tokens.iter().rposition(|token| is(token, "<")) else {
        return position(tokens, ">").map_or(tokens, |close| until(tokens, close));
    };
    let inside = from(tokens, open + 1);
    position(inside, ">").map_or(inside, |close| until(inside, close))
}

/// Takes a route away: `@a,@b:user` is sent to `user`.
fn without_route(mut tokens: Tokens) -> Tokens {
    for separator in [",", ":"] {
        while starts_with(&tokens, &["@"])
            && let Some(at) = position(from(&tokens, 2), separator).filter(|at| at + 3 < tokens.len())
        {
            tokens.drain(..at + 3);
        }
    }
    tokens
}

/// `user@host`: the last `@` counts.
fn domain(tokens: &[Vec<u8>]) -> Option<Address> {
    let first = position(from(tokens, 1), "@")? + 1;
    if first + 1 == tokens.len() {
        return None;
    }
    let mut at = first;
    while let Some(next) = position(from(tokens, at + 1), "@").map(|next| at + 1 + next)
        && next + 1 < tokens.len()
    {
        at = next;
    }
    Some(Address::of(until(tokens, at), from(tokens, at + 1)))
}

/// `host!user`.
fn uucp(tokens: &[Vec<u8>]) -> Option<Address> {
    let bangs = || tokens.iter().enumerate().skip(1).filter(|(_, token)| is(token, "!")).map(|(at, _)| at);
    let bangs = || bangs().filter(|at| at + 1 < tokens.len());
    let dotted = |at: usize| at >= 3 && tokens.get(at - 2).is_some_and(|token| is(token, "."));
    let first = bangs().next()?;
    let at = if first == 1 { first } else { bangs().find(|at| dotted(*at)).unwrap_or(first) };
    let mut host = until(tokens, at).to_vec();
    if !dotted(at) {
        host.extend([b".".to_vec(), b"UUCP".to_vec()]);
    }
    Some(Address::of(from(tokens, at + 1), host))
}

/// `user%host`, and what has no host.
fn percent(mut tokens: Tokens) -> Address {
    let Some(last) = tokens.iter().rposition(|token| is(token, "%") || is(token, "@")) else {
        return Address { user: tokens, host: None };
    };
    let host = tokens.split_off(last + 1);
    tokens.pop();
    for token in &mut tokens {
        if is(token, "@") {
            *token = b"%".to_vec();
        }
    }
    Address::of(tokens, host)
}

struct Reading<'a> {
    is_own: IsOwn<'a>,
}

impl Reading<'_> {
    fn target(&self, address: Address, depth: usize) -> Target {
        if depth > MAX_DEPTH {
            return Target::Endless;
        }
        let Address { mut user, host } = address;
        let Some(mut host) = host else { return self.without_host(user, depth) };
        if host.is_empty() && ends_with(&user, &[";"]) && position(&user, ":").is_some() {
            return Target::Refused(Refusal::List);
        }
        if user.len() == 1 && starts_with(&user, &["@"]) {
            user.clear();
        }
        if host.is_empty() {
            return match user.is_empty() {
                true => Target::User { name: Vec::new(), joined: false },
                false => Target::Refused(Refusal::HostRequired),
            };
        }
        if user.is_empty() {
            return Target::Refused(Refusal::UserRequired);
        }
        // Between two `@` sendmail's rules keep addresses in brackets for a while.
        let between = starts_with(&host, &["@"]) && host.len() > 1;
        if between {
            host.remove(0);
        }
        let literal = starts_with(&host, &["["]) && ends_with(&host, &["]"]);
        if !literal {
            while ends_with(&host, &["."]) && host.len() > 1 {
                host.pop();
            }
        }
        if let Some(refusal) = host_refusal(&host).or_else(|| route_refusal(&user, &host)) {
            return Target::Refused(refusal);
        }
        if !self.is_own(&host) || (between && ends_with(&host, &[".", "UUCP"])) {
            user.push(b"@".to_vec());
            user.append(&mut host);
            return Target::Elsewhere(join(&user));
        }
        dequote(&mut user);
        if user.is_empty() {
            Target::Refused(Refusal::UserRequired)
        } else if routes(&user) {
            self.target(focus(user), depth + 1)
        } else {
            local(user)
        }
    }

    fn without_host(&self, mut user: Tokens, depth: usize) -> Target {
        if let Some(refusal) = comma(&user) {
            return Target::Refused(refusal);
        }
        if user.len() > 1 {
            return local(user);
        }
        dequote(&mut user);
        if user.is_empty() {
            Target::Refused(Refusal::UserRequired)
        } else if routes(&user) {
            self.target(focus(user), depth + 1)
        } else {
            local(user)
        }
    }

    fn is_own(&self, host: &[Vec<u8>]) -> bool {
        let host = join(host).to_ascii_lowercase();
        matches!(host.as_slice(), b"localhost" | b"localhost.uucp") || (self.is_own)(&host)
    }
}

/// What is wrong with a host.
fn host_refusal(host: &[Vec<u8>]) -> Option<Refusal> {
    let after = |bracket: usize| from(host, bracket + 1);
    let mut brackets = host.iter().enumerate().filter(|(_, token)| is(token, "]")).map(|(at, _)| at).peekable();
    let literal = starts_with(host, &["["]) && brackets.peek().is_some();
    let routed = |at: usize| after(at).len() > 1 && (starts_with(after(at), &[":"]) || starts_with(after(at), &[","]));
    if literal && brackets.clone().any(routed) {
        // A route through an address.
    } else if literal && brackets.any(|at| !after(at).is_empty()) {
        return Some(Refusal::Literal);
    } else if !(literal && host.len() > 2) && position(host, ":").is_some() {
        return Some(Refusal::Colon);
    }
    let dots = host.windows(2).any(|pair| starts_with(pair, &[".", "."]));
    (dots || starts_with(host, &["."])).then_some(Refusal::HostName)
}

/// What is wrong with a host and a user together.
fn route_refusal(user: &[Vec<u8>], host: &[Vec<u8>]) -> Option<Refusal> {
    if ends_with(host, &["@"]) {
        return Some(Refusal::RouteEnd);
    }
    if position(user, "@").is_some() || ends_with(user, &[","]) {
        return Some(Refusal::Route);
    }
    comma(user).or_else(|| {
        let end = ends_with(host, &[","]).then_some(Refusal::Route);
        end.or_else(|| comma(host))
    })
}

/// A comma separates routes only.
fn comma(tokens: &[Vec<u8>]) -> Option<Refusal> {
    let wrong = |pair: &[Vec<u8>]| starts_with(pair, &[","]) && !routes(from(pair, 1));
    tokens.windows(2).any(wrong).then_some(Refusal::Route)
}

/// Whether a user is an address itself.
fn routes(user: &[Vec<u8>]) -> bool {
    user.iter().any(|token| matches!(token.as_slice(), b"@" | b"%" | b"!"))
}

/// What a user of this host is.
fn local(tokens: Tokens) -> Target {
    let first = tokens.first().map(Vec::as_slice).unwrap_or_default();
    let first = first.strip_prefix(b"\"").unwrap_or(first);
    match first.first() {
        Some(kind @ (b'|' | b'/')) => return Target::Special(*kind, join(&tokens)),
        Some(b':') => {
            let text = unescaped(&join(&tokens));
            if text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b":include:")) {
                return Target::Special(b':', text.get(9..).unwrap_or_default().to_vec());
            }
        }
        _ => {}
    }
    let mut tokens = tokens;
    // What the rules of the agent for local mail take for a mark of theirs.
    if position(from(&tokens, 1), "+").is_none()
        && starts_with(&tokens, &["<"])
        && let Some(close) = position(&tokens, ">").filter(|close| close + 1 < tokens.len())
    {
        tokens.drain(..=close);
    }
    // Brackets that are left are taken off.
    while let Some(open) = position(&tokens, "<")
        && let Some(inside) = position(from(&tokens, open + 2), ">")
    {
        tokens.remove(open + 2 + inside);
        tokens.remove(open);
    }
    let joined = tokens.windows(2).any(|pair| pair.iter().all(|token| is_word(token)));
    Target::User { name: join(&tokens), joined }
}
