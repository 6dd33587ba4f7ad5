#![doc = include_str!("../findings/target_host.md")]

use super::{Rule, Surroundings};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::Site,
    source::Syntax,
};

pub(super) const RULE: Rule = Rule {
    code: "target_host",
    summary: "a host that mail is sent to is not written as a host",
    severity: Severity::Warning,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let routing = &site.routing;
    let named = [
        ("SMART_HOST", "smart_host", &routing.smart_host),
        ("LOCAL_RELAY", "local_relay", &routing.local_relay),
        ("MAIL_HUB", "mail_hub", &routing.mail_hub),
        ("LUSER_RELAY", "luser_relay", &routing.luser_relay),
        ("UUCP_RELAY", "uucp_relay", &routing.uucp_relay),
        ("BITNET_RELAY", "bitnet_relay", &routing.bitnet_relay),
        ("DECNET_RELAY", "decnet_relay", &routing.decnet_relay),
        ("FAX_RELAY", "fax_relay", &routing.fax_relay),
    ];
    let mut found = Vec::new();
    for (mc, toml, host) in named {
        let Some(host) = host else { continue };
        let target = Target::of(&host.value);
        found.extend(judge(target.host, around.syntax.pick(mc, toml), around.syntax).map(|one| one.at(host.span, "")));
    }
    for (option, mc, toml) in [
        ("FallbackMXhost", "confFALLBACK_MX", "fallback_mx"),
        ("FallbackSmartHost", "confFALLBACK_SMARTHOST", "fallback_smarthost"),
    ] {
        let Some(setting) = site.options.get(option) else { continue };
        let name = around.syntax.pick(mc, toml);
        found.extend(judge(&setting.value, name, around.syntax).map(|one| match setting.span {
            Some(span) => one.at(span, ""),
            None => one,
        }));
    }
    for entry in site.entries_of(TableKind::Mailertable) {
        let target = Target::of(&entry.value.value);
        let takes_hosts = target
            .mailer
            .is_some_and(|mailer| site.mailers.iter().any(|one| one.name == mailer && one.path == "[IPC]"));
        if takes_hosts {
            found.extend(judge(target.host, "the mailertable", around.syntax).map(|one| one.at(entry.value.span, "")));
        }
    }
    found
}

/// `[mailer:]host`
struct Target<'t> {
    mailer: Option<&'t str>,
    host: &'t str,
}

impl<'t> Target<'t> {
    fn of(text: &'t str) -> Self {
        // A mailer's name has none of these; a scheme is no mailer.
        match text.split_once(':') {
            Some((mailer, host))
                if !mailer.is_empty()
                    && !host.starts_with("//")
                    && mailer.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') =>
            {
                Self { mailer: Some(mailer), host }
            }
            _ => Self { mailer: None, host: text },
        }
    }
}

/// What is wrong with a host, or a list of hosts with colons between them.
fn judge(host: &str, name: &str, syntax: Syntax) -> Option<Diagnostic> {
    let warn = |message: String| Diagnostic::warning(RULE.code, message);
    let bare = host.trim_matches(['\'', '"', '`']);
    if let Some((scheme, rest)) = host.split_once("://") {
        let rest = rest.trim_end_matches('/');
        return Some(
            warn(format!("`{host}` in {name} is a URL, not a host"))
                .why(format!("sendmail takes `{scheme}` for a host and `//{rest}` for the next one to try"))
                .help(format!("write the host alone: `{}`", rest.split(['/', ':']).next().unwrap_or(rest))),
        );
    }
    if bare != host || host.contains(['"', '\'']) {
        return Some(
            warn(format!("the host in {name} has quotes in it"))
                .why("quotes that m4 does not take away are part of the name, and no host has such a name")
                .help(match syntax {
                    Syntax::Mc => format!("quote it with a backquote and a straight quote: `{bare}'"),
                    Syntax::Toml => format!("write `\"{bare}\"`"),
                }),
        );
    }
    if host.trim().contains(char::is_whitespace) || host.trim() != host && !host.trim().is_empty() {
        return Some(
            warn(format!("the host in {name} has a blank in it"))
                .why("sendmail takes the blank as part of the name, and no host has such a name")
                .help(format!(
                    "write one host; several are parted by colons: `{}`",
                    host.split_whitespace().collect::<Vec<_>>().join(":")
                )),
        );
    }
    // A colon parts hosts, but in an address literal it is part of the address.
    let outside = host.split(']').next_back().unwrap_or(host);
    let (first, port) = host.rsplit_once(':').filter(|_| outside.contains(':'))?;
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let arguments = match syntax {
        Syntax::Mc => format!("define(`RELAY_MAILER_ARGS', `TCP $h {port}')"),
        Syntax::Toml => format!("relay_mailer_args = \"TCP $h {port}\""),
    };
    Some(
        warn(format!("`{port}` in {name} is taken for a host, not for a port"))
            .why(format!(
                "a colon parts hosts that are tried one after the other: `{first}`, then one that is called `{port}`"
            ))
            .help(format!("write `{first}`, and set the port of the mailer: {arguments}")),
    )
}
