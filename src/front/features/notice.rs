//! What the reference prints about features, said so that a reader knows what to do.

use super::Run;
use crate::{
    catalog::feature::{ArgumentKind, FeatureNotice, When},
    diagnostic::{Diagnostic, Severity},
    source::Span,
};

impl Run<'_, '_, '_> {
    /// A diagnostic for something that the reference prints.
    pub(super) fn explain(&self, notice: &FeatureNotice) -> Diagnostic {
        let index = match notice.when {
            When::IllegalAt(index) | When::MissingAt(index) => index,
            _ => 0,
        };
        let raw = self.arg(index).map_or("", |arg| arg.as_str());
        let diagnostic = match (self.spec.name, notice.when) {
            ("promiscuous_relay" | "relay_local_from", _) | ("relay_mail_from", When::Always) => {
                open_relay(self.spec.name, self.span)
            }
            ("lookupdotdomain", When::With(_)) => Diagnostic::warning(
                "lookupdotdomain_hosts_only",
                "`lookupdotdomain` and `relay_hosts_only` do not go together",
            )
            .at(self.span, "looks up whole domains")
            .why("the first decides by domain, the second requires every host to be named")
            .help("choose one of them"),
            (_, When::MapWithout(option)) => Diagnostic::warning(
                "missing_tempfail",
                format!("the map of `{}` is declared without `-T{option}`", self.spec.name),
            )
            .at(self.place(0), format!("`-T{option}` is missing here"))
            .why("without it, mail is handled as if the map were empty while it cannot be read; it is added here")
            .help(format!("put `-T{option}` after the map's class: `hash -T{option} /etc/mail/access`")),
            (name, When::Without(_) | When::MissingAndWithout(_)) => {
                let needed = self.spec.requires.unwrap_or("access_db");
                Diagnostic::error("requires_feature", format!("`{name}` needs `{needed}` before it"))
                    .at(self.span, "asked for here")
                    .why(format!("it uses what `{needed}` declares"))
                    .help(format!("write FEATURE(`{needed}') above it"))
            }
            (name, When::WordWithout(word, mark)) => {
                let needed = mark.trim_matches('_').to_ascii_lowercase();
                Diagnostic::error("requires_feature", format!("`{name}` with `{word}` needs `{needed}` before it"))
                    .at(self.place(0), "asked for here")
                    .why(format!("checks are delayed only with `{needed}`"))
                    .help(format!("leave out `{word}`, or write FEATURE(`{needed}') above it"))
            }
            (name, When::MissingAt(index)) => {
                let wanted = self.argument_spec(index).map_or("argument", |spec| spec.key);
                Diagnostic::error("missing_argument", format!("`{name}` needs its {wanted}"))
                    .at(self.span, format!("no {wanted} is given"))
                    .why("there is no default")
                    .help(format!("give it as argument {} of FEATURE", index + 2))
            }
            (name, When::Lacking(setting)) => {
                Diagnostic::warning("define_too_late", format!("`{name}` comes before `{setting}`"))
                    .at(self.span, format!("`{setting}` is not defined here"))
                    .why(format!("without `{setting}` above it, this feature has no effect"))
                    .help(format!("write define(`{setting}', …) above it"))
            }
            ("nullclient", When::Missing) => Diagnostic::error("missing_argument", "`nullclient` without a host")
                .at(self.span, "expected a second argument")
                .why("all mail goes to that host")
                .help("write FEATURE(`nullclient', `mailhub.example.com')"),
            (name, When::Missing) => match self.argument_spec(0).map(|spec| spec.kind) {
                Some(ArgumentKind::Word(_, choices)) => {
                    let forms: Vec<String> =
                        choices.iter().map(|c| format!("FEATURE(`{name}', `{}')", c.word)).collect();
                    Diagnostic::error("missing_argument", format!("`{name}` without an argument"))
                        .at(self.span, "expected a second argument")
                        .why("without it, such addresses are neither rejected nor accepted as they are")
                        .help(format!("write {}", forms.join(" or ")))
                }
                _ if name == "prefixmod" => Diagnostic::warning("missing_argument", "`prefixmod` needs its prefix")
                    .at(self.span, "no prefix is given")
                    .why("the feature applies to addresses with this prefix")
                    .help("write FEATURE(`prefixmod', `prefix', `flags')"),
                _ => self.missing_server(),
            },
            (name, When::Illegal | When::IllegalAt(_)) => {
                let words: Vec<String> = match self.argument_spec(index).map(|spec| spec.kind) {
                    Some(ArgumentKind::Word(_, choices) | ArgumentKind::Flags(_, choices)) => {
                        choices.iter().map(|choice| format!("`{}`", choice.word)).collect()
                    }
                    _ => Vec::new(),
                };
                Diagnostic::error("illegal_argument", format!("unknown argument `{raw}` for `{name}`"))
                    .at(self.place(index), "none of its words")
                    .why("the argument has no effect")
                    .help(format!("it takes {}", words.join(" or ")))
            }
            (name, When::With(mark)) if mark.starts_with("_MAILER_") => {
                let mailer = mark.trim_start_matches("_MAILER_").trim_end_matches('_');
                Diagnostic::error("feature_after_mailer", format!("`{name}` comes after MAILER({mailer})"))
                    .at(self.span, "too late here")
                    .why("the rules of the mailer are already written")
                    .help(format!("move it above MAILER({mailer})"))
            }
            (name, When::Always) if self.spec.renamed_to.is_some() => {
                let now = self.spec.renamed_to.unwrap_or_default();
                Diagnostic::warning("deprecated_feature", format!("`{name}` is an old name"))
                    .at(self.span, "old name")
                    .why("later versions of sendmail will not have this name")
                    .help(format!("write FEATURE(`{now}')"))
            }
            (name, When::Always | When::With(_)) => {
                let words = notice.text.trim_start_matches(['*', ' ']).trim_start_matches("ERROR: ");
                let words = words.trim_start_matches("WARNING: ").split_whitespace().collect::<Vec<_>>().join(" ");
                let message = if words.contains(name) { words } else { format!("{name}: {words}") };
                if notice.text.starts_with("*** ERROR") {
                    Diagnostic::error("feature", message).at(self.span, "asked for here")
                } else {
                    Diagnostic::warning("feature", message).at(self.span, "asked for here")
                }
            }
        };
        let mut diagnostic = diagnostic.reference(notice.render(raw));
        // What the reference does not call an error it compiles all the same; it does nothing then.
        if self.spec.name == "prefixmod" {
            diagnostic.severity = Severity::Warning;
        }
        diagnostic
    }
}

/// That a feature of this name, asked for here, lets strangers relay.
pub(crate) fn open_relay(feature: &str, span: Span) -> Diagnostic {
    let by_sender = |code, message: &str| {
        Diagnostic::warning(code, message)
            .at(span, "lets the sender's address decide")
            .why("anyone can write any sender address, so this is close to an open relay")
            .help("let clients authenticate, or name them with RELAY_DOMAIN or the access map")
    };
    match feature {
        "relay_local_from" => by_sender("relay_local_from", "everybody who names a local sender may relay"),
        "relay_mail_from" => by_sender("relay_mail_from", "everybody who names a listed sender may relay"),
        _ => Diagnostic::warning("promiscuous_relay", "this host relays for everybody")
            .at(span, "makes it an open relay")
            .why("anyone on the Internet can send mail through it, and such hosts are found and listed within hours")
            .help("name those who may relay, with RELAY_DOMAIN or with RELAY entries of the access map"),
    }
}
