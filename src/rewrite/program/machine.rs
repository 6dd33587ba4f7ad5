//! Settings that exist before the first line is read, and those that are computed after the last.

use std::net::IpAddr;

use super::{load::Loader, value::bytes};
use crate::rewrite::text::MacroId;

impl Loader<'_> {
    /// Sets the macros and classes that exist before any line is read.
    pub(super) fn machine(&mut self) {
        let host = self.program.host.clone();
        let (short, domain) = host.name.split_once('.').unwrap_or((&host.name, ""));
        for (name, value) in [
            // Until the level is known.
            ("w", host.name.as_str()),
            ("j", &host.name),
            ("k", &host.name),
            ("n", "MAILER-DAEMON"),
            ("v", VERSION),
            ("_", "root@localhost"),
            ("opMode", "t"),
            // Values for options, until the whole file is read.
            ("deliveryMode", "b"),
            ("addr_type", "e r"),
        ] {
            let id = self.program.names.id(name.as_bytes());
            self.program.macros.set_bytes(id, value.as_bytes());
        }
        if !domain.is_empty() {
            self.program.macros.set_bytes(MacroId::of(b'm'), domain.as_bytes());
        }
        self.member(MacroId::of(b'w'), short.as_bytes());
        self.member(MacroId::of(b'w'), host.name.as_bytes());
        for address in host.addresses.iter().filter(|address| !address.is_loopback()) {
            self.member(MacroId::of(b'w'), bracketed(*address).as_bytes());
        }
        self.member(MacroId::of(b'k'), host.name.as_bytes());
        for (class, members) in [
            ("e", &["7bit", "8bit", "binary"][..]),
            ("n", &["multipart/signed"]),
            ("s", &["rfc822"]),
            ("persistentMacros", &["r", "s", "_", "{if_addr}", "{daemon_flags}"]),
            ("checkMIMETextHeaders", &["content-description"]),
            ("checkMIMEFieldHeaders", &["content-disposition", "content-type"]),
            (
                "checkMIMEHeaders",
                &["content-disposition", "content-id", "content-transfer-encoding", "content-type", "mime-version"],
            ),
        ] {
            let id = self.program.names.id(class.as_bytes());
            for member in members {
                self.member(id, member.as_bytes());
            }
        }
    }

    /// Computes what depends on the whole file.
    pub(super) fn finish(&mut self) {
        let host = self.program.host.clone();
        for (name, class) in [(b'm', b'm'), (b'j', b'w')] {
            let value = self.program.macros.get(MacroId::of(name)).cloned().unwrap_or_else(|| [].into());
            let mut expanded = Vec::new();
            self.program.macros.expand(&value, &mut expanded);
            let member = bytes(&expanded);
            if !member.is_empty() {
                self.member(MacroId::of(class), &member);
            }
        }
        let probe = self.program.option("dontprobeinterfaces").unwrap_or_default();
        let probed = !matches!(probe.first(), Some(b't' | b'T' | b'y' | b'Y'));
        // `loopback` removes the name of that interface, but not its address.
        let named = probed
            && !probe.to_ascii_lowercase().starts_with(b"loopback")
            && host.addresses.iter().any(IpAddr::is_loopback);
        if probed {
            for address in &host.addresses {
                self.member(MacroId::of(b'w'), bracketed(*address).as_bytes());
            }
        }
        if named {
            let known = self.program.classes.members(MacroId::of(b'w')).any(|member| member == b"localhost");
            if !known {
                self.member(MacroId::of(b'w'), b"[localhost]");
            }
            self.member(MacroId::of(b'w'), b"localhost");
        }
        if !self.program.map_numbers.contains_key(&b"host"[..]) {
            let argument: &[u8] = if self.program.level >= 2 { b"host host -a." } else { b"host host" };
            self.map(argument, self.start, 0);
        }
        self.settle_operators();
        // Test mode does not deliver in the background.
        let mode = self.program.names.id(b"deliveryMode");
        self.program.macros.set_bytes(mode, b"i");
        // Only now are all words of left sides and classes known.
        self.program.number_right_sides();
    }
}

/// Version of sendmail that is emulated.
pub(crate) const VERSION: &str = "8.17.1.9";

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{}]", groups(address)),
    }
}

/// Formats an IPv6 address like sendmail: all groups, without leading zeros.
pub(crate) fn groups(address: std::net::Ipv6Addr) -> String {
    address.segments().map(|group| format!("{group:x}")).join(":")
}
