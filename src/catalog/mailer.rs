//! Mailers: arguments of `MAILER()`, and the delivery agents that each defines.

mod agents;

use super::Support;
use super::effect::Effect;
pub use agents::MAILERS;

/// A value from settings, with a default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FromSetting {
    /// The settings, of which the first that is set counts.
    pub settings: &'static [&'static str],
    /// The default; if it is empty, the equate is left out.
    pub default: &'static str,
}

/// The flags of a delivery agent: base flags, its own, those of a setting, and changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlagsSpec {
    /// Base flags; replaced only if `msp` or `nullclient` set [`FlagsSpec::base_setting`].
    pub base: &'static str,
    /// The setting that replaces them.
    pub base_setting: &'static str,
    /// Flags of this agent alone.
    pub own: &'static str,
    /// The setting with further flags.
    pub more: FromSetting,
    /// The name by which `MODIFY_MAILER_FLAGS` changes them.
    pub modify: &'static str,
}

/// Rulesets for envelope and header, or for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RewriteSpec {
    /// The value of `S=` or `R=`.
    pub usual: &'static str,
    /// The value if the named marker is defined.
    pub unless: Option<(&'static str, &'static str)>,
}

/// One delivery agent: an `M` line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentSpec {
    /// Its name in rules.
    pub name: &'static str,
    /// `P=`.
    pub path: FromSetting,
    /// `F=`.
    pub flags: FlagsSpec,
    /// `S=`.
    pub sender: RewriteSpec,
    /// `R=`.
    pub recipient: RewriteSpec,
    /// `D=`.
    pub directory: FromSetting,
    /// `E=`.
    pub eol: FromSetting,
    /// `L=`.
    pub line_limit: FromSetting,
    /// `M=`.
    pub max_size: FromSetting,
    /// `m=`.
    pub max_messages: FromSetting,
    /// `r=`.
    pub max_recipients: FromSetting,
    /// `C=`.
    pub charset: FromSetting,
    /// `U=`.
    pub user: FromSetting,
    /// `T=` without its last part.
    pub dsn: &'static str,
    /// The last part of `T=`.
    pub dsn_diagnostic: FromSetting,
    /// `Q=`.
    pub queue_group: FromSetting,
    /// `A=`.
    pub argv: FromSetting,
    /// Text after the arguments.
    pub argv_end: &'static str,
    /// The mailer that this agent requires.
    pub needs: Option<&'static str>,
}

/// Condition under which the reference prints a text about a mailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailerNoticeWhen {
    /// This setting is not set.
    Unset(&'static str),
    /// The mailer with this name was not declared before.
    Without(&'static str),
}

/// A text that the reference prints about a mailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailerNotice {
    /// The condition.
    pub when: MailerNoticeWhen,
    /// The text, including any newline.
    pub text: &'static str,
}

/// One mailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailerSpec {
    /// Its name.
    pub name: &'static str,
    /// Whether it is supported.
    pub support: Support,
    /// The delivery agents in output order; empty for an unsupported mailer.
    pub agents: &'static [AgentSpec],
    /// Effects on settings, before its agents read them.
    pub effects: &'static [Effect],
    /// Texts that the reference prints, in order.
    pub notices: &'static [MailerNotice],
    /// Description in one line, without a full stop.
    pub help: &'static str,
}

/// The mailer of this name.
pub fn by_name(name: &str) -> Option<&'static MailerSpec> {
    MAILERS.iter().find(|mailer| mailer.name == name)
}

/// Position of a delivery agent in output order; unknown ones come last.
pub fn position(agent: &str) -> usize {
    let mut all = MAILERS.iter().flat_map(|mailer| mailer.agents);
    all.position(|known| known.name == agent).unwrap_or(usize::MAX)
}

/// The names of delivery agents in `MODIFY_MAILER_FLAGS`.
pub fn flag_names() -> impl Iterator<Item = &'static str> {
    let names = MAILERS.iter().flat_map(|mailer| mailer.agents).map(|agent| agent.flags.modify);
    names.filter(|name| !name.is_empty())
}

/// Changes of one delivery agent's flags by `MODIFY_MAILER_FLAGS`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlagChanges {
    replaced: Option<String>,
    added: String,
    removed: String,
}

impl FlagChanges {
    /// Applies one change: `+X` adds, `-X` removes, anything else replaces the flags and earlier changes.
    pub fn note(&mut self, change: &str) {
        if let Some(added) = change.strip_prefix('+') {
            self.added.push_str(added);
        } else if let Some(removed) = change.strip_prefix('-') {
            self.removed.push_str(removed);
        } else {
            *self = Self { replaced: Some(change.to_owned()), ..Self::default() };
        }
    }

    /// The flags after all changes. A replacement is used alone; otherwise flags are removed before others are added, each once.
    pub fn apply(&self, flags: &str) -> String {
        if let Some(replaced) = &self.replaced {
            return replaced.clone();
        }
        let mut result = flags.to_owned();
        for flag in self.removed.chars() {
            if let Some(at) = result.find(flag) {
                result.remove(at);
            }
        }
        for flag in self.added.chars() {
            if !result.contains(flag) {
                result.push(flag);
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::setting;

    #[test]
    fn settings_of_agents_are_known() {
        for agent in MAILERS.iter().flat_map(|m| m.agents) {
            let all = [
                agent.path,
                agent.flags.more,
                agent.directory,
                agent.eol,
                agent.line_limit,
                agent.max_size,
                agent.max_messages,
                agent.max_recipients,
                agent.charset,
                agent.dsn_diagnostic,
                agent.queue_group,
                agent.argv,
            ];
            for value in all {
                for name in value.settings {
                    let setting = setting::by_name(name);
                    assert!(setting.is_some(), "{name}");
                    if let (1, Some(default)) = (value.settings.len(), setting.and_then(|s| s.default.resolve(""))) {
                        assert_eq!(value.default, default, "{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn flags_are_removed_before_they_are_added() {
        let mut changes = FlagChanges::default();
        changes.note("+S");
        changes.note("-r");
        changes.note("-m");
        assert_eq!(changes.apply("lsDFMAw5:/|@qPrmn9"), "lsDFMAw5:/|@qPn9S");
        changes.note("+n");
        assert_eq!(changes.apply("rn"), "nS");
    }

    #[test]
    fn flags_that_replace_count_alone() {
        let mut changes = FlagChanges::default();
        changes.note("+S");
        changes.note("abc");
        changes.note("+d");
        assert_eq!(changes.apply("lsD"), "abc");
    }

    /// The installed reference has exactly these mailers; skipped where there is none.
    #[test]
    fn table_has_every_mailer_of_the_reference() {
        assert!(MAILERS.is_sorted_by(|a, b| a.name < b.name));
        let Ok(files) = std::fs::read_dir("/usr/share/sendmail/cf/mailer") else { return };
        let installed: BTreeSet<_> = files
            .filter_map(|file| file.unwrap().file_name().into_string().unwrap().strip_suffix(".m4").map(str::to_owned))
            .collect();
        assert_eq!(MAILERS.iter().map(|m| m.name.to_owned()).collect::<BTreeSet<_>>(), installed);
    }
}
