//! The schema takes what the compiler takes, as far as types can say.

use relaycc::front::toml::schema::schema;
use serde_json::Value;

use crate::given::{fixture, names};

/// A TOML text as JSON; `None` if it is no TOML.
fn json(path: &str) -> Option<Value> {
    let text = std::fs::read_to_string(path).ok()?;
    let table = text.parse::<toml::Table>().ok()?;
    Some(serde_json::to_value(table).unwrap())
}

#[test]
fn schema_is_one() {
    assert!(jsonschema::meta::is_valid(&schema()));
}

#[test]
fn good_sites_fit() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for path in ["fixtures/arkum/site.toml", "fixtures/toml/every_key.toml"] {
        let errors: Vec<String> =
            validator.iter_errors(&json(path).unwrap()).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, [""; 0], "{path}");
        assert!(fixture(path).site.is_some(), "{path}");
    }
}

/// What a type cannot say is left to the compiler: that a network has no mask, that one feature needs another, that two
/// listeners collide, which characters a charset has.
const BEYOND_TYPES: [&str; 8] = [
    "access_without_access_db",
    "charset",
    "feature_off_and_on",
    "feature_needs_another",
    "malformed_network",
    "no_system_type",
    "raw_lines",
    "two_listeners_on_one_port",
];

#[test]
fn wrong_sites_do_not_fit() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut seen = 0;
    for name in names("wrong") {
        let Some(value) = json(&format!("fixtures/wrong/{name}.toml")) else { continue };
        assert_eq!(validator.is_valid(&value), BEYOND_TYPES.contains(&name.as_str()), "{name}");
        seen += 1;
    }
    assert!(seen >= 18);
}
