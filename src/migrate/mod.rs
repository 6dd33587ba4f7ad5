//! Converts a `site.mc` to a `site.toml` that compiles to the same site.
//!
//! The front end provides the statements expanded and in order. Here they are laid out as a person would write them: values are
//! typed, comments stay next to their statements, and definitions without effect are left out. The result is compiled and
//! compared with the original, so that a `.mc` that cannot be expressed is rejected instead of changed.

mod comments;
mod page;
mod value;

use std::collections::BTreeSet;

use comments::{Comments, Taken};
use page::{Item, Page, Section};

use crate::{
    catalog::{
        feature, macros,
        option::{self, OptionKind},
        setting::{self, SettingKind, SettingSpec},
        system,
    },
    diagnostic::Diagnostic,
    front::{self, Compiled, Input, Syntax, equates, statement::Statement},
    site::Site,
    source::{FileSystem, NoFiles, Source, SourceId, Sources, Span, Spanned},
};

/// Returns the path under which the site.toml refers to the text of a table.
struct TableText {
    title: &'static str,
    key: &'static str,
    path: String,
}

/// Result of a conversion.
#[derive(Debug, Default)]
pub struct Migrated {
    /// The site.toml; `None` if the `.mc` is rejected or cannot be expressed.
    pub toml: Option<String>,
    /// The site of both files.
    pub site: Option<Site>,
    /// The site of the site.toml, if it differs.
    pub other: Option<Site>,
    /// Diagnostics for the `.mc`.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that spans point into.
    pub sources: Sources,
}

/// Converts a `.mc`. Table entries stay in the texts next to it: `place` returns the path by which the site.toml refers to one of
/// these, given its path as seen from here.
pub fn migrate(input: &Input<'_>, place: &dyn Fn(&str) -> String, files: &dyn FileSystem) -> Migrated {
    let (Compiled { site, mut diagnostics, sources, .. }, mut statements) = front::record(input, files);
    let Some(site) = site else { return Migrated { diagnostics, sources, ..Migrated::default() } };
    let id = statements.iter().map(Statement::span).find_map(|span| {
        let named = |id: SourceId| sources.get(id).is_some_and(|source| source.name() == input.name);
        named(span.source).then_some(span.source)
    });
    let is_plain = |statement: &Statement| match statement {
        Statement::Raw { text, .. } => text.value.is_ascii(),
        _ => sources.snippet(statement.span()).is_ascii(),
    };
    let is_latin1 = sources.iter().any(Source::is_latin1) && !statements.iter().all(is_plain);
    let mut policy = site.clone();
    // A site.toml cannot name a system type of the site's own, so its definitions are written out.
    if let Some(own) = policy.system.as_mut().filter(|own| system::by_name(&own.value).is_none()) {
        own.value.clear();
        statements.retain(|statement| !matches!(statement, Statement::System(_)));
        statements.push(Statement::System(own.clone()));
    }
    let mut draft = Draft { statements, id, sources: &sources, is_latin1 };
    let entries = std::mem::take(&mut policy.entries);
    let texts = entries.iter().filter_map(|(kind, entries)| {
        let source = sources.get(entries.first()?.key.span.source)?;
        Some((kind.spec(), place(source.name())))
    });
    let mut texts =
        texts.map(|(table, path)| TableText { title: table.title, key: table.file_key, path }).collect::<Vec<_>>();
    if let Some(aliases) = policy.aliases.take()
        && let Some(source) = sources.get(aliases.declared.span.source)
    {
        texts.push(TableText { title: "the aliases", key: "aliases_file", path: place(source.name()) });
    }
    draft.number();
    draft.drop_idle(&policy);
    let page = draft.page(&[]);
    let (text, compiled) = draft.compiled(&page);
    let mut migrated = Migrated { site: Some(site), ..Migrated::default() };
    match compiled.site {
        Some(other) if other == policy => {
            migrated.toml = Some(if texts.is_empty() { text } else { draft.page(&texts).text() });
        }
        Some(other) => migrated.other = Some(other),
        None => diagnostics.extend(compiled.diagnostics.iter().filter(|d| d.is_error()).map(|said| {
            let line = said.span().and_then(|span| Some(compiled.sources.get(span.source)?.line_column(span.start).0));
            refused(said, line.and_then(|line| page.origin(line)))
        })),
    }
    Migrated { diagnostics, sources, ..migrated }
}

