#![doc = include_str!("../findings/virtusertable_entry.md")]

use super::{
    Rule, Surroundings,
    table_value::{address, arguments, broken, domain_of_key, is_among, misleading, reply_class, unasked},
};
use crate::{
    catalog::table::TableKind,
    diagnostic::{Diagnostic, Severity},
    site::{Class, Site, TableEntry, is_dsn},
};

pub(super) const RULE: Rule = Rule {
    code: "virtusertable_entry",
    summary: "an entry of the virtusertable is not asked for, or mail for it is refused",
    severity: Severity::Error,
    check,
    together: None,
};

/// Words for what is wrong that sendmail knows (op guide section 5.2.2), in any case.
const STATUS_WORDS: [&str; 8] =
    ["usage", "nouser", "nohost", "unavailable", "software", "tempfail", "protocol", "config"];

fn check(site: &Site, _: &Surroundings) -> Vec<Diagnostic> {
    let entries = site.entries_of(TableKind::Virtusertable).iter();
    entries.filter_map(|entry| key(site, entry).or_else(|| mailer(site, entry)).or_else(|| value(entry))).collect()
}

fn key(site: &Site, entry: &TableEntry) -> Option<Diagnostic> {
    let key = entry.key.value.as_str();
    let Some((_, domain)) = key.rsplit_once('@') else {
        return Some(unasked(
            &RULE,
            entry,
            format!("`{key}` has no domain"),
            "addresses are looked up with their domain",
            format!("write `{key}@DOMAIN`, or `@{key}` for everybody of a domain"),
        ));
    };
    domain_of_key(&RULE, entry, domain).or_else(|| {
        (!is_virtual(site, domain)).then(|| {
            unasked(
                &RULE,
                entry,
                format!("`{domain}` is neither a local nor a virtual domain, as far as the site says"),
                "only addresses of those domains are looked up; what this host finds out to be its names is not known here",
                format!("add VIRTUSER_DOMAIN(`{domain}'), in a site.toml `virtuser_domain`"),
            )
        })
    })
}

/// Whether addresses of a domain are looked up, or may be, as far as the site tells.
fn is_virtual(site: &Site, domain: &str) -> bool {
    // What files and raw class lines hold is not known here.
    let files = [Class::VirtualHost, Class::Local].into_iter().any(|class| !site.classes.files(class).is_empty());
    let raw =
        site.raw.values().flatten().any(|raw| ["VirtHost", "Cw", "Fw"].into_iter().any(|name| raw.text.contains(name)));
    let own =
        site.domain_name.as_ref().is_some_and(|own| own.value.contains('$') || own.value.eq_ignore_ascii_case(domain));
    let below = site.tables.virtuser_entire_domain.is_some();
    let is_member = |class| is_among(site.classes.members(class), domain, below);
    files || own || raw || is_member(Class::VirtualHost) || is_member(Class::Local)
}

/// A mailer and a host, as a mailertable has them. Of `local:user` sendmail drops the first word, which does no harm.
fn mailer(site: &Site, entry: &TableEntry) -> Option<Diagnostic> {
    let value = entry.value.value.as_str();
    let (mailer, host) = value.split_once(':').filter(|(_, host)| !host.contains(['@', '/']))?;
    let known = site.mailers.iter().find(|known| known.name.eq_ignore_ascii_case(mailer.trim()))?;
    (known.path == "[IPC]").then(|| {
        broken(
            &RULE,
            entry,
            format!("`{value}` is read as the user `{}`", host.trim()),
            "entries name an address: sendmail takes what stands before a colon for the name of a list, and drops it",
            "write `user@domain`, and the way of the domain into the mailertable",
        )
    })
}

fn value(entry: &TableEntry) -> Option<Diagnostic> {
    let text = entry.value.value.as_str();
    if let Some(rest) = text.strip_prefix("error:") {
        return error(entry, rest.trim());
    }
    if text.starts_with('|') {
        return Some(broken(
            &RULE,
            entry,
            "a program cannot be a recipient here",
            "sendmail refuses the mail: Cannot mail directly to programs",
            "name an alias, and the program in the aliases file",
        ));
    }
    if let Some(number) = arguments(text).find(|number| *number > 3) {
        return Some(broken(
            &RULE,
            entry,
            format!("unknown argument `%{number}`: the virtusertable provides only `%1` to `%3`"),
            "entries are given `%1`, the user, `%2`, what follows a plus sign in it, and `%3`, the same with the sign",
            "write one of these",
        ));
    }
    address(&RULE, entry)
}

/// What follows `error:`: `D.S.N:code text`, or `word code text`.
fn error(entry: &TableEntry, rest: &str) -> Option<Diagnostic> {
    let wrong = |message: String, why: &str, help: String| Some(broken(&RULE, entry, message, why, help));
    let (status, text, dsn) = match rest.split_once(':') {
        Some((dsn, text)) if is_dsn(dsn.trim()) => (dsn.trim(), text.trim(), true),
        _ => {
            let (word, text) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
            (word, text.trim(), false)
        }
    };
    let bare = text.trim_matches('"');
    let code = if reply_class(bare).is_some() { bare.to_owned() } else { format!("550 {bare}").trim().to_owned() };
    if rest.is_empty() {
        let help = "write `error:nouser 550 No such user here`";
        return wrong("the refusal is empty".into(), "sendmail uses parts of the address as the text", help.into());
    }
    if !dsn && !STATUS_WORDS.iter().any(|word| word.eq_ignore_ascii_case(status)) {
        let whole = rest.trim_matches('"');
        let (first, after) = whole.split_once([' ', '\t']).unwrap_or((whole, ""));
        let first = first.trim_end_matches(':');
        let help = if is_dsn(first) {
            format!("put a colon after the status code: `error:{first}:{after}`")
        } else if let Some((word, text)) = status.split_once(':').filter(|(word, _)| STATUS_WORDS.contains(word)) {
            format!("put a blank after the word: `error:{word} {}`", format!("{text} {after}").trim())
        } else if reply_class(whole).is_some() {
            format!("write `error:5.7.0:{whole}`, or `error:nouser {whole}`")
        } else if reply_class(after).is_some() {
            format!("write `error:nouser {after}`")
        } else {
            format!("write `error:nouser 550 {whole}`")
        };
        return wrong(
            format!("`{status}` is not a status that sendmail knows"),
            "what follows `error:` is a status code with a colon after it or a word such as nouser, then reply code and text",
            help,
        );
    }
    if text.is_empty() {
        return wrong(
            "the refusal has no text".into(),
            "sendmail uses a part of the address as the text",
            format!("write `error:{status}{}550 No such user here`", if dsn { ":" } else { " " }),
        );
    }
    let (message, why, help) = match reply_class(bare) {
        None => (
            "the refusal has no reply code".to_owned(),
            "sendmail answers with a code of its own and takes all of it for the text",
            format!("write `error:{status}{}{code}`", if dsn { ":" } else { " " }),
        ),
        Some(class) if dsn && !status.starts_with(class) => (
            format!("the status code {status} does not go with the reply code of `{text}`"),
            "clients that read both cannot tell whether to retry (RFC 3463 section 2)",
            format!("begin the status code with {class}"),
        ),
        Some('5') if status.eq_ignore_ascii_case("tempfail") => (
            format!("`tempfail` does not go with the reply code of `{text}`"),
            "the one asks to try again, the other not to (RFC 5321 section 4.2.1)",
            "begin the text with a code of 4xx, or write nouser or unavailable".to_owned(),
        ),
        _ => return None,
    };
    Some(misleading(&RULE, entry, message, why, help))
}
