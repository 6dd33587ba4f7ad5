//! Texts with placeholders.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Text with placeholders in braces, such as `{host}` or `{client_address}`, that the relay expands when it uses the text. A
/// literal brace is doubled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(transparent)]
pub struct Template(pub String);

/// Macros of sendmail.cf (op guide section 5.2) and their placeholders. Those marked `true` are never empty in a session over the
/// network, so that a conditional on them has only one result.
const PLACEHOLDERS: [(&str, &str, bool); 19] = [
    ("j", "host", true),
    ("w", "host", true),
    ("m", "domain", true),
    ("b", "date", true),
    ("v", "version", true),
    ("Z", "version", true),
    ("_", "client_identity", true),
    ("client_addr", "client_address", true),
    ("client_name", "client_name", true),
    ("client_ptr", "client_ptr", true),
    ("client_resolve", "client_resolution", true),
    ("daemon_name", "listener", true),
    ("f", "sender", false),
    ("g", "sender", false),
    ("mail_addr", "sender", false),
    ("u", "recipient", false),
    ("rcpt_addr", "recipient", false),
    ("h", "recipient_host", false),
    ("n", "mailer_name", true),
];

impl Template {
    /// A text without placeholders.
    pub fn literal(text: &str) -> Self {
        Self(text.replace('{', "{{").replace('}', "}}"))
    }

    /// Translates text of sendmail.cf: `$x`, `${name}` and `$&` before either become placeholders, `$?x … $| … $.` is replaced by
    /// the only branch that is possible, and double quotes are removed if `quoted`.
    ///
    /// # Errors
    /// The first part that cannot be translated.
    pub fn of_macros(text: &str, quoted: bool) -> Result<Self, String> {
        let mut out = String::new();
        let mut rest = text;
        let mut in_quotes = false;
        let mut blank_before = false;
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or("");
            if blank_before && !matches!(c, ' ' | '\t' | '"') {
                out.push(' ');
            }
            blank_before &= c == '"';
            match c {
                '"' if quoted => in_quotes = !in_quotes,
                '\\' if in_quotes => {
                    if let Some(next) = rest.chars().next() {
                        push_literal(&mut out, next);
                        rest = rest.get(next.len_utf8()..).unwrap_or("");
                    }
                }
                // Outside quotes, a run of blanks is one blank, and none if a quoted text brings its own.
                ' ' | '\t' if quoted && !in_quotes => blank_before = !out.ends_with(' '),
                '$' if !in_quotes || !quoted => rest = placeholder(rest, &mut out)?,
                _ => push_literal(&mut out, c),
            }
        }
        Ok(Self(if quoted { out.trim().to_owned() } else { out }))
    }
}

/// Translates the text after a `$`, and returns the rest.
fn placeholder<'a>(text: &'a str, out: &mut String) -> Result<&'a str, String> {
    if let Some(rest) = text.strip_prefix('$') {
        out.push('$');
        return Ok(rest);
    }
    if let Some(rest) = text.strip_prefix('?') {
        let (name, rest) = macro_name(rest)?;
        let always = PLACEHOLDERS.iter().any(|(known, _, always)| *known == name && *always);
        if !always {
            return Err(format!("the text depends on whether ${{{name}}} is set"));
        }
        let (then, rest) = conditional(rest)?;
        out.push_str(&Template::of_macros(then, false)?.0);
        return Ok(rest);
    }
    let (name, rest) = macro_name(text.strip_prefix('&').unwrap_or(text))?;
    let (_, placeholder, _) = PLACEHOLDERS
        .iter()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| format!("relay.toml has no counterpart of the macro ${{{name}}}"))?;
    out.push('{');
    out.push_str(placeholder);
    out.push('}');
    Ok(rest)
}

/// The first branch of a conditional, and the text after its end.
fn conditional(text: &str) -> Result<(&str, &str), String> {
    let unclosed = || "missing `$.` at the end of a conditional".to_owned();
    let mut depth = 0usize;
    let mut otherwise = None;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('$')) {
        let dollar = at + found;
        match text.as_bytes().get(dollar + 1) {
            Some(b'?') => depth += 1,
            Some(b'|') if depth == 0 => otherwise = otherwise.or(Some(dollar)),
            Some(b'.') if depth == 0 => {
                let then = text.get(..otherwise.unwrap_or(dollar)).unwrap_or("");
                return Ok((then, text.get(dollar + 2..).unwrap_or("")));
            }
            Some(b'.') => depth -= 1,
            _ => {}
        }
        at = dollar + 1;
    }
    Err(unclosed())
}

/// The name of the macro at the start of `text`, and the text after it.
fn macro_name(text: &str) -> Result<(&str, &str), String> {
    if let Some(rest) = text.strip_prefix('{') {
        return rest.split_once('}').ok_or_else(|| "missing `}` after a macro name".to_owned());
    }
    match text.chars().next() {
        Some(c) if c.is_ascii_alphabetic() || c == '_' => text.split_at_checked(1).ok_or_else(String::new),
        Some(c) => Err(format!("relay.toml has no counterpart of `${c}`")),
        None => Err("unexpected `$` at the end".to_owned()),
    }
}

fn push_literal(out: &mut String, c: char) {
    out.push(c);
    if c == '{' || c == '}' {
        out.push(c);
    }
}

impl JsonSchema for Template {
    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut names: Vec<&str> = PLACEHOLDERS.iter().map(|(_, name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        let description = format!(
            "Text with placeholders in braces that the relay expands: {}. A literal brace is doubled.",
            names.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ")
        );
        json_schema!({ "type": "string", "description": description })
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    fn of(text: &str, quoted: bool) -> Result<String, String> {
        Template::of_macros(text, quoted).map(|t| t.0)
    }

    #[test]
    fn macros_become_placeholders() {
        assert_eq!(of("$j Sendmail $v/$Z; $b", false).unwrap(), "{host} Sendmail {version}/{version}; {date}");
        assert_eq!(
            of("\"550 Rejected: \" $&{client_addr} \" listed at bl.example\"", true).unwrap(),
            "550 Rejected: {client_address} listed at bl.example"
        );
        assert_eq!(of("a {b} $$1", false).unwrap(), "a {{b}} $1");
    }

    #[test]
    fn conditionals_on_what_is_always_set_are_decided() {
        assert_eq!(
            of("$?{client_addr}from: ${client_name}(${client_resolve})$|local$.!", false).unwrap(),
            "from: {client_name}({client_resolution})!"
        );
        assert_eq!(of("$?jx$?{client_addr}y$|z$.w$.", false).unwrap(), "xyw");
    }

    #[test]
    fn what_has_no_counterpart_is_refused() {
        for text in ["$?sx$.", "${nosuch}", "$?{client_addr}x", "$", "$(map k$)", "${x"] {
            assert!(of(text, false).is_err(), "{text}");
        }
    }
}