/// The error for a statement that a site.toml rejects.
fn refused(said: &Diagnostic, place: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::error("not_migrated", format!("site.toml rejects this statement: {}", said.message));
    let diagnostic = match place {
        Some(span) => diagnostic.at(span, "this statement"),
        None => diagnostic,
    };
    let why = "a site.toml is checked more strictly than a .mc: errors that sendmail ignores or misreads are rejected";
    let diagnostic = diagnostic.why(said.why.as_deref().unwrap_or(why));
    match &said.help {
        Some(help) => diagnostic.help(format!("correct the .mc first: {help}")),
        None => diagnostic,
    }
}

/// Statements being converted to a document.
struct Draft<'a> {
    statements: Vec<Statement>,
    /// The file itself, unless it contributes nothing.
    id: Option<SourceId>,
    sources: &'a Sources,
    /// Whether characters must be written as single bytes, as they were read.
    is_latin1: bool,
}

impl Draft<'_> {
    fn compiled(&self, page: &Page) -> (String, Compiled) {
        let text = page.text();
        let input = Input { name: "site.toml", bytes: text.as_bytes(), syntax: Syntax::Toml };
        let compiled = front::compile(&input, &NoFiles);
        (text, compiled)
    }

    /// Leaves out definitions without effect: those that repeat a default, and those that come too late.
    fn drop_idle(&mut self, site: &Site) {
        let mut index = 0;
        while let Some(statement) = self.statements.get(index) {
            if !matches!(statement, Statement::Define(..) | Statement::Undefine(..)) {
                index += 1;
                continue;
            }
            let dropped = self.statements.remove(index);
            let (_, compiled) = self.compiled(&self.page(&[]));
            if compiled.site.as_ref() != Some(site) {
                self.statements.insert(index, dropped);
                index += 1;
            }
        }
    }

    /// Adds explicit positions to features with a shared order that differs from the default order of a site.toml.
    fn number(&mut self) {
        let (mut last, mut number) = ("", 1);
        let sharing = self.statements.iter_mut().filter_map(|statement| match statement {
            Statement::Feature { feature, order, .. } if feature.shares_order => Some((feature.name, order)),
            _ => None,
        });
        let numbers = sharing.map(|(name, order)| {
            number += i64::from(name < last);
            last = name;
            (order, number)
        });
        let numbers = numbers.collect::<Vec<_>>();
        if numbers.last().is_some_and(|(_, number)| *number > 1) {
            numbers.into_iter().for_each(|(order, number)| *order = number);
        }
    }

    /// The line of a place in the file itself, counted from 0.
    fn line(&self, span: Span, byte: u32) -> Option<usize> {
        if Some(span.source) != self.id {
            return None;
        }
        Some(self.sources.get(span.source)?.line_column(byte).0 - 1)
    }

    fn comments(&self) -> Comments {
        let Some(source) = self.id.and_then(|id| self.sources.get(id)) else { return Comments::default() };
        let mut taken = Taken::default();
        for statement in &self.statements {
            let span = statement.span();
            let (Some(first), Some(last)) = (self.line(span, span.start), self.line(span, span.end)) else { continue };
            taken.first.insert(first);
            let last = match statement {
                Statement::Raw { text, .. } => first + text.value.lines().count().saturating_sub(1),
                _ => last,
            };
            taken.further.extend(first + 1..=last);
        }
        taken.further.retain(|line| !taken.first.contains(line));
        Comments::find(source.text(), &taken)
    }

    /// The document.
    fn page(&self, texts: &[TableText]) -> Page {
        let mut comments = self.comments();
        let mut parts = Parts::default();
        let mut in_order = self.statements.iter().collect::<Vec<_>>();
        in_order.sort_by_key(|statement| {
            let span = statement.span();
            // Statements of other files keep the order in which they took effect.
            match Some(span.source) == self.id {
                true => (false, span.start),
                false => (true, 0),
            }
        });
        for statement in in_order {
            let span = statement.span();
            let line = self.line(span, span.start);
            let (paragraph, before, behind) = match line {
                Some(line) => (comments.is_paragraph(line), comments.take_before(line), comments.take_behind(line)),
                None => (false, Vec::new(), None),
            };
            parts.add(statement, |value| Item { value, before, behind, paragraph, origin: span });
        }
        let mut page = Page::default();
        page.remarks(&comments.head);
        page.gap();
        if self.is_latin1 {
            page.plain("charset = \"iso-8859-1\"");
            page.gap();
        }
        parts.write(&mut page, texts);
        if !comments.tail.is_empty() {
            page.gap();
            page.remarks(&comments.tail);
        }
        page
    }
}

