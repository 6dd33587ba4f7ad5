//! `msp`: the configuration of the mail submission program, which hands all mail to a mail server.

use super::Run;
use crate::{
    catalog::effect::{
        Effect::{self, Define, Mailer, MailerFlags},
        Value,
    },
    diagnostic::Diagnostic,
    front::{environment::Environment, macros::Macros},
    site::Submission,
    source::{Span, Spanned},
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
        self.environment.submission_queue(self.macros, by);
        match self.value(1).as_str() {
            // Port 25 is what is used without it.
            "" | "25" | "smtp" => {}
            "MSA" => self.macros.define("RELAY_MAILER_ARGS", text("TCP $h 587")),
            other => {
                let diagnostic =
                    Diagnostic::warning("unknown_argument", format!("unknown argument `{other}` for `msp`"))
                        .at(self.place(1), "has no effect")
                        .why("only `MSA`, port 587, has an effect there; mail is submitted on port 25")
                        .help(
                            "write `MSA`, or leave it out; RELAY_MAILER_ARGS takes any other port, as in `TCP $h 26`",
                        );
                self.environment.report(diagnostic);
            }
        }
        let queue = self.macros.value("QUEUE_DIR").unwrap_or_default();
        self.environment.submission_pid_file(self.macros, by);
        self.macros.set("confQUEUE_FILE_MODE", "0660", self.span);
        self.environment.submission_status_file(self.macros, &format!("{queue}/sm-client.st"), by);
        let nothing = Text::computed("no_default_msa", self.span);
        self.environment.feature(self.macros, &nothing, &[], self.span);
        self.environment.local_listener(by);
        let host = Some(self.value(0)).filter(|host| !host.is_empty()).unwrap_or_else(|| "[localhost]".into());
        let masqueraded = self.macros.is_defined("MASQUERADE_NAME") && self.macros.is_defined("_MASQUERADE_ENVELOPE_");
        let decnet = self.macros.is_defined("_USE_DECNET_SYNTAX_");
        self.environment.apply(self.macros, AGENTS, self.args, self.span);
        self.environment.submission = Some(Spanned::new(Submission { host, masqueraded, decnet }, self.span));
    }
}

impl Environment {
    /// The directory of the queue of a mail submission program.
    pub(in crate::front) fn submission_queue(&mut self, macros: &mut Macros<'_, '_>, by: Span) {
        let queue = if macros.is_defined("MSP_QUEUE_DIR") { "MSP_QUEUE_DIR" } else { "/var/spool/clientmqueue" };
        macros.define("QUEUE_DIR", Text::computed(queue, by));
    }

    /// The file of its process, unless the site has one.
    pub(in crate::front) fn submission_pid_file(&mut self, macros: &mut Macros<'_, '_>, by: Span) {
        if macros.value("confPID_FILE").is_none() {
            let queue = macros.value("QUEUE_DIR").unwrap_or_default();
            macros.set("confPID_FILE", &format!("{queue}/sm-client.pid"), by);
        }
    }

    /// Its file of statistics: the daemon's is not its own, another one stands beside it. `default` where none is known.
    pub(in crate::front) fn submission_status_file(&mut self, macros: &mut Macros<'_, '_>, default: &str, by: Span) {
        let path = match macros.value("STATUS_FILE") {
            None => Some(default.to_owned()),
            Some(known) => known.split_once("sendmail.st").map(|(folder, _)| format!("{folder}sm-client.st")),
        };
        if let Some(path) = path {
            macros.set("STATUS_FILE", &path, by);
        }
    }

    /// A listener for this host alone, where the site declares none.
    pub(in crate::front) fn local_listener(&mut self, by: Span) {
        if self.daemons.is_empty() {
            self.daemon_options(&Text::computed("Name=NoMTA, Addr=127.0.0.1, M=E", by));
        }
    }
}
