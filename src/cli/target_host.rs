//! The host that a configuration is meant for, as given on the command line to commands that run rulesets.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Exit,
    check::{self, Checked, Checks, MapFiles},
    files::Files,
    input::{self, ReadArguments, SiteFile},
    names::{NameArguments, NameResolver, WithoutZones},
    report::Reporter,
    set,
};
use crate::{
    diagnostic::{Diagnostic, Label, Severity},
    emit::{
        cf::{self, Document},
        tables,
    },
    front::{Compiled, Syntax},
    rewrite::{FILE_NOT_READ, Host, Program, Services, Session, Without, file_not_read, load, maps::Declaration},
    site::Site,
    source::{SourceId, Sources, Span},
};

/// Options that describe the target host.
#[derive(Debug, Args)]
#[command(next_help_heading = "Target host")]
pub(super) struct TargetHostArguments {
    /// Host name of the target host [default: the name in the site, or of this machine]
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// IP address of the target host, besides 127.0.0.1; repeatable
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<IpAddr>,
    /// Read map and class files below this directory, as if it were `/`. By default, those of a site count as missing, and those
    /// of a sendmail.cf are read from this machine
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    names: NameArguments,
}

impl TargetHostArguments {
    /// Reads the zones and reports their errors.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn read(
        &self,
        without: WithoutZones,
        reporter: &mut Reporter<'_>,
    ) -> Result<TargetHost, Box<Diagnostic>> {
        let names = self.names.read(without, reporter)?;
        let addresses = self.address.iter().copied().chain([IpAddr::from([127, 0, 0, 1])]).collect();
        Ok(TargetHost { host: self.host.clone(), addresses, root: self.root.clone(), names })
    }
}

/// The configuration that a command runs: a site, or a sendmail.cf.
pub(super) struct ConfigUnderTest<'m> {
    /// The configuration, ready to run.
    pub(super) running: LoadedConfig<'m>,
    /// The site with its texts, if there is one.
    pub(super) site: Option<(Site, Sources)>,
    /// The file of the site, if it is a site.toml, which may have test cases.
    pub(super) toml: Option<SiteFile>,
}

impl ConfigUnderTest<'_> {
    /// Reports errors in its lines and missing data after it was run, and writes the recorded DNS answers. The exit status covers
    /// all diagnostics so far.
    ///
    /// # Errors
    /// The recorded answers cannot be written.
    pub(super) fn report(&self, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
        self.report_lines(reporter);
        self.report_run(reporter)
    }

    /// The part of [`ConfigUnderTest::report`] that is available before it is run.
    pub(super) fn report_lines(&self, reporter: &mut Reporter<'_>) {
        reporter.found(&self.running.of_lines(), self.places());
    }

    /// The part that is available only afterwards.
    ///
    /// # Errors
    /// The recorded answers cannot be written.
    pub(super) fn report_run(&self, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
        reporter.found(&self.running.of_maps(), self.places());
        reporter.found(&self.running.resolver.found(), self.places());
        self.running.resolver.keep()?;
        Ok(reporter.verdict())
    }

    /// The texts that its diagnostics refer to.
    fn places(&self) -> &Sources {
        self.site.as_ref().map_or(&self.running.sources, |(_, sources)| sources)
    }

    /// The site with its texts.
    pub(super) fn site(&self) -> Option<(&Site, &Sources)> {
        self.site.as_ref().map(|(site, sources)| (site, sources))
    }
}

