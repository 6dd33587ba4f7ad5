//! DNS lists that were given up, so that asking them delays mail or refuses all of it.

/// A list that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadList {
    /// The zone, or one that several zones of the operator are in.
    pub zone: &'static str,
    /// The year in which it ended.
    pub year: u16,
}

const fn dead(zone: &'static str, year: u16) -> DeadList {
    DeadList { zone, year }
}

/// Lists that ended, in the order of their names (as of 2026).
pub static DEAD_LISTS: &[DeadList] = &[
    dead("ahbl.org", 2015),
    dead("blackholes.easynet.nl", 2003),
    dead("blackholes.five-ten-sg.com", 2012),
    dead("blackholes.mail-abuse.org", 2009),
    dead("blackholes.wirehub.net", 2003),
    dead("bl.csma.biz", 2011),
    dead("bl.spamcannibal.org", 2018),
    dead("dialups.mail-abuse.org", 2009),
    dead("dnsbl.ahbl.org", 2015),
    dead("dnsbl.njabl.org", 2013),
    dead("dnsbl.sorbs.net", 2024),
    dead("dul.maps.vix.com", 2009),
    dead("dynablock.easynet.nl", 2003),
    dead("inputs.orbz.org", 2002),
    dead("list.dsbl.org", 2008),
    dead("multihop.dsbl.org", 2008),
    dead("opm.blitzed.org", 2006),
    dead("orbs.dorkslayers.com", 2003),
    dead("outputs.orbz.org", 2002),
    dead("proxies.relays.monkeys.com", 2003),
    dead("rbl.maps.vix.com", 2009),
    dead("rbl.orbitrbl.com", 2013),
    dead("rbl-plus.mail-abuse.org", 2009),
    dead("relays.mail-abuse.org", 2009),
    dead("relays.monkeys.com", 2003),
    dead("relays.orbs.org", 2001),
    dead("relays.ordb.org", 2006),
    dead("relays.osirusoft.com", 2003),
    dead("relays.visi.com", 2012),
    dead("rhsbl.ahbl.org", 2015),
    dead("sbl-xbl.ordb.org", 2006),
    dead("spamguard.leadmon.net", 2012),
    dead("unconfirmed.dsbl.org", 2008),
    dead("will-spam-for-food.eu.org", 2003),
];
