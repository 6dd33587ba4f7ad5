//! Where names come from: the zones given, answers that were recorded, name servers; or nothing is asked, and every name is that
//! of a host.

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

/// Where the machine's name servers are listed.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// What is said of names.
#[derive(Debug, Args)]
#[command(next_help_heading = "Names")]
pub(super) struct NameArguments {
    /// A DNS zone to answer from, as a master file, or what --dns-record wrote; may be given several times. A file without
    /// $ORIGIN is of the zone that its name says; `root.zone` is of the root
    #[arg(long, value_name = "FILE")]
    zone: Vec<PathBuf>,
    /// A DNS zone whose servers do not answer; may be given several times
    #[arg(long, value_name = "ZONE")]
    failing: Vec<String>,
    /// Ask this machine's name servers for names that no zone given holds
    #[arg(long)]
    dns: bool,
    /// With --dns: ask this name server instead; may be given several times
    #[arg(long, value_name = "ADDRESS[:PORT]", requires = "dns", value_parser = server)]
    dns_server: Vec<SocketAddr>,
    /// With --dns: write down what is answered, so that --zone answers the same later
    #[arg(long, value_name = "FILE", requires = "dns")]
    dns_record: Option<PathBuf>,
}

pub(super) fn server(text: &str) -> Result<SocketAddr, String> {
    dns::server(text).ok_or_else(|| {
        "a name server is named by its address: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`".into()
    })
}

/// How name servers are asked: those given, or this machine's.
pub(super) fn settings(servers: &[SocketAddr]) -> dns::Settings {
    // A machine without the file asks itself, as resolv.conf(5) says.
    let resolv_conf = bounded::referenced(Path::new(RESOLV_CONF)).unwrap_or_default();
    dns::Settings::of(&String::from_utf8_lossy(&resolv_conf)).asking(servers)
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

impl NameArguments {
    /// Reads the zones. What is wrong in them is said.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(super) fn read(&self, without: WithoutZones, reporter: &mut Reporter<'_>) -> Result<Known, Box<Diagnostic>> {
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
        let is_told = !self.zone.is_empty() || !self.failing.is_empty() || self.dns;
        let live = self.dns.then(|| Live::new(settings(&self.dns_server), sources.add("name servers", "")));
        Ok(Known {
            zones: ZoneResolver::new(zones, self.failing.clone()),
            recorded,
            live,
            record: self.dns_record.clone(),
            assumed: without == WithoutZones::Assumed && !is_told,
            unknown: Cell::new(false),
        })
    }
}

/// Names that are known, or can be found out.
#[derive(Debug)]
pub(super) struct Known {
    zones: ZoneResolver,
    recorded: Recorded,
    live: Option<Live>,
    /// Where answers are written to.
    record: Option<PathBuf>,
    /// Whether every name is taken to be that of a host instead.
    assumed: bool,
    /// Whether a name was asked for that is not known.
    unknown: Cell<bool>,
}

impl Known {
    /// Every name is taken to be that of a host.
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

    /// Waits for name servers as a configuration says.
    pub(super) fn apply_resolver_options(&self, program: &Program) {
        if let Some(live) = &self.live {
            live.apply_resolver_options(program);
        }
    }

    /// What is to be said of names that were asked for, and not known.
    pub(super) fn found(&self) -> Vec<Diagnostic> {
        let unknown = self.unknown.get().then(|| {
            Diagnostic::advice("names_not_looked_up", "names were asked for that no zone given holds")
                .why("no name server is asked here, so these were answered as if none could be reached")
                .help("give the zones that hold them with `--zone`, or ask name servers with `--dns`")
        });
        unknown.into_iter().chain(self.live.as_ref().and_then(Live::silence)).collect()
    }

    /// Writes down what was answered, if that is wanted: by name servers now, and what a record given says already.
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

impl Resolver for Known {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        if self.assumed { Assumed.query(name, kind) } else { self.zones.query_beyond(name, kind, &Beyond(self)) }
    }
}

/// Names that no zone given holds.
struct Beyond<'k>(&'k Known);

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
