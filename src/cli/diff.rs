//! Shows how a file would change: lines of a text, entries of a map file.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use similar::{Algorithm, TextDiff};

use crate::map::{Entry, MapFile};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// Number of lines beyond which an approximate difference is good enough.
const PATIENCE: Duration = Duration::from_secs(2);

/// The current and the new content of a file; `None` if the file does not exist.
pub(super) struct Compared<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// Whether the content must not be shown, because it holds credentials.
    pub(super) is_secret: bool,
    pub(super) old: Option<&'a [u8]>,
    pub(super) new: Option<&'a [u8]>,
}

impl Compared<'_> {
    /// The difference in `diff -u` format. For a map file, entries sorted by key take the place of lines.
    pub(super) fn unified(&self) -> String {
        let Self { path, is_secret, old, new } = self;
        let name = |side: &Option<&[u8]>| if side.is_some() { path } else { "/dev/null" };
        let (before, after) = (name(old), name(new));
        if *is_secret {
            return format!("--- {before}\n+++ {after}\n(differences are not shown: the file holds credentials)\n");
        }
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if let (Some(old), Some(new)) = (entries(old), entries(new)) {
            return format!("--- {before}\n+++ {after}\n{}", changed(&old, &new));
        }
        let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
        let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(&*old, &*new);
        diff.unified_diff().context_radius(CONTEXT).header(before, after).to_string()
    }
}

/// Keys and values without a trailing zero byte. An absent file has no entries; `None` if the bytes are not a map file.
fn entries(bytes: &[u8]) -> Option<BTreeMap<Vec<u8>, Vec<u8>>> {
    if bytes.is_empty() {
        return Some(BTreeMap::new());
    }
    let plain = |bytes: &[u8]| bytes.strip_suffix(b"\0").unwrap_or(bytes).to_vec();
    let file = MapFile::open(bytes).ok()?;
    file.entries().map(|entry| entry.ok().map(|Entry { key, value }| (plain(&key), plain(&value)))).collect()
}

fn changed(old: &BTreeMap<Vec<u8>, Vec<u8>>, new: &BTreeMap<Vec<u8>, Vec<u8>>) -> String {
    let mut out = String::new();
    let mut line = |sign: char, key: &[u8], value: &[u8]| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{sign}{}\t{}", String::from_utf8_lossy(key), String::from_utf8_lossy(value));
    };
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    let mut keys = keys.collect::<Vec<_>>();
    keys.sort_unstable();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        if before != after {
            before.into_iter().for_each(|value| line('-', key, value));
            after.into_iter().for_each(|value| line('+', key, value));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Duplicates, Format, write};

    fn map(format: Format, entries: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(format, entries, Duplicates::Refuse, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn of_a_text_the_lines_are_shown_and_of_a_map_file_the_entries() {
        let shown =
            |old: &[u8], new: &[u8]| Compared { path: "x", is_secret: false, old: Some(old), new: Some(new) }.unified();
        assert_eq!(shown(b"a\nb\nc\n", b"a\nd\nc\n"), "--- x\n+++ x\n@@ -1,3 +1,3 @@\n a\n-b\n+d\n c\n");
        for format in [Format::Hash, Format::Btree, Format::Cdb] {
            let old = map(format, &[("a", "1"), ("b\0", "2\0"), ("c", "3")]);
            let new = map(format, &[("a", "1"), ("b\0", "4\0"), ("d", "5")]);
            assert_eq!(shown(&old, &new), "--- x\n+++ x\n-b\t2\n+b\t4\n-c\t3\n+d\t5\n");
        }
    }

    #[test]
    fn a_new_file_and_one_that_goes_are_told_from_an_empty_one() {
        let new = Compared { path: "x", is_secret: false, old: None, new: Some(b"a\n") }.unified();
        assert_eq!(new, "--- /dev/null\n+++ x\n@@ -0,0 +1 @@\n+a\n");
        let map = map(Format::Hash, &[("a", "1")]);
        let gone = Compared { path: "x", is_secret: false, old: Some(&map), new: None }.unified();
        assert_eq!(gone, "--- x\n+++ /dev/null\n-a\t1\n");
    }

    #[test]
    fn credentials_are_not_shown() {
        let shown =
            Compared { path: "authinfo", is_secret: true, old: Some(b"secret1"), new: Some(b"secret2") }.unified();
        assert!(!shown.contains("secret"), "{shown}");
    }
}
