#![doc = include_str!("../findings/milter_value.md")]

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    Rule, Surroundings,
    listeners::{is_legacy_v4, is_numeric},
    milters::{Milter, defined},
};
use crate::{
    catalog::option::OptionKind,
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::Syntax,
};

pub(super) const RULE: Rule = Rule {
    code: "milter_value",
    summary: "sendmail does not take the socket, flags or timeouts of a milter for what they say",
    severity: Severity::Error,
    check,
    together: None,
};

/// What is wrong, why it matters, and what to write.
struct Problem {
    severity: Severity,
    message: String,
    why: &'static str,
    help: String,
}

const STOPS: &str = "sendmail reports this when it starts, and exits";

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let milters = defined(site).filter(|milter| !milter.equates.contains('$'));
    let in_language = |problem: Problem| Problem { help: in_language(problem.help, around.syntax), ..problem };
    milters
        .flat_map(|milter| judge(&milter).into_iter().map(move |problem| diagnostic(&milter, in_language(problem))))
        .collect()
}

/// A help with keys as the language of the site has them.
fn in_language(help: String, syntax: Syntax) -> String {
    if syntax == Syntax::Mc {
        return help;
    }
    let keys = [("`S=", "`socket = \""), ("`F=", "`flags = \""), ("`T=", "`timeouts = \"")];
    let Some((key, toml)) = keys.into_iter().find(|(key, _)| help.contains(key)) else { return help };
    let (before, rest) = help.split_once(key).unwrap_or((&help, ""));
    let (value, after) = rest.split_once('`').unwrap_or((rest, ""));
    format!("{before}{toml}{value}\"`{after}")
}

fn diagnostic(milter: &Milter<'_>, Problem { severity, message, why, help }: Problem) -> Diagnostic {
    let message = format!("milter {}: {message}", milter.name);
    let found = match severity {
        Severity::Error => Diagnostic::error(RULE.code, message),
        Severity::Warning | Severity::Advice => Diagnostic::warning(RULE.code, message),
    };
    let found = found.why(why).help(help);
    match milter.place {
        Some(place) => found.at(place, "declared here"),
        None => found,
    }
}

fn judge(milter: &Milter<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut socket = None;
    for part in milter.equates.split(',').map(str::trim) {
        let Some((key, value)) = part.split_once('=') else {
            if !part.is_empty() || milter.equates.trim_end().ends_with(',') {
                problems.push(without_equals(part));
            }
            continue;
        };
        let value = value.trim();
        match key.trim().chars().next() {
            Some('S') => socket = Some(value),
            Some('F') => problems.extend(flags(value)),
            Some('T') => problems.extend(timeouts(value)),
            _ => problems.push(error(
                format!("unknown key `{}`", key.trim()),
                match key.trim().chars().next().map(|first| first.to_ascii_uppercase()) {
                    Some(first @ ('S' | 'F' | 'T')) => format!("write `{first}={value}`: the keys are upper case"),
                    _ => "allowed keys: `S`, `F`, `T`".into(),
                },
            )),
        }
    }
    match socket {
        Some(value) if !value.is_empty() => problems.extend(judge_socket(value)),
        _ => problems
            .push(error("no socket".into(), "add `S=inet:PORT@HOST`, `S=inet6:PORT@HOST` or `S=local:PATH`".into())),
    }
    problems
}

fn error(message: String, help: String) -> Problem {
    Problem { severity: Severity::Error, message, why: STOPS, help }
}

fn warning(message: String, why: &'static str, help: String) -> Problem {
    Problem { severity: Severity::Warning, message, why, help }
}

fn without_equals(part: &str) -> Problem {
    let is_timeout = part.split_once(':').is_some_and(|(letter, _)| matches!(letter, "C" | "S" | "R" | "E"));
    let help = match part {
        "" => "remove the comma".into(),
        _ if is_timeout => format!("separate timeouts by semicolons: `T=…;{part}`"),
        _ => "write `key=value`, with one of the keys `S`, `F`, `T`".into(),
    };
    error(format!("`{part}` has no `=`"), help)
}

