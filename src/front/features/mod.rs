//! `FEATURE`: what each feature does.
//!
//! Most of it is in the catalog's entry and is carried out here: what the reference prints and when, the words that an
//! argument may be, the names that are then defined, the settings that are changed, the map. What an entry cannot say is in
//! [`blocklist`], [`check`] and [`map`]. Diagnostics of our own wording for what the reference prints are in [`notice`].

mod blocklist;
mod check;
mod map;
mod notice;
mod submission;
mod table;

use super::{environment::Environment, macros::Macros};
use crate::{
    catalog::{
        Support,
        feature::{self, ArgumentKind, ArgumentSpec, FEATURES, FeatureSpec, When},
    },
    diagnostic::{Diagnostic, nearest},
    source::Span,
    syntax::mc::Text,
};
pub(in crate::front) use notice::open_relay;

/// One `FEATURE` statement being carried out.
struct Run<'a, 'v, 'm> {
    environment: &'a mut Environment,
    macros: &'a mut Macros<'v, 'm>,
    spec: &'static FeatureSpec,
    /// The arguments after the name.
    args: &'a [Text],
    /// The statement.
    span: Span,
}

impl Environment {
    /// `FEATURE(name, args…)`.
    pub fn feature(&mut self, macros: &mut Macros<'_, '_>, name: &Text, args: &[Text], span: Span) {
        let wanted = macros.expand(name).as_str().to_owned();
        self.refuse_after_mailer(macros, &wanted, span);
        Self::define_arguments(macros, args, span);
        let Some(spec) = feature::by_name(&wanted) else {
            let help = match nearest(&wanted, FEATURES.iter().map(|feature| feature.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the names of features are in cf/README, \"FEATURES\"".into(),
            };
            self.unknown(macros, "feature", "feature", &wanted, name.span(), help);
            return;
        };
        let mut run = Run { environment: self, macros, spec, args, span };
        match spec.support {
            Support::Full => run.carry_out(),
            Support::NotYet => run.refuse(name.span()),
        }
        self.features.entry(spec.name).or_insert(span);
    }

    /// Says that a feature comes after the first `MAILER`, if it does.
    pub(in crate::front) fn refuse_after_mailer(&mut self, macros: &mut Macros<'_, '_>, name: &str, span: Span) {
        let Some(mailer) = macros.definition("_MAILER_DEFINED_") else { return };
        let diagnostic = Diagnostic::error("feature_after_mailer", format!("FEATURE({name}) comes after MAILER"))
            .at(span, "too late here")
            .why("MAILER uses what the features above it have set, so this one would only partly take effect")
            .help(match name {
                "nullclient" => "`nullclient` brings its own mailers: remove the MAILER lines",
                _ => "move every FEATURE above the first MAILER",
            })
            .reference("*** ERROR: FEATURE() should be before MAILER()\n");
        let diagnostic = self.also_at(diagnostic, Some(mailer.span()), "the first MAILER");
        self.report(diagnostic);
    }
}

impl Run<'_, '_, '_> {
    fn carry_out(&mut self) {
        // Of these two, only the first one of a site prints about a missing list.
        let first = match self.spec.name {
            "dnsbl" => !self.macros.is_defined("_DNSBL_R_"),
            _ => true,
        };
        let effective = self.notices(first);
        if effective {
            for marker in self.spec.markers {
                self.mark(marker);
            }
            self.words();
        }
        self.environment.apply(self.macros, self.spec.effects, self.args, self.span);
        if let Some(name) = self.spec.renamed_to {
            let name = Text::computed(name, self.span);
            self.environment.feature(self.macros, &name, self.args, self.span);
        }
        match self.spec.name {
            "dnsbl" | "enhdnsbl" | "rhsbl" | "mtamark" => self.add_blocklist(),
            "greet_pause" => self.greet_pause(),
            "block_bad_helo" => self.own_addresses(),
            "badmx" => self.useless_mx(),
            "check_other" => self.bad_command(),
            "compat_check" => self.pairs(),
            "msp" => self.submission(),
            "queuegroup" => self.queue_group(),
            "drac" => self.recent_logins(),
            "sts" => self.strict_transport(),
            "prefixmod" => self.prefix(),
            "domainmap" => self.domain_map(),
            "bestmx_is_local" => self.best_mx(),
            "bcc" => self.copies(),
            "ldap_routing" => self.ldap_routing(),
            "delay_checks" => {
                if self.value(1).is_empty() {
                    self.mark("_DELAY_COMPAT_8_10_");
                }
            }
            _ => self.declare_map(),
        }
        self.excess_arguments();
    }

