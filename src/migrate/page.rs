//! The layout of a site.toml: the order of keys, their comments, and the statement that each line comes from.

use crate::source::Span;

/// Line width that should not be exceeded.
const WIDTH: usize = 100;

/// A value of a key, with the statement that it comes from.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The value in TOML.
    pub value: String,
    /// Comments before it.
    pub before: Vec<String>,
    /// Trailing comment.
    pub behind: Option<String>,
    /// Whether it starts a new paragraph.
    pub paragraph: bool,
    /// The statement.
    pub origin: Span,
}

/// One key.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The key.
    pub key: &'static str,
    /// Its values; several values form a list.
    pub items: Vec<Item>,
}

/// Keys of one table, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Section(pub Vec<Entry>);

impl Section {
    /// Appends a value to a key.
    pub fn add(&mut self, key: &'static str, item: Item) {
        match self.0.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.items.push(item),
            None => self.0.push(Entry { key, items: vec![item] }),
        }
    }

    /// Sets a key to a value, replacing earlier ones.
    pub fn set(&mut self, key: &'static str, item: Item) {
        self.0.retain(|entry| entry.key != key);
        self.add(key, item);
    }
}

/// A line, with the statement that it comes from.
#[derive(Debug, Clone)]
struct Line {
    text: String,
    origin: Option<Span>,
    /// Position of its equals sign, if it may be aligned with that of the previous line.
    equals: Option<usize>,
}

/// A document under construction.
#[derive(Debug, Default)]
pub(super) struct Page(Vec<Line>);

impl Page {
    /// Adds comments.
    pub fn remarks(&mut self, remarks: &[String]) {
        for remark in remarks {
            let text = if remark.is_empty() { "#".to_owned() } else { format!("# {remark}") };
            self.0.push(Line { text, origin: None, equals: None });
        }
    }

    /// Adds an empty line, unless the document is empty or already ends with one.
    pub fn gap(&mut self) {
        if self.0.last().is_some_and(|line| !line.text.is_empty()) {
            self.0.push(Line { text: String::new(), origin: None, equals: None });
        }
    }

    /// Adds the header of a table.
    pub fn header(&mut self, header: &str) {
        self.gap();
        self.plain(header);
    }

    /// Adds the header of an array-of-tables entry with a trailing comment.
    pub fn header_here(&mut self, header: &str, behind: Option<&str>) {
        let behind = behind.map(|remark| format!(" # {remark}")).unwrap_or_default();
        self.plain(&format!("{header}{behind}"));
    }

    /// Adds a line that comes from no statement.
    pub fn plain(&mut self, text: &str) {
        self.0.push(Line { text: text.to_owned(), origin: None, equals: None });
    }

    /// Adds all keys of a section.
    pub fn section(&mut self, section: &Section) {
        // A comment applies to the keys below it, up to the next empty line.
        let mut remarked = false;
        for (index, entry) in section.0.iter().enumerate() {
            let Some(first) = entry.items.first() else { continue };
            if index > 0 && (!first.before.is_empty() || (remarked && first.paragraph)) {
                self.gap();
                remarked = false;
            }
            remarked |= !first.before.is_empty();
            self.entry(entry);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let Some((first, others)) = entry.items.split_first() else { return };
        self.remarks(&first.before);
        let values = || entry.items.iter().map(|item| item.value.clone());
        let value = match others {
            [] => first.value.clone(),
            _ => super::value::list(values()),
        };
        let remarked = others.iter().any(|item| !item.before.is_empty())
            || (!others.is_empty() && entry.items.iter().any(|item| item.behind.is_some()));
        if !remarked && (others.is_empty() || entry.key.len() + value.len() + 3 <= WIDTH) {
            self.pair(entry.key, &value, first.behind.as_deref(), first.origin);
            return;
        }
        self.pair(entry.key, "[", None, first.origin);
        for (index, item) in entry.items.iter().enumerate() {
            if index > 0 {
                let indented = item.before.iter().map(|remark| format!("    # {remark}"));
                self.0.extend(indented.map(|text| Line { text: text.trim_end().into(), origin: None, equals: None }));
            }
            let behind = item.behind.as_ref().map(|remark| format!(" # {remark}")).unwrap_or_default();
            let text = format!("    {},{behind}", item.value);
            self.0.push(Line { text, origin: Some(item.origin), equals: None });
        }
        self.0.push(Line { text: "]".into(), origin: Some(first.origin), equals: None });
    }

    /// Adds one key with its value, which may span several lines.
    pub fn pair(&mut self, key: &str, value: &str, behind: Option<&str>, origin: Span) {
        let one_line = !value.contains('\n') && value != "[";
        for (index, line) in value.split('\n').enumerate() {
            let text = match index {
                0 => format!("{key} = {line}"),
                _ => line.to_owned(),
            };
            let equals = (index == 0 && one_line).then_some(key.len());
            self.0.push(Line { text, origin: Some(origin), equals });
        }
        if let (Some(behind), Some(last)) = (behind, self.0.last_mut()) {
            last.text.push_str(" # ");
            last.text.push_str(behind);
        }
    }

    /// The statement that line `number` comes from, counted from 1.
    pub fn origin(&self, number: usize) -> Option<Span> {
        self.0.get(number.checked_sub(1)?)?.origin
    }

    /// The whole text, with aligned equals signs in neighbouring lines.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut rest = self.0.as_slice();
        while let Some(line) = rest.first() {
            let block = rest.iter().take_while(|line| line.equals.is_some()).count().max(1);
            let (now, later) = rest.split_at(block);
            let column = now.iter().filter_map(|line| line.equals).max().unwrap_or(0);
            for line in now {
                match line.equals.and_then(|at| line.text.split_at_checked(at)) {
                    Some((key, value)) => out.push_str(&format!("{key:column$}{value}")),
                    None => out.push_str(&line.text),
                }
                out.push('\n');
            }
            debug_assert!(line.equals.is_some() || block == 1);
            rest = later;
        }
        out
    }
}
