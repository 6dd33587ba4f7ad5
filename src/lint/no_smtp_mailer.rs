#![doc = include_str!("../findings/no_smtp_mailer.md")]

use super::{Rule, Surroundings};
use crate::{
    diagnostic::{Diagnostic, Severity},
    site::Site,
};

pub(super) const RULE: Rule = Rule {
    code: "no_smtp_mailer",
    summary: "mail is to go to other hosts, and no mailer brings it there",
    severity: Severity::Error,
    check,
    together: None,
};

fn check(site: &Site, around: &Surroundings) -> Vec<Diagnostic> {
    let add = around.syntax.pick("add MAILER(`smtp')", "add `\"smtp\"` to `mailer`");
    if site.mailers.iter().any(|mailer| mailer.path == "[IPC]") || site.submission.is_some() {
        return Vec::new();
    }
    let routing = &site.routing;
    let named = [
        (around.syntax.pick("SMART_HOST", "smart_host"), &routing.smart_host),
        (around.syntax.pick("MAIL_HUB", "mail_hub"), &routing.mail_hub),
        (around.syntax.pick("LOCAL_RELAY", "local_relay"), &routing.local_relay),
        (around.syntax.pick("LUSER_RELAY", "luser_relay"), &routing.luser_relay),
    ];
    let mut found = Vec::new();
    for (name, host) in named {
        let Some(host) = host.as_ref().filter(|host| !host.value.is_empty()) else { continue };
        // A mailer of the site's own, or one that brings mail by other means, may stand before the host.
        let mailer = host.value.split_once(':').map(|(mailer, _)| mailer);
        if mailer.is_some_and(|mailer| site.has_mailer(mailer) || raw_mailer(site, mailer)) {
            continue;
        }
        if mailer.is_none() && raw_mailer(site, &site.mailer_names.relay) {
            continue;
        }
        found.push(
            Diagnostic::error(RULE.code, format!("{name} needs a mailer for SMTP, and the site has none"))
                .at(host.span, "mail is to go there")
                .why("rules hand mail to a mailer that no line defines: each such message ends with a configuration error")
                .help(add),
        );
    }
    found
}

/// Whether a raw line defines a mailer.
fn raw_mailer(site: &Site, name: &str) -> bool {
    let defines =
        |text: &str| text.strip_prefix('M').and_then(|rest| rest.split([',', ' ', '\t']).next()) == Some(name);
    site.raw.values().flatten().any(|raw| defines(&raw.text))
}
