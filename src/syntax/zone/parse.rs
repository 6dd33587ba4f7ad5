//! Parses text to records.

use pest::{Parser, error::InputLocation, iterators::Pair};

use super::{
    Zones,
    name::absolute,
    record::{Data, Record},
};
use crate::{
    diagnostic::Diagnostic,
    source::{SourceId, Span, Spanned},
};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/zone.pest"]
struct Grammar;

/// A word or quoted text of a line.
#[derive(Clone, Copy)]
struct Item<'a> {
    text: &'a str,
    quoted: bool,
    span: Span,
}

/// Parses a master file. `origin` is the zone that names are relative to until `$ORIGIN` changes it.
///
/// Invalid records are reported and left out, and so are directives that stand for other records.
pub fn parse(text: &str, source: SourceId, origin: &str) -> (Zones, Vec<Diagnostic>) {
    let mut reader =
        Reader { source, origin: absolute(origin, ""), owner: None, zones: Zones::default(), diagnostics: Vec::new() };
    match Grammar::parse(Rule::zone, text) {
        Ok(zone) => zone.flatten().filter(|pair| pair.as_rule() == Rule::line).for_each(|line| reader.line(line)),
        Err(error) => reader.syntax(text, &error),
    }
    if reader.zones.origins.is_empty() && !reader.zones.records.is_empty() {
        reader.zones.origins.insert(reader.origin.clone());
    }
    (reader.zones, reader.diagnostics)
}

struct Reader {
    source: SourceId,
    origin: String,
    owner: Option<String>,
    zones: Zones,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        Span::new(self.source, pair.as_span().start(), pair.as_span().end())
    }

    fn syntax(&mut self, text: &str, error: &pest::error::Error<Rule>) {
        let furthest = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let at = left_open(text).unwrap_or(furthest);
        let found = text.get(at..).and_then(|rest| rest.chars().next());
        let (what, help) = match found {
            Some('(') => ("unclosed parenthesis", "add `)` where the record ends"),
            Some(')') => ("unexpected closing parenthesis", "remove the `)`, or add `(` before the first line"),
            Some('"') => ("missing closing quote", "add the closing quote"),
            _ => ("syntax error in a zone file", "escape the character with `\\`, or put it in quotes"),
        };
        let span = Span::new(self.source, at, at + found.map_or(0, char::len_utf8));
        self.diagnostics.push(
            Diagnostic::error("zone_syntax", what)
                .at(span, "")
                .why("the syntax of zone files is defined in RFC 1035 section 5.1")
                .help(help),
        );
    }

    fn line(&mut self, line: Pair<'_, Rule>) {
        let mut indented = false;
        let mut items = Vec::new();
        for pair in line.into_inner() {
            let span = self.span(&pair);
            match pair.as_rule() {
                Rule::indent => indented = true,
                Rule::word => items.push(Item { text: pair.as_str(), quoted: false, span }),
                Rule::quoted => {
                    let text = pair.into_inner().next().map_or("", |inside| inside.as_str());
                    items.push(Item { text, quoted: true, span });
                }
                _ => {}
            }
        }
        let Some((first, rest)) = items.split_first() else { return };
        if first.text.starts_with('$') && !first.quoted {
            self.directive(*first, rest);
        } else if indented {
            self.record(None, &items);
        } else {
            self.record(Some(*first), rest);
        }
    }

    fn directive(&mut self, name: Item<'_>, rest: &[Item<'_>]) {
        let (code, what) = match name.text.to_ascii_uppercase().as_str() {
            "$TTL" => return,
            "$ORIGIN" => match rest.first() {
                Some(origin) => {
                    self.origin = absolute(origin.text, &self.origin);
                    return;
                }
                None => ("zone_syntax", "$ORIGIN without a name".to_owned()),
            },
            "$INCLUDE" | "$GENERATE" => ("zone_directive", format!("`{}` is not supported", name.text)),
            _ => ("zone_directive", format!("unknown directive `{}`", name.text)),
        };
        self.diagnostics.push(
            Diagnostic::warning(code, what)
                .at(name.span, "")
                .why("records from it are unknown, so findings about them may be missing or wrong")
                .help("add the records to the file, or give another zone file with `--zone`"),
        );
    }

    fn record(&mut self, owner: Option<Item<'_>>, items: &[Item<'_>]) {
        if let Some(owner) = owner {
            self.owner = Some(absolute(owner.text, &self.origin));
        }
        // TTL and class, both optional and in any order, precede the type.
        let skipped = items.iter().take(2).take_while(|item| is_ttl(item.text) || is_class(item.text)).count();
        let Some((kind, data)) = items.get(skipped..).and_then(<[_]>::split_first) else {
            if let Some(owner) = owner {
                self.refuse(owner.span, "record without a type");
            }
            return;
        };
        let span = data.last().map_or(kind.span, |last| kind.span.to(last.span));
        let Some(name) = self.owner.clone() else {
            self.refuse(kind.span, "record without an owner: the first line starts with a blank");
            return;
        };
        let owner = Spanned::new(name, owner.map_or(span, |owner| owner.span));
        match self.data(kind.text, data) {
            Ok(data) => self.zones.push(Record { owner, data, span }),
            Err(what) => self.refuse(span, what),
        }
    }

    fn data(&self, kind: &str, items: &[Item<'_>]) -> Result<Data, String> {
        let kind = kind.to_ascii_uppercase();
        let one = |what: &str| match items {
            [item] => Ok(*item),
            _ => Err(format!("a record of type {kind} needs {what}")),
        };
        let name = |item: &Item<'_>| Spanned::new(absolute(item.text, &self.origin), item.span);
        Ok(match kind.as_str() {
            "A" => {
                let item = one("one IPv4 address")?;
                Data::A(item.text.parse().map_err(|_| format!("invalid IPv4 address `{}`", item.text))?)
            }
            "AAAA" => {
                let item = one("one IPv6 address")?;
                Data::Aaaa(item.text.parse().map_err(|_| format!("invalid IPv6 address `{}`", item.text))?)
            }
            "MX" => match items {
                [preference, host] => Data::Mx {
                    preference: preference.text.parse().map_err(|_| {
                        format!("invalid preference `{}`: expected a number below 65536", preference.text)
                    })?,
                    host: name(host),
                },
                _ => return Err("a record of type MX needs a preference and a host".into()),
            },
            "PTR" => Data::Ptr(name(&one("one name")?)),
            "CNAME" => Data::Cname(name(&one("one name")?)),
            "NS" => Data::Ns(name(&one("one name")?)),
            "SOA" => match items {
                [primary, _, _, _, _, _, _] => Data::Soa { primary: name(primary).value },
                _ => return Err("a record of type SOA needs two names and five numbers".into()),
            },
            "TXT" => Data::Txt(items.iter().map(|item| unescaped(item.text)).collect()),
            _ => {
                let mut words = items.iter().map(|item| item.text.to_owned()).collect::<Vec<_>>();
                // The name at the end becomes absolute.
                if let ("SRV" | "AFSDB", Some(host)) = (kind.as_str(), words.last_mut()) {
                    *host = format!("{}.", absolute(host, &self.origin));
                }
                Data::Other { kind, text: words.join(" ") }
            }
        })
    }

    fn refuse(&mut self, span: Span, what: impl Into<String>) {
        self.diagnostics.push(
            Diagnostic::error("zone_record", what)
                .at(span, "")
                .why("a name server rejects the zone, or ignores the record")
                .help("write OWNER TTL CLASS TYPE DATA (RFC 1035 section 5.1)"),
        );
    }
}

