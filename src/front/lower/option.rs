//! Options: each of the catalog's, expanded and checked.

use std::collections::BTreeMap;

use super::Table;
use crate::{
    catalog::{
        option::{Emits, OPTIONS, OptionKind},
        setting::{Reader, SETTINGS, SettingKind},
    },
    diagnostic::Diagnostic,
    site::{Setting, Site},
    source::Span,
};

/// The `O` lines of a site, by name.
pub(super) fn options(table: &mut Table<'_, '_, '_>, site: &Site) -> BTreeMap<&'static str, Setting<String>> {
    let mut options = BTreeMap::new();
    for option in OPTIONS {
        let found = table.setting(option.name);
        if let Some(setting) = &found
            && option.notice.text(Some(&setting.value)).is_none()
        {
            check(table, option.name, option.kind, setting);
        }
        let line = match option.emits {
            Emits::Option(name) => found.map(|setting| (name, setting)),
            Emits::MilterOption(name) => found.filter(|_| !site.milters.is_empty()).map(|setting| (name, setting)),
            Emits::TimeZone => time_zone(found).map(|setting| ("TimeZoneSpec", setting)),
            Emits::Elsewhere | Emits::Nothing => None,
        };
        options.extend(line);
    }
    for spec in SETTINGS {
        let SettingKind::Value(kind) = spec.kind else { continue };
        // What mailers and features read, they have read when they were declared; it is only looked at here.
        let found = match spec.reader {
            Reader::Core => table.setting(spec.name),
            Reader::Mailer(_) | Reader::Feature(_) => table.peek(spec.name),
        };
        if let Some(setting) = &found {
            check(table, spec.name, kind, setting);
        }
        if let Some(name) = spec.option() {
            let default = || spec.default.resolve(&site.settings_directory).map(Setting::default_of);
            // ALIAS_FILE is defined from the start: where it is not, the site has undefined it.
            let setting = if spec.predefined { found } else { found.or_else(default) };
            options.extend(setting.map(|setting| (name, setting)));
        }
    }
    options
}

/// The time zone as sendmail.cf has it: nothing for the system's, an empty value for that of the environment. A name that
/// is not defined stands for itself, as in the reference.
fn time_zone(found: Option<Setting<String>>) -> Option<Setting<String>> {
    let setting = found.unwrap_or_else(|| Setting::default_of("confTIME_ZONE".into()));
    match setting.value.as_str() {
        "USE_SYSTEM" => None,
        "USE_TZ" => Some(Setting { value: String::new(), span: setting.span }),
        _ => Some(setting),
    }
}

/// Refuses a value that sendmail would refuse, or take for something else than it says.
fn check(table: &mut Table<'_, '_, '_>, name: &str, kind: OptionKind, setting: &Setting<String>) {
    let Some(span) = setting.span else { return };
    let means_something_when_empty = matches!(
        kind,
        OptionKind::Boolean
            | OptionKind::Flags(_)
            | OptionKind::SignedWords(_)
            | OptionKind::SslOptions(_)
            | OptionKind::Letters(_)
            | OptionKind::Path
            | OptionKind::Text
    );
    if setting.value.is_empty() && !means_something_when_empty {
        table.report(
            Diagnostic::warning("missing_argument", format!("`{name}` has no value"))
                .at(span, "expected a value")
                .why("sendmail reads it as 0 or as empty")
                .help(format!("give it {}, or remove the line", kind.expected())),
        );
    } else if !kind.accepts(&setting.value) {
        wrong_type(table, name, kind, &setting.value, span);
    }
}

fn wrong_type(table: &mut Table<'_, '_, '_>, name: &str, kind: OptionKind, value: &str, span: Span) {
    let help = match kind.correction(value) {
        Some(near) => format!("did you mean `{near}`? Expected {}", kind.expected()),
        None => format!("expected {}", kind.expected()),
    };
    table.report(
        Diagnostic::error("wrong_value", format!("invalid value `{value}` for `{name}`"))
            .at(span, "this value")
            .why("sendmail would reject it, or read it as something else")
            .help(help),
    );
}
