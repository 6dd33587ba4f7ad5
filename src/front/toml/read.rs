//! The document to statements: one key at the top of it after the other.

use std::path::PathBuf;

use super::{
    aliases, cases, conf, equates, feature, names,
    table::{self, Given},
    uucp,
    value::{Expected, Refusals, TOP, Text, quoted_list},
};
use crate::{
    catalog::{
        self, Support,
        domain::DOMAINS,
        macros::{self, MACROS, MacroRole, MacroSpec},
        mailer::{self, MAILERS},
        setting::{self, SETTINGS},
        system::SYSTEMS,
        table::TABLES,
    },
    diagnostic::{Diagnostic, nearest},
    front::statement::Statement,
    site::{Class, RawSection, TableEntry, network},
    source::{Span, Spanned},
    syntax::toml::{Entry, Table},
};

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The statements, as they were read.
    pub statements: Vec<Statement>,
    /// Where the entries of tables are, in the order of the document.
    pub tables: Vec<Given>,
    /// Where the aliases are.
    pub aliases: Vec<GivenAliases>,
    /// What is to be said about it all the same.
    pub warnings: Vec<Diagnostic>,
    /// The bytes that characters become in sendmail.cf.
    pub charset: Charset,
}

/// Where a document says that the aliases are.
#[derive(Debug)]
pub(super) enum GivenAliases {
    /// In the document; the place is that of their table.
    Here(Vec<TableEntry>, Span),
    /// In a file.
    File(Spanned<PathBuf>),
}

/// The bytes that characters become in sendmail.cf.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Charset {
    /// Those that they are in the document.
    #[default]
    Utf8,
    /// One each.
    Latin1,
}

/// Names of charsets.
pub(super) const CHARSETS: [(&str, Charset); 2] = [("utf-8", Charset::Utf8), ("iso-8859-1", Charset::Latin1)];

/// Keys that are no macro of `.mc`.
pub(super) const OWN_KEYS: [&str; 5] = ["charset", "conf", "undefine", "head", "test"];

/// Settings that have a key of another name, with what to write instead.
const OTHERWISE: [(&str, &str); 2] = [("masquerade_name", "masquerade_as"), ("use_cw_file", "feature.use_cw_file")];

/// Names that other programs have for what is called otherwise here.
const SYNONYMS: [(&[&str], &str); 8] = [
    (
        &["milter", "milters", "filter", "filters", "smtpd_milters"],
        "`[[input_mail_filter]]` with its `name` and `socket`",
    ),
    (&["listener", "listeners", "listen", "port", "ports"], "`[[daemon]]` with its `port` and `name`"),
    (&["define", "defines", "option", "options", "settings", "config"], "options under `[conf]`, all else at the top"),
    (&["hostname", "myhostname", "host_name", "host"], "`domain_name` under `[conf]`"),
    (
        &["networks", "mynetworks", "relay_networks", "trusted_networks"],
        "`relay_domain` with the networks: `[\"192.0.2\"]`",
    ),
    (&["relayhost", "relay_host", "gateway"], "`smart_host`"),
    (&["mydestination", "domains", "virtual_domains"], "`local_domain`"),
    (&["tests", "cases", "case"], "`[[test]]`"),
];

/// Every key at the top of a document.
pub(super) fn top_keys() -> impl Iterator<Item = &'static str> {
    let macros = MACROS.iter().map(|entry| entry.key).filter(|key| !key.is_empty());
    let tables = TABLES.iter().flat_map(|table| [table.key, table.file_key]);
    macros.chain(setting_keys()).chain(OWN_KEYS).chain(aliases::KEYS).chain(tables)
}

/// The settings that are keys.
pub(super) fn setting_keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.key).filter(|key| !OTHERWISE.iter().any(|(other, _)| other == key))
}

/// Reads a document.
pub(super) fn read(refusals: &mut Refusals, root: &Table) -> Document {
    let mut document = Document::default();
    for entry in root.entries() {
        let key = entry.key.value.as_str();
        if OWN_KEYS.contains(&key) {
            own(refusals, entry, &mut document);
        } else if aliases::KEYS.contains(&key) {
            document.aliases.extend(given_aliases(refusals, entry));
        } else if let Some(spec) = catalog::table::by_key(key) {
            document.tables.extend(table::here(refusals, spec, entry));
        } else if let Some(spec) = catalog::table::by_file_key(key) {
            document.tables.extend(table::file(refusals, spec, entry));
        } else if let Some((_, instead)) = OTHERWISE.iter().find(|(other, _)| *other == key) {
            refusals.push(
                Diagnostic::error("unknown_key", format!("`{key}` is not set directly"))
                    .at(entry.key.span, "unknown key")
                    .help(format!("write `{instead}`")),
            );
        } else if let Some(setting) = setting::by_key(key) {
            let defined = conf::setting(refusals, setting, &entry.value);
            document.statements.extend(defined);
        } else if let Some(spec) = macros::by_key(key) {
            document.statements.extend(statements(refusals, spec, entry));
        } else {
            unknown(refusals, entry);
        }
    }
    table::refuse_twice(refusals, &document.tables);
    if let [first, second] = document.aliases.as_slice() {
        table::refuse_places(refusals, "the aliases", first.place(), second.place());
    }
    document
}

