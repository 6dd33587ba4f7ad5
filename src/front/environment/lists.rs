//! Settings of the maps that DNS lists are asked through.

use super::Environment;
use crate::{
    front::macros::Macros,
    site::{ListKind, Setting},
};

impl Environment {
    /// Takes the settings of the map that lists of a kind are asked through, as the first of these lists finds them.
    pub(in crate::front) fn settle_lists(&mut self, macros: &mut Macros<'_, '_>, kind: ListKind) {
        let map = |kind| match kind {
            // One map for both.
            ListKind::ByAccess => ListKind::Enhanced,
            other => other,
        };
        if self.blocklists.iter().any(|list| map(list.value.kind) == map(kind)) {
            return;
        }
        let mut set = |name: &str| {
            let text = macros.expanded(name)?;
            let span = self.written(text.span())?;
            Some(Setting::set(text.as_str().to_owned(), span))
        };
        match map(kind) {
            ListKind::Plain => {
                let (class, options) = (set("DNSBL_MAP"), set("DNSBL_MAP_OPT"));
                (self.blocklist_map.class, self.blocklist_map.options) = (class, options);
            }
            ListKind::Enhanced | ListKind::ByAccess => self.blocklist_map.enhanced_timeout = set("EDNSBL_TO"),
            ListKind::MailServers => self.blocklist_map.mark_timeout = set("MTAMARK_TO"),
            ListKind::SenderDomain => {}
        }
    }
}
