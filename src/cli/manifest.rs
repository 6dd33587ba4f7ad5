//! The manifest: a file in the output directory that lists what builds have written, so that the next build knows what it may
//! empty or remove.
//!
//! Otherwise, a map file would stay when the last entry of its table is removed from the site, and sendmail would still find the
//! entry. Files that somebody else has changed since are left alone.

use std::{collections::BTreeMap, ffi::OsString, fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    output::OutputFile,
    products::{Artifact, Product, Selection},
};
use crate::diagnostic::Diagnostic;

/// Name of the manifest in the output directory.
pub(super) const NAME: &str = ".relaycc-manifest";

/// Version of the format.
const VERSION: u32 = 1;

/// Maximum size of a manifest: a site has some dozen files.
const MAX_LENGTH: u64 = 1 << 20;

/// Files that builds have written to a directory, by name.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    files: BTreeMap<String, Record>,
}

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// The product; `None` for the source map.
    product: Option<Product>,
    length: u64,
    /// [`fingerprint`] of its bytes.
    fingerprint: u64,
}

impl Record {
    fn of(made: &Artifact) -> Self {
        let bytes = &made.file.bytes;
        Self { product: made.product, length: bytes.len() as u64, fingerprint: fingerprint(bytes) }
    }

    fn describes(&self, path: &Path) -> bool {
        let is_plain = fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() == self.length);
        is_plain && fs::read(path).is_ok_and(|bytes| fingerprint(&bytes) == self.fingerprint)
    }
}

/// FNV-1a, 64 bits: detects accidental changes, not forgery.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Manifest {
    /// Reads the manifest of a directory; empty if there is none that can be read.
    pub(super) fn read(directory: &Path) -> Self {
        let path = directory.join(NAME);
        let is_plain = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= MAX_LENGTH);
        let bytes = if is_plain { fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let mut manifest = serde_json::from_slice::<Self>(&bytes).unwrap_or_default();
        if manifest.version != VERSION {
            manifest = Self::default();
        }
        manifest.files.retain(|name, _| !name.contains('/') && !name.starts_with('.'));
        manifest
    }

    /// Whether a build wrote this file, and it has not been changed since.
    pub(super) fn holds(&self, directory: &Path, name: &str) -> bool {
        self.files.get(name).is_some_and(|record| record.describes(&directory.join(name)))
    }

    /// Finds files of earlier builds that this build, which writes `made`, no longer needs: those that can be removed, and
    /// warnings for those that somebody has changed since.
    pub(super) fn obsolete(
        &self,
        directory: &Path,
        artifacts: &[Artifact],
        selection: Selection<'_>,
    ) -> (Vec<OsString>, Vec<Diagnostic>) {
        let is_made = |name: &String| artifacts.iter().any(|artifact| artifact.file.name == name.as_str());
        let is_selected = |product: Option<Product>| selection.includes(product.unwrap_or(Product::Cf));
        let gone = self.files.iter().filter(|(name, record)| is_selected(record.product) && !is_made(name));
        let there = gone.filter(|(name, _)| fs::symlink_metadata(directory.join(name)).is_ok());
        let (ours, changed) = there.partition::<Vec<_>, _>(|(name, record)| record.describes(&directory.join(name)));
        let ours = ours.into_iter().map(|(name, _)| name.into()).collect();
        (ours, changed.into_iter().map(|(name, _)| stale(directory, name)).collect())
    }

    /// The manifest after a build that wrote and removed these files.
    pub(super) fn after(mut self, artifacts: &[Artifact], removed: &[OsString]) -> OutputFile {
        self.version = VERSION;
        self.files.retain(|name, _| !removed.iter().any(|removed| removed == name.as_str()));
        for one in artifacts {
            self.files.insert(one.file.name.to_string_lossy().into_owned(), Record::of(one));
        }
        // Maps of strings to numbers always serialize.
        let bytes = serde_json::to_vec_pretty(&self).unwrap_or_default();
        OutputFile { name: NAME.into(), mode: 0o600, bytes, is_map: false, made_from: None }
    }
}

/// The warning for a file of an earlier build that was changed since.
pub(super) fn stale(directory: &Path, name: &str) -> Diagnostic {
    let path = directory.join(name).display().to_string();
    Diagnostic::warning("stale_output", format!("`{path}` is left over from an earlier build"))
        .why(
            "the site no longer needs the file, but it was changed after the build that wrote it, so it is not removed",
        )
        .help("remove it if nothing else uses it")
}
