//! `relaycc map convert`: converts a map file to another format.

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

/// Convert a map file to another format
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  relaycc map convert /etc/mail/access cdb         write /etc/mail/access.cdb
  relaycc map convert old.db hash new              rewrite a file of an old Berkeley DB
  relaycc map convert access.db lmdb               write access.lmdb for Postfix

Keys and values are copied unchanged, except that in lmdb files each ends with a zero byte, as Postfix stores them. sendmail finds such \
entries as well.

Exit status:
  0  The map was written
  1  The entries cannot be stored in the format
  2  Usage error, or a file is damaged or could not be read or written\
")]
pub(in crate::cli) struct Arguments {
    /// Map to convert
    map: PathBuf,
    /// Format to write: hash, btree, cdb or lmdb
    #[arg(value_name = "TYPE", value_parser = format)]
    to: Format,
    /// Map to write [default: the name of the converted map, with the ending of the format]
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArguments,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let mut reporter = Reporter::new(&arguments.report);
    convert(arguments).unwrap_or_else(|diagnostic| reporter.failed(&diagnostic))
}

/// # Errors
/// A file cannot be read or written.
fn convert(arguments: &Arguments) -> Result<Exit, Box<Diagnostic>> {
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
