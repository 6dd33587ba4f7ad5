//! The machine that a configuration would run on, as far as a command that runs rulesets is told of it.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    check::{self, Checked, Checks, MapFiles},
    input::{self, Disk, SiteFile, SyntaxName},
    report::Reporter,
};
use crate::{
    diagnostic::Diagnostic,
    emit::{
        cf::{self, Document},
        tables,
    },
    explain::Assumed,
    front::{Compiled, Syntax},
    rewrite::{Answer, Host, Program, RecordType, Resolver, Services, Session, ZoneResolver, load},
    site::Site,
    source::{FileSystem, SourceId, Sources},
    syntax::zone::{self, Zones},
};

/// What is said of the machine.
#[derive(Debug, Args)]
#[command(next_help_heading = "Machine")]
pub(super) struct MachineArguments {
    /// Name of the host that the configuration runs on; without it the one that the site says, or that of this host
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Address of the host, besides 127.0.0.1; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<IpAddr>,
    /// Directory that stands for `/`: files of maps and classes are read below it
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// A DNS zone to answer from, as a master file; may be given several times. A file without $ORIGIN is of the zone that its
    /// name says; `root.zone` is of the root
    #[arg(long, value_name = "FILE")]
    zone: Vec<PathBuf>,
    /// A DNS zone whose servers do not answer; may be given several times
    #[arg(long, value_name = "ZONE")]
    failing: Vec<String>,
}

/// Answers where no zone is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum WithoutZones {
    /// Nothing can be found out now.
    Nothing,
    /// Every name is that of a host.
    #[default]
    Assumed,
}

impl MachineArguments {
    /// Reads the zones. What is wrong in them is said.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(super) fn read(&self, without: WithoutZones, reporter: &mut Reporter<'_>) -> Result<Machine, Box<Diagnostic>> {
        let mut zones = Zones::default();
        let mut sources = Sources::default();
        for path in &self.zone {
            let text = String::from_utf8_lossy(&input::bytes(path)?).into_owned();
            let name = path.display().to_string();
            let origin = Some(zone::of_file_name(&name)).filter(|origin| origin != "root").unwrap_or_default();
            let id = sources.add(name, text.as_str());
            let (read, problems) = zone::parse(&text, id, &origin);
            zones.extend(read);
            reporter.found(&problems, &sources);
        }
        let is_told = !self.zone.is_empty() || !self.failing.is_empty();
        let assumed = without == WithoutZones::Assumed && !is_told;
        let zones = ZoneResolver::new(zones, self.failing.clone());
        let names = Known { zones, assumed, unknown: Cell::new(false) };
        let addresses = self.address.iter().copied().chain([IpAddr::from([127, 0, 0, 1])]).collect();
        Ok(Machine { host: self.host.clone(), addresses, root: self.root.clone(), names })
    }
}

/// What is asked: a site, or a sendmail.cf.
pub(super) struct Asked<'m> {
    /// It, ready to be run.
    pub(super) running: Running<'m>,
    /// The site that it was made of, with the texts that its places are in.
    pub(super) site: Option<(Site, Sources)>,
    /// The file that it was read from, if that is a site.toml: it may have cases.
    pub(super) toml: Option<SiteFile>,
}

impl Asked<'_> {
    /// The site and its texts.
    pub(super) fn site(&self) -> Option<(&Site, &Sources)> {
        self.site.as_ref().map(|(site, sources)| (site, sources))
    }
}

impl Machine {
    /// Reads a file that is asked; `None` if it is refused, which is said.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn open(
        &self,
        path: &Path,
        syntax: Option<SyntaxName>,
        disk: &Disk,
        reporter: &mut Reporter<'_>,
    ) -> Result<Option<Asked<'_>>, Box<Diagnostic>> {
        if syntax.is_none() && path.extension().is_some_and(|ending| ending == "cf") {
            let running = self.cf(&path.display().to_string(), &input::bytes(path)?);
            reporter.found(&running.diagnostics, &running.sources);
            return Ok(Some(Asked { running, site: None, toml: None }));
        }
        let file = input::read(path, syntax)?;
        let Checked { compiled, .. } = check::check(&file, &Checks::default(), disk, MapFiles::Replaced);
        let Compiled { site, diagnostics, sources } = compiled;
        // What else is to be said of it is the business of lint and build.
        let errors = diagnostics.into_iter().filter(Diagnostic::is_error).collect::<Vec<_>>();
        reporter.found(&errors, &sources);
        let Some(site) = site.filter(|_| errors.is_empty()) else {
            reporter.sum_up("");
            return Ok(None);
        };
        let toml = (file.input().syntax == Syntax::Toml).then_some(file);
        Ok(Some(Asked { running: self.site(&site), site: Some((site, sources)), toml }))
    }
}

