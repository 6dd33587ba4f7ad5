//! The source map: the statement that each line of sendmail.cf was generated for.

use serde::Serialize;

use crate::{
    emit::cf::Document,
    source::{SourceId, Sources},
};

/// File name of the source map next to sendmail.cf.
pub(super) const FILE_NAME: &str = "sendmail.cf.map.json";

/// The whole source map. `lines` is in output order, without lines that every site has.
#[derive(Serialize)]
struct SourceMap<'a> {
    /// Version of this format.
    format: u32,
    /// Name of the mapped file.
    file: &'a str,
    /// Texts that the lines come from.
    sources: Vec<&'a str>,
    lines: Vec<Mapping>,
}

/// Origin of one output line. Lines and columns count from 1.
#[derive(Serialize)]
struct Mapping {
    /// Line of the output.
    emitted: usize,
    /// Index into `sources`.
    source: usize,
    line: usize,
    column: usize,
}

/// The source map of `document` as JSON, one mapping per line so that it can be searched with `grep`.
pub(super) fn json(document: &Document, sources: &Sources) -> String {
    let mut ids: Vec<SourceId> = Vec::new();
    let mut lines = Vec::new();
    for (numbers, line) in document.numbered() {
        if let Some((origin, source)) = line.origin.and_then(|origin| Some((origin, sources.get(origin.source)?))) {
            let index = ids.iter().position(|id| *id == origin.source).unwrap_or_else(|| {
                ids.push(origin.source);
                ids.len() - 1
            });
            let (line, column) = source.line_column(origin.start);
            lines.extend(numbers.map(|emitted| Mapping { emitted, source: index, line, column }));
        }
    }
    let sources = ids.iter().filter_map(|id| sources.get(*id)).map(|source| source.name()).collect();
    let map = SourceMap { format: 1, file: "sendmail.cf", sources, lines };
    // Strings, numbers and lists of them always serialize.
    let mut text = serde_json::to_string(&map).unwrap_or_default().replace("{\"emitted\"", "\n{\"emitted\"");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn every_physical_line_leads_to_its_statement() {
        let mut sources = Sources::default();
        let site = sources.add("site.mc", "one\ntwo\n");
        let mut document = Document::default();
        document.line("# every site has this");
        document.line_from("Kmap hash\n\t/etc/mail/map", Span::new(site, 4, 7));
        document.line("# and this");
        document.line_from("DMx", Span::new(site, 0, 3));
        assert_eq!(
            json(&document, &sources),
            concat!(
                "{\"format\":1,\"file\":\"sendmail.cf\",\"sources\":[\"site.mc\"],\"lines\":[\n",
                "{\"emitted\":2,\"source\":0,\"line\":2,\"column\":1},\n",
                "{\"emitted\":3,\"source\":0,\"line\":2,\"column\":1},\n",
                "{\"emitted\":5,\"source\":0,\"line\":1,\"column\":1}]}\n"
            )
        );
    }
}
