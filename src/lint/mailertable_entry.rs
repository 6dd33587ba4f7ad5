#![doc = include_str!("../findings/mailertable_entry.md")]

use super::{
    Rule, Surroundings,
    table_value::{address_key, arguments, broken, domain_key, misleading, reply_class, unasked},
    target_host::{Problem, clean, problem},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity, nearest},
    site::{Class, RawSection, Site, TableEntry, is_dsn},
};

pub(super) const RULE: Rule = Rule {
    code: "mailertable_entry",
    summary: "an entry of the mailertable is passed over, or mail for it bounces",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let entries = site.entries_of(TableKind::Mailertable);
    if entries.is_empty() {
        return Vec::new();
    }
    let mailers = mailers(site);
    let judge = |entry| key(site, entry).or_else(|| value(entry, &mailers)).or_else(|| host(site, entry));
    entries.iter().filter_map(judge).collect()
}

/// Names of the mailers that the site has.
pub(super) fn mailers(site: &Site) -> Vec<&str> {
    let raw = site.raw_section(RawSection::MailerDefinitions).iter().chain(site.raw_section(RawSection::LocalConfig));
    let declared = raw.flat_map(|raw| raw.text.lines()).filter_map(|line| {
        let name = line.strip_prefix('M')?.split([',', ' ', '\t']).next()?;
        Some(name).filter(|name| !name.is_empty())
    });
    site.mailers.iter().map(|mailer| mailer.name.as_str()).chain(declared).chain(["error"]).collect()
}

fn key(site: &Site, entry: &TableEntry) -> Option<Diagnostic> {
    let key = entry.key.value.as_str();
    if let Some(finding) = address_key(&RULE, entry, "; ways of single addresses are for the virtusertable") {
        return Some(finding);
    }
    let domain = key.strip_prefix('.').unwrap_or(key);
    if key == "." {
        return None;
    }
    let is_local = |name: &str| {
        let own = site.domain_name.as_ref().is_some_and(|own| own.value.eq_ignore_ascii_case(name));
        own || site.classes.members(Class::Local).iter().any(|member| member.value.eq_ignore_ascii_case(name))
    };
    domain_key(&RULE, entry, domain).or_else(|| {
        is_local(key).then(|| {
            unasked(
                &RULE,
                entry,
                format!("`{key}` is a name of this host"),
                "mail for a local domain is delivered here before the mailertable is asked",
                "take it out of the local domains, or remove the entry",
            )
        })
    })
}

fn value(entry: &TableEntry, mailers: &[&str]) -> Option<Diagnostic> {
    let text = entry.value.value.as_str();
    let wrong = |message: String, why: &str, help: String| Some(broken(&RULE, entry, message, why, help));
    let Some((mailer, host)) = text.split_once(':').filter(|(mailer, _)| !mailer.trim().is_empty()) else {
        let host = text.trim_start_matches(':').trim();
        return wrong(
            format!("`{text}` names no mailer"),
            "sendmail ignores the entry",
            if mailers.contains(&host) { format!("write `{host}:HOST`") } else { format!("write `smtp:{host}`") },
        );
    };
    let (mailer, host) = (mailer.trim(), host.trim());
    if !mailers.iter().any(|known| known.eq_ignore_ascii_case(mailer)) {
        return wrong(
            format!("unknown mailer `{mailer}`"),
            "mail for the domain bounces: sendmail does not know what to do with it",
            match nearest(mailer, mailers.iter().copied()) {
                Some(near) => format!("did you mean `{near}:{host}`?"),
                None => format!("add its MAILER, or name another: this site has {}", mailers.join(", ")),
            },
        );
    }
    if mailer.eq_ignore_ascii_case("error") {
        return error(entry, host);
    }
    if host.is_empty() && !mailer.eq_ignore_ascii_case("local") {
        return wrong(
            format!("`{text}` names no host"),
            "sendmail uses a part of the address as the host, and mail bounces",
            format!("write `{mailer}:HOST`; hosts that are tried in turn have a colon between them"),
        );
    }
    if host.contains([' ', '\t', ',']) {
        let list = host.split([' ', '\t', ',']).filter(|host| !host.is_empty()).collect::<Vec<_>>();
        return wrong(
            format!("`{host}` is not a host name"),
            "sendmail looks it up as one name",
            format!("hosts that are tried in turn have a colon between them: `{mailer}:{}`", list.join(":")),
        );
    }
    let below = entry.key.value.starts_with('.');
    match arguments(host).find(|number| !(*number == 0 || *number == 1 && below)) {
        Some(1) => wrong(
            "`%1` is empty here".into(),
            "it is what stands before the part that the key names, and the key names all of the domain",
            format!("write the host, or the key as `.{}`", entry.key.value),
        ),
        Some(number) => wrong(
            format!("unknown argument `%{number}`: the mailertable provides only `%1`"),
            "entries are given one argument, what stands before the part that the key names",
            "write `%1`, or the name".into(),
        ),
        None => None,
    }
}

