//! The state in which statements take effect, shared by both front ends.
//!
//! A statement is a method: [`Environment::feature`], [`Environment::mailer`], [`Environment::class_members`], …. Each
//! takes effect when it is called, in the order of the source, against the definitions of a run ([`Macros`]), and says what
//! sendmail's tree would say about it. At the end, [`Environment::close`] makes the reference's last checks, and
//! [`lower`](super::lower) turns what was declared into a [`Site`](crate::site::Site).
//!
//! Not its business: any syntax, and what an option means.

mod closing;
mod effect;
mod hack;
mod lists;
mod mailer;
mod statement;
mod system;
mod uucp;

use std::collections::BTreeMap;

pub use uucp::uucp_rule;

use super::macros::Macros;
use crate::{
    catalog::{
        mailer::FlagChanges,
        option::{DefaultValue, OPTIONS},
        setting::{PRELUDE, SETTINGS},
        table::TableKind,
    },
    diagnostic::Diagnostic,
    site::{
        BlocklistMap, Classes, ClientChecks, CommandChecks, DnsBlocklist, Hack, Mailer, MapSpec, RawSection, RawText,
        StrictTransport, Submission, TableEntry, Tables, UucpLink,
    },
    source::{SourceId, Span, Spanned},
    syntax::mc::Text,
};

/// Where the reference's tree lies, as its messages name it.
pub const TREE: &str = "/usr/share/sendmail/cf/";

/// What has been declared so far.
#[derive(Debug)]
pub struct Environment {
    /// What is to be said about the source, in the order found.
    pub diagnostics: Vec<Diagnostic>,
    /// Members and files of classes.
    pub(super) classes: Classes,
    /// `DOMAIN` statements.
    pub(super) domains: Vec<Spanned<String>>,
    /// `VERSIONID` statements.
    pub(super) version_ids: Vec<Spanned<String>>,
    /// `DAEMON_OPTIONS` statements.
    pub(super) daemons: Vec<Text>,
    /// `CLIENT_OPTIONS` statements.
    pub(super) clients: Vec<Text>,
    /// `MAIL_FILTER` statements: name and equates.
    pub(super) milters: Vec<(Text, Text)>,
    /// `QUEUE_GROUP` statements: name and equates.
    pub(super) queue_groups: Vec<(Text, Text)>,
    /// Delivery agents that `MAILER` statements brought.
    pub(super) mailers: Vec<Mailer>,
    /// `MODIFY_MAILER_FLAGS` statements, by the name that they use.
    pub(super) flag_changes: BTreeMap<String, FlagChanges>,
    /// What features ask of clients, as far as it is settled where they stand.
    pub(super) client_checks: ClientChecks,
    /// What features ask of commands and recipients.
    pub(super) command_checks: CommandChecks,
    /// `sts`.
    pub(super) strict_transport: Option<Spanned<StrictTransport>>,
    /// `badmx`.
    pub(super) useless_mx: Option<Spanned<String>>,
    /// `confUSERDB_SPEC` was defined where `MAILER(local)` stood.
    pub(super) user_database: bool,
    /// `msp`.
    pub(super) submission: Option<Spanned<Submission>>,
    /// `SITECONFIG` statements, with their `SITE`s.
    pub(super) uucp: Vec<Spanned<UucpLink>>,
    /// `dnsbl`, `enhdnsbl` and `rhsbl`.
    pub(super) blocklists: Vec<Spanned<DnsBlocklist>>,
    /// How these are asked.
    pub(super) blocklist_map: BlocklistMap,
    /// `domainmap`, `bestmx_is_local`, `bcc` and `ldap_routing`.
    pub(super) tables: Tables,
    /// Maps that features declared, by the name of the feature.
    pub(super) maps: BTreeMap<&'static str, Spanned<MapSpec>>,
    /// Every feature that was asked for, and where it was first.
    pub(super) features: BTreeMap<&'static str, Span>,
    /// The last `OSTYPE`.
    pub(super) system: Option<Spanned<String>>,
    /// Hacks that are rules.
    pub(super) hacks: Vec<Spanned<Hack>>,
    /// Every hack that was asked for, and where it was first.
    pub(super) hacks_asked: BTreeMap<&'static str, Span>,
    /// `OSTYPE`, `DOMAIN` and `HACK` statements: what is defined there, the site did not write itself.
    pub(super) brought: Vec<Span>,
    /// Entries of tables.
    pub(super) entries: BTreeMap<TableKind, Vec<TableEntry>>,
    /// Raw lines.
    pub(super) raw: BTreeMap<RawSection, Vec<RawText>>,
    /// How many pieces of a section stand before the rules that a mailer adds to it.
    pub(super) raw_before_mailer: BTreeMap<RawSection, usize>,
    /// Where `-T<TMPF>` goes into the arguments of `access_db`, once one of them lacked it.
    pub(super) access_gap: Option<Option<usize>>,
    /// The text that defaults count as written in: see [`Environment::written`].
    builtin: SourceId,
}

