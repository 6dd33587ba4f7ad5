//! DNS lists that no longer operate, so that using them has no effect or rejects all mail.

/// Answers of a list that was shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// None, or a timeout: no client is found.
    Nothing,
    /// At the end or later, it listed every address.
    Everybody,
}

/// A DNS list that was shut down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadList {
    /// The zone of the list, or the domain of all its zones.
    pub zone: &'static str,
    /// The year in which it was shut down, or closed to the public.
    pub year: u16,
    /// Its answers.
    pub answer: Answer,
}

const fn list(zone: &'static str, year: u16, answer: Answer) -> DeadList {
    DeadList { zone, year, answer }
}

/// Lists that are known to be shut down, sorted by zone.
pub const DEAD_LISTS: [DeadList; 13] = [
    list("ahbl.org", 2015, Answer::Everybody),
    list("dsbl.org", 2008, Answer::Nothing),
    list("ix.dnsbl.manitu.net", 2025, Answer::Nothing),
    list("mail-abuse.org", 2001, Answer::Nothing),
    list("maps.vix.com", 2000, Answer::Nothing),
    list("njabl.org", 2013, Answer::Nothing),
    list("opm.blitzed.org", 2006, Answer::Nothing),
    list("orbs.org", 2001, Answer::Nothing),
    list("ordb.org", 2006, Answer::Everybody),
    list("osirusoft.com", 2003, Answer::Everybody),
    list("rfc-ignorant.org", 2012, Answer::Nothing),
    list("sorbs.net", 2024, Answer::Nothing),
    list("spamcannibal.org", 2018, Answer::Everybody),
];

/// The list to which a zone belongs, if it was shut down.
pub fn by_zone(zone: &str) -> Option<&'static DeadList> {
    let zone = zone.trim_end_matches('.').to_ascii_lowercase();
    DEAD_LISTS
        .iter()
        .find(|list| zone.strip_suffix(list.zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::{DEAD_LISTS, by_zone};

    #[test]
    fn zones_are_found_with_what_is_below_them() {
        assert!(DEAD_LISTS.is_sorted_by(|a, b| a.zone < b.zone));
        assert_eq!(by_zone("relays.ordb.org.").map(|list| list.year), Some(2006));
        assert_eq!(by_zone("DNSBL.Sorbs.Net").map(|list| list.year), Some(2024));
        assert_eq!((by_zone("notsorbs.net"), by_zone("zen.spamhaus.org"), by_zone("")), (None, None, None));
    }
}