/// Sections of a document, in output order.
#[derive(Debug, Default)]
struct Parts {
    top: Section,
    flags: Vec<(String, Item)>,
    raw: Section,
    conf: Section,
    feature: Section,
    hack: Section,
    /// Listeners, milters and queue groups, by their key.
    lists: Vec<(&'static str, Vec<Listed>)>,
}

/// One entry of an array of tables.
#[derive(Debug)]
struct Listed {
    item: Item,
    /// Its keys and values; `None` if it has to stay a plain text.
    pairs: Option<Vec<(&'static str, String)>>,
}

impl Parts {
    fn add(&mut self, statement: &Statement, item: impl FnOnce(String) -> Item) {
        match statement {
            Statement::VersionId(text) => self.top.add("versionid", item(value::text(&text.value))),
            Statement::System(name) => self.top.set("ostype", item(value::text(&name.value))),
            Statement::Domain(name) => self.top.add("domain", item(value::text(&name.value))),
            Statement::MasqueradeAs(name) => self.top.set("masquerade_as", item(value::text(&name.value))),
            Statement::Mailer(name) => self.top.add("mailer", item(value::text(&name.value))),
            Statement::Define(name, text) => self.define(name, &text.value, item),
            Statement::Undefine(name, _) => {
                let is_boolean = |kind| kind == OptionKind::Boolean;
                match (option::by_name(name), setting::by_name(name)) {
                    (Some(option), _) if !is_boolean(option.kind) => self.conf.set(option.key, item("false".into())),
                    (_, Some(SettingSpec { key, kind: SettingKind::Value(kind), .. })) if !is_boolean(*kind) => {
                        self.top.set(key, item("false".into()));
                    }
                    _ => self.top.add("undefine", item(value::text(name))),
                }
            }
            Statement::Members { word: text, name, .. } | Statement::File { file: text, name, .. } => {
                let key = macros::by_name(name).map_or("", |spec| spec.key);
                self.top.add(key, item(value::text(&text.value)));
            }
            Statement::Daemon(text) => {
                let pairs = equates::pairs(&text.value, equates::DAEMON);
                self.list("daemon", Listed { pairs, item: item(value::text(&text.value)) });
            }
            Statement::Client(text) => {
                let pairs = equates::pairs(&text.value, equates::CLIENT);
                self.list("client", Listed { pairs, item: item(value::text(&text.value)) });
            }
            Statement::MailFilter { name, equates } => {
                self.named("mail_filter", name, equates, equates::MILTER, item);
            }
            Statement::InputMailFilter { name, equates } => {
                self.named("input_mail_filter", name, equates, equates::MILTER, item);
            }
            Statement::QueueGroup { name, equates } => self.named("queue_group", name, equates, equates::QUEUE, item),
            Statement::Feature { feature, arguments, order, .. } => {
                let feature = feature.renamed_to.and_then(feature::by_name).unwrap_or(feature);
                let arguments = arguments.iter().map(|argument| argument.value.clone()).collect::<Vec<_>>();
                let item = item(value::arguments(feature.arguments, &arguments, *order));
                if feature.repeatable {
                    self.feature.add(feature.key, item);
                } else {
                    self.feature.set(feature.key, item);
                }
            }
            Statement::Hack { hack, arguments, .. } => {
                let arguments = arguments.iter().map(|argument| argument.value.clone()).collect::<Vec<_>>();
                let item = item(value::arguments(hack.arguments, &arguments, 0));
                if hack.repeatable {
                    self.hack.add(hack.name, item);
                } else {
                    self.hack.set(hack.name, item);
                }
            }
            Statement::NoHack { hack, .. } => self.hack.set(hack.name, item("false".into())),
            Statement::NoFeature { feature, .. } => self.feature.set(feature.key, item("false".into())),
            Statement::MailerFlags { mailer, change } => {
                self.flags.push((mailer.to_ascii_lowercase(), item(value::text(&change.value))));
            }
            Statement::SiteConfig { file, host, class, sites, smart_sites, .. } => {
                let mut pairs = Vec::new();
                pairs.extend(file.iter().map(|file| ("file", value::text(&file.value))));
                pairs.extend([("name", value::text(&host.value)), ("class", value::text(&class.value))]);
                for (key, names) in [("site", sites), ("smart_site", smart_sites)] {
                    if !names.is_empty() {
                        pairs.push((key, value::list(names.iter().map(|name| value::text(&name.value)))));
                    }
                }
                self.list("siteconfig", Listed { pairs: Some(pairs), item: item(String::new()) });
            }
            Statement::UucpSmtp { host, domain } => {
                let pair = format!("{} = {}", value::text(&host.value), value::text(&domain.value));
                self.top.set("uucpsmtp", item(format!("{{ {pair} }}")));
            }
            Statement::Raw { text, name, .. } => {
                let key = macros::by_name(name).map_or("head", |spec| spec.key);
                self.raw.set(key, item(value::lines(&text.value)));
            }
        }
    }

