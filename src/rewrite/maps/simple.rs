//! Maps that need neither files nor network, except for the list of users.

use std::{net::Ipv6Addr, path::Path};

use super::{Change, Context, Flags, Found, Map, Maps, rewritten};
use crate::syntax::cf::{self, Problem};

/// `macro`: sets macros.
pub(super) struct MacroMap;

impl Map for MacroMap {
    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, context: &mut Context<'_>) -> Found {
        let id = match cf::name(key) {
            _ if key.is_empty() => return Found::default(),
            Ok((name @ [_], _)) => context.names.id(name),
            Ok((name, _)) => {
                let (name, left_out) = cf::legal(name);
                let said = left_out.into_iter().flat_map(|byte| Problem::Invalid(byte).messages());
                context.messages.extend(said.map(String::into_bytes));
                context.names.id(&name)
            }
            Err(Problem::Invalid(byte)) => context.names.id(&[byte]),
            Err(problem) => {
                context.messages.extend(problem.messages().into_iter().map(String::into_bytes));
                return Found::default();
            }
        };
        match arguments.first() {
            Some(value) => context.macros.set_bytes(id, value),
            None => context.macros.set(id, None),
        }
        Found::value(Vec::new())
    }
}

/// `null`, and an empty `stab`.
pub(super) struct Null;

impl Map for Null {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, _: &[u8], _: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        Found::nothing(68)
    }
}

/// `syslog`: there is no log here.
pub(super) struct Syslog;

impl Map for Syslog {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, _: &[u8], _: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        Found::value(Vec::new())
    }
}

/// `user`: users of the host.
pub(super) struct User {
    flags: Flags,
    /// Fields of each line of `/etc/passwd`.
    users: Vec<Vec<Vec<u8>>>,
    /// Index of the value's field; `None` if there is no such field.
    field: Option<usize>,
}

impl User {
    pub(super) fn new(name: &[u8], flags: Flags, context: &mut Context<'_>) -> Self {
        let text = context.services.files.read(Path::new("/etc/passwd")).unwrap_or_default();
        let users = text
            .split(|byte| *byte == b'\n')
            .map(|line| line.split(|byte| *byte == b':').map(<[u8]>::to_vec).collect())
            .collect();
        let field = match flags.value_column.as_slice() {
            b"" | b"name" => Some(0),
            b"passwd" => Some(1),
            b"uid" => Some(2),
            b"gid" => Some(3),
            b"gecos" => Some(4),
            b"dir" => Some(5),
            b"shell" => Some(6),
            other => {
                context.messages.push([b"User map ", name, b": unknown column name ", other].concat());
                None
            }
        };
        Self { flags, users, field }
    }
}

impl Map for User {
    fn change(&self) -> Change {
        Change::None
    }

    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        let Some(field) = self.field else { return Found::nothing(75) };
        let folded = if self.flags.keep_case { key.to_vec() } else { key.to_ascii_lowercase() };
        let user = self.users.iter().find(|user| user.first().is_some_and(|name| *name == folded));
        match user.and_then(|user| user.get(field)) {
            Some(value) => Found::value(rewritten(&self.flags, key, value, arguments)),
            None => Found::default(),
        }
    }
}

/// `arpa`: the DNS name for a reverse lookup of an address, without its domain.
pub(super) struct Arpa {
    pub(super) flags: Flags,
}

impl Map for Arpa {
    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], _: &mut Maps, _: &mut Context<'_>) -> Found {
        let text = String::from_utf8_lossy(key);
        let reversed = match text.strip_prefix("IPv6:") {
            Some(address) => address.parse::<Ipv6Addr>().ok().map(|address| {
                let digits = address.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
                digits.map(|digit| format!("{digit:x}")).collect::<Vec<_>>().join(".")
            }),
            None => text.parse::<std::net::Ipv4Addr>().ok().map(|address| {
                let [a, b, c, d] = address.octets();
                format!("{d}.{c}.{b}.{a}")
            }),
        };
        match reversed {
            Some(reversed) => Found::value(rewritten(&self.flags, key, reversed.as_bytes(), arguments)),
            None => Found::nothing(65),
        }
    }
}
