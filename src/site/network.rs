//! Names that look like networks: whether sendmail can match them.
//!
//! A network in class R or in the access map is the first parts of an address, `192.168.138`, matched part by part
//! (cf/README, "Access DB"). There is no mask, and an IPv6 address starts with `IPv6:`.

use std::net::Ipv4Addr;

use super::ipv6;

/// What is wrong with a name that looks like a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// A part is no number up to 255, or there are more than four.
    Octet,
    /// There is a mask: `10.0.0.0/8`.
    Mask,
    /// It ends with a dot.
    TrailingDot,
    /// Two dots follow each other, or it starts with one.
    EmptyPart,
    /// An IPv6 address without `IPv6:` before it.
    BareIpv6,
}

impl Malformed {
    /// What is wrong, to complete "`name` …".
    pub fn message(self) -> &'static str {
        match self {
            Malformed::Octet => "is not a network: its parts are numbers from 0 to 255, four at most",
            Malformed::Mask => "has a mask: CIDR notation is not supported by sendmail",
            Malformed::TrailingDot => "ends with a dot",
            Malformed::EmptyPart => "has an empty part",
            Malformed::BareIpv6 => "is an IPv6 address without `IPv6:` before it",
        }
    }

    /// What to write instead of `name`.
    pub fn help(self, name: &str) -> String {
        match self {
            Malformed::Octet | Malformed::EmptyPart => "write the first parts of the address: `192.168.138`".into(),
            Malformed::Mask => mask_help(name),
            Malformed::TrailingDot => format!("write `{}`", name.trim_end_matches('.')),
            Malformed::BareIpv6 => match ipv6_network(name) {
                Some(network) => format!("write `IPv6:{network}`, as sendmail writes it"),
                None => "write `IPv6:` and the first groups, without `::` and leading zeros: `IPv6:2001:db8`".into(),
            },
        }
    }
}

/// What is wrong with `name`, if it looks like a network and is none that sendmail matches.
pub fn check(name: &str) -> Option<Malformed> {
    if name.matches(':').count() >= 2 {
        let bare = !name.to_ascii_lowercase().starts_with("ipv6:") && name.bytes().all(is_ipv6_byte);
        return bare.then_some(Malformed::BareIpv6);
    }
    if !name.bytes().any(|b| b.is_ascii_digit())
        || !name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'/'))
    {
        return None;
    }
    if name.contains('/') {
        return Some(Malformed::Mask);
    }
    let (body, dotted) = match name.strip_suffix('.') {
        Some(body) => (body, true),
        None => (name, false),
    };
    let parts: Vec<&str> = body.split('.').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Some(Malformed::EmptyPart);
    }
    if parts.len() > 4 || parts.iter().any(|part| part.parse::<u8>().is_err()) {
        return Some(Malformed::Octet);
    }
    dotted.then_some(Malformed::TrailingDot)
}

fn is_ipv6_byte(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'/')
}

/// Most networks that are listed one by one.
const MAX_LISTED: usize = 16;

/// The networks that a mask stands for.
fn mask_help(name: &str) -> String {
    let Some((address, bits)) = name.split_once('/') else { return "write the first parts of the address".into() };
    let Some(bits) = mask_bits(bits) else { return "write the first parts of the address, without a mask".into() };
    if bits == 0 {
        return "this is every address there is, an open relay: name the networks that are meant".into();
    }
    let networks = networks(address, bits);
    match networks.as_slice() {
        [] => "write the first parts of the address, without a mask".into(),
        [one] => format!("write `{one}`"),
        [first, .., last] if networks.len() > MAX_LISTED => {
            format!("write {} entries, from `{first}` to `{last}`", networks.len())
        }
        several => format!("write {} entries: `{}`", several.len(), several.join("`, `")),
    }
}

/// The bits of a mask: `24`, `255.255.255.0`.
fn mask_bits(text: &str) -> Option<u32> {
    if let Ok(bits) = text.parse::<u32>() {
        return Some(bits).filter(|bits| *bits <= 32);
    }
    let mask = u32::from(text.parse::<Ipv4Addr>().ok()?);
    (mask.leading_ones() + mask.trailing_zeros() >= 32).then(|| mask.leading_ones())
}

