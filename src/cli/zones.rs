//! Zone files named on the command line.

use std::{fs, path::PathBuf};

use super::input;
use crate::{
    diagnostic::Diagnostic,
    source::Sources,
    syntax::zone::{self, Zones},
};

/// Reads all zone files into the texts of a site, so that a finding may point into both; with what is wrong with them.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn read(paths: &[PathBuf], sources: &mut Sources) -> Result<(Zones, Vec<Diagnostic>), Box<Diagnostic>> {
    let (mut zones, mut diagnostics) = (Zones::default(), Vec::new());
    for path in paths {
        let bytes = fs::read(path).map_err(|cause| input::unreadable(path, &cause))?;
        let (name, text) = (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
        let source = sources.add(name.clone(), text.clone());
        let (read, found) = zone::parse(&text, source, &zone::of_file_name(&name));
        zones.extend(read);
        diagnostics.extend(found);
    }
    Ok((zones, diagnostics))
}