/// Resolves escapes: `\X` is X, and `\DDD` the byte with this number.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let number = || std::str::from_utf8(behind.get(..3)?).ok()?.parse::<u8>().ok();
        let (byte, length) = match (first, behind.first()) {
            (b'\\', Some(next)) => match number().filter(|_| next.is_ascii_digit()) {
                Some(byte) => (byte, 4),
                None => (*next, 2),
            },
            (byte, _) => (*byte, 1),
        };
        out.push(byte);
        rest = rest.get(length..).unwrap_or_default();
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Position of the parenthesis or quote that is not closed.
fn left_open(text: &str) -> Option<usize> {
    let mut open = None;
    let mut quote = None;
    let mut comment = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if std::mem::take(&mut escaped) => {}
            '\n' => comment = false,
            _ if comment => {}
            '\\' => escaped = true,
            '"' => quote = if quote.is_some() { None } else { Some(at) },
            _ if quote.is_some() => {}
            ';' => comment = true,
            '(' => open = open.or(Some(at)),
            ')' => open = None,
            _ => {}
        }
    }
    quote.or(open)
}

/// A number of seconds, or numbers with units as in BIND.
fn is_ttl(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b.to_ascii_lowercase(), b'w' | b'd' | b'h' | b'm' | b's'))
}

fn is_class(text: &str) -> bool {
    ["IN", "CH", "HS", "CS"].iter().any(|class| class.eq_ignore_ascii_case(text))
}
