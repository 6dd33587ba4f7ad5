//! Reads a site section by section, and records what the relay does not support.

use std::collections::BTreeSet;

use super::{Period, RelayConfig};
use crate::{
    diagnostic::Diagnostic,
    site::{RawSection, Setting, Site},
    source::Span,
};

/// A statement of the site that the relay cannot honour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// The statement as the user wrote it.
    pub statement: String,
    /// Its place; `None` if it comes from a system type or a shared policy.
    pub span: Option<Span>,
    /// Why a relay cannot honour it.
    pub why: String,
}

impl Unsupported {
    /// A warning: the site is valid, but gets no relay.toml.
    pub fn warning(&self) -> Diagnostic {
        self.fill(Diagnostic::warning("relay_unsupported", self.message()))
    }

    /// An error, if relay.toml was requested by name.
    pub fn error(&self) -> Diagnostic {
        self.fill(Diagnostic::error("relay_unsupported", self.message()))
    }

    fn message(&self) -> String {
        format!("relay.toml cannot express {}", self.statement)
    }

    fn fill(&self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = match self.span {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        };
        diagnostic
            .why(self.why.clone())
            .help("to build everything else, exclude relay.toml: `--emit cf,access,tables,db`")
    }
}

/// Options about sendmail's own process, files and queue, or about delivery to users of this host. They do not affect the
/// decisions of a relay.
const OF_SENDMAIL_ONLY: [&str; 67] = [
    "AliasWait",
    "BlankSub",
    "CertFingerprintAlgorithm",
    "CheckAliases",
    "CheckpointInterval",
    "ClassFactor",
    "ColonOkInAddr",
    "ConnectionCacheSize",
    "ConnectionCacheTimeout",
    "ControlSocketName",
    "DataFileBufferSize",
    "DeadLetterDrop",
    "DefaultCharSet",
    "DefaultUser",
    "DeliveryMode",
    "DialDelay",
    "DontBlameSendmail",
    "DontInitGroups",
    "EightBitMode",
    "ErrorHeader",
    "ErrorMode",
    "FastSplit",
    "ForkEachJob",
    "ForwardPath",
    "HelpFile",
    "HoldExpensive",
    "HostStatusDirectory",
    "IgnoreDots",
    "LogLevel",
    "MailboxDatabase",
    "MatchGECOS",
    "MaxQueueChildren",
    "MaxRunnersPerQueue",
    "MeToo",
    "MustQuoteChars",
    "NiceQueueRun",
    "NoRecipientAction",
    "OldStyleHeaders",
    "PidFile",
    "ProcessTitlePrefix",
    "QueueDirectory",
    "QueueFactor",
    "QueueFileMode",
    "QueueSortOrder",
    "RandFile",
    "RecipientFactor",
    "RejectLogInterval",
    "RequiresDirfsync",
    "RetryFactor",
    "RrtImpliesDsn",
    "RunAsUser",
    "SafeFileEnvironment",
    "SaveFromLine",
    "SharedMemoryKey",
    "SharedMemoryKeyFile",
    "SingleLineFromHeader",
    "SingleThreadDelivery",
    "StatusFile",
    "SuperSafe",
    "TempFileMode",
    "TimeZoneSpec",
    "TrustedUser",
    "UnixFromLine",
    "UnsafeGroupWrites",
    "UseCompressedIPv6Addresses",
    "UseMSP",
    "XscriptFileBufferSize",
];

