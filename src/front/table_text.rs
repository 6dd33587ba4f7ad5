//! Where the entries of a table come from when the site's own text does not hold them.
//!
//! A `.mc` says that there is a table, and its entries are in a text of their own. The rule: the file in the directory of
//! the `.mc` that is named as the table's map, if there is one. A `site.toml` holds the entries itself, or names their file
//! with `access_file`, `mailertable_file`, …, from its own directory on; nothing is read without being named.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    catalog::table::TableSpec,
    diagnostic::Diagnostic,
    map::text as map_text,
    site::TableEntry,
    source::{FileSystem, Sources, Span, Spanned},
};

/// What a text says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// The entries of the lines that `makemap` takes.
    pub entries: Vec<TableEntry>,
    /// An error for each other line.
    pub problems: Vec<Diagnostic>,
}

/// The text of this name beside the `.mc` called `site`: every entry, or none if there is no such file.
///
/// # Errors
/// The file is there and cannot be read, or is no text.
pub fn beside(
    sources: &mut Sources,
    site: &str,
    name: &str,
    files: &dyn FileSystem,
) -> Result<Entries, Box<Diagnostic>> {
    let path = in_directory_of(site, Path::new(name));
    match files.read(&path) {
        Ok(bytes) => entries(sources, &path, &bytes),
        Err(error) if is_missing(&error) => Ok(Entries::default()),
        Err(error) => Err(Box::new(unreadable(&path, &error))),
    }
}

/// The text of a table that the site of this name says is in `path`; `span` is where it says so.
///
/// # Errors
/// The file cannot be read, or is no text.
pub fn named(
    sources: &mut Sources,
    site: &str,
    table: &TableSpec,
    (path, span): (&Path, Span),
    files: &dyn FileSystem,
) -> Result<Entries, Box<Diagnostic>> {
    let path = in_directory_of(site, path);
    match files.read(&path) {
        Ok(bytes) => entries(sources, &path, &bytes),
        Err(error) => Err(Box::new(
            unreadable(&path, &error)
                .at(span, "named here")
                .why(format!("without its entries {} would decide nothing", table.title))
                .help("give the path of the text, from the directory of this file on"),
        )),
    }
}

/// Whether there is no such file.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::IsADirectory)
}

/// `path`, seen from where the site file is.
pub fn in_directory_of(site: &str, path: &Path) -> PathBuf {
    Path::new(site).parent().map_or_else(|| path.to_owned(), |directory| directory.join(path))
}

/// That a file cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error("unreadable_file", format!("cannot read `{}`: {error}", path.display()))
}

/// Reads a table's text that is known by this path.
///
/// # Errors
/// It is no text.
pub fn entries(sources: &mut Sources, path: &Path, bytes: &[u8]) -> Result<Entries, Box<Diagnostic>> {
    let name = path.display().to_string();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("");
            let id = sources.add(name.clone(), valid);
            return Err(Box::new(
                Diagnostic::error("not_text", format!("{name} is not UTF-8 text"))
                    .at(Span::new(id, valid.len(), valid.len()), "the first byte that is none")
                    .why("addresses, domains and answers of SMTP hold no other bytes")
                    .help("name the text, not the database made from it; or convert it: iconv -f latin1 -t utf-8"),
            ));
        }
    };
    let id = sources.add(name, text);
    let map = map_text::parse(bytes, id);
    let problems = map.problems.iter().map(map_text::Problem::diagnostic).filter(Diagnostic::is_error).collect();
    // As written: the case of a key is the map's business.
    let as_written = |span: Span| Spanned::new(sources.snippet(span).to_owned(), span);
    let entry = |entry: &map_text::TextEntry<'_>| TableEntry {
        key: as_written(entry.key.span),
        value: as_written(entry.value.span),
    };
    Ok(Entries { entries: map.entries.iter().map(entry).collect(), problems })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        catalog::table::TableKind,
        source::{MemoryFiles, NoFiles},
    };

    fn files(text: &[u8]) -> MemoryFiles {
        MemoryFiles(BTreeMap::from([(PathBuf::from("etc/access"), text.to_vec())]))
    }

    #[test]
    fn entries_of_a_mc_are_in_the_file_beside_it() {
        let mut sources = Sources::default();
        let entries = beside(&mut sources, "etc/site.mc", "access", &files(b"10 RELAY\n")).unwrap();
        assert_eq!(entries.entries.len(), 1);
        assert_eq!(beside(&mut sources, "etc/site.mc", "access", &NoFiles).unwrap(), Entries::default());
        assert_eq!(beside(&mut sources, "site.mc", "access", &files(b"10 RELAY\n")).unwrap(), Entries::default());
    }

    #[test]
    fn a_file_that_is_named_must_be_there_and_be_text() {
        let mut sources = Sources::default();
        let id = sources.add("etc/site.toml", "access_file = 'access'");
        let place = (Path::new("access"), Span::new(id, 0, 1));
        let read = |files: &dyn FileSystem, sources: &mut Sources| {
            let read = named(sources, "etc/site.toml", TableKind::Access.spec(), place, files);
            read.map(|e| (e.entries.len(), e.problems.len())).map_err(|e| e.code)
        };
        assert_eq!(read(&NoFiles, &mut sources), Err("unreadable_file"));
        assert_eq!(read(&files(b"10 RELAY\n11 \xff\n"), &mut sources), Err("not_text"));
        assert_eq!(read(&files(b"10 RELAY\n"), &mut sources), Ok((1, 0)));
        // A line that makemap refuses is reported, and the others are read.
        assert_eq!(read(&files(b"10 RELAY\n11\n12 RELAY\n"), &mut sources), Ok((2, 1)));
    }
}
