//! Replies to rejected commands: reply code, enhanced status code and text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Template, reader::Reader};
use crate::site::Setting;

/// A negative reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// SMTP reply code: 4xx for temporary, 5xx for permanent.
    #[schemars(range(min = 400, max = 599))]
    pub code: u16,
    /// Enhanced status code (RFC 3463).
    pub status: String,
    /// Text.
    pub text: Template,
}

/// Standard replies, used where no access entry or DNS list has its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Replies {
    /// The client may not relay to this recipient.
    pub relaying_denied: Reply,
    /// The access map says `reject` for a client or sender.
    pub access_denied: Reply,
    /// The access map says `reject` for a recipient.
    pub mailbox_disabled: Reply,
}

impl Default for Replies {
    fn default() -> Self {
        Self {
            relaying_denied: Reply::new(550, "5.7.1", "Relaying denied"),
            access_denied: Reply::new(550, "5.7.1", "Access denied"),
            mailbox_disabled: Reply::new(550, "5.2.1", "Mailbox disabled for this recipient"),
        }
    }
}

impl Reply {
    fn new(code: u16, status: &str, text: &str) -> Self {
        Self { code, status: status.to_owned(), text: Template::literal(text) }
    }

    /// Parses an error text of sendmail's rules: protective quotes, macros, and a leading reply code. The default reply code is
    /// 553, and the default status code `c.0.0`, or `5.3.0` with that 553.
    ///
    /// # Errors
    /// The text uses something unsupported.
    pub(super) fn of_text(text: &str, status: Option<&str>) -> Result<Self, String> {
        let Template(text) = Template::of_macros(text, true)?;
        let code = text
            .get(..3)
            .filter(|_| text.get(3..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
            .and_then(|code| code.parse::<u16>().ok())
            .filter(|code| (400..600).contains(code));
        let (code, said, standard) = match code {
            Some(code) => (code, text.get(3..).unwrap_or("").trim_start(), format!("{}.0.0", code / 100)),
            None => (553, text.as_str(), "5.3.0".to_owned()),
        };
        // The text itself may contain a status code as well.
        let (status, said) = match (status, said.split_once(' ')) {
            (Some(status), _) => (status.to_owned(), said),
            (None, Some((word, rest))) if crate::site::is_dsn(word) => (word.to_owned(), rest),
            (None, _) => (standard, said),
        };
        Ok(Self { code, status, text: Template(said.to_owned()) })
    }
}

impl Replies {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let messages = &reader.site.messages;
        let default = Self::default();
        Self {
            relaying_denied: own(reader, &messages.relay, Some("5.7.1"), default.relaying_denied),
            // The reference uses no status code with a custom text.
            access_denied: own(reader, &messages.reject, None, default.access_denied),
            mailbox_disabled: own(reader, &messages.recipient_reject, Some("5.2.1"), default.mailbox_disabled),
        }
    }
}

fn own(reader: &mut Reader<'_>, text: &Option<Setting<String>>, status: Option<&str>, default: Reply) -> Reply {
    let Some(setting) = text else { return default };
    Reply::of_text(&setting.value, status).unwrap_or_else(|why| {
        reader.refuse(format!("text of a refusal `{}`", setting.value), setting.span, why);
        default
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str, status: Option<&str>) -> (u16, String, String) {
        let reply = Reply::of_text(text, status).unwrap();
        (reply.code, reply.status, reply.text.0)
    }

    #[test]
    fn codes_are_found_as_sendmail_answers_them() {
        assert_eq!(reply("\"550 Relaying  denied\"", Some("5.7.1")), (550, "5.7.1".into(), "Relaying  denied".into()));
        assert_eq!(reply("550 spam not  accepted", None), (550, "5.0.0".into(), "spam not accepted".into()));
        assert_eq!(reply("450 temp", None), (450, "4.0.0".into(), "temp".into()));
        assert_eq!(reply("no code text", None), (553, "5.3.0".into(), "no code text".into()));
        assert_eq!(reply("55 short", None), (553, "5.3.0".into(), "55 short".into()));
        assert_eq!(reply("550 5.7.2 own {x}", None), (550, "5.7.2".into(), "own {{x}}".into()));
    }
}
