//! What `build` and `lint` have in common: a site is compiled, and what came out is judged.

use std::{fs, path::PathBuf};

use clap::Args;

use super::input::{self, Disk, SiteFile};
use crate::{
    diagnostic::Diagnostic,
    emit::cf::{self, Document},
    front::{self, Compiled},
    lint::{self, Surroundings},
    syntax::zone,
};

/// Where names are looked up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Checks")]
pub(super) struct ZoneArguments {
    /// A DNS zone to check the site against, as a master file; may be given several times. A file without $ORIGIN is of
    /// the zone that its name says: `example.com.zone`, `db.example.com`
    #[arg(long, value_name = "FILE")]
    zone: Vec<PathBuf>,
}

impl ZoneArguments {
    /// Reads the zone files.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(super) fn read(&self) -> Result<Vec<ZoneFile>, Box<Diagnostic>> {
        let read = |path: &PathBuf| match fs::read(path) {
            // Only comments and texts of a zone hold other bytes than ASCII, and those are not looked at.
            Ok(bytes) => {
                Ok(ZoneFile { name: path.display().to_string(), text: String::from_utf8_lossy(&bytes).into_owned() })
            }
            Err(cause) => Err(input::unreadable(path, &cause)),
        };
        self.zone.iter().map(read).collect()
    }
}

/// The text of a zone.
#[derive(Debug)]
pub(super) struct ZoneFile {
    name: String,
    text: String,
}

/// A site that was judged.
#[derive(Debug)]
pub(super) struct Checked {
    /// The site, and all that is to be said of it.
    pub(super) compiled: Compiled,
    /// Its sendmail.cf, if that had to be made to judge it.
    pub(super) document: Option<Document>,
}

/// Compiles a site and adds what the lint rules find in it.
pub(super) fn check(file: &SiteFile, zone_files: &[ZoneFile], disk: &Disk) -> Checked {
    let mut compiled = front::compile(&file.input(), disk);
    let mut around = Surroundings::default();
    for ZoneFile { name, text } in zone_files {
        let source = compiled.sources.add(name, text.as_str());
        let (zone, mut problems) = zone::parse(text, source, &zone::of_file_name(name));
        around.zones.extend(zone);
        compiled.diagnostics.append(&mut problems);
    }
    let mut document = None;
    if let Some(site) = &compiled.site {
        compiled.diagnostics.extend(lint::check(site, &around));
        // Only raw lines can ask for what is not there. Only they, or many of these, can be too many of something: no statement
        // brings more than five mailers.
        let many = [site.queue_groups.len(), site.milters.len(), site.mailers.len()].into_iter().any(|n| n > 8);
        if !site.raw.is_empty() || many {
            let document = document.insert(cf::emit(site));
            compiled.diagnostics.extend(cf::undefined(document, site));
            compiled.diagnostics.extend(cf::exceeded(document));
        }
    }
    Checked { compiled, document }
}
