//! `relaycc map convert`: a map file in another format.

use std::path::PathBuf;

use clap::Args;

use super::{
    build::{self, NEW},
    format,
    progress::Progress,
    store,
};
use crate::{
    cli::{
        self, Exit,
        report::{ReportArguments, Reporter},
    },
    diagnostic::Diagnostic,
    map::{Duplicates, Format},
};

/// Write the entries of a map file as another format
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc map convert /etc/mail/access cdb         /etc/mail/access.cdb from /etc/mail/access.db
  relaycc map convert old.db hash new              a file of an old Berkeley DB made anew
  relaycc map convert access.db lmdb               a table for Postfix, access.lmdb

Keys and values stay as they are, except that in an lmdb file each ends with a byte 0, as Postfix stores them. sendmail finds them with \
it, too.")]
pub(in crate::cli) struct Arguments {
    /// The map
    map: PathBuf,
    /// The format to be written: hash, btree, cdb or lmdb
    #[arg(value_name = "TYPE", value_parser = format)]
    to: Format,
    /// The map to be written; without it, one of the same name
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    converted(arguments).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file that cannot be read or written.
fn converted(arguments: &Arguments) -> Result<Exit, Box<Diagnostic>> {
    let (path, bytes) = store::read(&arguments.map)?;
    let file = store::open(&path, &bytes)?;
    let entries = store::entries(&path, &file)?.into_iter().map(|entry| store::as_in(arguments.to, entry));
    let entries = entries.collect::<Vec<_>>();
    let pairs = entries.iter().map(|entry| (&*entry.key, &*entry.value)).collect::<Vec<_>>();
    let name = arguments.new.clone().unwrap_or_else(|| match store::has_ending(&path) {
        true => path.with_extension(""),
        false => path.clone(),
    });
    let target = store::path(&name, arguments.to);
    build::write(&target, NEW, arguments.to, &pairs, Duplicates::Keep, &mut Progress::new())
        .map_err(|error| error.diagnostic(&target))?;
    Ok(cli::print(format!("{}\n", target.display()).as_bytes()))
}
