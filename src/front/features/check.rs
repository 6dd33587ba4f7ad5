//! Features that check clients and commands, where more is to be kept than a name that is defined.

use super::Run;
use crate::{
    site::{Class, GreetPause, MapSpec, PrefixFlags, StrictTransport},
    source::Spanned,
};

/// Addresses of mail exchangers that are of no use, as `badmx` has them when none are given.
const USELESS: &str = r"^(127\.|10\.|0\.0\.0\.0)";

/// Unknown commands that end a session, as `check_other` has them when none are given: a header field.
const HEADER_FIELD: &str = "^[[:print:]]+ *:";

impl Run<'_, '_, '_> {
    /// `greet_pause`: what it looks up is settled where it stands. Rules that a second one adds are never reached.
    pub(super) fn greet_pause(&mut self) {
        let milliseconds = Some(self.value(0)).filter(|text| !text.is_empty());
        let pause = GreetPause { milliseconds, by_access: self.macros.is_defined("_ACCESS_TABLE_") };
        let span = self.span;
        self.environment.client_checks.greet_pause.get_or_insert(Spanned::new(pause, span));
    }

    /// `badmx`.
    pub(super) fn useless_mx(&mut self) {
        let expression = self.value_or(0, USELESS);
        self.environment.useless_mx = Some(Spanned::new(expression, self.span));
    }

    /// `check_other`.
    pub(super) fn bad_command(&mut self) {
        let expression = self.value_or(0, HEADER_FIELD);
        self.environment.command_checks.bad_command = Some(Spanned::new(expression, self.span));
    }

    /// `compat_check`.
    pub(super) fn pairs(&mut self) {
        self.environment.command_checks.pairs = Some(Spanned::new((), self.span));
    }

    /// `queuegroup`. As with `greet_pause`, the first one decides.
    pub(super) fn queue_group(&mut self) {
        let group = Some(self.value(0)).filter(|text| !text.is_empty());
        let span = self.span;
        self.environment.command_checks.queue_group.get_or_insert(Spanned::new(group, span));
    }

    /// `drac`.
    pub(super) fn recent_logins(&mut self) {
        let class = self.macros.value("DATABASE_MAP_TYPE").unwrap_or_default();
        let directory = self.macros.value("MAIL_SETTINGS_DIR").unwrap_or_default();
        let text = self.value_or(0, &format!("{class} {directory}drac"));
        self.add_map(text, self.span);
    }

    /// `sts`. Names that one of several asks to be compared are compared.
    pub(super) fn strict_transport(&mut self) {
        let text = self.value(0);
        let map = match text.as_str() {
            "" => MapSpec::new("socket -d5 -T<TMPF> inet:5461@127.0.0.1"),
            _ => MapSpec::new(self.with_tempfail(text)),
        };
        let earlier = self.environment.strict_transport.take().map(|earlier| earlier.value);
        let asked = earlier.as_ref().is_some_and(|earlier| earlier.names);
        let map = map.after(earlier.map(|earlier| earlier.map));
        let sts = StrictTransport { map, names: asked || self.value(1) != "NO_SAN_TST" };
        self.environment.strict_transport = Some(Spanned::new(sts, self.span));
    }

    /// `prefixmod`. Flags that are not given are a name that nobody expands.
    pub(super) fn prefix(&mut self) {
        let flags = PrefixFlags { prefix: self.value(0), flags: self.value_or(1, "_PREFIX_FLAGS_") };
        self.environment.command_checks.prefix = Some(Spanned::new(flags, self.span));
    }

    /// `block_bad_helo`: this host may call itself what it likes, and its addresses are names of its own.
    pub(super) fn own_addresses(&mut self) {
        let addresses = ["127.0.0.1", "IPv6:0:0:0:0:0:0:0:1", "IPv6:::1"];
        let span = self.span;
        let classes = &mut self.environment.classes.members;
        let relay = classes.entry(Class::Relay).or_default();
        relay.extend(addresses.map(|address| Spanned::new(address.to_owned(), span)));
        let local = classes.entry(Class::Local).or_default();
        local.extend(addresses.map(|address| Spanned::new(format!("[{address}]"), span)));
    }

    fn value_or(&mut self, index: usize, default: &str) -> String {
        Some(self.value(index)).filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    }
}
