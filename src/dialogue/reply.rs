//! Verdicts and replies.

use serde::Serialize;

use crate::{rewrite::Resolved, site::is_dsn};

/// An SMTP reply (RFC 5321 section 4.2) with its enhanced status code (RFC 3463).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// Reply code of three digits.
    pub code: u16,
    /// Enhanced status code `D.S.N`.
    pub status: String,
    /// Text, preceded by the address that it is about.
    pub text: String,
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.code, self.status, self.text)
    }
}

/// Decision of a ruleset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The command is accepted.
    Accepted,
    /// The command is rejected permanently.
    Refused,
    /// The command is rejected temporarily.
    Deferred,
    /// The message is accepted and discarded.
    Discarded,
    /// The message is accepted and quarantined in the queue, for this reason.
    Quarantined(String),
}

impl Verdict {
    /// Whether the client gets a positive reply.
    pub fn is_accepted(&self) -> bool {
        !matches!(self, Self::Refused | Self::Deferred)
    }
}

/// The verdict of a policy ruleset (`check_…`, `tls_…`) that resolved to this. The reply names `address`.
pub(super) fn of_check(resolved: Option<&Resolved>, address: Option<&str>) -> (Verdict, Option<Reply>) {
    let Some(resolved) = resolved else { return (Verdict::Accepted, None) };
    if resolved.agent.eq_ignore_ascii_case(b"discard") {
        return (Verdict::Discarded, None);
    }
    if !resolved.agent.eq_ignore_ascii_case(b"error") {
        return (Verdict::Accepted, None);
    }
    let is_quarantine = resolved.host.as_deref().is_some_and(|host| host.eq_ignore_ascii_case(b"quarantine"));
    if is_quarantine {
        let reason = String::from_utf8_lossy(resolved.user.as_deref().unwrap_or_default()).replace('"', "");
        return (Verdict::Quarantined(reason), None);
    }
    let reply = of_error(resolved, address);
    let verdict = if reply.code / 100 == 4 { Verdict::Deferred } else { Verdict::Refused };
    (verdict, Some(reply))
}

/// Replies that name the address which they are about.
const CODES_WITH_ADDRESS: [u16; 5] = [250, 252, 450, 550, 553];

/// The reply of `$#error $@ status $: text`, as sendmail makes it. A code at the head of the text is that of the reply, and
/// its status code follows there, or is the host. Without a code the reply is 553 5.3.0, whatever the host says.
pub(super) fn of_error(resolved: &Resolved, address: Option<&str>) -> Reply {
    let text = String::from_utf8_lossy(resolved.user.as_deref().unwrap_or_default()).replace('"', "");
    let host = String::from_utf8_lossy(resolved.host.as_deref().unwrap_or_default()).replace(' ', "");
    let (code, mut rest) = match text.split_once(' ') {
        Some((code, rest)) if code.len() == 3 => (code.parse::<u16>().ok(), rest),
        _ => (None, text.as_str()),
    };
    if code.is_none() {
        rest = &text;
    }
    let mut status = match code {
        Some(_) if is_dsn(&host) => host,
        Some(code) => format!("{}.0.0", code / 100),
        None => "5.3.0".to_owned(),
    };
    if let Some((inner, behind)) = rest.split_once(' ')
        && code.is_some()
        && is_dsn(inner)
    {
        status = inner.to_owned();
        rest = behind;
    }
    let code = code.unwrap_or(553);
    // Six marks an error that lasts, and is sent as five.
    let sent = if code / 100 == 6 { code - 100 } else { code };
    let text = match address {
        Some(address) if CODES_WITH_ADDRESS.contains(&code) => format!("<{address}>... {rest}"),
        _ => rest.to_owned(),
    };
    Reply { code: sent, status, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(host: &str, text: &str) -> String {
        let resolved = Resolved { agent: b"error".to_vec(), host: Some(host.into()), user: Some(text.into()) };
        of_error(&resolved, Some("a@b")).to_string()
    }

    #[test]
    fn codes_are_taken_from_the_text_and_from_the_host() {
        // As sendmail 8.17 answers RCPT.
        assert_eq!(reply("5 . 7 . 1", "\"550 Relaying denied\""), "550 5.7.1 <a@b>... Relaying denied");
        assert_eq!(reply("nouser", "550 text"), "550 5.0.0 <a@b>... text");
        assert_eq!(reply("nouser", "text"), "553 5.3.0 <a@b>... text");
        assert_eq!(reply("4.7.1", "text"), "553 5.3.0 <a@b>... text");
        assert_eq!(reply("4.7.1", "450"), "553 5.3.0 <a@b>... 450");
        assert_eq!(reply("tempfail", "450 text"), "450 4.0.0 <a@b>... text");
        assert_eq!(reply("5.1.1", "550 5.7.9 inner"), "550 5.7.9 <a@b>... inner");
        assert_eq!(reply("", "nohost"), "553 5.3.0 <a@b>... nohost");
    }

    #[test]
    fn only_some_codes_name_the_address() {
        for code in [250, 252, 450, 550, 553] {
            assert_eq!(reply("5.7.1", &format!("{code} text")), format!("{code} 5.7.1 <a@b>... text"));
        }
        for code in [251, 421, 451, 452, 500, 551, 552, 554] {
            assert_eq!(reply("5.7.1", &format!("{code} text")), format!("{code} 5.7.1 text"));
        }
        assert_eq!(reply("5.7.1", "650 text"), "550 5.7.1 text");
    }
}
