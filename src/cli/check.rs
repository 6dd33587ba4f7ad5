//! What `build` and `lint` share: compiling a site and running the checks on the result.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    bounded,
    dns::{self, Live},
    input::{self, Disk, SiteFile},
    names,
};
use crate::{
    catalog::table::TableKind,
    diagnostic::Diagnostic,
    emit::cf::{self, Document},
    front::{self, Compiled, class_text, table_text},
    lint::{self, ClassText, HOST_CLASSES, Surroundings, Target},
    map::Format,
    rewrite::{Answer, RecordType, Resolver},
    site::{Class, ClassFile, DeclaredTable, Site},
    source::Sources,
    syntax::{
        cf::class_line,
        zone::{self, Data},
    },
};

/// What a site is checked against.
#[derive(Debug, Args)]
#[command(next_help_heading = "Checks")]
pub(super) struct CheckArguments {
    /// Check the site against this DNS zone, a master file; repeatable. A file without $ORIGIN is taken to be for the zone in its
    /// name: `example.com.zone`, `db.example.com`
    #[arg(long, value_name = "FILE")]
    zone: Vec<PathBuf>,
    /// Query the name servers of this host for the MX records of the local domains
    #[arg(long)]
    dns: bool,
    /// Query this name server instead; repeatable, requires --dns
    #[arg(long, value_name = "ADDRESS[:PORT]", requires = "dns", value_parser = names::server)]
    dns_server: Vec<SocketAddr>,
    /// Check that the sendmail of the target host supports the site's maps. The file is the output of `sendmail -d0.1 -bt <
    /// /dev/null` on that host
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,
}

impl CheckArguments {
    /// Reads the files.
    ///
    /// # Errors
    /// A file cannot be read, or is not what the option expects.
    pub(super) fn read(&self) -> Result<Checks, Box<Diagnostic>> {
        // Only comments and TXT data of a zone hold non-ASCII bytes, and no check looks at those.
        let read = |path: &PathBuf| {
            let text = String::from_utf8_lossy(&input::bytes(path)?).into_owned();
            Ok::<_, Box<Diagnostic>>(ZoneFile { name: path.display().to_string(), text })
        };
        let target = |path: &PathBuf| {
            let text = input::bytes(path)?;
            Target::parse(&String::from_utf8_lossy(&text)).ok_or_else(|| no_target(path))
        };
        Ok(Checks {
            zones: self.zone.iter().map(read).collect::<Result<_, _>>()?,
            name_servers: self.dns.then(|| names::settings(&self.dns_server)),
            target: self.target.as_ref().map(target).transpose()?,
            root: None,
        })
    }
}

fn no_target(path: &Path) -> Box<Diagnostic> {
    let said = format!("`{}` does not list the compile-time options of sendmail", path.display());
    Box::new(
        Diagnostic::error("no_target", said)
            .why("it has no line `Compiled with:`")
            .help("create the file on the target host: sendmail -d0.1 -bt < /dev/null > FILE"),
    )
}

/// The contents of the files that a site is checked against.
#[derive(Debug, Default)]
pub(super) struct Checks {
    zones: Vec<ZoneFile>,
    name_servers: Option<dns::Settings>,
    target: Option<Target>,
    root: Option<PathBuf>,
}

impl Checks {
    /// Sets the directory that stands for `/`.
    pub(super) fn below(self, root: Option<PathBuf>) -> Self {
        Self { root, ..self }
    }
}

/// The text of a zone.
#[derive(Debug)]
struct ZoneFile {
    name: String,
    text: String,
}

/// Whether existing map files are compared with the tables that they were made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MapFiles {
    /// They are compared.
    Compared,
    /// They are not, because this run replaces them.
    Replaced,
}

/// The result of the checks on a site.
#[derive(Debug)]
pub(super) struct Checked {
    /// The site and all diagnostics.
    pub(super) compiled: Compiled,
    /// Its sendmail.cf, if the checks needed it.
    pub(super) document: Option<Document>,
}

/// Compiles a site and adds the findings of the lint rules.
pub(super) fn check(file: &SiteFile, checks: &Checks, disk: &Disk, map_files: MapFiles) -> Checked {
    let mut compiled = front::compile(&file.input(), disk);
    let syntax = file.input().syntax;
    let mut around = Surroundings { syntax, target: checks.target.clone(), ..Surroundings::default() };
    for ZoneFile { name, text } in &checks.zones {
        let source = compiled.sources.add(name, text.as_str());
        let (zone, mut problems) = zone::parse(text, source, &zone::of_file_name(name));
        around.zones.extend(zone);
        compiled.diagnostics.append(&mut problems);
    }
    let mut document = None;
    if let Some(site) = compiled.site.as_ref().or(compiled.incomplete.as_ref()) {
        if map_files == MapFiles::Compared {
            around.map_files = files_of(site, &compiled.sources);
        }
        around.readable_tables = readable_tables(site, file.input().name, &compiled.sources);
        around.class_files = class_files(site, file.input().name, checks.root.as_deref(), &mut compiled.sources);
        if let Some(settings) = &checks.name_servers {
            let domains = lint::local_domains(site, &around.class_files);
            let (text, silence) = exchangers(&domains, site, settings.clone());
            let source = compiled.sources.add("answers of name servers", text.as_str());
            around.zones.extend(zone::parse(&text, source, "").0);
            compiled.diagnostics.extend(silence);
        }
        // What is refused already needs no second finding.
        let refused = compiled.diagnostics.iter().filter(|found| found.is_error()).filter_map(Diagnostic::span);
        let refused = refused.collect::<BTreeSet<_>>();
        let is_new = |found: &Diagnostic| found.span().is_none_or(|span| !refused.contains(&span));
        compiled.diagnostics.extend(lint::check(site, &around).into_iter().filter(is_new));
        // Only raw lines can refer to what is not there. Only they, or many statements, can exceed a limit: no statement declares
        // more than five mailers.
        let many = [site.queue_groups.len(), site.milters.len(), site.mailers.len()].into_iter().any(|n| n > 8);
        if !site.raw.is_empty() || many {
            let document = document.insert(cf::emit(site));
            compiled.diagnostics.extend(cf::undefined(document, site));
            compiled.diagnostics.extend(cf::exceeded(document));
        }
    }
    Checked { compiled, document }
}