/// The machine.
pub(super) struct Machine {
    host: Option<String>,
    addresses: Vec<IpAddr>,
    root: Option<PathBuf>,
    names: Known,
}

impl Default for Machine {
    fn default() -> Self {
        let zones = ZoneResolver::new(Zones::default(), Vec::new());
        let names = Known { zones, assumed: true, unknown: Cell::new(false) };
        Self { host: None, addresses: vec![IpAddr::from([127, 0, 0, 1])], root: None, names }
    }
}

/// A configuration on it, ready to be run.
pub(super) struct Running<'m> {
    pub(super) program: Program,
    /// The text that it was read from, and all that its places are in.
    pub(super) sources: Sources,
    pub(super) source: SourceId,
    /// The same with the places that its lines come from, if it was made of a site.
    pub(super) document: Option<Document>,
    /// What sendmail would say of it.
    pub(super) diagnostics: Vec<Diagnostic>,
    files: Files,
    resolver: &'m dyn Resolver,
}

impl Running<'_> {
    /// Starts it.
    pub(super) fn session(&self) -> Session<'_> {
        Session::new(&self.program, self.services())
    }

    /// What it asks the machine for.
    pub(super) fn services(&self) -> Services<'_> {
        Services { files: &self.files, resolver: self.resolver }
    }
}

impl Machine {
    /// That names were asked for which are not known here, if there were any.
    pub(super) fn unknown_names(&self) -> Option<Diagnostic> {
        self.names.unknown.get().then(|| {
            Diagnostic::advice("names_not_looked_up", "names were asked for that no zone given holds")
                .why("no name server is asked here, so these were answered as if none could be reached")
                .help("give the zones that hold them with `--zone`")
        })
    }

    /// A site; the entries that it holds are its map files.
    pub(super) fn site(&self, site: &Site) -> Running<'_> {
        let document = cf::emit(site);
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", document.to_string());
        let mut files = self.files();
        for table in site.declared_tables() {
            let Some(path) = table.map.file() else { continue };
            match tables::format(&table) {
                Ok(Some(format)) => {
                    let path = PathBuf::from(format!("{path}.{}", format.extension()));
                    // A table that is kept elsewhere is read from there. Where it is not there it has no entries.
                    if !table.entries.is_empty() || files.read(&path).is_err() {
                        files.made.insert(path, tables::map_file(&table, format).unwrap_or_default());
                    }
                }
                Ok(None) if table.entries.is_empty() => {}
                Ok(None) => {
                    let made = tables::text(&table).unwrap_or_default();
                    files.made.insert(PathBuf::from(path), made.into_bytes());
                }
                Err(_) => {}
            }
        }
        let own = site.domain_name.as_ref().map(|own| own.value.clone()).filter(|own| !own.contains('$'));
        self.running(sources, source, Some(document), files, own)
    }

    /// A sendmail.cf.
    pub(super) fn cf(&self, name: &str, bytes: &[u8]) -> Running<'_> {
        let mut sources = Sources::default();
        let source = sources.add_bytes(name, bytes);
        self.running(sources, source, None, self.files(), None)
    }

    fn running(
        &self,
        sources: Sources,
        source: SourceId,
        document: Option<Document>,
        files: Files,
        own: Option<String>,
    ) -> Running<'_> {
        let this = || fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
        let name = self.host.clone().or(own).unwrap_or_else(this);
        let host = Host { name, addresses: self.addresses.clone(), names: vec!["localhost".to_owned()] };
        let loaded = load(&sources, source, &host, &files);
        let resolver = &self.names;
        let (program, diagnostics) = (loaded.program, loaded.diagnostics);
        Running { program, sources, source, document, diagnostics, files, resolver }
    }

    fn files(&self) -> Files {
        Files { root: self.root.clone(), made: BTreeMap::new(), disk: Disk::default() }
    }
}

/// Names of the zones that are given, and whether they were enough.
struct Known {
    zones: ZoneResolver,
    /// Whether every name is taken to be that of a host instead.
    assumed: bool,
    unknown: Cell<bool>,
}

impl Resolver for Known {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        if self.assumed {
            return Assumed.query(name, kind);
        }
        let answer = self.zones.query(name, kind);
        if answer == Answer::TryAgain && !self.zones.fails(name) {
            self.unknown.set(true);
        }
        answer
    }
}

/// Files that are made, and those of the disk, below a directory that stands for `/`.
struct Files {
    root: Option<PathBuf>,
    made: BTreeMap<PathBuf, Vec<u8>>,
    disk: Disk,
}

impl FileSystem for Files {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if let Some(bytes) = self.made.get(path) {
            return Ok(bytes.clone());
        }
        match &self.root {
            Some(root) => self.disk.read(&root.join(path.strip_prefix("/").unwrap_or(path))),
            None => self.disk.read(path),
        }
    }
}