    /// A feature that is known and not supported; the reference may have something to say of it all the same.
    fn refuse(&mut self, place: Span) {
        self.notices(true);
        self.environment.unsupported("feature", self.spec.name, place);
    }

    /// Says what the reference says; whether the feature takes effect.
    fn notices(&mut self, first: bool) -> bool {
        let mut effective = true;
        for notice in self.spec.notices {
            let given = self.arg(0).filter(|arg| !arg.is_empty()).cloned();
            let applies = match notice.when {
                When::Always => true,
                When::Missing => given.is_none() && first,
                When::Illegal => effective && given.is_some() && !self.is_a_word(0),
                When::IllegalAt(index) => {
                    effective && self.arg(index).is_some_and(|arg| !arg.is_empty()) && !self.is_a_word(index)
                }
                When::MissingAt(index) => self.arg(index).is_none_or(Text::is_empty),
                When::WordWithout(word, name) => effective && self.is_word(0, word) && !self.macros.is_defined(name),
                When::Without(name) => {
                    let without = !self.macros.is_defined(name);
                    effective &= !without;
                    without
                }
                When::Lacking(name) => !self.macros.is_defined(name),
                When::MissingAndWithout(name) => given.is_none() && !self.macros.is_defined(name),
                When::With(name) => self.macros.is_defined(name),
                When::MapWithout(option) => self.lacks(option),
            };
            if applies {
                let diagnostic = self.explain(notice);
                self.environment.report(diagnostic);
            }
        }
        effective
    }

    /// Whether an argument is one of the words that it may be.
    fn is_a_word(&mut self, index: usize) -> bool {
        let value = self.value(index);
        self.argument_spec(index).is_none_or(|spec| spec.kind.choice(&value).is_some())
    }

    /// Whether an argument is this one of the words that it may be.
    fn is_word(&mut self, index: usize, word: &str) -> bool {
        let value = self.value(index);
        let spec = self.argument_spec(index);
        spec.and_then(|spec| spec.kind.choice(&value)).is_some_and(|choice| choice.word == word)
    }

    /// Defines what the words among the arguments stand for.
    fn words(&mut self) {
        for index in 0..self.args.len() {
            let Some(spec) = self.argument_spec(index) else { continue };
            let value = self.value(index);
            match spec.kind.choice(&value) {
                Some(choice) => choice.markers.iter().for_each(|marker| self.mark(marker)),
                None => self.unknown_word(spec, index, &value),
            }
        }
    }

    /// A word that is none of those that the argument may be, where the reference says nothing.
    fn unknown_word(&mut self, spec: &ArgumentSpec, index: usize, value: &str) {
        let choices = match spec.kind {
            ArgumentKind::Word(_, choices) | ArgumentKind::Flags(_, choices) => choices,
            _ => return,
        };
        let said = self.spec.notices.iter().any(|notice| match notice.when {
            When::Illegal => index == 0,
            When::IllegalAt(at) => index == at,
            _ => false,
        });
        if value.is_empty() || said {
            return;
        }
        let words = choices.iter().map(|choice| format!("`{}`", choice.word)).collect::<Vec<_>>().join(", ");
        let diagnostic =
            Diagnostic::warning("unknown_argument", format!("unknown argument `{value}` for `{}`", self.spec.name))
                .at(self.place(index), "has no effect")
                .why("sendmail's tree silently ignores it")
                .help(match nearest(value, choices.iter().map(|choice| choice.word)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it takes {words}"),
                });
        self.environment.report(diagnostic);
    }

