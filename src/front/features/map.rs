//! Features that declare a map.

use super::{Run, splits};
use crate::{
    diagnostic::Diagnostic,
    site::MapSpec,
    source::{Span, Spanned},
};

/// Marks a value that could not be looked up for now.
const TEMPORARY: &str = "-T<TMPF>";

impl Run<'_, '_, '_> {
    /// Records the map: its argument, `LDAP`, or the file of its own name in the settings directory.
    pub(super) fn declare_map(&mut self) {
        let Some(map) = self.spec.map else { return };
        let text = match self.arg(0).map(|arg| arg.as_str()) {
            None | Some("") => {
                let class = self.macros.value("DATABASE_MAP_TYPE").unwrap_or_default();
                let directory = self.macros.value("MAIL_SETTINGS_DIR").unwrap_or_default();
                map.file_map(&class, &directory)
            }
            Some("LDAP") => map.ldap_map(),
            Some(_) => self.given_map(),
        };
        let place = self.place(0);
        self.add_map(text, place);
    }

    /// Records a map of the feature; one that it has already is declared before it.
    pub(super) fn add_map(&mut self, text: String, place: Span) {
        let earlier = self.environment.maps.remove(self.spec.name).map(|spec| spec.value);
        self.environment.maps.insert(self.spec.name, Spanned::new(MapSpec::new(text).after(earlier), place));
    }

    /// A map that the site defines. For the access map `-T<TMPF>` is put after the class where it is missing.
    fn given_map(&mut self) -> String {
        let text = self.value(0);
        if self.spec.name != "access_db" {
            return text;
        }
        if self.is_split(0) {
            let diagnostic = Diagnostic::error("unprotected_comma", "a comma ends the map's definition early")
                .at(self.place(0), "holds a comma that quotes do not protect")
                .why("sendmail's tree passes the definition on as two arguments, and writes an invalid map")
                .help("put a second pair of quotes around it: ``…''");
            self.environment.report(diagnostic);
            return text;
        }
        if self.lacks(TEMPORARY.trim_start_matches("-T")) {
            self.environment.access_gap = Some(text.find(' '));
        }
        self.with_tempfail(text)
    }

    /// Once an argument lacked `-T<TMPF>`, the reference puts it into every later one, at the same place.
    pub(super) fn with_tempfail(&self, text: String) -> String {
        match self.environment.access_gap {
            None => text,
            Some(at) => {
                let (class, rest) = at.map_or(("", ""), |at| text.split_at_checked(at).unwrap_or((&text, "")));
                format!("{class} {TEMPORARY} {rest}")
            }
        }
    }

    /// Whether the map that is given lacks an option, as the reference finds out.
    pub(super) fn lacks(&mut self, option: &str) -> bool {
        match self.arg(0).map(|arg| arg.as_str()) {
            None | Some("" | "LDAP") => return false,
            Some(_) => {}
        }
        if self.is_split(0) {
            return false;
        }
        let text = self.value(0);
        !text.starts_with("sequence ") && !text.contains(option)
    }

    /// Whether m4 would take an argument for several where the reference passes it on.
    pub(super) fn is_split(&self, index: usize) -> bool {
        self.arg(index).is_some_and(splits)
    }
}
