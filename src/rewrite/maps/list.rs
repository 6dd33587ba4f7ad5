//! Maps that query other maps.

use super::{Context, Found, Map, Maps};
use crate::rewrite::maps::host::services;

/// `sequence`: queries one map after the other.
pub(super) struct Sequence {
    members: Vec<Vec<u8>>,
}

impl Sequence {
    pub(super) fn new(argument: &[u8]) -> Self {
        let members = argument.split(u8::is_ascii_whitespace).filter(|name| !name.is_empty());
        Self { members: members.map(<[u8]>::to_vec).collect() }
    }
}

impl Map for Sequence {
    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], maps: &mut Maps, context: &mut Context<'_>) -> Found {
        let found = first(&self.members, key, arguments, maps, context);
        if found.value.is_none() && found.status == 0 { Found::nothing(68) } else { found }
    }
}

/// `switch`: the same, with maps whose names end in the services of the service switch.
pub(super) struct Switch {
    members: Vec<Vec<u8>>,
}

impl Switch {
    pub(super) fn new(name: &[u8], argument: &[u8], context: &Context<'_>) -> Self {
        let service = String::from_utf8_lossy(argument).into_owned();
        let members = services(&service, context).into_iter().map(|service| [name, b".", service.as_bytes()].concat());
        Self { members: members.collect() }
    }
}

impl Map for Switch {
    fn look_up(&self, key: &[u8], arguments: &[Vec<u8>], maps: &mut Maps, context: &mut Context<'_>) -> Found {
        first(&self.members, key, arguments, maps, context)
    }
}

fn first(members: &[Vec<u8>], key: &[u8], arguments: &[Vec<u8>], maps: &mut Maps, context: &mut Context<'_>) -> Found {
    let mut status = 0;
    for name in members {
        let Some(number) = context.numbers.get(name.as_slice()).copied() else { continue };
        // A list that contains itself would never end.
        if context
            .declarations
            .get(number)
            .is_some_and(|map| matches!(map.class, super::MapClass::Sequence | super::MapClass::Switch))
        {
            continue;
        }
        if !maps.is_open(number, context) {
            continue;
        }
        let found = maps.look_up(number, key, arguments, context);
        if found.value.is_some() {
            return found;
        }
        if found.status == 75 {
            status = 75;
        }
    }
    Found::nothing(status)
}
