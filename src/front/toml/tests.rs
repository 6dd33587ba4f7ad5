//! The schema and the reader know the same keys.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{read::OWN_KEYS, schema::schema, *};
use crate::{
    catalog::{
        Support,
        feature::{ArgumentKind, FEATURES},
        macros::MACROS,
        option::OPTIONS,
        setting::SETTINGS,
        table::TABLES,
    },
    front::Syntax,
    source::NoFiles,
};

/// Codes of what is said of a text.
fn codes(text: &str) -> Vec<&'static str> {
    let input = Input { name: "site.toml", bytes: text.as_bytes(), syntax: Syntax::Toml };
    compile(&input, &NoFiles).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

fn keys(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let properties = schema.pointer(pointer).and_then(Value::as_object);
    properties.unwrap_or_else(|| panic!("{pointer}")).keys().cloned().collect()
}

/// Checks that the keys of a table in the schema are those that the reader takes, out of `candidates`.
fn same_keys(schema: &Value, pointer: &str, candidates: BTreeSet<String>, document: impl Fn(&str) -> String) {
    let known = keys(schema, pointer);
    assert!(known.is_subset(&candidates), "{:?}", known.difference(&candidates));
    for key in candidates {
        // A date fits nowhere, so that all that is known refuses it as a value, and all that is not as a key.
        let said = codes(&document(&key));
        let accepted = !said.iter().any(|code| matches!(*code, "unknown_key" | "unknown_feature" | "unsupported"));
        assert_eq!(known.contains(&key), accepted, "{key}: {said:?}");
    }
}

fn owned<'k>(keys: impl IntoIterator<Item = &'k str>) -> BTreeSet<String> {
    keys.into_iter().filter(|key| !key.is_empty()).map(str::to_owned).collect()
}

#[test]
fn keys_at_the_top_are_those_of_the_schema() {
    let catalog =
        MACROS.iter().map(|m| m.key).chain(SETTINGS.iter().map(|s| s.key)).chain(OPTIONS.iter().map(|o| o.key));
    let tables = TABLES.iter().flat_map(|table| [table.key, table.file_key]);
    let all = catalog
        .chain(FEATURES.iter().map(|f| f.key))
        .chain(tables)
        .chain(aliases::KEYS)
        .chain(OWN_KEYS)
        .chain(["nonsense"]);
    same_keys(&schema(), "/properties", owned(all), |key| format!("{key} = 1979-05-27"));
}

#[test]
fn options_are_those_of_the_schema() {
    let all = OPTIONS.iter().map(|o| o.key).chain(SETTINGS.iter().map(|s| s.key)).chain(["nonsense"]);
    same_keys(&schema(), "/properties/conf/properties", owned(all), |key| format!("conf.{key} = 1979-05-27"));
}

#[test]
fn features_and_their_arguments_are_those_of_the_schema() {
    let schema = schema();
    let all = FEATURES.iter().map(|f| f.key).chain(["nonsense"]);
    same_keys(&schema, "/properties/feature/properties", owned(all), |key| {
        format!("ostype = 'linux'\nfeature.{key} = 1979-05-27")
    });
    for feature in FEATURES.iter().filter(|f| f.support == Support::Full && !f.arguments.is_empty()) {
        let words = feature.arguments.iter().flat_map(|argument| match argument.kind {
            ArgumentKind::Flags(_, choices) => choices.iter().map(|choice| choice.word).collect(),
            _ => vec![argument.key],
        });
        let key = feature.key;
        let forms = schema.pointer(&format!("/properties/feature/properties/{key}")).unwrap().to_string();
        for word in words {
            assert!(forms.contains(&format!("\"{word}\":")), "{key}.{word}: {forms}");
            let said = codes(&format!("feature.{key}.{word} = 1979-05-27"));
            assert!(!said.contains(&"unknown_key"), "{key}.{word}");
        }
        assert!(codes(&format!("feature.{key}.nonsense = 1")).contains(&"unknown_key"), "{key}");
    }
}

#[test]
fn every_key_is_described() {
    let schema = schema();
    for pointer in ["/properties", "/properties/conf/properties", "/properties/feature/properties"] {
        for key in keys(&schema, pointer) {
            let text = schema.pointer(&format!("{pointer}/{key}/description")).and_then(Value::as_str);
            assert!(text.is_some_and(|text| !text.is_empty()), "{pointer}/{key}");
        }
    }
}
