//! How a map is declared.

/// The definition part of a `K` line: class, options, file (op guide section 5.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSpec {
    /// Everything after the map's name, as sendmail.cf has it: `hash -T<TMPF> /etc/mail/access`.
    pub text: String,
    /// The same of `K` lines before it for the same map. sendmail opens what the last one says, and options of the others
    /// that it does not set again stay in force.
    pub earlier: Vec<String>,
}

/// The columns of a text that a map of class `text` reads (op guide section 5.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextColumns {
    /// That of the keys, counted from 0: `-k`.
    pub key: u32,
    /// That of the values: `-v`; where it is not said, the first one, so that the key is found.
    pub value: u32,
    /// What ends a column: `-z`; blanks where it is not said.
    pub delimiter: Option<char>,
}

impl MapSpec {
    /// A specification as written.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), earlier: Vec::new() }
    }

    /// The same after an earlier specification of the map.
    #[must_use]
    pub fn after(mut self, earlier: Option<MapSpec>) -> Self {
        if let Some(earlier) = earlier {
            self.earlier = earlier.earlier;
            // Said again in the same words it changes nothing.
            self.earlier.extend(Some(earlier.text).filter(|text| *text != self.text));
        }
        self
    }

    /// Every specification of the map, in order.
    pub fn declarations(&self) -> impl Iterator<Item = &str> {
        self.earlier.iter().chain([&self.text]).map(String::as_str)
    }

    fn has_option(&self, option: &str) -> bool {
        self.declarations().any(|text| text.split_whitespace().skip(1).any(|word| word == option))
    }

    /// The map class: `hash`, `btree`, `cdb`, `ldap`, …
    pub fn class(&self) -> &str {
        self.text.split_whitespace().next().unwrap_or("")
    }

    /// Whether keys are looked up in lower case; not if the options hold `-f` (op guide section 5.12).
    pub fn folds_case(&self) -> bool {
        !self.has_option("-f")
    }

    /// Whether keys and values are stored with the zero byte after them: `-N` (op guide section 5.12).
    pub fn includes_null(&self) -> bool {
        self.has_option("-N")
    }

    /// The columns of the text that the map reads, if it is of class `text`.
    pub fn columns(&self) -> TextColumns {
        let mut columns = TextColumns { key: 0, value: 0, delimiter: None };
        for text in self.declarations() {
            let mut words = text.split_whitespace().skip(1);
            while let Some(word) = words.next() {
                let Some(option @ ("-k" | "-v" | "-z")) = word.get(..2) else { continue };
                // The argument may be a word of its own.
                let argument = word.get(2..).filter(|rest| !rest.is_empty()).or_else(|| words.next()).unwrap_or("");
                match option {
                    "-k" => columns.key = argument.parse().unwrap_or(columns.key),
                    "-v" => columns.value = argument.parse().unwrap_or(columns.value),
                    _ if argument == r"\t" => columns.delimiter = Some('\t'),
                    _ => columns.delimiter = argument.chars().next(),
                }
            }
        }
        columns
    }

    /// The last word that is neither an option nor the class: for a file map, the path. What sendmail adds to the path of a map
    /// file is left out: `/etc/mail/access.db` is the file that it opens for `/etc/mail/access`, too.
    pub fn file(&self) -> Option<&str> {
        let path = self.text.split_whitespace().skip(1).filter(|w| !w.starts_with('-')).last()?;
        let ending = match self.class() {
            "hash" | "btree" => ".db",
            "cdb" => ".cdb",
            _ => return Some(path),
        };
        Some(path.strip_suffix(ending).filter(|path| !path.is_empty() && !path.ends_with('/')).unwrap_or(path))
    }

    /// Whether its entries are in a file on this host that is made from a text, or is one.
    pub fn is_file(&self) -> bool {
        matches!(self.class(), "hash" | "btree" | "cdb" | "dbm" | "implicit" | "text")
    }

    /// The last part of that path.
    pub fn file_name(&self) -> Option<&str> {
        self.file()?.rsplit('/').next().filter(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{MapSpec, TextColumns};

    #[test]
    fn columns_of_a_text_are_counted_from_0() {
        let columns = |text: &str| MapSpec::new(text).columns();
        assert_eq!(columns("text /x"), TextColumns { key: 0, value: 0, delimiter: None });
        assert_eq!(columns(r"text -k1 -v 2 -z\t /x"), TextColumns { key: 1, value: 2, delimiter: Some('\t') });
        assert_eq!(columns("text -z: -v1 /x"), TextColumns { key: 0, value: 1, delimiter: Some(':') });
    }

    #[test]
    fn options_of_an_earlier_declaration_stay_in_force() {
        let first = MapSpec::new("hash -N /etc/mail/a");
        let same = MapSpec::new("hash -N /etc/mail/a").after(Some(first.clone()));
        assert_eq!(same, first);
        let second = MapSpec::new("hash -f /etc/mail/b").after(Some(first));
        assert!(second.includes_null() && !second.folds_case());
        assert_eq!(second.file(), Some("/etc/mail/b"));
        assert!(second.declarations().eq(["hash -N /etc/mail/a", "hash -f /etc/mail/b"]));
    }

    #[test]
    fn class_and_file_are_found_between_options() {
        let spec = MapSpec::new("hash -o -T<TMPF> /etc/mail/access");
        assert_eq!((spec.class(), spec.file()), ("hash", Some("/etc/mail/access")));
        assert_eq!(MapSpec::new("hash -o").file(), None);
    }

    #[test]
    fn the_ending_of_a_map_file_is_not_part_of_its_name() {
        assert_eq!(MapSpec::new("hash -o /etc/mail/access.db").file(), Some("/etc/mail/access"));
        assert_eq!(MapSpec::new("cdb /etc/mail/access.cdb").file_name(), Some("access"));
        assert_eq!(MapSpec::new("text /etc/mail/access.db").file(), Some("/etc/mail/access.db"));
    }
}
