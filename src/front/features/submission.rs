//! `msp`: the configuration of the mail submission program, which hands all mail to a mail server.

use super::Run;
use crate::{
    catalog::effect::{
        Effect::{self, Define, Mailer, MailerFlags},
        Value,
    },
    diagnostic::Diagnostic,
    site::Submission,
    source::Spanned,
    syntax::mc::Text,
};

/// What it does after all that depends on arguments and settings: every agent speaks SMTP and asks for its host each time.
const AGENTS: &[Effect] = &[
    Define("_DEF_LOCAL_MAILER_FLAGS", Value::Text("")),
    Define("_DEF_LOCAL_SHELL_FLAGS", Value::Text("")),
    Define("LOCAL_MAILER_PATH", Value::Text("[IPC]")),
    Define("LOCAL_MAILER_FLAGS", Value::Text("lmDFMuXkw5")),
    Define("LOCAL_MAILER_ARGS", Value::Text("TCP $h")),
    Define("LOCAL_MAILER_DSN_DIAGNOSTIC_CODE", Value::Text("SMTP")),
    Define("LOCAL_SHELL_PATH", Value::Text("[IPC]")),
    Define("LOCAL_SHELL_FLAGS", Value::Text("lmDFMuXk5")),
    Define("LOCAL_SHELL_ARGS", Value::Text("TCP $h")),
    MailerFlags("SMTP", "+k5"),
    MailerFlags("ESMTP", "+k5"),
    MailerFlags("DSMTP", "+k5"),
    MailerFlags("SMTP8", "+k5"),
    MailerFlags("RELAY", "+k"),
    Mailer("local"),
    Mailer("smtp"),
];

impl Run<'_, '_, '_> {
    /// What the catalog's entry cannot say.
    pub(super) fn submission(&mut self) {
        let by = self.span;
        let text = |value: &str| Text::computed(value, by);
        let queue = if self.macros.is_defined("MSP_QUEUE_DIR") { "MSP_QUEUE_DIR" } else { "/var/spool/clientmqueue" };
        self.macros.define("QUEUE_DIR", text(queue));
        match self.value(1).as_str() {
            "" => {}
            "MSA" => self.macros.define("RELAY_MAILER_ARGS", text("TCP $h 587")),
            other => {
                let diagnostic = Diagnostic::warning("unknown_argument", format!("`msp` does not know `{other}`"))
                    .at(self.place(1), "has no effect")
                    .why("only `MSA` means something there, port 587; mail is submitted on port 25")
                    .help("write `MSA`, or leave it out; RELAY_MAILER_ARGS takes any other port, as in `TCP $h 26`");
                self.environment.report(diagnostic);
            }
        }
        let queue = self.macros.value("QUEUE_DIR").unwrap_or_default();
        self.file_in("confPID_FILE", |known| known.is_none().then(|| format!("{queue}/sm-client.pid")));
        self.macros.set("confQUEUE_FILE_MODE", "0660", self.span);
        // The daemon's file of statistics is not ours: another one stands beside it.
        self.file_in("STATUS_FILE", |known| {
            let Some(known) = known else { return Some(format!("{queue}/sm-client.st")) };
            let end = known.find("sendmail.st")?;
            known.get(..end).map(|folder| format!("{folder}sm-client.st"))
        });
        let nothing = Text::computed("no_default_msa", self.span);
        self.environment.feature(self.macros, &nothing, &[], self.span);
        if self.environment.daemons.is_empty() {
            self.environment.daemon_options(&Text::computed("Name=NoMTA, Addr=127.0.0.1, M=E", self.span));
        }
        let host = Some(self.value(0)).filter(|host| !host.is_empty()).unwrap_or_else(|| "[localhost]".into());
        let masqueraded = self.macros.is_defined("MASQUERADE_NAME") && self.macros.is_defined("_MASQUERADE_ENVELOPE_");
        let decnet = self.macros.is_defined("_USE_DECNET_SYNTAX_");
        self.environment.apply(self.macros, AGENTS, self.args, self.span);
        self.environment.submission = Some(Spanned::new(Submission { host, masqueraded, decnet }, self.span));
    }

    /// Sets the path of a file by what it is now.
    fn file_in(&mut self, name: &str, path: impl Fn(Option<&str>) -> Option<String>) {
        let known = self.macros.value(name);
        if let Some(path) = path(known.as_deref()) {
            self.macros.set(name, &path, self.span);
        }
    }
}
