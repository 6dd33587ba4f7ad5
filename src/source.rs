//! Texts and places in them.
//!
//! Every value that a later stage may report carries a [`Span`]: a text, and a range of bytes in it. The meaning of texts is not
//! known here.

use std::{
    borrow::Cow,
    fmt, io,
    path::{Path, PathBuf},
};

/// A language for sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Syntax {
    /// `site.toml`.
    Toml,
    /// `site.mc`.
    #[default]
    Mc,
}

impl Syntax {
    /// The language of a file, by its extension.
    pub fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "toml" => Some(Self::Toml),
            "mc" | "m4" => Some(Self::Mc),
            _ => None,
        }
    }

    /// Selects the wording for this language.
    pub fn pick<T>(self, mc: T, toml: T) -> T {
        match self {
            Self::Mc => mc,
            Self::Toml => toml,
        }
    }
}

/// Identifies one text in a [`Sources`]. Cheap to copy; meaningless outside the collection that created it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A half-open range of bytes, `start..end`, in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start: to_u32(start), end: to_u32(end.max(start)) }
    }

    /// The smallest span that contains both; `self` if they are in different texts.
    pub fn to(self, other: Span) -> Span {
        if self.source == other.source {
            Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
        } else {
            self
        }
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the span is empty.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A value with its place in the source.
///
/// Spanned values are equal if the values are, regardless of their places.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Replaces the value and keeps the place.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A text with the name that is shown to users.
#[derive(Debug, Clone)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<u32>,
    /// Number of characters before each block of [`BLOCK_SIZE`] bytes; empty for a text in ASCII.
    characters: Vec<u32>,
    is_latin1: bool,
}

/// Size of the blocks whose characters are counted in advance, so that columns in very long lines are computed quickly.
const BLOCK_SIZE: usize = 1024;

impl Source {
    /// Whether each character stands for one byte, as in Latin-1.
    pub fn is_latin1(&self) -> bool {
        self.is_latin1
    }

    /// Path or other name of the text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The original bytes: for a Latin-1 text, one per character.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        if self.is_latin1 && !self.text.is_ascii() {
            self.text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect::<Vec<_>>().into()
        } else {
            self.text.as_bytes().into()
        }
    }

    /// Line and column of a byte, both counted from 1; columns count characters.
    pub fn line_column(&self, byte: u32) -> (usize, usize) {
        let line = self.line_starts.partition_point(|&start| start <= byte).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let is_place = byte >= start && self.text.is_char_boundary(byte as usize);
        let column =
            if is_place { self.characters_before(byte as usize) - self.characters_before(start as usize) } else { 0 };
        (line, column + 1)
    }

    /// The start of a byte's line, up to the byte.
    pub fn line_before(&self, byte: u32) -> &str {
        let line = self.line_starts.partition_point(|&start| start <= byte).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        self.text.get(start as usize..byte as usize).unwrap_or_default()
    }

    /// Number of characters before a byte.
    fn characters_before(&self, byte: usize) -> usize {
        match self.characters.get(byte / BLOCK_SIZE) {
            None => byte,
            Some(counted) => {
                let block = self.text.as_bytes().get(byte / BLOCK_SIZE * BLOCK_SIZE..byte).unwrap_or_default();
                *counted as usize + characters(block)
            }
        }
    }
}

/// Number of characters that start in these bytes of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Number of characters before each block of a text, and before its end.
fn block_starts(text: &str) -> Vec<u32> {
    let mut before = 0;
    let blocks = text.as_bytes().chunks(BLOCK_SIZE).map(|block| {
        let start = before;
        before += characters(block);
        to_u32(start)
    });
    let mut starts = blocks.collect::<Vec<_>>();
    starts.push(to_u32(before));
    starts
}

/// All texts of one run.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

