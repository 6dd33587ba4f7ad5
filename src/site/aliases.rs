//! The aliases of a site, where it holds them itself.

use super::Site;
use crate::{map::Pairs, source::Spanned};

/// Aliases, ready to be stored (aliases(5), op guide section 2.3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasTable {
    /// Where the site says that it has them.
    pub declared: Spanned<()>,
    /// Their text, as it was read or as it is made of entries.
    pub text: Vec<u8>,
    /// Keys and values of their map file, each with the zero byte at its end, the mark that it is complete first.
    pub pairs: Pairs,
}

/// The file that sendmail reads aliases from: one of those in the option `AliasFile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AliasFile<'a> {
    /// The class of its map; `implicit` where none is said.
    pub class: &'a str,
    /// Its path, without the ending of the map file.
    pub path: &'a str,
}

impl<'a> AliasFile<'a> {
    /// The last part of its path.
    pub fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

impl Site {
    /// The file of aliases; `None` if the site has several, or none.
    pub fn alias_file(&self) -> Option<AliasFile<'_>> {
        let text = self.options.get("AliasFile")?.value.trim();
        if text.contains(',') {
            return None;
        }
        let (class, rest) = match text.split_once(':') {
            Some((class, rest)) if !class.contains('/') => (class.trim(), rest),
            _ => ("implicit", text),
        };
        let path = rest.split_whitespace().rfind(|word| !word.starts_with('-'))?;
        Some(AliasFile { class, path }).filter(|file| !file.name().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Setting;

    #[test]
    fn the_file_is_told_from_its_class_and_options() {
        let mut site = Site::default();
        for (text, expected) in [
            ("/etc/mail/aliases", Some(("implicit", "/etc/mail/aliases", "aliases"))),
            ("hash: -o /etc/aliases", Some(("hash", "/etc/aliases", "aliases"))),
            ("cdb:/a/b", Some(("cdb", "/a/b", "b"))),
            ("/a,/b", None),
            ("/a/", None),
            ("", None),
        ] {
            site.options.insert("AliasFile", Setting::default_of(text.into()));
            let found = site.alias_file();
            assert_eq!(found.map(|file| (file.class, file.path, file.name())), expected, "{text}");
        }
    }
}