impl Environment {
    /// An environment in which nothing has been declared; names are defined as they are for every site.
    pub fn new(macros: &mut Macros<'_, '_>) -> Self {
        let environment = Self::without_names(macros);
        environment.define_names(macros);
        environment
    }

    /// Defines the names that the tree defines when it is read. What the site has defined before gives way to them.
    pub fn define_names(&self, macros: &mut Macros<'_, '_>) {
        let nowhere = self.nowhere();
        let options = OPTIONS.iter().filter(|o| o.predefined).map(|o| (o.name, o.default));
        let settings = SETTINGS.iter().filter(|s| s.predefined).map(|s| (s.name, s.default));
        for (name, default) in options.chain(settings) {
            // The only one that the tree leaves alone where a site has defined it before.
            if name == "MAIL_SETTINGS_DIR" && macros.exists(name) {
                continue;
            }
            match default {
                DefaultValue::Unset => {}
                DefaultValue::Text(text) => macros.define(name, Text::computed(text, nowhere).into_literal()),
                DefaultValue::InSettings { .. } => {
                    if let Some(text) = default.m4() {
                        macros.define(name, Text::computed(text, nowhere));
                    }
                }
            }
        }
        for (name, text) in PRELUDE {
            macros.define(name, Text::computed(*text, nowhere));
        }
    }

    /// An environment in which nothing has been declared and no name is defined, as it is before the tree is read.
    pub fn without_names(macros: &mut Macros<'_, '_>) -> Self {
        let builtin = macros.add_source("sendmail's defaults");
        Self {
            diagnostics: Vec::new(),
            classes: Classes::default(),
            domains: Vec::new(),
            version_ids: Vec::new(),
            daemons: Vec::new(),
            clients: Vec::new(),
            milters: Vec::new(),
            queue_groups: Vec::new(),
            mailers: Vec::new(),
            flag_changes: BTreeMap::new(),
            client_checks: ClientChecks::default(),
            command_checks: CommandChecks::default(),
            strict_transport: None,
            useless_mx: None,
            user_database: false,
            submission: None,
            uucp: Vec::new(),
            blocklists: Vec::new(),
            blocklist_map: BlocklistMap::default(),
            tables: Tables::default(),
            maps: BTreeMap::new(),
            features: BTreeMap::new(),
            system: None,
            hacks: Vec::new(),
            hacks_asked: BTreeMap::new(),
            brought: Vec::new(),
            entries: BTreeMap::new(),
            raw: BTreeMap::new(),
            raw_before_mailer: BTreeMap::new(),
            access_gap: None,
            builtin,
        }
    }

    /// Defines the arguments of a statement for files of a site's own tree: `_ARG_`, the first, and `_ARGS_`, all of them in
    /// quotes. They stay until the next statement, whoever makes it.
    pub(in crate::front) fn define_arguments(macros: &mut Macros<'_, '_>, args: &[Text], by: Span) {
        Self::define_argument(macros, args, by);
        let mut all = Text::empty(by);
        for (number, argument) in args.iter().enumerate() {
            all.push_computed(if number == 0 { "`" } else { ",`" }, by);
            all.push(argument);
            all.push_computed("'", by);
        }
        macros.define("_ARGS_", all);
    }