    fn define(&mut self, name: &str, text: &str, item: impl FnOnce(String) -> Item) {
        if let Some(option) = option::by_name(name) {
            let value = match front::is_message(option.name) {
                true => value::answer(text),
                false => value::option(option.kind, text),
            };
            self.conf.set(option.key, item(value));
        } else if let Some(setting) = setting::by_name(name) {
            let value = match setting.kind {
                SettingKind::Value(kind) => value::option(kind, text),
                SettingKind::Marker => "true".into(),
            };
            match setting.name {
                "MASQUERADE_NAME" => self.top.set("masquerade_as", item(value)),
                "USE_CW_FILE" => self.feature.set("use_cw_file", item("true".into())),
                _ => self.top.set(setting.key, item(value)),
            }
        }
    }

    fn named(
        &mut self,
        key: &'static str,
        name: &Spanned<String>,
        equates: &Spanned<String>,
        known: &'static [equates::Equate],
        item: impl FnOnce(String) -> Item,
    ) {
        let pairs =
            equates::pairs(&equates.value, known).unwrap_or_else(|| vec![("equates", value::text(&equates.value))]);
        let pairs = [("name", value::text(&name.value))].into_iter().chain(pairs).collect();
        self.list(key, Listed { item: item(String::new()), pairs: Some(pairs) });
    }

    fn list(&mut self, key: &'static str, listed: Listed) {
        match self.lists.iter_mut().find(|(known, _)| *known == key) {
            Some((_, list)) => list.push(listed),
            None => self.lists.push((key, vec![listed])),
        }
    }

    fn write(mut self, page: &mut Page, table_texts: &[TableText]) {
        let (tables, texts) =
            self.lists.into_iter().partition::<Vec<_>, _>(|(_, list)| list.iter().all(|listed| listed.pairs.is_some()));
        for (key, list) in texts {
            list.into_iter().for_each(|listed| self.top.add(key, listed.item));
        }
        page.section(&self.top);
        for TableText { title, key, path } in table_texts {
            page.gap();
            page.remarks(&[format!("Entries of {title}.")]);
            page.plain(&format!("{key} = {}", value::text(path)));
        }
        for entry in &self.raw.0 {
            page.gap();
            page.section(&Section(vec![entry.clone()]));
        }
        if !self.flags.is_empty() {
            page.header("[modify_mailer_flags]");
            let mut done = BTreeSet::new();
            for (mailer, first) in &self.flags {
                if !done.insert(mailer) {
                    continue;
                }
                let changes = self.flags.iter().filter(|(name, _)| name == mailer).map(|(_, item)| item);
                let values = changes.clone().map(|item| item.value.clone()).collect::<Vec<_>>();
                let value = match values.as_slice() {
                    [one] => one.clone(),
                    _ => value::list(values),
                };
                changes.for_each(|item| page.remarks(&item.before));
                page.pair(mailer, &value, first.behind.as_deref(), first.origin);
            }
        }
        for (header, section) in [("[conf]", &self.conf), ("[feature]", &self.feature), ("[hack]", &self.hack)] {
            if !section.0.is_empty() {
                page.header(header);
                page.section(section);
            }
        }
        for (key, list) in tables {
            for Listed { item, pairs } in list {
                page.gap();
                page.remarks(&item.before);
                page.header_here(&format!("[[{key}]]"), item.behind.as_deref());
                for (key, value) in pairs.unwrap_or_default() {
                    page.pair(key, &value, None, item.origin);
                }
            }
        }
    }
}
