//! `relaycc trace`: the test mode of sendmail, on any `sendmail.cf`, without sendmail.

use std::{
    cell::Cell,
    fs,
    io::{self, BufRead, Write},
    net::IpAddr,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Exit,
    input::{self, Disk},
    report::{ReportArguments, Reporter},
};
use crate::{
    diagnostic::Diagnostic,
    rewrite::{
        Answer, Host, RecordType, Resolver, Services, ZoneResolver,
        bt::{GREETING, PROMPT, TestMode},
        load,
    },
    source::{FileSystem, Sources},
    syntax::zone::{self, Zones},
};

/// Run the rulesets of a sendmail.cf as `sendmail -bt` does, without sendmail
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc trace sendmail.cf 3,0 user@example.com     what rulesets 3 and 0 make of the address
  relaycc trace sendmail.cf < script                 the commands of sendmail -bt: 3,0 ADDRESS, /try, /map, $=w, .D, =S, -d21.12, …
  relaycc trace --zone example.com.zone sendmail.cf check_rcpt user@example.com

What is printed is what `sendmail -bt` prints. Maps are read from their files; maps that need a server are not available. Names are \
looked up in the zone files given.")]
pub(super) struct Arguments {
    /// The configuration
    cf: PathBuf,
    /// A ruleset, or several with commas between them; without it commands are read from standard input
    ruleset: Option<String>,
    /// Addresses that are given to it
    #[arg(requires = "ruleset")]
    addresses: Vec<String>,
    /// Name of the host that the configuration runs on; that of this one if it is not given
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// Address of the host, besides 127.0.0.1; may be given several times
    #[arg(long, value_name = "ADDRESS")]
    address: Vec<IpAddr>,
    /// Directory that stands for `/`: the configuration's maps and files are read below it
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// A DNS zone to answer from, as a master file; may be given several times. A file without $ORIGIN is of the zone that its
    /// name says; `root.zone` is of the root
    #[arg(long, value_name = "FILE")]
    zone: Vec<PathBuf>,
    /// A DNS zone whose servers do not answer; may be given several times
    #[arg(long, value_name = "ZONE")]
    failing: Vec<String>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    traced(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file that cannot be read.
fn traced(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let bytes = input::bytes(&arguments.cf)?;
    let mut sources = Sources::default();
    let source = sources.add_bytes(arguments.cf.display().to_string(), &bytes);
    let files = Root { root: arguments.root.clone(), disk: Disk::default() };
    let mut zones = Zones::default();
    let mut problems = Vec::new();
    for path in &arguments.zone {
        let text = String::from_utf8_lossy(&input::bytes(path)?).into_owned();
        let name = path.display().to_string();
        let origin = match zone::of_file_name(&name) {
            root if root == "root" => String::new(),
            origin => origin,
        };
        let id = sources.add(name, text.clone());
        let (read, mut found) = zone::parse(&text, id, &origin);
        zones.extend(read);
        problems.append(&mut found);
    }
    let loaded = load(&sources, source, &host(arguments), &files);
    problems.extend(loaded.diagnostics);
    reporter.found(&problems, &sources);
    let known = Asked { zones: ZoneResolver::new(zones, arguments.failing.clone()), unknown: Cell::new(false) };
    let mut mode = TestMode::new(&loaded.program, Services { files: &files, resolver: &known });
    let done = match &arguments.ruleset {
        None => dialogue(&mut mode).map_err(|cause| {
            Box::new(Diagnostic::error("unreadable_input", format!("cannot read standard input: {cause}")))
        }),
        Some(ruleset) => {
            let mut out = Vec::new();
            for address in &arguments.addresses {
                mode.line(format!("{ruleset} {address}").as_bytes(), &mut out);
            }
            Ok(super::print(&out))
        }
    };
    if known.unknown.get() {
        let advice = Diagnostic::advice("names_not_looked_up", "names were asked for that no zone given holds")
            .why("no name server is asked here, so these were answered as if none could be reached")
            .help("give the zones that hold them with `--zone`");
        reporter.found(&[advice], &sources);
    }
    done
}

/// Answers from zones, and remembers whether they were enough.
struct Asked {
    zones: ZoneResolver,
    unknown: Cell<bool>,
}

impl Resolver for Asked {
    fn query(&self, name: &str, kind: RecordType) -> Answer {
        let answer = self.zones.query(name, kind);
        if answer == Answer::TryAgain && !self.zones.fails(name) {
            self.unknown.set(true);
        }
        answer
    }
}

/// Reads commands until there are no more.
fn dialogue(mode: &mut TestMode<'_>) -> io::Result<Exit> {
    let mut input = io::stdin().lock();
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut out = GREETING.to_vec();
    let mut line = Vec::new();
    loop {
        out.extend_from_slice(PROMPT);
        if let Err(cause) = output.write_all(&out).and_then(|()| output.flush()) {
            return if cause.kind() == io::ErrorKind::BrokenPipe { Ok(Exit::Done) } else { Err(cause) };
        }
        out.clear();
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 || !mode.line(&line, &mut out) {
            return Ok(Exit::Done);
        }
    }
}

/// Files below a directory that stands for `/`.
struct Root {
    root: Option<PathBuf>,
    disk: Disk,
}

impl FileSystem for Root {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match &self.root {
            Some(root) => self.disk.read(&root.join(path.strip_prefix("/").unwrap_or(path))),
            None => self.disk.read(path),
        }
    }
}

/// What the configuration learns of its host.
fn host(arguments: &Arguments) -> Host {
    let own = || fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    let name = arguments.host.clone().unwrap_or_else(own);
    let mut addresses = arguments.address.clone();
    addresses.push(IpAddr::from([127, 0, 0, 1]));
    Host { name, addresses, names: vec!["localhost".to_owned()] }
}
