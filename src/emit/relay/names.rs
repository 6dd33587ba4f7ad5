//! Names of the relay, and files that names and maps are read from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, reader::Reader};
use crate::site::{Class, MapSpec};

/// What the relay calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// Fully qualified name of this host, used in greetings and headers. Left out: the relay asks the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Name given in EHLO. Left out: the name of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// User part of the address that delivery reports come from. Left out: `MAILER-DAEMON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailer_daemon: Option<String>,
    /// Addresses that get a copy of every delivery failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postmaster_copy: Option<String>,
    /// Address that reports which cannot be delivered go to. Left out: `postmaster`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub double_bounce: Option<String>,
}

impl Names {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let site = reader.site;
        Self {
            host: site.domain_name.as_ref().and_then(|name| reader.expand("confDOMAIN_NAME ", &name.value, name.span)),
            helo: reader.text("HeloName"),
            mailer_daemon: site.mailer_name.as_ref().map(|n| n.value.clone()).filter(|n| n != "MAILER-DAEMON"),
            postmaster_copy: reader.text("PostmasterCopy"),
            double_bounce: reader.text("DoubleBounceAddress"),
        }
    }
}

/// A file of names or networks, one a line; what follows `#` is a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct ListFile {
    /// Path of the file.
    pub path: String,
    /// Whether the file may be missing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
}

impl ListFile {
    /// The files of a class; those with a pattern or a map are named as unsupported.
    pub(super) fn of_class(reader: &mut Reader<'_>, class: Class) -> Vec<Self> {
        let mut files = Vec::new();
        for file in reader.site.classes.files(class) {
            let path = file.value.path();
            let words = file.value.text.split_whitespace().filter(|word| *word != "-o").count();
            let statement = format!("file `{}` of class {}", file.value.text, class.name());
            if words > 1 {
                reader.refuse(statement, file.span, "a pattern that selects parts of lines is read by sendmail only");
            } else if path.starts_with('|') || path.contains('@') || !path.starts_with('/') {
                reader.refuse(statement, file.span, "names are read from plain files with an absolute path only");
            } else {
                files.push(Self { path: path.to_owned(), optional: file.value.is_optional() });
            }
        }
        files
    }
}

/// A Berkeley DB hash file, as `makemap hash` makes it. The path is without the ending `.db`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct MapFile {
    /// Path without the ending `.db`.
    pub path: String,
    /// Whether the file may be missing, in which case nothing is found.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
    /// Keys are looked up as they are. Otherwise in lower case.
    #[serde(default, skip_serializing_if = "is_default")]
    pub case_sensitive: bool,
}

impl MapFile {
    /// The file behind a map, if a relay can read such a map.
    pub(super) fn of_spec(spec: &MapSpec) -> Result<Self, String> {
        if spec.class() != "hash" {
            return Err(format!("a relay reads maps of class `hash` only, not `{}`", spec.class()));
        }
        let path = spec.file().filter(|path| path.starts_with('/')).ok_or("the map has no absolute path")?;
        let mut optional = false;
        for option in spec.text.split_whitespace().skip(1).filter(|word| word.starts_with('-')) {
            match option {
                "-o" => optional = true,
                // Case is read below; -T says what a temporary failure returns, which the relay defers on in any case.
                "-f" => {}
                _ if option.starts_with("-T") => {}
                _ => return Err(format!("the map option `{option}` has no counterpart")),
            }
        }
        Ok(Self { path: path.trim_end_matches(".db").to_owned(), optional, case_sensitive: !spec.folds_case() })
    }
}
