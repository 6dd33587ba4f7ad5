#![doc = include_str!("../findings/host_value.md")]

use super::{
    Rule, Surroundings,
    mailertable_entry::mailers,
    target_host::{Problem, clean, is_port, is_token, problem},
};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::Site,
    source::{Span, Syntax},
};

pub(super) const RULE: Rule = Rule {
    code: "host_value",
    summary: "a host that mail is sent to is written in a form that sendmail reads as something else",
    severity: Severity::Warning,
    check,
    together: None,
};

/// A host that the site names, and how.
struct Named<'a> {
    /// The statement.
    statement: &'static str,
    value: &'a str,
    place: Option<Span>,
    /// Whether a mailer may stand before the host.
    takes_mailer: bool,
}

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let mut seen: Vec<(&str, Option<Span>)> = Vec::new();
    let mut found = Vec::new();
    for named in named(site) {
        // `nullclient` names one host for several purposes.
        let key = (named.value, named.place);
        if named.value.contains('$') || seen.contains(&key) {
            continue;
        }
        seen.push(key);
        found.extend(judge(site, &named, around.syntax));
    }
    found
}

fn named(site: &Site) -> Vec<Named<'_>> {
    let routing = &site.routing;
    let hosts = [
        ("SMART_HOST", &routing.smart_host),
        ("MAIL_HUB", &routing.mail_hub),
        ("LOCAL_RELAY", &routing.local_relay),
        ("LUSER_RELAY", &routing.luser_relay),
        ("UUCP_RELAY", &routing.uucp_relay),
        ("BITNET_RELAY", &routing.bitnet_relay),
        ("DECNET_RELAY", &routing.decnet_relay),
        ("FAX_RELAY", &routing.fax_relay),
    ];
    let hosts = hosts.into_iter().filter_map(|(statement, host)| {
        let host = host.as_ref()?;
        Some(Named { statement, value: &host.value, place: Some(host.span), takes_mailer: true })
    });
    let options = [("confFALLBACK_MX", "FallbackMXhost"), ("confFALLBACK_SMARTHOST", "FallbackSmartHost")];
    let options = options.into_iter().filter_map(|(statement, name)| {
        let setting = site.options.get(name)?;
        Some(Named { statement, value: &setting.value, place: setting.span, takes_mailer: false })
    });
    let submission = site.submission.as_ref().map(|submission| Named {
        statement: "FEATURE(`msp')",
        value: &submission.value.host,
        place: Some(submission.span),
        takes_mailer: true,
    });
    hosts.chain(options).chain(submission).collect()
}

impl Named<'_> {
    /// What the language of the site calls it.
    fn name(&self, syntax: Syntax) -> String {
        let key = || self.statement.strip_prefix("conf").unwrap_or(self.statement).to_ascii_lowercase();
        syntax
            .pick(self.statement.to_owned(), if self.statement.starts_with("FEATURE") { "`msp`".into() } else { key() })
    }
}

