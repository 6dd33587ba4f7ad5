//! One small `.mc` for every entry of the catalog: each option, each setting, each system type, each mailer, each feature and
//! each hack with each form of its arguments.

use std::collections::BTreeSet;

use relaycc::catalog::{
    Support,
    feature::{ArgumentKind, ArgumentSpec, FEATURES, FeatureSpec},
    hack::HACKS,
    mailer::MAILERS,
    option::{Emits, OPTIONS, OptionKind},
    setting::{Reader, SETTINGS, SettingKind},
    system::SYSTEMS,
};

/// What is generated: a name for people, and the text.
pub struct Generated {
    /// `option/confMAX_HOP/1`.
    pub name: String,
    /// The `.mc`.
    pub text: String,
}

/// Those that differ, each because a user is better off with what relaycc does.
pub const BETTER: [&str; 6] = [
    // The reference leaves the word as the class of the map, and sendmail knows no class `LDAP`; here it is the default
    // definition, as it is for every other map.
    "feature/bcc/map/1",
    // Without a domain and a map the reference writes a map that sendmail cannot open; here that is an error.
    "feature/domainmap/domain/0",
    "feature/domainmap/plain",
    // All mail would go to a host called `_NULL_CLIENT_`; here that is an error.
    "hack/msp_nullclient/plain",
    // The reference warns, and its daemon then takes mail from anybody to anywhere; here that is an error.
    "option/confDELIVERY_MODE/1",
    // The list names a milter that is not defined, and sendmail does not start; here that is an error.
    "option/confINPUT_MAIL_FILTERS/0",
];

/// Those that no site.toml says: it asks for what the reference goes on without.
pub const UNSAID: [&str; 3] = ["feature/prefixmod/plain", "feature/rhsbl/plain", "hack/dnsblaccess/plain"];

/// Those of [`twice`] that differ.
pub const BETTER_TWICE: [&str; 15] = [
    // The reference puts `-T<TMPF>` into the second definition where it was missing in the first: into the word `btree`.
    "twice/access_db/forms/0",
    "twice/bcc/map/1/after",
    "twice/bcc/map/1/before",
    // For all domains, and for some: the reference delivers for all, and accepts as the last one says.
    "twice/bestmx_is_local/domains/0/after",
    "twice/bestmx_is_local/domains/0/before",
    "twice/bestmx_is_local/every/after",
    "twice/bestmx_is_local/every/before",
    // The second list has no name, and the reference asks it all the same.
    "twice/dnsbl/plain/after",
    "twice/domainmap/domain/0/after",
    "twice/domainmap/domain/0/before",
    "twice/domainmap/forms/0",
    "twice/domainmap/forms/1",
    "twice/domainmap/forms/2",
    "twice/domainmap/plain/after",
    "twice/domainmap/plain/before",
];

/// Those of [`pairs`] that differ: the reference prints that `access_db` is lacking, and goes on.
pub const BETTER_PAIRS: [&str; 1] = ["pair/compat_check/access_db"];

/// All of them.
pub fn all() -> Vec<Generated> {
    let mut all = Vec::new();
    options(&mut all);
    settings(&mut all);
    for system in SYSTEMS {
        add(&mut all, format!("system/{}", system.name), format!("OSTYPE(`{}')\n", system.name), MAILERS_OF_ALL);
    }
    for mailer in MAILERS.iter().filter(|mailer| mailer.support == Support::Full) {
        let mailers = match mailer.name {
            "local" | "smtp" => format!("MAILER(`{}')\n", mailer.name),
            other => format!("MAILER(`local')\nMAILER(`smtp')\nMAILER(`{other}')\n"),
        };
        add(&mut all, format!("mailer/{}", mailer.name), SYSTEM.to_owned(), &mailers);
        add(
            &mut all,
            format!("mailer/{}/alone", mailer.name),
            SYSTEM.to_owned(),
            &format!("MAILER(`{}')\n", mailer.name),
        );
    }
    for feature in FEATURES.iter().filter(|feature| feature.support == Support::Full) {
        features(&mut all, feature);
    }
    for hack in HACKS {
        // What needs the access map has it; `tests/reference` shows what is said where it is missing.
        let needs = if hack.notice.is_some() { "FEATURE(`access_db')\n" } else { "" };
        with_arguments(
            &mut all,
            &format!("hack/{}", hack.name),
            &format!("{needs}HACK(`{}'", hack.name),
            hack.arguments,
        );
    }
    all
}

