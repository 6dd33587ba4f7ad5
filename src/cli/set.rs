//! The files of a build: written together, or compared with the existing ones.

use std::{
    ffi::OsString,
    fmt::Write,
    fs,
    io::{self, IsTerminal},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use serde::Serialize;

use super::{
    Exit, bounded,
    build::unwritable,
    diff::Compared,
    manifest::{self, Manifest},
    output::{self, Change, Existing, OutputFile},
    products::Artifact,
    render::printable,
    report::Reporter,
};
use crate::{diagnostic::Diagnostic, source::Sources};

/// The files of a build and their directory.
pub(super) struct Set<'d> {
    pub(super) directory: &'d Path,
    pub(super) files: Vec<Artifact>,
    /// Files of earlier builds to remove.
    pub(super) obsolete: Vec<OsString>,
    /// What earlier builds have written.
    pub(super) manifest: Manifest,
}

/// A file and what happened to it, as JSON.
#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    change: &'static str,
}

impl Set<'_> {
    /// Writes the files and prints what happened to each.
    ///
    /// # Errors
    /// The files cannot be written.
    pub(super) fn write(self, existing: Existing, reporter: &mut Reporter<'_>) -> Result<Exit, Box<Diagnostic>> {
        let Self { directory, files, obsolete, manifest } = self;
        let record = manifest.after(&files, &obsolete);
        let mut files = files.into_iter().map(|made| made.file).collect::<Vec<_>>();
        files.push(record);
        let done = output::replace(directory, &files, &obsolete, existing).map_err(|error| unwritable(&error))?;
        if !done.completed.is_empty() {
            reporter.found(&[report_completed(directory, &done.completed)], &Sources::default());
        }
        let word = |change| match change {
            Change::Written => "written",
            Change::Unchanged => "unchanged",
            Change::Removed => "removed",
        };
        Ok(super::print(list_changes(directory, &done.changes, reporter.is_json(), &word).as_bytes()))
    }

    /// Compares the files with the existing ones and prints what would happen to each; with `shows_differences` also the changes.
    ///
    /// # Errors
    /// An existing file cannot be replaced.
    pub(super) fn compare(
        &self,
        shows_differences: bool,
        reporter: &mut Reporter<'_>,
    ) -> Result<Exit, Box<Diagnostic>> {
        let directory = self.directory;
        let files = self.files.iter().map(|made| made.file.clone()).collect::<Vec<_>>();
        let changes = output::plan(directory, &files, &self.obsolete).map_err(|error| unwritable(&error))?;
        let unfinished = unfinished(directory);
        reporter.found(unfinished.as_slice(), &Sources::default());
        let shown = if shows_differences {
            let shown = differences(directory, &files, &changes);
            if io::stdout().is_terminal() { printable(&shown).into_owned() } else { shown }
        } else {
            let word = |change| match change {
                Change::Written => "would be written",
                Change::Unchanged => "unchanged",
                Change::Removed => "would be removed",
            };
            list_changes(directory, &changes, reporter.is_json(), &word)
        };
        let would_change = unfinished.is_some() || changes.iter().any(|(_, change)| *change != Change::Unchanged);
        let printed = super::print(shown.as_bytes());
        Ok(printed.max(if would_change { Exit::Refused } else { Exit::Done }))
    }
}

/// One line for each file of the user.
fn list_changes(
    directory: &Path,
    changes: &[(OsString, Change)],
    is_json: bool,
    word: &dyn Fn(Change) -> &'static str,
) -> String {
    let mut out = String::new();
    let width = changes.iter().map(|(_, change)| word(*change).len()).max().unwrap_or(0);
    for (name, change) in changes.iter().filter(|(name, _)| name != manifest::NAME) {
        let file = directory.join(name).display().to_string();
        let change = word(*change);
        // Writing to a string cannot fail, and strings always serialize.
        let _ = match is_json {
            true => writeln!(out, "{}", serde_json::to_string(&Entry { file: &file, change }).unwrap_or_default()),
            false => writeln!(out, "{change:width$}  {file}"),
        };
    }
    out
}

fn differences(directory: &Path, files: &[OutputFile], changes: &[(OsString, Change)]) -> String {
    let changed = changes.iter().filter(|(_, change)| *change != Change::Unchanged);
    let shown = changed.map(|(name, _)| {
        let path = directory.join(name);
        let old = bounded::referenced(&path).ok();
        let new = files.iter().find(|file| file.name == *name);
        let mode = new.map(|file| file.mode).or_else(|| Some(fs::metadata(&path).ok()?.permissions().mode()));
        let compared = Compared {
            path: &path.display().to_string(),
            is_secret: mode.is_none_or(|mode| mode & 0o077 == 0),
            old: old.as_deref(),
            new: new.map(|file| file.bytes.as_slice()),
        };
        compared.unified()
    });
    shown.collect()
}

/// The advice that an interrupted build was completed first.
fn report_completed(directory: &Path, files: &[OsString]) -> Diagnostic {
    let names = files.iter().filter(|name| *name != manifest::NAME).map(|name| format!("`{}`", name.display()));
    Diagnostic::advice("interrupted_build", format!("completed an interrupted build into `{}`", directory.display()))
        .why(format!(
            "until now, the directory had files of two builds; {} came last",
            names.collect::<Vec<_>>().join(", ")
        ))
        .help("restart programs that were started with these files since then")
}

/// The warning for a directory with an incomplete set of files, if a build into it was interrupted.
pub(super) fn unfinished(directory: &Path) -> Option<Diagnostic> {
    output::is_unfinished(directory).then(|| {
        Diagnostic::warning("interrupted_build", format!("incomplete build in `{}`", directory.display()))
            .why("a build was interrupted, so some files are new and others are of the build before")
            .help("build again, which completes it")
    })
}
