//! SMTP sessions with clients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Template, is_default, reader::Reader};

/// SMTP sessions with clients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Text of the greeting, after the reply code.
    pub greeting: Greeting,
    /// Accept EHLO and HELO without a host name.
    #[serde(skip_serializing_if = "is_default")]
    pub allow_bogus_helo: bool,
    /// Reject message data with a zero byte.
    #[serde(skip_serializing_if = "is_default")]
    pub reject_zero_bytes: bool,
    /// Strip the eighth bit of message data.
    #[serde(skip_serializing_if = "is_default")]
    pub strip_eighth_bit: bool,
    /// Send delivery reports as plain text instead of MIME.
    #[serde(skip_serializing_if = "is_default")]
    pub plain_reports: bool,
    /// Offer SMTPUTF8 (RFC 6531).
    #[serde(skip_serializing_if = "is_default")]
    pub smtputf8: bool,
    /// Make permanent rejections (5xx) temporary (4xx), for tests of a new configuration.
    #[serde(skip_serializing_if = "is_default")]
    pub soft_bounce: bool,
    /// Commands that clients may use.
    #[serde(skip_serializing_if = "is_default")]
    pub privacy: Privacy,
}

/// The greeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(transparent)]
pub struct Greeting(pub Template);

impl Default for Greeting {
    fn default() -> Self {
        Self(Template("{host} ESMTP ready at {date}".into()))
    }
}

/// Commands that clients may use, and the required order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Require EHLO or HELO before MAIL.
    #[serde(skip_serializing_if = "is_default")]
    pub mail_needs_helo: bool,
    /// Require EHLO or HELO before EXPN.
    #[serde(skip_serializing_if = "is_default")]
    pub expn_needs_helo: bool,
    /// Require EHLO or HELO before VRFY.
    #[serde(skip_serializing_if = "is_default")]
    pub vrfy_needs_helo: bool,
    /// Reject EXPN.
    #[serde(skip_serializing_if = "is_default")]
    pub no_expn: bool,
    /// Reject VRFY.
    #[serde(skip_serializing_if = "is_default")]
    pub no_vrfy: bool,
    /// Reject ETRN.
    #[serde(skip_serializing_if = "is_default")]
    pub no_etrn: bool,
    /// Reject VERB.
    #[serde(skip_serializing_if = "is_default")]
    pub no_verb: bool,
    /// Do not offer DSN (RFC 3461), so that no success reports are sent.
    #[serde(skip_serializing_if = "is_default")]
    pub no_receipts: bool,
    /// Do not include the message body in delivery reports.
    #[serde(skip_serializing_if = "is_default")]
    pub no_body_return: bool,
    /// Do not reveal in delivery reports which account an address belongs to.
    #[serde(skip_serializing_if = "is_default")]
    pub no_actual_recipient: bool,
    /// Add `X-Authentication-Warning` fields to suspicious messages.
    #[serde(skip_serializing_if = "is_default")]
    pub authentication_warnings: bool,
}

impl Smtp {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            greeting: greeting(reader),
            allow_bogus_helo: reader.flag("AllowBogusHELO").unwrap_or(false),
            reject_zero_bytes: reader.flag("RejectNUL").unwrap_or(false),
            strip_eighth_bit: reader.flag("SevenBitInput").unwrap_or(false),
            plain_reports: reader.flag("SendMimeErrors") == Some(false),
            smtputf8: reader.flag("SMTPUTF8").unwrap_or(false),
            soft_bounce: reader.flag("SoftBounce").unwrap_or(false),
            privacy: Privacy::read(reader),
        }
    }
}

fn greeting(reader: &mut Reader<'_>) -> Greeting {
    let Some((text, span)) = reader.spanned("SmtpGreetingMessage") else { return Greeting::default() };
    match Template::of_macros(text, false) {
        // sendmail inserts the protocol after the first word of the greeting.
        Ok(Template(text)) => {
            let (host, rest) = text.split_once(' ').unwrap_or((&text, ""));
            Greeting(Template(format!("{host} ESMTP {rest}").trim_end().to_owned()))
        }
        Err(why) => {
            reader.refuse(format!("greeting `{text}`"), span, why);
            Greeting::default()
        }
    }
}

impl Privacy {
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut privacy = Self::default();
        let Some((text, span)) = reader.spanned("PrivacyOptions") else { return privacy };
        for word in super::reader::split(text) {
            if !privacy.set(&word.to_ascii_lowercase()) {
                let why = "unknown privacy flag";
                reader.refuse(format!("word `{word}` of option PrivacyOptions"), span, why);
            }
        }
        privacy
    }

    /// Applies a privacy flag (op guide section 5.6, PrivacyOptions).
    fn set(&mut self, word: &str) -> bool {
        match word {
            // These concern only commands of users on this host.
            "public" | "restrictmailq" | "restrictqrun" | "restrictexpand" => {}
            "needmailhelo" => self.mail_needs_helo = true,
            "needexpnhelo" => self.expn_needs_helo = true,
            "needvrfyhelo" => self.vrfy_needs_helo = true,
            "noexpn" => (self.no_expn, self.no_verb) = (true, true),
            "novrfy" => self.no_vrfy = true,
            "noetrn" => self.no_etrn = true,
            "noverb" => self.no_verb = true,
            "noreceipts" => self.no_receipts = true,
            "nobodyreturn" => self.no_body_return = true,
            "noactualrecipient" => self.no_actual_recipient = true,
            "authwarnings" => self.authentication_warnings = true,
            "goaway" => {
                *self = Self {
                    mail_needs_helo: true,
                    expn_needs_helo: true,
                    vrfy_needs_helo: true,
                    no_expn: true,
                    no_vrfy: true,
                    no_verb: true,
                    no_actual_recipient: true,
                    authentication_warnings: true,
                    ..*self
                }
            }
            _ => return false,
        }
        true
    }
}
