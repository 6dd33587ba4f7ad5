//! Everything that sendmail listens at, and whom it can be reached by.

use std::net::IpAddr;

use super::raw_lines::raw_options;
use crate::{
    site::{Listener, Site},
    source::Span,
};

/// A listener with the statement or raw line that asked for it; `None` for one that sendmail adds.
pub(super) struct Opened {
    pub(super) listener: Listener,
    pub(super) place: Option<Span>,
}

/// Every listener that the daemon opens.
pub(super) fn opened(site: &Site) -> Vec<Opened> {
    let own = site.listeners.opened().into_iter().map(|(listener, place)| Opened { listener, place });
    let raw = raw_options(site).filter(|option| option.name == "DaemonPortOptions");
    let raw = raw.map(|option| Opened { listener: Listener { text: option.value.to_owned() }, place: option.place });
    own.chain(raw).collect()
}

impl Opened {
    /// Whether only this host reaches it: a socket of its own, or a loopback address.
    pub(super) fn is_internal(&self) -> bool {
        let family = self.listener.equate('F').unwrap_or_default().to_ascii_lowercase();
        let address = self.listener.equate('A').unwrap_or_default();
        matches!(family.as_str(), "local" | "unix") || is_loopback(address)
    }

    /// Whether hosts that are not known get as far as naming a recipient.
    pub(super) fn is_for_strangers(&self) -> bool {
        !self.is_internal() && !self.listener.has_modifier('a')
    }

    /// The name that logs know it by.
    pub(super) fn name(&self) -> &str {
        self.listener.equate('N').unwrap_or("a listener without a name")
    }
}

/// Whether an address or name is that of this host alone.
pub(super) fn is_loopback(address: &str) -> bool {
    let bare = match address.split_at_checked(5) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case("IPv6:") => rest,
        _ => address,
    };
    address.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a text can only be meant as an IPv4 address.
pub(super) fn is_numeric(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// An address of up to four numbers, of which the last fills the rest, as inet_addr(3) reads it.
pub(super) fn is_legacy_v4(value: &str) -> bool {
    let parts: Vec<_> = value.split('.').map(str::parse::<u32>).collect();
    let [before @ .., last] = parts.as_slice() else { return false };
    let is_byte = |part: &Result<u32, _>| matches!(part, Ok(0..=255));
    let limit = match before.len() {
        0 => u64::from(u32::MAX),
        1 => 0xff_ffff,
        2 => 0xffff,
        3 => 0xff,
        _ => return false,
    };
    before.iter().all(is_byte) && last.as_ref().is_ok_and(|last| u64::from(*last) <= limit)
}

/// The keys of a listener; sendmail looks at the first letter, and at its case where two keys share it.
pub(super) const KEYS: [&str; 14] = [
    "Addr",
    "DeliveryMode",
    "Family",
    "InputMailFilters",
    "Listen",
    "Modifiers",
    "Name",
    "Port",
    "RcvBufSize",
    "SndBufSize",
    "children",
    "delayLA",
    "queueLA",
    "refuseLA",
];

/// The key that sendmail takes this one for.
pub(super) fn key_of(written: &str) -> Option<&'static str> {
    let first = written.chars().next()?;
    let same = |known: &&str| known.starts_with(first);
    let same_letter = |known: &&str| known.chars().next().is_some_and(|letter| letter.eq_ignore_ascii_case(&first));
    match first {
        'D' | 'd' | 'R' | 'r' | 'C' | 'c' | 'Q' | 'q' => KEYS.into_iter().find(same),
        _ => KEYS.into_iter().find(same_letter),
    }
}

/// `Key=value` pairs as a site.toml has them.
pub(super) fn in_toml(pairs: &str) -> String {
    let written = |part: &str| {
        let (key, value) = part.trim().split_once('=')?;
        let key = match key_of(key)? {
            "Modifiers" => "modifier",
            "DeliveryMode" => "delivery_mode",
            "InputMailFilters" => "input_mail_filters",
            "RcvBufSize" => "rcv_buf_size",
            "SndBufSize" => "snd_buf_size",
            "delayLA" => "delay_la",
            "queueLA" => "queue_la",
            "refuseLA" => "refuse_la",
            other => &other.to_ascii_lowercase(),
        };
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        Some(if is_number { format!("`{key} = {value}`") } else { format!("`{key} = \"{value}\"`") })
    };
    pairs.split(',').filter_map(written).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::{Listener, Opened, is_loopback};

    #[test]
    fn strangers_reach_what_is_neither_internal_nor_for_users() {
        let is_open = |text: &str| Opened { listener: Listener { text: text.into() }, place: None }.is_for_strangers();
        assert!(is_open("Name=MTA") && is_open("Port=25, Addr=192.0.2.1") && is_open("Port=587, M=E"));
        assert!(!is_open("Addr=127.0.0.1") && !is_open("Family=inet6, Addr=::1") && !is_open("Port=587, M=Ea"));
        assert!(!is_open("Family=local, Addr=/run/mta"));
        assert!(is_loopback("IPv6:::1") && is_loopback("localhost") && !is_loopback("0.0.0.0"));
    }
}
