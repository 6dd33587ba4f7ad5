//! Classes: `C` and `F` lines.

use super::Document;
use crate::{
    site::{BestMx, Class, Site},
    source::Spanned,
};

/// Classes that every site needs, and those that its features need.
pub fn fixed(cf: &mut Document, site: &Site) {
    cf.line("Cwlocalhost");
    // Names that end in a dot are canonical, and so are names in a pseudo-domain.
    cf.line("CP.");
    if let Some(redirect) = &site.redirect {
        cf.line_from("CPREDIRECT", redirect.span);
    }
    // Operators that separate a local name from a route.
    let mut operators = String::from("CO @");
    if site.percent_hack.is_none() {
        operators.push_str(" %");
    }
    if site.nouucp.is_none() {
        operators.push_str(" !");
    }
    cf.line(operators);
    cf.line("C..");
    cf.line("C[[");
    cf.line("C{ResOk}OKR");
    if let Some(access) = &site.access {
        let origin = access.declared.span;
        cf.line_from("C{Accept}OK RELAY", origin);
        if access.blocklist_recipients
            && let Some(checks) = site.delay_checks.as_ref().filter(|checks| checks.compatible_8_10)
        {
            cf.line_from("C{SpamTag}SPAMFRIEND SPAMHATER", checks.declared.span);
        }
        let by_address = [&site.clients.rate, &site.clients.connections].into_iter().any(Option::is_some);
        cf.line_from(if by_address { "C{Src}E F D U A" } else { "C{Src}E F D U" }, origin);
    }
    let sts = site.tls.strict_transport.as_ref().map(|sts| sts.span);
    if let Some(origin) = site.access.as_ref().map(|access| access.declared.span).or(sts) {
        cf.line_from("C{Tls}VERIFY ENCR", origin);
        cf.line_from("C{TlsVerified}OK TRUSTED", origin);
    }
}

/// Classes and macros that belong to tables.
pub fn of_tables(cf: &mut Document, site: &Site) {
    let tables = &site.tables;
    for map in &tables.domain_maps {
        cf.line_from(format!("C{{MappedDomain}}{}", map.value.domain), map.span);
    }
    if let Some(Spanned { value: BestMx::Within(domains), span }) = &tables.best_mx {
        cf.line_from(format!("CB{domains}"), *span);
    }
    if let Some(copies) = tables.copies.as_ref().filter(|copies| !copies.value.host.is_empty()) {
        cf.line_from(format!("DA{}", copies.value.host), copies.span);
    }
    if let Some(vnet) = &tables.vnet {
        cf.line_from("CAvnet.ibm.com vnet rscs ipnet", vnet.span);
    }
    let copies = tables.copies.as_ref().filter(|copies| copies.value.canonical.is_some()).map(|copies| copies.span);
    if let Some(origin) = tables.ldap_routing.as_ref().map(|routing| routing.span).or(copies) {
        cf.line_from("C{SMTPOpModes} s d D", origin);
    }
}

/// Classes with members from the site.
pub fn policy(cf: &mut Document, site: &Site) {
    for class in Class::ALL {
        let name = written(class);
        // One member per line, so that each maps back to its statement, and so that no line exceeds the 2,048 bytes beyond which
        // sendmail silently drops the rest.
        for member in site.classes.members(class) {
            cf.line_of(&["C", &name, &member.value], member.span);
        }
        for file in site.classes.files(class) {
            cf.line_from(format!("F{name}{}", file.value.text), file.span);
        }
    }
}

/// Classes that are built from others.
pub fn derived(cf: &mut Document, site: &Site) {
    if site.routing.virtual_hosts_relay {
        let origin = site.classes.members(Class::VirtualHost).first().map(|member| member.span);
        let origin = origin.or_else(|| site.classes.files(Class::VirtualHost).first().and_then(|file| file.span));
        cf.line_from("CR$={VirtHost}", origin);
    }
}

fn written(class: Class) -> String {
    let name = class.name();
    if name.len() == 1 { name.to_owned() } else { format!("{{{name}}}") }
}