fn flags(value: &str) -> Option<Problem> {
    let unknown: String =
        value.chars().filter(|letter| !matches!(letter, 'R' | 'T' | '4') && !letter.is_whitespace()).collect();
    let upper = unknown.to_ascii_uppercase();
    let help = match upper.as_str() {
        "R" | "T" => format!("write `F={upper}`"),
        _ => "allowed values: `R` to reject, `T` to fail for the time being, `4` for `421`; nothing to let mail pass"
            .into(),
    };
    (!unknown.is_empty()).then(|| {
        warning(
            format!("unknown flag `{unknown}`"),
            "sendmail passes over it: mail passes while the milter does not answer",
            help,
        )
    })
}

fn timeouts(value: &str) -> Option<Problem> {
    if value.is_empty() {
        return None;
    }
    for part in value.split(';').map(str::trim) {
        if part.is_empty() && !value.trim_end().ends_with(';') {
            continue;
        }
        if part.is_empty() {
            return Some(error(format!("`{value}` ends with a semicolon"), "remove the semicolon".into()));
        }
        let Some((letter, time)) = part.split_once(':') else {
            return Some(error(
                format!("timeout `{part}` has no `:`"),
                format!("write `T=C:{part}`, or `S:`, `R:`, `E:` before the time"),
            ));
        };
        if !matches!(letter.trim().get(..1), Some("C" | "S" | "R" | "E")) {
            return Some(error(
                format!("unknown timeout `{letter}`"),
                "allowed timeouts: `C` to connect, `S` to send, `R` to read, `E` to the end of a message".into(),
            ));
        }
        if !OptionKind::Duration.accepts(time.trim()) {
            return Some(warning(
                format!("`{time}` is not a duration"),
                "sendmail ignores unknown units, so that the time differs from what is written",
                format!("expected {}", OptionKind::Duration.expected()),
            ));
        }
    }
    None
}

fn judge_socket(value: &str) -> Option<Problem> {
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    if let Some((first, rest)) = value.split_once([' ', '\t']).filter(|(_, rest)| rest.contains('=')) {
        let why = "sendmail takes all of it for the place of the socket";
        return Some(warning(
            format!("`{}` is not read", rest.trim()),
            why,
            format!("write `S={first}, {}`", rest.trim()),
        ));
    }
    let Some((kind, place)) = value.split_once(':') else { return path(value) };
    match kind.to_ascii_lowercase().as_str() {
        "local" | "unix" => path(place),
        "inet" => inet("inet", place),
        "inet6" => inet("inet6", place),
        other => Some(error(
            format!("unknown socket type `{kind}`"),
            match other {
                "tcp" | "tcp4" | "ipv4" => format!("write `S=inet:{}`", swapped(place).unwrap_or(place.to_owned())),
                "tcp6" | "ipv6" => format!("write `S=inet6:{}`", swapped(place).unwrap_or(place.to_owned())),
                "file" => format!("write `S=local:{place}`"),
                _ => "allowed values: `inet:PORT@HOST`, `inet6:PORT@HOST`, `local:PATH`".into(),
            },
        )),
    }
}

fn path(path: &str) -> Option<Problem> {
    let trimmed = path.trim();
    if trimmed.starts_with('/') {
        return (trimmed.len() != path.len()).then(|| {
            warning("a blank before the path".into(), "it belongs to the path", format!("write `S=local:{trimmed}`"))
        });
    }
    let help = match trimmed {
        "" => "write `S=local:PATH`".into(),
        _ => format!("write the whole path, such as `S=local:/{trimmed}`"),
    };
    Some(warning(format!("`{path}` is not an absolute path"), "it is looked for in the directory of the queue", help))
}