    /// The same for statements that take one argument after their name: `_ARG_`.
    pub(in crate::front) fn define_argument(macros: &mut Macros<'_, '_>, args: &[Text], by: Span) {
        macros.define("_ARG_", args.first().cloned().unwrap_or_else(|| Text::empty(by)));
    }

    /// The place, if somebody wrote something there: `None` for what holds for every site.
    pub fn written(&self, span: Span) -> Option<Span> {
        (span.source != self.builtin).then_some(span)
    }

    /// Adds a diagnostic.
    pub fn report(&mut self, mut diagnostic: Diagnostic) {
        // A feature that brings others, and mailers, has the same thing said of each, at the same place.
        let is_same = |other: &Diagnostic| other.code == "feature_after_mailer" && other.span() == diagnostic.span();
        diagnostic.is_repeated =
            matches!(diagnostic.code, "feature_after_mailer" | "mailer_twice") && self.diagnostics.iter().any(is_same);
        self.diagnostics.push(diagnostic);
    }

    /// A place that nobody wrote, for what holds for every site.
    pub fn nowhere(&self) -> Span {
        Span::new(self.builtin, 0, 0)
    }

    /// Adds raw lines to a section: each with its continuation lines is a piece of its own and knows its place. Blank lines
    /// are left out, and so are comments at the head of the file, where most of them are about the source.
    pub fn raw_text(&mut self, section: RawSection, text: &Text) {
        let pieces = self.raw.entry(section).or_default();
        let mut in_comment = false;
        for line in text.lines() {
            let bytes = line.as_str();
            if bytes.trim().is_empty() {
                continue;
            }
            let continues = bytes.starts_with([' ', '\t']);
            if !continues {
                in_comment = bytes.starts_with('#');
            }
            if in_comment && section == RawSection::Head {
                continue;
            }
            match pieces.last_mut() {
                Some(last) if continues => {
                    last.text.push_str(bytes);
                    last.text.push('\n');
                }
                _ => pieces.push(RawText { text: format!("{bytes}\n"), span: Some(line.span()) }),
            }
        }
    }

    /// Whether what stands at a place came with a system type or a shared policy that is named there.
    pub(in crate::front) fn is_brought(&self, place: Option<Span>) -> bool {
        place.is_some_and(|place| self.brought.contains(&place))
    }

    /// Notes which raw lines of a `.mc` stand before the rules that a mailer or a hack adds to their section.
    pub fn note_order(&mut self) {
        for hack in &mut self.hacks {
            let pieces = self.raw.get(&hack.value.kind.section()).map_or(&[][..], Vec::as_slice);
            hack.value.raw_before = pieces.iter().take_while(|raw| is_before(raw, hack.span)).count();
        }
        for (section, mailer) in [(RawSection::LocalUucp, "uucp"), (RawSection::LocalRule0, "mail11")] {
            let declared = self.mailers.iter().find(|declared| declared.name == mailer).and_then(|found| found.span);
            let (Some(place), Some(pieces)) = (declared, self.raw.get(&section)) else { continue };
            let count = pieces.iter().take_while(|raw| is_before(raw, place)).count();
            if count > 0 {
                self.raw_before_mailer.insert(section, count);
            }
        }
    }

    /// Adds entries of a table.
    pub fn table_entries(&mut self, kind: TableKind, entries: Vec<TableEntry>) {
        if !entries.is_empty() {
            self.entries.entry(kind).or_default().extend(entries);
        }
    }

    /// Adds a second place to a diagnostic, if somebody wrote something there.
    pub(super) fn also_at(&self, diagnostic: Diagnostic, place: Option<Span>, text: &str) -> Diagnostic {
        match place.and_then(|span| self.written(span)) {
            Some(span) => diagnostic.at(span, text),
            None => diagnostic,
        }
    }
}

/// Whether a raw line stands before a place in the same text.
fn is_before(raw: &RawText, place: Span) -> bool {
    raw.span.is_some_and(|at| at.source == place.source && at.start < place.start)
}
