//! The JSON Schema of `site.toml` (draft 2020-12), made from the catalog, so that editors complete and check.
//!
//! What a type cannot say (a network's parts, a feature that needs another) is left to the compiler.

use serde_json::{Map, Value, json};

use super::{
    answer, cases,
    conf::is_message,
    equates::{self, Equate, EquateKind},
    feature::ORDER,
    read, uucp,
};
use crate::catalog::{
    Support,
    domain::{DOMAINS, DomainSpec},
    feature::{ArgumentKind, ArgumentSpec, Choice, FEATURES, FeatureSpec},
    hack::HACKS,
    macros::{MACROS, MacroRole, MacroSpec},
    mailer::{self, MAILERS},
    option::{DefaultValue, OPTIONS, OptionKind},
    setting::{self, SETTINGS, SettingKind, SettingSpec},
    siteconfig::FILES,
    system::{SYSTEMS, SystemSpec},
    table::{TABLES, TableSpec},
};
use crate::site::VerdictKind;

/// Text of one line: no control character but tab.
const LINE: &str = "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]*$";
/// The same, with something other than blanks in it.
const SOME_LINE: &str =
    "^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]*\\S[^\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]*$";
/// Lines: no control character but tab and newline.
const LINES: &str = "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$";
/// A duration as sendmail writes them.
const DURATION: &str = "^(-?([0-9]+[smhdw])*[0-9]*[smhdw0-9]|[Nn][Oo][Ww])$";

/// The schema.
pub fn schema() -> Value {
    let mut properties = Map::new();
    for spec in MACROS.iter().filter(|spec| spec.support == Support::Full && !spec.key.is_empty()) {
        properties.insert(spec.key.into(), described(of_macro(spec), spec.help));
    }
    for key in read::setting_keys() {
        if let Some(spec) = setting::by_key(key) {
            properties.insert(key.into(), of_setting(spec));
        }
    }
    properties.insert("charset".into(), charset());
    properties.insert("conf".into(), conf());
    properties.insert("undefine".into(), undefine());
    for table in &TABLES {
        properties.insert(table.key.into(), entries(table));
        let help = format!("File of entries, beside this one, instead of the table `{}`", table.key);
        properties.insert(table.file_key.into(), described(some_text(), &help));
    }
    properties.insert(
        "aliases".into(),
        described(
            json!({ "type": "object", "additionalProperties": list_of(&some_text()) }),
            "Aliases: names, and who gets their mail",
        ),
    );
    properties.insert(
        "aliases_file".into(),
        described(some_text(), "File of aliases, beside this one, instead of the table `aliases`"),
    );
    properties.insert(
        "head".into(),
        described(pattern(LINES), "Raw lines before all others, where a .mc's text outside its sections goes"),
    );
    properties.insert("test".into(), tests());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "site.toml",
        "description": "The policy of a mail relay, compiled by relaycc",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn described(mut schema: Value, help: &str) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), help.into());
    }
    schema
}

fn text() -> Value {
    json!({ "anyOf": [{ "type": "string", "pattern": LINE }, { "type": "integer" }] })
}

fn some_text() -> Value {
    json!({ "anyOf": [{ "type": "string", "pattern": SOME_LINE }, { "type": "integer" }] })
}

/// One, or a list.
fn list_of(item: &Value) -> Value {
    json!({ "anyOf": [item, { "type": "array", "items": item }] })
}

fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// A closed table.
fn table(properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut object = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let (Some(map), false) = (object.as_object_mut(), required.is_empty()) {
        map.insert("required".into(), json!(required));
    }
    object
}

