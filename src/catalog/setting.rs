//! Settings that are plain `define`s without `conf` in their name: paths, relays, and what delivery agents are made of.

mod table;

use super::option::{DefaultValue, OptionKind};
use super::{Support, feature, mailer};
pub use table::{PRELUDE, SETTINGS};

/// Who reads a setting, and so when: a `define` after it was read has no effect in a `.mc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The rules and options common to all sites, read at the end of the site file.
    Core,
    /// The mailer of this name, read where `MAILER` stands.
    Mailer(&'static str),
    /// The feature of this name, read where `FEATURE` stands.
    Feature(&'static str),
}

/// What a setting's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// Text that means something.
    Value(OptionKind),
    /// Only whether it is defined counts.
    Marker,
}

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingSpec {
    /// Its name in `.mc`: `SMART_HOST`.
    pub name: &'static str,
    /// Its key at the top of site.toml: `smart_host`.
    pub key: &'static str,
    /// Who reads it.
    pub reader: Reader,
    /// What its value is.
    pub kind: SettingKind,
    /// Its value when the site says nothing.
    pub default: DefaultValue,
    /// Whether it is defined before the site says anything; otherwise the default applies where it is read.
    pub predefined: bool,
    /// One line for people, without a full stop.
    pub help: &'static str,
}

impl SettingSpec {
    /// The name in the `O` line that it becomes, if it becomes one.
    pub fn option(&self) -> Option<&'static str> {
        match self.name {
            "ALIAS_FILE" => Some("AliasFile"),
            "HELP_FILE" => Some("HelpFile"),
            "QUEUE_DIR" => Some("QueueDirectory"),
            "STATUS_FILE" => Some("StatusFile"),
            _ => None,
        }
    }

    /// Whether the part that reads it can be compiled.
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