fn judge(site: &Site, named: &Named<'_>, syntax: Syntax) -> Option<Diagnostic> {
    // sendmail takes double quotes off the value of a macro.
    let written = named.value.trim();
    let value = written.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(written).trim();
    let mailers = mailers(site);
    let (mailer, host) = match value.split_once(':') {
        Some((mailer, host)) if named.takes_mailer && is_token(mailer) => (Some(mailer), host),
        _ => (None, value),
    };
    let is_mailer = mailer.is_none_or(|mailer| mailers.iter().any(|known| known.eq_ignore_ascii_case(mailer)));
    if mailer.is_some_and(|mailer| ["error", "local", "prog"].iter().any(|known| known.eq_ignore_ascii_case(mailer))) {
        return None;
    }
    let finding = |message: String| {
        let found = Diagnostic::warning(RULE.code, message);
        named.place.into_iter().fold(found, |found, place| found.at(place, "this host"))
    };
    let problem = problem(host);
    match (mailer, problem) {
        (Some(scheme), _) if host.starts_with("//") => Some(scheme_finding(finding, named, scheme, host, syntax)),
        // One word and a number: the word is taken for a mailer.
        (Some(name), _) if !is_mailer && is_port(host) => Some(
            finding(format!("`{value}` is mailer {name} and host {host} to sendmail"))
                .why("a word before a colon is the name of a mailer, and there is none of this name: mail bounces")
                .help(port_help(site, name, host, None, syntax).0),
        ),
        (Some(name), None) if !is_mailer && !mailers.is_empty() && host.is_empty() => Some(
            finding(format!("`{value}` names no host"))
                .why("what follows the mailer is empty")
                .help(format!("write `{name}`")),
        ),
        (Some(name), None) if !is_mailer => {
            let near = nearest(name, mailers.iter().copied());
            let help = match near {
                Some(near) => format!("did you mean `{near}:{host}`?"),
                None => format!("write `{host}`, or a mailer of this site before it: {}", mailers.join(", ")),
            };
            Some(
                finding(format!("unknown mailer `{name}` before the host"))
                    .why("mail for it bounces: sendmail does not know what to do with it")
                    .help(help),
            )
        }
        (_, Some(Problem::Scheme(scheme))) => Some(scheme_finding(finding, named, scheme, host, syntax)),
        (_, Some(Problem::Port { host, port })) => {
            let whole = mailer.map_or_else(|| host.to_owned(), |mailer| format!("{mailer}:{host}"));
            let (help, setting) = match named.takes_mailer {
                true => port_help(site, &whole, port, mailer, syntax),
                false => {
                    (format!("write `{whole}`: it is called at the port of the mailer that did not get through"), None)
                }
            };
            let found = finding(format!("`{port}` in {} is another host to sendmail, not a port", named.name(syntax)))
                .why(format!("a colon separates hosts that are tried in turn: after {host} comes a host named {port}"))
                .help(help);
            // The value ends a define(), or a line of a site.toml; a second setting fits behind it.
            Some(match (setting, named.place) {
                (Some((name, args)), Some(place)) if named.statement == "SMART_HOST" => found.suggest(
                    place,
                    syntax.pick(
                        format!("`{whole}')\ndefine(`{name}', `{args}'"),
                        format!("\"{whole}\"\n{} = \"{args}\"", name.to_ascii_lowercase()),
                    ),
                ),
                _ => found,
            })
        }
        (_, Some(Problem::Bare(address))) => Some(
            finding(format!("`{address}` is an IPv6 address without brackets"))
                .why("a colon separates hosts that are tried in turn: each group of the address is taken for a host")
                .help(format!("write `[IPv6:{}]`", address.trim_start_matches("IPv6:"))),
        ),
        (_, Some(Problem::Characters(odd))) => {
            let clean = clean(odd);
            let found = finding(format!("`{odd}` is not a host name"))
                .why("sendmail looks all of it up as one name, which is not found: mail stays in the queue or bounces");
            Some(match clean.is_empty() {
                true => found.help("write the name of the host, or an address in brackets"),
                false => found.help(format!("write `{clean}`")),
            })
        }
        (_, None) => None,
    }
}

fn scheme_finding(
    finding: impl Fn(String) -> Diagnostic,
    named: &Named<'_>,
    scheme: &str,
    host: &str,
    syntax: Syntax,
) -> Diagnostic {
    let rest = host.rsplit("//").next().unwrap_or(host);
    let rest = rest.split('/').next().unwrap_or(rest);
    let (bare, port) = match rest.rsplit_once(':') {
        Some((bare, port)) if is_port(port) => (bare, Some(port)),
        _ => (rest, None),
    };
    let help = match port {
        Some(port) => format!("write `{bare}`, and the port in the arguments of the mailer: `TCP $h {port}`"),
        None => format!("write `{bare}`"),
    };
    finding(format!("{} takes a host, not a URL", named.name(syntax)))
        .why(format!("sendmail reads `{scheme}` as the name of a mailer, and the slashes as part of the host"))
        .help(help)
}

/// How to call a port, with the setting that does it if the site does not set it yet.
fn port_help(
    site: &Site,
    host: &str,
    port: &str,
    mailer: Option<&str>,
    syntax: Syntax,
) -> (String, Option<(String, String)>) {
    let mailer = mailer.unwrap_or(&site.mailer_names.relay).to_ascii_lowercase();
    let setting = match mailer.as_str() {
        "relay" | "smtp" | "esmtp" | "smtp8" | "dsmtp" => format!("{}_MAILER_ARGS", mailer.to_ascii_uppercase()),
        _ => return (format!("write `{host}`, and `TCP $h {port}` as the arguments of mailer {mailer}"), None),
    };
    let known = site.mailers.iter().find(|known| known.name == mailer);
    if known.is_some_and(|known| known.argv.split_whitespace().nth(2) == Some(port)) {
        return (format!("write `{host}`: {setting} names port {port} already"), None);
    }
    // Where TLS begins at once sendmail gets no answer.
    let (port, note) = match port {
        "465" => ("587", "; on port 465 servers expect TLS at once, which sendmail does not begin with"),
        _ => (port, ""),
    };
    let args = format!("TCP $h {port}");
    let written =
        syntax.pick(format!("define(`{setting}', `{args}')"), format!("{} = \"{args}\"", setting.to_ascii_lowercase()));
    let is_free = known.is_some_and(|known| known.argv_span.is_none());
    (format!("write `{host}`, and the port as {written}{note}"), is_free.then_some((setting, args)))
}
