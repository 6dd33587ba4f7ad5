//! The host that mail for somewhere is sent to, in a setting, a table or the arguments of a feature: whether sendmail reads
//! it as what it says.

/// What is wrong with a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem<'a> {
    /// `scheme://host`.
    Scheme(&'a str),
    /// A colon and a number behind the host.
    Port { host: &'a str, port: &'a str },
    /// An IPv6 address without brackets.
    Bare(&'a str),
    /// Characters that no host has.
    Characters(&'a str),
}

/// What is wrong with a list of hosts that are tried in turn, without a mailer before them, if anything is.
pub(super) fn problem(list: &str) -> Option<Problem<'_>> {
    if let Some((scheme, _)) = list.split_once("://") {
        return Some(Problem::Scheme(scheme));
    }
    let bare = list.trim_start_matches("IPv6:");
    if bare.matches(':').count() > 1 && bare.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(Problem::Bare(list));
    }
    let mut rest = list;
    let mut before = None;
    loop {
        // Colons in brackets belong to an address.
        let inside = rest.strip_prefix('[').and_then(|inner| inner.find(']')).map_or(0, |end| end + 1);
        let end = rest.get(inside..).and_then(|after| after.find(':')).map_or(rest.len(), |colon| inside + colon);
        let (host, after) = rest.split_at(end);
        if let Some(first) = before.filter(|_| is_port(host)) {
            return Some(Problem::Port { host: first, port: host });
        }
        if !is_host(host) {
            return Some(Problem::Characters(host));
        }
        before = list.get(..list.len() - after.len());
        match after.strip_prefix(':') {
            Some(next) => rest = next,
            None => return None,
        }
    }
}

/// Whether this is made of what hosts are made of; users before an `@` are taken off, and commas separate hosts as well.
fn is_host(host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or(host);
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ',' | ':' | '%');
    bare.chars().all(fits)
}

/// The host within other characters.
pub(super) fn clean(odd: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    let words: Vec<_> = odd.split(|c: char| !fits(c)).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [one] => (*one).to_owned(),
        [host, port] if is_port(port) => format!("{host}` with the port in the mailer's arguments, `TCP $h {port}"),
        several if odd.contains([' ', '\t']) && !odd.contains(['/', '(', '<', '\'']) => several.join(":"),
        _ => String::new(),
    }
}

pub(super) fn is_port(text: &str) -> bool {
    text.len() <= 5 && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether a text is one token to sendmail, and so may be a mailer.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::{Problem, problem};

    #[test]
    fn hosts_and_lists_of_hosts_are_right() {
        for list in [
            "relay.example.com",
            "relay.example.com.",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "[2001:db8::1]:relay.example.com",
            "a.example.com:b.example.com",
            "a.example.com,b.example.com",
            "user@relay.example.com",
            "",
        ] {
            assert!(problem(list).is_none(), "{list}");
        }
    }

    #[test]
    fn ports_are_found_wherever_they_stand() {
        for (list, expected) in [
            ("[relay.example.com]:587", ("[relay.example.com]", "587")),
            ("a.example.com:b.example.com:2525", ("a.example.com:b.example.com", "2525")),
            ("[IPv6:2001:db8::1]:587", ("[IPv6:2001:db8::1]", "587")),
        ] {
            assert!(matches!(problem(list), Some(Problem::Port { host, port }) if (host, port) == expected), "{list}");
        }
        assert!(matches!(problem("2001:db8::1"), Some(Problem::Bare(_))));
        assert!(matches!(problem("relay.example.com 587"), Some(Problem::Characters(_))));
        assert!(matches!(problem("''relay.example.com''"), Some(Problem::Characters(_))));
    }
}