fn of_macro(spec: &MacroSpec) -> Value {
    match spec.role {
        MacroRole::System => {
            let one = |system: &SystemSpec| json!({ "const": system.name, "description": system.help });
            let none =
                json!({ "const": "", "description": "None: what depends on the system is all said in this file" });
            json!({ "oneOf": SYSTEMS.iter().map(one).chain([none]).collect::<Vec<_>>() })
        }
        MacroRole::Domain => {
            let one = |domain: &DomainSpec| json!({ "const": domain.name, "description": domain.help });
            list_of(&json!({ "oneOf": DOMAINS.iter().map(one).collect::<Vec<_>>() }))
        }
        MacroRole::Mailer => {
            let names = supported(MAILERS.iter().map(|m| (m.name, m.support)));
            let words = format!("^\\s*({0})(\\s+({0}))*\\s*$", names.join("|"));
            json!({ "anyOf": [pattern(&words), { "type": "array", "items": { "enum": names } }] })
        }
        MacroRole::MailerFlags => {
            let change = list_of(&pattern("^([+-]?[^-+,\\s]+|.*\\$.*)$"));
            let names = mailer::flag_names().map(|name| (name.to_ascii_lowercase(), change.clone())).collect();
            let upper = mailer::flag_names().map(|name| case_blind(name, false)).collect::<Vec<_>>().join("|");
            let mut schema = table(names, &[]);
            if let Some(map) = schema.as_object_mut() {
                map.insert("patternProperties".into(), json!({ format!("^({upper})$"): change }));
            }
            schema
        }
        MacroRole::Version | MacroRole::ClassMembers(_) | MacroRole::ClassFile(_) => list_of(&some_text()),
        MacroRole::Setting(_) => some_text(),
        MacroRole::Daemon => listeners(equates::DAEMON),
        MacroRole::Client => listeners(equates::CLIENT),
        MacroRole::Milter | MacroRole::InputMilter => list_of(&named(equates::MILTER, "socket")),
        MacroRole::QueueGroup => list_of(&named(equates::QUEUE, "path")),
        MacroRole::Feature => features(),
        MacroRole::Raw => json!({ "type": "string", "pattern": LINES, "minLength": 1 }),
        MacroRole::SiteConfig => list_of(&uucp_link()),
        MacroRole::UucpSmtp => json!({ "type": "object", "additionalProperties": some_text() }),
        MacroRole::Hack => hacks(),
        MacroRole::Site => json!(false),
    }
}

fn uucp_link() -> Value {
    let schema = |key: &str| match key {
        "file" => json!({ "enum": FILES.iter().map(|file| file.name).collect::<Vec<_>>() }),
        "class" => pattern(uucp::CLASS),
        "site" | "smart_site" => list_of(&some_text()),
        _ => some_text(),
    };
    let keys = uucp::LINK.iter().map(|(key, help)| ((*key).to_owned(), described(schema(key), help))).collect();
    table(keys, &["name", "class"])
}

