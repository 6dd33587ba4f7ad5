//! The `conf…` options, in the order of the reference's output.
//!
//! Settings without the prefix `conf` (`SMART_HOST`, `ALIAS_FILE`) are in [`super::setting`]. The sources of values and their
//! place in the IR are the front ends' business.

mod kind;
mod table;

pub use kind::OptionKind;
pub use table::OPTIONS;

/// The output for an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emits {
    /// `O Name=value`; `O Name` alone when the value is empty.
    Option(&'static str),
    /// `O Name=value`, if the site has a milter.
    MilterOption(&'static str),
    /// `O TimeZoneSpec=value`; nothing for `USE_SYSTEM`, and an empty value for `USE_TZ`.
    TimeZone,
    /// Something else: a macro, a class, a header, words of a rule.
    Elsewhere,
    /// Nothing: the reference only prints [`OptionSpec::notice`].
    Nothing,
}

impl Emits {
    /// The name in the `O` line, if any.
    pub fn option(self) -> Option<&'static str> {
        match self {
            Emits::Option(name) | Emits::MilterOption(name) => Some(name),
            Emits::TimeZone => Some("TimeZoneSpec"),
            Emits::Elsewhere | Emits::Nothing => None,
        }
    }
}

/// The default of an option or setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// Not defined: no line, or a choice by other criteria (see the help).
    Unset,
    /// This text.
    Text(&'static str),
    /// A file in the directory of `MAIL_SETTINGS_DIR` as of the end of the site file, with words before its path.
    InSettings {
        /// Text before the path, with its blank: `-o `.
        before: &'static str,
        /// The file's name: `relay-domains`.
        name: &'static str,
    },
}

impl DefaultValue {
    /// The value for a site whose files are in `settings_directory` (with its trailing slash).
    pub fn resolve(self, settings_directory: &str) -> Option<String> {
        match self {
            DefaultValue::Unset => None,
            DefaultValue::Text(text) => Some(text.to_owned()),
            DefaultValue::InSettings { before, name } => Some(format!("{before}{settings_directory}{name}")),
        }
    }

    /// The value as m4 text that is expanded when it is used, like the argument of the reference's `define`.
    pub fn m4(self) -> Option<String> {
        match self {
            DefaultValue::Unset => None,
            DefaultValue::Text(text) => Some(text.to_owned()),
            DefaultValue::InSettings { before, name } => Some(format!("{before}MAIL_SETTINGS_DIR`'{name}")),
        }
    }
}