/// Every feature twice: each form of its arguments after the first of them, and before it.
pub fn twice() -> Vec<Generated> {
    let mut all = Vec::new();
    for feature in FEATURES.iter().filter(|feature| feature.support == Support::Full) {
        let needs = feature.requires.map(|name| format!("FEATURE(`{name}')\n")).unwrap_or_default();
        let line = |arguments: &str| format!("FEATURE(`{}'{arguments})\n", feature.name);
        let forms = forms(feature.arguments);
        let one = line(&required(feature.arguments));
        for (form, arguments) in &forms {
            let other = line(arguments);
            let name = |order: &str| format!("twice/{}/{form}/{order}", feature.name);
            add(&mut all, name("after"), format!("{SYSTEM}{needs}{one}{other}"), MAILERS_OF_ALL);
            add(&mut all, name("before"), format!("{SYSTEM}{needs}{other}{one}"), MAILERS_OF_ALL);
        }
        let (Some((_, first)), Some((_, last))) = (forms.get(2), forms.last()) else { continue };
        let texts = [(first, last), (last, first), (first, first), (last, last)];
        for (number, (first, last)) in texts.into_iter().enumerate() {
            let text = format!("{SYSTEM}{needs}{}{}", line(first), line(last));
            add(&mut all, format!("twice/{}/forms/{number}", feature.name), text, MAILERS_OF_ALL);
        }
    }
    all
}

/// Every feature with every other one, in both orders, each with the arguments that it cannot do without.
pub fn pairs() -> Vec<Generated> {
    let mut all = Vec::new();
    let features: Vec<_> = FEATURES.iter().filter(|feature| feature.support == Support::Full).collect();
    let line = |feature: &FeatureSpec| format!("FEATURE(`{}'{})\n", feature.name, required(feature.arguments));
    for first in &features {
        for second in features.iter().filter(|second| second.name != first.name) {
            let pair = [first.name, second.name];
            let needs = [first, second].map(|feature| feature.requires.filter(|name| !pair.contains(name)));
            let needs: BTreeSet<&str> = needs.into_iter().flatten().collect();
            let needs: String = needs.into_iter().map(|name| format!("FEATURE(`{name}')\n")).collect();
            let text = format!("{SYSTEM}{needs}{}{}", line(first), line(second));
            add(&mut all, format!("pair/{}/{}", first.name, second.name), text, MAILERS_OF_ALL);
        }
    }
    all
}

const SYSTEM: &str = "OSTYPE(`linux')\n";
const MAILERS_OF_ALL: &str = "MAILER(`local')\nMAILER(`smtp')\n";

fn add(all: &mut Vec<Generated>, name: String, before: String, after: &str) {
    all.push(Generated { name, text: format!("{before}{after}") });
}

fn options(all: &mut Vec<Generated>) {
    for option in OPTIONS {
        let milter = match option.emits {
            Emits::MilterOption(_) => "INPUT_MAIL_FILTER(`test', `S=local:/run/test.sock')\n",
            _ => "",
        };
        let values = match option.name {
            // Old: two durations in one.
            "confMESSAGE_TIMEOUT" => vec!["5d/4h", "5d"],
            _ => values(option.kind),
        };
        for (number, value) in values.iter().enumerate() {
            let text = format!("{SYSTEM}define(`{}', `{value}')\n{milter}", option.name);
            add(all, format!("option/{}/{number}", option.name), text, MAILERS_OF_ALL);
        }
        let text = format!("{SYSTEM}undefine(`{}')\n{milter}", option.name);
        add(all, format!("option/{}/undefined", option.name), text, MAILERS_OF_ALL);
    }
}

fn settings(all: &mut Vec<Generated>) {
    for setting in SETTINGS.iter().filter(|setting| setting.support() == Support::Full) {
        let reader = match setting.reader {
            Reader::Core | Reader::Mailer("local" | "smtp") => String::new(),
            Reader::Mailer(name) => format!("MAILER(`{name}')\n"),
            Reader::Feature(name) => {
                let feature = FEATURES.iter().find(|feature| feature.name == name);
                format!("FEATURE(`{name}'{})\n", feature.map(|feature| required(feature.arguments)).unwrap_or_default())
            }
        };
        let (before, after) = match setting.reader {
            Reader::Mailer(_) => (String::new(), reader),
            _ => (reader, String::new()),
        };
        let values = match setting.kind {
            SettingKind::Marker => vec![""],
            SettingKind::Value(kind) => values(kind),
        };
        for (number, value) in values.iter().enumerate() {
            let text = format!("{SYSTEM}define(`{}', `{value}')\n{before}", setting.name);
            add(all, format!("setting/{}/{number}", setting.name), text, &format!("{MAILERS_OF_ALL}{after}"));
        }
    }
}