fn given_aliases(refusals: &mut Refusals, entry: &Entry) -> Option<GivenAliases> {
    if entry.key.value == "aliases" {
        let expected = Expected::new("aliases", "a table of names and recipients", "{ postmaster = \"root\" }");
        let table = refusals.table(&entry.value, &expected)?;
        return Some(GivenAliases::Here(aliases::read(refusals, table), entry.key.span));
    }
    let expected = Expected::new("aliases_file", "the path of an aliases text", "\"aliases\"");
    Some(GivenAliases::File(refusals.some_text(&entry.value, &expected)?.map(PathBuf::from)))
}

impl GivenAliases {
    fn place(&self) -> Span {
        match self {
            Self::Here(_, span) => *span,
            Self::File(path) => path.span,
        }
    }
}

fn own(refusals: &mut Refusals, entry: &Entry, document: &mut Document) {
    match entry.key.value.as_str() {
        "conf" => {
            let expected = Expected::new("conf", "a table of options", "{ domain_name = \"mail.example.com\" }");
            if let Some(table) = refusals.table(&entry.value, &expected) {
                let options = conf::read(refusals, table);
                document.statements.extend(options);
            }
        }
        "charset" => {
            let names = quoted_list(CHARSETS.iter().map(|(name, _)| *name));
            let expected = Expected::new("charset", format!("one of {names}"), "\"iso-8859-1\"");
            let Some(name) = refusals.some_text(&entry.value, &expected) else { return };
            match CHARSETS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&name.value)) {
                Some((_, charset)) => document.charset = *charset,
                None => refusals.wrong_value(&name, &expected, "names are written in one of these two ways"),
            }
        }
        "undefine" => document.statements.extend(conf::undefined(refusals, &entry.value)),
        // What is asked of the site is no part of it; here it is only checked.
        "test" => drop(cases::read(refusals, entry)),
        _ => {
            let expected = Expected::new("head", "lines of sendmail.cf, as text between three quotes", "'''…'''");
            let text = refusals.lines(&entry.value, &expected);
            let raw = |text| Statement::Raw { section: RawSection::Head, text, name: "HEAD" };
            document.statements.extend(text.map(raw));
        }
    }
}

fn unknown(refusals: &mut Refusals, entry: &Entry) {
    let key = entry.key.value.as_str();
    let lower = key.to_ascii_lowercase();
    let refuse = |help: String| {
        Diagnostic::error("unknown_key", format!("unknown top-level key `{key}`"))
            .at(entry.key.span, "unknown key")
            .why("unknown keys are rejected, so that a typo cannot silently change policy")
            .help(help)
    };
    let option = lower.strip_prefix("conf").unwrap_or(&lower).trim_start_matches('_');
    if lower != key && top_keys().any(|known| known == lower) {
        refusals.push(refuse(format!("keys are in lower case: write `{lower}`")));
    } else if catalog::option::by_key(option).is_some() {
        refusals.push(refuse(format!("it is an option: write `{option}` under [conf]")));
    } else if catalog::feature::by_key(&lower).is_some() {
        refusals.push(refuse(format!("it is a feature: write `{lower}` under [feature]")));
    } else if catalog::hack::by_name(&lower).is_some() {
        refusals.push(refuse(format!("it is a hack: write `{lower}` under [hack]")));
    } else if let Some((_, known)) = SYNONYMS.iter().find(|(names, _)| names.contains(&lower.as_str())) {
        refusals.push(refuse(format!("write {known}")));
    } else {
        refusals.unknown_key(entry, TOP, top_keys());
    }
}