fn supported(all: impl Iterator<Item = (&'static str, Support)>) -> Vec<&'static str> {
    all.filter(|(_, support)| *support == Support::Full).map(|(name, _)| name).collect()
}

fn of_setting(spec: &SettingSpec) -> Value {
    let schema = match spec.kind {
        SettingKind::Value(kind) => with_default(or_unset(kind), spec.default),
        SettingKind::Marker => json!({ "type": "boolean" }),
    };
    described(schema, spec.help)
}

fn charset() -> Value {
    let names = read::CHARSETS.iter().map(|(name, _)| case_blind(name, true)).collect::<Vec<_>>().join("|");
    described(
        json!({ "type": "string", "pattern": format!("^({names})$"), "default": "utf-8" }),
        "Charset of sendmail.cf: with `iso-8859-1` each character of this file becomes one byte",
    )
}

fn undefine() -> Value {
    let names = OPTIONS.iter().map(|option| option.name).chain(SETTINGS.iter().map(|setting| setting.name));
    let names = names.collect::<Vec<_>>();
    let some = format!("^\\s*({0})(\\s+({0}))*\\s*$", names.join("|"));
    described(
        json!({ "anyOf": [pattern(&some), { "type": "array", "items": pattern(&some) }] }),
        "Options and settings, named as in a .mc, that are not set whatever a system type or a default says",
    )
}

fn with_default(mut schema: Value, default: DefaultValue) -> Value {
    if let (Some(object), DefaultValue::Text(text)) = (schema.as_object_mut(), default) {
        object.insert("default".into(), text.into());
    }
    schema
}

fn conf() -> Value {
    let options = OPTIONS
        .iter()
        .map(|option| {
            let mut value = or_unset(option.kind);
            if let Some(forms) =
                value.get_mut("anyOf").and_then(Value::as_array_mut).filter(|_| is_message(option.name))
            {
                forms.push(answer::schema(&some_text()));
            }
            (option.key.to_owned(), described(with_default(value, option.default), option.help))
        })
        .collect();
    described(table(options, &[]), "Options, named as in a .mc but in lower case and without `conf`")
}

/// A value of an option, or `false` where that means that it is not set, or nothing, which sendmail reads as 0 or as none.
fn or_unset(kind: OptionKind) -> Value {
    let mut schema = of_kind(kind);
    if kind == OptionKind::Boolean {
        return schema;
    }
    match schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        Some(forms) => {
            forms.push(json!({ "enum": ["", false] }));
            schema
        }
        None => json!({ "anyOf": [schema, { "enum": ["", false] }] }),
    }
}

/// A value of an option.
fn of_kind(kind: OptionKind) -> Value {
    // A value with a macro in it is not judged before sendmail runs.
    let with_macro = pattern("\\$");
    match kind {
        OptionKind::Boolean => json!({ "anyOf": [
            { "type": "boolean" }, pattern(&words(&["true", "false", "yes", "no", "t", "f", "y", "n"])), with_macro,
        ] }),
        OptionKind::Integer => json!({ "anyOf": [{ "type": "integer" }, pattern("^[-+]?[0-9]+$"), with_macro] }),
        OptionKind::Duration => json!({ "anyOf": [{ "type": "integer" }, pattern(DURATION), with_macro] }),
        OptionKind::Initial(list) => {
            let beginnings = list.iter().map(|word| beginnings_of(word)).collect::<Vec<_>>().join("|");
            json!({ "anyOf": [{ "enum": list }, pattern(&format!("^({beginnings})$")), with_macro] })
        }
        OptionKind::LowerInitial(list) => {
            let initials = list.iter().filter_map(|word| word.get(..1)).collect::<String>();
            json!({ "anyOf": [{ "enum": list }, pattern(&format!("^[{initials}]")), with_macro] })
        }
        OptionKind::ExactWord(list) => json!({ "anyOf": [{ "enum": list }, with_macro] }),
        OptionKind::Word(list) => json!({ "anyOf": [{ "enum": list }, pattern(&words(list)), with_macro] }),
        OptionKind::Flags(list) => {
            let one = list.iter().map(|word| case_blind(word, true)).collect::<Vec<_>>().join("|");
            let between = "[^A-Za-z0-9]";
            let some = format!("^{between}*({one})({between}+({one}))*{between}*$");
            json!({ "anyOf": [
                { "type": "array", "minItems": 1, "items": { "anyOf": [{ "enum": list }, pattern(&some)] } },
                pattern(&some),
                with_macro,
            ] })
        }
        OptionKind::SignedWords(list) | OptionKind::SslOptions(list) => {
            let (separators, number) = match kind {
                OptionKind::SslOptions(_) => (", \\t", "|[0-9][^, \\t]*"),
                _ => (" \\t", ""),
            };
            let words = list.iter().map(|word| case_blind(word, true)).collect::<Vec<_>>().join("|");
            let one = format!("[-+]?({words}{number})");
            let some = pattern(&format!("^[{separators}]*{one}([{separators}]+{one})*[{separators}]*$"));
            json!({ "anyOf": [some, { "type": "array", "minItems": 1, "items": some }, with_macro] })
        }
        OptionKind::Letters(letters) => {
            let one = pattern(&format!("^[{}, \\t]+$", escaped(letters)));
            json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }, with_macro] })
        }
        OptionKind::Mode => json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, pattern("^[0-7]+$"), with_macro] }),
        OptionKind::Path => pattern(LINE),
        OptionKind::Text => text(),
    }
}

/// Any of these words, whatever their case.
fn words(list: &[&str]) -> String {
    format!("^({})$", list.iter().map(|word| case_blind(word, true)).collect::<Vec<_>>().join("|"))
}

