#![doc = include_str!("../findings/milter_socket.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::{Setting, Site},
    syntax::cf::equates::equate,
};

pub(super) const RULE: Rule = Rule {
    code: "milter_socket",
    summary: "a milter's socket is not one that sendmail understands",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    site.milters.iter().filter_map(judge).collect()
}

fn judge(milter: &Setting<String>) -> Option<Diagnostic> {
    let (name, rest) = milter.value.split_once(',').unwrap_or((&milter.value, ""));
    let name = name.trim();
    let error = |message: String, why: &str, help: String| {
        let found = Diagnostic::error(RULE.code, message).why(why).help(help);
        Some(match milter.span {
            Some(span) => found.at(span, ""),
            None => found,
        })
    };
    let Some(socket) = equate(rest, 'S') else {
        return error(
            format!("the milter `{name}` has no socket"),
            "sendmail does not know where to connect, and leaves the milter out",
            "add `S=local:/run/…` or `S=inet:PORT@HOST`".into(),
        );
    };
    if socket.contains('$') {
        return None;
    }
    let Some((kind, address)) = socket.split_once(':') else {
        return error(
            format!("the socket `{socket}` of the milter `{name}` has no type"),
            "a socket is `local:PATH`, `unix:PATH`, `inet:PORT@HOST` or `inet6:PORT@HOST`",
            format!("write `S=local:{socket}`"),
        );
    };
    match kind.to_ascii_lowercase().as_str() {
        "local" | "unix" if !address.starts_with('/') => error(
            format!("the socket `{socket}` of the milter `{name}` is not a full path"),
            "sendmail looks for it in its queue directory",
            format!("write the whole path: `S={kind}:/run/{}`", address.trim_start_matches("./")),
        ),
        "local" | "unix" => None,
        "inet" | "inet6" => {
            let Some((port, host)) = address.split_once('@') else {
                return error(
                    format!("the socket `{socket}` of the milter `{name}` has no host"),
                    "sendmail says `bad address, expected port@host`, and leaves the milter out",
                    format!("write `S={kind}:{address}@127.0.0.1`, or the host that the milter runs on"),
                );
            };
            let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            match is_port && !host.is_empty() && !host.contains(char::is_whitespace) {
                true => None,
                false => error(
                    format!("the socket `{socket}` of the milter `{name}` is not `PORT@HOST`"),
                    "sendmail leaves the milter out",
                    "write the port before the `@` and the host behind it, without blanks".into(),
                ),
            }
        }
        other => error(
            format!("unknown socket type `{other}` of the milter `{name}`"),
            "sendmail leaves the milter out",
            match nearest(other, ["local", "unix", "inet", "inet6"]) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "allowed types: `local`, `unix`, `inet`, `inet6`".into(),
            },
        ),
    }
}