impl Sources {
    /// Adds a text with its name.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| to_u32(at + 1))).collect::<Vec<_>>();
        let characters = if text.is_ascii() { Vec::new() } else { block_starts(&text) };
        self.texts.push(Source { name: name.into(), text, line_starts, characters, is_latin1: false });
        SourceId(to_u32(self.texts.len() - 1))
    }

    /// The id that the next text will have: those that are here by now are less.
    pub fn next_id(&self) -> SourceId {
        SourceId(to_u32(self.texts.len()))
    }

    /// Adds a text that was not UTF-8 and was decoded as Latin-1.
    pub fn add_latin1(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = self.add(name, text);
        if let Some(source) = self.texts.last_mut() {
            source.is_latin1 = true;
        }
        id
    }

    /// Adds a text of any bytes: decoded as UTF-8 if possible, otherwise as Latin-1.
    pub fn add_bytes(&mut self, name: impl Into<String>, bytes: &[u8]) -> SourceId {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.add(name, text),
            Err(_) => self.add_latin1(name, bytes.iter().copied().map(char::from).collect::<String>()),
        }
    }

    /// Marks a text as Latin-1, so that its characters are written as single bytes.
    ///
    /// # Errors
    /// The place of the first character that Latin-1 does not contain.
    pub fn take_as_latin1(&mut self, id: SourceId) -> Result<(), Span> {
        let Some(source) = self.texts.get_mut(id.0 as usize) else { return Ok(()) };
        if let Some((at, character)) = source.text.char_indices().find(|(_, c)| u8::try_from(u32::from(*c)).is_err()) {
            return Err(Span::new(id, at, at + character.len_utf8()));
        }
        source.is_latin1 = true;
        Ok(())
    }

    /// Encodes output that was generated from these texts: parts of Latin-1 texts keep their original bytes.
    pub fn encode(&self, made: String) -> Vec<u8> {
        if made.is_ascii() || !self.texts.iter().any(|source| source.is_latin1) {
            return made.into_bytes();
        }
        let mut bytes = Vec::with_capacity(made.len());
        for character in made.chars() {
            match u8::try_from(u32::from(character)) {
                Ok(byte) => bytes.push(byte),
                Err(_) => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
            }
        }
        bytes
    }

    /// The text with this id, if it is in this collection.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.texts.get(id.0 as usize)
    }

    /// All texts in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.texts.iter()
    }

    /// The text of a span; empty if it is not in this collection.
    pub fn snippet(&self, span: Span) -> &str {
        self.get(span.source).and_then(|s| s.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }
}

/// Who may change a file or replace it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPermissions {
    /// Directories on its path that are writable for others than their owners, outermost first.
    pub writable: Vec<WritableDirectory>,
    /// Whether the path itself is a symbolic link.
    pub is_link: bool,
    /// Whether anybody may read it.
    pub is_readable: bool,
}

/// A directory that is writable for others than its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritableDirectory {
    /// The directory.
    pub path: PathBuf,
    /// Whether everybody may write to it, not only its group.
    pub by_all: bool,
}

/// The source of included and referenced files, so that the library itself does no I/O.
pub trait FileSystem {
    /// Reads a file.
    ///
    /// # Errors
    /// Errors of the underlying store; [`io::ErrorKind::NotFound`] if the file does not exist.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Permissions of a file and of the directories on its path; `None` if those of the host are unknown.
    fn permissions(&self, _path: &Path) -> Option<PathPermissions> {
        None
    }

    /// Path of a file in the site's own tree (named like in sendmail's tree: `feature/NAME.m4`), if it exists.
    fn find(&self, _relative: &Path) -> Option<PathBuf> {
        None
    }
}

/// An empty file system: every read is "not found".
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl FileSystem for NoFiles {
    fn read(&self, _path: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Files in memory, for tests and editors.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(pub std::collections::BTreeMap<PathBuf, Vec<u8>>);

impl FileSystem for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in() {
        let mut sources = Sources::default();
        for bytes in [b"a\n".as_slice(), "tw\u{f6}\n".as_bytes(), b"tw\xf6\x80\0\xff\n", b""] {
            let id = sources.add_bytes("a", bytes);
            assert_eq!(sources.get(id).unwrap().bytes(), bytes);
        }
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let mut sources = Sources::default();
        let id = sources.add("a", "one\ntwö three\n");
        let source = sources.get(id).unwrap();
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(4), (2, 1));
        assert_eq!(source.line_column(9), (2, 5));
        assert_eq!(sources.snippet(Span::new(id, 9, 14)), "three");
    }

    #[test]
    fn columns_count_characters_however_long_the_line_is() {
        let mut sources = Sources::default();
        for line in ["a".repeat(5000), "äb€".repeat(2000)] {
            let text = format!("first\n{line}\n{line}");
            let id = sources.add("a", text.as_str());
            let source = sources.get(id).unwrap();
            for (at, _) in text.char_indices().chain([(text.len(), 'x')]) {
                let before = &text[..at];
                let start = before.rfind('\n').map_or(0, |newline| newline + 1);
                let expected = (before.matches('\n').count() + 1, text[start..at].chars().count() + 1);
                if at % 97 < 4 || at + 3 > text.len() {
                    assert_eq!(source.line_column(at as u32), expected, "{at}");
                }
            }
            assert_eq!(source.line_column(text.len() as u32 + 5), (3, 1));
        }
    }
}
