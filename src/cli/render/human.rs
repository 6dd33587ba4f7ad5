//! Reports for people: miette's, with the source line under the message.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    error::Error,
    fmt::{self, Write as _},
    ops::Range,
};

use miette::{LabeledSpan, MietteError, MietteHandlerOpts, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use textwrap::{WordSeparator, WordSplitter};

use super::{Terminal, clipped::Clipped, printable::printable, severity_word};
use crate::{
    diagnostic::{Diagnostic, Severity},
    source::{Source, SourceId, Sources},
};

/// How many findings of one code are reported in full. A generated access map may have as many as it has entries.
const ALIKE: usize = 20;

/// The reports, an empty line between them; of findings of one code the first ones, and how many more there are.
pub(super) fn render(diagnostics: &[&Diagnostic], sources: &Sources, terminal: Terminal) -> String {
    // Lines break at blanks only: names, paths and addresses stay whole.
    let options = MietteHandlerOpts::new()
        .color(terminal.color)
        .terminal_links(false)
        .context_lines(1)
        .tab_width(4)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let handler = match terminal.width {
        Some(columns) => options.width(columns),
        None => options,
    }
    .build();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown = diagnostics.to_vec();
    shown.retain(|diagnostic| {
        let alike = seen.entry(diagnostic.code).or_default();
        *alike += 1;
        *alike <= ALIKE
    });
    let texts = texts(&shown, sources);
    let mut out = String::new();
    for diagnostic in shown {
        if !out.is_empty() {
            out.push('\n');
        }
        for report in Report::all_of(diagnostic, &texts) {
            let text = Rendered { handler: &handler, report: &report }.to_string();
            out.push_str(text.trim_matches('\n'));
            out.push('\n');
        }
    }
    for (code, count) in seen.into_iter().filter(|(_, count)| *count > ALIKE) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n{} more of [{code}]: all of them with --format short", count - ALIKE);
    }
    out
}

/// A text, and how it is shown.
type Texts<'a> = BTreeMap<SourceId, (&'a Source, Clipped<'a>)>;

/// Every text that a diagnostic points into, made printable, and without what is too long to be shown.
fn texts<'a>(diagnostics: &[&Diagnostic], sources: &'a Sources) -> Texts<'a> {
    let mut places: BTreeMap<SourceId, Vec<Range<usize>>> = BTreeMap::new();
    for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        places.entry(label.span.source).or_default().push(label.span.start as usize..label.span.end as usize);
    }
    let shown = |(id, places): (SourceId, Vec<Range<usize>>)| {
        let source = sources.get(id)?;
        Some((id, (source, Clipped::new(printable(source.text()), &places))))
    };
    places.into_iter().filter_map(shown).collect()
}

/// A report as its handler writes it.
struct Rendered<'a> {
    handler: &'a dyn miette::ReportHandler,
    report: &'a Report<'a>,
}

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handler.debug(self.report, f)
    }
}

/// A diagnostic as miette wants it: places in one text.
#[derive(Debug)]
struct Report<'a> {
    code: Option<String>,
    severity: Severity,
    message: Cow<'a, str>,
    why: Option<Why>,
    help: Option<Cow<'a, str>>,
    excerpt: Option<Excerpt<'a>>,
}

impl<'a> Report<'a> {
    /// The report of a diagnostic, and one more for each further text that it points into.
    fn all_of(diagnostic: &'a Diagnostic, texts: &'a Texts<'a>) -> Vec<Self> {
        let mut excerpts: Vec<(SourceId, Excerpt<'a>)> = Vec::new();
        for label in &diagnostic.labels {
            let id = label.span.source;
            let Some((source, text)) = texts.get(&id) else { continue };
            let shown = text.text();
            // What is missing at the end is shown at the end of the last line.
            let last = shown.len() - usize::from(shown.ends_with('\n'));
            let start = shown.floor_char_boundary(text.shown(label.span.start as usize).min(last));
            let end = shown.ceil_char_boundary(text.shown(label.span.end as usize).clamp(start, shown.len()));
            let words = Some(printable(&label.text).into_owned()).filter(|words| !words.is_empty());
            match excerpts.iter_mut().find(|(seen, _)| *seen == id) {
                Some((_, excerpt)) => excerpt.labels.push(LabeledSpan::new(words, start, end - start)),
                None => {
                    let labels = vec![LabeledSpan::new_primary_with_span(words, (start, end - start))];
                    excerpts.push((id, Excerpt { source, text, labels }));
                }
            }
        }
        let mut excerpts = excerpts.into_iter().map(|(_, excerpt)| excerpt);
        let first = Self {
            code: Some(format!("{}[{}]", severity_word(diagnostic.severity), diagnostic.code)),
            severity: diagnostic.severity,
            message: printable(&diagnostic.message),
            why: diagnostic.why.as_deref().map(|why| Why(printable(why).into_owned())),
            help: diagnostic.help.as_deref().map(printable),
            excerpt: excerpts.next(),
        };
        std::iter::once(first).chain(excerpts.map(Self::see_also)).collect()
    }

    /// Places in another text.
    fn see_also(excerpt: Excerpt<'a>) -> Self {
        Self {
            code: None,
            severity: Severity::Advice,
            message: "see also".into(),
            why: None,
            help: None,
            excerpt: Some(excerpt),
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Report<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.why.as_ref().map(|why| why as _)
    }
}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as _)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Advice => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.excerpt.as_ref().map(|excerpt| Box::new(excerpt.labels.iter().cloned()) as _)
    }
}

/// The reason, shown as the error's cause.
#[derive(Debug)]
struct Why(String);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Why {}

/// One text and the places in it.
#[derive(Debug)]
struct Excerpt<'a> {
    source: &'a Source,
    text: &'a Clipped<'a>,
    labels: Vec<LabeledSpan>,
}

impl SourceCode for Excerpt<'_> {
    /// As for a string, but reads only the lines around the span however long the text is, and counts columns in
    /// characters as the other formats do.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let text = self.text.text();
        let (Some(head), Some(tail)) = (text.get(..start), text.get(end..)) else {
            return Err(MietteError::OutOfBounds);
        };
        let from = head.rmatch_indices('\n').nth(before + 1).map_or(0, |(newline, _)| newline + 1);
        let to = tail.match_indices('\n').nth(after + 1).map_or(text.len(), |(newline, _)| end + newline + 1);
        let window = text.get(from..to).ok_or(MietteError::OutOfBounds)?;
        let contents = window.read_span(&(start - from, span.len()).into(), before, after)?;
        let line_of =
            |byte: usize| u32::try_from(self.text.whole(byte)).map_or((1, 1), |byte| self.source.line_column(byte));
        let (first_line, _) = line_of(from);
        let column = if before == 0 { line_of(start).1 - 1 } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            printable(self.source.name()).into_owned(),
            contents.data(),
            (contents.span().offset() + from, contents.span().len()).into(),
            first_line - 1 + contents.line(),
            column,
            contents.line_count(),
        )))
    }
}
