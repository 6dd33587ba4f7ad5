//! `relaycc map aliases`: builds an aliases database.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;

use super::{
    build::{self, NEW},
    progress::Progress,
    sendmail_format, store,
};
use crate::{
    cli::{
        self, Exit, input,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    front::aliases,
    map::{Duplicates, Format},
    source::Sources,
};

/// Build an aliases database from a text, like newaliases
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc map aliases /etc/mail/aliases            write /etc/mail/aliases.db
  relaycc map aliases aliases --host example.com --hosts /etc/mail/local-host-names

Names in the text may carry the name of this host: `localhost`, or one given with --host or --hosts. Unlike newaliases, nothing is \
written if any line of the text is invalid.

Exit status:
  0  The database was written, or --check found no errors
  1  The text was rejected
  2  Usage error, or a file could not be read or written
On 1 and 2 nothing is written.\
")]
pub(in crate::cli) struct Arguments {
    /// Text with the aliases
    text: PathBuf,
    /// Map to write [default: the name of the text]
    map: Option<PathBuf>,
    /// Format of the map: hash, btree or cdb
    #[arg(long = "type", value_name = "TYPE", value_parser = sendmail_format, default_value = "hash")]
    to: Format,
    /// Accept this name as a name of this host, as in root@example.com; repeatable
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Accept the names in this file, one per line, like local-host-names; repeatable
    #[arg(long = "hosts", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Check the text and write nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    build_aliases(arguments, &mut reporter).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file cannot be read or written.
fn build_aliases(arguments: &Arguments, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
    let bytes = input::bytes(&arguments.text)?;
    let own = own_names(arguments)?;
    let name = arguments.text.display().to_string();
    let mut sources = Sources::default();
    let id = sources.add_bytes(&name, &bytes);
    let aliases = aliases::read(&sources, id, &|host| own.contains(host));
    let diagnostics = aliases.problems.iter().map(|problem| match problem.newaliases_message(&name) {
        Some(message) => problem.diagnostic().reference(message),
        None => problem.diagnostic(),
    });
    reporter.found(&diagnostics.collect::<Vec<_>>(), &sources);
    reporter.sum_up(if arguments.check { "" } else { ": nothing written" });
    if reporter.verdict() != Exit::Done {
        return Ok(reporter.verdict());
    }
    if !arguments.check {
        let target = store::path(arguments.map.as_ref().unwrap_or(&arguments.text), arguments.to);
        let entries = aliases.database();
        let pairs = entries.iter().map(|(key, value)| (key.as_slice(), value.as_slice())).collect::<Vec<_>>();
        build::write(&target, NEW, arguments.to, &pairs, Duplicates::Refuse, &mut Progress::new())
            .map_err(|error| error.diagnostic(&target))?;
    }
    Ok(cli::print(aliases.summary(&name).as_bytes()))
}

/// Names of this host, in lower case.
///
/// # Errors
/// A file with names cannot be read.
fn own_names(arguments: &Arguments) -> Result<BTreeSet<Vec<u8>>, Box<Diagnostic>> {
    let mut own = arguments.hosts.iter().map(|host| host.to_ascii_lowercase().into_bytes()).collect::<BTreeSet<_>>();
    for path in &arguments.files {
        let bytes = input::bytes(path)?;
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        own.extend(lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")).map(<[u8]>::to_ascii_lowercase));
    }
    Ok(own)
}