/// The networks that make up one with so many bits, each as leading octets.
fn networks(address: &str, bits: u32) -> Vec<String> {
    let mut octets = [0_u8; 4];
    let parts = address.split('.').map(str::parse).collect::<Result<Vec<u8>, _>>().unwrap_or_default();
    if parts.is_empty() || parts.len() > 4 {
        return Vec::new();
    }
    octets.iter_mut().zip(&parts).for_each(|(to, from)| *to = *from);
    let count = bits.div_ceil(8) as usize;
    let spare = count as u32 * 8 - bits;
    let whole = u32::from_be_bytes(octets) & u32::MAX.checked_shl(32 - bits).unwrap_or_default();
    (0..1_u32 << spare)
        .map(|number| {
            let network = whole | number << (32 - count as u32 * 8);
            let octets = network.to_be_bytes();
            octets.iter().take(count).map(u8::to_string).collect::<Vec<_>>().join(".")
        })
        .collect()
}

/// The groups of an IPv6 address, or those that a mask leaves.
fn ipv6_network(name: &str) -> Option<String> {
    // A prefix that ends with `::` is meant as a network.
    if let Some(prefix) = name.strip_suffix("::").filter(|prefix| !prefix.is_empty() && !prefix.contains("::")) {
        return ipv6::groups(prefix).map(|groups| ipv6::in_full(&groups));
    }
    let Some((address, bits)) = name.split_once('/') else { return ipv6::groups(name).map(|all| ipv6::in_full(&all)) };
    let groups = ipv6::groups(address)?;
    let bits = bits.parse::<usize>().ok().filter(|bits| *bits > 0 && bits % 16 == 0)?;
    groups.get(..bits / 16).map(ipv6::in_full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_names_pass() {
        for name in
            ["192.168.138", "10", "127.0.0.1", "arkum.ch", "IPv6:2001:db8::1", "3com.com", "1.example", "From:10"]
        {
            assert_eq!(check(name), None, "{name}");
        }
    }

    #[test]
    fn what_sendmail_cannot_match_is_named() {
        assert_eq!(check("192.168.300"), Some(Malformed::Octet));
        assert_eq!(check("1.2.3.4.5"), Some(Malformed::Octet));
        assert_eq!(check("10.0.0.0/8"), Some(Malformed::Mask));
        assert_eq!(check("192.168.138."), Some(Malformed::TrailingDot));
        assert_eq!(check("192..138"), Some(Malformed::EmptyPart));
        assert_eq!(check("2001:db8::1"), Some(Malformed::BareIpv6));
    }

    #[test]
    fn advice_is_a_network_that_passes() {
        assert_eq!(Malformed::Mask.help("10.0.0.0/8"), "write `10`");
        assert_eq!(Malformed::Mask.help("192.168.138.0/24"), "write `192.168.138`");
        assert_eq!(Malformed::Mask.help("10.1.2.3/255.0.0.0"), "write `10`");
        assert_eq!(
            Malformed::Mask.help("192.168.4.0/22"),
            "write 4 entries: `192.168.4`, `192.168.5`, `192.168.6`, `192.168.7`"
        );
        let sixteen = Malformed::Mask.help("172.16.0.0/12");
        assert!(
            sixteen.starts_with("write 16 entries: `172.16`, `172.17`") && sixteen.ends_with("`172.31`"),
            "{sixteen}"
        );
        assert_eq!(Malformed::Mask.help("192.0.2.0/25"), "write 128 entries, from `192.0.2.0` to `192.0.2.127`");
        assert!(Malformed::Mask.help("0.0.0.0/0").contains("open relay"));
        assert_eq!(Malformed::TrailingDot.help("192.168.138."), "write `192.168.138`");
        for (name, network) in [
            ("2001:db8::1", "`IPv6:2001:db8:0:0:0:0:0:1`,"),
            ("2001:db8::", "`IPv6:2001:db8`,"),
            ("2001:db8:0", "`IPv6:2001:db8:0`,"),
            ("2001:0db8::/32", "`IPv6:2001:db8`,"),
            ("2001:db8::/33", "`IPv6:` and the first groups"),
            ("::/0", "`IPv6:` and the first groups"),
            ("1:2:3/64", "`IPv6:` and the first groups"),
        ] {
            let help = Malformed::BareIpv6.help(name);
            assert!(help.contains(network), "{name}: {help}");
        }
    }
}
