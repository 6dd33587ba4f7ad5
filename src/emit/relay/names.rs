//! Names of the relay, and the files that contain names and maps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_default, reader::Reader};
use crate::site::{Class, MapSpec};

/// Names of the relay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// Fully qualified name of this host, used in greetings and headers. Default: the name that the system reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Name in EHLO. Default: the name of the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helo: Option<String>,
    /// Local part of the sender of delivery reports. Default: `MAILER-DAEMON`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailer_daemon: Option<String>,
    /// Addresses that receive a copy of every delivery failure report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postmaster_copy: Option<String>,
    /// Address for reports that cannot be delivered. Default: `postmaster`.
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

/// A file with names or networks, one per line; `#` starts a comment.
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
    /// The files of a class; files with a pattern or a map are recorded as unsupported.
    pub(super) fn of_class(reader: &mut Reader<'_>, class: Class) -> Vec<Self> {
        let mut files = Vec::new();
        for file in reader.site.classes.files(class) {
            let path = file.value.path();
            let words = file.value.text.split_whitespace().filter(|word| *word != "-o").count();
            let statement = format!("file `{}` of class {}", file.value.text, class.name());
            if words > 1 {
                reader.refuse(statement, file.span, "the relay does not support patterns that select parts of lines");
            } else if path.starts_with('|') || path.contains('@') || !path.starts_with('/') {
                reader.refuse(
                    statement,
                    file.span,
                    "the relay reads names only from plain files with an absolute path",
                );
            } else {
                files.push(Self { path: path.to_owned(), optional: file.value.is_optional() });
            }
        }
        files
    }
}

/// A Berkeley DB hash file, as built by `makemap hash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(proptest_derive::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct MapFile {
    /// Path without the ending `.db`.
    pub path: String,
    /// Whether the file may be missing, in which case it counts as empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
    /// Look up keys unchanged instead of in lower case.
    #[serde(default, skip_serializing_if = "is_default")]
    pub case_sensitive: bool,
}

impl MapFile {
    /// The file of a map, if a relay can read such a map.
    pub(super) fn of_spec(spec: &MapSpec) -> Result<Self, String> {
        if spec.class() != "hash" {
            return Err(format!("the relay reads only maps of class `hash`, not `{}`", spec.class()));
        }
        let path =
            spec.file().filter(|path| path.starts_with('/')).ok_or("the relay needs an absolute path of the map")?;
        let mut optional = false;
        for option in spec.text.split_whitespace().skip(1).filter(|word| word.starts_with('-')) {
            match option {
                "-o" => optional = true,
                // Case is handled below; -T sets the result of a temporary failure, on which the relay always defers.
                "-f" => {}
                _ if option.starts_with("-T") => {}
                _ => return Err(format!("relay.toml has no counterpart of the map option `{option}`")),
            }
        }
        Ok(Self { path: path.trim_end_matches(".db").to_owned(), optional, case_sensitive: !spec.folds_case() })
    }
}
