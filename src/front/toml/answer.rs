//! Texts of refusals, which a rule has between double quotes.

use serde_json::{Value as Json, json};

use super::value::{Expected, Refusals, Text};
use crate::{
    source::Spanned,
    syntax::toml::{Kind, Value},
};

/// The key of a text that goes into its rule without quotes: each word then is a token of its own.
pub(crate) const UNQUOTED: &str = "unquoted";

/// The text as its rule has it.
pub(super) fn read(refusals: &mut Refusals, value: &Value, expected: &Expected) -> Option<Text> {
    let Kind::Table(table) = &value.kind else { return Some(refusals.text(value, expected)?.map(quoted)) };
    let mut text = None;
    for entry in table.entries() {
        if entry.key.value == UNQUOTED {
            let inner = Expected::new(format!("{}.{UNQUOTED}", expected.key), "text", "\"Mail refused\"");
            text = refusals.some_text(&entry.value, &inner);
        } else {
            refusals.unknown_key(entry, &format!("in `{}`", expected.key), [UNQUOTED]);
        }
    }
    if table.entries().is_empty() {
        refusals.wrong_type(value, expected);
    }
    text.map(|text| Spanned::new(text.value, value.span))
}

/// A text between double quotes, unless it has quotes of its own or macros, which quotes would hide.
pub(crate) fn quoted(text: String) -> String {
    if text.is_empty() || text.contains(['"', '$']) { text } else { format!("\"{text}\"") }
}

/// The schema of a text that goes into its rule without quotes.
pub(super) fn schema(text: &Json) -> Json {
    json!({
        "type": "object",
        "description": "Text that goes into its rule without quotes, word by word",
        "properties": { UNQUOTED: text },
        "required": [UNQUOTED],
        "additionalProperties": false,
    })
}
