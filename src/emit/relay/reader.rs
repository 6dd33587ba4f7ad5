//! Reading a site section by section, and keeping account of what has no counterpart in a relay.

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
    /// The statement, as a person knows it.
    pub statement: String,
    /// Where it stands; `None` if a system type or shared policy brought it.
    pub span: Option<Span>,
    /// Why a relay cannot honour it.
    pub why: String,
}

impl Unsupported {
    /// A warning: the site is fine, but it gets no relay.toml.
    pub fn warning(&self) -> Diagnostic {
        self.fill(Diagnostic::warning("relay_unsupported", self.message()))
    }

    /// An error, for when relay.toml was asked for.
    pub fn error(&self) -> Diagnostic {
        self.fill(Diagnostic::error("relay_unsupported", self.message()))
    }

    fn message(&self) -> String {
        format!("relay.toml cannot say: {}", self.statement)
    }

    fn fill(&self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = match self.span {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        };
        diagnostic
            .why(self.why.clone())
            .help("to build everything else, leave relay.toml out: --emit cf,access,tables,db")
    }
}

/// Options that are about sendmail's own process, files and queue, or about mail that it delivers to users of this host
/// itself. They change nothing of what a relay decides.
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

    /// Records a statement that has no counterpart.
    pub(super) fn refuse(&mut self, statement: impl Into<String>, span: Option<Span>, why: impl Into<String>) {
        self.unsupported.push(Unsupported { statement: statement.into(), span, why: why.into() });
    }

    /// An option's setting; marks it as read.
    fn option(&mut self, name: &'static str) -> Option<&'a Setting<String>> {
        self.read.insert(name);
        self.site.options.get(name)
    }

    /// An option as it stands, if it is set and not empty, with its place.
    pub(super) fn spanned(&mut self, name: &'static str) -> Option<(&'a str, Option<Span>)> {
        let setting = self.option(name)?;
        let text = setting.value.trim();
        (!text.is_empty()).then_some((text, setting.span))
    }

    /// An option as it stands, if it is set and not empty. A macro in it has no counterpart.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let (text, span) = self.spanned(name)?;
        self.expand(&format!("option {name}="), text, span)
    }

    /// An option through `parse`; a value that it does not take is recorded.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        what: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let (text, span) = self.spanned(name)?;
        let value = parse(text);
        if value.is_none() {
            self.refuse(format!("option {name}={text}"), span, format!("the value is not {what}"));
        }
        value
    }

    /// A number.
    pub(super) fn number(&mut self, name: &'static str) -> Option<u32> {
        self.parsed(name, "a number below 2^32", |text| text.parse().ok())
    }

    /// A number where 0 means that there is no limit.
    pub(super) fn limit(&mut self, name: &'static str) -> Option<u32> {
        self.number(name).filter(|n| *n > 0)
    }

    /// A size in bytes, at most what TOML can hold; 0 means that there is no limit.
    pub(super) fn bytes(&mut self, name: &'static str) -> Option<u64> {
        self.parsed(name, "a number of bytes", |text| text.parse::<i64>().ok().and_then(|n| u64::try_from(n).ok()))
            .filter(|n| *n > 0)
    }

    /// A boolean as sendmail reads it: what begins with `t`, `T`, `y` or `Y` is true (op guide section 5.6).
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let setting = self.option(name)?;
        let text = setting.value.trim();
        Some(text.is_empty() || text.starts_with(['t', 'T', 'y', 'Y', '1']))
    }

    /// A duration; `unit` is what a number without a unit counts in.
    pub(super) fn period(&mut self, name: &'static str, unit: char) -> Option<Period> {
        self.parsed(name, "a duration", |text| Period::of_option(text, unit))
    }

    /// Words of an option, separated by commas or blanks.
    pub(super) fn words(&mut self, name: &'static str) -> Vec<&'a str> {
        self.spanned(name).map(|(text, _)| split(text)).unwrap_or_default()
    }

    /// Replaces the macros that name this host in the text of the statement `what`. Others have no counterpart, nor have these when the host's name is found out
    /// only when sendmail starts.
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
            self.refuse(format!("{what}{text}"), span, "it holds a macro that is known only when sendmail runs");
            return None;
        }
        Some(expanded)
    }

    /// The configuration, or everything that has no counterpart.
    pub(super) fn finish(mut self, config: RelayConfig) -> Result<RelayConfig, Vec<Unsupported>> {
        self.refuse_raw();
        self.refuse_mailers();
        self.refuse_statements();
        self.refuse_options();
        if self.unsupported.is_empty() { Ok(config) } else { Err(self.unsupported) }
    }

    fn refuse_raw(&mut self) {
        let why = "only sendmail can run lines of sendmail.cf";
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
                let why = "a relay delivers over SMTP and to its local mailer only";
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
                "milters are not part of the format",
            );
        }
        for group in &site.queue_groups {
            self.refuse(
                format!("QUEUE_GROUP `{}`", group.value),
                group.span,
                "queue groups are not part of the format",
            );
        }
        if let Some(submission) = &site.submission {
            self.refuse("msp", Some(submission.span), "a relay takes mail over SMTP, not from programs");
        }
        if let Some(cluster) = &site.ldap_cluster {
            self.refuse("confLDAP_CLUSTER", cluster.span, "a relay reads no LDAP directory");
        }
        let headers = [&site.headers.from, &site.headers.received, &site.headers.message_id];
        for (header, name) in headers.into_iter().zip(["From", "Received", "Message-Id"]) {
            if header.span.is_some() {
                self.refuse(
                    format!("own text of the {name} header"),
                    header.span,
                    "the text is in macros of sendmail.cf",
                );
            }
        }
        if let Some(generics) = site.classes.members(crate::site::Class::Generics).first() {
            self.refuse("GENERICS_DOMAIN", Some(generics.span), "a relay has no table of generic addresses");
        }
        if let Some(options) = &site.dequote_options {
            self.refuse("confDEQUOTE_OPTS", options.span, "a relay has no dequote map");
        }
    }

    fn refuse_options(&mut self) {
        for (name, setting) in &self.site.options {
            if self.read.contains(name) || setting.span.is_none() {
                continue;
            }
            let why = match *name {
                "DefaultAuthInfo" => "credentials in a file of their own are not part of the format",
                // Elsewhere a relay passes on what it gets.
                "EightBitMode" if setting.value.starts_with(['s', 'S']) => "a relay refuses no message for its bytes",
                "HostsFile" | "ServiceSwitchFile" => "the relay finds hosts in the DNS alone",
                "OperatorChars" => "the relay takes addresses apart as RFC 5321 says",
                name if OF_SENDMAIL_ONLY.contains(&name) => continue,
                _ => "the option has no counterpart in relay.toml",
            };
            self.refuse(format!("option {name}={}", setting.value), setting.span, why);
        }
    }
}

/// Words separated by commas or blanks.
pub(super) fn split(text: &str) -> Vec<&str> {
    text.split([',', ' ', '\t']).filter(|word| !word.is_empty()).collect()
}

/// Nothing but blank lines and comments.
fn is_blank(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.starts_with('#'))
}

fn section_name(section: RawSection) -> &'static str {
    match section {
        RawSection::Classes => "the class section",
        other => other.statement().unwrap_or("the head of the file"),
    }
}