/// The statements of one macro's key.
fn statements(refusals: &mut Refusals, spec: &'static MacroSpec, entry: &Entry) -> Vec<Statement> {
    let (key, value) = (spec.key, &entry.value);
    if spec.support == Support::NotYet {
        refusals.push(
            Diagnostic::error("unsupported", format!("`{key}` is not supported yet"))
                .at(entry.key.span, "this key")
                .why("its effect would be missing from the output")
                .help("build this site with sendmail's own tree until it is supported"),
        );
        return Vec::new();
    }
    match spec.role {
        MacroRole::Version => {
            let expected = Expected::new(key, "text", "\"relay host, 2026-01-31\"");
            refusals.texts(value, &expected).into_iter().map(Statement::VersionId).collect()
        }
        MacroRole::System => {
            let expected = Expected::new(key, "the name of a system type", "\"linux\"");
            // An empty name is no system type on purpose: a submit.cf needs none.
            let name = refusals.text(value, &expected);
            let known = || SYSTEMS.iter().map(|system| (system.name, Support::Full));
            name.filter(|name| name.value.is_empty() || known_name(refusals, name, "system type", known))
                .map(Statement::System)
                .into_iter()
                .collect()
        }
        MacroRole::Domain => {
            let expected = Expected::new(key, "the name of a shared site policy", "\"generic\"");
            let known = || DOMAINS.iter().map(|domain| (domain.name, Support::Full));
            let names = refusals.texts(value, &expected).into_iter();
            names.filter(|name| known_name(refusals, name, "site policy", known)).map(Statement::Domain).collect()
        }
        MacroRole::Mailer => {
            let expected = Expected::new(key, "names of mailers", "[\"local\", \"smtp\"]");
            let known = || MAILERS.iter().map(|mailer| (mailer.name, mailer.support));
            let names = refusals.words(value, &expected).into_iter();
            names.filter(|name| known_name(refusals, name, "mailer", known)).map(Statement::Mailer).collect()
        }
        MacroRole::MailerFlags => mailer_flags(refusals, key, entry),
        MacroRole::Setting(_) => {
            let expected = Expected::new(key, "a domain name", "\"example.com\"");
            let name = refusals.some_text(value, &expected);
            name.filter(|name| is_domain(refusals, name, &expected)).map(Statement::MasqueradeAs).into_iter().collect()
        }
        MacroRole::ClassMembers(name) => members(refusals, spec, name, entry),
        MacroRole::ClassFile(class) => {
            let expected = Expected::new(key, "the path of a file, switches before it", "\"/etc/mail/names\"");
            let Some(class) = Class::by_name(class) else { return Vec::new() };
            let files = refusals.texts(value, &expected).into_iter();
            files.map(|file| Statement::File { class, file, name: spec.name }).collect()
        }
        MacroRole::Daemon => {
            equates::listeners(refusals, key, value, equates::DAEMON).into_iter().map(Statement::Daemon).collect()
        }
        MacroRole::Client => {
            equates::listeners(refusals, key, value, equates::CLIENT).into_iter().map(Statement::Client).collect()
        }
        MacroRole::Milter => equates::named(refusals, key, value, equates::MILTER, "socket")
            .into_iter()
            .map(|found| Statement::MailFilter { name: found.name, equates: found.equates })
            .collect(),
        MacroRole::InputMilter => equates::named(refusals, key, value, equates::MILTER, "socket")
            .into_iter()
            .map(|found| Statement::InputMailFilter { name: found.name, equates: found.equates })
            .collect(),
        MacroRole::QueueGroup => equates::named(refusals, key, value, equates::QUEUE, "path")
            .into_iter()
            .map(|found| Statement::QueueGroup { name: found.name, equates: found.equates })
            .collect(),
        MacroRole::Feature => {
            let expected = Expected::new(key, "a table of features", "{ access_db = true }");
            refusals.table(value, &expected).map(|table| feature::read(refusals, table)).unwrap_or_default()
        }
        MacroRole::Hack => {
            let expected = Expected::new(key, "a table of hacks", "{ nodns = true }");
            refusals.table(value, &expected).map(|table| feature::hacks(refusals, table)).unwrap_or_default()
        }
        MacroRole::Raw => {
            let expected = Expected::new(key, "lines of sendmail.cf, as text between three quotes", "'''…'''");
            let text = refusals.lines(value, &expected);
            let found = text.zip(section_of(spec.name));
            found.map(|(text, section)| Statement::Raw { section, text, name: spec.name }).into_iter().collect()
        }
        MacroRole::SiteConfig => uucp::links(refusals, key, entry),
        MacroRole::UucpSmtp => uucp::domains(refusals, key, entry),
        MacroRole::Site => Vec::new(),
    }
}

