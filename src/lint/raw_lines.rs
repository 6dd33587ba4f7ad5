//! Raw lines of sendmail.cf in a site, in the order of the output, and the options that they set.

use std::ops::Range;

use crate::{
    catalog::option::{self, by_letter},
    site::{RawSection, Site},
    source::Span,
    syntax::cf::class_line,
};

/// A raw line with its continuation lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawLine<'a> {
    /// Where it goes.
    pub(super) section: RawSection,
    /// The line, without the last newline.
    pub(super) text: &'a str,
    /// The place of its first line.
    pub(super) place: Option<Span>,
}

/// All raw lines of a site but its comments.
pub(super) fn raw_lines(site: &Site) -> impl Iterator<Item = RawLine<'_>> {
    site.raw
        .iter()
        .flat_map(|(section, pieces)| {
            let line = |text, place| RawLine { section: *section, text, place };
            pieces.iter().map(move |raw| line(raw.text.trim_end_matches('\n'), raw.span))
        })
        .filter(|line| !line.text.starts_with('#'))
}

/// An option that a raw line sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawOption<'a> {
    /// The section of the line.
    pub(super) section: RawSection,
    /// The option's whole name, also where the line has a letter or a beginning of it.
    pub(super) name: &'static str,
    /// The value as written.
    pub(super) value: &'a str,
    /// The place of the line.
    pub(super) place: Option<Span>,
    /// The place of the value, where the line stands as it was written.
    pub(super) value_place: Option<Span>,
}

/// The place of a piece of a text, if the text stands at its place as it was written, which only its length tells.
pub(super) fn piece_of(place: Span, text: &str, piece: Range<usize>) -> Option<Span> {
    let start = place.start as usize;
    let is_verbatim = (place.end - place.start) as usize == text.len();
    is_verbatim.then(|| Span::new(place.source, start + piece.start, start + piece.end))
}

/// The known options that raw lines set, by name, beginning of the name or letter (op guide section 5.6).
pub(super) fn raw_options(site: &Site) -> impl Iterator<Item = RawOption<'_>> {
    raw_lines(site).filter_map(|RawLine { section, text, place }| {
        let rest = text.strip_prefix('O')?;
        let (name, value) = match rest.strip_prefix(' ') {
            Some(rest) => {
                let (name, value) = rest.split_once('=').unwrap_or((rest, ""));
                (option::by_beginning(name.trim_end())?, value)
            }
            None => {
                let letter = rest.chars().next()?;
                (by_letter(letter)?, rest.get(letter.len_utf8()..)?)
            }
        };
        let value = value.trim_start();
        let value_place = place.and_then(|place| piece_of(place, text, text.len() - value.len()..text.len()));
        Some(RawOption { section, name, value, place, value_place })
    })
}

/// The last value of an option in sendmail.cf, and the place that set it; raw lines may stand before or behind the lines of
/// the site's own options.
pub(super) fn last_value<'a>(site: &'a Site, name: &str) -> Option<(&'a str, Option<Span>)> {
    let raw = |is_behind: bool| {
        let here = move |option: &RawOption<'_>| {
            option.name == name && (option.section > RawSection::LocalConfig) == is_behind
        };
        raw_options(site).filter(here).last().map(|option| (option.value, option.place))
    };
    let own = || site.options.get(name).map(|setting| (setting.value.as_str(), setting.span));
    raw(true).or_else(own).or_else(|| raw(false))
}

/// Whether a raw line fills a class, as far as can be seen.
pub(super) fn fills_class(site: &Site, class: &str) -> bool {
    raw_lines(site).any(|line| class_line(line.text).is_some_and(|(name, _)| name == class))
}