/// A pattern for a word, whatever its case; `escape` where it may hold more than letters.
fn case_blind(word: &str, escape: bool) -> String {
    word.chars()
        .map(|c| match c {
            _ if c.is_ascii_alphabetic() => format!("[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase()),
            _ if escape => escaped(c.encode_utf8(&mut [0; 4])),
            _ => c.to_string(),
        })
        .collect()
}

/// A pattern for a word and all that it begins with, from one letter on.
fn beginnings_of(word: &str) -> String {
    let mut parts = word.chars().map(|c| case_blind(c.encode_utf8(&mut [0; 4]), true)).collect::<Vec<_>>();
    let mut pattern = String::new();
    while let Some(last) = parts.pop() {
        pattern = if pattern.is_empty() { last } else { format!("{last}({pattern})?") };
    }
    pattern
}

fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '^' | '$' | '\\' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '/' | '-' => {
                vec!['\\', c]
            }
            _ => vec![c],
        })
        .collect()
}

fn tests() -> Value {
    let keys = cases::KEYS.iter().map(|(key, what, _)| {
        let schema = match *key {
            "to" => list_of(&pattern(LINE)),
            "code" => {
                json!({ "anyOf": [{ "type": "integer", "minimum": 400, "maximum": 599 }, pattern("^[45][0-9][0-9]$")] })
            }
            "verdict" => json!({ "enum": VerdictKind::ALL.map(|(name, _)| name) }),
            _ => pattern(LINE),
        };
        ((*key).to_owned(), described(schema, &capital(what)))
    });
    let case = table(keys.collect(), &["client", "verdict"]);
    json!({ "description": "What clients ask of the site, and what they should be told", "type": "array", "items": case })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn entries(table: &TableSpec) -> Value {
    json!({
        "description": table.help,
        "type": "object",
        "propertyNames": { "pattern": "^[^#\\s]\\S*$" },
        "additionalProperties": some_text(),
    })
}

fn features() -> Value {
    let all = FEATURES
        .iter()
        .filter(|feature| feature.support == Support::Full)
        .map(|feature| (feature.key.to_owned(), of_feature(feature)))
        .collect();
    table(all, &[])
}

fn hacks() -> Value {
    let all = HACKS.iter().map(|hack| {
        let schema = with_arguments(hack.arguments, false, hack.repeatable);
        (hack.name.to_owned(), described(schema, hack.help))
    });
    table(all.collect(), &[])
}

fn of_feature(feature: &FeatureSpec) -> Value {
    let mut schema = with_arguments(feature.arguments, feature.shares_order, feature.repeatable);
    if let (Some(object), Some(_)) = (schema.as_object_mut(), feature.renamed_to) {
        object.insert("deprecated".into(), true.into());
    }
    described(schema, feature.help)
}

/// A truth value, the first argument, a table of all; a list of these where several may be given.
fn with_arguments(arguments: &'static [ArgumentSpec], shares_order: bool, repeatable: bool) -> Value {
    let required: Vec<&str> = arguments.iter().filter(|a| a.required).map(|a| a.key).collect();
    let mut forms = vec![if required.is_empty() { json!({ "type": "boolean" }) } else { json!({ "const": false }) }];
    if let Some(first) = arguments.first() {
        if !matches!(first.kind, ArgumentKind::Flags(..) | ArgumentKind::Given) {
            forms.push(of_argument(first));
        }
        let mut keys = arguments.iter().flat_map(arguments_of).collect::<Map<_, _>>();
        if shares_order {
            let order = described(json!({ "type": "integer" }), "When it is asked: lists of lower numbers first");
            keys.insert(ORDER.into(), order);
        }
        forms.push(table(keys, &required));
    }
    let schema = match forms.as_slice() {
        [only] => only.clone(),
        _ => json!({ "anyOf": forms }),
    };
    if repeatable { list_of(&schema) } else { schema }
}

/// The keys that an argument has in a feature's table.
fn arguments_of(argument: &ArgumentSpec) -> Vec<(String, Value)> {
    match argument.kind {
        ArgumentKind::Flags(_, choices) => choices
            .iter()
            .map(|choice| (choice.word.to_owned(), described(json!({ "type": "boolean" }), argument.help)))
            .collect(),
        _ => vec![(argument.key.to_owned(), described(of_argument(argument), argument.help))],
    }
}

fn of_argument(argument: &ArgumentSpec) -> Value {
    let names = |choices: &[Choice]| choices.iter().map(|choice| choice.word).collect::<Vec<_>>();
    match argument.kind {
        ArgumentKind::Word(_, choices) | ArgumentKind::Flags(_, choices) => json!({ "enum": names(choices) }),
        ArgumentKind::Patterns => list_of(&some_text()),
        ArgumentKind::Given => json!({ "type": "boolean" }),
        ArgumentKind::Answer(_) => json!({ "anyOf": [text(), answer::schema(&some_text())] }),
        ArgumentKind::Text => text(),
        ArgumentKind::Map | ArgumentKind::Domain | ArgumentKind::Path => some_text(),
    }
}

fn listeners(known: &[Equate]) -> Value {
    let one = json!({ "anyOf": [pattern(SOME_LINE), nonempty(table(equate_keys(known), &[]))] });
    list_of(&one)
}

fn nonempty(mut schema: Value) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("minProperties".into(), 1.into());
    }
    schema
}