/// Whether a name is one of a table's; refuses it if not.
fn known_name<I>(refusals: &mut Refusals, name: &Text, what: &str, known: impl Fn() -> I) -> bool
where
    I: Iterator<Item = (&'static str, Support)>,
{
    match known().find(|(known, _)| *known == name.value) {
        Some((_, Support::Full)) => true,
        // The statement itself says that it is not supported yet.
        Some((_, Support::NotYet)) => true,
        None => {
            let diagnostic = Diagnostic::error("unknown_name", format!("unknown {what} `{}`", name.value))
                .at(name.span, "not known to sendmail")
                .why("sendmail's tree would silently continue without it");
            let supported = known().filter(|(_, support)| *support == Support::Full).map(|(name, _)| name);
            let help = match nearest(&name.value, known().map(|(name, _)| name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", quoted_list(supported)),
            };
            refusals.push(diagnostic.help(help));
            false
        }
    }
}

fn mailer_flags(refusals: &mut Refusals, key: &str, entry: &Entry) -> Vec<Statement> {
    let expected = Expected::new(key, "a table of mailers and changes to their flags", "{ local = \"+S\" }");
    let Some(table) = refusals.table(&entry.value, &expected) else { return Vec::new() };
    let known = mailer::flag_names;
    let mut statements = Vec::new();
    for change in table.entries() {
        let Some(mailer) = known().find(|name| name.eq_ignore_ascii_case(&change.key.value)) else {
            let lower: Vec<String> = known().map(str::to_ascii_lowercase).collect();
            refusals.unknown_key(change, &format!("in `{key}`"), lower.iter().map(String::as_str));
            continue;
        };
        let name = format!("{key}.{}", change.key.value);
        let expected =
            Expected::new(name, "flags: `+` adds them, `-` removes them, otherwise they replace all", "\"+S\"");
        for text in refusals.texts(&change.value, &expected) {
            let flags = text.value.strip_prefix(['+', '-']).unwrap_or(&text.value);
            if flags.is_empty() || flags.contains([' ', '\t', ',', '+', '-']) {
                refusals.wrong_value(
                    &text,
                    &expected,
                    "a flag is one letter, and they follow each other without a break",
                );
                continue;
            }
            statements.push(Statement::MailerFlags { mailer, change: text });
        }
    }
    statements
}

fn is_domain(refusals: &mut Refusals, name: &Text, expected: &Expected) -> bool {
    match names::domain(&name.value) {
        None => true,
        Some(problem) => {
            refusals.wrong_value(name, expected, &problem);
            false
        }
    }
}

fn members(refusals: &mut Refusals, spec: &'static MacroSpec, class: &str, entry: &Entry) -> Vec<Statement> {
    let Some(class) = Class::by_name(class) else { return Vec::new() };
    let (what, example) = match class {
        Class::Relay => ("names of hosts and domains, and networks", "[\"example.com\", \"192.168.138\"]"),
        Class::Exposed | Class::LocalUser => ("names of users", "[\"root\"]"),
        Class::TrustAuthMech => ("names of mechanisms", "[\"GSSAPI\", \"DIGEST-MD5\"]"),
        _ => ("names of hosts and domains", "[\"example.com\"]"),
    };
    let expected = Expected::new(spec.key, what, example);
    let words = refusals.words(&entry.value, &expected);
    let fits = |word: &Text, refusals: &mut Refusals| match class {
        Class::Relay => is_relay(refusals, word, &expected),
        Class::Exposed | Class::LocalUser => match names::user(&word.value) {
            None => true,
            Some(problem) => {
                refusals.wrong_value(word, &expected, &problem);
                false
            }
        },
        Class::TrustAuthMech => true,
        _ => is_domain(refusals, word, &expected),
    };
    let words = words.into_iter().filter(|word| fits(word, refusals)).collect::<Vec<_>>();
    words.into_iter().map(|word| Statement::Members { class, word, name: spec.name }).collect()
}

/// Whether a word could match anybody who wants to relay.
fn is_relay(refusals: &mut Refusals, word: &Text, expected: &Expected) -> bool {
    if let Some(malformed) = network::check(&word.value) {
        refusals.push(
            Diagnostic::error("malformed_network", format!("`{}` {}", word.value, malformed.message()))
                .at(word.span, "matches nobody")
                .why("clients are looked up by the leading parts of their address")
                .help(malformed.help(&word.value)),
        );
        return false;
    }
    let is_network = word.value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_ipv6 = word.value.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("ipv6:"));
    is_network || is_ipv6 || is_domain(refusals, word, expected)
}

/// Where the raw lines of a macro go.
fn section_of(name: &str) -> Option<RawSection> {
    match name {
        "LOCAL_RULE_1" | "LOCAL_RULE_2" => Some(RawSection::LocalRulesets),
        _ => RawSection::ALL.into_iter().find(|section| section.statement() == Some(name)),
    }
}
