//! Delivery agents.

use crate::source::Span;

/// One `M` line (op guide section 5.4).
#[derive(Debug, Clone)]
pub struct Mailer {
    /// Its name in rules: `local`, `esmtp`.
    pub name: String,
    /// The program, or `[IPC]`.
    pub path: String,
    /// One letter a flag.
    pub flags: String,
    /// Sender rewriting, envelope and header: `EnvFromSMTP/HdrFromSMTP`; empty for none of its own.
    pub sender: String,
    /// Recipient rewriting.
    pub recipient: String,
    /// End of line, as sendmail.cf spells it.
    pub eol: Option<String>,
    /// Longest line.
    pub line_limit: Option<String>,
    /// Largest message in bytes.
    pub max_size: Option<String>,
    /// Messages in one connection.
    pub max_messages: Option<String>,
    /// Recipients in one envelope.
    pub max_recipients: Option<String>,
    /// Character set of 8-bit data.
    pub charset: Option<String>,
    /// Types for delivery status notifications.
    pub dsn: String,
    /// Queue group.
    pub queue_group: Option<String>,
    /// Working directories.
    pub directory: Option<String>,
    /// User, and group, that its program runs as.
    pub user: Option<String>,
    /// Argument vector.
    pub argv: String,
    /// Where the site sets the argument vector; `None` for a default.
    pub argv_span: Option<Span>,
    /// The `MAILER` statement that brought it; `None` if it came by default.
    pub span: Option<Span>,
}

impl PartialEq for Mailer {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Mailer {}

impl Mailer {
    /// Everything but the places.
    fn key(&self) -> [Option<&str>; 16] {
        [
            Some(&self.name),
            Some(&self.path),
            Some(&self.flags),
            Some(&self.sender),
            Some(&self.recipient),
            self.eol.as_deref(),
            self.line_limit.as_deref(),
            self.max_size.as_deref(),
            self.max_messages.as_deref(),
            self.max_recipients.as_deref(),
            self.charset.as_deref(),
            Some(&self.dsn),
            self.queue_group.as_deref(),
            self.directory.as_deref(),
            self.user.as_deref(),
            Some(&self.argv),
        ]
    }
}

/// Which mailer the rules choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailerNames {
    /// `confLOCAL_MAILER`.
    pub local: String,
    /// `confSMTP_MAILER`.
    pub smtp: String,
    /// `confRELAY_MAILER`.
    pub relay: String,
    /// `confUUCP_MAILER`.
    pub uucp: String,
}

impl Default for MailerNames {
    fn default() -> Self {
        Self { local: "local".into(), smtp: "esmtp".into(), relay: "relay".into(), uucp: "uucp-old".into() }
    }
}