fn inet(family: &str, place: &str) -> Option<Problem> {
    let Some((port, host)) = place.split_once('@') else {
        let help = match swapped(place) {
            Some(right) => format!("write `S={family}:{right}`"),
            None if is_port(place.trim()) => {
                let own = if family == "inet" { "127.0.0.1" } else { "::1" };
                format!("write `S={family}:{}@{own}` for a milter on this host", place.trim())
            }
            None => format!("write `S={family}:PORT@HOST`"),
        };
        return Some(error(format!("bad address `{place}`, expected port@host"), help));
    };
    let right = format!("write `S={family}:{}@{}`", port.trim(), host.trim());
    if port.trim() != port || host.trim_start() != host {
        return Some(error(format!("blanks in `{place}`"), right));
    }
    if host.is_empty() {
        return Some(error(format!("`{place}` names no host"), format!("write `S={family}:{port}@HOST`")));
    }
    let bare = host.trim_matches(['[', ']']);
    if is_port(host) && !is_port(port) {
        let message = format!("`{place}` has port and host the wrong way round");
        let help = format!("write `S={family}:{host}@{port}`");
        return Some(match port.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            true => warning(message, "sendmail reads the digits at its head for the port", help),
            false => error(message, help),
        });
    }
    if !port.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return Some(error(format!("unknown port `{port}`"), format!("write `S={family}:PORT@{host}`")));
    }
    if port.bytes().all(|byte| byte.is_ascii_digit()) && !is_port(port) {
        return Some(warning(
            format!("`{port}` is not a port"),
            "sendmail takes it modulo 65536",
            "write a number from 1 to 65535".into(),
        ));
    }
    let problem = match (bare.parse::<Ipv4Addr>().is_ok(), bare.parse::<Ipv6Addr>().is_ok()) {
        (true, _) if family == "inet6" => format!("write `S=inet:{port}@{host}`"),
        (_, true) if family == "inet" => format!("write `S=inet6:{port}@{host}`"),
        (false, false) if is_numeric(bare) && is_legacy_v4(bare) => return None,
        (false, false) if bare.contains(':') => {
            format!("write `S={family}:{port}@HOST`, without anything behind the host")
        }
        (false, false) if is_numeric(bare) => "write an address or a name".into(),
        (false, false) if bare != host => format!("write `S={family}:{port}@{bare}`"),
        _ => return None,
    };
    Some(error(format!("unknown host name `{host}`"), problem))
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// `HOST:PORT` as `PORT@HOST`.
fn swapped(place: &str) -> Option<String> {
    let (host, port) = place.trim_start_matches('/').rsplit_once(':')?;
    is_port(port).then(|| format!("{port}@{}", host.trim_matches(['[', ']'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severities(equates: &str) -> Vec<Severity> {
        judge(&Milter { name: "a", equates, place: None }).into_iter().map(|problem| problem.severity).collect()
    }

    #[test]
    fn what_keeps_sendmail_from_starting_is_an_error() {
        for equates in [
            "",
            " S=inet:8894, F=T",
            " S=inet:8894@",
            " S=inet: 8894@127.0.0.1",
            " S=inet:8894 @ localhost",
            " S=tcp:8894@localhost",
            " S=inet:8894@::1",
            " S=inet6:8894@127.0.0.1",
            " S=inet:127.0.0.1:8894",
            " F=T",
            " S=local:/x, T=S:4m,R:4m",
            " S=local:/x, T=X:4m",
            " S=local:/x, T=10m",
            " S=local:/x, Z=1",
            " S=local:/x,",
            " S=inet:8894@300.1.1.1",
            " S=inet:8894@[localhost]",
        ] {
            assert_eq!(severities(equates), [Severity::Error], "{equates}");
        }
    }

    #[test]
    fn what_is_right_is_no_finding() {
        for equates in [
            "S=inet:8894@localhost",
            " S = inet:8894@127.0.0.1, F=T",
            " S=unix:/run/x, F=, T=C:15m;S:4m;R:4m;E:10m",
            " S=/run/x",
            " Socket=inet6:8894@[::1]",
            " S=\"inet:8894@127.0.0.1\"",
            " S=inet:smtp@localhost",
        ] {
            assert_eq!(severities(equates), [], "{equates}");
        }
        for equates in
            [" S=local:run/x", " S=local:/x F=T", " S=local:/x, F=t", " S=local:/x, T=C:15y", " S=inet:127.0.0.1@8894"]
        {
            assert_eq!(severities(equates), [Severity::Warning], "{equates}");
        }
    }
}
