//! What a compiled configuration lets strangers do.
//!
//! A site says who may relay; its rulesets decide. Raw lines, macros, class files and options can make the two differ, so
//! nothing here reads what a site says: the finished configuration is looked at and asked. An open relay is an error,
//! wherever it comes from, with the place in the site that brings it.

mod classes;
mod operators;
mod strangers;

use crate::{
    diagnostic::Diagnostic,
    dialogue::{Dialogue, Event, Question, Step},
    emit::cf::Document,
    rewrite::Program,
    site::Site,
    source::Span,
};

/// A configuration that is judged.
pub struct Audited<'a> {
    /// The site that it was made of.
    pub site: &'a Site,
    /// Its lines, with their places in the site.
    pub document: &'a Document,
    /// The same, loaded.
    pub program: &'a Program,
}

/// Judges a configuration. `ask` puts a question to it.
pub fn audit(audited: &Audited<'_>, ask: &mut dyn FnMut(&Question) -> Dialogue) -> Vec<Diagnostic> {
    let mut found = classes::check(audited);
    found.extend(operators::check(audited));
    // A submission program takes mail from this host's users only. Whoever says that everybody may relay has been warned.
    if audited.site.submission.is_none() && audited.site.relay.promiscuous.is_none() {
        found.extend(strangers::check(audited, ask));
    }
    found
}

impl Audited<'_> {
    /// The statement that a line of the configuration was made for.
    fn origin(&self, number: usize) -> Option<Span> {
        self.document.numbered().find(|(lines, _)| lines.contains(&number)).and_then(|(_, line)| line.origin)
    }

    /// The statement of the first line, from the last on, for which something holds.
    fn last_origin(&self, mut holds: impl FnMut(&str) -> bool) -> Option<Span> {
        self.document.lines().filter(|line| holds(line.text)).filter_map(|line| line.origin).last()
    }

    /// The statement behind the rule that decided a step: the last rule that the site wrote itself, or else the last one that it
    /// asked for.
    fn deciding(&self, step: &Step) -> Option<Span> {
        let origins = step.events.iter().rev().filter_map(|event| match event {
            Event::Rule { line, .. } => self.origin(*line),
            _ => None,
        });
        let raw = || self.site.raw.values().flatten();
        let mut origins = origins.peekable();
        let last = origins.peek().copied();
        origins.find(|origin| raw().any(|raw| raw.span == Some(*origin))).or(last)
    }
}

/// Adds a place, if there is one.
fn at(diagnostic: Diagnostic, place: Option<Span>, text: &str) -> Diagnostic {
    match place {
        Some(place) => diagnostic.at(place, text),
        None => diagnostic,
    }
}
