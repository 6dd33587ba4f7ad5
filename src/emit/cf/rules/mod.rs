//! The rulesets: a site's policy as sendmail's rewriting rules (op guide section 5.1).
//!
//! Written from the documentation and from sendmail's answers. Each rule has a comment with its decision; rules that the site
//! does not need are left out. Rulesets that sendmail, mailers and sites' own rules call have the usual names.
//!
//! An address is in *focus* when its host is in brackets: `user < @ host . >`, with a final dot when the host is canonical.

mod access;
mod bad_mx;
mod best_mx;
mod canonify;
mod check;
mod client;
mod commands;
mod copies;
mod domain_map;
mod generics;
mod hacks;
mod ldap_routing;
mod lists;
mod localaddr;
mod masquerade;
mod parse;
mod relay;
mod ruleset;
mod sts;
#[cfg(test)]
mod tests;
mod tls;
mod uses;
mod uucp;
mod vnet;

use super::Document;
use crate::site::{RawSection, Site};
use ruleset::Rules;

/// Adds all rulesets of a site, in order.
pub(super) fn rules(cf: &mut Document, site: &Site) {
    let mut r = Rules::new(cf);
    canonify::rules(site, &mut r);
    parse::rules(site, &mut r);
    localaddr::rules(site, &mut r);
    parse::destinations(site, &mut r);
    domain_map::rules(site, &mut r);
    ldap_routing::rules(site, &mut r);
    copies::rules(site, &mut r);
    masquerade::rules(site, &mut r);
    access::rules(site, &mut r);
    relay::rules(site, &mut r);
    check::rules(site, &mut r);
    bad_mx::rules(site, &mut r);
    client::rules(site, &mut r);
    commands::rules(site, &mut r);
    tls::rules(site, &mut r);
    // Before the rulesets of the mailers, so that the site's rules for one of them come first, as in the reference.
    hacks::rules(site, &mut r, RawSection::LocalRulesets);
    masquerade::local_mailers(site, &mut r);
    masquerade::smtp_mailers(site, &mut r);
    uucp::uucp_mailers(site, &mut r);
    uucp::mail11(site, &mut r);
    localaddr::submission(site, &mut r);
    for hook in RawSection::HOOKS {
        r.raw(site, hook);
    }
}
