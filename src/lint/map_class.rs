#![doc = include_str!("../findings/map_class.md")]

use super::{Rule, Surroundings, Target};
use crate::{
    diagnostic::{Diagnostic, Severity, nearest},
    site::{MapSpec, Site},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    code: "map_class",
    summary: "sendmail has no maps of a class, or not every sendmail has",
    severity: Severity::Error,
    check,
    together: None,
};

/// How a class of maps comes into sendmail.
struct MapClass {
    name: &'static str,
    /// The word with which a sendmail that has the class says so; `None` if all have it.
    built_with: Option<&'static str>,
    /// Whether sendmail is commonly built with it.
    is_common: bool,
}

const fn always(name: &'static str) -> MapClass {
    MapClass { name, built_with: None, is_common: true }
}

const fn common(name: &'static str, word: &'static str) -> MapClass {
    MapClass { name, built_with: Some(word), is_common: true }
}

const fn rare(name: &'static str, word: &'static str) -> MapClass {
    MapClass { name, built_with: Some(word), is_common: false }
}

/// The classes of sendmail 8.17 (op guide section 5.12, sendmail/README "COMPILE TIME FLAGS").
const CLASSES: [MapClass; 30] = [
    always("arith"),
    always("arpa"),
    common("bestmx", "NAMED_BIND"),
    common("btree", "NEWDB"),
    rare("cdb", "CDB"),
    rare("dbm", "NDBM"),
    always("dequote"),
    common("dns", "DNSMAP"),
    common("hash", "NEWDB"),
    rare("hesiod", "HESIOD"),
    always("host"),
    always("implicit"),
    common("ldap", "LDAPMAP"),
    always("macro"),
    rare("netinfo", "NETINFO"),
    common("nis", "NIS"),
    rare("nisplus", "NISPLUS"),
    rare("nsd", "MAP_NSD"),
    always("null"),
    rare("ph", "PH_MAP"),
    always("program"),
    common("regex", "MAP_REGEX"),
    always("sequence"),
    common("socket", "SOCKETMAP"),
    always("stab"),
    always("switch"),
    always("syslog"),
    always("text"),
    always("user"),
    common("userdb", "USERDB"),
];

/// Something that declares a map.
struct Declared<'a> {
    class: &'a str,
    place: Option<Span>,
}

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let judge = |declared: &Declared<'_>| judge(declared, around.target.as_ref());
    declared(site).iter().filter_map(judge).collect()
}

/// Maps that the site itself declares; those of the rules that are written for it have classes that all have.
fn declared(site: &Site) -> Vec<Declared<'_>> {
    fn of(map: &MapSpec, place: Span) -> impl Iterator<Item = Declared<'_>> {
        let classes = map.declarations().map(|text| text.split_whitespace().next().unwrap_or(""));
        classes.map(move |class| Declared { class, place: Some(place) })
    }
    let tables = site.declared_tables().flat_map(|table| of(table.map, table.declared));
    let domain_maps = site.tables.domain_maps.iter().flat_map(|map| of(&map.value.map, map.span));
    let logins = site.clients.recent_logins.iter().flat_map(|map| of(&map.value, map.span));
    let ldap = site.tables.ldap_routing.iter();
    let ldap = ldap.flat_map(|routing| [&routing.value.host, &routing.value.address].map(|map| (map, routing.span)));
    let raw = site.raw.values().flatten().flat_map(|raw| {
        let mut start = 0;
        raw.text.split_inclusive('\n').filter_map(move |line| {
            let at = start;
            start += line.len();
            let class = line.strip_prefix('K')?.split_whitespace().nth(1)?;
            // Where the text stands as it was written, the line has a place of its own.
            let length = line.trim_end().len();
            let place = raw.span.map(|span| {
                let fits = (span.end - span.start) as usize >= at + length;
                if fits {
                    Span::new(span.source, span.start as usize + at, span.start as usize + at + length)
                } else {
                    span
                }
            });
            Some(Declared { class, place })
        })
    });
    tables.chain(domain_maps).chain(logins).chain(ldap.flat_map(|(map, place)| of(map, place))).chain(raw).collect()
}

fn judge(declared: &Declared<'_>, target: Option<&Target>) -> Option<Diagnostic> {
    let class = declared.class;
    let at = |diagnostic: Diagnostic| match declared.place {
        Some(place) => diagnostic.at(place, "declared here"),
        None => diagnostic,
    };
    let ask = "`sendmail -d0.1 -bt < /dev/null` says what a sendmail was built with; `--target` takes what it says";
    if class.contains('$') || class.is_empty() {
        return None;
    }
    let Some(known) = CLASSES.iter().find(|known| known.name.eq_ignore_ascii_case(class)) else {
        let diagnostic = at(Diagnostic::error(RULE.code, format!("there are no maps of class `{class}`")))
            .why("sendmail says that the class is not available and goes on without the map");
        let names = CLASSES.iter().map(|known| known.name);
        return Some(match nearest(class, names) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("for a text that makemap has made into a file, write `hash`, `btree` or `cdb`"),
        });
    };
    if known.name == "implicit" {
        return Some(
            at(Diagnostic::advice(RULE.code, "which file an `implicit` map is read from depends on the host"))
                .why("sendmail takes the first that is there of those that it was built for, an old one too")
                .help("name the class of the file: `hash` for one that ends in .db"),
        );
    }
    match (known.built_with, target) {
        (Some(word), Some(target)) if !target.has(word) => Some(
            at(Diagnostic::error(RULE.code, format!("the target's sendmail has no maps of class `{class}`")))
                .why(format!(
                    "it was built without {word}; it says that the class is not available and goes on without the map"
                ))
                .help(instead(known.name, Some(target))),
        ),
        (Some(word), None) if !known.is_common => Some(
            at(Diagnostic::advice(RULE.code, format!("not every sendmail has maps of class `{class}`")))
                .why(format!(
                    "only those built with {word} do; others say that it is not available and go on without the map"
                ))
                .help(ask),
        ),
        _ => None,
    }
}

/// What to declare in place of a class that the target does not have.
fn instead(class: &str, target: Option<&Target>) -> String {
    let files = [("hash", "NEWDB"), ("cdb", "CDB"), ("dbm", "NDBM")];
    let other = files.into_iter().find(|(name, word)| *name != class && target.is_some_and(|target| target.has(word)));
    match (class, other) {
        ("hash" | "btree" | "cdb" | "dbm", Some((name, _))) => {
            format!("declare it as `{name}`, which this one has")
        }
        ("hash" | "btree" | "cdb" | "dbm", None) => "declare it as `text`, which every sendmail reads".into(),
        _ => "use a sendmail that has it, or a map of another class".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_in_order() {
        assert!(CLASSES.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn what_the_target_lacks_is_an_error_and_what_it_has_is_none() {
        let debian = Target::parse(" Compiled with: NEWDB=5.3 LDAPMAP MAP_REGEX\n").unwrap();
        let said = |class| {
            judge(&Declared { class, place: None }, Some(&debian)).map(|found| (found.severity, found.help.unwrap()))
        };
        assert_eq!(said("cdb"), Some((Severity::Error, "declare it as `hash`, which this one has".into())));
        assert!(matches!(said("socket"), Some((Severity::Error, _))));
        assert_eq!((said("hash"), said("text"), said("ldap"), said("$x")), (None, None, None, None));
        assert!(matches!(said("implicit"), Some((Severity::Advice, _))));
        let unknown = judge(&Declared { class: "cdb", place: None }, None).unwrap();
        assert_eq!(unknown.severity, Severity::Advice);
    }
}