/// A host that the mailers of the network read as something else.
fn host(site: &Site, entry: &TableEntry) -> Option<Diagnostic> {
    let (mailer, host) = entry.value.value.split_once(':')?;
    let (mailer, host) = (mailer.trim(), host.trim());
    let known = site.mailers.iter().find(|known| known.name.eq_ignore_ascii_case(mailer))?;
    if known.path != "[IPC]" {
        return None;
    }
    let wrong = |message: String, why: String, help: String| Some(broken(&RULE, entry, message, why, help));
    match problem(host)? {
        Problem::Scheme(scheme) => {
            let bare = host.rsplit("//").next().and_then(|rest| rest.split(['/', ':']).next()).unwrap_or_default();
            wrong(
                format!("`{host}` is a URL, not a host"),
                format!("a colon separates hosts that are tried in turn: sendmail looks for a host named `{scheme}`"),
                format!("write `{mailer}:{bare}`"),
            )
        }
        Problem::Port { host, port } => Some(misleading(
            &RULE,
            entry,
            format!("`{port}` is another host to sendmail, not a port"),
            format!("a colon separates hosts that are tried in turn: after {host} comes a host named {port}"),
            format!("write `{mailer}:{host}`; the port is in the arguments of the mailer: `TCP $h {port}`"),
        )),
        Problem::Bare(address) => wrong(
            format!("`{address}` is an IPv6 address without brackets"),
            "a colon separates hosts that are tried in turn: each group of the address is taken for a host".into(),
            format!("write `{mailer}:[IPv6:{}]`", address.trim_start_matches("IPv6:")),
        ),
        Problem::Characters(odd) => {
            let clean = clean(odd);
            wrong(
                format!("`{odd}` is not a host name"),
                "sendmail looks all of it up as one name, which is not found: mail bounces".into(),
                match clean.is_empty() {
                    true => "write the name of the host, or an address in brackets".into(),
                    false => format!("write `{mailer}:{clean}`"),
                },
            )
        }
    }
}

/// What follows `error:`: `D.S.N:code text`, or `code text`.
fn error(entry: &TableEntry, rest: &str) -> Option<Diagnostic> {
    let wrong = |message: String, why: &str, help: String| Some(broken(&RULE, entry, message, why, help));
    let (dsn, text) = match rest.split_once(':') {
        Some((dsn, text)) if is_dsn(dsn.trim()) => (Some(dsn.trim()), text.trim()),
        _ => (None, rest),
    };
    if text.is_empty() {
        return wrong(
            "the refusal has no text".into(),
            "sendmail uses a part of the address as the text",
            format!("write `error:{}:550 No mail for this domain`", dsn.unwrap_or("5.1.2")),
        );
    }
    let (message, why, help) = match (reply_class(text.trim_start_matches('"')), dsn) {
        (None, _) => (
            "the refusal has no reply code".to_owned(),
            "sendmail answers 553 5.3.0 and takes all of it for the text, words such as nohost too",
            format!("write `error:{}:550 {}`", dsn.unwrap_or("5.1.2"), text.trim_matches('"')),
        ),
        (Some(class), Some(dsn)) if !dsn.starts_with(class) => (
            format!("the status code {dsn} does not go with the reply code of `{text}`"),
            "clients that read both cannot tell whether to retry (RFC 3463 section 2)",
            format!("begin the status code with {class}"),
        ),
        _ => return None,
    };
    Some(misleading(&RULE, entry, message, why, help))
}