fn named(known: &[Equate], required: &str) -> Value {
    let mut keys = equate_keys(known);
    let name = described(pattern("^([A-Za-z0-9._-]+|.*\\$.*)$"), "Its name");
    keys.insert("name".into(), name.clone());
    let written = described(pattern("="), "All other keys as sendmail.cf writes them: `Key=value, Key=value`");
    let as_text = Map::from_iter([("name".to_owned(), name), ("equates".to_owned(), written)]);
    json!({ "anyOf": [table(keys, &["name", required]), table(as_text, &["name", "equates"])] })
}

fn equate_keys(known: &[Equate]) -> Map<String, Value> {
    known.iter().map(|equate| (equate.key.to_owned(), described(of_equate(equate.kind), equate.help))).collect()
}

fn of_equate(kind: EquateKind) -> Value {
    let or_macro = |inside: &str| pattern(&format!("^({inside}|.*\\$.*)$"));
    match kind {
        EquateKind::Name => or_macro("[A-Za-z0-9._-]+"),
        EquateKind::Port => json!({ "anyOf": [
            { "type": "integer", "minimum": 1, "maximum": 65535 },
            or_macro("[0-9]{1,5}|[A-Za-z][A-Za-z0-9._-]*"),
        ] }),
        EquateKind::Address | EquateKind::Path => or_macro("[^,\\s]+"),
        EquateKind::Word(list) => json!({ "anyOf": [
            { "enum": list },
            or_macro(&list.iter().map(|w| case_blind(w, true)).chain(initials(list)).collect::<Vec<_>>().join("|")),
        ] }),
        EquateKind::Letters(letters) => {
            let some: String = letters.iter().map(|(letter, _)| *letter).collect();
            let one = or_macro(&format!("[{}]+", escaped(&some)));
            json!({ "anyOf": [one, { "type": "array", "items": one }] })
        }
        EquateKind::Count => json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, or_macro("[0-9]+")] }),
        EquateKind::Names => list_of(&pattern(SOME_LINE)),
        EquateKind::Duration => json!({ "anyOf": [{ "type": "integer" }, pattern(DURATION), pattern("\\$")] }),
        EquateKind::Socket => or_macro("(inet6?:\\s*[0-9]+\\s*@.+)|((local|unix):[^,]+)"),
        EquateKind::Timeouts => or_macro("\\s*[CSRE]:[0-9smhdw]+\\s*(;\\s*[CSRE]:[0-9smhdw]+\\s*)*"),
    }
}

/// First letters that stand for a word.
fn initials(list: &'static [&'static str]) -> impl Iterator<Item = String> {
    list.iter().filter_map(|word| word.chars().next()).filter(|c| *c != 'l').map(|c| c.to_string())
}
