//! IPv6 addresses and networks as sendmail looks them up: groups in hexadecimal, compared as text.

use std::net::Ipv6Addr;

/// The groups of an address, or of the first part of one: `2001:db8`.
pub fn groups(text: &str) -> Option<Vec<u16>> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(address.segments().to_vec());
    }
    let groups: Option<Vec<u16>> = text.split(':').map(|group| u16::from_str_radix(group, 16).ok()).collect();
    groups.filter(|groups| groups.len() <= 8)
}

/// How sendmail writes them: every group, without leading zeros and in lower case. With `UseCompressedIPv6Addresses`, which is
/// off unless it was built otherwise, a whole address is written with `::` instead.
pub fn in_full(groups: &[u16]) -> String {
    groups.iter().map(|group| format!("{group:x}")).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_out_and_networks_stay_short() {
        let full = |text| groups(text).map(|groups| in_full(&groups));
        assert_eq!(full("2001:DB8::1").as_deref(), Some("2001:db8:0:0:0:0:0:1"));
        assert_eq!(full("2001:0db8").as_deref(), Some("2001:db8"));
        assert_eq!(full("::ffff:192.0.2.1").as_deref(), Some("0:0:0:0:0:ffff:c000:201"));
        for text in ["", "2001:", "1:2:3:4:5:6:7:8:9", "x:1", "2001:db8::/32"] {
            assert_eq!(full(text), None, "{text}");
        }
    }
}
