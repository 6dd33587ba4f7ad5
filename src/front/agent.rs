//! From a mailer of the catalog and the settings of a site to delivery agents of the IR. Both front ends share it.

use crate::{
    catalog::mailer::{AgentSpec, FlagChanges, FromSetting, RewriteSpec},
    site::Mailer,
    source::Span,
};

/// The settings of a site at the moment when a mailer reads them.
pub trait Settings {
    /// The value of a setting or marker, fully expanded; `None` if it is not defined.
    fn value(&self, name: &str) -> Option<String>;

    /// Where the site gave a setting its value; `None` for a default.
    fn place(&self, _name: &str) -> Option<Span> {
        None
    }

    /// What `MODIFY_MAILER_FLAGS` has asked for under this name.
    fn flag_changes(&self, name: &str) -> Option<&FlagChanges>;
}

/// The delivery agent that `spec` is in a site with these settings.
pub fn agent(spec: &AgentSpec, settings: &dyn Settings, span: Option<Span>) -> Mailer {
    let value = |from: FromSetting| value(from, settings);
    let filled = |from: FromSetting| Some(value(from)).filter(|text| !text.is_empty());
    // An equate whose setting is defined but empty is written all the same.
    let defined = |from: FromSetting| match from.settings {
        [] => filled(from),
        names => names
            .iter()
            .find_map(|name| settings.value(name))
            .or_else(|| Some(from.default.to_owned()).filter(|text| !text.is_empty())),
    };
    let base = Some(spec.flags.base_setting).filter(|name| !name.is_empty()).and_then(|name| settings.value(name));
    let mut flags = base.unwrap_or_else(|| spec.flags.base.to_owned());
    flags.push_str(spec.flags.own);
    flags.push_str(&value(spec.flags.more));
    // Agents whose flags cannot be changed have no name for it.
    if let Some(changes) = settings.flag_changes(spec.flags.modify).filter(|_| !spec.flags.modify.is_empty()) {
        flags = changes.apply(&flags);
    }
    Mailer {
        name: spec.name.to_owned(),
        path: value(spec.path),
        flags,
        sender: rewrite(spec.sender, settings),
        recipient: rewrite(spec.recipient, settings),
        eol: defined(spec.eol),
        line_limit: defined(spec.line_limit),
        max_size: defined(spec.max_size),
        max_messages: defined(spec.max_messages),
        max_recipients: defined(spec.max_recipients),
        charset: defined(spec.charset),
        dsn: format!("{}/{}", spec.dsn, value(spec.dsn_diagnostic)),
        queue_group: filled(spec.queue_group),
        directory: defined(spec.directory),
        user: defined(spec.user),
        argv: value(spec.argv) + spec.argv_end,
        argv_span: spec
            .argv
            .settings
            .iter()
            .find(|name| settings.value(name).is_some())
            .and_then(|name| settings.place(name)),
        span,
    }
}

fn value(from: FromSetting, settings: &dyn Settings) -> String {
    from.settings.iter().find_map(|name| settings.value(name)).unwrap_or_else(|| from.default.to_owned())
}

fn rewrite(spec: RewriteSpec, settings: &dyn Settings) -> String {
    match spec.unless {
        Some((marker, other)) if settings.value(marker).is_some() => other.to_owned(),
        _ => spec.usual.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::catalog::mailer::by_name;

    #[derive(Default)]
    struct Fixed {
        values: BTreeMap<&'static str, &'static str>,
        changes: BTreeMap<&'static str, FlagChanges>,
    }

    impl Settings for Fixed {
        fn value(&self, name: &str) -> Option<String> {
            self.values.get(name).map(|value| (*value).to_owned())
        }

        fn flag_changes(&self, name: &str) -> Option<&FlagChanges> {
            self.changes.get(name)
        }
    }

    fn made(mailer: &str, name: &str, settings: &Fixed) -> Mailer {
        let spec = by_name(mailer).unwrap().agents.iter().find(|a| a.name == name).unwrap();
        agent(spec, settings, None)
    }

    #[test]
    fn without_settings_agents_are_the_reference_s() {
        let local = made("local", "local", &Fixed::default());
        assert_eq!((&*local.path, &*local.flags, &*local.argv), ("/bin/mail", "lsDFMAw5:/|@qPrmn9", "mail -d $u"));
        assert_eq!((&*local.dsn, local.eol.as_deref()), ("DNS/RFC822/X-Unix", None));
        let relay = made("smtp", "relay", &Fixed::default());
        assert_eq!((&*relay.flags, &*relay.recipient), ("mDFMuXa8", "MasqSMTP"));
        assert_eq!((relay.line_limit.as_deref(), relay.eol.as_deref()), (Some("2040"), Some("\\r\\n")));
        assert_eq!(made("local", "prog", &Fixed::default()).directory.as_deref(), Some("$z:/"));
    }

    #[test]
    fn the_relay_agent_has_the_flags_of_smtp_unless_it_has_its_own() {
        let mut settings = Fixed::default();
        settings.values.insert("SMTP_MAILER_FLAGS", "x");
        assert_eq!(made("smtp", "relay", &settings).flags, "mDFMuXa8x");
        settings.values.insert("RELAY_MAILER_FLAGS", "");
        assert_eq!(made("smtp", "relay", &settings).flags, "mDFMuXa8");
        assert_eq!(made("smtp", "dsmtp", &settings).flags, "mDFMuXa%x");
    }

    #[test]
    fn allmasquerade_and_lmtp_change_the_rewriting() {
        let mut settings = Fixed::default();
        settings.values.insert("_ALL_MASQUERADE_", "1");
        settings.values.insert("_LOCAL_LMTP_", "1");
        assert_eq!(made("smtp", "esmtp", &settings).recipient, "EnvToSMTP/HdrFromSMTP");
        assert_eq!(made("smtp", "relay", &settings).recipient, "MasqSMTP/MasqRelay");
        assert_eq!(made("local", "local", &settings).sender, "EnvFromSMTP/HdrFromL");
    }

    #[test]
    fn flags_change_as_asked() {
        let mut settings = Fixed::default();
        let changes = settings.changes.entry("LOCAL").or_default();
        changes.note("+S");
        changes.note("-rm");
        assert_eq!(made("local", "local", &settings).flags, "lsDFMAw5:/|@qPn9S");
    }
}
