//! DNS for commands that run rulesets: zone files, recorded answers or name servers; without any of them, every name is assumed
//! to be the name of a host.

use std::{
    cell::Cell,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    bounded, build, dns,
    dns::{Live, Recorded},
    input,
    output::{self, Existing, NewFile},
    report::Reporter,
};
use crate::{
    diagnostic::Diagnostic,
    explain::Assumed,
    rewrite::{Answer, Program, RecordType, Resolver, ZoneResolver},
    source::Sources,
    syntax::zone::{self, Zones},
};

/// List of the machine's name servers.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Options that control DNS lookups.
#[derive(Debug, Args)]
#[command(next_help_heading = "DNS")]
pub(super) struct NameArguments {
    /// Answer DNS queries from this zone, a master file or a file of --dns-record; repeatable. A file without $ORIGIN is taken to
    /// be for the zone in its name; `root.zone` is the root
    #[arg(long, value_name = "FILE")]
    zone: Vec<PathBuf>,
    /// Answer queries for this zone as if its servers were unreachable; repeatable
    #[arg(long, value_name = "ZONE")]
    failing: Vec<String>,
    /// Query this machine's name servers for names outside the given zones
    #[arg(long)]
    dns: bool,
    /// Query this name server instead; repeatable, requires --dns
    #[arg(long, value_name = "ADDRESS[:PORT]", requires = "dns", value_parser = server)]
    dns_server: Vec<SocketAddr>,
    /// Record the answers in this file, for later use with --zone; requires --dns
    #[arg(long, value_name = "FILE", requires = "dns")]
    dns_record: Option<PathBuf>,
}

pub(super) fn server(text: &str) -> Result<SocketAddr, String> {
    dns::server(text).ok_or_else(|| "expected an address: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`".into())
}

/// How name servers are asked: those given, or this machine's.
pub(super) fn settings(servers: &[SocketAddr]) -> dns::Settings {
    // A machine without the file asks itself, as resolv.conf(5) says.
    let resolv_conf = bounded::referenced(Path::new(RESOLV_CONF)).unwrap_or_default();
    dns::Settings::of(&String::from_utf8_lossy(&resolv_conf)).asking(servers)
}

/// Answers to queries when no zone is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum WithoutZones {
    /// Temporary failure.
    Nothing,
    /// Every name is the name of a host.
    #[default]
    Assumed,
}

impl NameArguments {
    /// Reads the zones and reports their errors.
    ///
    /// # Errors
    /// A zone cannot be read.
    pub(super) fn read(
        &self,
        without: WithoutZones,
        reporter: &mut Reporter<'_>,
    ) -> Result<NameResolver, Box<Diagnostic>> {
        let (mut zones, mut recorded) = (Zones::default(), Recorded::default());
        let mut sources = Sources::default();
        for path in &self.zone {
            let text = String::from_utf8_lossy(&input::bytes(path)?).into_owned();
            let name = path.display().to_string();
            let origin = Some(zone::of_file_name(&name)).filter(|origin| origin != "root").unwrap_or_default();
            let id = sources.add(name, text.as_str());
            if recorded.add(&text, id).is_some() {
                continue;
            }
            let (read, problems) = zone::parse(&text, id, &origin);
            zones.extend(read);
            reporter.found(&problems, &sources);
        }
        let has_names = !self.zone.is_empty() || !self.failing.is_empty() || self.dns;
        let live = self.dns.then(|| Live::new(settings(&self.dns_server), sources.add("name servers", "")));
        Ok(NameResolver {
            zones: ZoneResolver::new(zones, self.failing.clone()),
            recorded,
            live,
            record: self.dns_record.clone(),
            assumed: without == WithoutZones::Assumed && !has_names,
            unknown: Cell::new(false),
        })
    }
}

/// A resolver for names in zones, recordings and name servers.
#[derive(Debug)]
pub(super) struct NameResolver {
    zones: ZoneResolver,
    recorded: Recorded,
    live: Option<Live>,
    /// File for recorded answers.
    record: Option<PathBuf>,
    /// Whether every name is assumed to be the name of a host.
    assumed: bool,
    /// Whether a name was queried whose answer is unknown.
    unknown: Cell<bool>,
}

impl NameResolver {
    /// A resolver that assumes that every name is the name of a host.
    pub(super) fn assumed() -> Self {
        Self {
            zones: ZoneResolver::default(),
            recorded: Recorded::default(),
            live: None,
            record: None,
            assumed: true,
            unknown: Cell::new(false),
        }
    }

    /// Applies the resolver timeouts of a configuration.
    pub(super) fn apply_resolver_options(&self, program: &Program) {
        if let Some(live) = &self.live {
            live.apply_resolver_options(program);
        }
    }

    /// Advice if names were queried whose answers are unknown.
    pub(super) fn found(&self) -> Vec<Diagnostic> {
        let unknown = self.unknown.get().then(|| {
            Diagnostic::advice("names_not_looked_up", "some names were looked up that no given zone contains")
                .why("without `--dns`, lookups of such names fail temporarily")
                .help("add their zones with `--zone`, or query name servers with `--dns`")
        });
        unknown.into_iter().chain(self.live.as_ref().and_then(Live::silence)).collect()
    }

    /// Writes the answers to the file for recorded answers, if there is one: new answers, and those of a given recording.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn keep(&self) -> Result<(), Box<Diagnostic>> {
        let (Some(path), Some(live)) = (&self.record, &self.live) else { return Ok(()) };
        let mut answers = self.recorded.answers().clone();
        answers.extend(live.answers());
        write(path, &dns::written(&answers))
    }
}

fn write(path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
    let new = NewFile { mode: 0o644, owner: None };
    output::replace_one(path, new, Existing::Replace, |file| file.write_all(text.as_bytes()))
        .map_err(|error| build::unwritable(&error))
}

impl Resolver for NameResolver {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        if self.assumed { Assumed.query(name, kind) } else { self.zones.query_beyond(name, kind, &Beyond(self)) }
    }
}

/// Names that no given zone contains.
struct Beyond<'k>(&'k NameResolver);

impl Resolver for Beyond<'_> {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        let Self(known) = self;
        if let Some(answer) = known.recorded.answer(name, kind) {
            return answer;
        }
        match &known.live {
            Some(live) => live.query(name, kind),
            None => {
                known.unknown.set(true);
                Answer::TryAgain
            }
        }
    }
}
