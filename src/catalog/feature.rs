//! Features: arguments of `FEATURE()`.
//!
//! The meaning of a feature in the IR is the front ends' business; the entries here contain its name, arguments and requirements,
//! the names that it defines for `ifdef`, and what the reference prints.

mod table;

use super::Support;
use super::effect::Effect;
pub use table::FEATURES;

/// An allowed word of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The word; in site.toml, a key with a boolean value if several may be given.
    pub word: &'static str,
    /// Names that it defines, as `1` or as the value after an equals sign.
    pub markers: &'static [&'static str],
}

/// How the reference compares an argument with the allowed words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// Exactly.
    Exact,
    /// Ignoring case.
    AnyCase,
    /// By the first letter.
    FirstLetter,
    /// By the first letter, ignoring case.
    FirstLetterAnyCase,
}

impl Matching {
    /// Whether the reference accepts `text` as `word`.
    pub fn matches(self, word: &str, text: &str) -> bool {
        let initial = |s: &str| s.chars().next();
        match self {
            Matching::Exact => word == text,
            Matching::AnyCase => word.eq_ignore_ascii_case(text),
            Matching::FirstLetter => initial(word) == initial(text),
            Matching::FirstLetterAnyCase => {
                initial(word).map(|c| c.to_ascii_lowercase()) == initial(text).map(|c| c.to_ascii_lowercase())
            }
        }
    }
}

/// Kinds of arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// A map definition; `LDAP` for the default one in LDAP; empty for the default file.
    Map,
    /// One of these words.
    Word(Matching, &'static [Choice]),
    /// This and all following arguments: any of these words, in any order.
    Flags(Matching, &'static [Choice]),
    /// A domain name.
    Domain,
    /// The text of an SMTP reply with its code and quotes, or one of these words.
    Answer(&'static [&'static str]),
    /// This and all following arguments: patterns that an answer is matched against.
    Patterns,
    /// A path.
    Path,
    /// Any non-empty text.
    Given,
    /// Any text.
    Text,
}

impl ArgumentKind {
    /// The word that the reference accepts `text` as, if the argument takes words.
    pub fn choice(self, text: &str) -> Option<&'static Choice> {
        match self {
            ArgumentKind::Word(matching, choices) | ArgumentKind::Flags(matching, choices) => {
                choices.iter().find(|choice| matching.matches(choice.word, text))
            }
            _ => None,
        }
    }
}

/// An argument after the feature's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArgumentSpec {
    /// Its key in site.toml.
    pub key: &'static str,
    /// Its kind.
    pub kind: ArgumentKind,
    /// Whether the reference requires it.
    pub required: bool,
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

/// The map of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapDefault {
    /// Its name in rules and in the `K` line.
    pub name: &'static str,
    /// Options, each preceded by a blank: ` -T<TMPF>`.
    pub options: &'static str,
    /// Its file, in the settings directory.
    pub file: &'static str,
    /// Its name in LDAP, `sendmailMTAMapName`.
    pub ldap_name: &'static str,
}

impl MapDefault {
    /// The default definition, for a map class (`DATABASE_MAP_TYPE`) and a directory with its trailing slash.
    pub fn file_map(&self, class: &str, settings_directory: &str) -> String {
        format!("{class}{} {settings_directory}{}", self.options, self.file)
    }

    /// The definition for `LDAP` (cf/README, "USING LDAP FOR ALIASES, MAPS, AND CLASSES").
    pub fn ldap_map(&self) -> String {
        format!(
            "ldap{} -1 -v sendmailMTAMapValue,sendmailMTAMapSearch:FILTER:sendmailMTAMapObject,\
             sendmailMTAMapURL:URL:sendmailMTAMapObject -k (&(objectClass=sendmailMTAMapObject)\
             (|(sendmailMTACluster=${{sendmailMTACluster}})(sendmailMTAHost=$j))\
             (sendmailMTAMapName={})(sendmailMTAKey=%0))",
            self.options, self.ldap_name
        )
    }
}