/// A site being read.
pub(super) struct Reader<'a> {
    pub(super) site: &'a Site,
    read: BTreeSet<&'static str>,
    unsupported: Vec<Unsupported>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(site: &'a Site) -> Self {
        Self { site, read: BTreeSet::new(), unsupported: Vec::new() }
    }

    /// Records an unsupported statement.
    pub(super) fn refuse(&mut self, statement: impl Into<String>, span: Option<Span>, why: impl Into<String>) {
        self.unsupported.push(Unsupported { statement: statement.into(), span, why: why.into() });
    }

    /// Returns an option's setting and marks it as read.
    fn option(&mut self, name: &'static str) -> Option<&'a Setting<String>> {
        self.read.insert(name);
        self.site.options.get(name)
    }

    /// An option unchanged, with its place, if it is set and not empty.
    pub(super) fn spanned(&mut self, name: &'static str) -> Option<(&'a str, Option<Span>)> {
        let setting = self.option(name)?;
        let text = setting.value.trim();
        (!text.is_empty()).then_some((text, setting.span))
    }

    /// An option unchanged, if it is set and not empty. Unknown macros in it are unsupported.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let (text, span) = self.spanned(name)?;
        self.expand(&format!("option {name}="), text, span)
    }

    /// An option parsed with `parse`; an invalid value is recorded.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        what: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let (text, span) = self.spanned(name)?;
        let value = parse(text);
        if value.is_none() {
            self.refuse(format!("option {name}={text}"), span, format!("expected {what}"));
        }
        value
    }

    /// A number.
    pub(super) fn number(&mut self, name: &'static str) -> Option<u32> {
        self.parsed(name, "a number below 2^32", |text| text.parse().ok())
    }

    /// A number, where 0 means no limit.
    pub(super) fn limit(&mut self, name: &'static str) -> Option<u32> {
        self.number(name).filter(|n| *n > 0)
    }

    /// A size in bytes, limited to what TOML can represent; 0 means no limit.
    pub(super) fn bytes(&mut self, name: &'static str) -> Option<u64> {
        self.parsed(name, "a number of bytes", |text| text.parse::<i64>().ok().and_then(|n| u64::try_from(n).ok()))
            .filter(|n| *n > 0)
    }

    /// A boolean as sendmail reads it: values that start with `t`, `T`, `y` or `Y` are true (op guide section 5.6).
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let setting = self.option(name)?;
        let text = setting.value.trim();
        Some(text.is_empty() || text.starts_with(['t', 'T', 'y', 'Y', '1']))
    }

    /// A duration; a number without a unit counts in `unit`.
    pub(super) fn period(&mut self, name: &'static str, unit: char) -> Option<Period> {
        self.parsed(name, "a duration", |text| Period::of_option(text, unit))
    }

    /// The words of an option, separated by commas or blanks.
    pub(super) fn words(&mut self, name: &'static str) -> Vec<&'a str> {
        self.spanned(name).map(|(text, _)| split(text)).unwrap_or_default()
    }

    /// Replaces macros for the name of this host in the text of the statement `what`. Other macros are unsupported, and so are
    /// these if the host's name is determined only when sendmail starts.
    pub(super) fn expand(&mut self, what: &str, text: &str, span: Option<Span>) -> Option<String> {
        if !text.contains('$') {
            return Some(text.to_owned());
        }
        let host = self.site.domain_name.as_ref().map(|name| name.value.as_str()).filter(|name| !name.contains('$'));
        let (short, domain) = host.and_then(|host| host.split_once('.')).unwrap_or(("", ""));
        let expanded = match host {
            Some(host) if !domain.is_empty() => text.replace("$j", host).replace("$w", short).replace("$m", domain),
            _ => text.to_owned(),
        };
        if expanded.contains('$') {
            self.refuse(format!("{what}{text}"), span, "the value of a macro in it is known only when sendmail runs");
            return None;
        }
        Some(expanded)
    }

    /// The configuration, or everything that is unsupported.
    pub(super) fn finish(mut self, config: RelayConfig) -> Result<RelayConfig, Vec<Unsupported>> {
        self.refuse_raw();
        self.refuse_mailers();
        self.refuse_statements();
        self.refuse_options();
        if self.unsupported.is_empty() { Ok(config) } else { Err(self.unsupported) }
    }

    fn refuse_raw(&mut self) {
        let why = "only sendmail can run raw lines of sendmail.cf";
        for (section, texts) in &self.site.raw {
            for raw in texts.iter().filter(|raw| !is_blank(&raw.text)) {
                let first = raw.text.lines().find(|line| !is_blank(line)).unwrap_or("").trim();
                self.refuse(format!("raw lines in {} (`{first}` …)", section_name(*section)), raw.span, why);
            }
        }
    }

    fn refuse_mailers(&mut self) {
        const KNOWN: [&str; 8] = ["local", "prog", "smtp", "esmtp", "smtp8", "dsmtp", "relay", "*file*"];
        for mailer in &self.site.mailers {
            if !KNOWN.contains(&mailer.name.as_str()) && mailer.name != "*include*" {
                let why = "the relay delivers only over SMTP and to its local mailer";
                self.refuse(format!("mailer `{}`", mailer.name), mailer.span, why);
            }
        }
    }

    fn refuse_statements(&mut self) {
        let site = self.site;
        for milter in &site.milters {
            self.refuse(
                format!("INPUT_MAIL_FILTER `{}`", milter.value),
                milter.span,
                "the relay does not support milters",
            );
        }
        for group in &site.queue_groups {
            self.refuse(
                format!("QUEUE_GROUP `{}`", group.value),
                group.span,
                "the relay does not support queue groups",
            );
        }
        if let Some(submission) = &site.submission {
            self.refuse("msp", Some(submission.span), "the relay accepts mail over SMTP, not from programs");
        }
        if let Some(cluster) = &site.ldap_cluster {
            self.refuse("confLDAP_CLUSTER", cluster.span, "the relay does not support LDAP");
        }
        let headers = [&site.headers.from, &site.headers.received, &site.headers.message_id];
        for (header, name) in headers.into_iter().zip(["From", "Received", "Message-Id"]) {
            if header.span.is_some() {
                self.refuse(
                    format!("own text of the {name} header"),
                    header.span,
                    "the text uses macros of sendmail.cf",
                );
            }
        }
        if let Some(generics) = site.classes.members(crate::site::Class::Generics).first() {
            self.refuse("GENERICS_DOMAIN", Some(generics.span), "the relay does not support genericstable");
        }
        if let Some(options) = &site.dequote_options {
            self.refuse("confDEQUOTE_OPTS", options.span, "the relay has no dequote map");
        }
    }

    fn refuse_options(&mut self) {
        for (name, setting) in &self.site.options {
            if self.read.contains(name) || setting.span.is_none() {
                continue;
            }
            let why = match *name {
                "DefaultAuthInfo" => "the relay does not support credentials in a separate file",
                // In other modes, a relay passes the data on unchanged.
                "EightBitMode" if setting.value.starts_with(['s', 'S']) => {
                    "the relay never rejects a message for 8-bit data"
                }
                "HostsFile" | "ServiceSwitchFile" => "the relay looks up hosts only in DNS",
                "OperatorChars" => "the relay parses addresses as in RFC 5321",
                name if OF_SENDMAIL_ONLY.contains(&name) => continue,
                _ => "relay.toml has no counterpart of the option",
            };
            self.refuse(format!("option {name}={}", setting.value), setting.span, why);
        }
    }
}

/// Words separated by commas or blanks.
pub(super) fn split(text: &str) -> Vec<&str> {
    text.split([',', ' ', '\t']).filter(|word| !word.is_empty()).collect()
}

/// Whether there are only blank lines and comments.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.starts_with('#'))
}

fn section_name(section: RawSection) -> &'static str {
    match section {
        RawSection::Classes => "the class section",
        other => other.statement().unwrap_or("the head of the file"),
    }
}