/// Finds existing map files, each next to the text with the entries of its table.
fn files_of(site: &Site, sources: &Sources) -> BTreeMap<TableKind, (PathBuf, Vec<u8>)> {
    let file = |table: DeclaredTable<'_>| {
        let text = sources.get(table.entries.first()?.key.span.source)?.name();
        let format = Format::from_name(table.map.class())?;
        let name = format!("{}.{}", table.file_name(), format.extension());
        let path = table_text::in_directory_of(text, Path::new(&name));
        let bytes = bounded::referenced(&path).ok()?;
        Some((table.kind, (path, bytes)))
    };
    site.declared_tables().filter_map(file).collect()
}

/// The texts of tables, and the map files beside them, that every user of this host can read. A site that holds a table
/// itself is read by more people than sendmail, and is left alone.
fn readable_tables(site: &Site, name: &str, sources: &Sources) -> Vec<(TableKind, PathBuf)> {
    let is_readable = |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.is_file() && file.mode() & 0o004 != 0);
    let files = |table: DeclaredTable<'_>| {
        let text = PathBuf::from(sources.get(table.entries.first()?.key.span.source)?.name());
        let extension = Format::from_name(table.map.class()).map(Format::extension);
        let map = extension.map(|extension| text.with_file_name(format!("{}.{extension}", table.file_name())));
        Some(
            map.into_iter()
                .chain([text])
                .filter(|path| path != Path::new(name))
                .filter(is_readable)
                .map(move |path| (table.kind, path))
                .collect::<Vec<_>>(),
        )
    };
    site.declared_tables().filter_map(files).flatten().collect()
}

/// Maximum number of domains that name servers are asked for.
const MAX_DOMAINS_ASKED: usize = 1000;

/// Number of questions without an answer after which no more are asked.
const MAX_UNANSWERED: usize = 2;

/// The MX records of domains, with the addresses of their hosts and of this host, as a zone file of what name servers say.
fn exchangers(domains: &[String], site: &Site, settings: dns::Settings) -> (String, Option<Diagnostic>) {
    let live = Live::new(settings.hurried(), Sources::default().next_id());
    let mut unanswered = 0;
    let mut ask = |name: &str, kind| {
        if unanswered >= MAX_UNANSWERED {
            return Vec::new();
        }
        match live.query(name, kind) {
            Answer::Records(records) => records,
            Answer::TryAgain => {
                unanswered += 1;
                Vec::new()
            }
            Answer::NoName | Answer::NoData => Vec::new(),
        }
    };
    let mut hosts = site.domain_name.iter().map(|name| name.value.to_ascii_lowercase()).collect::<BTreeSet<_>>();
    hosts.retain(|host| !host.contains('$'));
    for domain in domains.iter().take(MAX_DOMAINS_ASKED) {
        let exchangers = ask(domain, RecordType::Mx);
        hosts.extend(exchangers.into_iter().filter_map(|record| match record {
            Data::Mx { host, .. } if !host.value.is_empty() => Some(host.value.to_ascii_lowercase()),
            _ => None,
        }));
    }
    for host in &hosts {
        ask(host, RecordType::A);
        ask(host, RecordType::Aaaa);
    }
    (dns::written(&live.answers()), live.silence())
}

/// Finds the class files: below the root, or next to the site by file name.
fn class_files(site: &Site, name: &str, root: Option<&Path>, sources: &mut Sources) -> Vec<ClassText> {
    let mut texts = Vec::new();
    let declared = HOST_CLASSES.iter().flat_map(|class| {
        site.classes.files(*class).iter().map(|file| (*class, file.value.clone())).collect::<Vec<_>>()
    });
    let raw = site.raw.values().flatten().filter_map(|raw| raw_class_file(&raw.text));
    for (class, file) in declared.chain(raw.filter(|(class, _)| HOST_CLASSES.contains(class))) {
        let path = Path::new(file.path());
        let Some(last) = path.file_name().filter(|_| path.is_absolute()) else { continue };
        let path = match root {
            Some(root) => match bounded::below(root, path) {
                Ok(path) => path,
                Err(_) => continue,
            },
            None => table_text::in_directory_of(name, Path::new(last)),
        };
        let Ok(bytes) = bounded::referenced(&path) else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let id = sources.add(path.display().to_string(), text.as_str());
        let members = class_text::members(&file, &text, id);
        texts.push(ClassText { class, path, members, has_crlf: text.contains("\r\n") });
    }
    texts
}

/// The class and file of a raw `F` line: `FR/etc/mail/relays`, `F{VirtHost}-o /etc/mail/virtual`.
fn raw_class_file(line: &str) -> Option<(Class, ClassFile)> {
    let (name, file) = class_line(Some(line).filter(|line| line.starts_with('F'))?)?;
    Some((Class::by_name(name)?, ClassFile { text: file.trim().to_owned() }))
}
