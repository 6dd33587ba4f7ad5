//! Domain names.

use std::net::IpAddr;

/// Makes a name of a master file absolute: relative names get the origin, `@` is the origin. The result is in lower case, without
/// a trailing dot; the root is empty.
pub fn absolute(name: &str, origin: &str) -> String {
    let name = name.to_ascii_lowercase();
    if name == "@" {
        return origin.to_owned();
    }
    match name.strip_suffix('.') {
        // An escaped dot does not end the name.
        Some(whole) if !whole.ends_with('\\') => whole.to_owned(),
        _ if origin.is_empty() => name,
        _ => format!("{name}.{origin}"),
    }
}

/// The zone in a file of this name by convention: `arkum.ch` for `/etc/nsd/arkum.ch.zone` and `db.arkum.ch`.
pub fn of_file_name(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase();
    let name = file.strip_prefix("db.").unwrap_or(&file);
    let name = [".zone", ".db", ".hosts", ".txt"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    name.to_owned()
}

/// The name of an address's PTR record: `25.139.168.192.in-addr.arpa`.
pub fn reverse(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(ip) => {
            let nibbles = ip.octets().iter().rev().map(|b| format!("{:x}.{:x}.", b & 15, b >> 4)).collect::<String>();
            format!("{nibbles}ip6.arpa")
        }
    }
}
