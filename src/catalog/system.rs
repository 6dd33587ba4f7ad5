//! System types: arguments of `OSTYPE()`.

mod table;

use super::effect::Effect;
pub use table::{DEBIAN_BUILD, SYSTEMS};

/// One system type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemSpec {
    /// Its name.
    pub name: &'static str,
    /// The systems that it is for, in one line without a full stop.
    pub help: &'static str,
    /// Its effects in order.
    pub effects: &'static [Effect],
}

/// The system type with this name.
pub fn by_name(name: &str) -> Option<&'static SystemSpec> {
    SYSTEMS.iter().find(|system| system.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::{feature, option, setting};

    #[test]
    fn table_is_in_order_without_repetition() {
        assert!(SYSTEMS.is_sorted_by(|a, b| a.name < b.name));
        assert!(SYSTEMS.iter().all(|system| !system.help.is_empty() && !system.help.ends_with('.')));
    }

    #[test]
    fn what_is_set_is_an_option_or_a_setting() {
        for system in SYSTEMS {
            for effect in system.effects {
                match *effect {
                    Effect::Define(name, _)
                    | Effect::DefineIfUnset(name, _)
                    | Effect::Append(name, _)
                    | Effect::Undefine(name) => {
                        assert!(option::by_name(name).is_some() || setting::by_name(name).is_some(), "{name}");
                    }
                    Effect::Feature(name) => assert!(feature::by_name(name).is_some(), "{name}"),
                    Effect::System(name) => assert!(by_name(name).is_some(), "{name}"),
                    Effect::Marker(_)
                    | Effect::IfUnset(..)
                    | Effect::MailerFlags(..)
                    | Effect::ExposedUser(_)
                    | Effect::LocalConfig(_)
                    | Effect::Mailer(_)
                    | Effect::Domain(_)
                    | Effect::Hack(_)
                    | Effect::Print(..) => {}
                }
            }
        }
    }

    /// The installed reference has exactly these system types; skipped where there is none.
    #[test]
    fn table_has_every_system_of_the_reference() {
        let Ok(files) = std::fs::read_dir("/usr/share/sendmail/cf/ostype") else { return };
        let installed: BTreeSet<_> = files
            .filter_map(|file| file.unwrap().file_name().into_string().unwrap().strip_suffix(".m4").map(str::to_owned))
            .collect();
        assert_eq!(SYSTEMS.iter().map(|s| s.name.to_owned()).collect::<BTreeSet<_>>(), installed);
    }
}
