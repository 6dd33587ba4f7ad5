//! Rules: compiles the texts of both sides.

use super::{MAX_RULESETS, Prefix, Rule, load::Loader};
use crate::{
    rewrite::{
        matcher::Element,
        prefilter::RulePrefilter,
        scan::{Scanner, Source},
        text::Unit,
        token::{Kind, Token},
    },
    source::Span,
    syntax::cf::{Metasymbol, Name},
};

/// Maximum number of wildcards in a rule.
const MAX_WILDCARDS: usize = 9;

impl Loader<'_> {
    /// Adds a rule to the current ruleset.
    pub(super) fn rule(&mut self, lhs: &[Unit], rhs: Option<&[Unit]>, written: &[u8], span: Span, line: usize) {
        let Some(current) = self.current else {
            let shown = String::from_utf8_lossy(written).into_owned();
            self.complain(span, line, format!("missing valid ruleset for \"R{shown}\""));
            return;
        };
        let Some(rhs) = rhs else {
            let shown = String::from_utf8_lossy(written).into_owned();
            self.complain(span, line, format!("invalid rewrite line \"R{shown}\" (tab expected)"));
            return;
        };
        self.settle_operators();
        let mut left = self.side(lhs);
        let right = self.side(rhs);
        for token in &mut left {
            if matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Operator) {
                token.word = self.program.words.add(self.program.arena.text(*token));
            }
        }
        if left.is_empty() {
            self.complain(span, line, "R line: null LHS".to_owned());
        }
        let mut wildcards = 0;
        for token in &left {
            match token.kind {
                Kind::Meta(Metasymbol::Any | Metasymbol::Some | Metasymbol::One)
                | Kind::Named(Name::Class | Name::NotClass, _) => wildcards += 1,
                Kind::Meta(Metasymbol::Digit(_)) => {
                    self.complain(span, line, "Inappropriate use of $1-$9 on LHS".to_owned());
                }
                Kind::Meta(
                    meta @ (Metasymbol::Call
                    | Metasymbol::Colon
                    | Metasymbol::OpenHost
                    | Metasymbol::CloseHost
                    | Metasymbol::OpenMap
                    | Metasymbol::CloseMap),
                ) => {
                    let character = char::from(meta.character());
                    self.complain(span, line, format!("Inappropriate use of ${character} on LHS"));
                }
                _ => {}
            }
        }
        if wildcards > MAX_WILDCARDS {
            self.complain(span, line, "R line: too many wildcards".to_owned());
            return;
        }
        let mut open = false;
        for token in &right {
            match token.kind {
                Kind::Meta(Metasymbol::Digit(digit)) if usize::from(digit) > wildcards => {
                    self.complain(span, line, format!("replacement ${digit} out of bounds"));
                }
                Kind::Meta(Metasymbol::OpenHost | Metasymbol::OpenMap) => {
                    if open {
                        self.complain(span, line, "cannot nest map lookups".to_owned());
                    }
                    open = true;
                }
                Kind::Meta(Metasymbol::CloseHost | Metasymbol::CloseMap) => open = false,
                Kind::Named(name @ (Name::Class | Name::NotClass), _) => {
                    self.complain(span, line, format!("Inappropriate use of ${} on RHS", name.mark()));
                }
                Kind::Meta(meta @ (Metasymbol::Any | Metasymbol::Some | Metasymbol::One)) => {
                    let character = char::from(meta.character());
                    self.complain(span, line, format!("Inappropriate use of ${character} on RHS"));
                }
                _ => {}
            }
        }
        if open {
            self.complain(span, line, "missing map closing token".to_owned());
        }
        let prefix = match right.first().map(|token| token.kind) {
            Some(Kind::Meta(Metasymbol::Colon)) => Prefix::Once,
            Some(Kind::Meta(Metasymbol::At)) => Prefix::Return,
            _ => Prefix::Again,
        };
        let elements = left.iter().map(element).collect::<Vec<_>>();
        let needs = RulePrefilter::of(&elements);
        let rule = Rule { span, line, elements, lhs: left, rhs: right, prefix };
        if let Some(ruleset) = self.program.ruleset_mut(current) {
            ruleset.rules.push(rule);
            ruleset.needs.push(needs);
        }
    }

    fn side(&mut self, units: &[Unit]) -> Vec<Token> {
        let mut expanded = Vec::with_capacity(units.len());
        self.program.macros.expand(units, &mut expanded);
        let program = &mut self.program;
        let scanner = Scanner { operators: &program.operators, words: &program.words };
        let (mut tokens, mut messages) = (Vec::new(), Vec::new());
        // A side that is too long is truncated; sendmail reports that when the rule is used.
        let _ = scanner.scan(expanded.as_slice(), Source::Rule, &mut program.arena, &mut tokens, &mut messages);
        tokens
    }

    /// Assigns a number to a name that has none.
    pub(super) fn name_ruleset(&mut self, name: &[u8]) -> Option<usize> {
        if let Some(number) = self.program.ruleset(name) {
            return Some(number);
        }
        let legal = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if name.first().is_none_or(|first| !first.is_ascii_alphabetic() && *first != b'_') || !name.iter().all(legal) {
            return None;
        }
        let number = self.next_ruleset.filter(|number| *number >= MAX_RULESETS / 2)?;
        self.next_ruleset = number.checked_sub(1);
        self.program.ruleset_numbers.insert(name.into(), number);
        if let Some(ruleset) = self.program.ruleset_mut(number) {
            ruleset.name = Some(name.into());
            ruleset.title = name.into();
        }
        Some(number)
    }
}

fn element(token: &Token) -> Element {
    match token.kind {
        Kind::Meta(Metasymbol::Any) => Element::Any,
        Kind::Meta(Metasymbol::Some) => Element::Some,
        Kind::Meta(Metasymbol::One) => Element::One,
        Kind::Meta(Metasymbol::At) => Element::Nothing,
        Kind::Named(Name::Class, id) => Element::Class(id),
        Kind::Named(Name::NotClass, id) => Element::NotClass(id),
        Kind::Named(_, id) => Element::Macro(id),
        Kind::Word | Kind::Quoted | Kind::Operator | Kind::Meta(_) => Element::Word(token.word),
    }
}