/// A text, including newlines, that the reference prints when a site sets an option that it should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// None.
    None,
    /// Printed whenever the option is defined.
    IfDefined(&'static str),
    /// Printed if the value is not empty.
    IfNotEmpty(&'static str),
    /// Printed if the value contains the character.
    IfContains(char, &'static str),
}

impl Notice {
    /// The text for this value, if any.
    pub fn text(self, value: Option<&str>) -> Option<&'static str> {
        let value = value?;
        match self {
            Notice::None => None,
            Notice::IfDefined(text) => Some(text),
            Notice::IfNotEmpty(text) => (!value.is_empty()).then_some(text),
            Notice::IfContains(character, text) => value.contains(character).then_some(text),
        }
    }
}

/// One option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its name in `.mc`: `confMAX_MESSAGE_SIZE`.
    pub name: &'static str,
    /// Its key under `[conf]` in site.toml: `max_message_size`.
    pub key: &'static str,
    /// Its output.
    pub emits: Emits,
    /// The kind of its value.
    pub kind: OptionKind,
    /// Its default.
    pub default: DefaultValue,
    /// Whether it is defined from the start, so that `ifdef` and `defn` find the default; otherwise the default applies at the
    /// end, if the option is not defined by then.
    pub predefined: bool,
    /// The text that the reference prints if the site sets it.
    pub notice: Notice,
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

/// Further names in `O` lines that sendmail accepts (op guide section 5.6, and the builds of distributions).
pub const FURTHER: [&str; 15] = [
    "AliasFile",
    "BadRcptShutdown",
    "BadRcptShutdownGood",
    "CipherSuites",
    "ClientPortOptions",
    "DaemonPortOptions",
    "HelpFile",
    "QueueDirectory",
    "QueueTimeout",
    "SetCertAltnames",
    "SmtpUTF8",
    "StatusFile",
    "StrictTransportSecurity",
    "TimeZoneSpec",
    "Verbose",
];

/// The options that `O` lines abbreviate with a letter (op guide section 5.6).
const LETTERS: [(char, &str); 49] = [
    ('7', "SevenBitInput"),
    ('8', "EightBitMode"),
    ('A', "AliasFile"),
    ('B', "BlankSub"),
    ('C', "CheckpointInterval"),
    ('E', "ErrorHeader"),
    ('F', "TempFileMode"),
    ('G', "MatchGECOS"),
    ('H', "HelpFile"),
    ('I', "ResolverOptions"),
    ('J', "ForwardPath"),
    ('K', "ConnectionCacheTimeout"),
    ('L', "LogLevel"),
    ('O', "DaemonPortOptions"),
    ('P', "PostmasterCopy"),
    ('Q', "QueueDirectory"),
    ('R', "DontPruneRoutes"),
    ('S', "StatusFile"),
    ('T', "QueueTimeout"),
    ('U', "UserDatabaseSpec"),
    ('V', "FallbackMXhost"),
    ('X', "RefuseLA"),
    ('Y', "ForkEachJob"),
    ('Z', "RetryFactor"),
    ('a', "AliasWait"),
    ('b', "MinFreeBlocks"),
    ('c', "HoldExpensive"),
    ('d', "DeliveryMode"),
    ('e', "ErrorMode"),
    ('f', "SaveFromLine"),
    ('h', "MaxHopCount"),
    ('i', "IgnoreDots"),
    ('j', "SendMimeErrors"),
    ('k', "ConnectionCacheSize"),
    ('l', "UseErrorsTo"),
    ('m', "MeToo"),
    ('n', "CheckAliases"),
    ('o', "OldStyleHeaders"),
    ('p', "PrivacyOptions"),
    ('q', "QueueFactor"),
    ('r', "Timeout"),
    ('s', "SuperSafe"),
    ('t', "TimeZoneSpec"),
    ('u', "DefaultUser"),
    ('v', "Verbose"),
    ('w', "TryNullMXList"),
    ('x', "QueueLA"),
    ('y', "RecipientFactor"),
    ('z', "ClassFactor"),
];

/// The name of the option with this letter.
pub fn by_letter(letter: char) -> Option<&'static str> {
    LETTERS.iter().find(|(known, _)| *known == letter).map(|(_, name)| *name)
}

/// The name of the option that an `O` line gives by its name or by an unambiguous prefix, in any case.
pub fn by_beginning(written: &str) -> Option<&'static str> {
    let names = || OPTIONS.iter().filter_map(|option| option.emits.option()).chain(FURTHER);
    if let Some(whole) = names().find(|name| name.eq_ignore_ascii_case(written)) {
        return Some(whole);
    }
    let begins = |name: &&str| name.get(..written.len()).is_some_and(|start| start.eq_ignore_ascii_case(written));
    let mut found = names().filter(begins);
    found.next().filter(|_| !written.is_empty() && found.next().is_none())
}

/// The option of this name in `.mc`.
pub fn by_name(name: &str) -> Option<&'static OptionSpec> {
    OPTIONS.iter().find(|option| option.name == name)
}

/// The option with this key in site.toml.
pub fn by_key(key: &str) -> Option<&'static OptionSpec> {
    OPTIONS.iter().find(|option| option.key == key)
}

/// The option whose output is an `O` line with this name.
pub fn by_option(option: &str) -> Option<&'static OptionSpec> {
    OPTIONS.iter().find(|entry| entry.emits.option() == Some(option))
}

