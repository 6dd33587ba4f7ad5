//! How a map is declared.

/// The definition part of a `K` line: class, options, file (op guide section 5.12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapSpec {
    /// Everything after the map's name, as sendmail.cf has it: `hash -T<TMPF> /etc/mail/access`.
    pub text: String,
}

impl MapSpec {
    /// A specification as written.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The map class: `hash`, `btree`, `cdb`, `ldap`, …
    pub fn class(&self) -> &str {
        self.text.split_whitespace().next().unwrap_or("")
    }

    /// Whether keys are looked up in lower case; not if the options hold `-f` (op guide section 5.12).
    pub fn folds_case(&self) -> bool {
        !self.text.split_whitespace().skip(1).any(|word| word == "-f")
    }

    /// Whether keys and values are stored with the zero byte after them: `-N` (op guide section 5.12).
    pub fn includes_null(&self) -> bool {
        self.text.split_whitespace().skip(1).any(|word| word == "-N")
    }

    /// The last word that is neither an option nor the class: for a file map, the path.
    pub fn file(&self) -> Option<&str> {
        self.text.split_whitespace().skip(1).filter(|w| !w.starts_with('-')).last()
    }
}

#[cfg(test)]
mod tests {
    use super::MapSpec;

    #[test]
    fn class_and_file_are_found_between_options() {
        let spec = MapSpec::new("hash -o -T<TMPF> /etc/mail/access");
        assert_eq!((spec.class(), spec.file()), ("hash", Some("/etc/mail/access")));
        assert_eq!(MapSpec::new("hash -o").file(), None);
    }
}