impl TargetHost {
    /// Reads a configuration; `None` if it is rejected, which is reported.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn open(
        &self,
        path: &Path,
        read: &ReadArguments,
        reporter: &mut Reporter<'_>,
    ) -> Result<Option<ConfigUnderTest<'_>>, Box<Diagnostic>> {
        if read.syntax.is_none() && path.extension().is_some_and(|ending| ending == "cf") {
            return Ok(Some(self.open_cf(path)?));
        }
        let file = read.site(path)?;
        let Checked { compiled, .. } = check::check(&file, &Checks::default(), &read.disk, MapFiles::Replaced);
        let Compiled { site, incomplete, diagnostics, sources } = compiled;
        // Warnings and advice are reported by lint and build.
        let errors = diagnostics.into_iter().filter(Diagnostic::is_error).collect::<Vec<_>>();
        reporter.found(&errors, &sources);
        let Some(site) = site.filter(|_| errors.is_empty()).or(incomplete) else {
            reporter.sum_up("");
            return Ok(None);
        };
        let toml = (file.input().syntax == Syntax::Toml).then_some(file);
        Ok(Some(ConfigUnderTest { running: self.site(&site), site: Some((site, sources)), toml }))
    }

    /// Reads a sendmail.cf.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn open_cf(&self, path: &Path) -> Result<ConfigUnderTest<'_>, Box<Diagnostic>> {
        let mut running = self.cf(&path.display().to_string(), &input::bytes(path)?);
        running.diagnostics.extend(path.parent().and_then(set::unfinished));
        Ok(ConfigUnderTest { running, site: None, toml: None })
    }
}

/// The target host.
pub(super) struct TargetHost {
    host: Option<String>,
    addresses: Vec<IpAddr>,
    root: Option<PathBuf>,
    names: NameResolver,
}

impl TargetHost {
    /// A host whose names are assumed and whose files are below `root`, or those of this machine.
    pub(super) fn with_files_below(root: Option<PathBuf>) -> Self {
        Self { host: None, addresses: vec![IpAddr::from([127, 0, 0, 1])], root, names: NameResolver::assumed() }
    }
}

/// A configuration on the target host, ready to run.
pub(super) struct LoadedConfig<'m> {
    pub(super) program: Program,
    /// The text that it was read from, with all texts that its places refer to.
    pub(super) sources: Sources,
    pub(super) source: SourceId,
    /// The generated document, whose lines know their origin, if it was compiled from a site.
    pub(super) document: Option<Document>,
    /// Errors in the configuration.
    diagnostics: Vec<Diagnostic>,
    files: Files,
    resolver: &'m NameResolver,
}

impl LoadedConfig<'_> {
    /// Starts a session.
    pub(super) fn session(&self) -> Session<'_> {
        Session::new(&self.program, self.services())
    }

    /// Diagnostics for its lines. Places are in the texts of the site, if there is one, otherwise in [`LoadedConfig::sources`].
    pub(super) fn of_lines(&self) -> Vec<Diagnostic> {
        let mut found = self.diagnostics.clone();
        self.finish(&mut found);
        // A file that the defaults of every site name may be missing.
        let is_unasked = |one: &Diagnostic| one.severity == Severity::Advice && one.labels.is_empty();
        found.retain(|diagnostic| diagnostic.code != FILE_NOT_READ || !is_unasked(diagnostic));
        found
    }

    /// Diagnostics for maps that were used but whose files could not be read, with the same kind of places.
    pub(super) fn of_maps(&self) -> Vec<Diagnostic> {
        let maps = self.program.map_declarations().iter();
        let mut found = maps.filter_map(|map| self.map_file(map)).collect::<Vec<_>>();
        self.finish(&mut found);
        found
    }

    /// The missing files, each as a sentence without a full stop.
    pub(super) fn not_read(&self) -> Vec<String> {
        let found = self.of_lines().into_iter().chain(self.of_maps());
        let lacks = |one: &Diagnostic| one.code == FILE_NOT_READ && one.severity > Severity::Advice;
        found.filter(lacks).map(|one| one.message).collect()
    }

    /// Moves places to the site, and adds help that fits this command.
    fn finish(&self, found: &mut [Diagnostic]) {
        for diagnostic in found {
            if self.document.is_some() {
                self.place(diagnostic);
            }
            if diagnostic.code == FILE_NOT_READ {
                let there = match self.files.has_root() {
                    true => "put the file below the directory given with `--root`",
                    false => "give the directory with the host's files with `--root DIR`",
                };
                diagnostic.help = Some(format!("{there}, or write its content into the configuration"));
            }
        }
    }

    /// The diagnostic for a map that was used but whose file could not be read.
    fn map_file(&self, map: &Declaration) -> Option<Diagnostic> {
        let unread = map.files().into_iter().map(|path| Some((self.files.unread(&path)?, path)));
        // The last of several files is the text that the others are built from.
        let (unread, path) = unread.collect::<Option<Vec<_>>>()?.into_iter().next_back()?;
        let without = match (unread.is_replaced, map.flags.optional) {
            (_, true) => Without::Optional,
            (true, false) => Without::Empty,
            (false, false) => Without::Failing,
        };
        let what = format!("map {}", String::from_utf8_lossy(&map.name));
        Some(file_not_read(&path, &what, &unread.cause(), without, map.span))
    }

    /// Moves the place of a diagnostic from the line to the statement that it was generated for.
    fn place(&self, diagnostic: &mut Diagnostic) {
        let origin = |span: Span| {
            let (line, _) = self.sources.get(span.source)?.line_column(span.start);
            self.origin(line)
        };
        let labels = std::mem::take(&mut diagnostic.labels).into_iter();
        diagnostic.labels = labels.filter_map(|label| Some(Label { span: origin(label.span)?, ..label })).collect();
    }

    /// What the rulesets need from the host.
    pub(super) fn services(&self) -> Services<'_> {
        Services { files: &self.files, resolver: self.resolver }
    }
}

