//! Settings that are plain `define`s without the prefix `conf`: paths, relays, and parts of delivery agents.

mod table;

use super::option::{DefaultValue, OptionKind};
use super::{Support, feature, mailer};
pub use table::{PRELUDE, SETTINGS};

/// The reader of a setting, which determines when it is read: a later `define` in a `.mc` has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Rules and options of all sites, read at the end of the site file.
    Core,
    /// The mailer with this name, read at its `MAILER`.
    Mailer(&'static str),
    /// The feature with this name, read at its `FEATURE`.
    Feature(&'static str),
}

/// The kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// A text.
    Value(OptionKind),
    /// Any; it only matters whether the setting is defined.
    Marker,
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingSpec {
    /// Its name in `.mc`: `SMART_HOST`.
    pub name: &'static str,
    /// Its key at the top level of site.toml: `smart_host`.
    pub key: &'static str,
    /// Its reader.
    pub reader: Reader,
    /// The kind of its value.
    pub kind: SettingKind,
    /// Its default.
    pub default: DefaultValue,
    /// Whether it is defined from the start; otherwise the default applies where it is read.
    pub predefined: bool,
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

impl SettingSpec {
    /// The name of its `O` line, if any.
    pub fn option(&self) -> Option<&'static str> {
        match self.name {
            "ALIAS_FILE" => Some("AliasFile"),
            "HELP_FILE" => Some("HelpFile"),
            "QUEUE_DIR" => Some("QueueDirectory"),
            "STATUS_FILE" => Some("StatusFile"),
            _ => None,
        }
    }

    /// Whether its reader is supported.
    pub fn support(&self) -> Support {
        match self.reader {
            Reader::Core => Support::Full,
            Reader::Mailer(name) => mailer::by_name(name).map_or(Support::NotYet, |mailer| mailer.support),
            Reader::Feature(name) => feature::by_name(name).map_or(Support::NotYet, |feature| feature.support),
        }
    }
}

/// The setting of this name in `.mc`.
pub fn by_name(name: &str) -> Option<&'static SettingSpec> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The setting with this key in site.toml.
pub fn by_key(key: &str) -> Option<&'static SettingSpec> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_keys_are_unique_and_follow_from_each_other() {
        assert_eq!(SETTINGS.iter().map(|s| s.name).collect::<BTreeSet<_>>().len(), SETTINGS.len());
        for setting in SETTINGS {
            assert_eq!(setting.name.trim_matches('_').to_lowercase(), setting.key);
            assert!(!setting.help.is_empty() && !setting.help.ends_with('.'), "{setting:?}");
        }
    }

    #[test]
    fn readers_are_known() {
        for setting in SETTINGS {
            match setting.reader {
                Reader::Core => {}
                Reader::Mailer(name) => assert!(mailer::by_name(name).is_some(), "{setting:?}"),
                Reader::Feature(name) => assert!(feature::by_name(name).is_some(), "{setting:?}"),
            }
        }
    }
}
