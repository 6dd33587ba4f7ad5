//! Options: `O` lines.

use super::Document;
use crate::{
    catalog::option::{Emits, OPTIONS},
    site::{Setting, Site},
};

/// Options that must be set before any file is read or map declared.
const FIRST: [&str; 2] = ["DontBlameSendmail", "LDAPDefaultSpec"];

/// Options that the reference writes with an equals sign even if they are empty.
const ALWAYS_EQUALS: [&str; 3] = ["HelpFile", "QueueDirectory", "TimeZoneSpec"];

/// The options that must come first.
pub fn first(cf: &mut Document, site: &Site) {
    for name in FIRST {
        if let Some(value) = site.options.get(name) {
            write(cf, name, value);
        }
    }
}

/// All other options, and the listeners.
pub fn options(cf: &mut Document, site: &Site) {
    let place = |name| OPTIONS.iter().position(|entry| entry.emits.option() == Some(name));
    let rest = site.options.iter().filter(|(name, _)| !FIRST.contains(name));
    let mut rest: Vec<_> = rest.map(|(name, value)| (place(name), name, value)).collect();
    rest.sort_by_key(|(place, ..)| *place);
    for (place, name, value) in rest {
        let entry = place.and_then(|place| OPTIONS.get(place));
        let of_milters = entry.is_some_and(|entry| matches!(entry.emits, Emits::MilterOption(_)));
        if !of_milters || !site.milters.is_empty() {
            write(cf, name, value);
        }
    }
    if let Some(sts) = &site.tls.strict_transport {
        cf.line_from("O StrictTransportSecurity=true", sts.span);
        if sts.value.names {
            cf.line_from("O SetCertAltnames=true", sts.span);
        }
    }
    if let Some(names) = &site.tls.alternative_names {
        cf.line_from("O SetCertAltnames=true", names.span);
    }
    if let Some(copies) = &site.tables.copies {
        cf.line_from("O AddBcc=true", copies.span);
    }
    listeners(cf, site);
}

fn write(cf: &mut Document, name: &str, setting: &Setting<String>) {
    if setting.value.is_empty() && !ALWAYS_EQUALS.contains(&name) {
        cf.line_of(&["O ", name], setting.span);
    } else {
        cf.line_of(&["O ", name, "=", &setting.value], setting.span);
    }
}

/// Listeners of the daemon, and its outgoing connections.
fn listeners(cf: &mut Document, site: &Site) {
    let listeners = &site.listeners;
    for (daemon, origin) in listeners.opened() {
        cf.line_of(&["O DaemonPortOptions=", &daemon.text], origin);
    }
    for client in &listeners.clients {
        cf.line_from(format!("O ClientPortOptions={}", client.value.text), client.span);
    }
}