/// Values that an option of this kind takes.
fn values(kind: OptionKind) -> Vec<&'static str> {
    match kind {
        OptionKind::Boolean => vec!["True", "false"],
        OptionKind::Integer => vec!["7", "0"],
        OptionKind::Duration => vec!["5m", "1h30m"],
        OptionKind::Initial(words)
        | OptionKind::LowerInitial(words)
        | OptionKind::Word(words)
        | OptionKind::ExactWord(words)
        | OptionKind::Flags(words)
        | OptionKind::SignedWords(words)
        | OptionKind::SslOptions(words) => words.first().into_iter().chain(words.last()).copied().collect(),
        OptionKind::Letters(letters) => letters.get(..1).into_iter().collect(),
        OptionKind::Mode => vec!["0600"],
        OptionKind::Path => vec!["/etc/mail/some-file"],
        OptionKind::Text => vec!["text", "$?x two words$."],
    }
}

/// The arguments that the reference refuses the feature or hack without.
fn required(arguments: &[ArgumentSpec]) -> String {
    let arguments = arguments.iter().filter(|argument| argument.required);
    arguments.filter_map(|argument| samples(argument).first().map(|sample| format!(", {sample}"))).collect()
}

fn features(all: &mut Vec<Generated>, feature: &FeatureSpec) {
    let needs = feature.requires.map(|name| format!("FEATURE(`{name}')\n")).unwrap_or_default();
    let statement = format!("{needs}FEATURE(`{}'", feature.name);
    with_arguments(all, &format!("feature/{}", feature.name), &statement, feature.arguments);
}

/// A statement, of which `head` is the beginning, with each form of its arguments.
fn with_arguments(all: &mut Vec<Generated>, name: &str, head: &str, specs: &[ArgumentSpec]) {
    // What declares mailers itself needs no others.
    let mailers = if head.contains("msp_nullclient") { "" } else { MAILERS_OF_ALL };
    for (form, arguments) in forms(specs) {
        add(all, format!("{name}/{form}"), format!("{SYSTEM}{head}{arguments})\n"), mailers);
    }
}

/// The forms in which arguments may be given: a name for people, and the arguments with a comma before each.
fn forms(specs: &[ArgumentSpec]) -> Vec<(String, String)> {
    let mut forms = vec![("plain".to_owned(), String::new()), ("required".to_owned(), required(specs))];
    for (index, argument) in specs.iter().enumerate() {
        let before: String = specs
            .iter()
            .take(index)
            .map(|argument| match argument.required {
                true => format!(", {}", samples(argument).first().map_or("", String::as_str)),
                false => ", `'".into(),
            })
            .collect();
        for (number, sample) in samples(argument).iter().enumerate() {
            forms.push((format!("{}/{number}", argument.key), format!("{before}, {sample}")));
        }
    }
    let every =
        specs.iter().map(|argument| format!(", {}", samples(argument).last().map_or("", String::as_str))).collect();
    forms.push(("every".to_owned(), every));
    forms
}

/// Values of an argument, quoted.
fn samples(argument: &ArgumentSpec) -> Vec<String> {
    let quoted = |text: &str| format!("`{text}'");
    match argument.kind {
        // A map of a class that there is not is refused.
        ArgumentKind::Text if argument.help.starts_with("Definition of the map") => {
            vec![quoted("hash /etc/mail/table")]
        }
        ArgumentKind::Map => ["hash /etc/mail/table", "LDAP", "btree -o -T<TMPF> /etc/mail/table"].map(quoted).to_vec(),
        ArgumentKind::Word(_, choices) => choices.iter().map(|choice| quoted(choice.word)).collect(),
        ArgumentKind::Flags(_, choices) => {
            let one = choices.iter().map(|choice| quoted(choice.word));
            let both = choices.iter().map(|choice| quoted(choice.word)).collect::<Vec<_>>().join(", ");
            one.chain([both]).collect()
        }
        ArgumentKind::Domain => vec![quoted("list.example.net")],
        ArgumentKind::Answer(words) => {
            let words = words.iter().map(|word| quoted(word));
            [quoted("\"550 not here\""), quoted("\"550 5.7.1 Mail from \" $&{client_addr} \" refused\"")]
                .into_iter()
                .chain(words)
                .collect()
        }
        ArgumentKind::Patterns => vec![quoted("127.0.0.2."), "`127.0.0.2.', `127.0.0.3.'".into()],
        ArgumentKind::Path => vec![quoted("/usr/local/bin/program")],
        ArgumentKind::Given => vec![quoted("n")],
        ArgumentKind::Text => vec![quoted("5000")],
    }
}