impl TargetHost {
    /// Loads a site; the entries in it are its map files.
    pub(super) fn site(&self, site: &Site) -> LoadedConfig<'_> {
        let document = cf::emit(site);
        let mut sources = Sources::default();
        let source = sources.add("sendmail.cf", document.to_string());
        let mut files = Files::of_host(self.root.clone());
        for table in site.declared_tables() {
            let Some(path) = table.map.file() else { continue };
            match tables::format(&table) {
                Ok(Some(format)) => {
                    let path = PathBuf::from(format!("{path}.{}", format.extension()));
                    let made = tables::map_file(&table, format).unwrap_or_default();
                    // A table that is kept elsewhere is read from there; if it is missing, it has no entries.
                    if table.entries.is_empty() { files.make_if_unread(path, made) } else { files.make(path, made) }
                }
                Ok(None) if table.entries.is_empty() => files.make_if_unread(PathBuf::from(path), Vec::new()),
                Ok(None) => {
                    let made = tables::text(&table).unwrap_or_default();
                    files.make(PathBuf::from(path), made.into_bytes());
                }
                Err(_) => {}
            }
        }
        let own = site.domain_name.as_ref().map(|own| own.value.clone()).filter(|own| !own.contains('$'));
        self.running(sources, source, Some(document), files, own)
    }

    /// Loads a sendmail.cf.
    pub(super) fn cf(&self, name: &str, bytes: &[u8]) -> LoadedConfig<'_> {
        let mut sources = Sources::default();
        let source = sources.add_bytes(name, bytes);
        self.running(sources, source, None, Files::below(self.root.clone()), None)
    }

    fn running(
        &self,
        sources: Sources,
        source: SourceId,
        document: Option<Document>,
        files: Files,
        own: Option<String>,
    ) -> LoadedConfig<'_> {
        let this = || fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
        let name = self.host.clone().or(own).unwrap_or_else(this);
        let host = Host { name, addresses: self.addresses.clone() };
        let loaded = load(&sources, source, &host, &files);
        let resolver = &self.names;
        resolver.apply_resolver_options(&loaded.program);
        let (program, diagnostics) = (loaded.program, loaded.diagnostics);
        LoadedConfig { program, sources, source, document, diagnostics, files, resolver }
    }
}