/// Condition under which the reference prints a text about a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// The first argument is missing or empty.
    Missing,
    /// The first argument is not one of the allowed words.
    Illegal,
    /// The argument with this index is given, and is not one of the allowed words.
    IllegalAt(usize),
    /// The argument with this index is missing or empty.
    MissingAt(usize),
    /// The first argument is this word, and the name is not defined.
    WordWithout(&'static str, &'static str),
    /// This name is not defined, and the feature has no effect.
    Without(&'static str),
    /// This name is not defined, but the feature still has its effect.
    Lacking(&'static str),
    /// The first argument is missing or empty, and this name is not defined.
    MissingAndWithout(&'static str),
    /// This name is defined.
    With(&'static str),
    /// The given map lacks this option and is neither `LDAP` nor a `sequence` map.
    MapWithout(&'static str),
}

/// A text that the reference prints about a feature, with `{}` in place of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureNotice {
    /// The condition.
    pub when: When,
    /// The text, including any newline.
    pub text: &'static str,
}

impl FeatureNotice {
    /// The text with the argument inserted.
    pub fn render(&self, argument: &str) -> String {
        self.text.replacen("{}", argument, 1)
    }
}

/// One feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureSpec {
    /// Its name in `.mc`: `relay_based_on_MX`.
    pub name: &'static str,
    /// Its key under `[feature]` in site.toml: the name in lower case.
    pub key: &'static str,
    /// Whether it is supported.
    pub support: Support,
    /// Its arguments; not listed for an unsupported feature.
    pub arguments: &'static [ArgumentSpec],
    /// Whether it may be used several times.
    pub repeatable: bool,
    /// Whether the order among the features with this property matters, as for DNS lists, which are queried in order.
    pub shares_order: bool,
    /// Its map.
    pub map: Option<MapDefault>,
    /// The feature that must precede it.
    pub requires: Option<&'static str>,
    /// The current name, if this is an old one.
    pub renamed_to: Option<&'static str>,
    /// Names that it defines, as `1` or as the value after an equals sign, where `{}` is the first argument.
    pub markers: &'static [&'static str],
    /// Its effects on settings.
    pub effects: &'static [Effect],
    /// Texts that the reference prints, in order.
    pub notices: &'static [FeatureNotice],
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

/// The feature with this name in `.mc`; names are case-sensitive.
pub fn by_name(name: &str) -> Option<&'static FeatureSpec> {
    FEATURES.iter().find(|feature| feature.name == name)
}

/// The feature with this key in site.toml.
pub fn by_key(key: &str) -> Option<&'static FeatureSpec> {
    FEATURES.iter().find(|feature| feature.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn table_is_in_alphabetical_order_without_repetition() {
        assert!(FEATURES.is_sorted_by(|a, b| a.key < b.key));
        for feature in FEATURES {
            assert_eq!(feature.name.to_lowercase(), feature.key);
        }
    }

    #[test]
    fn entries_are_complete() {
        for feature in FEATURES {
            assert!(!feature.help.is_empty() && !feature.help.ends_with('.'), "{}", feature.name);
            assert!(feature.requires.is_none_or(|other| by_name(other).is_some()), "{}", feature.name);
            assert!(feature.renamed_to.is_none_or(|other| by_name(other).is_some()), "{}", feature.name);
            let keys: BTreeSet<_> = feature.arguments.iter().map(|a| a.key).collect();
            assert_eq!(keys.len(), feature.arguments.len(), "{}", feature.name);
            let optional_from = feature.arguments.iter().position(|a| !a.required).unwrap_or(feature.arguments.len());
            assert!(feature.arguments.iter().skip(optional_from).all(|a| !a.required), "{}", feature.name);
            let maps = feature.arguments.iter().any(|a| a.kind == ArgumentKind::Map);
            assert_eq!(feature.map.is_some(), maps, "{}", feature.name);
        }
    }

    #[test]
    fn words_are_matched_as_the_reference_matches_them() {
        let friend = by_name("delay_checks").unwrap().arguments[0].kind;
        assert_eq!(friend.choice("Friendly").map(|c| c.word), Some("friend"));
        assert_eq!(friend.choice("x"), None);
        let uucp = by_name("nouucp").unwrap().arguments[0].kind;
        assert_eq!(uucp.choice("r").map(|c| c.word), Some("reject"));
        assert_eq!(uucp.choice("Reject"), None);
        let skip = by_name("access_db").unwrap().arguments[1].kind;
        assert_eq!(skip.choice("RelayToFullAddress").map(|c| c.word), Some("relaytofulladdress"));
    }

    #[test]
    fn map_definitions_are_the_reference_s() {
        let access = by_name("access_db").unwrap().map.unwrap();
        assert_eq!(access.file_map("hash", "/etc/mail/"), "hash -T<TMPF> /etc/mail/access");
        assert!(access.ldap_map().starts_with("ldap -T<TMPF> -1 -v sendmailMTAMapValue,"));
        let virtuser = by_name("virtusertable").unwrap().map.unwrap();
        assert_eq!(virtuser.file_map("btree", "/m/"), "btree /m/virtusertable");
        assert!(virtuser.ldap_map().ends_with("(sendmailMTAMapName=virtuser)(sendmailMTAKey=%0))"));
    }

    /// The installed reference has exactly these features; skipped where there is none.
    #[test]
    fn table_has_every_feature_of_the_reference() {
        let Ok(files) = std::fs::read_dir("/usr/share/sendmail/cf/feature") else { return };
        let installed: BTreeSet<_> = files
            .filter_map(|file| file.unwrap().file_name().into_string().unwrap().strip_suffix(".m4").map(str::to_owned))
            .collect();
        assert_eq!(FEATURES.iter().map(|f| f.name.to_owned()).collect::<BTreeSet<_>>(), installed);
    }
}
