//! What is said and allowed in SMTP sessions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Template, is_default, reader::Reader};

/// What is said and allowed in SMTP sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Text of the greeting, after the reply code.
    pub greeting: Greeting,
    /// EHLO and HELO without a host name are accepted.
    #[serde(skip_serializing_if = "is_default")]
    pub allow_bogus_helo: bool,
    /// Message data with a zero byte is refused.
    #[serde(skip_serializing_if = "is_default")]
    pub reject_zero_bytes: bool,
    /// The eighth bit of message data is stripped.
    #[serde(skip_serializing_if = "is_default")]
    pub strip_eighth_bit: bool,
    /// Delivery reports are plain text instead of MIME.
    #[serde(skip_serializing_if = "is_default")]
    pub plain_reports: bool,
    /// SMTPUTF8 (RFC 6531) is offered.
    #[serde(skip_serializing_if = "is_default")]
    pub smtputf8: bool,
    /// Refusals are temporary (4xx) where they would be permanent (5xx): for tests of a new configuration.
    #[serde(skip_serializing_if = "is_default")]
    pub soft_bounce: bool,
    /// What clients may ask.
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

/// What clients may ask, and how strict the order of commands is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// MAIL needs EHLO or HELO before it.
    #[serde(skip_serializing_if = "is_default")]
    pub mail_needs_helo: bool,
    /// EXPN needs EHLO or HELO before it.
    #[serde(skip_serializing_if = "is_default")]
    pub expn_needs_helo: bool,
    /// VRFY needs EHLO or HELO before it.
    #[serde(skip_serializing_if = "is_default")]
    pub vrfy_needs_helo: bool,
    /// EXPN is refused.
    #[serde(skip_serializing_if = "is_default")]
    pub no_expn: bool,
    /// VRFY is refused.
    #[serde(skip_serializing_if = "is_default")]
    pub no_vrfy: bool,
    /// ETRN is refused.
    #[serde(skip_serializing_if = "is_default")]
    pub no_etrn: bool,
    /// VERB is refused.
    #[serde(skip_serializing_if = "is_default")]
    pub no_verb: bool,
    /// DSN (RFC 3461) is not offered: no reports of success.
    #[serde(skip_serializing_if = "is_default")]
    pub no_receipts: bool,
    /// Delivery reports do not hold the message's body.
    #[serde(skip_serializing_if = "is_default")]
    pub no_body_return: bool,
    /// Delivery reports do not tell which account an address stands for.
    #[serde(skip_serializing_if = "is_default")]
    pub no_actual_recipient: bool,
    /// `X-Authentication-Warning` fields are added to suspicious messages.
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
        // Sendmail puts the protocol after the first word of the greeting.
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
                let why = "the word is none of sendmail's privacy flags";
                reader.refuse(format!("word `{word}` of option PrivacyOptions"), span, why);
            }
        }
        privacy
    }

    /// Sets what a privacy flag stands for (op guide section 5.6, PrivacyOptions).
    fn set(&mut self, word: &str) -> bool {
        match word {
            // About commands of this host's users only.
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