/// All names that an `O` line may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().filter_map(|option| option.emits.option()).chain(FURTHER.iter().copied())
}

/// The full name for the name in an `O` line: sendmail accepts prefixes, in any case. An unknown name stands for itself.
pub fn in_full(name: &str) -> &str {
    let begins = |known: &&str| known.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let known = names().find(|known| known.eq_ignore_ascii_case(name)).or_else(|| names().find(begins));
    known.filter(|_| !name.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_and_keys_are_unique_and_follow_from_each_other() {
        let names: BTreeSet<_> = OPTIONS.iter().map(|o| o.name).collect();
        let emitted: Vec<_> = OPTIONS.iter().filter_map(|o| o.emits.option()).collect();
        assert_eq!(names.len(), OPTIONS.len());
        assert_eq!(emitted.iter().collect::<BTreeSet<_>>().len(), emitted.len());
        for option in OPTIONS {
            assert_eq!(option.name, format!("conf{}", option.key.to_uppercase()));
        }
    }

    #[test]
    fn names_of_lines_may_be_cut() {
        assert_eq!(in_full("deliverym"), "DeliveryMode");
        assert_eq!((in_full("Deliver"), in_full("Deliverymodes"), in_full("")), ("DeliveryMode", "Deliverymodes", ""));
    }

    #[test]
    fn help_is_one_line_without_full_stop() {
        for option in OPTIONS {
            assert!(
                !option.help.is_empty() && !option.help.ends_with('.') && !option.help.contains('\n'),
                "{option:?}"
            );
            assert!(option.help.len() <= 110, "{option:?}");
        }
    }

    #[test]
    fn defaults_are_values_that_the_kind_accepts() {
        for option in OPTIONS {
            if let Some(value) = option.default.resolve("/etc/mail/") {
                assert!(option.kind.accepts(&value), "{option:?}");
            }
        }
    }

    #[test]
    fn defaults_resolve_against_the_settings_directory() {
        let relay = by_name("confCR_FILE").unwrap().default;
        assert_eq!(relay.resolve("/opt/mail/").as_deref(), Some("-o /opt/mail/relay-domains"));
        assert_eq!(relay.m4().as_deref(), Some("-o MAIL_SETTINGS_DIR`'relay-domains"));
    }

    #[test]
    fn lines_call_options_by_name_beginning_or_letter() {
        assert_eq!(by_beginning("deliverymode"), Some("DeliveryMode"));
        assert_eq!((by_beginning("Delivery"), by_beginning("D")), (Some("DeliveryMode"), None));
        assert_eq!((by_beginning(""), by_beginning("Unheard")), (None, None));
        assert_eq!((by_letter('d'), by_letter('!')), (Some("DeliveryMode"), None));
    }

    #[test]
    fn notices_depend_on_the_value() {
        let blocks = by_name("confMIN_FREE_BLOCKS").unwrap().notice;
        assert_eq!(blocks.text(Some("100")), None);
        assert!(blocks.text(Some("100/200")).is_some());
        let daemon = by_name("confDAEMON_OPTIONS").unwrap().notice;
        assert_eq!((daemon.text(None), daemon.text(Some(""))), (None, None));
    }

    /// The installed reference knows exactly these options; skipped where there is none.
    #[test]
    fn table_has_every_option_of_the_reference_in_its_order() {
        let Ok(proto) = std::fs::read_to_string("/usr/share/sendmail/cf/m4/proto.m4") else { return };
        let written: Vec<_> = proto
            .lines()
            .filter_map(|line| line.strip_prefix("_OPTION("))
            .filter_map(|rest| rest.split_once(", `conf"))
            .map(|(name, _)| name.to_owned())
            .collect();
        let ours: Vec<_> = OPTIONS
            .iter()
            .filter_map(|o| match o.emits {
                Emits::Option(name) | Emits::MilterOption(name) => Some(name),
                Emits::TimeZone | Emits::Elsewhere | Emits::Nothing => None,
            })
            .collect();
        assert_eq!(ours, written);
    }
}