    /// Arguments that the feature does not look at. A lone `dnl` is what distributions have in their files.
    fn excess_arguments(&mut self) {
        let known = self.spec.arguments.len();
        let open_ended = self
            .spec
            .arguments
            .last()
            .is_some_and(|last| matches!(last.kind, ArgumentKind::Flags(..) | ArgumentKind::Patterns));
        if open_ended || self.spec.renamed_to.is_some() {
            return;
        }
        let Some(extra) =
            self.args.get(known..).and_then(|rest| rest.iter().find(|arg| !matches!(arg.as_str(), "" | "dnl")))
        else {
            return;
        };
        let takes = match known {
            0 => "no argument".to_owned(),
            1 => "one argument".to_owned(),
            n => format!("{n} arguments"),
        };
        let diagnostic = Diagnostic::warning("excess_argument", format!("`{}` takes {takes}", self.spec.name))
            .at(extra.span(), "has no effect")
            .why("sendmail's tree ignores arguments that a feature does not take")
            .help("remove it");
        self.environment.report(diagnostic);
    }

    /// Defines a name as `1`, or as what follows its equals sign; `{}` there stands for the first argument.
    fn mark(&mut self, marker: &str) {
        let (name, value) = marker.split_once('=').unwrap_or((marker, "1"));
        if value == "{}" {
            let value = self.value(0);
            self.macros.define(name, Text::computed(value, self.span).into_literal());
        } else {
            self.macros.set(name, value, self.span);
        }
    }

    fn arg(&self, index: usize) -> Option<&Text> {
        self.args.get(index)
    }

    /// The catalog's entry of an argument; the last entry stands for all that follow if it is open-ended.
    fn argument_spec(&self, index: usize) -> Option<&'static ArgumentSpec> {
        let arguments = self.spec.arguments;
        arguments.get(index).or_else(|| {
            arguments.last().filter(|last| matches!(last.kind, ArgumentKind::Flags(..) | ArgumentKind::Patterns))
        })
    }

    /// What an argument means now; empty if it is missing.
    fn value(&mut self, index: usize) -> String {
        match self.args.get(index) {
            Some(arg) => self.macros.expand(arg).as_str().to_owned(),
            None => String::new(),
        }
    }

    /// The place of an argument, or of the statement when it is missing.
    fn place(&self, index: usize) -> Span {
        self.arg(index).map_or(self.span, Text::span)
    }
}

/// Whether m4 would take an argument for several where it is passed on.
pub(super) fn splits(arg: &Text) -> bool {
    !arg.is_literal() && split_commas(arg.as_str()).len() > 1
}

/// Splits text at the commas that m4 would see in it among the arguments of a call.
fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut quotes, mut parentheses, mut start) = (0usize, 0usize, 0usize);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'`' => quotes += 1,
            b'\'' => quotes = quotes.saturating_sub(1),
            b'(' if quotes == 0 => parentheses += 1,
            b')' if quotes == 0 => parentheses = parentheses.saturating_sub(1),
            b',' if quotes == 0 && parentheses == 0 => {
                parts.push(text.get(start..at).unwrap_or(""));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or(""));
    parts
}

#[cfg(test)]
mod tests {
    use super::split_commas;

    #[test]
    fn quotes_and_parentheses_protect_commas() {
        assert_eq!(split_commas("a,b"), ["a", "b"]);
        assert_eq!(split_commas("`a,b'"), ["`a,b'"]);
        assert_eq!(split_commas("(a,b)"), ["(a,b)"]);
        assert_eq!(split_commas(""), [""]);
    }
}
