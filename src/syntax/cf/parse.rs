//! Parses text to directives.

use pest::{Parser, iterators::Pair};

use super::{Cf, Directive, Kind, Named};
use crate::source::{SourceId, Span, Spanned};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/cf.pest"]
struct Grammar;

/// Parses a `sendmail.cf`. This cannot fail: unknown lines become [`Kind::Unknown`].
pub fn parse(text: &str, source: SourceId) -> Cf<'_> {
    let mut directives: Vec<Directive<'_>> = Vec::new();
    let mut lines = Lines { text, at: 0, line: 1 };
    let file = Grammar::parse(Rule::file, text).into_iter().flatten().flat_map(Pair::into_inner);
    for pair in file {
        let spanned = at(&pair, source);
        match pair.as_rule() {
            Rule::comment => {
                // A comment follows a directive, or is alone on its line.
                if let Some(last) = directives.last_mut().filter(|last| last.span.end == spanned.span.start) {
                    last.line = lines.number(spanned.span.end as usize);
                    last.comment = Some(spanned);
                }
            }
            Rule::empty | Rule::whole_comment | Rule::EOI => {}
            _ => {
                let line = lines.number(spanned.span.end as usize);
                if let Some(kind) = kind(pair, source) {
                    directives.push(Directive { span: spanned.span, line, kind, comment: None });
                }
            }
        }
    }
    Cf { source, directives }
}

/// Counts lines of ascending places.
struct Lines<'s> {
    text: &'s str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn number(&mut self, byte: usize) -> usize {
        let between = self.text.as_bytes().get(self.at..byte).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.at = byte.max(self.at);
        self.line
    }
}

fn at<'s>(pair: &Pair<'s, Rule>, source: SourceId) -> Spanned<&'s str> {
    let span = pair.as_span();
    Spanned::new(pair.as_str(), Span::new(source, span.start(), span.end()))
}

fn kind(pair: Pair<'_, Rule>, source: SourceId) -> Option<Kind<'_>> {
    let what = pair.as_rule();
    let whole = at(&pair, source);
    let behind = Spanned::new("", Span::new(source, whole.span.end as usize, whole.span.end as usize));
    let mut inner = pair.into_inner().peekable();
    let mut next = |wanted: Rule| inner.next_if(|pair| pair.as_rule() == wanted).map(|pair| at(&pair, source));
    Some(match what {
        Rule::version => Kind::Version(next(Rule::text)?),
        Rule::macro_line => Kind::Macro(Named { name: next(Rule::name), value: next(Rule::text)? }),
        Rule::class => Kind::Class(Named { name: next(Rule::name), value: next(Rule::text)? }),
        Rule::file_class => Kind::ClassFile(Named { name: next(Rule::name), value: next(Rule::text)? }),
        Rule::map => Kind::Map(next(Rule::text)?),
        Rule::option => {
            let Some(option) = inner.next() else {
                return Some(Kind::Option { name: behind.clone(), short: true, value: behind });
            };
            let short = option.as_rule() == Rule::short_option;
            let mut parts = option.into_inner().map(|part| at(&part, source));
            Kind::Option { name: parts.next()?, short, value: parts.next()? }
        }
        Rule::precedence => Kind::Precedence(next(Rule::text)?),
        Rule::trusted => Kind::Trusted(next(Rule::text)?),
        Rule::header => {
            Kind::Header { condition: next(Rule::condition), name: next(Rule::field), value: next(Rule::text)? }
        }
        Rule::mailer => Kind::Mailer(next(Rule::text)?),
        Rule::queue => Kind::Queue(next(Rule::text)?),
        Rule::filter => Kind::Filter(next(Rule::text)?),
        Rule::environment => Kind::Environment(next(Rule::text)?),
        Rule::load => Kind::Load(next(Rule::text)?),
        Rule::ruleset => Kind::Ruleset(next(Rule::text)?),
        Rule::rule => Kind::Rule { lhs: next(Rule::side)?, rhs: next(Rule::side) },
        _ => Kind::Unknown(whole),
    })
}
